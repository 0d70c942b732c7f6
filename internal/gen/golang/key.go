package golang

import (
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/eventgen/eventgen/internal/ir"
)

// keyFunc returns the function that takes the key out of a payload.
func (g *pkg) keyFunc(e *ir.Event) *jen.Statement {
	payload, _ := g.payloadType(e)
	body := []jen.Code{}
	for i, nilable := range e.Key.Nilable {
		if nilable {
			body = append(body, jen.If(expr("p."+strings.Join(e.Key.Path[:i+1], ".")).Op("==").Nil()).Block(
				jen.Return(g.bus("Key").Values())))
		}
	}
	body = append(body, g.keyReturn(e)...)
	return jen.Func().Params(jen.Id("p").Op("*").Add(payload)).Add(g.bus("Key")).Block(body...)
}

// keyReturn writes the statements that return the key, whose wire form is the field's own.
func (g *pkg) keyReturn(e *ir.Event) []jen.Code {
	source := "p." + strings.Join(e.Key.Path, ".")
	v := expr(source)
	t, quoted := g.basic(e.Key.Type), g.keyQuoted(e)
	key := func(constructor string, kind ir.Kind, bits int) []jen.Code {
		return []jen.Code{jen.Return(g.bus(constructor).Call(g.convert(kind, bits, e.Key.Type, v)))}
	}
	switch {
	case t.Kind == ir.KindString && !quoted:
		return key("StringKey", ir.KindString, 0)
	case t.Kind == ir.KindBool && !quoted:
		return key("BoolKey", ir.KindBool, 0)
	case t.Kind == ir.KindInt && !quoted:
		return key("IntKey", ir.KindInt, 64)
	case t.Kind == ir.KindUint && !quoted:
		return key("UintKey", ir.KindUint, 64)
	}
	return g.codecs.jsonKey(e, source, quoted && !g.wide(e.Key.Type))
}

// keyQuoted reports whether the key's number or bool travels in a string.
func (g *pkg) keyQuoted(e *ir.Event) bool {
	if f := g.keyField(e); f != nil && f.Quoted {
		return true
	}
	return g.wide(e.Key.Type)
}

// keyField returns the payload's field that is the key, or nil if it lies deeper.
func (g *pkg) keyField(e *ir.Event) *ir.Field {
	t := e.Payload
	if d := g.decls[t.Ref]; d != nil {
		t = d.Type
	}
	if t == nil {
		return nil
	}
	i := slices.IndexFunc(t.Fields, func(f *ir.Field) bool {
		return slices.EqualFunc(f.Path, e.Key.Path, func(s ir.Step, name string) bool { return s.Name == name })
	})
	if i < 0 {
		return nil
	}
	return t.Fields[i]
}

// basic returns t with references to declarations of basic types followed; t itself when it
// leads to none.
func (g *pkg) basic(t *ir.Type) *ir.Type {
	for seen := map[string]bool{}; t.Kind == ir.KindRef && !seen[t.Ref]; {
		seen[t.Ref] = true
		d := g.decls[t.Ref]
		if d == nil || d.Type == nil {
			break
		}
		t = d.Type
	}
	return t
}

// wide reports whether t is an integer that the output's settings quote on the wire.
func (g *pkg) wide(t *ir.Type) bool {
	if d := g.decls[t.Ref]; d != nil && d.Enum != nil {
		return false
	}
	b := g.basic(t)
	return (b.Kind == ir.KindInt || b.Kind == ir.KindUint) && (b.Bits == 0 || b.Bits == 64) &&
		g.settings.Int64 != ir.Int64Number
}

// convert returns v as the predeclared type of this kind and width, without a conversion where
// v has that type already.
func (g *pkg) convert(kind ir.Kind, bits int, t *ir.Type, v *jen.Statement) *jen.Statement {
	if t.Kind == kind && t.Bits == bits && (t.Go == nil || t.Go.Path == "") {
		return v
	}
	target, _ := g.goType(&ir.Type{Kind: kind, Bits: bits})
	return target.Call(v)
}
