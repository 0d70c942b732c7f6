package corpus

import (
	"fmt"
	"time"
)

// Base is embedded in many.
type Base struct {
	ID   string `json:"id"`
	Kind string
}

// Embedded promotes the fields of a value.
//
//eventgen:event corpus:Embedded
type Embedded struct {
	Base
	Name string `json:"name"`
}

var _ = add[Embedded](never(
	`{"name":"a"}`, `{"id":"a","name":"a"}`, `{"Base":{"id":"a","Kind":"b"},"name":"a"}`,
	`{"id":null,"Kind":"b","name":"a"}`,
))

// EmbeddedPointer promotes the fields of a pointer: nil leaves them out.
//
//eventgen:event corpus:EmbeddedPointer
type EmbeddedPointer struct {
	*Base
	Name string `json:"name"`
}

var _ = add[EmbeddedPointer](never(`{}`, `{"id":null,"name":"a"}`, `{"Base":null,"name":"a"}`))

// EmbeddedTagged names the embedded struct, which makes it an ordinary field.
//
//eventgen:event corpus:EmbeddedTagged
type EmbeddedTagged struct {
	Base  `json:"base"`
	*Note `json:"note,omitempty"`
}

// Note is embedded by pointer.
type Note struct {
	Text string `json:"text"`
}

var _ = add[EmbeddedTagged](never(
	`{}`, `{"id":"a","Kind":"b"}`, `{"base":null}`, `{"base":{"id":"a","Kind":"b"},"note":null}`, `{"base":{"id":"a","Kind":"b"},"text":"a"}`,
))

// EmbeddedOptions has a tag without a name: the fields are promoted all the same.
//
//eventgen:event corpus:EmbeddedOptions
type EmbeddedOptions struct {
	Base  `json:",omitempty"`
	*Note `json:",omitempty"`
}

var _ = add[EmbeddedOptions](never(`{}`, `{"id":"a"}`, `{"id":"a","Kind":"b","text":null}`, `{"Base":{"id":"a","Kind":"b"}}`))

// EmbeddedSkipped leaves the embedded struct out.
//
//eventgen:event corpus:EmbeddedSkipped
type EmbeddedSkipped struct {
	Base `json:"-"`
	Name string `json:"name"`
}

var _ = add[EmbeddedSkipped](never(`{}`, `{"id":"a","Kind":"b","name":"a"}`))

type base struct {
	ID     string `json:"id"`
	secret string
}

type deepBase struct {
	*base
	Deep int `json:"deep"`
}

// EmbeddedUnexported promotes the exported fields of an unexported struct.
//
//eventgen:event corpus:EmbeddedUnexported
type EmbeddedUnexported struct {
	base
	Name string `json:"name"`
}

var _ = add[EmbeddedUnexported](never(`{"name":"a"}`, `{"id":"a","name":"a","secret":"a"}`), EmbeddedUnexported{base: base{"a", "b"}})

// EmbeddedUnexportedPointer does so through pointers.
//
//eventgen:event corpus:EmbeddedUnexportedPointer
type EmbeddedUnexportedPointer struct {
	*deepBase
	Name string `json:"name"`
}

var _ = add[EmbeddedUnexportedPointer](
	never(`{}`, `{"id":null,"name":"a"}`, `{"name":"a","secret":"a"}`),
	EmbeddedUnexportedPointer{deepBase: &deepBase{base: &base{ID: "a"}}},
	EmbeddedUnexportedPointer{deepBase: &deepBase{}},
)

type number int

type words []string

// Number is an exported integer type.
type Number int

// EmbeddedNonStruct embeds types that are no structs: exported ones are fields by their name,
// unexported ones are ignored.
//
//eventgen:event corpus:EmbeddedNonStruct
type EmbeddedNonStruct struct {
	Number
	*Count
	number
	words
	Tags
	Labels
}

// Labels is a map.
type Labels map[string]string

