package compat

import (
	"fmt"
	"go/token"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// enum compares two scalars of which at least one has constants.
func (c *comparison) enum(at place, o, n ir.Slot) {
	if class(o) == "" || class(o) != class(n) || o.Quoted != n.Quoted || isFormatted(o) != isFormatted(n) {
		c.typeChanged(at, o, n)
		return
	}
	oldClosed, newClosed := isClosed(o), isClosed(n)
	switch {
	case at.receive && oldClosed && !newClosed:
		c.report(at, diag.EnumOpened, wireTS, at.subject+" can have values besides the constants of "+o.Decl.Go.Name+" now",
			"keep the enum closed; an enum that is to grow is better open from the start")
	case !at.receive && !oldClosed && newClosed:
		c.report(at, diag.EnumClosed, wireTS, at.subject+" may have no values besides the constants of "+n.Decl.Go.Name+" any more",
			"write //eventgen:enum open on "+n.Decl.Go.Name+" and check the value in Validate")
	case o.Enum == nil || n.Enum == nil || !oldClosed && !newClosed:
		if isNumeric(o) && isNumeric(n) {
			writer, reader := o, n
			if at.receive {
				writer, reader = n, o
			}
			c.number(at, o, n, writer, reader)
		}
	}
	if o.Enum != nil && n.Enum != nil {
		c.members(at, o, n, oldClosed && newClosed)
	}
}

func isClosed(s ir.Slot) bool    { return s.Enum != nil && s.Enum.Mode == ir.EnumClosed }
func isFormatted(s ir.Slot) bool { return class(s) == "string" && !s.Quoted && format(s) != "" }

// members compares the constants of two enums.
func (c *comparison) members(at place, o, n ir.Slot, closed bool) {
	name := n.Decl.Go.Name
	at = at.at("type "+goID(n.Decl), "enum "+name, n.Decl.Pos, n.Decl.Allow)
	oldByName, newByName := byName(o.Enum), byName(n.Enum)
	oldByValue, newByValue := byValue(o.Enum), byValue(n.Enum)
	text := n.Kind == ir.KindString

	changed := map[string]bool{} // values that a constant has left or come to
	for _, m := range o.Enum.Members {
		now, ok := newByName[m.Name]
		if ok && now.Value != m.Value {
			changed[m.Value], changed[now.Value] = true, true
			c.report(at, diag.EnumValueChanged, wireTS, fmt.Sprintf("%s of %s was %s and is %s now", m.Name, name, m.Value, now.Value),
				"give the new meaning a constant and a value of its own, and keep the old ones")
		}
	}
	for _, m := range o.Enum.Members {
		if changed[m.Value] {
			continue
		}
		if now, ok := newByValue[m.Value]; !ok {
			c.memberRemoved(at, name, m, closed, text)
		} else if now.Name != m.Name && newByName[m.Name] == nil {
			c.memberRenamed(at, name, m, now, text)
		}
	}
	if !closed || !at.receive {
		return
	}
	for _, m := range n.Enum.Members {
		if !changed[m.Value] && oldByValue[m.Value] == nil && oldByName[m.Name] == nil {
			c.report(at, diag.EnumValueAdded, wireTS, fmt.Sprintf("%s has the value %s now, which pages do not expect", name, m.Value),
				"emit it only after pages know it, or write //eventgen:enum open once and for all")
		}
	}
}

func (c *comparison) memberRemoved(at place, name string, m *ir.Member, closed, text bool) {
	var levels []Level
	switch {
	case closed && !at.receive:
		levels, at.note = wireTS, ", and the server refuses it"
	case closed, !text:
		levels = tsOnly
	}
	if token.IsExported(m.Name) {
		levels = append(levels[:len(levels):len(levels)], Go)
	}
	c.report(at, diag.EnumValueRemoved, levels, fmt.Sprintf("the value %s of %s is gone", m.Value, name), "keep the constant and deprecate it")
}

func (c *comparison) memberRenamed(at place, name string, m, now *ir.Member, text bool) {
	var levels []Level
	if !text {
		levels = tsOnly // the constant beside the type
	}
	if token.IsExported(m.Name) {
		levels = append(levels[:len(levels):len(levels)], Go)
	}
	c.report(at, diag.EnumConstantRenamed, levels, fmt.Sprintf("%s of %s, which is %s, is called %s now", m.Name, name, m.Value, now.Name),
		"keep the former name beside the new one, deprecated")
}

func byName(e *ir.Enum) map[string]*ir.Member {
	out := make(map[string]*ir.Member, len(e.Members))
	for _, m := range e.Members {
		out[m.Name] = m
	}
	return out
}

func byValue(e *ir.Enum) map[string]*ir.Member {
	out := make(map[string]*ir.Member, len(e.Members))
	for _, m := range e.Members {
		out[m.Value] = m
	}
	return out
}

// mapKey compares the keys of two maps, which are strings on the wire whatever their kind.
func (c *comparison) mapKey(at place, o, n, writer, reader ir.Slot) {
	at = at.part("a key of")
	ok, nk := *o.Key, *n.Key
	if ok.Enum != nil || nk.Enum != nil {
		if ok.Kind == nk.Kind {
			c.declaration(at, ok.Form, nk.Form)
			c.enum(at, ok, nk)
			return
		}
	}
	w, r := *writer.Key, *reader.Key
	if isInteger(w) && isInteger(r) {
		if why := misfit(w, r, at.receive); why != "" {
			c.report(at, diag.MapKeyChanged, wireOnly, fmt.Sprintf("%s was %s and is %s now: %s can occur", at.subject, goKind(ok), goKind(nk), why),
				"add a field with the new keys beside it")
		}
		return
	}
	if keyFormat(r) != "" && keyFormat(w) != keyFormat(r) {
		c.report(at, diag.MapKeyChanged, wireTS, fmt.Sprintf("%s was %s and is %s now", at.subject, describe(ok), describe(nk)),
			"add a field with the new keys beside it")
	}
}

// keyFormat is what the text of a key must look like; "" for any text.
func keyFormat(s ir.Slot) string {
	switch {
	case isInteger(s):
		return "integer"
	case s.Kind == ir.KindString:
		return ""
	}
	return strings.TrimSpace(format(s))
}
