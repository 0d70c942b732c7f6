package eventbus

import (
	"context"
	"iter"
	"sync/atomic"
	"unsafe"
)

// Event is an event's descriptor: its definition and the calls on it. It is immutable, bound to no bus,
// and safe for concurrent use. The zero Event is not valid; [Define] makes them.
type Event[T any] struct {
	def Definition[T]
	inf *Info
	ord uint32
}

// ordinals numbers the events of the process.
var ordinals atomic.Uint32

// Define returns the descriptor of an event. A definition that breaks a rule is reported by [New], for
// the catalogue that holds it.
func Define[T any](d Definition[T]) *Event[T] {
	return &Event[T]{def: d, inf: d.info(), ord: ordinals.Add(1)}
}

// Info describes the event.
func (e *Event[T]) Info() *Info { return e.inf }

// Name returns the wire name.
func (e *Event[T]) Name() string { return e.inf.Name }

func (e *Event[T]) ordinal() uint32 { return e.ord }

func (e *Event[T]) payloads() payloads { return (*payloadsOf[T])(&e.def) }

// EmitTo sends the payload to the windows that to addresses, and to no Go listener. Beside what Emit
// returns it returns [ErrInvalidTarget], and [ErrNoTarget] if the event's audience is windows and there is
// none that to addresses.
func (e *Event[T]) EmitTo(ctx context.Context, b *Bus, to Target, payload T) error {
	t := b.topic(e.ord)
	if t == nil {
		return e.inf.unknown()
	}
	if to.IsZero() {
		return t.err(CodeInvalidTarget, nil)
	}
	return e.emitTo(ctx, t, to, payload)
}

// Listen calls fn with every payload that is delivered. What keeps it from being registered, such as an
// event that the bus does not know, goes to the bus's error handler.
//
// Unlisten ends it. It is idempotent, never waits and may be called inside a listener; no call of fn
// starts after it has returned, and what was queued for fn is dropped.
func (e *Event[T]) Listen(b *Bus, fn func(ctx context.Context, payload T) error, opts ...ListenOption) (unlisten func()) {
	if fn == nil {
		return b.listen(e, nil, opts)
	}
	l := &functionListener[T]{fn: fn}
	return b.listen(e, &l.listener, opts)
}

// ListenMeta is Listen for those who want to know more of a delivery than its payload.
func (e *Event[T]) ListenMeta(b *Bus, fn func(ctx context.Context, payload T, meta Meta) error, opts ...ListenOption) (unlisten func()) {
	if fn == nil {
		return b.listen(e, nil, opts)
	}
	return b.listen(e, newSpecial(&manner{metaFn: func(ctx context.Context, at address, meta Meta) error {
		return fn(ctx, *(*T)(at), meta)
	}}), opts)
}

// ListenBatch calls fn with whole batches, as the event's Batch and Wait collect them. The slice is
// shared with the other listeners and must not be modified. Where payloads come singly, because the event
// is not batched or with [EveryEmit], fn gets slices of one.
func (e *Event[T]) ListenBatch(b *Bus, fn func(ctx context.Context, payloads []T) error, opts ...ListenOption) (unlisten func()) {
	if fn == nil {
		return b.listen(e, nil, opts)
	}
	return b.listen(e, newSpecial(&manner{batchFn: func(ctx context.Context, at address, n int) error {
		return fn(ctx, unsafe.Slice((*T)(at), n))
	}}), opts)
}

// Once calls fn with the first payload that is delivered, and then unlistens. Emits that run at once call
// it once all the same.
func (e *Event[T]) Once(b *Bus, fn func(ctx context.Context, payload T) error, opts ...ListenOption) (unlisten func()) {
	if fn == nil {
		return b.listen(e, nil, opts)
	}
	l := &functionListener[T]{fn: fn}
	l.state.Store(listenerOnce)
	return b.listen(e, &l.listener, opts)
}

// Wait returns the next payload that is delivered and for which every where returns true. A sticky or
// replayed value counts. It fails when ctx is done, with its error, and with [ErrClosed] when the bus
// closes.
func (e *Event[T]) Wait(ctx context.Context, b *Bus, where ...func(payload T) bool) (T, error) {
	var payload T
	var taken atomic.Bool
	found := make(chan struct{})
	l := &functionListener[T]{fn: func(_ context.Context, p T) error {
		for _, ok := range where {
			if !ok(p) {
				return nil
			}
		}
		if taken.CompareAndSwap(false, true) {
			payload = p
			close(found)
		}
		return nil
	}}
	if err := b.wait(ctx, e, &l.listener, found); err != nil {
		var zero T
		return zero, err
	}
	return payload, nil
}

// Stream listens from now on and returns the payloads as a sequence, to be ranged over once. It ends
// when ctx is done, when the bus closes and when the loop is left. Payloads wait in a queue of 1024, of
// which the oldest is dropped when it is full; [Async] sets another.
func (e *Event[T]) Stream(ctx context.Context, b *Bus, opts ...ListenOption) iter.Seq[T] {
	s := b.stream(ctx, e, opts)
	return func(yield func(T) bool) {
		defer s.stop()
		var payload T
		for s.next(ctx, address(&payload)) {
			if !yield(payload) {
				return
			}
		}
	}
}

// Flush sends out at once what throttle, debounce and batch hold back of this event, and waits until the
// event's Go listeners have had it and its queues are empty, or ctx is done. Inside a callback of the bus it
// does not wait.
func (e *Event[T]) Flush(ctx context.Context, b *Bus) error {
	t := b.topic(e.ord)
	if t == nil {
		return e.inf.unknown()
	}
	return t.flush(ctx)
}

// Forget drops the stored sticky values of the keys, for all targets; without keys, everything stored of
// the event. New listeners do not get it any more; nobody is told.
func (e *Event[T]) Forget(b *Bus, keys ...Key) error {
	t := b.topic(e.ord)
	if t == nil {
		return e.inf.unknown()
	}
	t.forget(keys)
	return nil
}

// HasListeners reports whether an emit would reach anyone: a Go listener, a subscribed window or another
// node. It serves to leave out work on payloads that nobody wants.
func (e *Event[T]) HasListeners(b *Bus) bool {
	t := b.topic(e.ord)
	return t != nil && t.hasListeners()
}
