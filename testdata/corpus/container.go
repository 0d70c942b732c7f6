package corpus

// Pointers has pointers of every depth.
//
//eventgen:event corpus:Pointers
type Pointers struct {
	One    *int      `json:"one"`
	Two    **string  `json:"two"`
	Three  ***Inner  `json:"three"`
	Slice  *[]int    `json:"slice"`
	Slices []*int    `json:"slices"`
	Array  *[2]*int  `json:"array"`
	Any    *any      `json:"any"`
	Struct *struct{} `json:"struct"`
	Omit   *[]int    `json:"omit,omitempty"`
}

const pointersDoc = `"two":null,"three":null,"slice":null,"slices":null,"array":null,"any":null,"struct":null`

var _ = add[Pointers](never(
	`{`+pointersDoc+`}`, `{`+pointersDoc+`,"one":"1"}`, `{`+pointersDoc+`,"one":1,"two":1}`, `{`+pointersDoc+`,"one":1,"three":{}}`,
	`{`+pointersDoc+`,"one":1,"slice":[null]}`, `{`+pointersDoc+`,"one":1,"array":[1]}`, `{`+pointersDoc+`,"one":1,"struct":{"x":1}}`,
), Pointers{Omit: new([]int)})

// Slices has slices of everything.
//
//eventgen:event corpus:Slices
type Slices struct {
	Ints    []int             `json:"ints"`
	Strings []string          `json:"strings"`
	Nested  [][]int           `json:"nested"`
	Structs []Inner           `json:"structs"`
	Ptrs    []*Inner          `json:"ptrs"`
	Maps    []map[string]int  `json:"maps"`
	Any     []any             `json:"any"`
	Anon    []struct{ A int } `json:"anon"`
	Named   Tags              `json:"named"`
	Bools   []bool            `json:"bools"`
	Int8s   []int8            `json:"int8s"`
}

const slicesDoc = `"strings":null,"nested":null,"structs":null,"ptrs":null,"maps":null,"any":null,"anon":null,"named":null,"bools":null,"int8s":null`

var _ = add[Slices](never(
	`{`+slicesDoc+`}`, `{`+slicesDoc+`,"ints":[null]}`, `{`+slicesDoc+`,"ints":{}}`, `{`+slicesDoc+`,"ints":["1"]}`,
	`{`+slicesDoc+`,"ints":[],"structs":[null]}`, `{`+slicesDoc+`,"ints":[],"int8s":"AA=="}`, `{`+slicesDoc+`,"ints":[],"nested":[[null]]}`,
))

// Arrays has arrays of every length.
//
//eventgen:event corpus:Arrays
type Arrays struct {
	None    [0]int            `json:"none"`
	One     [1]int            `json:"one"`
	Three   [3]string         `json:"three"`
	Bytes   [4]byte           `json:"bytes"`
	Nested  [2][2]bool        `json:"nested"`
	Structs [2]Inner          `json:"structs"`
	Ptrs    [2]*Inner         `json:"ptrs"`
	Slices  [1][]int          `json:"slices"`
	Long    [20]uint8         `json:"long"`
	Hash    Hash              `json:"hash"`
	Ptr     *[1]int           `json:"ptr"`
	Map     map[string][2]int `json:"map"`
}

// Hash is a byte array without methods.
type Hash [4]byte

const arraysDoc = `"three":["","",""],"bytes":[0,0,0,0],"nested":[[true,true],[true,true]],"structs":[{"x":0},{"x":0}],"ptrs":[null,null],` +
	`"slices":[null],"long":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"hash":[0,0,0,0],"ptr":null,"map":null`

var _ = add[Arrays](never(
	`{`+arraysDoc+`,"none":[],"one":[]}`, `{`+arraysDoc+`,"none":[],"one":[1,2]}`, `{`+arraysDoc+`,"none":[0],"one":[1]}`,
	`{`+arraysDoc+`,"none":null,"one":[1]}`, `{`+arraysDoc+`,"none":[],"one":[1],"bytes":"AAAAAA=="}`,
	`{`+arraysDoc+`,"none":[],"one":[1],"hash":"AAAAAA=="}`, `{`+arraysDoc+`,"none":[],"one":[1],"map":{"a":[1]}}`,
	`{`+arraysDoc+`,"none":[],"one":[1],"ptr":[]}`, `{`+arraysDoc+`,"one":[1]}`, `{`+arraysDoc+`,"none":[],"one":[null]}`,
))

// Maps has every kind of key.
//
//eventgen:event corpus:Maps
//eventgen:allow int64-precision keys are strings on the wire
type Maps struct {
	String  map[string]int         `json:"string"`
	Named   map[UserID]Inner       `json:"named"`
	Int     map[int]string         `json:"int"`
	Int8    map[int8]string        `json:"int8"`
	Uint64  map[uint64]string      `json:"uint64"`
	Rune    map[rune]bool          `json:"rune"`
	Count   map[Count]bool         `json:"count"`
	Nested  map[string]map[int]int `json:"nested"`
	Slice   map[string][]int       `json:"slice"`
	Bytes   map[string][]byte      `json:"bytes"`
	Ptr     map[string]*Inner      `json:"ptr"`
	Any     map[string]any         `json:"any"`
	Empty   map[string]struct{}    `json:"empty"`
	Labels  Labels                 `json:"labels"`
	Pointer *map[string]int        `json:"pointer"`
}

