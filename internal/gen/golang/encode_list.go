package golang

import (
	"strconv"

	"github.com/eventgen/eventgen/internal/ir"
)

// list writes the elements of a slice or array.
func (e *encoder) list(t *ir.Type, l loc) {
	i, x := e.local("i"), e.local("x")
	elem, variables := loc{ptr: x, addr: l.addr || t.Kind == ir.KindSlice}, i
	if e.g.scalar(t.Elem) {
		elem, variables = loc{val: x, addr: elem.addr}, i+", "+x
	}
	over := l.value()
	if t.Kind == ir.KindArray && e.g.constant(t.Elem) {
		over = strconv.Itoa(t.Len) // no code looks at the value, so that there may be no variable for it
	}
	e.lit("[")
	e.flush()
	e.block("for "+variables+" := range "+over, func() {
		e.comma(i)
		if elem.ptr != "" && !e.g.constant(t.Elem) {
			e.line(x, " := &", l.operand(), "[", i, "]")
		}
		e.within(pathPart{index: i}, func() { e.value(t.Elem, elem, form{}) })
		e.flush()
	})
	e.lit("]")
}

func (e *encoder) comma(index string) {
	e.block("if "+index+" > 0", func() { e.line(e.dst, " = append(", e.dst, ", ',')") })
}
