package ir

import (
	"slices"
	"strconv"
	"strings"
)

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
	settings Settings
	decls    map[string]*Decl
	memo     map[string]*Form    // by declaration, arguments and whether settings apply
	pointees map[string]*pointee // of declared pointers, in the same way
	open     map[string]int      // declarations being resolved, with the number of their instances
	shapes   *shapeGraph
}

// NewForms returns a resolver for the types of p in an output with these settings.
func NewForms(p *Package, s Settings) *Forms {
	fs := &Forms{settings: s, decls: make(map[string]*Decl, len(p.Decls)), memo: map[string]*Form{}, pointees: map[string]*pointee{}, open: map[string]int{}, shapes: newShapeGraph()}
	for _, d := range p.Decls {
		fs.decls[d.ID] = d
	}
	return fs
}

// Of resolves t, as a payload or a payload's part. The form of a declaration is the same pointer
// wherever it is used.
func (fs *Forms) Of(t *Type) Slot { return fs.slot(t, scope{}, false, false) }

// scope is where a type expression stands.
type scope struct {
	params map[string]bound
	plain  bool // inside what goes through encoding/json, whatever the settings say
}

// bound is the argument of a type parameter. Equal keys mean equal arguments.
type bound struct {
	slot Slot
	key  string
}

// slot resolves t. quoted: the option ",string" is in effect; present: the key is absent when
// the value is nil.
func (fs *Forms) slot(t *Type, sc scope, quoted, present bool) Slot {
	null := false
	var over pointer
	for seen := map[string]bool{}; ; {
		if t == nil {
			return Slot{Form: &Form{Kind: KindAny}}
		}
		sc.plain = sc.plain || t.Opaque
		switch t.Kind {
		case KindPtr:
			null = null || !present
			present = false
			t = t.Elem
			continue
		case KindParam:
			s := sc.params[t.Param].slot
			if s.Form == nil {
				return Slot{Form: &Form{Kind: KindAny}}
			}
			s.Nullable = null || s.Nullable && !present
			return s
		case KindRef:
			d := fs.decls[t.Ref]
			if d == nil || fs.open[d.ID] > maxInstances {
				return Slot{Form: &Form{Kind: KindAny, Type: t}}
			}
			params, key := fs.bind(d, t.Args, sc)
			if d.Enum == nil && d.Union == nil && d.Type != nil && (d.Type.Kind == KindPtr || d.Type.Kind == KindRef) {
				if seen[key] {
					return Slot{Form: &Form{Decl: d, Type: d.Type}, Nullable: true}
				}
				seen[key] = true
				t, sc.params, over = d.Type, params, pointer{d, params, key}
				continue
			}
			return fs.place(fs.declared(d, params, key, sc.plain), sc.plain, quoted, present, null)
		}
		f := fs.pointee(over, t, sc)
		return fs.place(f, sc.plain, quoted, present, null)
	}
}

// A pointer is an instance of a declared pointer type.
type pointer struct {
	decl   *Decl
	params map[string]bound
	key    string
}

// pointee resolves t, which the pointer p leads to, if there is one. It may occur in what it leads
// to: the form is then of its declaration, so that the circle has a name.
func (fs *Forms) pointee(p pointer, t *Type, sc scope) *Form {
	if p.decl == nil {
		f := &Form{}
		fs.fill(f, t, sc)
		return f
	}
	if sc.plain {
		p.key += " plain"
	}
	known, ok := fs.pointees[p.key]
	if ok {
		if !known.done && known.form.Decl == nil {
			known.form.Decl, known.form.Args = p.decl, p.args()
		}
		return known.form
	}
	known = &pointee{form: &Form{}}
	fs.pointees[p.key] = known
	fs.fill(known.form, t, sc)
	known.done = true
	return known.form
}

