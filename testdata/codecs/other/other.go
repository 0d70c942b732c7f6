// Package other holds payload types of another package.
package other

// Text is a declared string.
type Text string

// Count is a declared integer.
type Count int16

// Thing is a struct.
type Thing struct {
	Name  Text   `json:"name"`
	Parts []Part `json:"parts,omitempty"`
	none  int
}

// Part is part of a Thing.
type Part struct {
	Size  Count `json:"size"`
	inner int
}

// Deep is embedded by pointer.
type Deep struct {
	Depth int `json:"depth"`
}

// Exposes has a field of a type that other packages cannot name.
type Exposes struct {
	Inner inner   `json:"inner"`
	List  []inner `json:"list"`
}

type inner struct {
	A int     `json:"a"`
	B []inner `json:"b"`
}

// Use keeps vet quiet about fields that are there to be ignored.
func (t Thing) Use() int { return t.none }

// Use is as for Thing.
func (p Part) Use() int { return p.inner }

// Box is generic.
type Box[T any] struct {
	Value T   `json:"value"`
	List  []T `json:"list"`
}
