package lower

import (
	"go/types"
)

// A method is one that a type has, itself or by promotion.
type method struct {
	fn *types.Func
	// pointer: only the pointer to the type has it.
	pointer bool
	// nested: promoted through an embedded pointer, which can be nil.
	nested bool
}

// lookup returns the exported method of t or *t with this name and shape, or nil.
func lookup(t types.Type, name string, shape func(*types.Signature) bool) *method {
	obj, _, indirect := types.LookupFieldOrMethod(t, true, nil, name)
	fn, ok := obj.(*types.Func)
	if !ok || !shape(fn.Signature()) {
		return nil
	}
	byValue, _, _ := types.LookupFieldOrMethod(t, false, nil, name)
	return &method{fn: fn, pointer: byValue == nil, nested: indirect}
}

// origin returns the type whose declaration has the method: the receiver's, which differs from
// the type that was asked for when the method is promoted. Nil for the method of an unnamed
// interface.
func (m *method) origin() *types.TypeName {
	recv := types.Unalias(m.fn.Signature().Recv().Type())
	if p, ok := recv.(*types.Pointer); ok {
		recv = types.Unalias(p.Elem())
	}
	if named, ok := recv.(*types.Named); ok {
		return named.Origin().Obj()
	}
	return nil
}

// marshalJSON returns the method that makes t or *t a json.Marshaler, or nil.
func marshalJSON(t types.Type) *method { return lookup(t, "MarshalJSON", isMarshal) }

// marshalText returns the method that makes t or *t an encoding.TextMarshaler, or nil.
func marshalText(t types.Type) *method { return lookup(t, "MarshalText", isMarshal) }

func unmarshalJSON(t types.Type) *method { return lookup(t, "UnmarshalJSON", isUnmarshal) }

func unmarshalText(t types.Type) *method { return lookup(t, "UnmarshalText", isUnmarshal) }

func isZero(t types.Type) *method { return lookup(t, "IsZero", isPredicate) }

func validate(t types.Type) *method { return lookup(t, "Validate", isCheck) }

// isMarshal reports whether s is func() ([]byte, error).
func isMarshal(s *types.Signature) bool {
	r := s.Results()
	return s.Params().Len() == 0 && r.Len() == 2 && isByteSlice(r.At(0).Type()) && isError(r.At(1).Type())
}

// isUnmarshal reports whether s is func([]byte) error.
func isUnmarshal(s *types.Signature) bool {
	return s.Params().Len() == 1 && !s.Variadic() && isByteSlice(s.Params().At(0).Type()) &&
		s.Results().Len() == 1 && isError(s.Results().At(0).Type())
}

// isPredicate reports whether s is func() bool.
func isPredicate(s *types.Signature) bool {
	return s.Params().Len() == 0 && s.Results().Len() == 1 &&
		types.Identical(s.Results().At(0).Type(), types.Typ[types.Bool])
}

// isCheck reports whether s is func() error.
func isCheck(s *types.Signature) bool {
	return s.Params().Len() == 0 && s.Results().Len() == 1 && isError(s.Results().At(0).Type())
}

func isByteSlice(t types.Type) bool {
	s, ok := types.Unalias(t).(*types.Slice)
	return ok && types.Identical(s.Elem(), types.Typ[types.Byte])
}

func isError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

// A codec is how encoding/json writes a type that has methods for it.
type codec struct {
	*method
	text bool // MarshalText
}

// codecOf returns the method that writes a value of type t at a position that is addressable
// or not; nil when the value's structure is written. Its order is that of newTypeEncoder:
// MarshalJSON on the address, on the value, then MarshalText likewise. A method of *T that a
// value of type T would need an address for does not act where there is none.
func codecOf(t types.Type, addr bool) *codec {
	if isPointer(t) || isParam(t) {
		return nil // a pointer's methods are its element's, which is addressable
	}
	if m := marshalJSON(t); m != nil && (addr || !m.pointer) {
		return &codec{method: m}
	}
	if m := marshalText(t); m != nil && (addr || !m.pointer) {
		return &codec{method: m, text: true}
	}
	return nil
}

// unmarshalsOnly reports whether encoding/json reads a value of type t by a method, but writes its structure.
func unmarshalsOnly(t types.Type) bool {
	return !isPointer(t) && !isInterface(t) && !isParam(t) && codecOf(t, true) == nil &&
		(unmarshalJSON(t) != nil || unmarshalText(t) != nil)
}

func isPointer(t types.Type) bool {
	if isParam(t) {
		return false
	}
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

func isInterface(t types.Type) bool {
	if isParam(t) {
		return false
	}
	_, ok := t.Underlying().(*types.Interface)
	return ok
}

func isParam(t types.Type) bool {
	_, ok := types.Unalias(t).(*types.TypeParam)
	return ok
}

// basicKind returns the kind of a type with a basic underlying type, or types.Invalid.
func basicKind(t types.Type) types.BasicKind {
	if isParam(t) {
		return types.Invalid
	}
	if b, ok := t.Underlying().(*types.Basic); ok {
		return b.Kind()
	}
	return types.Invalid
}

// sensitivity tells which types are written differently where encoding/json cannot take their
// address: those that hold, by value, one with marshalers on the pointer alone.
type sensitivity map[string]bool

func (s sensitivity) of(t types.Type) bool {
	t = types.Unalias(t)
	if isParam(t) || isPointer(t) || isInterface(t) {
		return false
	}
	named, ok := t.(*types.Named)
	if !ok {
		return s.compute(t)
	}
	key := ident(named)
	if known, ok := s[key]; ok {
		return known
	}
	s[key] = false // ends what only a broken type can do: contain itself by value
	s[key] = s.compute(t)
	return s[key]
}

func (s sensitivity) compute(t types.Type) bool {
	with, without := codecOf(t, true), codecOf(t, false)
	switch {
	case with != nil && without != nil:
		return with.fn != without.fn
	case with != nil:
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Array:
		return u.Len() > 0 && s.of(u.Elem())
	case *types.Struct:
		for _, f := range structFields(u) {
			if f.steps == 0 && s.of(f.obj().Type()) {
				return true
			}
		}
	}
	return false
}
