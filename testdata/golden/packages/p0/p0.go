// Package p0 has the name of a parameter in generated code.
package p0

// Part is a piece of a payload of another package.
type Part struct {
	Name string `json:"name"`
}
