// Package v1 has the name of a variable in generated code.
package v1

// Price is an amount with its currency.
type Price struct {
	Cents    int32  `json:"cents"`
	Currency string `json:"currency"`
}
