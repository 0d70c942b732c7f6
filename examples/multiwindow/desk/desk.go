// Package desk declares what the windows of a desktop application tell each other, by way of Go.
package desk

//go:generate go tool eventgen

// Settings are what all windows follow. A new window gets the last ones at once.
//
//eventgen:event settings:changed sticky
type Settings struct {
	Theme  Theme  `json:"theme"`
	Accent string `json:"accent"` // a CSS colour
	Zoom   int32  `json:"zoom"`   // percent
}

// Theme says which colours windows use.
type Theme string

// The themes.
const (
	ThemeSystem Theme = "system" // as the rest of the desktop
	ThemeLight  Theme = "light"
	ThemeDark   Theme = "dark"
)

// Change asks for other settings.
//
//eventgen:event settings:change from=client
type Change struct {
	Settings Settings `json:"settings"`
}

// Tick is a beat that all windows get, numbered so that a missing one shows.
//
//eventgen:event clock:tick
type Tick struct {
	Number uint32 `json:"n"`
}

// Notice is for one window. It cannot be broadcast.
//
//eventgen:event window:notice to=window
type Notice struct {
	Text string `json:"text"`
}

// Knock asks the backend to send a [Notice] to one window.
//
//eventgen:event window:knock from=client
type Knock struct {
	Window string `json:"window"`
}

// Note goes from one window to another, through Go, which may refuse it.
//
//eventgen:event window:note from=client relay
type Note struct {
	From string `json:"from"`
	Text string `json:"text"`
}
