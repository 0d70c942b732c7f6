package eventbus

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// listener is one registered function. The state of a live listener that does nothing but call fn with each payload
// is 0, so that a dispatch asks one question.
type listener struct {
	state  atomic.Uint32
	slot   uint32  // its place in the list, guarded by the list
	fn     address // the function, of the type that its kind says; nil if the listener is a catch-all one
	outlet *outlet
	*traits
}

// traits is what only few listeners have; the others share an empty one.
type traits struct {
	kind    callKind      // of fn
	seen    func(address) // called instead: of somebody who waits for a payload
	wrapped listenFunc    // called instead: of a catch-all listener, or one that interceptors have wrapped
	whole   bool          // it takes batches as a whole

	since uint64        // deliveries up to this Seq came before the listener
	self  [1]slot       // holds the listener, for calls of it alone: what waits for it
	queue *reader       // set for asynchronous listeners
	pull  chan struct{} // set if a loop pulls from the queue
	prime *priming      // set if stored values are handed over first
}

// Bits of a listener's state.
const (
	listenerDead     uint32 = 1 << iota // it gets nothing any more
	listenerOnce                        // the next call is the last
	listenerSpecial                     // it is not a plain fn
	listenerPriming                     // stored values come first; see priming
	listenerAllNodes                    // it gets what other nodes emit
	listenerWaiting                     // it is somebody who waits for a payload
)

// newSpecial returns a listener that is not a plain function.
func newSpecial(fn address, m *traits) *listener {
	l := &listener{fn: fn, traits: m}
	l.state.Store(listenerSpecial)
	return l
}

// kill marks the listener dead and reports whether it was alive.
func (l *listener) kill() bool {
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
// it gets everything once and in order. What it holds back is bounded like a queue, as emits do not wait.
type priming struct {
	mu      sync.Mutex
	done    bool
	backlog []queued
	dropped uint64 // the oldest, since it was reported
}

// queued is a delivery that waits for a listener. A payload with nothing known of it has no more.
type queued struct {
	ctx     context.Context
	payload address // of the payload, if it is a single one
	more    *delivery
}

// single reports whether it is a payload that lies at q.payload, rather than a batch.
func (q *queued) single() bool { return q.more == nil || !q.more.batch }

// delivery returns what waits.
func (q *queued) delivery() delivery {
	if q.more == nil {
		return delivery{first: q.payload, n: 1}
	}
	d := *q.more
	if q.single() {
		d.first = q.payload
	}
	return d
}

// postpone keeps the delivery for later and reports whether it did: not any more if the stored values have
// been handed over in the meantime.
func (l *listener) postpone(ctx context.Context, d *delivery) bool {
	l.prime.mu.Lock()
	defer l.prime.mu.Unlock()
	if l.prime.done {
		return false
	}
	q := later(ctx, d)
	if p := l.outlet.t.payloads; q.single() {
		q.payload = p.clone(q.payload, 1)
	} else {
		q.more.first = p.clone(d.first, d.n)
	}
	if len(l.prime.backlog) == usualQueue {
		l.prime.backlog[0] = queued{}
		l.prime.backlog = l.prime.backlog[1:]
		l.prime.dropped++
	}
	l.prime.backlog = append(l.prime.backlog, q)
	return true
}

// later returns what must be kept of a delivery that some listener gets after the emit. A single payload is
// still where it was.
func later(ctx context.Context, d *delivery) queued {
	q := queued{ctx: detach(ctx), payload: d.first}
	if d.batch || d.timed || d.occ.seq != 0 || d.occ.node != "" {
		kept := *d
		kept.occ.answers = nil
		kept.boxed = nil
		q.more = &kept
	}
	return q
}

// detach returns a context with the values of ctx and without its cancellation.
func detach(ctx context.Context) context.Context {
	if ctx.Done() == nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}
