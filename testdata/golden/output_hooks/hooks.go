// Package hooks has an event of each kind that hooks differ for.
package hooks

import "github.com/eventgen/eventgen/runtime/eventbus"

// Progress tells how far one download has come.
//
//eventgen:event download:progress throttle=100ms key=ID
type Progress struct {
	ID      string `json:"id"`
	Current uint32 `json:"current"`
}

// Theme is the look of all windows.
//
//eventgen:event theme sticky from=both relay
type Theme struct {
	Name string `json:"name"`
}

//eventgen:event batch=50
const LogLine eventbus.Name[string] = "log:line"

//eventgen:event
const Idle eventbus.Name[eventbus.Empty] = "app:idle"

// Action comes from a window.
//
//eventgen:event user:action from=client
type Action struct {
	Kind string `json:"kind"`
}

// Ping comes from a window, and says nothing.
//
//eventgen:event from=client
const Ping eventbus.Name[eventbus.Empty] = "user:ping"

// Hidden is old.
//
// Deprecated: use Theme.
//
//eventgen:event theme:hidden
type Hidden struct {
	Hidden bool `json:"hidden"`
}
