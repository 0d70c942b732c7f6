package ir

// MapKey is what the keys of a map are: names of properties, whatever they are in Go.
type MapKey struct {
	// Kind is KindString, KindInt or KindUint, which are written in digits, KindText, or KindParam.
	Kind Kind
	// Base is the expression that decides it; its Bits bound an integer, its TS narrows a text.
	Base *Type
	// Enum is set if the keys are constants. A closed one admits no others.
	Enum *Enum
	// Pointer: the keys are pointers to what Base is. They are never equal, and nil is the empty name.
	Pointer bool
	// Reads: UnmarshalText reads the keys, and no method writes them.
	Reads bool
	// Unreadable: a method writes the keys, and none reads them.
	Unreadable bool
}

// MapKey resolves the key of a map.
func (ts *Types) MapKey(t *Type) MapKey {
	k := MapKey{Base: ts.Under(t)}
	k.Kind = k.Base.Kind
	method := k.Base.Marshal != nil && k.Base.Marshal.Decodes
	if k.Kind == KindText {
		k.Pointer, k.Unreadable = k.Base.PointerKey(), !method
	} else {
		k.Reads = t == k.Base && method
	}
	if d := ts.Decl(t); d != nil {
		k.Enum, k.Reads = d.Enum, d.ReadsKeys
	}
	return k
}

// PointerKey reports whether t, the key of a map, is a pointer to the type that it names.
func (t *Type) PointerKey() bool {
	return t.Kind == KindText && t.Marshal != nil && t.Marshal.Nilable
}
