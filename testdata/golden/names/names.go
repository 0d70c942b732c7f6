// Package names has names that clash with TypeScript's words and globals, and odd keys.
package names

type Record struct{ A Array }

type Array struct{ D Date }

type Date struct {
	Promise string `json:"a-b"`
	Quote   string `json:"quote's"`
	Digit   string `json:"1st"`
	Class   string `json:"class"`
}

// Map ends a comment: */ and goes on.
//
//eventgen:event delete
type Map struct {
	Record Record `json:"record"`
	// Closing */ a comment.
	Default int32 `json:"default"`
}
