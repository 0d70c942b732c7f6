package ir

import "github.com/eventgen/eventgen/internal/diag"

// Kind is the wire form of a type: what encoding/json writes for it.
type Kind string

// The kinds. Where a note says "nilable", the Go value nil is written as null (see
// [Settings.Nil] for slices and maps).
const (
	KindBool   Kind = "bool"
	KindInt    Kind = "int"  // Bits 8, 16, 32, 64, or 0 for int
	KindUint   Kind = "uint" // Bits as for int; 0 for uint and uintptr
	KindFloat  Kind = "float"
	KindString Kind = "string"

	KindBytes  Kind = "bytes"  // base64 string; nilable. Elem is the byte type
	KindSlice  Kind = "slice"  // array; nilable. Elem
	KindArray  Kind = "array"  // tuple of Len x Elem
	KindMap    Kind = "map"    // object; nilable. Key, Elem
	KindPtr    Kind = "ptr"    // Elem; nilable
	KindStruct Kind = "struct" // object. Fields; the body of a struct declaration or an anonymous struct

	KindRef   Kind = "ref"   // the declaration Ref, with Args if it is generic
	KindParam Kind = "param" // the type parameter Param of the enclosing declaration

	KindAny    Kind = "any"    // an interface that is no union: any JSON value; nilable
	KindRaw    Kind = "raw"    // json.RawMessage: any JSON value; nil is null
	KindNumber Kind = "number" // json.Number: a JSON number
	KindTime   Kind = "time"   // time.Time and what its MarshalJSON is promoted to: RFC 3339 string
	KindText   Kind = "text"   // an encoding.TextMarshaler: a string
	KindCustom Kind = "custom" // a json.Marshaler: what TS says, or unknown when TS is empty
)

// Type is a type expression: the wire form at one position of a payload, and the Go type it
// comes from.
//
// Positions matter: a method with a pointer receiver acts only where encoding/json can take
// the value's address, so one Go type can have two wire forms. The parser has resolved that;
// consumers need no rule about it.
type Type struct {
	Kind   Kind     `json:"kind"`
	Bits   int      `json:"bits,omitempty"`
	Len    int      `json:"len,omitempty"`
	Key    *Type    `json:"key,omitempty"`
	Elem   *Type    `json:"elem,omitempty"`
	Fields []*Field `json:"fields,omitempty"` // in the order encoding/json writes them
	Ref    string   `json:"ref,omitempty"`    // ID of a Decl
	Args   []*Type  `json:"args,omitempty"`
	Param  string   `json:"param,omitempty"`

	// OneOf are the forms of what a sealed interface can hold that is no union, of KindAny: each
	// travels as encoding/json writes it. A nil pointer among them is null.
	OneOf []*Type `json:"oneOf,omitempty"`

	// TS is the stated TypeScript of KindCustom, or of a KindText that is narrower than string.
	TS string `json:"ts,omitempty"`
	// Marshal tells how the methods behind KindTime, KindText and KindCustom are reached.
	Marshal *Marshal `json:"marshal,omitempty"`
	// Go is the named Go type at this position; nil for an unnamed one, which follows from the
	// other fields, and for KindRef and KindParam, which name it themselves.
	Go *GoName `json:"go,omitempty"`
	// Opaque marks a subtree that generated Go code of another package cannot name (an
	// unexported type or a field reached through one), or that has no name and is read by a method
	// of what it embeds: it goes through encoding/json.
	Opaque bool `json:"opaque,omitempty"`
	// Plain marks an integer, a slice, a map, bytes or a time that no setting of the output
	// reaches: encoding/json writes it, or a method reads it that expects what encoding/json writes.
	Plain bool `json:"plain,omitempty"`
}

