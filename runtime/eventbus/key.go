package eventbus

import "github.com/eventgen/eventgen/runtime/eventbus/eventdef"

// Key is the value of an event's key field: what throttle, debounce, sticky and slow=latest hold apart, and what a
// window names to receive that key only. The functions that make keys, such as [eventdef.StringKey], stand beside it.
type Key = eventdef.Key