var _ = add[EmbeddedNonStruct](never(
	`{}`,
	`{"Number":1,"Count":null,"Tags":null}`,
	`{"Number":1,"Count":null,"Tags":null,"Labels":null,"number":1}`,
	`{"Number":null,"Count":null,"Tags":null,"Labels":null}`,
	`{"Number":1,"Count":"1","Tags":null,"Labels":null}`,
), EmbeddedNonStruct{number: 1, words: words{"a"}})

// EmbeddedInterface embeds interfaces, which are ordinary fields.
//
//eventgen:event corpus:EmbeddedInterface
type EmbeddedInterface struct {
	fmt.Stringer
	Anything
	Name string
}

// Anything is an interface that everything implements.
type Anything interface{}

var _ = choose[fmt.Stringer](time.Second, (*time.Time)(nil))

var _ = add[EmbeddedInterface](never(`{}`, `{"Stringer":1,"Anything":1}`, `{"Name":"a","Stringer":null}`))

// Left and Right both have ID; neither wins.
type Left struct {
	ID   int `json:"id"`
	Only int `json:"left"`
}

// Right is the other one.
type Right struct {
	ID   string `json:"id"`
	Only int    `json:"right"`
}

// Conflict embeds two structs with one property: it is not written.
//
//eventgen:event corpus:Conflict
//eventgen:allow conflicting-fields the conflict is wanted here
type Conflict struct {
	Left
	*Right
	Name string `json:"name"`
}

var _ = add[Conflict](never(
	`{"left":1,"right":1,"name":"a","id":1}`, `{"left":1,"right":1,"name":"a","id":"a"}`, `{"right":1,"name":"a"}`, `{"left":1,"name":"a","right":null}`,
))

// ConflictResolved has a field of its own with the name.
//
//eventgen:event corpus:ConflictResolved
type ConflictResolved struct {
	*Left
	*Right
	ID bool `json:"id"`
}

var _ = add[ConflictResolved](never(
	`{"left":1,"right":1}`, `{"id":true,"left":null}`, `{"left":1,"right":1,"id":1}`, `{"left":1,"right":1,"id":"a"}`,
))

// TagWins and Plain both have the property ID at one depth; the tag decides.
type TagWins struct {
	Ident int `json:"ID"`
}

// Plain has it by its Go name.
type Plain struct {
	ID string
}

// TaggedWins embeds both.
//
//eventgen:event corpus:TaggedWins
type TaggedWins struct {
	Plain
	TagWins
}

var _ = add[TaggedWins](never(`{}`, `{"ID":"a"}`, `{"ID":1,"Ident":1}`))

// DeeperLoses has the property at two depths.
//
//eventgen:event corpus:DeeperLoses
type DeeperLoses struct {
	Wrap
	Plain
}

// Wrap embeds what TaggedWins embeds, one deeper.
type Wrap struct {
	TagWins
	Other int `json:"other"`
}

var _ = add[DeeperLoses](never(`{"ID":1,"other":1}`, `{"other":1}`))

// Diamond embeds one struct on two ways of the same length: its fields annihilate.
//
//eventgen:event corpus:Diamond
//eventgen:allow conflicting-fields the diamond is wanted here
type Diamond struct {
	DiamondLeft
	*DiamondRight
}

// DiamondLeft embeds Base.
type DiamondLeft struct {
	Base
	L int `json:"l"`
}

// DiamondRight embeds Base.
type DiamondRight struct {
	Base
	R int `json:"r"`
}

var _ = add[Diamond](never(`{"l":1,"r":1,"id":"a"}`, `{"l":1,"r":1,"Kind":"a"}`, `{"r":1}`, `{"l":1,"r":null}`))

// DiamondUneven embeds Base on two ways of different lengths: the shorter one counts.
//
//eventgen:event corpus:DiamondUneven
type DiamondUneven struct {
	Base
	*DiamondLeft
}

var _ = add[DiamondUneven](never(`{"id":"a"}`, `{"Kind":"a"}`, `{"id":"a","Kind":"a","l":null}`))

