package eventbus

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// listener is one registered function. The state of a live listener that does nothing but call fn with
// each payload is 0, so that a dispatch asks one question.
type listener[T any] struct {
	state atomic.Uint32
	slot  uint32 // its place in the list, guarded by the list
	fn    func(context.Context, T) error
	hub   *hub[T]
	*manner[T]
}

// manner is what only few listeners have; the others share an empty one.
type manner[T any] struct {
	// One of these is set if fn is not.
	metaFn  func(context.Context, T, Meta) error
	batchFn func(context.Context, []T) error
	wrapped ListenFunc // a catch-all listener, or one that interceptors have wrapped
	whole   bool       // wrapped takes batches as a whole

	since uint64             // deliveries up to this Seq came before the listener
	queue *reader[queued[T]] // set for asynchronous listeners
	pull  chan struct{}      // set if a loop pulls from the queue
	prime *priming[T]        // set if stored values are handed over first
}

// Bits of a listener's state.
const (
	listenerDead     uint32 = 1 << iota // it gets nothing any more
	listenerOnce                        // the next call is the last
	listenerSpecial                     // it is not a plain fn
	listenerPriming                     // stored values come first; see priming
	listenerAllNodes                    // it gets what other nodes emit
)

// kill marks the listener dead and reports whether it was alive.
func (l *listener[T]) kill() bool {
	return l.state.Or(listenerDead)&listenerDead == 0
}

// occasion is what is known of one delivery beside its payload.
type occasion struct {
	seq     uint64
	time    time.Time
	key     Key
	target  Target   // zero: everyone, Go listeners included
	peer    *Peer    // the window that emitted
	node    string   // the other node that emitted
	answers *answers // set while a window waits for what synchronous listeners say
}

// priming holds back what is emitted while a new listener is still being given the stored values, so that
// it gets everything once and in order.
type priming[T any] struct {
	mu      sync.Mutex
	done    bool
	backlog []queued[T]
}

// queued is a delivery that waits for a listener. A payload with nothing known of it has no more.
type queued[T any] struct {
	ctx  context.Context
	one  T
	more *delivery[T]
}

// hold keeps the delivery for later and reports whether it did: not any more if the stored values have
// been handed over in the meantime.
func (l *listener[T]) hold(ctx context.Context, d *delivery[T]) bool {
	l.prime.mu.Lock()
	defer l.prime.mu.Unlock()
	if l.prime.done {
		return false
	}
	l.prime.backlog = append(l.prime.backlog, later(ctx, d))
	return true
}

// later returns what must be kept of a delivery that some listener gets after the emit.
func later[T any](ctx context.Context, d *delivery[T]) queued[T] {
	kept := *d
	kept.occ.answers = nil
	kept.boxed = nil
	return queued[T]{ctx: detach(ctx), one: d.one, more: &kept}
}

// detach returns a context with the values of ctx and without its cancellation.
func detach(ctx context.Context) context.Context {
	if ctx.Done() == nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}
