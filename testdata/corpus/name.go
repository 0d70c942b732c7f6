package corpus

import (
	"example.test/testdata/corpus/billing"
	"example.test/testdata/corpus/wallet"
)

// Globals has types whose names mean something in TypeScript.
//
//eventgen:event corpus:Globals
type Globals struct {
	Record     Record          `json:"Record"`
	Array      Array           `json:"Array"`
	Date       Date            `json:"Date"`
	Map        Map             `json:"Map"`
	Promise    *Promise        `json:"Promise"`
	String     String          `json:"String"`
	Object     Object          `json:"Object"`
	Partial    Partial         `json:"Partial"`
	Exclude    Exclude         `json:"Exclude"`
	Error      Error           `json:"Error"`
	Class      class           `json:"class"`
	Enum       enum            `json:"enum"`
	Number     numbers         `json:"number"`
	Unknown    unknown         `json:"unknown"`
	Undefined  undefined       `json:"undefined"`
	Never      []unreachable   `json:"never"`
	Uint8Array Uint8Array      `json:"Uint8Array"`
	Keys       map[string]Date `json:"keys"`
	Omitted    *Date           `json:"omitted,omitempty"`
	Bytes      []byte          `json:"bytes"`
}

type (
	// Record clashes with the utility type.
	Record struct{ A int }
	// Array clashes with the global.
	Array struct{ A int }
	// Date clashes with the global.
	Date struct{ A int }
	// Map clashes with the global.
	Map map[string]int
	// Promise clashes with the global.
	Promise struct{ A *Promise }
	// String clashes with the global.
	String string
	// Object clashes with the global.
	Object struct{ A int }
	// Partial clashes with the utility type.
	Partial struct{ A int }
	// Exclude clashes with the utility type.
	Exclude struct{ A int }
	// Error clashes with the global.
	Error struct{ A int }
	// Uint8Array clashes with the global.
	Uint8Array []uint8

	class       struct{ A int }
	enum        struct{ A int }
	numbers     int
	unknown     struct{ A int }
	undefined   struct{ A int }
	unreachable struct{ A int }
)

var _ = add[Globals](never(`{}`, `null`))

// Money is called as two types of other packages are.
type Money struct {
	Own int `json:"own"`
}

// SameNames has three types of one name.
//
//eventgen:event corpus:SameNames
type SameNames struct {
	Own     Money         `json:"own"`
	Billing billing.Money `json:"billing"`
	Wallet  wallet.Money  `json:"wallet"`
	State   wallet.State  `json:"state"`
	Bill    billing.State `json:"bill"`
}

var (
	_ = choose(wallet.Open, wallet.Shut)
	_ = choose(billing.Paid, billing.Due)
)

var _ = add[SameNames](never(
	`{"own":{"own":1},"billing":{"own":1},"wallet":{"coins":null},"state":"open","bill":1}`,
	`{"own":{"own":1},"billing":{"cents":1},"wallet":{"cents":1},"state":"open","bill":1}`,
	`{"own":{"cents":1},"billing":{"cents":1},"wallet":{"coins":null},"state":"open","bill":1}`,
	`{"own":{"own":1},"billing":{"cents":1},"wallet":{"coins":null},"state":1,"bill":1}`,
	`{"own":{"own":1},"billing":{"cents":1},"wallet":{"coins":null},"state":"open","bill":"open"}`,
))
