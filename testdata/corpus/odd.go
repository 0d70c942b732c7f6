package corpus

import (
	"database/sql"
	"encoding/json"
	"net/netip"
	"net/url"
	"time"
)

// TagOddities has tags that are read in ways one does not expect.
//
//eventgen:event corpus:TagOddities
type TagOddities struct {
	Dash    int `json:"-,"`
	Empty   int `json:""`
	Options int `json:",omitempty,omitzero,string"`
	//eventgen:allow unknown-tag-option the mistake is wanted here
	Unknown   int            `json:"unknown,omitemtpy"`
	Unicode   int            `json:"größe"`
	Emoji     int            `json:"😀"`
	Quote     int            `json:"it's"`
	Dollar    int            `json:"$ref"`
	Proto     int            `json:"__proto__x"`
	Construct int            `json:"constructor"`
	Slash     int            `json:"a/b"`
	Number    int            `json:"1"`
	Percent   int            `json:"%"`
	Other     int            `yaml:"other" xml:"x"`
	Backslash int            `json:"a\\b"`
	Mixed     map[string]int `json:"mixed,string,omitempty"`
}

var _ = add[TagOddities](never(`{}`, `null`))

// CaseTwins has fields whose names differ in case alone.
//
//eventgen:event corpus:CaseTwins
type CaseTwins struct {
	ID  int    `json:"id"`
	Id  string `json:"ID"` //nolint
	ID2 bool   `json:"Id"`
}

var _ = add[CaseTwins](never(`{"id":"a","ID":"a","Id":true}`, `{"id":1,"ID":1,"Id":true}`, `{"id":1,"ID":"a"}`))

// PointerDepths has pointers to everything that a pointer changes.
//
//eventgen:event corpus:PointerDepths
type PointerDepths struct {
	Slice     *[]int           `json:"slice"`
	SliceOmit *[]int           `json:"sliceOmit,omitempty"`
	Map       *map[string]*int `json:"map"`
	Array     *[2]*int         `json:"array"`
	Bytes     *[]byte          `json:"bytes"`
	Iface     *any             `json:"iface"`
	Triple    ***string        `json:"triple,omitempty"`
	Raw       *json.RawMessage `json:"raw"`
	Time      **time.Time      `json:"time,omitempty"`
	Struct    **Inner          `json:"struct,omitzero"`
}

var _ = add[PointerDepths](never(`{}`,
	`{"slice":[1],"map":{},"array":[1],"bytes":"","iface":1,"raw":1}`,
	`{"slice":[1],"map":{},"array":[1,2],"bytes":[1],"iface":1,"raw":1}`,
	`{"slice":[null],"map":{},"array":[1,2],"bytes":"","iface":1,"raw":1}`))

// ArrayForms has arrays that are left out, nested, empty, and of what has its own form.
//
//eventgen:event corpus:ArrayForms
type ArrayForms struct {
	None      [0]int          `json:"none"`
	NoneOmit  [0]int          `json:"noneOmit,omitempty"`
	OneOmit   [1]int          `json:"oneOmit,omitempty"`
	OneZero   [1]int          `json:"oneZero,omitzero"`
	Matrix    [2][3]int       `json:"matrix"`
	Empties   [2]struct{}     `json:"empties"`
	Times     [1]time.Time    `json:"times"`
	Texts     [2]PointerText  `json:"texts"`
	Bytes     [3]byte         `json:"bytes"`
	Octets    [2]Octet        `json:"octets"`
	Slices    [2][]byte       `json:"slices"`
	Maps      [1]map[int]bool `json:"maps"`
	ByteGrid  [][]byte        `json:"byteGrid"`
	ArrayList [][2]byte       `json:"arrayList"`
	Big       [20]bool        `json:"big"`
}

var _ = add[ArrayForms](never(`{}`))