func (p pointer) args() []Slot {
	var out []Slot
	for _, param := range p.decl.Params {
		out = append(out, p.params[param.Name].slot)
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
func (fs *Forms) declared(d *Decl, params map[string]bound, key string, plain bool) *Form {
	if plain {
		key += " plain"
	}
	if f, ok := fs.memo[key]; ok {
		return f
	}
	f := &Form{Decl: d, Enum: d.Enum, Union: d.Union}
	fs.memo[key] = f
	for _, p := range d.Params {
		f.Args = append(f.Args, params[p.Name].slot)
	}
	fs.open[d.ID]++
	defer func() { fs.open[d.ID]-- }()
	sc := scope{params: params, plain: plain}
	if d.Union != nil {
		for _, v := range d.Union.Variants {
			f.Variants = append(f.Variants, FormVariant{fs.slot(v.Type, sc, false, false), v})
		}
		return f
	}
	fs.fill(f, d.Type, sc)
	return f
}

// fill resolves what t is made of. The kind comes first: it is what recursion asks for.
func (fs *Forms) fill(f *Form, t *Type, sc scope) {
	if t == nil {
		f.Kind = KindAny
		return
	}
	sc.plain = sc.plain || t.Opaque
	f.Kind, f.Bits, f.Len, f.TS, f.Type = t.Kind, t.Bits, t.Len, t.TS, t
	switch t.Kind {
	case KindAny:
		for _, form := range t.OneOf {
			f.OneOf = append(f.OneOf, fs.slot(form, sc, false, false))
		}
	case KindRaw:
		f.Kind = KindAny
	case KindCustom:
		if t.TS == "" || t.TS == "unknown" || t.TS == "any" {
			f.Kind, f.TS = KindAny, ""
		}
	case KindSlice, KindArray, KindMap:
		elem := fs.slot(t.Elem, sc, false, false)
		f.Elem = &elem
		if t.Kind == KindMap {
			key := fs.slot(t.Key, sc, false, false)
			key.Quoted, key.Nullable = false, false // a key is a string in any case
			f.Key = &key
		}
	case KindStruct:
		for _, field := range t.Fields {
			f.Props = append(f.Props, Prop{fs.slot(field.Type, sc, field.Quoted, field.OmitsNil()), field})
		}
	}
}

// bind resolves the arguments of a reference to d. The key names the instance.
func (fs *Forms) bind(d *Decl, args []*Type, sc scope) (params map[string]bound, key string) {
	key = d.ID
	if len(d.Params) == 0 {
		return nil, key
	}
	params = make(map[string]bound, len(d.Params))
	for i, p := range d.Params {
		if i >= len(args) {
			break
		}
		b := bound{fs.slot(args[i], sc, false, false), typeKey(args[i], sc)}
		params[p.Name] = b
		key += " [" + b.key + "]"
	}
	return params, key
}

// typeKey is a text that two type expressions share only if they mean the same.
func typeKey(t *Type, sc scope) string {
	if t == nil {
		return ""
	}
	var b strings.Builder
	if t.Kind == KindParam {
		b.WriteString(sc.params[t.Param].key)
		return b.String()
	}
	b.WriteString(string(t.Kind))
	if sc.plain || t.Opaque || t.Plain {
		b.WriteString(" plain")
	}
	b.WriteString(" " + strconv.Itoa(t.Bits) + " " + strconv.Itoa(t.Len) + " " + t.Ref + " " + strconv.Quote(t.TS))
	if t.Marshal != nil && t.Marshal.Nilable {
		b.WriteString(" nilable")
	}
	sc.plain = sc.plain || t.Opaque
	for _, part := range slices.Concat([]*Type{t.Key, t.Elem}, t.Args, t.OneOf) {
		if part != nil {
			b.WriteString("(" + typeKey(part, sc) + ")")
		}
	}
	for _, f := range t.Fields {
		b.WriteString("{" + strconv.Quote(f.Name) + strconv.FormatBool(f.Optional) + strconv.FormatBool(f.Quoted) +
			strconv.FormatBool(f.OmitsNil()) + typeKey(f.Type, sc) + "}")
	}
	return b.String()
}
