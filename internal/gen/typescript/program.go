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
	types    *ir.Types
	sorted   []*ir.Decl        // by TypeScript name
	names    map[string]string // ID -> TypeScript name
	typed    map[string]bool   // every type name that the output declares
	bound    map[string]claim  // every value that events.gen.ts and decoders.gen.ts declare, with its owner
	events   []*event          // by wire name
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
	p := &program{settings: m.Settings, options: o}
	known := map[string]bool{}
	for _, pkg := range m.Packages {
		for _, d := range pkg.Decls {
			if !known[d.ID] {
				known[d.ID] = true
				p.sorted = append(p.sorted, d)
			}
		}
		for _, e := range pkg.Events {
			p.events = append(p.events, &event{Event: e, pkg: pkg, contract: contracts[e]})
		}
	}
	slices.SortFunc(p.sorted, func(a, b *ir.Decl) int { return cmp.Compare(a.ID, b.ID) })
	p.types = ir.NewTypes(&ir.Package{Decls: p.sorted}, m.Settings)
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
			d := p.types.Decl(t)
			if d == nil || seen[t.Ref] {
				return
			}
			seen[t.Ref] = true
			for _, t := range declTypes(d) {
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
