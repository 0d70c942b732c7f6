package golang

import (
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// object writes the properties of a struct. If the first of them can be absent, every property
// brings a comma, and the first of these becomes the brace.
func (e *encoder) object(t *ir.Type, l loc) {
	if len(t.Fields) == 0 {
		e.lit("{}")
		return
	}
	opening, start := "{", ""
	if e.condition(t.Fields[0], l) != "" {
		opening = ","
		e.flush()
		start = e.local("n")
		e.mark(start)
	}
	always := "" // how the first property begins that is always there
	for rest := t.Fields; len(rest) > 0; {
		guard := nilGuard(rest[0], l)
		n := 1
		for n < len(rest) && guard != "" && nilGuard(rest[n], l) == guard {
			n++
		}
		group := rest[:n]
		rest = rest[n:]
		if guard == "" || n == 1 {
			e.property(opening, group[0], l, e.condition(group[0], l))
		} else {
			e.flush()
			e.block("if "+guard, e.branch("", func() {
				for _, f := range group {
					e.property(opening, f, l, both(e.omits(f, l)...))
				}
			}))
		}
		if always == "" && e.condition(group[0], l) == "" {
			always = opening + propertyText(group[0].Name)
		}
		opening = ","
	}
	if start != "" && always != "" && strings.Contains(e.pending, always) {
		e.flush() // there must be a comma where the brace is put
	}
	e.lit("}")
	if start == "" {
		return
	}
	closing := e.pending
	e.pending = ""
	brace := func() { e.line(e.dst, "[", start, "] = '{'") }
	if always != "" {
		brace()
	} else {
		e.either("len("+e.dst+") == "+start, func() { e.line(e.dst, " = append(", e.dst, ", '{')") }, brace)
	}
	e.pending = closing
}

// property writes a name and a value, if cond holds.
func (e *encoder) property(opening string, f *ir.Field, l loc, cond string) {
	write := func() {
		e.lit(opening + propertyText(f.Name))
		place := l.field(selectors(f.Path))
		for _, s := range f.Path[:len(f.Path)-1] {
			place.addr = place.addr || s.Ptr
		}
		e.within(step{name: f.Name}, func() {
			e.value(f.Type, place, form{quoted: f.Quoted, present: f.OmitsNil()})
		})
	}
	if f.OmitsNil() && e.g.isUnion(f.Type) {
		write = e.dropping(write)
	}
	if cond == "" {
		write()
		return
	}
	e.flush()
	e.block("if "+cond, e.branch("", write))
}

// isUnion reports whether values of t are variants of a union.
func (g *pkg) isUnion(t *ir.Type) bool {
	d := g.types.Decl(t)
	return !t.Opaque && t.Kind == ir.KindRef && d != nil && d.Union != nil
}

// dropping takes a property back whose value came out as null: a nil pointer in a union is nil.
func (e *encoder) dropping(write func()) func() {
	return func() {
		e.flush()
		n := e.local("n")
		e.mark(n)
		write()
		e.call(e.g.codec("DropNull"), n)
	}
}

func selectors(path []ir.Step) string {
	names := make([]string, len(path))
	for i, s := range path {
		names[i] = s.Name
	}
	return strings.Join(names, ".")
}

// condition returns the condition under which a property is written; empty is always.
func (e *encoder) condition(f *ir.Field, l loc) string {
	return both(append([]string{nilGuard(f, l)}, e.omits(f, l)...)...)
}

// nilGuard returns the condition that no embedded pointer above a field is nil.
func nilGuard(f *ir.Field, l loc) string {
	cond := ""
	for i, s := range f.Path[:len(f.Path)-1] {
		if s.Ptr {
			cond = both(cond, l.field(selectors(f.Path[:i+1])).value()+" != nil")
		}
	}
	return cond
}

// omits returns the conditions under which the options omitempty and omitzero leave a property in.
func (e *encoder) omits(f *ir.Field, l loc) []string {
	place := l.field(selectors(f.Path))
	x := place.value()
	cond := ""
	if f.OmitEmpty {
		cond = e.notEmpty(f, place)
	}
	zero := ""
	switch f.OmitZero {
	case ir.ZeroValue:
		zero = e.notZero(f, place)
	case ir.ZeroMethod, ir.ZeroPtrMethod:
		zero = not(place.operand() + ".IsZero()")
	case ir.ZeroNilMethod:
		if e.g.types.Under(f.Type).Kind == ir.KindPtr {
			zero = both(x+" != nil", not(x+".IsZero()"))
		} else {
			zero = not(call(e.g.codec("IsZeroer"), x))
		}
	}
	if strings.HasPrefix(zero, cond) { // omitzero asks that too
		return []string{zero}
	}
	return []string{cond, zero}
}

// notEmpty returns the condition that omitempty leaves the value in.
func (e *encoder) notEmpty(f *ir.Field, l loc) string {
	if f.Under != nil {
		if f.Under.Kind == ir.UnderList {
			return "len(" + l.value() + ") != 0"
		}
		return e.underNotZero(*f.Under, l)
	}
	t := f.Type
	b := e.g.types.Under(t)
	if t.Opaque || b.Opaque {
		return not(call(e.g.codec("IsEmpty"), l.pointer()))
	}
	switch b.Kind {
	case ir.KindBytes, ir.KindSlice, ir.KindMap, ir.KindRaw:
		if b.Kind == ir.KindRaw && !isGo(b, jsonPath, "RawMessage") {
			break
		}
		return "len(" + l.value() + ") != 0"
	case ir.KindBool, ir.KindInt, ir.KindUint, ir.KindFloat, ir.KindString, ir.KindNumber, ir.KindPtr, ir.KindAny, ir.KindRef:
		return e.notZero(f, l)
	}
	if b.Marshal != nil && b.Marshal.Nilable {
		return l.value() + " != nil"
	}
	return not(call(e.g.codec("IsEmpty"), l.pointer()))
}

// notZero returns the condition that omitzero leaves a value in that has no method IsZero.
func (e *encoder) notZero(f *ir.Field, l loc) string {
	if f.Under != nil {
		return e.underNotZero(*f.Under, l)
	}
	t := f.Type
	b := e.g.types.Under(t)
	if t.Opaque || b.Opaque {
		return not(call(e.g.codec("IsZeroValue"), l.pointer()))
	}
	switch b.Kind {
	case ir.KindBool:
		return l.value()
	case ir.KindInt, ir.KindUint, ir.KindFloat:
		return l.value() + " != 0"
	case ir.KindString, ir.KindNumber:
		return l.value() + ` != ""`
	case ir.KindBytes, ir.KindSlice, ir.KindMap, ir.KindPtr, ir.KindAny:
		return l.value() + " != nil"
	case ir.KindRef: // a union
		return l.value() + " != nil"
	case ir.KindRaw:
		if isGo(b, jsonPath, "RawMessage") {
			return l.value() + " != nil"
		}
	}
	if b.Marshal != nil && b.Marshal.Nilable {
		return l.value() + " != nil"
	}
	return not(call(e.g.codec("IsZeroValue"), l.pointer()))
}

// underNotZero returns the condition that a value is not the zero one.
func (e *encoder) underNotZero(u ir.Under, l loc) string {
	switch u.Kind {
	case ir.UnderBool:
		return "bool(" + l.value() + ")"
	case ir.UnderNumber:
		return l.value() + " != 0"
	case ir.UnderString:
		return l.value() + ` != ""`
	case ir.UnderList, ir.UnderNil:
		return l.value() + " != nil"
	case ir.UnderComparable:
		return not(call(e.g.codec("IsZero"), l.pointer()))
	}
	parts := make([]string, len(u.Parts))
	for i, p := range u.Parts {
		parts[i] = e.underNotZero(p.Under, l.field(p.Name))
	}
	return strings.Join(parts, " || ")
}
