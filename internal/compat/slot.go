package compat

import (
	"fmt"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// seenForms is a comparison that is done or under way.
type seenForms struct {
	event                *pair
	receive              bool
	old, new             *ir.Form
	oldQuoted, newQuoted bool
}

// slot compares the forms at one place.
func (c *comparison) slot(at place, o, n ir.Slot) {
	c.null(at, o, n)
	c.declaration(at, o.Form, n.Form)
	seen := seenForms{at.event, at.receive, o.Form, n.Form, o.Quoted, n.Quoted}
	if o.Decl == nil || n.Decl == nil {
		c.form(at, o, n)
		return
	}
	if goID(o.Decl) != goID(n.Decl) && !c.renamed(o.Decl, n.Decl) {
		if !c.replacing[seen] {
			c.replacing[seen] = true
			c.replacement(at, o, n)
			delete(c.replacing, seen)
		}
		return
	}
	if c.seen[seen] {
		return
	}
	c.seen[seen] = true
	if o.Quoted == n.Quoted {
		at = at.at("type "+goID(n.Decl), "type "+n.Decl.Go.Name, n.Decl.Pos, n.Decl.Allow)
		if o.Decl.Type != nil && n.Decl.Type != nil && o.Kind != ir.KindStruct {
			c.compareGoType(at, o.Decl.Type, n.Decl.Type, o.Decl, n.Decl)
		}
	}
	c.form(at, o, n)
}

func (c *comparison) null(at place, o, n ir.Slot) {
	switch {
	case n.Nullable && !o.Nullable && at.receive && o.Kind != ir.KindAny:
		c.report(at, diag.NullAdded, wireTS, at.subject+" can be null now", "keep a type that is never nil, and write its zero value in place of null; or add a field beside it")
	case o.Nullable && !n.Nullable && !at.receive && n.Kind != ir.KindAny:
		levels := wireTS
		if n.Type != nil && (n.Kind == ir.KindSlice || n.Kind == ir.KindMap || n.Kind == ir.KindBytes) {
			levels = tsOnly // the Go value takes null all the same
		}
		c.report(at, diag.NullRemoved, levels, at.subject+" may not be null any more", "keep the pointer, and treat nil as the zero value")
	}
}

// renamed reports whether o is n under its former name.
func (c *comparison) renamed(o, n *ir.Decl) bool {
	return !c.after.types[goID(o)] && !c.before.types[goID(n)]
}

// replacement compares a type with another one in its place. What differs inside is one finding.
func (c *comparison) replacement(at place, o, n ir.Slot) {
	inner := &comparison{
		before: c.before, after: c.after, settings: c.settings, forms: c.forms,
		seen: map[seenForms]bool{}, reached: c.reached, matched: c.matched, renames: c.renames, reshaped: c.reshaped, replacing: c.replacing,
	}
	inner.form(at, o, n)
	var levels []Level
	first := ""
	for _, r := range inner.raw {
		for _, l := range r.levels {
			if l == Go {
				continue
			}
			levels = append(levels, l)
			if first == "" {
				first = r.message
			}
		}
	}
	if len(levels) > 0 {
		c.report(at, diag.TypeChanged, inOrder(levels, all), fmt.Sprintf("%s was %s and is %s now: %s", at.subject, o.Decl.Go.Name, n.Decl.Go.Name, first),
			"add a field of the new type beside it")
	}
}

// form compares two forms. writer and reader are the two in the roles that the direction gives
// them.
func (c *comparison) form(at place, o, n ir.Slot) {
	writer, reader := o, n
	if at.receive {
		writer, reader = n, o
	}
	switch {
	case reader.Kind == ir.KindAny:
	case writer.Kind == ir.KindAny, isNone(o) != isNone(n):
		c.typeChanged(at, o, n)
	case o.Union != nil && n.Union != nil:
		c.union(at, o.Form, n.Form)
	case o.Union != nil || n.Union != nil:
		c.typeChanged(at, o, n)
	case o.Enum != nil || n.Enum != nil:
		c.enum(at, o, n)
	case o.Kind == ir.KindStruct && n.Kind == ir.KindStruct:
		c.object(at, o.Form, n.Form)
	case isList(o) && isList(n):
		c.list(at, o, n, writer, reader)
	case o.Kind == ir.KindMap && n.Kind == ir.KindMap:
		c.mapKey(at, o, n, writer, reader)
		c.slot(at.part("a value of"), *o.Elem, *n.Elem)
	case isScalar(o) && isScalar(n):
		c.scalar(at, o, n, writer, reader)
	case o.Kind == ir.KindCustom && n.Kind == ir.KindCustom:
		if o.TS != n.TS {
			c.report(at, diag.StatedTypeChanged, wireTS, fmt.Sprintf("%s was stated to be %s and is stated to be %s now", at.subject, o.TS, n.TS),
				"if only the statement was wrong, accept this; otherwise add a field of the new type beside it")
		}
	default:
		c.typeChanged(at, o, n)
	}
}

func isNone(s ir.Slot) bool { return s.Kind == "" && s.Union == nil }
func isList(s ir.Slot) bool { return s.Kind == ir.KindSlice || s.Kind == ir.KindArray }

func (c *comparison) typeChanged(at place, o, n ir.Slot) {
	c.report(at, diag.TypeChanged, wireTS, fmt.Sprintf("%s was %s and is %s now", at.subject, describe(o), describe(n)),
		"add a field of the new type beside it")
}

func (c *comparison) list(at place, o, n, writer, reader ir.Slot) {
	if reader.Kind == ir.KindArray && (writer.Kind == ir.KindSlice || writer.Len != reader.Len) {
		c.report(at, diag.LengthChanged, wireTS, fmt.Sprintf("%s was %s and is %s now", at.subject, describe(o), describe(n)),
			"add a field of the new length beside it")
	}
	if o.Len == 0 && o.Kind == ir.KindArray || n.Len == 0 && n.Kind == ir.KindArray {
		return
	}
	c.slot(at.part("an element of"), *o.Elem, *n.Elem)
}

// describe says in a few words what a slot is.
func describe(s ir.Slot) string {
	text := describeForm(s)
	if s.Quoted {
		text += " in a string"
	}
	return text
}

func describeForm(s ir.Slot) string {
	name := ""
	if s.Decl != nil {
		name = " (" + s.Decl.Go.Name + ")"
	}
	switch {
	case s.Union != nil:
		return "a union" + name
	case s.Enum != nil:
		return "an enum" + name
	}
	switch s.Kind {
	case ir.KindBool:
		return "a boolean" + name
	case ir.KindInt, ir.KindUint:
		return "an integer" + name
	case ir.KindFloat, ir.KindNumber:
		return "a number" + name
	case ir.KindString:
		return "a string" + name
	case ir.KindText:
		return "a text" + goTypeName(s)
	case ir.KindTime:
		return "a time"
	case ir.KindBytes:
		return "base64"
	case ir.KindSlice:
		return "an array" + name
	case ir.KindArray:
		return fmt.Sprintf("an array of %d elements", s.Len) + name
	case ir.KindMap:
		return "a map" + name
	case ir.KindStruct:
		return "an object" + name
	case ir.KindCustom:
		return s.TS
	case ir.KindAny:
		return "any value"
	}
	return "nothing but null"
}

func goTypeName(s ir.Slot) string {
	switch {
	case s.Type != nil && s.Type.Go != nil:
		return " (" + s.Type.Go.Name + ")"
	case s.Decl != nil:
		return " (" + s.Decl.Go.Name + ")"
	}
	return ""
}