// Marshal tells which methods of a type write and read it.
type Marshal struct {
	// Pointer: the methods have a pointer receiver, and the value is addressable here.
	Pointer bool `json:"pointer,omitempty"`
	// Nilable: the Go value can be nil without being KindPtr (an interface type with the
	// marshaler's method), and nil is written as null. As the key of a map it is a pointer to
	// the type, and nil is written as the empty string.
	Nilable bool `json:"nilable,omitempty"`
	// Decodes: the type also has the matching unmarshaler, on its pointer. A key of a basic kind,
	// which no method writes, has it set for UnmarshalText alone.
	Decodes bool `json:"decodes,omitempty"`
}

// GoName is a declared Go type. Path is empty for a predeclared one. Args only spell the Go
// types: a declared type is KindAny with its Go name.
type GoName struct {
	Path string  `json:"path,omitempty"`
	Pkg  string  `json:"pkg,omitempty"` // the package's name
	Name string  `json:"name"`
	Args []*Type `json:"args,omitempty"`
}

// Field is a property of a struct's wire form, after embedding and dominance are resolved.
type Field struct {
	Name string `json:"name"` // JSON property
	Type *Type  `json:"type"`
	// Path holds the Go selectors from the struct value: more than one for a promoted field.
	// A selector that is an unexported embedded struct is written all the same.
	Path []Step `json:"path"`
	// OmitEmpty and OmitZero are set only where the option has an effect on this type.
	OmitEmpty bool `json:"omitEmpty,omitempty"`
	OmitZero  Zero `json:"omitZero,omitempty"`
	// Under is the Go type that omitempty and omitzero look at; set where the wire form does not
	// tell it, and only if it takes no reflection to look at.
	Under *Under `json:"under,omitempty"`
	// Quoted: the option ",string" is in effect.
	Quoted bool `json:"quoted,omitempty"`
	// Optional: the key can be absent: either omit option, or an embedded nil pointer above it.
	Optional bool     `json:"optional,omitempty"`
	Doc      Doc      `json:"doc,omitzero"`
	Allow    []Allow  `json:"allow,omitempty"`
	Pos      diag.Pos `json:"pos,omitzero"`
}

// OmitsNil reports whether the key is absent when the field's own value is nil, so that null is
// never written for it.
func (f *Field) OmitsNil() bool {
	return f.OmitEmpty || f.OmitZero == ZeroValue || f.OmitZero == ZeroNilMethod
}

// Under is what a Go type is beneath its name and methods, as far as its emptiness goes.
type Under struct {
	Kind UnderKind `json:"kind"`
	// Parts are the fields of UnderStruct.
	Parts []UnderPart `json:"parts,omitempty"`
}

// UnderKind tells how a value is compared with the empty and the zero one.
type UnderKind string

// The kinds of Under.
const (
	UnderBool       UnderKind = "bool"
	UnderNumber     UnderKind = "number"
	UnderString     UnderKind = "string"
	UnderList       UnderKind = "list"       // a slice or map: empty if it has no elements, zero if it is nil
	UnderNil        UnderKind = "nil"        // a pointer, an interface, a channel or a function
	UnderComparable UnderKind = "comparable" // an array or struct that == compares
	UnderStruct     UnderKind = "struct"     // a struct that == does not compare: zero if all Parts are
)

// UnderPart is a field of a struct.
type UnderPart struct {
	Name string `json:"name"`
	Under
}

// Step is one Go selector.
type Step struct {
	Name string `json:"name"`
	// Ptr: the selected embedded field is a pointer, which can be nil. False for the last step.
	Ptr bool `json:"ptr,omitempty"`
	// Type is the Go type of the embedded field (of its element, if Ptr); set on all steps but the last.
	Go *GoName `json:"go,omitempty"`
}

// Zero says how omitzero decides.
type Zero string

// The ways of omitzero; the empty Zero is no omitzero.
const (
	ZeroValue     Zero = "value"      // v == the zero value, by reflect.Value.IsZero
	ZeroMethod    Zero = "method"     // v.IsZero(), value receiver
	ZeroPtrMethod Zero = "ptr-method" // (&v).IsZero(), pointer receiver on an addressable value
	// ZeroNilMethod is v == nil || v.IsZero(), for pointers and interfaces; an interface that
	// holds a nil pointer is zero too.
	ZeroNilMethod Zero = "nil-method"
)

