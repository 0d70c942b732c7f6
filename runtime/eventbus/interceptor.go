package eventbus

import "context"

// Interceptor wraps what passes through a bus: tracing, metrics, policies, recording. A bus without
// interceptors pays nothing for them. Both methods are called once, when the bus is made and when a
// listener is registered; the functions they return are called concurrently.
type Interceptor interface {
	// WrapEmit returns an emit function around next. It sees every emit that has passed admission for
	// event and direction, before coalescing. Not calling next suppresses the emit; returning an error
	// refuses it.
	WrapEmit(next EmitFunc) EmitFunc
	// WrapListen returns a listener around next. It sees every call of every listener.
	WrapListen(next ListenFunc) ListenFunc
}

// EmitFunc carries one emit onwards.
type EmitFunc func(ctx context.Context, e Emission) error

// ListenFunc carries one delivery to a listener.
type ListenFunc func(ctx context.Context, d Delivery) error

// Emission is an emit as interceptors see it.
type Emission struct {
	// Event describes the event.
	Event *Info
	// Target is whom the emit is addressed to, and the zero Target for a broadcast to windows and Go
	// listeners.
	Target Target
	// Payload holds a T. An interceptor may pass on a changed copy of the emission with
	// another payload of the same type.
	Payload any
	// Peer is the window that emitted, zero if Go code did.
	Peer Peer

	window *windowEmit // set if a window emitted
}

// windowEmit is what an emit of a window takes through the interceptors.
type windowEmit struct {
	peer *Peer
	said *answers
}

// Delivery is a listener's call as interceptors and catch-all listeners see it.
type Delivery struct {
	// Event describes the event.
	Event *Info
	// Meta is what the bus knows of the delivery.
	Meta Meta
	// Payload holds a T, or a []T when a batch is delivered as a whole.
	Payload any
}
