package ir

// Form is a wire form with nothing left to look up: generics are instantiated, settings applied,
// and what can be null or travels in quotes is said where it does ([Slot]). Forms of recursive
// types are cyclic. A Form is read-only.
type Form struct {
	// Kind is one of the kinds that carry a value: no reference, parameter, pointer or raw
	// message (that is KindAny, as is a custom form of which nothing is stated). An enum has the
	// kind of its values. It is empty for a union, and for a type that consists of nothing but
	// pointers to itself, whose only value is null.
	Kind  Kind
	Bits  int    // as in Type
	Len   int    // of an array
	TS    string // of KindText and KindCustom
	Key   *Slot  // of a map
	Elem  *Slot  // of a slice, array or map
	Props []Prop // of a struct, in the order they are written
	OneOf []Slot // as in Type

	Enum     *Enum
	Union    *Union
	Variants []FormVariant // of a union, by name

	// Decl is the declaration that the form comes from, nil for one written in place; Args are
	// the arguments of a generic one.
	Decl *Decl
	Args []Slot
	// Type is the expression that the form comes from; nil for a union and where the model lacks it.
	Type *Type
}

// Slot is a form at a place.
type Slot struct {
	*Form
	Nullable bool // or null
	Quoted   bool // the bool, number or string travels as the text of a JSON string
}

// Prop is a property of an object.
type Prop struct {
	Slot
	Field *Field // its Name, Optional, Doc and so on
}

// FormVariant is an alternative of a union.
type FormVariant struct {
	Slot
	Variant *Variant
}

// maxInstances bounds how many instances of one generic declaration contain each other. It ends
// instantiation without bound, which the Go compiler refuses but a file made by hand could hold.
const maxInstances = 32

// Forms resolves the types of one package. It is not safe for concurrent use.
type Forms struct {
	settings  Settings
	instances *Instances
	memo      map[use]*Form
	pointees  map[use]*pointee
	open      map[*Decl]int // declarations being resolved, with the number of their instances
	shapes    *shapeGraph
}

// use is an instance where the settings apply, or inside what goes through encoding/json.
type use struct {
	*Instance
	plain bool
}

// NewForms returns a resolver for the types of p in an output with these settings.
func NewForms(p *Package, s Settings) *Forms {
	return &Forms{settings: s, instances: NewInstances(p), memo: map[use]*Form{}, pointees: map[use]*pointee{}, open: map[*Decl]int{}, shapes: newShapeGraph()}
}

// Of resolves t, as a payload or a payload's part. The form of a declaration is the same pointer
// wherever it is used.
func (fs *Forms) Of(t *Type) Slot { return fs.slot(t, false, false, false) }

// slot resolves t. plain: it goes through encoding/json; quoted: the option ",string" is in effect;
// present: the key is absent when the value is nil.
func (fs *Forms) slot(t *Type, plain, quoted, present bool) Slot {
	null := false
	over := use{}
	for seen := map[*Instance]bool{}; ; {
		if t == nil {
			return Slot{Form: &Form{Kind: KindAny}}
		}
		plain = plain || t.Opaque
		switch t.Kind {
		case KindPtr:
			null = null || !present
			present = false
			t = t.Elem
			continue
		case KindParam: // its argument is missing
			return Slot{Form: &Form{Kind: KindAny}}
		case KindRef:
			i := fs.instances.Of(t)
			if i == nil || fs.open[i.Decl] > maxInstances || len(seen) > maxInstances {
				return Slot{Form: &Form{Kind: KindAny, Type: t}}
			}
			d := i.Decl
			if d.Enum == nil && d.Union == nil && d.Type != nil && (d.Type.Kind == KindPtr || d.Type.Kind == KindRef) {
				if seen[i] {
					return Slot{Form: &Form{Decl: d, Type: d.Type}, Nullable: true}
				}
				seen[i] = true
				t, over = i.Body, use{i, plain}
				continue
			}
			return fs.place(fs.declared(use{i, plain}), plain, quoted, present, null)
		}
		return fs.place(fs.pointee(over, t, plain), plain, quoted, present, null)
	}
}

