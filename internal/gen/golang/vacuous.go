package golang

import (
	"slices"

	"github.com/eventgen/eventgen/internal/ir"
)

// constant reports whether the wire form of t is the same for every value, so that no code looks
// at one.
func (g *pkg) constant(t *ir.Type) bool {
	return g.vacuous(t, func(f *ir.Field) bool { return f.OmitEmpty || f.OmitZero != "" })
}

// vacuous reports whether nothing is in t that a value could hold. A struct is not vacuous if a
// field counts for one of its properties, or there is a function for it.
func (g *pkg) vacuous(t *ir.Type, counts func(*ir.Field) bool) bool {
	switch {
	case t.Opaque:
		return false
	case t.Kind == ir.KindRef:
		i := g.instanceOf(t)
		return i != nil && !i.function() && !i.Decl.Unmarshals && g.vacuous(i.Body, counts)
	case t.Kind == ir.KindStruct:
		return !slices.ContainsFunc(t.Fields, func(f *ir.Field) bool {
			return counts(f) || !g.vacuous(f.Type, counts) || slices.ContainsFunc(f.Path, func(s ir.Step) bool { return s.Ptr })
		})
	}
	return t.Kind == ir.KindArray && (t.Len == 0 || g.vacuous(t.Elem, counts))
}

// scalar reports whether values of t are so small that loops copy them.
func (g *pkg) scalar(t *ir.Type) bool {
	if t.Opaque {
		return false
	}
	switch g.types.Under(t).Kind {
	case ir.KindBool, ir.KindInt, ir.KindUint, ir.KindFloat, ir.KindString, ir.KindPtr, ir.KindAny, ir.KindNumber:
		return true
	}
	d := g.types.Decl(t)
	return d != nil && d.Union != nil
}
