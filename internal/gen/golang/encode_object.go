package golang

import (
	"strings"

	"github.com/dave/jennifer/jen"

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
		e.add(jen.Id(start).Op(":=").Len(jen.Id(e.dst)))
	}
	always := false
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
			e.add(jen.If(e.g.cond(guard)).Block(e.branch("", func() {
				for _, f := range group {
					e.property(opening, f, l, e.omits(f, l))
				}
			})...))
		}
		always = always || e.condition(group[0], l) == ""
		opening = ","
	}
	e.lit("}")
	if start == "" {
		return
	}
	closing := e.pending
	e.pending = ""
	brace := jen.Id(e.dst).Index(jen.Id(start)).Op("=").LitRune('{')
	if always {
		e.add(brace)
	} else {
		e.add(jen.If(jen.Len(jen.Id(e.dst)).Op("==").Id(start)).Block(
			jen.Id(e.dst).Op("=").Append(jen.Id(e.dst), jen.LitRune('{')),
		).Else().Block(brace))
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
	e.add(jen.If(e.g.cond(cond)).Block(e.branch("", write)...))
}

// isUnion reports whether values of t are variants of a union.
func (g *pkg) isUnion(t *ir.Type) bool {
	d := g.decls[t.Ref]
	return !t.Opaque && t.Kind == ir.KindRef && d != nil && d.Union != nil
}

// dropping takes a property back whose value came out as null: a nil pointer in a union is nil.
func (e *encoder) dropping(write func()) func() {
	return func() {
		e.flush()
		n := e.local("n")
		e.add(jen.Id(n).Op(":=").Len(jen.Id(e.dst)))
		write()
		e.call(e.g.codec("DropNull"), jen.Id(n))
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
func (e *encoder) condition(f *ir.Field, l loc) string { return both(nilGuard(f, l), e.omits(f, l)) }

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

// omits returns the condition under which the options omitempty and omitzero leave a property in.
func (e *encoder) omits(f *ir.Field, l loc) string {
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
		if e.g.basic(f.Type).Kind == ir.KindPtr {
			zero = both(x+" != nil", not(x+".IsZero()"))
		} else {
			zero = not(codecCall("IsZeroer", x))
		}
	}
	if zero == cond {
		return cond
	}
	return both(cond, zero)
}

// notEmpty returns the condition that omitempty leaves the value in.
func (e *encoder) notEmpty(f *ir.Field, l loc) string {
	if f.Under != nil {
		if f.Under.Kind == ir.UnderList {
			return "len(" + l.value() + ") != 0"
		}
		return underNotZero(*f.Under, l)
	}
	t := f.Type
	b := e.g.basic(t)
	if t.Opaque || b.Opaque {
		return not(codecCall("IsEmpty", l.pointer()))
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
	return not(codecCall("IsEmpty", l.pointer()))
}

// notZero returns the condition that omitzero leaves a value in that has no method IsZero.
func (e *encoder) notZero(f *ir.Field, l loc) string {
	if f.Under != nil {
		return underNotZero(*f.Under, l)
	}
	t := f.Type
	b := e.g.basic(t)
	if t.Opaque || b.Opaque {
		return not(codecCall("IsZeroValue", l.pointer()))
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
	return not(codecCall("IsZeroValue", l.pointer()))
}

// underNotZero returns the condition that a value is not the zero one.
func underNotZero(u ir.Under, l loc) string {
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
		return not(codecCall("IsZero", l.pointer()))
	}
	parts := make([]string, len(u.Parts))
	for i, p := range u.Parts {
		parts[i] = underNotZero(p.Under, l.field(p.Name))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, " || ") + ")"
}

// codecMark stands for package codec in a condition, which is text until it is complete.
const codecMark = "\x00"

func codecCall(name, arg string) string { return codecMark + name + "(" + arg + ")" }

// cond returns a complete condition as code.
func (g *pkg) cond(source string) *jen.Statement {
	out := jen.Null()
	for i, part := range strings.Split(source, codecMark) {
		if i == 0 {
			out.Op(part)
			continue
		}
		name, rest, _ := strings.Cut(part, "(")
		out.Add(g.codec(name)).Op("(" + rest)
	}
	return out
}
