package golang

import (
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

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