// KeyForms has maps by every kind of key.
//
//eventgen:event corpus:KeyForms
type KeyForms struct {
	Ints    map[int8]string           `json:"ints"`
	Uints   map[uint64]string         `json:"uints"`
	Ptrs    map[uintptr]string        `json:"ptrs"`
	Enums   map[Weekday]string        `json:"enums"`
	Status  map[Status][]string       `json:"status"`
	Perms   map[Perm]bool             `json:"perms"`
	Addrs   map[netip.Addr]int        `json:"addrs"`
	Times   map[time.Time]int         `json:"times"`
	Durs    map[time.Duration]int     `json:"durs"`
	Nested  map[string]map[int][]*int `json:"nested"`
	Structs map[StructTextV]int       `json:"structs"`
	Omit    map[Status]int            `json:"omit,omitempty"`
	Zero    map[Status]int            `json:"zero,omitzero"`
}

var _ = add[KeyForms](never(`{}`))

// OddGenerics instantiates types with what changes their form.
//
//eventgen:event corpus:OddGenerics
type OddGenerics struct {
	Bytes     List[byte]                        `json:"bytes"`
	Octets    List[Octet]                       `json:"octets"`
	Pages     Page[Page[List[byte]]]            `json:"pages"`
	Any       Page[any]                         `json:"any"`
	Empty     Page[struct{}]                    `json:"empty"`
	Anonymous Pair[string, struct{ A *int }]    `json:"anonymous"`
	Times     Opt[time.Time]                    `json:"times"`
	Pointers  Opt[*time.Time]                   `json:"pointers"`
	Maps      Opt[map[string]List[Octet]]       `json:"maps"`
	Arrays    Opt[[2]int]                       `json:"arrays"`
	Raw       Page[json.RawMessage]             `json:"raw"`
	Union     Page[Shape]                       `json:"union"`
	Enum      Pair[Status, Weekday]             `json:"enum"`
	Null      Page[sql.Null[int32]]             `json:"null"`
	SQL       sql.Null[[]byte]                  `json:"sql"`
	Method    Opt[ZeroByValue]                  `json:"method"`
	Deep      Dict[Dict[Dict[List[*Inner]]]]    `json:"deep"`
	Phantom   Phantom[chan int]                 `json:"phantom"`
	Self      Chain[int]                        `json:"self"`
	Local     Holder[Status]                    `json:"local"`
	Two       Both2[Inner, *Inner]              `json:"two"`
	Embedded  Extends[Inner]                    `json:"embedded"`
	Alias     PairOf[int]                       `json:"alias"`
	Funcs     map[string]Page[Pair[int, []int]] `json:"funcs"`
}

// Phantom does not use its parameter.
type Phantom[T any] struct {
	N int `json:"n"`
}

// Chain contains itself.
type Chain[T any] struct {
	Value T         `json:"value"`
	Next  *Chain[T] `json:"next,omitempty"`
}

// Holder has an anonymous struct in it.
type Holder[T ~string] struct {
	Inner struct {
		Value T   `json:"value"`
		List  []T `json:"list,omitempty"`
	} `json:"inner"`
}

// Both2 embeds its parameters' lists under names.
type Both2[A, B any] struct {
	A List[A] `json:"a"`
	B Dict[B] `json:"b"`
}

// Extends embeds a generic type.
type Extends[T any] struct {
	Page[T]
	*Opt[T]
	Total string `json:"total"`
}

// PairOf is a generic alias.
type PairOf[T any] = Pair[string, T]

var _ = add[OddGenerics](never(`{}`, `null`))

// Receivers has methods that look like marshalers, and are or are not by where they stand.
//
//eventgen:allow custom-marshaler it may be anything
//eventgen:allow int64-precision durations are short
//eventgen:event corpus:Receivers
type Receivers struct {
	FromAlias   aliasText             `json:"fromAlias"`
	Defined     DefinedTime           `json:"defined"`
	DefinedURL  DefinedURL            `json:"definedURL"`
	Embeds      EmbedsTime            `json:"embeds"`
	URL         url.URL               `json:"url"`
	URLs        map[string]*url.URL   `json:"urls"`
	Iface       json.Marshaler        `json:"iface"`
	Duration    time.Duration         `json:"duration"`
	Month       time.Month            `json:"month"`
	Location    time.Weekday          `json:"location"`
	Null        sql.NullTime          `json:"null"`
	NullOmit    sql.NullString        `json:"nullOmit,omitzero"`
	PtrText     *PointerText          `json:"ptrText"`
	MapText     map[string]TextName   `json:"mapText"`
	MapPtrText  map[TextName]*IntJSON `json:"mapPtrText"`
	Quoted      TextLevel             `json:"quoted,string"`
	QuotedEnum  Weekday               `json:"quotedEnum,string"`
	QuotedText  Status                `json:"quotedText,string"`
	QuotedPtr   **int                 `json:"quotedPtr,string"`
	QuotedFlags Perm                  `json:"quotedFlags,string,omitempty"`
}

