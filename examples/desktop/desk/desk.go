// Package desk declares what the Go program and its page tell each other.
package desk

import "github.com/eventgen/eventgen/runtime/eventbus"

//go:generate go tool eventgen

// State is where a download stands.
type State string

const (
	Ready     State = "ready"
	Running   State = "running"
	Completed State = "completed"
	Cancelled State = "cancelled"
)

// Progress tells how far one download has come. A page that is loaded again gets the last of each.
//
//eventgen:event download:progress throttle=50ms key=ID sticky
type Progress struct {
	ID      string `json:"id"`
	Current uint64 `json:"current"` // bytes so far
	Total   uint64 `json:"total"`   // bytes in all
	State   State  `json:"state"`
}

// Start asks to begin a download.
//
//eventgen:event download:start from=client
type Start struct {
	ID string `json:"id"`
}

// Cancel asks to end a download.
//
//eventgen:event download:cancel from=client
type Cancel struct {
	ID string `json:"id"`
}

// Theme is how the page looks. The program keeps it.
//
//eventgen:union tag=kind
//eventgen:event settings:theme sticky
type Theme interface{ isTheme() }

// Light is black on white.
type Light struct{}

// Dark is white on black, more or less.
type Dark struct {
	Contrast float64 `json:"contrast"` // from 0 to 1
}

// Tinted has a colour of its own.
type Tinted struct {
	Hue int `json:"hue"` // degrees
}

func (Light) isTheme()  {}
func (Dark) isTheme()   {}
func (Tinted) isTheme() {}

// ChooseTheme asks for another theme.
//
//eventgen:event from=client
const ChooseTheme eventbus.Name[Theme] = "settings:choose"

// Line is a line of the program's log. They come in batches. A page that is loaded again gets the last ones.
//
//eventgen:event log:line batch=50 wait=20ms replay=2000
type Line struct {
	Number int    `json:"n"` // counts the lines
	Text   string `json:"text"`
}

// Seen tells which lines of the log a page has shown. The program prints it.
//
//eventgen:event log:seen from=client
type Seen struct {
	First   int `json:"first"`
	Last    int `json:"last"`
	Missing int `json:"missing"` // numbers between them that did not come
	Gaps    int `json:"gaps"`    // losses that the page was told of
	// Loaded is when the page was loaded, in milliseconds since 1970.
	Loaded int64 `json:"loaded"`
}
