package corpus

import (
	"cmp"
	"math/big"
	"time"
)

// Page is generic in what it lists.
type Page[T any] struct {
	Items []T `json:"items"`
	Next  *T  `json:"next"`
	Total int `json:"total"`
}

// Pair has two parameters.
//
//eventgen:allow unexported-fields nothing of it travels, which is wanted here
type Pair[K comparable, V any] struct {
	Key   K       `json:"key"`
	Value V       `json:"value"`
	Map   map[K]V `json:"map"`
}

// Opt leaves its value out when it is empty, which depends on the argument.
type Opt[T any] struct {
	Value T `json:"value,omitempty"`
	Zero  T `json:"zero,omitzero"`
}

// Tree is recursive.
type Tree[T any] struct {
	Value    T          `json:"value"`
	Children []*Tree[T] `json:"children,omitempty"`
}

// Range has a constraint.
type Range[T cmp.Ordered] struct {
	From T `json:"from"`
	To   T `json:"to"`
}

// Text has a constraint of strings.
type Text[T ~string] struct {
	Value  T         `json:"value"`
	ByText map[T]int `json:"byText"`
}

// ID has a parameter that its form does not depend on.
type ID[T any] string

// List is a generic slice.
type List[T any] []T

// Dict is a generic map.
type Dict[V any] map[string]V

// Ref is a generic pointer.
type Ref[T any] *T

// Nested nests generics in generics.
type Nested[T any] struct {
	Page  Page[T]            `json:"page"`
	Pages Page[Page[T]]      `json:"pages"`
	Pair  Pair[string, T]    `json:"pair"`
	List  List[T]            `json:"list"`
	Opt   *Opt[[]T]          `json:"opt"`
	Func  ID[func(T)]        `json:"func"`
	Tree  map[string]Tree[T] `json:"tree"`
}

// Embeds embeds a generic struct.
type Embeds[T any] struct {
	Page[T]
	*Range[int]
	Extra T `json:"extra"`
}

// Marshals is generic and has a marshaler whose TypeScript speaks of the argument.
//
//eventgen:ts "T | false"
type Marshals[T any] struct{ V T }

// MarshalJSON writes false.
func (m Marshals[T]) MarshalJSON() ([]byte, error) { return []byte("false"), nil }

// Generics instantiates with what does not change the form.
//
//eventgen:event corpus:Generics
type Generics struct {
	Strings  Page[string]          `json:"strings"`
	Structs  Page[Inner]           `json:"structs"`
	Ptrs     Page[*Inner]          `json:"ptrs"`
	Pages    Page[Page[int]]       `json:"pages"`
	Pair     Pair[string, Inner]   `json:"pair"`
	Counts   Pair[int, []string]   `json:"counts"`
	Tree     Tree[string]          `json:"tree"`
	Range    Range[float64]        `json:"range"`
	Text     Text[UserID]          `json:"text"`
	ID       ID[Inner]             `json:"id"`
	List     List[int]             `json:"list"`
	Dict     Dict[*bool]           `json:"dict"`
	Ref      Ref[string]           `json:"ref"`
	Nested   Nested[bool]          `json:"nested"`
	Embeds   Embeds[string]        `json:"embeds"`
	Custom   Marshals[int]         `json:"custom"`
	Alias    Strings               `json:"alias"`
	Anon     Page[struct{ A int }] `json:"anon"`
	Slices   Page[[]int]           `json:"slices"`
	Maps     Page[map[string]int]  `json:"maps"`
	Arrays   Page[[2]int]          `json:"arrays"`
	Any      Page[any]             `json:"any"`
	Statuses Page[Status]          `json:"statuses"`
}

// Strings is an alias of an instance.
type Strings = Page[string]

var _ = add[Generics](never(`{}`, `null`))

// GenericForms instantiates with what changes the form.
//
//eventgen:event corpus:GenericForms
type GenericForms struct {
	Bytes    Page[byte]               `json:"bytes"` // items are base64
	Octets   Page[Octet]              `json:"octets"`
	List     List[byte]               `json:"list"`
	Times    Page[time.Time]          `json:"times"`
	Text     Page[StructText]         `json:"text"`
	BigMap   Pair[string, big.Int]    `json:"bigMap"` // a number as a value, {} in the map
	BigTree  Dict[PointerJSON]        `json:"bigTree"`
	Status   Pair[Status, int]        `json:"status"`
	TextKey  Pair[TextLevel, int]     `json:"textKey"`
	TextName Pair[TextName, int]      `json:"textName"` // marshalled as a value, plain as a key
	IntKey   Pair[PointerText, int]   `json:"intKey"`
	JSONKey  Pair[IntJSON, int]       `json:"jsonKey"`
	Nested   Nested[byte]             `json:"nested"`
	Deep     Tree[Page[byte]]         `json:"deep"`
	Embeds   Embeds[uint8]            `json:"embeds"`
	Level    Range[TextLevel]         `json:"level"` // no number in spite of the constraint
	Values   map[string]Page[big.Int] `json:"values"`
}

