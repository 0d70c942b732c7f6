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
	types    *Types
	memo     map[use]*Form
	pointees map[use]*pointee
	open     map[*Decl]int // declarations being resolved, with the number of their instances
	shapes   *shapeGraph
}

// use is an instance where the settings apply, or inside what goes through encoding/json.
type use struct {
	*Instance
	plain bool
}

// NewForms returns a resolver for the types of p in an output with these settings.
func NewForms(p *Package, s Settings) *Forms {
	return &Forms{types: NewTypes(p, s), memo: map[use]*Form{}, pointees: map[use]*pointee{}, open: map[*Decl]int{}, shapes: newShapeGraph()}
}

// Of resolves t, as a payload or a payload's part. The form of a declaration is the same pointer
// wherever it is used.
func (fs *Forms) Of(t *Type) Slot { return fs.slot(t, Place{}) }

// slot resolves t.
func (fs *Forms) slot(t *Type, at Place) Slot {
	null := false
	over := use{}
	for seen := map[*Instance]bool{}; ; {
		if t == nil {
			return Slot{Form: &Form{Kind: KindAny}}
		}
		at.Plain = at.Plain || t.Opaque
		switch t.Kind {
		case KindPtr:
			null = null || !at.Present
			at.Present = false
			t = t.Elem
			continue
		case KindParam: // its argument is missing
			return Slot{Form: &Form{Kind: KindAny}}
		case KindRef:
			i := fs.types.Instance(t)
			if i == nil || fs.open[i.Decl] > maxInstances || len(seen) > maxInstances {
				return Slot{Form: &Form{Kind: KindAny, Type: t}}
			}
			d := i.Decl
			if d.Enum == nil && d.Union == nil && d.Type != nil && (d.Type.Kind == KindPtr || d.Type.Kind == KindRef) {
				if seen[i] {
					return Slot{Form: &Form{Decl: d, Type: d.Type}, Nullable: true}
				}
				seen[i] = true
				t, over = i.Body, use{i, at.Plain}
				continue
			}
			return fs.place(fs.declared(use{i, at.Plain}), at, null)
		}
		return fs.place(fs.pointee(over, t, at.Plain), at, null)
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
			out = append(out, fs.slot(u.Args[n], Place{Plain: u.plain}))
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

// place says whether a form can be null and is quoted where it stands, or null in any case. A form
// that is still being resolved has at least its kind.
func (fs *Forms) place(f *Form, at Place, null bool) Slot {
	s := Slot{Form: f, Nullable: null}
	switch f.Kind {
	case KindAny:
		s.Nullable = len(f.OneOf) > 0
	case KindBool, KindInt, KindUint, KindFloat, KindString, KindNumber:
		s.Quoted = at.Quoted || f.Enum == nil && fs.types.Wide(f.Type, at)
	case "":
		s.Nullable = null || f.Union == nil || !at.Present
	default:
		s.Nullable = null || fs.types.Null(f.Type, at)
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
			f.Variants = append(f.Variants, FormVariant{fs.slot(v.Type, Place{Plain: u.plain}), v})
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
			f.OneOf = append(f.OneOf, fs.slot(form, Place{Plain: plain}))
		}
	case KindRaw:
		f.Kind = KindAny
	case KindCustom:
		if t.TS == "" || t.TS == "unknown" || t.TS == "any" {
			f.Kind, f.TS = KindAny, ""
		}
	case KindSlice, KindArray, KindMap:
		elem := fs.slot(t.Elem, Place{Plain: plain})
		f.Elem = &elem
		if t.Kind == KindMap {
			key := fs.slot(t.Key, Place{Plain: plain})
			key.Quoted, key.Nullable = false, false // a key is a string in any case
			f.Key = &key
		}
	case KindStruct:
		for _, field := range t.Fields {
			at := field.Place()
			at.Plain = plain
			f.Props = append(f.Props, Prop{fs.slot(field.Type, at), fs.types.Declared(field)})
		}
	}
}