// Decl is a named type as it travels: a struct, a named basic or composite type, an enum, a
// union, or an instance of a generic type whose wire form depends on its arguments.
type Decl struct {
	// ID is the Go path and name ("example.com/app/download.Progress"); an instance that stands
	// alone has its arguments behind it in brackets, a wire form that holds only for values
	// that are not addressable ends in "~value", and one that no setting reaches in "~plain".
	ID     string   `json:"id"`
	Go     GoName   `json:"go"` // Args set for an instance that stands alone
	Params []*Param `json:"params,omitempty"`
	Doc    Doc      `json:"doc,omitzero"`
	Pos    diag.Pos `json:"pos,omitzero"`

	// Value: this is the form of values that are not addressable, where another form exists too.
	Value bool `json:"value,omitempty"`
	// Plain: this is the form that no setting reaches, where another form exists too.
	Plain bool `json:"plain,omitempty"`
	// Type is the wire form. KindStruct for a struct; a basic kind for an enum; nil for a union.
	Type  *Type  `json:"type,omitempty"`
	Enum  *Enum  `json:"enum,omitempty"`
	Union *Union `json:"union,omitempty"`
	// Unmarshals: *T has UnmarshalJSON or UnmarshalText, and no method writes it.
	Unmarshals bool `json:"unmarshals,omitempty"`
	// ReadsKeys: UnmarshalText is among these methods, and reads the keys of maps.
	ReadsKeys bool `json:"readsKeys,omitempty"`
	// Validates: *T has Validate() error.
	Validates bool `json:"validates,omitempty"`
	// Local: declared in a package that is a target of this run or of its module.
	Exported bool    `json:"exported,omitempty"` // generated code of other packages can name it
	Allow    []Allow `json:"allow,omitempty"`
}

// Param is a type parameter.
type Param struct {
	Name string `json:"name"`
	// Constraint is the union of wire forms that the constraint admits; nil for any. A parameter
	// that is used as the key of a map is limited to strings and integers.
	Constraint []*Type `json:"constraint,omitempty"`
	// Unused: the wire form does not depend on the parameter. An argument for it only spells
	// the Go type: a declared type is KindAny with its Go name and refers to no declaration.
	Unused bool `json:"unused,omitempty"`
}

// EnumMode says what values besides the members may travel.
type EnumMode string

// The modes of //eventgen:enum.
const (
	EnumClosed EnumMode = "closed" // none: the encoder refuses them
	EnumOpen   EnumMode = "open"   // any value of the basic type
	EnumFlags  EnumMode = "flags"  // any combination: a number
)

// Enum is the set of constants of a named basic type.
type Enum struct {
	Mode    EnumMode  `json:"mode"`
	Members []*Member `json:"members"` // in source order; the first name of each value
}

// Member is one constant.
type Member struct {
	Name  string `json:"name"`
	Value string `json:"value"` // as JSON: "\"open\"", "3"
	Doc   Doc    `json:"doc,omitzero"`
}

// Union is a sealed interface.
type Union struct {
	Tag      string     `json:"tag"`               // property that holds the variant's name
	Content  string     `json:"content,omitempty"` // property that holds the payload; empty: internally tagged
	Variants []*Variant `json:"variants"`          // by name
}

// Variant is one type of a union.
type Variant struct {
	Name string `json:"name"` // tag value
	Type *Type  `json:"type"` // KindRef to the variant's declaration; never KindPtr
	Doc  Doc    `json:"doc,omitzero"`
	// Pointer: only *T implements the interface. Otherwise both T and *T may occur.
	Pointer bool     `json:"pointer,omitempty"`
	Pos     diag.Pos `json:"pos,omitzero"`
}
