package golang

import (
	"fmt"
	"slices"
	"strconv"

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
		head := "if " + e.read("Object")
		if slices.ContainsFunc(required, func(mask uint64) bool { return mask != 0 }) {
			head = "if " + at + " := " + e.read("Offset") + "; " + e.read("Object")
		}
		e.block(head, func() {
			switch {
			case len(required) == 1:
				e.line("var ", seen, " uint64")
			case len(required) > 1:
				e.line("var ", seen, " [", strconv.Itoa(len(required)), "]uint64")
			}
			e.block("for "+e.read("Field"), func() { e.properties(t, l, seen, names) })
			for w, mask := range required {
				if mask != 0 {
					e.missing(at, seen, names, w, len(required), mask)
				}
			}
		})
	})
}

// properties writes the switch over the name of a property.
func (e *decoder) properties(t *ir.Type, l loc, seen, names string) {
	unknown := e.read("Unknown", names)
	if len(t.Fields) == 0 {
		e.line(unknown)
		return
	}
	e.line("switch ", call("string", e.read("Name")), " {")
	for i, f := range t.Fields {
		word := "&" + seen
		if len(t.Fields) > wordBits {
			word += "[" + strconv.Itoa(i/wordBits) + "]"
		}
		e.clause("case "+text(f.Name), func() {
			e.block("if "+e.read("First", word, "1<<"+strconv.Itoa(i%wordBits)), func() {
				for n, s := range f.Path[:len(f.Path)-1] {
					if s.Ptr {
						e.line(e.generic("Ensure", l.field(selectors(f.Path[:n+1])).pointer()))
					}
				}
				e.value(f.Type, l.field(selectors(f.Path)), form{quoted: f.Quoted, present: f.OmitsNil()})
			})
		})
	}
	e.clause("default", func() { e.line(unknown) })
	e.line("}")
}

// missing writes the check that the required properties of one word have been seen.
func (e *decoder) missing(at, seen, names string, w, words int, mask uint64) {
	if words > 1 {
		seen += "[" + strconv.Itoa(w) + "]"
		if w > 0 {
			names += "[" + strconv.Itoa(w*wordBits) + ":]"
		}
	}
	bits := fmt.Sprintf("%#x", mask)
	e.block("if "+seen+"&"+bits+" != "+bits, func() { e.line(e.read("Missing", at, seen, bits, names)) })
}