const formsRest = `"times":{"items":null,"next":null,"total":0},"text":{"items":null,"next":null,"total":0},` +
	`"bigTree":null,"status":{"key":"open","value":1,"map":null},"textKey":{"key":"low","value":1,"map":null},` +
	`"textName":{"key":"[a]","value":1,"map":null},"intKey":{"key":"p1","value":1,"map":null},"jsonKey":{"key":true,"value":1,"map":null},` +
	`"deep":{"value":{"items":null,"next":null,"total":0}},"embeds":{"items":null,"next":null,"total":0,"extra":1},"level":{"from":"low","to":"low"},"values":null,` +
	`"nested":{"page":{"items":null,"next":null,"total":0},"pages":{"items":null,"next":null,"total":0},"pair":{"key":"","value":1,"map":null},"list":null,"opt":null,"func":"","tree":null}`

var _ = add[GenericForms](never(
	`{`+formsRest+`,"octets":{"items":null,"next":null,"total":0},"list":null,"bigMap":{"key":"","value":1,"map":null},"bytes":{"items":[1],"next":null,"total":0}}`,
	`{`+formsRest+`,"octets":{"items":[1],"next":null,"total":0},"list":null,"bigMap":{"key":"","value":1,"map":null},"bytes":{"items":null,"next":null,"total":0}}`,
	`{`+formsRest+`,"octets":{"items":null,"next":null,"total":0},"list":[1],"bigMap":{"key":"","value":1,"map":null},"bytes":{"items":null,"next":null,"total":0}}`,
	`{`+formsRest+`,"octets":{"items":null,"next":null,"total":0},"list":null,"bigMap":{"key":"","value":{},"map":null},"bytes":{"items":null,"next":null,"total":0}}`,
	`{`+formsRest+`,"octets":{"items":null,"next":null,"total":0},"list":null,"bigMap":{"key":"","value":1,"map":{"a":1}},"bytes":{"items":null,"next":null,"total":0}}`,
	`{`+formsRest+`,"octets":{"items":null,"next":null,"total":0},"list":null,"bigMap":{"key":"","value":1,"map":null},"bytes":{"items":null,"next":"AA==","total":0}}`,
))

// GenericOmits instantiates a type whose options depend on the argument.
//
//eventgen:event corpus:GenericOmits
type GenericOmits struct {
	String Opt[string]    `json:"string"`
	Int    Opt[int]       `json:"int"`
	Slice  Opt[[]int]     `json:"slice"`
	Ptr    Opt[*Inner]    `json:"ptr"`
	Struct Opt[Inner]     `json:"struct"` // omitempty has no effect
	Time   Opt[time.Time] `json:"time"`
	Array  Opt[[2]int]    `json:"array"`
	None   Opt[[0]int]    `json:"none"`
	Any    Opt[any]       `json:"any"`
}

const omitsDoc = `"string":{},"int":{},"slice":{},"ptr":{},"any":{},"none":{}`

var _ = add[GenericOmits](never(
	`{`+omitsDoc+`,"struct":{},"time":{"value":"2024-01-01T00:00:00Z"},"array":{"value":[0,0]}}`,
	`{`+omitsDoc+`,"struct":{"value":{"x":1}},"time":{},"array":{"value":[0,0]}}`,
	`{`+omitsDoc+`,"struct":{"value":{"x":1}},"time":{"value":"2024-01-01T00:00:00Z"},"array":{}}`,
	`{"string":{"value":null},"int":{},"slice":{},"ptr":{},"any":{},"none":{},"struct":{"value":{"x":1}},"time":{"value":"2024-01-01T00:00:00Z"},"array":{"value":[0,0]}}`,
	`{"string":{},"int":{},"slice":{"value":null},"ptr":{},"any":{},"none":{},"struct":{"value":{"x":1}},"time":{"value":"2024-01-01T00:00:00Z"},"array":{"value":[0,0]}}`,
	`{"string":{},"int":{},"slice":{},"ptr":{"zero":null},"any":{},"none":{},"struct":{"value":{"x":1}},"time":{"value":"2024-01-01T00:00:00Z"},"array":{"value":[0,0]}}`,
	`{"string":{},"int":{},"slice":{},"ptr":{},"any":{},"none":{"value":[]},"struct":{"value":{"x":1}},"time":{"value":"2024-01-01T00:00:00Z"},"array":{"value":[0,0]}}`,
))

