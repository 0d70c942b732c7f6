package codecs

// Color is a closed enum of strings.
type Color string

// The colours.
const (
	Red   Color = "red"
	Green Color = "gr<een"
	Blue  Color = "blue"
)

// Level is a closed enum of integers.
type Level int8

// The levels.
const (
	Low Level = iota - 1
	Middle
	High
)

// Mask is a set of flags.
type Mask uint8

// The flags.
const (
	ReadFlag Mask = 1 << iota
	WriteFlag
	ExecFlag
)

// Open is an open enum.
//
//eventgen:enum open
type Open string

// The known values.
const (
	OpenA Open = "a"
	OpenB Open = "b"
)

// Enums are enums.
//
//eventgen:event
type Enums struct {
	Color  Color           `json:"color"`
	Level  Level           `json:"level"`
	Mask   Mask            `json:"mask"`
	Open   Open            `json:"open"`
	Colors []Color         `json:"colors"`
	Levels [2]Level        `json:"levels"`
	Opt    Color           `json:"opt,omitempty"`
	Map    map[Color]Level `json:"map"`
	Ptr    *Level          `json:"ptr"`
}

// Rank is a closed enum of unsigned integers.
type Rank uint16

// The ranks.
const (
	FirstRank  Rank = 1
	SecondRank Rank = 300
	LastRank   Rank = 7
)

// QuotedEnums are closed enums that travel in strings, and some of which may be absent.
//
//eventgen:event
type QuotedEnums struct {
	Rank  Rank  `json:"rank,string"`
	Level Level `json:"level,string"`
	Color Color `json:"color,string"`
	Opt   Rank  `json:"opt,omitempty,string"`
	Zero  *Rank `json:"zero,omitzero,string"`
	Bare  Rank  `json:"bare"`
}
