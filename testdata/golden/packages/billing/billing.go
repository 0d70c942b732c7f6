// Package billing shares type names with wallet.
package billing

// Money is an amount in cents.
type Money struct {
	Cents int32 `json:"cents"`
}

//eventgen:event billing:charged
type Charged struct{ Money Money }
