package typescript

import (
	"cmp"
	"slices"

	"github.com/eventgen/eventgen/internal/ir"
)

// program is a model made ready for rendering: the declarations of all packages once each, every
// name decided.
type program struct {
	settings ir.Settings
	options  Options
	decls    map[string]*ir.Decl // by ID
	sorted   []*ir.Decl          // by TypeScript name
	names    map[string]string   // ID -> TypeScript name
	typed    map[string]bool     // every type name that the output declares
	bound    map[string]claim    // every value that events.gen.ts and decoders.gen.ts declare, with its owner
	events   []*event            // by wire name
	convert  conversions
}

// event is an event with its package.
type event struct {
	*ir.Event
	pkg      *ir.Package
	contract string
	names    eventNames
}

// newProgram merges the packages of m. Types of different packages of one model are the same
// type when their IDs are.
func newProgram(m *ir.Model, contracts ir.Contracts, o Options) *program {
	p := &program{settings: m.Settings, options: o, decls: map[string]*ir.Decl{}}
	for _, pkg := range m.Packages {
		for _, d := range pkg.Decls {
			if p.decls[d.ID] == nil {
				p.decls[d.ID] = d
				p.sorted = append(p.sorted, d)
			}
		}
		for _, e := range pkg.Events {
			p.events = append(p.events, &event{Event: e, pkg: pkg, contract: contracts[e]})
		}
	}
	slices.SortFunc(p.sorted, func(a, b *ir.Decl) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortStableFunc(p.events, func(a, b *event) int { return cmp.Compare(a.Name, b.Name) })
	return p
}

// sortByName puts the declarations in the order in which they are printed.
func (p *program) sortByName() {
	slices.SortFunc(p.sorted, func(a, b *ir.Decl) int { return cmp.Compare(p.names[a.ID], p.names[b.ID]) })
}

// reachable drops the declarations that no event reaches.
func (p *program) reachable() {
	seen := map[string]bool{}
	var visit func(t *ir.Type)
	visit = func(t *ir.Type) {
		walkTypes(t, func(t *ir.Type) {
			if t.Kind != ir.KindRef || seen[t.Ref] || p.decls[t.Ref] == nil {
				return
			}
			seen[t.Ref] = true
			for _, t := range declTypes(p.decls[t.Ref]) {
				visit(t)
			}
		})
	}
	for _, e := range p.events {
		visit(e.Payload)
		if e.Key != nil {
			visit(e.Key.Type)
		}
	}
	p.sorted = slices.DeleteFunc(p.sorted, func(d *ir.Decl) bool { return !seen[d.ID] })
}

// declTypes returns the type expressions of a declaration's body.
func declTypes(d *ir.Decl) []*ir.Type {
	var out []*ir.Type
	for _, param := range d.Params {
		out = append(out, param.Constraint...)
	}
	if d.Type != nil && d.Enum == nil {
		out = append(out, d.Type)
	}
	if d.Union != nil {
		for _, v := range d.Union.Variants {
			out = append(out, v.Type)
		}
	}
	return out
}

// walkTypes calls fn for t and every type expression inside it; references are not followed.
func walkTypes(t *ir.Type, fn func(*ir.Type)) {
	if t == nil {
		return
	}
	fn(t)
	walkTypes(t.Key, fn)
	walkTypes(t.Elem, fn)
	for _, f := range t.Fields {
		walkTypes(f.Type, fn)
	}
	for _, a := range t.Args {
		walkTypes(a, fn)
	}
	for _, form := range t.OneOf {
		walkTypes(form, fn)
	}
}

// under follows references to the type expression that decides the wire form: nil for a union,
// an enum, and a declaration that is nothing but itself.
func (p *program) under(t *ir.Type) *ir.Type {
	for seen := map[string]bool{}; t != nil && t.Kind == ir.KindRef; {
		d := p.decls[t.Ref]
		if d == nil || d.Type == nil || d.Enum != nil || seen[t.Ref] {
			return nil
		}
		seen[t.Ref] = true
		t = d.Type
	}
	return t
}