type (
	aliasText = TextName
	// DefinedTime has none of time.Time's methods.
	//eventgen:allow unexported-fields nothing of it travels, which is wanted here
	DefinedTime time.Time
	// DefinedURL has url.URL's fields and no method.
	DefinedURL struct {
		Scheme string
		//eventgen:allow unexported-fields nothing of it travels, which is wanted here
		User *url.Userinfo
	}
	// EmbedsTime marshals as the time.
	EmbedsTime struct {
		time.Time
		Extra int `json:"extra"`
	}
)

// OddEmbedding embeds in every odd way at once.
//
//eventgen:allow conflicting-fields the conflict is wanted here
//eventgen:event corpus:OddEmbedding
type OddEmbedding struct {
	*OddBase
	OddMiddle
	List[int]
	*Dict[string] `json:"dict,omitempty"`
	Status
	Renamed `json:"renamed"`
	any
	error `json:"-"`
	Over  string
}

// OddBase is embedded by pointer.
//
//eventgen:allow conflicting-fields the conflict is wanted here
type OddBase struct {
	Hidden int
	Over   int
	OddLow `json:",omitempty"`
}

// OddMiddle is embedded and embeds.
type OddMiddle struct {
	OddLow
	Over   bool
	Middle []int `json:"middle,omitempty"`
}

// OddLow is embedded twice.
//
//eventgen:allow conflicting-fields the conflict is wanted here
type OddLow struct {
	Low  int `json:"low"`
	Deep *struct {
		Low string `json:"low"`
	} `json:"deep,omitempty"`
}

// Renamed is embedded under a name.
type Renamed struct{ X int }

// OddComments ends comments early: */ and <!-- --> and @deprecated ${x} `tick` \u002a/.
//
// Deprecated: use nothing */ at all.
//
//eventgen:event corpus:OddComments
type OddComments struct {
	// Field */ export const x = 1; /*
	Field int `json:"*/"`
	Tick  int `json:"tick"` // behind the field: */
}

var _ = add[OddComments](never(`{}`, `{"*/":1}`, `{"*/":"1","tick":1}`))

// Words are values that are names of something in TypeScript.
type Words string

// The words.
const (
	WordEmpty     Words = ""
	WordProto     Words = "__proto__"
	WordQuote     Words = `a'b"c`
	WordBackslash Words = `a\b`
	WordNewline   Words = "a\nb"
	WordTick      Words = "`${x}`"
	WordLine      Words = "\u2028"
	WordHTML      Words = "</script>"
	wordHidden    Words = "hidden"
)

// Levels has gaps, negative values and one value twice.
type Levels int

// The levels.
const (
	LevelLow  Levels = -10
	LevelNone Levels = 0
	LevelHigh Levels = 1 << 20
	LevelTop         = LevelHigh
	_         Levels = 5
	levelOdd  Levels = 77
)

var (
	_ = choose(WordEmpty, WordProto, WordQuote, WordBackslash, WordNewline, WordTick, WordLine, WordHTML, wordHidden)
	_ = choose(LevelLow, LevelNone, LevelHigh, levelOdd)
)

// OddEnums has enums with odd values.
//
//eventgen:event corpus:OddEnums
type OddEnums struct {
	Word   Words            `json:"word"`
	Words  []Words          `json:"words"`
	By     map[Words]Levels `json:"by"`
	Level  Levels           `json:"level"`
	Omit   Levels           `json:"omit,omitempty"`
	Ptr    *Words           `json:"ptr,omitempty"`
	Quoted Levels           `json:"quoted,string"`
}