const mapsDoc = `"named":null,"int":null,"int8":null,"uint64":null,"rune":null,"count":null,"nested":null,"slice":null,"bytes":null,"ptr":null,"any":null,` +
	`"empty":null,"labels":null,"pointer":null`

var _ = add[Maps](never(
	`{`+mapsDoc+`}`, `{`+mapsDoc+`,"string":[]}`, `{`+mapsDoc+`,"string":{"a":null}}`, `{`+mapsDoc+`,"string":{"a":"1"}}`,
	`{`+mapsDoc+`,"string":null,"named":{"a":null}}`, `{`+mapsDoc+`,"string":null,"int":{"1":1}}`, `{`+mapsDoc+`,"string":null,"int":{"a":"a"}}`,
	`{`+mapsDoc+`,"string":null,"empty":{"a":{"b":1}}}`, `{`+mapsDoc+`,"string":null,"labels":{"a":1}}`,
))

// TextKeys has keys with marshalers.
//
//eventgen:event corpus:TextKeys
type TextKeys struct {
	Level   map[TextLevel]int     `json:"level"`   // MarshalText on the value
	Pointer map[PointerText]int   `json:"pointer"` // on the pointer alone: the integer is written
	Name    map[TextName]int      `json:"name"`    // a string kind is written as it is
	UUID    map[UUID]int          `json:"uuid"`
	JSON    map[IntJSON]int       `json:"json"` // MarshalJSON does not matter for keys
	Ptr     map[*StructText]int   `json:"ptr"`  // a pointer key has the methods of both receivers
	Struct  map[StructTextV]int   `json:"struct"`
	Iface   map[TextMarshaler]int `json:"iface"`
}

const textKeysDoc = `"pointer":null,"name":null,"uuid":null,"json":null,"ptr":null,"struct":null,"iface":null`

var _ = add[TextKeys](never(
	`{`+textKeysDoc+`}`, `{`+textKeysDoc+`,"level":{"low":"a"}}`, `{`+textKeysDoc+`,"level":null,"pointer":{"one":1}}`,
	`{`+textKeysDoc+`,"level":null,"json":{"a":1}}`, `{`+textKeysDoc+`,"level":[]}`,
), TextKeys{Ptr: map[*StructText]int{nil: 1, {X: 2}: 3}})

// Bytes has what is base64 and what is not.
//
//eventgen:event corpus:Bytes
type Bytes struct {
	Bytes     []byte             `json:"bytes"`
	Uint8s    []uint8            `json:"uint8s"`
	Blob      Blob               `json:"blob"`
	Named     []Octet            `json:"named"`   // named bytes are bytes
	Colors    []Color            `json:"colors"`  // even if they are an enum
	Text      []TextOctet        `json:"text"`    // but not if they have a marshaler
	JSON      []JSONOctet        `json:"json"`    // of either kind
	PtrText   []PointerTextOctet `json:"ptrText"` // by either receiver
	Nested    [][]byte           `json:"nested"`
	Array     [2]byte            `json:"array"`
	Map       map[string][]byte  `json:"map"`
	Ptr       *[]byte            `json:"ptr"`
	Ptrs      []*byte            `json:"ptrs"`
	Arrays    [][2]byte          `json:"arrays"`
	Signed    []int8             `json:"signed"`
	Alias     []AliasByte        `json:"alias"`
	NamedBlob Blobs              `json:"namedBlob"`
}

// Blob is a named byte slice.
type Blob []byte

// Blobs is a slice of those.
type Blobs []Blob

// Octet is a named byte.
type Octet byte

// AliasByte is an alias of it.
type AliasByte = Octet

// TextOctet is a byte that writes text.
type TextOctet byte

// MarshalText writes one letter.
func (o TextOctet) MarshalText() ([]byte, error) { return []byte{'a' + byte(o)%26}, nil }

// PointerTextOctet is a byte that writes text where it can be addressed.
type PointerTextOctet byte

// MarshalText writes one letter.
func (o *PointerTextOctet) MarshalText() ([]byte, error) { return []byte{'a' + byte(*o)%26}, nil }

// JSONOctet is a byte that writes a boolean.
//
//eventgen:ts boolean
type JSONOctet byte

// MarshalJSON writes whether o is odd.
func (o *JSONOctet) MarshalJSON() ([]byte, error) {
	if *o%2 == 1 {
		return []byte("true"), nil
	}
	return []byte("false"), nil
}

