// Package download declares what a page may know of downloads, and what it may ask for.
package download

import "github.com/eventgen/eventgen/runtime/eventbus"

//go:generate go tool eventgen

// Progress tells how far one download has come.
//
//eventgen:event download:progress throttle=100ms key=ID sticky
type Progress struct {
	ID        string   `json:"id"`
	Current   uint64   `json:"current"` // bytes so far
	Total     uint64   `json:"total"`   // bytes in all
	SpeedMbps *float64 `json:"speed_mbps,omitempty"`
}

// Chunk is one piece of a download, as it arrives: what Progress would be without its throttle.
//
//eventgen:event download:chunk
type Chunk struct {
	ID     string `json:"id"`
	Number uint64 `json:"n"` // counts the chunks of all downloads
	Bytes  int    `json:"bytes"`
}

// End is how a download ends. What is still held back of its progress goes out first.
//
//eventgen:union tag=type content=data
//eventgen:event download:end flushes=download:progress
type End interface{ isEnd() }

// Completed says that all of a download is there.
type Completed struct {
	ID   string `json:"id"`
	Path string `json:"path"`
}

// Cancelled says that a window has ended a download.
type Cancelled struct {
	ID string `json:"id"`
	By string `json:"by"` // the window's label
}

func (Completed) isEnd() {}
func (Cancelled) isEnd() {}

// Emitted counts the chunks that the server has emitted.
//
//eventgen:event download:emitted throttle=200ms sticky
type Emitted struct {
	Chunks uint64 `json:"chunks"`
}

// LogLine is a line of the server's log.
//
//eventgen:event batch=50 wait=20ms
const LogLine eventbus.Name[string] = "log:line"

// Start asks to begin a download that has ended.
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