var _ = add[OddEnums](never(
	`{"word":"other","words":null,"by":null,"level":0,"quoted":"0"}`,
	`{"word":"","words":["x"],"by":null,"level":0,"quoted":"0"}`,
	`{"word":"","words":null,"by":null,"level":5,"quoted":"0"}`,
	`{"word":"","words":null,"by":{"x":0},"level":0,"quoted":"0"}`,
	`{"word":"","words":null,"by":null,"level":0,"quoted":0}`))

// OddNames has types that are called as TypeScript's and the output's own things.
//
//eventgen:event corpus:OddNames
type OddNames struct {
	Readonly  Readonly    `json:"readonly"`
	Pick      Pick[int]   `json:"pick"`
	Iterable  Iterable    `json:"iterable"`
	Symbol    Symbol      `json:"symbol"`
	Event     Event       `json:"event"`
	Events    ServerEvent `json:"events"`
	Meta      EventMeta   `json:"meta"`
	Unlisten  Unlisten    `json:"unlisten"`
	Function  Function    `json:"function"`
	Set       Set         `json:"set"`
	JSON      JSON        `json:"json"`
	T         T           `json:"t"`
	Type      typ         `json:"type"`
	Interface iface       `json:"interface"`
	Await     await       `json:"await"`
	Größe     Größe       `json:"größe"`
	Nothing   Never       `json:"null"`
	Any       Any         `json:"any"`
	Boolean   Boolean     `json:"boolean"`
	Under     _under      `json:"_"`
}

type (
	// Readonly clashes with the utility type.
	Readonly struct{ A int }
	// Pick clashes with the utility type, and is generic.
	Pick[T any] struct{ A T }
	// Iterable clashes with the global.
	Iterable []int
	// Symbol clashes with the global.
	Symbol string
	// Event clashes with the DOM.
	Event struct{ A int }
	// ServerEvent clashes with the runtime.
	ServerEvent struct{ A int }
	// EventMeta clashes with the runtime.
	EventMeta struct{ A int }
	// Unlisten clashes with the runtime.
	Unlisten struct{ A int }
	// Function clashes with the global.
	Function struct{ A int }
	// Set clashes with the global.
	Set map[string]bool
	// JSON clashes with the global.
	JSON struct{ A any }
	// T is called as type parameters are.
	T struct{ A Pick[T2] }
	// T2 is one more.
	T2    struct{ A int }
	typ   struct{ A int }
	iface struct{ A int }
	await struct{ A int }
	// Größe is not ASCII.
	Größe int
	// Never is a word of TypeScript's.
	Never struct{ A int }
	// Any is one as well.
	Any struct{ A int }
	// Boolean clashes with the global.
	Boolean bool
	_under  struct{ A int }
)

var _ = add[OddNames](never(`{}`, `null`))

var (
	_ = add[KeyedArrays](never(`{}`))
	_ = add[Receivers](never(`{}`, `null`))
	_ = add[OddEmbedding](never(`null`))
	_ = add[PointerForms](never(`{}`, `null`))
)

// KeyedArrays has the fixed-size hashes of identifiers.
//
//eventgen:event corpus:KeyedArrays
type KeyedArrays struct {
	UUID  UUID           `json:"uuid"`
	ByID  map[UUID]int   `json:"byID"`
	Hash  Hash           `json:"hash"`
	Hashs []Hash         `json:"hashs"`
	Opt   *UUID          `json:"opt,omitempty"`
	Omit  UUID           `json:"omit,omitempty"`
	Zero  UUID           `json:"zero,omitzero"`
	Inner struct{ UUID } `json:"inner"`
}

// PointerForms are pointer types with names, and what stands behind them.
//
//eventgen:event corpus:PointerForms
type PointerForms struct {
	At     CountAt            `json:"at"`
	Ats    []CountAt          `json:"ats"`
	ByName map[string]CountAt `json:"byName"`
	Inner  InnerAt            `json:"inner"`
	Omit   InnerAt            `json:"omit,omitempty"`
	Ptr    *InnerAt           `json:"ptr"`
	Any    []any              `json:"any"`
	Iface  map[string]any     `json:"iface"`
	Named  Anything           `json:"named"`
	Empty  interface{}        `json:"empty,omitempty"`
}

// InnerAt is a pointer type.
type InnerAt *Inner
