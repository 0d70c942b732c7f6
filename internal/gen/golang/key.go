package golang

import (
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// keyFunc returns the function that takes the key out of a payload. Its wire form is the field's own.
func (g *pkg) keyFunc(e *ir.Event) string {
	payload, _ := g.payloadType(e)
	enc := newEncoder(g, new(source))
	none := "return " + g.def("Key") + "{}"
	enc.leave = func(string) string { return none }
	enc.body("func(p *"+payload+") "+g.def("Key"), func() {
		for i, nilable := range e.Key.Nilable {
			if nilable {
				enc.block("if p."+strings.Join(e.Key.Path[:i+1], ".")+" == nil", func() { enc.line(none) })
			}
		}
		enc.key(e, "p."+strings.Join(e.Key.Path, "."))
	})
	return enc.literal()
}

// key writes the statements that return v as a key.
func (e *encoder) key(event *ir.Event, v string) {
	g := e.g
	t, quoted := g.types.Under(event.Key.Type), g.keyQuoted(event)
	key := func(constructor string, kind ir.Kind, bits int) {
		e.line("return ", call(g.def(constructor), g.convert(kind, bits, event.Key.Type, v)))
	}
	switch {
	case t.Kind == ir.KindString && !quoted:
		key("StringKey", ir.KindString, 0)
	case t.Kind == ir.KindBool && !quoted:
		key("BoolKey", ir.KindBool, 0)
	case t.Kind == ir.KindInt && !quoted:
		key("IntKey", ir.KindInt, 64)
	case t.Kind == ir.KindUint && !quoted:
		key("UintKey", ir.KindUint, 64)
	default:
		e.line("var ", e.dst, " []byte")
		e.value(event.Key.Type, loc{val: v, addr: true}, form{quoted: quoted && !g.types.Wide(event.Key.Type, ir.Place{})})
		e.flush()
		e.line("return ", call(g.def("JSONKey"), e.dst))
	}
}

// keyQuoted reports whether the key's number or bool travels in a string.
func (g *pkg) keyQuoted(e *ir.Event) bool {
	if f := g.keyField(e); f != nil && f.Quoted {
		return true
	}
	return g.types.Wide(e.Key.Type, ir.Place{})
}

// keyField returns the payload's field that is the key, or nil if it lies deeper.
func (g *pkg) keyField(e *ir.Event) *ir.Field {
	t := e.Payload
	if d := g.types.Decl(t); d != nil {
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

// convert returns v as the predeclared type of this kind and width, without a conversion where
// v has that type already.
func (g *pkg) convert(kind ir.Kind, bits int, t *ir.Type, v string) string {
	if t.Kind == kind && t.Bits == bits && (t.Go == nil || t.Go.Path == "") {
		return v
	}
	return call(predeclared(kind, bits), v)
}
