package corpus

import "time"

// Basics has a field of every basic kind.
//
//eventgen:event corpus:Basics
//eventgen:allow int64-precision every kind is wanted here
type Basics struct {
	Bool    bool
	Int     int
	Int8    int8
	Int16   int16
	Int32   int32
	Int64   int64
	Uint    uint
	Uint8   uint8
	Uint16  uint16
	Uint32  uint32
	Uint64  uint64
	Uintptr uintptr
	Float32 float32
	Float64 float64
	String  string
	Byte    byte
	Rune    rune
}

const basicsDoc = `"Bool":true,"Int":1,"Int8":1,"Int16":1,"Int32":1,"Int64":1,"Uint":1,"Uint8":1,"Uint16":1,` +
	`"Uint32":1,"Uint64":1,"Uintptr":1,"Float32":1,"Float64":1,"Byte":1,"Rune":1`

var _ = add[Basics](never(
	`null`, `{}`, `[]`,
	`{`+basicsDoc+`}`,
	`{`+basicsDoc+`,"String":null}`,
	`{`+basicsDoc+`,"String":1}`,
	`{`+basicsDoc+`,"String":"a","Extra":1}`,
	`{`+basicsDoc+`,"String":"a","Bool":"true"}`,
	`{`+basicsDoc+`,"String":"a","Int64":"1"}`,
	`{`+basicsDoc+`,"String":"a","Float64":null}`,
))

// Quoted has the option string on everything that it has an effect on.
//
//eventgen:event corpus:Quoted
type Quoted struct {
	Bool    bool    `json:"bool,string"`
	Int     int     `json:"int,string"`
	Int8    int8    `json:"int8,string"`
	Int64   int64   `json:"int64,string"`
	Uint64  uint64  `json:"uint64,string"`
	Uintptr uintptr `json:"uintptr,string"`
	Float32 float32 `json:"float32,string"`
	Float64 float64 `json:"float64,string"`
	String  string  `json:"string,string"`
}

const quotedDoc = `"bool":"true","int":"1","int8":"1","int64":"1","uint64":"1","uintptr":"1","float32":"1","float64":"1"`

var _ = add[Quoted](never(
	`{`+quotedDoc+`}`,
	`{`+quotedDoc+`,"string":1}`,
	`{`+quotedDoc+`,"string":"\"a\"","int":1}`,
	`{`+quotedDoc+`,"string":"\"a\"","bool":true}`,
	`{`+quotedDoc+`,"string":"\"a\"","float64":1.5}`,
	`{`+quotedDoc+`,"string":"\"a\"","int64":null}`,
))

// QuotedPointers has the option string on pointers: one step is followed, two are not.
//
//eventgen:event corpus:QuotedPointers
type QuotedPointers struct {
	Int    *int    `json:"int,string"`
	Bool   *bool   `json:"bool,string"`
	String *string `json:"string,string"`
	Twice  **int   `json:"twice,string"`
	Omit   *int    `json:"omit,omitempty,string"`
}

var _ = add[QuotedPointers](never(
	`{"int":1,"bool":null,"string":null,"twice":null}`,
	`{"int":"1","bool":true,"string":null,"twice":null}`,
	`{"int":"1","bool":null,"string":null,"twice":"1"}`,
	`{"int":null,"bool":null,"string":null,"twice":null,"omit":null}`,
	`{"int":null,"bool":null,"string":null,"twice":null,"omit":1}`,
	`{"int":null,"bool":null,"string":null}`,
))

// QuotedElsewhere has the option string where it has no effect.
//
//eventgen:event corpus:QuotedElsewhere
type QuotedElsewhere struct {
	Ints   []int          `json:"ints,string"`
	Map    map[string]int `json:"map,string"`
	Array  [2]int         `json:"array,string"`
	Struct Inner          `json:"struct,string"`
	Any    any            `json:"any,string"`
	Time   time.Time      `json:"time,string"`
	Level  TextLevel      `json:"level,string"`
}

