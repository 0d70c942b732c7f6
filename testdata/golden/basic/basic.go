// Package basic has one plain event.
package basic

// Progress tells how far one download has come.
//
// It comes often.
//
//eventgen:event download:progress
type Progress struct {
	// ID names the download.
	ID      string   `json:"id"`
	Current uint32   `json:"current"` // bytes so far
	Speed   *float64 `json:"speed,omitempty"`
	Tags    []string `json:"tags"`
}
