package golang

import (
	"github.com/dave/jennifer/jen"

	"github.com/eventgen/eventgen/internal/ir"
)

// union writes the body of a union's encoder. v is the interface value.
func (e *encoder) union(u *ir.Union, v string) {
	g := e.g
	null := jen.Return(jen.Append(jen.Id(e.dst), text("null").Op("...")), jen.Nil())
	e.add(jen.Switch(jen.Id(v).Op(":=").Id(v).Assert(jen.Type())).BlockFunc(func(cases *jen.Group) {
		cases.Case(jen.Nil()).Block(null)
		for _, variant := range u.Variants {
			name, ok := g.goType(variant.Type)
			if !ok {
				continue
			}
			if !variant.Pointer {
				cases.Case(name.Clone()).Block(e.branch("", func() { e.variant(u, variant, loc{val: v}) })...)
			}
			cases.Case(jen.Op("*").Add(name)).Block(e.branch("", func() {
				e.add(jen.If(jen.Id(v).Op("==").Nil()).Block(null))
				e.variant(u, variant, loc{ptr: v})
			})...)
		}
		cases.Default().Block(e.fail(g.codec("NotVariant").Call(jen.Id(v))))
	}))
}

// variant writes the tag and the contents of a variant, and returns.
func (e *encoder) variant(u *ir.Union, v *ir.Variant, l loc) {
	l.addr = true
	e.lit("{" + propertyText(u.Tag) + jsonString(v.Name))
	if u.Content != "" {
		e.lit("," + propertyText(u.Content))
		e.within(step{name: u.Content}, func() { e.value(v.Type, l, form{}) })
		e.lit("}")
		e.flush()
		e.add(jen.Return(jen.Id(e.dst), jen.Nil()))
		return
	}
	e.flush()
	n := e.local("n")
	e.add(jen.Id(n).Op(":=").Len(jen.Id(e.dst)))
	e.value(v.Type, l, form{})
	e.flush()
	e.add(jen.Return(e.g.codec("Splice").Call(jen.Id(e.dst), jen.Id(n)), jen.Nil()))
}
