package corpus

// Shapes that random types found.

// Knot is a pointer that leads to itself through a slice.
type Knot *[]Knot

// Found holds what once was wrong.
//
//eventgen:event corpus:Found
type Found struct {
	Knot    Knot                   `json:"knot"`
	Nothing [][1][0]int            `json:"nothing"`
	Twice   [2][1]struct{}         `json:"twice"`
	Keyed   Dictionary[int8, *int] `json:"keyed"`
	Words   Dictionary[string, []string]
}

// Blank is left out of everything but the length of nothing.
//
//eventgen:event corpus:Blank
type Blank [0]Only

// Only stands in Blank alone.
type Only struct {
	A int
}

// Idle has a parameter that nothing on the wire depends on.
type Idle[T any] struct {
	None [0]T
}

// Idles holds instances of it.
//
//eventgen:event corpus:Idles
type Idles struct {
	A Idle[int]
	B Idle[Only]
}

var _ = add[Idles](never(`{"A":{"None":[1]},"B":{"None":[]}}`, `{"A":{"None":[]}}`))

var _ = add[Blank](never(`[1]`, `null`))

// Dictionary has a parameter as its key, and one that may be left out.
type Dictionary[K comparable, V any] struct {
	Map   map[K]V `json:"map"`
	First V       `json:"first,omitempty"`
}

var _ = add[Found](never(`{}`,
	`{"knot":null,"nothing":[[[1]]],"twice":[[{}],[{}]],"keyed":{"map":null},"Words":{"map":null}}`,
	`{"knot":[1],"nothing":null,"twice":[[{}],[{}]],"keyed":{"map":null},"Words":{"map":null}}`,
	`{"knot":null,"nothing":null,"twice":[[{}],[{}]],"keyed":{"map":{"a":1}},"Words":{"map":null}}`,
	`{"knot":null,"nothing":null,"twice":[[{}],[{}]],"keyed":{"map":null,"first":null},"Words":{"map":null}}`,
))

// Token is sealed and no union: its variants travel bare.
//
//eventgen:allow sealed-interface its variants have nothing in common
type Token interface{ isToken() }

// Word is a token, by value or by pointer.
type Word struct {
	Text string `json:"text"`
}

// Digit is a token by pointer.
type Digit int

// Stamped is a token whose method acts only where its address can be taken.
type Stamped struct {
	At int `json:"at"`
}

// MarshalText writes the number.
func (s *Stamped) MarshalText() ([]byte, error) { return []byte{byte('0' + s.At%10)}, nil }

func (Word) isToken()    {}
func (*Digit) isToken()  {}
func (Stamped) isToken() {}

// Tokens has tokens in every position.
//
//eventgen:event corpus:Tokens
type Tokens struct {
	Token Token            `json:"token"`
	Omit  Token            `json:"omit,omitempty"`
	List  []Token          `json:"list"`
	Map   map[string]Token `json:"map"`
}

var _ = choose[Token](Token(Word{"a"}), Token(&Word{"b"}), Token(new(Digit)), Token(Stamped{1}), Token(&Stamped{2}), Token((*Word)(nil)))

var _ = add[Tokens](never(
	`{"list":null,"map":null}`,
	`{"token":true,"list":null,"map":null}`,
	`{"token":{"txt":""},"list":null,"map":null}`,
	`{"token":null,"list":[[]],"map":null}`,
))

// Way points to a pointer, and holds itself: what is not nil can be null all the same.
type Way **[]Way

// Ways leave a nil Way out.
//
//eventgen:event corpus:Ways
type Ways struct {
	Way  Way   `json:"way,omitzero"`
	List []Way `json:"list,omitempty"`
}

var _ = add[Ways](never(`{"way":1}`, `{"list":null}`))

// Unspelt holds an instance whose argument nobody can write down.
type Unspelt[T any] struct {
	A string
	B T `json:"b,omitempty"`
}

// Mark points to such an instance.
//
//eventgen:event corpus:Mark
type Mark *Unspelt[struct {
	F []int `json:"f"`
}]

var _ = add[Mark](never(`{}`))
