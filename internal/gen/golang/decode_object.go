package golang

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/eventgen/eventgen/internal/ir"
)

// wordBits is how many properties one word of seen marks.
const wordBits = 64

// object reads the properties of a struct.
func (e *decoder) object(t *ir.Type, l loc, stem string) {
	names := e.g.codecs.names(stem, mapSlice(t.Fields, func(f *ir.Field) string { return f.Name }))
	required := make([]uint64, (len(t.Fields)+wordBits-1)/wordBits)
	for i, f := range t.Fields {
		if !f.Optional {
			required[i/wordBits] |= 1 << (i % wordBits)
		}
	}
	e.scope(func() {
		at, seen := e.local("at"), e.local("seen")
		body := e.nested(func() {
			switch {
			case len(required) == 1:
				e.add(jen.Var().Id(seen).Uint64())
			case len(required) > 1:
				e.add(jen.Var().Id(seen).Index(jen.Lit(len(required))).Uint64())
			}
			e.add(jen.For(e.read("Field")).Block(e.nested(func() { e.properties(t, l, seen, names) })...))
			for w, mask := range required {
				if mask != 0 {
					e.missing(at, seen, names, w, len(required), mask)
				}
			}
		})
		if needed := mapSlice(required, func(m uint64) bool { return m != 0 }); !anyTrue(needed) {
			e.add(jen.If(e.read("Object")).Block(body...))
			return
		}
		e.add(jen.If(jen.Id(at).Op(":=").Add(e.read("Offset")), e.read("Object")).Block(body...))
	})
}

func anyTrue(list []bool) bool {
	for _, b := range list {
		if b {
			return true
		}
	}
	return false
}

// properties writes the switch over the name of a property.
func (e *decoder) properties(t *ir.Type, l loc, seen, names string) {
	unknown := e.read("Unknown", jen.Id(names))
	if len(t.Fields) == 0 {
		e.add(unknown)
		return
	}
	e.add(jen.Switch(jen.String().Call(e.read("Name"))).BlockFunc(func(cases *jen.Group) {
		for i, f := range t.Fields {
			word, bit := jen.Op("&").Id(seen), jen.Lit(1).Op("<<").Lit(i%wordBits)
			if len(t.Fields) > wordBits {
				word.Index(jen.Lit(i / wordBits))
			}
			cases.Case(text(f.Name)).Block(jen.If(e.read("First", word, bit)).Block(e.nested(func() {
				for n, s := range f.Path[:len(f.Path)-1] {
					if s.Ptr {
						e.add(e.g.codec("Ensure").Call(expr(l.field(selectors(f.Path[:n+1])).pointer())))
					}
				}
				e.value(f.Type, l.field(selectors(f.Path)), form{quoted: f.Quoted, present: f.OmitsNil()})
			})...))
		}
		cases.Default().Block(unknown)
	}))
}

// missing writes the check that the required properties of one word have been seen.
func (e *decoder) missing(at, seen, names string, w, words int, mask uint64) {
	word, list := jen.Id(seen), jen.Id(names)
	if words > 1 {
		word.Index(jen.Lit(w))
		if w > 0 {
			list.Index(jen.Lit(w*wordBits), jen.Empty())
		}
	}
	bits := jen.Op(fmt.Sprintf("%#x", mask))
	e.add(jen.If(word.Clone().Op("&").Add(bits.Clone()).Op("!=").Add(bits.Clone())).Block(
		e.read("Missing", jen.Id(at), word, bits, list)))
}
