// Package wallet declares types of names that other packages have too.
package wallet

// Money is what is in the wallet.
type Money struct {
	Coins []int `json:"coins"`
}

// State is an enum of strings.
type State string

// The states.
const (
	Open State = "open"
	Shut State = "shut"
)
