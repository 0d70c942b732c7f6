package gen

import (
	"slices"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// WithoutPositions returns a copy of m that is the same wherever the source lies.
func WithoutPositions(m *ir.Model) *ir.Model {
	return &ir.Model{Settings: m.Settings, Packages: mapEach(m.Packages, withoutPositions)}
}

// withoutPositions returns a copy of p that is the same wherever the source lies: positions
// change with every edit and hold paths of this machine. What has no position is shared with p.
func withoutPositions(p *ir.Package) *ir.Package {
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

func stripEvent(e *ir.Event) *ir.Event {
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

func stripDecl(d *ir.Decl) *ir.Decl {
	out := *d
	out.Pos = diag.Pos{}
	out.Allow = stripAllow(d.Allow)
	out.Go.Args = mapEach(d.Go.Args, stripType)
	out.Type = stripType(d.Type)
	out.Params = mapEach(d.Params, func(p *ir.Param) *ir.Param {
		return &ir.Param{Name: p.Name, Constraint: mapEach(p.Constraint, stripType)}
	})
	if d.Union != nil {
		union := *d.Union
		union.Variants = mapEach(d.Union.Variants, func(v *ir.Variant) *ir.Variant {
			variant := *v
			variant.Pos = diag.Pos{}
			variant.Type = stripType(v.Type)
			return &variant
		})
		out.Union = &union
	}
	return &out
}

func stripAllow(in []ir.Allow) []ir.Allow {
	out := slices.Clone(in)
	for i := range out {
		out[i].Pos = diag.Pos{}
	}
	return out
}

// stripType copies t only where the fields of a struct hold positions.
func stripType(t *ir.Type) *ir.Type {
	if !hasFields(t) {
		return t
	}
	out := *t
	out.Key, out.Elem, out.Go = stripType(t.Key), stripType(t.Elem), stripName(t.Go)
	out.Args = mapEach(t.Args, stripType)
	out.Fields = mapEach(t.Fields, func(f *ir.Field) *ir.Field {
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

func stripName(n *ir.GoName) *ir.GoName {
	if n == nil || len(n.Args) == 0 {
		return n
	}
	out := *n
	out.Args = mapEach(n.Args, stripType)
	return &out
}

// hasFields reports whether t holds a struct that is written out.
func hasFields(t *ir.Type) bool {
	return t != nil && (len(t.Fields) > 0 || hasFields(t.Key) || hasFields(t.Elem) ||
		slices.ContainsFunc(t.Args, hasFields) || t.Go != nil && slices.ContainsFunc(t.Go.Args, hasFields))
}
