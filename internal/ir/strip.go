package ir

import (
	"slices"

	"github.com/eventgen/eventgen/internal/diag"
)

// WithoutPositions returns a copy of m that is the same wherever the source lies.
func (m *Model) WithoutPositions() *Model {
	return &Model{Settings: m.Settings, Packages: mapEach(m.Packages, (*Package).WithoutPositions)}
}

// WithoutPositions returns a copy of p that is the same wherever the source lies: positions
// change with every edit and hold paths of this machine. What has no position is shared with p.
func (p *Package) WithoutPositions() *Package {
	out := *p
	out.Idents = nil
	out.Allow = stripAllow(p.Allow)
	out.Events = mapEach(p.Events, stripEvent)
	out.Decls = mapEach(p.Decls, stripDecl)
	return &out
}

func mapEach[T any](in []*T, strip func(*T) *T) []*T {
	if in == nil {
		return nil
	}
	out := make([]*T, len(in))
	for i, v := range in {
		out[i] = strip(v)
	}
	return out
}

func stripEvent(e *Event) *Event {
	out := *e
	out.Pos, out.Options = diag.Pos{}, nil
	out.Allow = stripAllow(e.Allow)
	out.Payload = stripType(e.Payload)
	if e.Key != nil {
		key := *e.Key
		key.Type = stripType(key.Type)
		out.Key = &key
	}
	return &out
}

func stripDecl(d *Decl) *Decl {
	out := *d
	out.Pos = diag.Pos{}
	out.Allow = stripAllow(d.Allow)
	out.Go.Args = mapEach(d.Go.Args, stripType)
	out.Type = stripType(d.Type)
	out.Params = mapEach(d.Params, func(p *Param) *Param {
		return &Param{Name: p.Name, Constraint: mapEach(p.Constraint, stripType)}
	})
	if d.Union != nil {
		union := *d.Union
		union.Variants = mapEach(d.Union.Variants, func(v *Variant) *Variant {
			variant := *v
			variant.Pos = diag.Pos{}
			variant.Type = stripType(v.Type)
			return &variant
		})
		out.Union = &union
	}
	return &out
}

func stripAllow(in []Allow) []Allow {
	out := slices.Clone(in)
	for i := range out {
		out[i].Pos = diag.Pos{}
	}
	return out
}

// stripType copies t only where the fields of a struct hold positions.
func stripType(t *Type) *Type {
	if !hasFields(t) {
		return t
	}
	out := *t
	out.Key, out.Elem, out.Go = stripType(t.Key), stripType(t.Elem), stripName(t.Go)
	out.Args, out.OneOf = mapEach(t.Args, stripType), mapEach(t.OneOf, stripType)
	out.Fields = mapEach(t.Fields, func(f *Field) *Field {
		field := *f
		field.Pos = diag.Pos{}
		field.Allow = stripAllow(f.Allow)
		field.Type = stripType(f.Type)
		field.Path = slices.Clone(f.Path)
		for i, step := range field.Path {
			field.Path[i].Go = stripName(step.Go)
		}
		return &field
	})
	return &out
}

func stripName(n *GoName) *GoName {
	if n == nil || len(n.Args) == 0 {
		return n
	}
	out := *n
	out.Args = mapEach(n.Args, stripType)
	return &out
}

// hasFields reports whether t holds a struct that is written out.
func hasFields(t *Type) bool {
	return t != nil && (len(t.Fields) > 0 || hasFields(t.Key) || hasFields(t.Elem) ||
		slices.ContainsFunc(t.Args, hasFields) || slices.ContainsFunc(t.OneOf, hasFields) || t.Go != nil && slices.ContainsFunc(t.Go.Args, hasFields))
}
