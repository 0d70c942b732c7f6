// Package wallet shares type names with billing.
package wallet

import (
	"example.test/testdata/golden/packages/billing"
	"example.test/testdata/golden/packages/p0"
	"example.test/testdata/golden/packages/v1"
)

// Money is an amount in words.
type Money struct {
	Words string `json:"words"`
}

//eventgen:event wallet:filled
type Filled struct {
	Mine   Money         `json:"mine"`
	Theirs billing.Money `json:"theirs"`
	Price  v1.Price      `json:"price"`
	Parts  []p0.Part     `json:"parts"`
}