// pointee resolves t, which a declared pointer leads to, if there is one. That may occur in what it
// leads to: the form is then of its declaration, so that the circle has a name.
func (fs *Forms) pointee(p use, t *Type, plain bool) *Form {
	if p.Instance == nil {
		f := &Form{}
		fs.fill(f, t, plain)
		return f
	}
	p.plain = plain
	known, ok := fs.pointees[p]
	if ok {
		if !known.done && known.form.Decl == nil {
			known.form.Decl, known.form.Args = p.Decl, fs.args(p)
		}
		return known.form
	}
	known = &pointee{form: &Form{}}
	fs.pointees[p] = known
	fs.fill(known.form, t, plain)
	known.done = true
	return known.form
}

// args resolves the arguments of an instance.
func (fs *Forms) args(u use) []Slot {
	var out []Slot
	for n := range u.Decl.Params {
		if n < len(u.Args) {
			out = append(out, fs.slot(u.Args[n], u.plain, false, false))
		} else {
			out = append(out, Slot{})
		}
	}
	return out
}

// A pointee is what a declared pointer leads to.
type pointee struct {
	form *Form
	done bool // all of it is resolved
}

// place says whether a form can be null and is quoted where it stands. A form that is still
// being resolved has at least its kind.
func (fs *Forms) place(f *Form, plain, quoted, present, null bool) Slot {
	s := Slot{Form: f, Nullable: null}
	switch f.Kind {
	case KindAny:
		return Slot{Form: f, Nullable: len(f.OneOf) > 0}
	case KindBytes, KindSlice, KindMap:
		s.Nullable = null || (plain || fs.settings.NilIsNull(f.Type)) && !present
	case KindTime, KindText, KindCustom:
		s.Nullable = null || f.Type.Marshal != nil && f.Type.Marshal.Nilable && !present
	case KindInt, KindUint:
		s.Quoted = quoted || f.Enum == nil && !plain && fs.settings.Quotes(f.Type)
	case KindBool, KindFloat, KindString, KindNumber:
		s.Quoted = quoted
	case "":
		s.Nullable = null || f.Union == nil || !present
	}
	return s
}

// declared returns the form of a declaration.
func (fs *Forms) declared(u use) *Form {
	if f, ok := fs.memo[u]; ok {
		return f
	}
	d := u.Decl
	f := &Form{Decl: d, Enum: d.Enum, Union: d.Union}
	fs.memo[u] = f
	f.Args = fs.args(u)
	fs.open[d]++
	defer func() { fs.open[d]-- }()
	if d.Union != nil {
		for _, v := range d.Union.Variants {
			f.Variants = append(f.Variants, FormVariant{fs.slot(v.Type, u.plain, false, false), v})
		}
		return f
	}
	fs.fill(f, u.Body, u.plain)
	return f
}

// fill resolves what t is made of. The kind comes first: it is what recursion asks for.
func (fs *Forms) fill(f *Form, t *Type, plain bool) {
	if t == nil {
		f.Kind = KindAny
		return
	}
	plain = plain || t.Opaque
	f.Kind, f.Bits, f.Len, f.TS, f.Type = t.Kind, t.Bits, t.Len, t.TS, t
	switch t.Kind {
	case KindAny:
		for _, form := range t.OneOf {
			f.OneOf = append(f.OneOf, fs.slot(form, plain, false, false))
		}
	case KindRaw:
		f.Kind = KindAny
	case KindCustom:
		if t.TS == "" || t.TS == "unknown" || t.TS == "any" {
			f.Kind, f.TS = KindAny, ""
		}
	case KindSlice, KindArray, KindMap:
		elem := fs.slot(t.Elem, plain, false, false)
		f.Elem = &elem
		if t.Kind == KindMap {
			key := fs.slot(t.Key, plain, false, false)
			key.Quoted, key.Nullable = false, false // a key is a string in any case
			f.Key = &key
		}
	case KindStruct:
		for _, field := range t.Fields {
			f.Props = append(f.Props, Prop{fs.slot(field.Type, plain, field.Quoted, field.OmitsNil()), fs.instances.Declared(field)})
		}
	}
}
