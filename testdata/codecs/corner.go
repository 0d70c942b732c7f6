package codecs

import (
	"container/list"
	"encoding/json"
	"strconv"
	"strings"

	"example.test/testdata/codecs/other"
)

// Constant holds values that all have one wire form, so that no code looks at them.
//
//eventgen:event
type Constant struct {
	None     [0]int              `json:"none"`
	Nones    [][0]int            `json:"nones"`
	NonePtr  *[0]bool            `json:"nonePtr"`
	NoneMap  map[string][0]Point `json:"noneMap"`
	NoneText map[TextKey]NoneOf  `json:"noneText"`
	Empty    struct{}            `json:"empty"`
	Empties  []struct{}          `json:"empties"`
	EmptyPtr *struct{}           `json:"emptyPtr"`
	EmptyMap map[int]struct{}    `json:"emptyMap"`
	Pairs    [2][0]string        `json:"pairs"`
	Deep     [][1][0]int         `json:"deep"`
	Deeper   map[string][1][2]struct {
		None [1][0]int `json:"none"`
	} `json:"deeper"`
	Inner map[TextKey]struct {
		None [0]int `json:"none"`
	} `json:"inner"`
}

// Omittable holds nothing either, but parts of it can be absent.
//
//eventgen:event from=both
type Omittable struct {
	Inner map[string]struct {
		None [0]int `json:"none,omitempty"`
	} `json:"inner"`
	Nothing []struct {
		None [0]int `json:"none"`
	} `json:"nothing"`
	Pointer *struct {
		None [0]int `json:"none"`
	} `json:"pointer"`
	Deep  [][1][0]int             `json:"deep"`
	Twice *[2]struct{}            `json:"twice"`
	Map   map[string][1][0]string `json:"map"`
	Named NoTimes                 `json:"named"`
}

// NoTimes is a declared pointer to nothing, of a package that nothing else is taken of.
type NoTimes *[0]list.Element

// NoneOf is a declared array of nothing.
type NoneOf [0]Point

// TextKeyed can fail at its keys, and inside of them, but nowhere else.
//
//eventgen:event
type TextKeyed struct {
	Table map[TextKey]float64            `json:"table"`
	Deep  map[TextKey]map[TextKey]Level  `json:"deep"`
	Ptrs  map[TextKey]*TextString        `json:"ptrs"`
	Lists map[TextKey][]map[TextKey]Text `json:"lists"`
}

// TextFloats can fail at its keys and its values.
//
//eventgen:event
type TextFloats map[TextKey]float64

// DeclaredPointers are pointers with names of their own, which have no methods. encoding/json
// writes what they point to by its methods and reads it without, so none leads to a plain kind.
//
//eventgen:event
type DeclaredPointers struct {
	Custom  CustomPtrPtr   `json:"custom"`
	Text    PtrTextPtr     `json:"text"`
	Texts   []PtrTextPtr   `json:"texts"`
	Point   PointPtr       `json:"point"`
	Pointer *PointPtr      `json:"pointer"`
	Omitted CustomPtrPtr   `json:"omitted,omitempty"`
	Both    *PtrZero       `json:"both,omitempty,omitzero"`
	Map     map[string]Ptr `json:"map"`
}

// Declared pointers.
type (
	CustomPtrPtr *CustomPtr
	PtrTextPtr   *PtrText
	Ptr          *PtrTextPtr
)

// Unspelled has arguments whose types generated code cannot write.
//
//eventgen:event
type Unspelled struct {
	Box   other.Box[struct{ A int }]               `json:"box"`
	Boxes map[string]other.Box[[]struct{ B *int }] `json:"boxes"`
	Empty other.Box[struct{}]                      `json:"empty"`
	Ring  Ring[struct{ C string }]                 `json:"ring"`
	Rings *Ring[Ring[struct{ D int }]]             `json:"rings"`
}

// Ring is generic and contains itself.
type Ring[T any] struct {
	Value T        `json:"value"`
	Next  *Ring[T] `json:"next,omitempty"`
}

// Forest has maps of several types that contain it.
//
//eventgen:event
type Forest struct {
	Forests map[string]Forest         `json:"forests"`
	Groves  map[int]Grove             `json:"groves"`
	Named   map[TextKey]Forest        `json:"named"`
	Lists   map[string]map[int]Forest `json:"lists"`
}

// Grove contains Forest.
type Grove struct {
	Forests map[string]Forest `json:"forests"`
	Groves  map[string]Grove  `json:"groves"`
}

// Knot is a pointer that leads to itself through a slice.
type Knot *[]Knot

// Knots holds one.
//
//eventgen:event from=both
type Knots struct {
	Knot Knot `json:"knot"`
}

// LateConstant begins with a property that can be absent, and ends with one that is the same text always.
//
//eventgen:event
type LateConstant struct {
	Maybe int    `json:"maybe,omitempty"`
	None  [0]int `json:"none"`
}

// ReadByMethod holds types that have methods for reading alone: their structure is written.
//
//eventgen:event from=both
type ReadByMethod struct {
	Count   Lenient            `json:"count"`
	Counts  []Lenient          `json:"counts"`
	Pointer *Lenient           `json:"pointer,omitempty"`
	Word    Upper              `json:"word"`
	Words   map[string]Upper   `json:"words"`
	Whole   Evened             `json:"whole"`
	Wholes  map[string]*Evened `json:"wholes,omitempty"`
}

// QuotedByMethod holds what a method reads out of a string.
//
//eventgen:event from=both
type QuotedByMethod struct {
	Word  Upper    `json:"word,string"`
	Count *Lenient `json:"count,string"`
}

// Lenient is read from a number or a string of one.
type Lenient int

// UnmarshalJSON takes quotation marks off.
func (n *Lenient) UnmarshalJSON(text []byte) error {
	i, err := strconv.Atoi(strings.Trim(string(text), `"`))
	*n = Lenient(i)
	return err
}

// Upper is read in capital letters.
type Upper string

// UnmarshalText turns letters into capitals.
func (u *Upper) UnmarshalText(text []byte) error {
	*u = Upper(strings.ToUpper(string(text)))
	return nil
}

// Evened is read as an even number.
type Evened struct {
	Even int `json:"even"`
}

// UnmarshalJSON rounds the number down.
func (e *Evened) UnmarshalJSON(text []byte) error {
	var read struct{ Even int }
	err := json.Unmarshal(text, &read)
	e.Even = read.Even &^ 1
	return err
}

// Way points to a pointer, and holds itself: what is not nil can be null all the same.
type Way **[]Way

// Ways leave a nil Way out.
//
//eventgen:event
type Ways struct {
	Way  Way   `json:"way,omitzero"`
	List []Way `json:"list,omitempty"`
}

// Marked holds an instance whose argument has no name.
type Marked[T any] struct {
	A string
	B T `json:"b,omitempty"`
}

// Mark points to such an instance.
//
//eventgen:event
type Mark *Marked[struct {
	F []int `json:"f"`
}]

// Labels have a name, and are written in place where their key is left out for nil.
type Labels map[string]int

// Labelled leaves labels out.
//
//eventgen:event
type Labelled struct {
	Labels Labels `json:"labels,omitempty"`
	Zero   Labels `json:"zero,omitzero"`
}