var _ = add[QuotedElsewhere](never(
	`{"ints":["1"],"map":null,"array":[1,2],"struct":{"x":1},"any":null,"time":"2024-01-01T00:00:00Z","level":"low"}`,
	`{"ints":null,"map":{"a":"1"},"array":[1,2],"struct":{"x":1},"any":null,"time":"2024-01-01T00:00:00Z","level":"low"}`,
	`{"ints":null,"map":null,"array":["1","2"],"struct":{"x":1},"any":null,"time":"2024-01-01T00:00:00Z","level":"low"}`,
	`{"ints":null,"map":null,"array":[1,2],"struct":{"x":"1"},"any":null,"time":"2024-01-01T00:00:00Z","level":"low"}`,
	`{"ints":null,"map":null,"array":[1,2],"struct":{"x":1},"any":null,"time":"2024-01-01T00:00:00Z","level":1}`,
))

// QuotedNamed has the option string on named basic types.
//
//eventgen:event corpus:QuotedNamed
type QuotedNamed struct {
	ID      UserID  `json:"id,string"`
	Count   Count   `json:"count,string"`
	Status  Status  `json:"status,string"`
	Weekday Weekday `json:"weekday,string"`
	Ptr     *Count  `json:"ptr,string"`
	Pointer CountAt `json:"pointer,string"` // a named pointer type is not followed
}

var _ = add[QuotedNamed](never(
	`{"id":1,"count":"1","status":"\"open\"","weekday":"0","ptr":null,"pointer":null}`,
	`{"id":"\"a\"","count":1,"status":"\"open\"","weekday":"0","ptr":null,"pointer":null}`,
	`{"id":"\"a\"","count":"1","status":"open","weekday":"0","ptr":null,"pointer":null}`,
	`{"id":"\"a\"","count":"1","status":"\"open\"","weekday":0,"ptr":null,"pointer":null}`,
	`{"id":"\"a\"","count":"1","status":"\"open\"","weekday":"9","ptr":null,"pointer":null}`,
	`{"id":"\"a\"","count":"1","status":"\"open\"","weekday":"0","ptr":1,"pointer":null}`,
	`{"id":"\"a\"","count":"1","status":"\"open\"","weekday":"0","ptr":null,"pointer":"1"}`,
))

// Inner is a small struct.
type Inner struct {
	X int `json:"x"`
}

// UserID is a named string without constants.
type UserID string

// Count is a named integer without constants.
type Count int

// CountAt is a named pointer.
type CountAt *Count

// OmitEmpty has the option on everything that it has an effect on.
//
//eventgen:event corpus:OmitEmpty
type OmitEmpty struct {
	Bool   bool           `json:"bool,omitempty"`
	Int    int            `json:"int,omitempty"`
	Uint8  uint8          `json:"uint8,omitempty"`
	Float  float64        `json:"float,omitempty"`
	String string         `json:"string,omitempty"`
	Ptr    *int           `json:"ptr,omitempty"`
	Struct *Inner         `json:"struct,omitempty"`
	Slice  []int          `json:"slice,omitempty"`
	Bytes  []byte         `json:"bytes,omitempty"`
	Map    map[string]int `json:"map,omitempty"`
	Any    any            `json:"any,omitempty"`
	Ptrs   **int          `json:"ptrs,omitempty"`
	Named  Tags           `json:"named,omitempty"`
	ID     UserID         `json:"id,omitempty"`
}

// Tags is a named slice.
type Tags []string

var _ = add[OmitEmpty](never(
	`{"ptr":null}`, `{"struct":null}`, `{"slice":null}`, `{"bytes":null}`, `{"map":null}`, `{"named":null}`,
	`{"string":null}`, `{"int":null}`, `{"int":"1"}`, `{"bytes":[1]}`, `{"slice":[null]}`, `{"extra":1}`, `null`,
))

// OmitEmptyElsewhere has the option where it has no effect: the keys are always there.
//
//eventgen:event corpus:OmitEmptyElsewhere
type OmitEmptyElsewhere struct {
	Struct Inner             `json:"struct,omitempty"`
	Empty  struct{}          `json:"empty,omitempty"`
	Time   time.Time         `json:"time,omitempty"`
	Array  [2]int            `json:"array,omitempty"`
	Bytes  [2]byte           `json:"bytes,omitempty"`
	Nested []Inner           `json:"nested,omitempty"` // of the slice, not of its elements
	Maps   map[string]*Inner `json:"maps,omitempty"`
}

