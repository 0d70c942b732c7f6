package golang

import (
	"github.com/eventgen/eventgen/internal/ir"
)

// union writes the body of a union's encoder. v is the interface value.
func (e *encoder) union(u *ir.Union, v string) {
	g := e.g
	null := func() { e.line("return append(", e.dst, `, "null"...), nil`) }
	e.line("switch ", v, " := ", v, ".(type) {")
	e.clause("case nil", null)
	for _, variant := range u.Variants {
		name, ok := g.goType(variant.Type)
		if !ok {
			continue
		}
		if !variant.Pointer {
			e.clause("case "+name, func() { e.variant(u, variant, loc{val: v}) })
		}
		e.clause("case *"+name, func() {
			e.block("if "+v+" == nil", null)
			e.variant(u, variant, loc{ptr: v})
		})
	}
	e.clause("default", func() { e.fail(call(g.codec("NotVariant"), v)) })
	e.line("}")
}

// variant writes the tag and the contents of a variant, and returns.
func (e *encoder) variant(u *ir.Union, v *ir.Variant, l loc) {
	l.addr = true
	e.lit("{" + propertyText(u.Tag) + jsonString(v.Name))
	if u.Content != "" {
		e.lit("," + propertyText(u.Content))
		e.within(pathPart{name: u.Content}, func() { e.value(v.Type, l, form{}) })
		e.lit("}")
		e.flush()
		e.line("return ", e.dst, ", nil")
		return
	}
	e.flush()
	n := e.local("n")
	e.mark(n)
	e.value(v.Type, l, form{})
	e.flush()
	e.line("return ", call(e.g.codec("Splice"), e.dst, n), ", nil")
}
