package golang

import (
	"github.com/dave/jennifer/jen"

	"github.com/eventgen/eventgen/internal/ir"
)

// decodesKey reports whether a map with keys of type t can be read: text keys need the method.
func (g *pkg) decodesKey(t *ir.Type) bool {
	k := g.basic(t)
	return k.Kind != ir.KindText || k.Marshal != nil && k.Marshal.Decodes
}

// mapping reads the entries of a map.
func (e *decoder) mapping(t *ir.Type, l loc, cond *jen.Statement) {
	e.add(jen.If(cond).Block(e.nested(func() {
		e.add(e.g.codec("NewMap").Call(expr(l.pointer())))
		names := ""
		if k := e.g.basic(t.Key); k.Kind == ir.KindText && k.Marshal.Nilable {
			names = e.local("names") // pointers never are equal, so the names are remembered
			e.add(jen.Var().Id(names).Add(e.g.codec("Names")))
		}
		e.add(jen.For(e.read("Field")).Block(e.nested(func() { e.entry(t, l, names) })...))
	})...))
}

// entry reads one entry, whose name is known. names is a variable that holds the names so far, for
// keys that do not tell.
func (e *decoder) entry(t *ir.Type, l loc, names string) {
	g := e.g
	k := g.basic(t.Key)
	key := e.local("k")
	body := func(k *jen.Statement) []jen.Code {
		return e.nested(func() {
			slot := expr(l.operand()).Index(k)
			if value, ok := e.scalar(t.Elem, form{}); ok {
				e.add(slot.Op("=").Add(value))
				return
			}
			x := e.local("x")
			e.add(jen.Id(x).Op(":=").Add(g.codec("Zero")).Call(expr(l.value())))
			e.value(t.Elem, loc{val: x}, form{})
			e.add(slot.Op("=").Id(x))
		})
	}
	absent := func(k *jen.Statement) *jen.Statement {
		return e.generic("Absent", expr(l.value()), k)
	}
	// checked writes the entry of a key that read may refuse.
	checked := func(read *jen.Statement, from string, member *jen.Statement) {
		ok := e.local("ok")
		k := g.converted(t.Key, from, jen.Id(key))
		cond := jen.Id(ok)
		if member != nil {
			cond.Op("&&").Add(member)
		}
		e.add(jen.If(jen.List(jen.Id(key), jen.Id(ok)).Op(":=").Add(read),
			cond.Op("&&").Add(absent(k.Clone()))).Block(body(k)...))
	}
	enum := g.closedEnum(t.Key)
	var member *jen.Statement
	if enum != nil && k.Kind != ir.KindString {
		member = e.generic("KeyMember", jen.Id(key), jen.Id(g.codecs.members(enum)))
	}
	switch {
	case k.Kind == ir.KindInt:
		checked(e.read("KeyInt", g.bits(k)), "int64", member)
	case k.Kind == ir.KindUint:
		checked(e.read("KeyUint", g.bits(k)), "uint64", member)
	case k.Kind == ir.KindText && k.Marshal.Nilable:
		name, _ := g.goType(k)
		e.add(jen.Id(key).Op(":=").New(name))
		e.add(jen.If(jen.Id(names).Dot("Absent").Call(jen.Id(e.d)).Op("&&").Add(e.generic("KeyPointer", jen.Op("&").Id(key)))).Block(body(jen.Id(key))...))
	case k.Kind == ir.KindText:
		name, _ := g.goType(t.Key)
		e.add(jen.Var().Id(key).Add(name))
		e.add(jen.If(e.read("KeyText", jen.Op("&").Id(key)).Op("&&").Add(absent(jen.Id(key)))).Block(body(jen.Id(key))...))
	case enum != nil:
		checked(e.read("KeyOneOf", jen.Id(g.codecs.members(enum))), "string", nil)
	default:
		name := jen.String()
		if t.Key.Kind == ir.KindRef || t.Key.Go != nil {
			name, _ = g.goType(t.Key)
		}
		e.add(jen.If(jen.Id(key).Op(":=").Add(name).Call(e.read("Name")), absent(jen.Id(key))).Block(body(jen.Id(key))...))
	}
}
