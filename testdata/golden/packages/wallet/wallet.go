// Package wallet shares type names with billing.
package wallet

import "example.test/testdata/golden/packages/billing"

// Money is an amount in words.
type Money struct {
	Words string `json:"words"`
}

//eventgen:event wallet:filled
type Filled struct {
	Mine   Money         `json:"mine"`
	Theirs billing.Money `json:"theirs"`
}
