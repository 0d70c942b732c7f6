// Package output states the TypeScript of a type with a marshaler in the settings.
package output

// Money writes itself.
type Money struct{ cents int32 }

// MarshalJSON implements [encoding/json.Marshaler].
func (Money) MarshalJSON() ([]byte, error) { return []byte(`"1 EUR"`), nil }

// Color states its TypeScript itself.
//
//eventgen:ts `#${string}`
type Color struct{ rgb uint32 }

// MarshalText implements [encoding.TextMarshaler].
func (Color) MarshalText() ([]byte, error) { return []byte("#fff"), nil }

//eventgen:event paid
type Paid struct {
	Money Money `json:"money"`
	Color Color `json:"color"`
}
