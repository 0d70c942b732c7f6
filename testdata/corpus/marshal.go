package corpus

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// ValueJSON has MarshalJSON on the value.
//
//eventgen:ts "`v${number}`"
type ValueJSON struct{ X int }

// MarshalJSON writes "v" and the number.
func (v ValueJSON) MarshalJSON() ([]byte, error) { return json.Marshal("v" + strconv.Itoa(v.X)) }

// PointerJSON has MarshalJSON on the pointer: a value that is not addressable is a struct.
//
//eventgen:ts "`p${number}`"
type PointerJSON struct {
	X int `json:"x"`
}

// MarshalJSON writes "p" and the number.
func (p *PointerJSON) MarshalJSON() ([]byte, error) { return json.Marshal("p" + strconv.Itoa(p.X)) }

// StructText has MarshalText on the pointer.
type StructText struct {
	X int `json:"x"`
}

// MarshalText writes "t" and the number.
func (t *StructText) MarshalText() ([]byte, error) { return []byte("t" + strconv.Itoa(t.X)), nil }

// StructTextV has MarshalText on the value.
type StructTextV struct{ X int }

// MarshalText writes "t" and the number.
func (t StructTextV) MarshalText() ([]byte, error) { return []byte("t" + strconv.Itoa(t.X)), nil }

// UnmarshalText reads it back.
func (t *StructTextV) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "t%d", &t.X)
	return err
}

// TextLevel is an integer that writes text.
type TextLevel int

// MarshalText writes "low" or "high".
func (l TextLevel) MarshalText() ([]byte, error) {
	if l < 10 {
		return []byte("low"), nil
	}
	return []byte("high"), nil
}

// The levels; a type with a marshaler is no enum.
const (
	Low  TextLevel = 1
	High TextLevel = 10
)

// TextName is a string that writes other text.
type TextName string

// MarshalText writes the name in brackets.
func (n TextName) MarshalText() ([]byte, error) { return []byte("[" + string(n) + "]"), nil }

// PointerText is an integer that writes text where it can be addressed.
type PointerText int

// MarshalText writes "p" and the number.
func (p *PointerText) MarshalText() ([]byte, error) { return []byte("p" + strconv.Itoa(int(*p))), nil }

// IntJSON is an integer that writes a boolean.
//
//eventgen:ts boolean
type IntJSON int

// MarshalJSON writes whether i is positive.
func (i IntJSON) MarshalJSON() ([]byte, error) { return strconv.AppendBool(nil, i > 0), nil }

// Both has MarshalJSON on the pointer and MarshalText on the value: the first acts where the
// value can be addressed, the second elsewhere.
//
//eventgen:ts number
type Both struct{ X int }

// MarshalJSON writes the number.
func (b *Both) MarshalJSON() ([]byte, error) { return strconv.AppendInt(nil, int64(b.X), 10), nil }

// MarshalText writes "b" and the number.
func (b Both) MarshalText() ([]byte, error) { return []byte("b" + strconv.Itoa(b.X)), nil }

// MapJSON is a map that writes its size.
//
//eventgen:ts number
type MapJSON map[string]int

// MarshalJSON writes the size, for nil too.
func (m MapJSON) MarshalJSON() ([]byte, error) { return strconv.AppendInt(nil, int64(len(m)), 10), nil }

// SliceText is a slice that writes text.
type SliceText []int

// MarshalText writes the length, for nil too.
func (s SliceText) MarshalText() ([]byte, error) {
	return strconv.AppendInt(nil, int64(len(s)), 10), nil
}

// TextMarshaler is an interface with MarshalText.
type TextMarshaler interface {
	MarshalText() ([]byte, error)
}

// Marshaler is an interface with MarshalJSON.
//
//eventgen:ts "string | boolean"
type Marshaler interface {
	json.Marshaler
	comparable2()
}

func (v ValueJSON) comparable2() {}
func (i IntJSON) comparable2()   {}

