package compat

import (
	"fmt"
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// changedSettings reports settings of the output that change what events already had. Payloads
// themselves are compared under the new settings, so that one setting is one finding.
func (c *comparison) changedSettings(o, n ir.Settings) {
	for _, p := range c.matched {
		if p.old.Payload == nil {
			continue
		}
		c.changedNil(p, o, n)
		c.changedInt64(p, o, n)
		c.changedUnknown(p, o, n)
		root := c.resolve(p.oldPkg).Of(p.old.Payload)
		for _, s := range []struct {
			name    string
			was, is string
			kind    ir.Kind
		}{
			{"time", string(o.Time), string(n.Time), ir.KindTime},
			{"bytes", string(o.Bytes), string(n.Bytes), ir.KindBytes},
		} {
			if s.was != s.is && contains(root, s.kind) {
				c.setting(p, s.name, s.was, s.is, tsOnly)
			}
		}
	}
}

func (c *comparison) setting(p *pair, name, was, is string, levels []Level) {
	at := eventPlace(p).at("setting "+name, "setting "+name, diag.Pos{})
	at.pos = diag.Pos{}
	c.report(at, diag.SettingChanged, levels, fmt.Sprintf("the setting %s was %s and is %s now", name, was, is), fmt.Sprintf("keep %s: %s for this output", name, was))
}

// differ reports whether e has another wire form under other settings.
func differ(p *pair, a, b ir.Settings) bool {
	return ir.Contract(p.oldPkg, p.old, a) != ir.Contract(p.oldPkg, p.old, b)
}

func (c *comparison) changedNil(p *pair, o, n ir.Settings) {
	other := o
	other.Nil = n.Nil
	if o.Nil == n.Nil || !differ(p, o, other) {
		return
	}
	receive, send := p.received(), p.sent()
	switch {
	case n.Nil == ir.NilNull && receive:
		c.setting(p, "nil", string(o.Nil), string(n.Nil), wireTS)
	case n.Nil == ir.NilEmpty && send:
		c.setting(p, "nil", string(o.Nil), string(n.Nil), tsOnly) // the server takes null all the same
	}
}

func (c *comparison) changedInt64(p *pair, o, n ir.Settings) {
	number, quoted := o, o
	number.Int64, quoted.Int64 = ir.Int64Number, ir.Int64String
	if o.Int64 == n.Int64 || !differ(p, number, quoted) {
		return
	}
	levels := wireTS
	if o.Int64 != ir.Int64Number && n.Int64 != ir.Int64Number {
		levels = tsOnly
	}
	c.setting(p, "int64", string(o.Int64), string(n.Int64), levels)
}

// changedUnknown reports that properties are refused that were ignored: pages that send more than
// the type has are turned away.
func (c *comparison) changedUnknown(p *pair, o, n ir.Settings) {
	if !o.RefuseUnknown && n.RefuseUnknown && p.sent() && contains(c.resolve(p.oldPkg).Of(p.old.Payload), ir.KindStruct) {
		c.setting(p, "unknown", "ignore", "refuse", wireOnly)
	}
}

// contains reports whether a form of this kind is reached from root.
func contains(root ir.Slot, kind ir.Kind) bool {
	found := false
	visit(root, func(s ir.Slot) { found = found || s.Kind == kind })
	return found
}

// visit calls f for every form that root reaches, arguments of generic types included.
func visit(root ir.Slot, f func(ir.Slot)) {
	seen := map[*ir.Form]bool{}
	var walk func(s ir.Slot)
	walk = func(s ir.Slot) {
		if s.Form == nil || seen[s.Form] {
			return
		}
		seen[s.Form] = true
		f(s)
		for _, part := range []*ir.Slot{s.Key, s.Elem} {
			if part != nil {
				walk(*part)
			}
		}
		for _, p := range s.Props {
			walk(p.Slot)
		}
		for _, v := range s.Variants {
			walk(v.Slot)
		}
		for _, a := range s.Args {
			walk(a)
		}
	}
	walk(root)
}

// qualified reports types whose TypeScript name changes because another type of the output has
// come to share their Go name, or has ceased to.
func (c *comparison) qualified() {
	before, after := shared(c.before.model), shared(c.after.model)
	for _, id := range slices.Sorted(maps.Keys(c.reached)) {
		was, existed := before[id]
		is, exists := after[id]
		if !existed || !exists || was == is {
			continue
		}
		message := "type %s has its package's name before it in TypeScript now, since it is not the only one of this name"
		if was {
			message = "type %s has lost its package's name before it in TypeScript, since it is the only one of this name now"
		}
		for _, name := range slices.Sorted(maps.Keys(c.reached[id])) {
			p := c.reached[id][name]
			d := declOf(p.newPkg, id)
			if d == nil {
				continue
			}
			at := eventPlace(p).at("type "+id, "type "+d.Go.Name, d.Pos, d.Allow)
			c.report(at, diag.TypeQualified, tsOnly, fmt.Sprintf(message, d.Go.Name), "give the other type another name")
		}
	}
}

func declOf(p *ir.Package, id string) *ir.Decl {
	i := slices.IndexFunc(p.Decls, func(d *ir.Decl) bool { return goID(d) == id })
	if i < 0 {
		return nil
	}
	return p.Decls[i]
}

// shared tells of each Go type, by path and name, whether a type of another package has its name
// in TypeScript, so that both are qualified.
func shared(m *ir.Model) map[string]bool {
	byName := map[string]map[string]bool{}
	for _, p := range m.Packages {
		for _, d := range p.Decls {
			r, size := utf8.DecodeRuneInString(d.Go.Name)
			name := string(unicode.ToUpper(r)) + d.Go.Name[size:]
			if byName[name] == nil {
				byName[name] = map[string]bool{}
			}
			byName[name][goID(d)] = true
		}
	}
	out := map[string]bool{}
	for _, ids := range byName {
		for id := range ids {
			out[id] = len(ids) > 1
		}
	}
	return out
}
