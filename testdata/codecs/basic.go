package codecs

import (
	"encoding/json"
	"time"

	"example.test/testdata/codecs/other"
)

// Basics has a field of every basic kind.
//
//eventgen:event
type Basics struct {
	Bool    bool    `json:"bool"`
	Int     int     `json:"int"`
	Int8    int8    `json:"int8"`
	Int16   int16   `json:"int16"`
	Int32   int32   `json:"int32"`
	Int64   int64   `json:"int64"`
	Uint    uint    `json:"uint"`
	Uint8   uint8   `json:"uint8"`
	Uint16  uint16  `json:"uint16"`
	Uint32  uint32  `json:"uint32"`
	Uint64  uint64  `json:"uint64"`
	Uintptr uintptr `json:"uintptr"`
	Float32 float32 `json:"float32"`
	Float64 float64 `json:"float64"`
	String  string  `json:"string"`
	Rune    rune
	Byte    byte
}

// Named types of every basic kind.
type (
	myBool   bool
	MyInt    int
	MyInt8   int8
	MyUint   uint
	MyFloat  float32
	MyFloat2 float64
	MyString string
	myString string
	MyByte   byte
)

// NamedBasics has fields of declared basic types.
//
//eventgen:event
type NamedBasics struct {
	Bool    myBool
	Int     MyInt
	Int8    MyInt8
	Uint    MyUint
	Float   MyFloat
	Float2  MyFloat2
	String  MyString
	String2 myString
	Byte    MyByte
	Dur     time.Duration
	Other   other.Text
	Level   other.Count
}

// Quoted has the option ",string" wherever it has an effect, and where it has none.
//
//eventgen:event
type Quoted struct {
	Bool    bool        `json:",string"`
	Int     int         `json:",string"`
	Int8    MyInt8      `json:",string"`
	Uint    uint64      `json:",string"`
	Float   float64     `json:",string"`
	Float32 float32     `json:",string"`
	String  string      `json:",string"`
	Named   MyString    `json:",string"`
	Number  json.Number `json:",string"`
	PtrInt  *int        `json:",string"`
	PtrStr  *string     `json:",string"`
	PtrBool *bool       `json:",omitempty,string"`
	PtrPtr  **int       `json:",string"`
	Slice   []int       `json:",string"`
	Level   Level       `json:",string"`
	Color   Color       `json:",string"`
}

// Omitted has the options omitempty and omitzero on every kind.
//
//eventgen:event
type Omitted struct {
	Bool    bool              `json:"bool,omitempty"`
	Int     int               `json:"int,omitempty"`
	Uint    MyUint            `json:"uint,omitempty"`
	Float   float64           `json:"float,omitempty"`
	String  MyString          `json:"string,omitempty"`
	Ptr     *int              `json:"ptr,omitempty"`
	PtrPtr  **int             `json:"ptrptr,omitempty"`
	Slice   []int             `json:"slice,omitempty"`
	Bytes   []byte            `json:"bytes,omitempty"`
	Map     map[string]int    `json:"map,omitempty"`
	Any     any               `json:"any,omitempty"`
	Struct  Point             `json:"struct,omitempty"`
	Time    time.Time         `json:"time,omitempty"`
	Array   [2]int            `json:"array,omitempty"`
	Raw     json.RawMessage   `json:"raw,omitempty"`
	Number  json.Number       `json:"number,omitempty"`
	Text    TextString        `json:"text,omitempty"`
	Custom  CustomSlice       `json:"custom,omitempty"`
	ZBool   bool              `json:"zbool,omitzero"`
	ZInt    int               `json:"zint,omitzero"`
	ZFloat  float32           `json:"zfloat,omitzero"`
	ZString string            `json:"zstring,omitzero"`
	ZPtr    *int              `json:"zptr,omitzero"`
	ZSlice  []int             `json:"zslice,omitzero"`
	ZMap    map[string]string `json:"zmap,omitzero"`
	ZAny    any               `json:"zany,omitzero"`
	ZStruct Point             `json:"zstruct,omitzero"`
	ZTime   time.Time         `json:"ztime,omitzero"`
	ZPTime  *time.Time        `json:"zptime,omitzero"`
	ZArray  [2]float64        `json:"zarray,omitzero"`
	ZBoth   []int             `json:"zboth,omitempty,omitzero"`
	ZPtrM   PtrZero           `json:"zptrm,omitzero"`
	ZPPtrM  *PtrZero          `json:"zpptrm,omitzero"`
	ZSlices struct{ A []int } `json:"zslices,omitzero"`
	ZText   TextString        `json:"ztext,omitzero"`
	ZZeroer Zeroer            `json:"zzeroer,omitzero"`
	ZParts  Parts             `json:"zparts,omitzero"`
	ZOther  other.Thing       `json:"zother,omitzero"`
	ZCustom CustomSlice       `json:"zcustom,omitzero"`
	ZLists  [2][]int          `json:"zlists,omitzero"`
	TextN   TextByte          `json:"textn,omitempty"`
	Last    string            `json:"last,omitempty"`
}

// OmittedFirst begins with properties that can be absent and ends with one that cannot.
//
//eventgen:event
type OmittedFirst struct {
	A int    `json:"a,omitempty"`
	B string `json:"b,omitempty"`
	C bool   `json:"c"`
	D *Point `json:"d,omitempty"`
}

// Parts is a struct that == does not compare.
type Parts struct {
	A []int
	B map[string]int
	C Point
	D struct{ E []string }
	F any
	G TextString
}

// PtrZero has IsZero on its pointer.
type PtrZero struct{ N int }

// IsZero reports whether N is 7.
func (p *PtrZero) IsZero() bool { return p.N == 7 }

// Zeroer is an interface with IsZero.
type Zeroer interface{ IsZero() bool }

// Point is a plain struct.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Unusual names of properties.
//
//eventgen:event
type Names struct {
	HTML    string `json:"<a&b>"`
	Space   int    `json:"two words"`
	Dash    int    `json:"-,"`
	Slash   int    `json:"a/b~c"`
	Umlaut  int    `json:"ä"`
	Ignored int    `json:"-"`
	Upper   int    `json:"upper"`
	UPPER   int    `json:"UPPER"`
}

// Nothing has no properties.
//
//eventgen:event
type Nothing struct{}

// Times and other values with methods of the standard library.
//
//eventgen:event
type Times struct {
	Time  time.Time              `json:"time"`
	Ptr   *time.Time             `json:"ptr"`
	List  []time.Time            `json:"list"`
	Map   map[string]time.Time   `json:"map"`
	Embed Stamp                  `json:"embed"`
	Raw   json.RawMessage        `json:"raw"`
	Raws  []json.RawMessage      `json:"raws"`
	Num   json.Number            `json:"num"`
	Nums  map[string]json.Number `json:"nums"`
}

// Stamp has the methods of time.Time.
type Stamp struct{ time.Time }
