// Package delivery has an event for each option of delivery.
package delivery

import "github.com/eventgen/eventgen/runtime/eventbus"

//eventgen:event throttled throttle=100ms
type Throttled struct{ N int32 }

//eventgen:event debounced debounce=1.5s
type Debounced struct{ N int32 }

//eventgen:event keyed throttle=1m key=ID keys=16
type Keyed struct {
	ID string `json:"id"`
}

//eventgen:event kept-by-key sticky key=N
type KeyedSticky struct {
	N int64 `json:"n,string"`
}

//eventgen:event batch=50
const Batched eventbus.Name[string] = "log:line"

//eventgen:event batched-wait batch=2 wait=1s
type BatchedWait struct{ N int32 }

//eventgen:event flushing flushes=throttled,debounced
type Flushing struct{ N int32 }

//eventgen:event kept sticky
type Sticky struct{ N int32 }

//eventgen:event replayed replay=20
type Replayed struct{ N int32 }

//eventgen:event slow-latest slow=latest
type SlowLatest struct{ N int32 }

//eventgen:event slow-drop slow=drop
type SlowDrop struct{ N int32 }

//eventgen:event limited max=64KiB
type Limited struct{ N int32 }

//eventgen:event versioned version=3 was=old-name
type Versioned struct{ N int32 }

//eventgen:event deprecated-option deprecated="use versioned"
type DeprecatedOption struct{ N int32 }

// DeprecatedDoc is old.
//
// Deprecated: use Versioned.
//
//eventgen:event deprecated-doc
type DeprecatedDoc struct {
	// Deprecated: use nothing.
	N int32
}

//eventgen:event name=named ts=Renamed
type Named struct{ N int32 }