var _ = choose[TextMarshaler](TextMarshaler(Low), TextMarshaler(StructTextV{}), TextMarshaler(&StructText{}))
var _ = choose[Marshaler](Marshaler(ValueJSON{3}), Marshaler(IntJSON(3)))
var _ = choose[json.Marshaler](json.Marshaler(ValueJSON{3}), json.Marshaler(json.RawMessage("[1]")))

// UUID is an array that writes text.
type UUID [16]byte

// MarshalText writes it in hexadecimal.
func (u UUID) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%x", u[:]), nil }

// UnmarshalText reads it back.
func (u *UUID) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "%x", u[:])
	return err
}

// Marshalers has them as fields, by value and by pointer.
//
//eventgen:event corpus:Marshalers
type Marshalers struct {
	Value   ValueJSON     `json:"value"`
	Pointer PointerJSON   `json:"pointer"` // addressable
	Text    StructText    `json:"text"`
	Level   TextLevel     `json:"level"`
	Name    TextName      `json:"name"`
	Both    Both          `json:"both"`
	Map     MapJSON       `json:"map"`
	Slice   SliceText     `json:"slice"`
	UUID    UUID          `json:"uuid"`
	Iface   Marshaler     `json:"iface"`
	TextI   TextMarshaler `json:"textI"`

	ValuePtr   *ValueJSON   `json:"valuePtr"`
	PointerPtr *PointerJSON `json:"pointerPtr"`
	TextPtr    *StructText  `json:"textPtr"`
	PtrPtr     **Both       `json:"ptrPtr"`
	IfacePtr   *Marshaler   `json:"ifacePtr"`

	OmitMap   MapJSON       `json:"omitMap,omitempty"`
	OmitUUID  UUID          `json:"omitUUID,omitempty"` // no effect: an array with elements
	OmitIface TextMarshaler `json:"omitIface,omitempty"`
	OmitZero  UUID          `json:"omitZero,omitzero"`
}

const marshalersDoc = `"pointer":"p1","text":"t1","level":"low","name":"[]","both":1,"map":1,"slice":"1","uuid":"","iface":true,"textI":"a",` +
	`"valuePtr":null,"pointerPtr":null,"textPtr":null,"ptrPtr":null,"ifacePtr":null,"omitUUID":""`

var _ = add[Marshalers](never(
	`{`+marshalersDoc+`}`, `{`+marshalersDoc+`,"value":{"X":1}}`, `{`+marshalersDoc+`,"value":"p1"}`, `{`+marshalersDoc+`,"value":null}`,
	`{`+marshalersDoc+`,"value":"v1","pointer":{"x":1}}`, `{`+marshalersDoc+`,"value":"v1","text":{"x":1}}`, `{`+marshalersDoc+`,"value":"v1","level":1}`,
	`{`+marshalersDoc+`,"value":"v1","both":"b1"}`, `{`+marshalersDoc+`,"value":"v1","map":null}`, `{`+marshalersDoc+`,"value":"v1","map":{}}`,
	`{`+marshalersDoc+`,"value":"v1","slice":null}`, `{`+marshalersDoc+`,"value":"v1","slice":[]}`, `{`+marshalersDoc+`,"value":"v1","uuid":[]}`,
	`{`+marshalersDoc+`,"value":"v1","omitIface":null}`, `{`+marshalersDoc+`,"value":"v1","iface":1}`, `{`+marshalersDoc+`,"value":"v1","textI":1}`,
))

// MarshalersNotAddressable has them where encoding/json cannot take their address.
//
//eventgen:event corpus:MarshalersNotAddressable
type MarshalersNotAddressable struct {
	Value   map[string]ValueJSON      `json:"value"`
	Pointer map[string]PointerJSON    `json:"pointer"`
	Text    map[string]StructText     `json:"text"`
	IntText map[string]PointerText    `json:"intText"`
	Both    map[string]Both           `json:"both"`
	Ptr     map[string]*PointerJSON   `json:"ptr"`
	Array   map[string][1]PointerJSON `json:"array"`
	Slice   map[string][]PointerJSON  `json:"slice"` // elements of a slice are addressable
	Struct  map[string]HoldsPointers  `json:"struct"`
	Octets  map[string]JSONOctet      `json:"octets"`
}

