package eventbus

import (
	"context"
	"sync"
)

// Interceptor wraps what passes through a bus: tracing, metrics, policies, recording. A bus without
// interceptors pays nothing for them. Both methods are called once, when the bus is made and when a
// listener is registered; the functions they return are called concurrently.
type Interceptor interface {
	// WrapEmit returns an emit function around next. It sees every emit that has passed admission for
	// event and direction, before coalescing. Not calling next suppresses the emit; returning an error
	// refuses it. Next may be called more than once, and after the return, from any goroutine; each call
	// is admitted by itself.
	WrapEmit(next func(context.Context, Emission) error) func(context.Context, Emission) error
	// WrapListen returns a listener around next. It sees every call of every listener.
	WrapListen(next func(context.Context, Delivery) error) func(context.Context, Delivery) error
}

// emitFunc carries one emit onwards.
type emitFunc = func(ctx context.Context, e Emission) error

// listenFunc carries one delivery to a listener.
type listenFunc = func(ctx context.Context, d Delivery) error

// Emission is an emit as interceptors see it.
type Emission struct {
	// Event is the event's wire name; [Bus.Lookup] describes it.
	Event string
	// Target is what EmitTo was given, and the zero Target for Emit, which has none.
	Target Target
	// Payload holds a T. An interceptor may pass on a changed copy of the emission: with another payload
	// or Target, or with the Event and Payload of another event of the bus.
	Payload any
	// Peer is the client that emitted, zero if Go code did.
	Peer Peer

	window *windowEmit // set if a window emitted
}

// windowEmit is what an emit of a window takes through the interceptors.
type windowEmit struct {
	peer *Peer
	size int // what it is charged, in bytes

	mu       sync.Mutex
	said     answers // to all that was passed on
	answered bool
}

// answer adds what listeners said, and reports whether the window still waits for it.
func (w *windowEmit) answer(said *answers) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.said.rejection == nil {
		w.said.rejection = said.rejection
	}
	if w.said.failure == nil {
		w.said.failure = said.failure
	}
	return !w.answered
}

// end returns what the window is told. What is said afterwards it does not learn.
func (w *windowEmit) end() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answered = true
	return w.said.err()
}

// Delivery is a listener's call as interceptors and catch-all listeners see it.
type Delivery struct {
	// Meta is what the bus knows of the delivery: the event's wire name among others, by which [Bus.Lookup] describes it.
	Meta Meta
	// Payload holds a T, or a []T when a batch is delivered as a whole.
	Payload any
}