// GenericPayload is an event over a named instance.
//
//eventgen:event corpus:GenericPayload
type GenericPayload Page[Inner]

var _ = add[GenericPayload](never(`{}`, `{"items":[null],"next":null,"total":0}`, `{"items":null,"next":null,"total":null}`))

// GenericQuoted has the option string on a parameter.
type GenericQuoted[T any] struct {
	Value T  `json:"value,string"`
	Ptr   *T `json:"ptr,string"`
}

// GenericQuotes instantiates it.
//
//eventgen:event corpus:GenericQuotes
type GenericQuotes struct {
	Int    GenericQuoted[int]    `json:"int"`
	Slice  GenericQuoted[[]int]  `json:"slice"`
	Struct GenericQuoted[Inner]  `json:"struct"`
	String GenericQuoted[string] `json:"string"`
}

var _ = add[GenericQuotes](never(
	`{"int":{"value":1,"ptr":null},"slice":{"value":null,"ptr":null},"struct":{"value":{"x":1},"ptr":null},"string":{"value":"","ptr":null}}`,
	`{"int":{"value":"1","ptr":1},"slice":{"value":null,"ptr":null},"struct":{"value":{"x":1},"ptr":null},"string":{"value":"","ptr":null}}`,
	`{"int":{"value":"1","ptr":null},"slice":{"value":["1"],"ptr":null},"struct":{"value":{"x":1},"ptr":null},"string":{"value":"","ptr":null}}`,
	`{"int":{"value":"1","ptr":null},"slice":{"value":null,"ptr":null},"struct":{"value":{"x":"1"},"ptr":null},"string":{"value":"","ptr":null}}`,
))

// Mutual generics refer to each other.
type Mutual[T any] struct {
	Other *Other[T] `json:"other"`
	Value T         `json:"value"`
}

// Other refers back.
type Other[T any] struct {
	Back *Mutual[T] `json:"back"`
	Last []T        `json:"last"`
}

// Mutuals instantiates with one argument that keeps the form and one that does not.
//
//eventgen:event corpus:Mutuals
type Mutuals struct {
	Strings Mutual[string] `json:"strings"`
	Bytes   Mutual[byte]   `json:"bytes"`
}

var _ = add[Mutuals](never(
	`{"strings":{"other":null,"value":""},"bytes":{"other":{"back":null,"last":[1]},"value":1}}`,
	`{"strings":{"other":{"back":null,"last":""},"value":""},"bytes":{"other":null,"value":1}}`,
	`{"strings":{"value":""},"bytes":{"other":null,"value":1}}`,
))

// Marked has a parameter that its wire form does not depend on.
type Marked[T any] struct {
	ID string `json:"id"`
}

// MarkedText is a text with such a parameter.
type MarkedText[T any] string

// GenericNameless has arguments without a name.
//
//eventgen:event corpus:GenericNameless
type GenericNameless struct {
	Struct  GenericQuoted[struct{ X int }] `json:"struct"`
	Nothing GenericQuoted[struct{}]        `json:"nothing"`
	Funcs   []Marked[func()]               `json:"funcs"`
	Chan    MarkedText[chan int]           `json:"chan"`
	Key     map[MarkedText[int64]]string   `json:"key"`
	Wide    Marked[int64]                  `json:"wide"`
}

var _ = add[GenericNameless](never(
	`{"struct":{"value":{"x":1},"ptr":null},"nothing":{"value":{},"ptr":null},"funcs":null,"chan":"","key":null,"wide":{"id":""}}`,
	`{"struct":{"value":{"X":1},"ptr":null},"nothing":{"value":{"a":1},"ptr":null},"funcs":null,"chan":"","key":null,"wide":{"id":""}}`,
	`{"struct":{"value":{"X":1},"ptr":null},"nothing":{"value":{},"ptr":null},"funcs":[{"id":1}],"chan":"","key":null,"wide":{"id":""}}`,
	`{"struct":{"value":{"X":1},"ptr":null},"nothing":{"value":{},"ptr":null},"funcs":null,"chan":1,"key":null,"wide":{"id":""}}`,
))