// HoldsPointers holds types whose form depends on where it stands.
type HoldsPointers struct {
	Field  PointerJSON            `json:"field"`
	Array  [1]StructText          `json:"array"`
	Slice  []StructText           `json:"slice"`
	Ptr    *PointerJSON           `json:"ptr"`
	Nested map[string]PointerJSON `json:"nested"`
	*PointerHolder
}

// PointerHolder is embedded by pointer: its fields are addressable wherever it stands.
type PointerHolder struct {
	Promoted PointerJSON `json:"promoted"`
}

const notAddressableDoc = `"pointer":null,"text":null,"intText":null,"both":null,"ptr":null,"array":null,"slice":null,"octets":null`

var _ = add[MarshalersNotAddressable](never(
	`{"value":{"a":{"X":1}},"struct":null,`+notAddressableDoc+`}`,
	`{"value":null,"struct":null,"pointer":{"a":"p1"},"text":null,"intText":null,"both":null,"ptr":null,"array":null,"slice":null,"octets":null}`,
	`{"value":null,"struct":null,"pointer":null,"text":{"a":"t1"},"intText":null,"both":null,"ptr":null,"array":null,"slice":null,"octets":null}`,
	`{"value":null,"struct":null,"pointer":null,"text":null,"intText":{"a":"p1"},"both":null,"ptr":null,"array":null,"slice":null,"octets":null}`,
	`{"value":null,"struct":null,"pointer":null,"text":null,"intText":null,"both":{"a":1},"ptr":null,"array":null,"slice":null,"octets":null}`,
	`{"value":null,"struct":null,"pointer":null,"text":null,"intText":null,"both":null,"ptr":{"a":{"x":1}},"array":null,"slice":null,"octets":null}`,
	`{"value":null,"struct":null,"pointer":null,"text":null,"intText":null,"both":null,"ptr":null,"array":{"a":["p1"]},"slice":null,"octets":null}`,
	`{"value":null,"struct":null,"pointer":null,"text":null,"intText":null,"both":null,"ptr":null,"array":null,"slice":{"a":[{"x":1}]},"octets":null}`,
	`{"value":null,"struct":null,"pointer":null,"text":null,"intText":null,"both":null,"ptr":null,"array":null,"slice":null,"octets":{"a":true}}`,
	`{"value":null,"struct":{"a":{"field":"p1","array":[{"x":1}],"slice":null,"ptr":null,"nested":null}},`+notAddressableDoc+`}`,
	`{"value":null,"struct":{"a":{"field":{"x":1},"array":["t1"],"slice":null,"ptr":null,"nested":null}},`+notAddressableDoc+`}`,
	`{"value":null,"struct":{"a":{"field":{"x":1},"array":[{"x":1}],"slice":[{"x":1}],"ptr":null,"nested":null}},`+notAddressableDoc+`}`,
	`{"value":null,"struct":{"a":{"field":{"x":1},"array":[{"x":1}],"slice":null,"ptr":null,"nested":null,"promoted":{"x":1}}},`+notAddressableDoc+`}`,
))

// BothForms has one type in both positions.
//
//eventgen:event corpus:BothForms
type BothForms struct {
	One HoldsPointers            `json:"one"`
	Map map[string]HoldsPointers `json:"map"`
	Any map[string]BothForms     `json:"any"`
}

