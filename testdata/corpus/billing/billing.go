// Package billing declares types of names that other packages have too.
package billing

// Money is an amount.
type Money struct {
	Cents int `json:"cents"`
}

// State is an enum of integers.
type State int

// The states.
const (
	Paid State = iota + 1
	Due
)
