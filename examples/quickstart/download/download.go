// Package download declares what a page may know of downloads.
package download

import "github.com/eventgen/eventgen/runtime/eventbus"

//go:generate go tool eventgen

// Progress tells how far one download has come.
//
//eventgen:event download:progress throttle=100ms key=ID
type Progress struct {
	ID        string   `json:"id"`
	Current   uint64   `json:"current"` // bytes so far
	Total     uint64   `json:"total"`   // bytes in all
	SpeedMbps *float64 `json:"speed_mbps,omitempty"`
}

// Complete tells that a download has ended well. What is still held back of its progress goes
// out first.
//
//eventgen:event download:complete flushes=download:progress key=ID sticky
type Complete struct {
	ID   string `json:"id"`
	Path string `json:"path"`
}

// LogLine is a line of the server's log.
//
//eventgen:event batch=50 wait=20ms
const LogLine eventbus.Name[string] = "log:line"

// Cancel asks to end a download. It comes from a window.
//
//eventgen:event download:cancel from=client
type Cancel struct {
	ID string `json:"id"`
}

// Change is what can happen to an account.
//
//eventgen:union tag=type content=data
//eventgen:event account:change
type Change interface{ isChange() }

// LoggedIn says that a user has logged in.
type LoggedIn struct {
	User string `json:"user"`
}

// LoggedOut says that a user has logged out, and why.
type LoggedOut struct {
	User   string `json:"user"`
	Reason Reason `json:"reason"`
}

// Reason is why a session ended.
type Reason string

// The reasons.
const (
	ReasonUser    Reason = "user"
	ReasonTimeout Reason = "timeout"
)

func (LoggedIn) isChange()  {}
func (LoggedOut) isChange() {}
