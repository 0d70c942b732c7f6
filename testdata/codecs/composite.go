package codecs

import (
	"net/netip"

	"example.test/testdata/codecs/other"
)

// Lists are slices and arrays.
//
//eventgen:event
type Lists struct {
	Ints     []int                `json:"ints"`
	Strings  []string             `json:"strings"`
	Bools    []bool               `json:"bools"`
	Floats   []float64            `json:"floats"`
	Floats32 []float32            `json:"floats32"`
	Points   []Point              `json:"points"`
	Ptrs     []*Point             `json:"ptrs"`
	Nested   [][]int              `json:"nested"`
	Bytes    []byte               `json:"bytes"`
	MyBytes  []MyByte             `json:"mybytes"`
	Blobs    [][]byte             `json:"blobs"`
	Texts    []TextByte           `json:"texts"`
	Array    [3]int               `json:"array"`
	Points2  [2]Point             `json:"points2"`
	Hash     [4]byte              `json:"hash"`
	None     [0]int               `json:"none"`
	Named    Strings              `json:"named"`
	Anon     []struct{ A, B int } `json:"anon"`
	Others   []other.Thing        `json:"others"`
	Matrix   [2][2]float64        `json:"matrix"`
}

// Strings is a declared slice.
type Strings []string

// Maps have keys of every kind.
//
//eventgen:event
type Maps struct {
	String  map[string]int             `json:"string"`
	Named   map[MyString]string        `json:"named"`
	Int     map[int]string             `json:"int"`
	Int8    map[MyInt8]bool            `json:"int8"`
	Uint    map[uint16]Point           `json:"uint"`
	Text    map[TextKey]int            `json:"text"`
	Addr    map[netip.Addr]int         `json:"addr"`
	PtrText map[*TextKey]int           `json:"ptrtext"`
	Struct  map[string]Point           `json:"struct"`
	Ptr     map[string]*Point          `json:"ptr"`
	Slice   map[string][]int           `json:"slice"`
	Nested  map[string]map[string]int  `json:"nested"`
	Any     map[string]any             `json:"any"`
	Enum    map[Color]int              `json:"enum"`
	Level   map[Level]int              `json:"level"`
	Named2  Table                      `json:"named2"`
	Anon    map[string]struct{ A int } `json:"anon"`
	Array   map[string][2]int          `json:"array"`
}

// Table is a declared map.
type Table map[string]float64

// TextKey is a map key with MarshalText.
type TextKey struct{ S string }

// MarshalText returns the key in brackets.
func (k TextKey) MarshalText() ([]byte, error) { return []byte("[" + k.S + "]"), nil }

// UnmarshalText takes the brackets off.
func (k *TextKey) UnmarshalText(b []byte) error {
	if len(b) < 2 || b[0] != '[' || b[len(b)-1] != ']' {
		return errSyntax
	}
	k.S = string(b[1 : len(b)-1])
	return nil
}

// Pointers are pointers.
//
//eventgen:event
type Pointers struct {
	Int    *int            `json:"int"`
	IntInt **int           `json:"intint"`
	String *string         `json:"string"`
	Struct *Point          `json:"struct"`
	Slice  *[]int          `json:"slice"`
	Map    *map[string]int `json:"map"`
	Array  *[2]int         `json:"array"`
	Any    *any            `json:"any"`
	Bytes  *[]byte         `json:"bytes"`
	Enum   *Color          `json:"enum"`
	Named  PointPtr        `json:"named"`
	Anon   *struct {
		A *int `json:"a"`
	} `json:"anon"`
	Text  *TextString `json:"text"`
	Event *Shape      `json:"event"`
}

// PointPtr is a declared pointer.
type PointPtr *Point

// Anys hold anything.
//
//eventgen:event
type Anys struct {
	Any  any            `json:"any"`
	List []any          `json:"list"`
	Map  map[string]any `json:"map"`
}

// Embedding promotes fields by value, by pointer, and through types that are not exported.
//
//eventgen:event
type Embedding struct {
	Base
	*PtrBase
	hidden
	other.Thing
	*other.Deep
	Tagged `json:"tagged"`
	MyInt
	Strings
	Own string `json:"own"`
}

// Base is embedded by value.
type Base struct {
	ID   string `json:"id"`
	Own  int    `json:"own"` // hidden by Embedding.Own
	Same int    `json:"same"`
}

// PtrBase is embedded by pointer.
type PtrBase struct {
	Ptr1 int    `json:"ptr1"`
	Ptr2 string `json:"ptr2,omitempty"`
	*Deeper
	Same int `json:"same"`
}

// Deeper is embedded by pointer in PtrBase.
type Deeper struct {
	Deep1 float64 `json:"deep1"`
	Deep2 []int   `json:"deep2"`
}

type hidden struct {
	Hidden int `json:"hidden"`
}

// Tagged has a name where it is embedded.
type Tagged struct{ T int }

// PtrFirst begins with an embedded pointer.
//
//eventgen:event
type PtrFirst struct {
	*Base
	Z int `json:"z,omitempty"`
}