const bytesDoc = `"uint8s":null,"blob":null,"named":null,"colors":null,"text":null,"json":null,"ptrText":null,"nested":null,"array":[0,0],"map":null,` +
	`"ptr":null,"ptrs":null,"arrays":null,"signed":null,"alias":null,"namedBlob":null`

var _ = add[Bytes](never(
	`{`+bytesDoc+`}`, `{`+bytesDoc+`,"bytes":[1,2]}`, `{`+bytesDoc+`,"bytes":"","named":[1]}`, `{`+bytesDoc+`,"bytes":"","colors":[1]}`,
	`{`+bytesDoc+`,"bytes":"","text":"AA=="}`, `{`+bytesDoc+`,"bytes":"","json":"AA=="}`, `{`+bytesDoc+`,"bytes":"","json":[1]}`,
	`{`+bytesDoc+`,"bytes":"","ptrText":"AA=="}`, `{`+bytesDoc+`,"bytes":"","array":"AAA="}`, `{`+bytesDoc+`,"bytes":"","ptrs":"AA=="}`,
	`{`+bytesDoc+`,"bytes":"","signed":"AA=="}`, `{`+bytesDoc+`,"bytes":"","alias":[1]}`, `{`+bytesDoc+`,"bytes":"","nested":[[1]]}`,
))

// Empties has types without values of interest.
//
//eventgen:event corpus:Empties
type Empties struct {
	Struct struct{}            `json:"struct"`
	Named  Nothing             `json:"named"`
	Hidden Hidden              `json:"hidden"`
	List   []struct{}          `json:"list"`
	Set    map[string]struct{} `json:"set"`
	Ptr    *Nothing            `json:"ptr"`
	Arrays [2]struct{}         `json:"arrays"`
}

// Nothing is an empty struct.
type Nothing struct{}

// Hidden has no exported fields.
//
//eventgen:allow unexported-fields nothing of it travels, which is wanted here
type Hidden struct{ x int }

var _ = add[Empties](never(
	`{}`,
	`{"struct":{"a":1},"named":{},"hidden":{},"list":null,"set":null,"ptr":null,"arrays":[{},{}]}`,
	`{"struct":{},"named":{"a":1},"hidden":{},"list":null,"set":null,"ptr":null,"arrays":[{},{}]}`,
	`{"struct":{},"named":{},"hidden":{"x":1},"list":null,"set":null,"ptr":null,"arrays":[{},{}]}`,
	`{"struct":{},"named":null,"hidden":{},"list":null,"set":null,"ptr":null,"arrays":[{},{}]}`,
	`{"struct":[],"named":{},"hidden":{},"list":null,"set":null,"ptr":null,"arrays":[{},{}]}`,
), Empties{Hidden: Hidden{1}})

// EmptyPayload has no properties at all.
//
//eventgen:event corpus:EmptyPayload
type EmptyPayload struct{}

var _ = add[EmptyPayload](never(`{"a":1}`, `null`, `[]`, `1`, `"a"`))

// Anonymous structs are written where they stand.
//
//eventgen:event corpus:Anonymouses
type Anonymouses struct {
	One struct {
		A int `json:"a"`
		B struct {
			C []struct {
				D *int `json:"d"`
			} `json:"c"`
		} `json:"b"`
	} `json:"one"`
	Map map[string]struct {
		Base
		E bool `json:"e,omitempty"`
	} `json:"map"`
}

var _ = add[Anonymouses](never(
	`{"one":{"a":1,"b":{}},"map":null}`, `{"one":{"a":1},"map":null}`, `{"one":{"a":1,"b":{"c":[{}]}},"map":null}`,
	`{"one":{"a":1,"b":{"c":null}},"map":{"a":{"e":true}}}`, `{"one":null,"map":null}`,
))

// PayloadSlice is a payload that is no struct.
//
//eventgen:event corpus:PayloadSlice
type PayloadSlice []Inner

var _ = add[PayloadSlice](never(`{}`, `[null]`, `[{}]`, `1`))

// PayloadMap is a payload that is a map.
//
//eventgen:event corpus:PayloadMap
type PayloadMap map[string]*Inner

var _ = add[PayloadMap](never(`[]`, `{"a":1}`, `{"a":{}}`, `"a"`))

// PayloadInt is a payload that is a number.
//
//eventgen:event corpus:PayloadInt
type PayloadInt int32

var _ = add[PayloadInt](never(`null`, `"1"`, `{}`))

// PayloadPointer is a payload that is a pointer.
//
//eventgen:event corpus:PayloadPointer
type PayloadPointer *Inner

var _ = add[PayloadPointer](never(`{}`, `1`, `[]`))

// PayloadBytes is a payload that is base64.
//
//eventgen:event corpus:PayloadBytes
type PayloadBytes []byte

var _ = add[PayloadBytes](never(`[1]`, `1`, `{}`))

// PayloadArray is a payload that is a tuple.
//
//eventgen:event corpus:PayloadArray
type PayloadArray [2]string

var _ = add[PayloadArray](never(`["a"]`, `["a","b","c"]`, `null`, `[1,2]`))