// SelfEmbedded embeds itself by pointer.
//
//eventgen:event corpus:SelfEmbedded
type SelfEmbedded struct {
	*SelfEmbedded
	Name string `json:"name"`
}

var _ = add[SelfEmbedded](never(`{}`, `{"name":"a","SelfEmbedded":null}`))

// PromotedTime embeds time.Time, whose MarshalJSON takes the struct over.
//
//eventgen:event corpus:PromotedTime
type PromotedTime struct {
	time.Time
	Zone string
}

var _ = add[PromotedTime](never(`{}`, `{"Time":"2024-01-01T00:00:00Z","Zone":"a"}`, `null`, `1`), PromotedTime{Zone: "a"})

// PromotedText embeds a text marshaler.
//
//eventgen:event corpus:PromotedText
type PromotedText struct {
	TextLevel
	Name string
}

var _ = add[PromotedText](never(`{}`, `{"TextLevel":"low","Name":"a"}`, `1`, `null`))

// PromotedConflict embeds two marshalers: neither is promoted, and the fields are written.
//
//eventgen:event corpus:PromotedConflict
type PromotedConflict struct {
	ValueJSON
	PointerJSON
	Name string `json:"name"`
}

var _ = add[PromotedConflict](never(`"v1"`, `"p1"`, `{}`, `{"X":1,"x":1,"name":null}`, `{"X":1,"name":"a"}`))

// PromotedRest embeds two types with MarshalJSON of which one has MarshalText too: that one
// is promoted.
//
//eventgen:event corpus:PromotedRest
type PromotedRest struct {
	time.Time
	PointerJSON
	Name string `json:"name"`
}

var _ = add[PromotedRest](never(`{}`, `{"x":1,"name":"a"}`, `null`, `1`))

// PromotedPointer embeds a type with a pointer-receiver marshaler, which acts on the addressable
// payload and on the element of a slice, and not on the map value.
//
//eventgen:event corpus:PromotedPointer
type PromotedPointer struct {
	One  HoldsPointerJSON            `json:"one"`
	List []HoldsPointerJSON          `json:"list"`
	Map  map[string]HoldsPointerJSON `json:"map"`
}

// HoldsPointerJSON promotes a pointer-receiver MarshalJSON.
type HoldsPointerJSON struct {
	PointerJSON
	Extra int `json:"extra"`
}

var _ = add[PromotedPointer](never(
	`{"one":{"x":1,"extra":1},"list":null,"map":null}`,
	`{"one":"p1","list":[{"x":1,"extra":1}],"map":null}`,
	`{"one":"p1","list":null,"map":{"a":"p1"}}`,
	`{"one":"p1","list":null,"map":{"a":{"x":1}}}`,
))

// Shadowed declares fields that hide those of what it embeds.
//
//eventgen:event corpus:Shadowed
type Shadowed struct {
	Base
	Kind []int
	Id   int `json:"id,omitempty"`
}

var _ = add[Shadowed](never(`{}`, `{"Kind":"a"}`, `{"Kind":null,"id":"a"}`, `{"Kind":null,"id":null}`))

// ShadowedMarshal has a field of the name of the promoted method, which hides it.
//
//eventgen:event corpus:ShadowedMarshal
type ShadowedMarshal struct {
	ValueJSON
	MarshalJSON int `json:"marshal"`
}

var _ = add[ShadowedMarshal](never(`"v1"`, `{}`, `{"marshal":1}`))

type aliasedBase = base

// EmbeddedAlias embeds through aliases; the alias's name counts.
//
//eventgen:event corpus:EmbeddedAlias
type EmbeddedAlias struct {
	aliasedBase
	Anonymous
	Shout
}

// Anonymous is an alias of an unnamed struct.
type Anonymous = struct {
	Y int `json:"y"`
}

// Shout is an exported alias of an unexported type.
type Shout = words

var _ = add[EmbeddedAlias](never(`{"id":"a"}`, `{"y":1}`, `{"id":"a","y":1}`, `{"id":"a","y":1,"words":null}`))
