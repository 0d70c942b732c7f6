package ir

// Place says how a type stands where it is used.
type Place struct {
	Quoted  bool // the option ",string" is in effect
	Present bool // the key is left out when the value is nil
	Plain   bool // inside what goes through encoding/json, whatever the settings say
}

// Place returns how the field's type stands in it.
func (f *Field) Place() Place { return Place{Quoted: f.Quoted, Present: f.OmitsNil()} }

// Wide reports whether t is an integer that the settings quote. Numbers of an enum never are.
func (ts *Types) Wide(t *Type, at Place) bool {
	if d := ts.Decl(t); d != nil && d.Enum != nil {
		return false
	}
	return !at.Plain && ts.settings.Quotes(ts.Under(t))
}

// Null reports whether nil is written as null for a value of t. A pointer to nil, and what a sealed
// interface holds, say that of themselves: a key that is left out for nil changes nothing there.
func (ts *Types) Null(t *Type, at Place) bool {
	if t.Kind == KindAny {
		return len(t.OneOf) > 0
	}
	if at.Present {
		return false
	}
	base := ts.Under(t)
	switch base.Kind {
	case KindPtr, KindRef: // a union, where it refers to anything
		return true
	case KindBytes, KindSlice, KindMap:
		return at.Plain || ts.settings.NilIsNull(base)
	case KindAny:
		return len(base.OneOf) > 0
	}
	return base.Marshal != nil && base.Marshal.Nilable
}

// ReadsNull reports whether null may stand where a value of t is read: also where a method or
// encoding/json reads, which know best.
func (ts *Types) ReadsNull(t *Type, at Place) bool {
	base := ts.Under(t)
	if d := ts.Decl(t); t.Opaque || base.Opaque || d != nil && d.Unmarshals {
		return true
	}
	switch base.Kind {
	case KindAny, KindRaw, KindCustom:
		return true
	case KindPtr:
		return !at.Present || ts.ReadsNull(base.Elem, Place{})
	}
	return ts.Null(t, at)
}