var _ = add[BothForms](never(
	`{}`,
	`{"one":{"field":{"x":1},"array":["t1"],"slice":null,"ptr":null,"nested":null},"map":null,"any":null}`,
	`{"one":{"field":"p1","array":[{"x":1}],"slice":null,"ptr":null,"nested":null},"map":null,"any":null}`,
	`{"one":{"field":"p1","array":["t1"],"slice":null,"ptr":null,"nested":{"a":"p1"}},"map":null,"any":null}`,
	`{"one":{"field":"p1","array":["t1"],"slice":null,"ptr":null,"nested":null},"map":{"a":{"field":"p1","array":["t1"],"slice":null,"ptr":null,"nested":null}},"any":null}`,
	`{"one":{"field":"p1","array":["t1"],"slice":null,"ptr":null,"nested":null},"map":null,"any":{"a":{"one":{"field":"p1","array":["t1"],"slice":null,"ptr":null,"nested":null},"map":null,"any":null}}}`,
))

// MarshalerElements has them as elements.
//
//eventgen:event corpus:MarshalerElements
type MarshalerElements struct {
	Values  []ValueJSON    `json:"values"`
	Ptrs    []PointerJSON  `json:"ptrs"`
	Texts   [2]StructText  `json:"texts"`
	PtrTo   []*PointerJSON `json:"ptrTo"`
	Ints    []PointerText  `json:"ints"`
	Ifaces  []Marshaler    `json:"ifaces"`
	Generic []any          `json:"generic"`
}

var _ = add[MarshalerElements](never(
	`{"values":[{"X":1}],"ptrs":null,"texts":["a","b"],"ptrTo":null,"ints":null,"ifaces":null,"generic":null}`,
	`{"values":[null],"ptrs":null,"texts":["a","b"],"ptrTo":null,"ints":null,"ifaces":null,"generic":null}`,
	`{"values":null,"ptrs":[{"x":1}],"texts":["a","b"],"ptrTo":null,"ints":null,"ifaces":null,"generic":null}`,
	`{"values":null,"ptrs":null,"texts":[{"x":1},{"x":2}],"ptrTo":null,"ints":null,"ifaces":null,"generic":null}`,
	`{"values":null,"ptrs":null,"texts":["a","b"],"ptrTo":[{"x":1}],"ints":null,"ifaces":null,"generic":null}`,
	`{"values":null,"ptrs":null,"texts":["a","b"],"ptrTo":null,"ints":[1],"ifaces":null,"generic":null}`,
))

// Lookalikes have methods that are no marshalers.
//
//eventgen:event corpus:Lookalikes
type Lookalikes struct {
	Wrong WrongSignature `json:"wrong"`
	Lower LowerCase      `json:"lower"`
	Named NamedTime      `json:"named"`
	Raw   NamedRaw       `json:"raw"`
	Num   NamedNumber    `json:"num"`
}

// WrongSignature has a MarshalText with a parameter.
type WrongSignature struct{ X int }

// MarshalText is none.
func (w WrongSignature) MarshalText(indent bool) ([]byte, error) { return nil, nil }

// LowerCase has an unexported method.
type LowerCase struct{ X int }

func (l LowerCase) marshalJSON() ([]byte, error) { return nil, nil }

// NamedRaw is declared from json.RawMessage without its methods: it is bytes.
type NamedRaw json.RawMessage

// NamedNumber is declared from json.Number: it is a string.
type NamedNumber json.Number

var _ = add[Lookalikes](never(
	`{"wrong":"a","lower":{"X":1},"named":{},"raw":"","num":""}`, `{"wrong":{"X":1},"lower":"a","named":{},"raw":"","num":""}`,
	`{"wrong":{"X":1},"lower":{"X":1},"named":"2024-01-01T00:00:00Z","raw":"","num":""}`,
	`{"wrong":{"X":1},"lower":{"X":1},"named":{},"raw":{"a":1},"num":""}`, `{"wrong":{"X":1},"lower":{"X":1},"named":{},"raw":"","num":1}`,
), Lookalikes{Lower: LowerCase{1}})

var _ = LowerCase.marshalJSON