var _ = add[OmitEmptyElsewhere](never(
	`{"empty":{},"time":"2024-01-01T00:00:00Z","array":[0,0],"bytes":[0,0]}`,
	`{"struct":{"x":1},"time":"2024-01-01T00:00:00Z","array":[0,0],"bytes":[0,0]}`,
	`{"struct":{"x":1},"empty":{},"array":[0,0],"bytes":[0,0]}`,
	`{"struct":{"x":1},"empty":{},"time":"2024-01-01T00:00:00Z","bytes":[0,0]}`,
	`{"struct":{"x":1},"empty":{},"time":"2024-01-01T00:00:00Z","array":[0,0]}`,
	`{"struct":null,"empty":{},"time":"2024-01-01T00:00:00Z","array":[0,0],"bytes":[0,0]}`,
	`{"struct":{"x":1},"empty":{},"time":null,"array":[0,0],"bytes":[0,0]}`,
	`{"struct":{"x":1},"empty":{},"time":"2024-01-01T00:00:00Z","array":[0,0],"bytes":"AAA="}`,
	`{"struct":{"x":1},"empty":{},"time":"2024-01-01T00:00:00Z","array":[0,0],"bytes":[0,0],"nested":null}`,
))

// OmitZero has the option on every kind; it has an effect on all of them.
//
//eventgen:event corpus:OmitZero
type OmitZero struct {
	Bool   bool            `json:"bool,omitzero"`
	Int    int             `json:"int,omitzero"`
	Float  float32         `json:"float,omitzero"`
	String string          `json:"string,omitzero"`
	Ptr    *int            `json:"ptr,omitzero"`
	Struct Inner           `json:"struct,omitzero"`
	Time   time.Time       `json:"time,omitzero"`
	Array  [2]int          `json:"array,omitzero"`
	Slice  []int           `json:"slice,omitzero"`
	Bytes  []byte          `json:"bytes,omitzero"`
	Map    map[string]int  `json:"map,omitzero"`
	Any    any             `json:"any,omitzero"`
	Anon   struct{ Y int } `json:"anon,omitzero"`
}

var _ = add[OmitZero](never(
	`{"ptr":null}`, `{"struct":null}`, `{"slice":null}`, `{"bytes":null}`, `{"map":null}`, `{"time":null}`,
	`{"array":null}`, `{"array":[1]}`, `{"array":[1,2,3]}`, `{"struct":{}}`, `{"anon":{}}`, `{"bool":null}`,
))

// OmitBoth has both options: what is either empty or zero is left out.
//
//eventgen:event corpus:OmitBoth
type OmitBoth struct {
	Slice  []int     `json:"slice,omitempty,omitzero"`
	Struct Inner     `json:"struct,omitempty,omitzero"`
	Time   time.Time `json:"time,omitzero,omitempty"`
	Kept   string    `json:"kept"`
}

var _ = add[OmitBoth](never(
	`{}`, `{"kept":null}`, `{"kept":"a","slice":null}`, `{"kept":"a","struct":null}`, `{"kept":"a","struct":{}}`,
))

// OmitMethod has types whose IsZero decides.
//
//eventgen:event corpus:OmitMethod
type OmitMethod struct {
	Value   ZeroByValue            `json:"value,omitzero"`
	Pointer ZeroByPointer          `json:"pointer,omitzero"`
	Nil     *ZeroByValue           `json:"nil,omitzero"`
	Nil2    *ZeroByPointer         `json:"nil2,omitzero"`
	List    ZeroList               `json:"list,omitzero"`
	Iface   Zeroer                 `json:"iface,omitzero"`
	Map     map[string]HoldsZeroer `json:"map"`
}

// ZeroByValue is zero when it is negative.
type ZeroByValue int

// IsZero reports whether z is negative.
func (z ZeroByValue) IsZero() bool { return z < 0 }

// ZeroByPointer is zero when X is negative.
type ZeroByPointer struct{ X int }

// IsZero reports whether X is negative.
func (z *ZeroByPointer) IsZero() bool { return z.X < 0 }

// ZeroList is never zero, so that nil is written.
type ZeroList []int

// IsZero returns false.
func (z ZeroList) IsZero() bool { return false }

// Zeroer is an interface with IsZero.
type Zeroer interface{ IsZero() bool }

