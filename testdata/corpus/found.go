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
