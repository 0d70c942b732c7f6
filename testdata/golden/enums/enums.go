// Package enums has an enum of each mode.
package enums

// Status is closed by default.
type Status string

// The statuses.
const (
	StatusOpen   Status = "open" // it can be entered
	StatusClosed Status = "closed"
)

// Level is open: there may be others.
//
//eventgen:enum open
type Level string

const (
	LevelInfo  Level = "info"
	LevelError Level = "error"
)

// Weekday is a number.
type Weekday int

const (
	Monday Weekday = iota
	Tuesday
)

// Mode is a set of bits.
type Mode uint8

const (
	Read Mode = 1 << iota
	Write
	Execute
)

// State has all of them.
//
//eventgen:event state from=both
type State struct {
	Status   Status           `json:"status"`
	Level    Level            `json:"level"`
	Weekday  Weekday          `json:"weekday"`
	Mode     Mode             `json:"mode"`
	Counts   map[Status]int32 `json:"counts"`
	Optional *Status          `json:"optional"`
}