// HoldsZeroer holds a pointer-receiver IsZero where it cannot be addressed.
type HoldsZeroer struct {
	Pointer ZeroByPointer `json:"pointer,omitzero"`
}

var _ = choose[Zeroer](ZeroByValue(1), ZeroByValue(-1), &ZeroByPointer{X: 1}, (*ZeroByPointer)(nil))

var _ = add[OmitMethod](never(
	`{}`,
	`{"list":null,"map":null,"value":null}`,
	`{"list":null,"map":null,"pointer":{}}`,
	`{"list":null,"map":null,"nil":null}`,
	`{"list":null,"map":null,"nil2":null}`,
), OmitMethod{
	Value: -1, Pointer: ZeroByPointer{-1}, Nil: new(ZeroByValue), Nil2: &ZeroByPointer{3},
	Map: map[string]HoldsZeroer{"a": {ZeroByPointer{-1}}, "b": {}},
})

// NeverThere has fields that are left out whatever they hold.
//
//eventgen:event corpus:NeverThere
type NeverThere struct {
	Kept    int         `json:"kept"`
	Array   [0]int      `json:"array,omitempty"`
	Zero    [0]int      `json:"zero,omitzero"`
	Empty   struct{}    `json:"empty,omitzero"`
	Empties [3]struct{} `json:"empties,omitzero"`
	Dash    string      `json:"-"`
	Dashed  string      `json:"-,"`
	hidden  string
	_       [0]func()
	Always  [0]struct{}  `json:"always"`
	Func    [0]chan bool `json:"func"`
}

var _ = add[NeverThere](never(
	`{"kept":1,"-":"a","always":[],"func":[],"array":[]}`,
	`{"kept":1,"-":"a","always":[],"func":[],"zero":[]}`,
	`{"kept":1,"-":"a","always":[],"func":[],"empty":{}}`,
	`{"kept":1,"-":"a","always":[],"func":[],"Dash":"a"}`,
	`{"kept":1,"-":"a","always":[],"func":[],"hidden":"a"}`,
	`{"kept":1,"always":[],"func":[]}`,
	`{"kept":1,"-":"a","always":[1],"func":[]}`,
	`{"kept":1,"-":"a","always":null,"func":[]}`,
), NeverThere{hidden: "x"})

// TagNames has names of every sort in its tags.
//
//eventgen:event corpus:TagNames
type TagNames struct {
	Default   int
	Empty     int `json:""`
	Options   int `json:",omitempty"`
	Spaces    int `json:"with space"`
	Dash      int `json:"kebab-case"`
	Dot       int `json:"a.b"`
	Slash     int `json:"a/b:c"`
	Dollar    int `json:"$ref"`
	Digit     int `json:"0"`
	Digits    int `json:"1abc"`
	Umlaut    int `json:"größe"`
	Han       int `json:"名前"`
	Html      int `json:"<a>&b"`
	Quote     int `json:"it's"`      // not valid: the Go name is used
	Backslash int `json:"back\\\\s"` // not valid
	Emoji     int `json:"🎉"`         // not valid
	Proto     int `json:"__proto__"`
	Ctor      int `json:"constructor"`
	New       int `json:"new"`
	Class     int `json:"class"`
	Hyphen    int `json:"-,"`
	Unknown   int `json:"unknown,inline,flow"`
	Star      int `json:"*"`
	Brackets  int `json:"[]"`
	Percent   int `json:"%d{}~"`
	Xml       int `xml:"xml" yaml:"yaml"`
	Both      int `xml:"a,attr" json:"both" yaml:"c"`
	Ünïcode   int
}

var _ = add[TagNames](never(`{}`, `{"Default":1}`))

// Comments has documentation that would end a comment.
//
// A paragraph with */ in it, `code`, <b>html</b>, @param and {@link nothing}.
//
//	indented code
//
// # Heading
//
// Deprecated: use */ something else.
//
//eventgen:event corpus:Comments
type Comments struct {
	// A is documented */ twice /* over.
	A int `json:"a"`
	B int `json:"b"` // B has a line comment */.
	// Deprecated: C is gone.
	C int `json:"c"`
	/* D has a block comment. */
	D int `json:"d"`
}

var _ = add[Comments](never(`{}`, `{"a":1,"b":1,"c":1}`))
