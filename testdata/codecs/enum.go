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
