package eventbus

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// topic is an event's state on one bus.
type topic struct {
	b        *Bus
	info     *eventdef.Info
	payloads *payloads
	places   places
	flushes  []*topic
	prefix   []byte // the beginning of its frames, up to the seq

	out       outlet
	every     *outlet    // nil unless the event is deferred
	coalescer *coalescer // nil unless the event is deferred
	store     *store     // nil unless the event is stored
	shown     *store     // what windows get of it; the same, unless all nodes share a log
	usual     traits     // of listeners that are nothing but a fn; empty
	watched   *watched   // nil unless the bus has an observer

	// interest counts the subscriptions of windows.
	interest atomic.Int32
	// extra counts what keeps emits from the shortest way: what the definition or the bus asks for,
	// subscriptions, asynchronous listeners, and listeners that want to know more than the payload.
	extra atomic.Int32
	// metas counts the listeners that want to know more than the payload.
	metas atomic.Int32

	// everywhere counts the listeners that want what other nodes emit, observers those that want everything.
	everywhere atomic.Int32
	observers  atomic.Int32
	// kept says that some listener may have kept the slice of a batch.
	kept atomic.Bool

	foreign string // the contract of other nodes that was reported; the one goroutine that takes them in has it

	showing sync.Mutex // held while a stored value is encoded

	// The log guards these.
	since   uint64                 // from here on the event has been logged without a break
	evicted uint64                 // the newest position that has left the log
	newest  map[slotID]*port.Entry // for SlowLatest: what is not superseded
}

// slotID is what coalescing and storing hold apart.
type slotID struct {
	key    Key
	target port.TargetID
}

func newTopic(b *Bus, e AnyEvent) *topic {
	i := e.core().info
	t := &topic{b: b, info: i, payloads: e.core().payloads}
	t.places.of = t.payloads
	t.prefix = append(eventdef.StringKey(i.Name).AppendJSON([]byte(`{"event":`)), `,"seq":`...)
	t.watched = newWatched(b)
	t.out.init(t)
	if i.Deferred() {
		t.every = new(outlet)
		t.every.init(t)
		t.coalescer = newCoalescer(t)
	}
	if i.Stored() {
		t.store = newStore(t.payloads, i, &b.log.costs.kept)
		t.shown = t.store
		if b.shared {
			t.shown = newStore(t.payloads, i, &b.log.costs.kept)
		}
	}
	if i.Slow == eventdef.SlowLatest {
		t.newest = map[slotID]*port.Entry{}
	}
	if i.Stored() || i.Deferred() || len(i.Flushes) > 0 || i.From == eventdef.FromClient || i.To != eventdef.ToAny ||
		len(b.config.interceptors) > 0 || b.config.strict || b.cluster != nil {
		t.extra.Add(1)
	}
	if t.tapped() { // they want a position, too
		t.extra.Add(1)
		t.metas.Add(1)
	}
	return t
}

func (t *topic) err(code Code, cause error) *Error {
	return &Error{Code: code, Event: t.info.Name, Err: cause}
}

// outletFor returns the outlet that a listener belongs to.
func (t *topic) outletFor(every bool) *outlet {
	if every && t.every != nil {
		return t.every
	}
	return &t.out
}

// attended reports whether a listener was registered for the event, rather than for everything.
func (t *topic) attended() bool {
	n := -int(t.observers.Load())
	for _, h := range t.outlets() {
		n += h.list.count() + int(h.readers.Load())
	}
	return n > 0
}

func (t *topic) hasListeners() bool {
	if t.interest.Load() > 0 || t.b.cluster != nil {
		return true
	}
	for _, h := range t.outlets() {
		if h.list.count() > 0 || h.readers.Load() > 0 {
			return true
		}
	}
	return false
}

// flush sends out what is pending and waits for it; see Event.Flush.
func (t *topic) flush(ctx context.Context) error {
	if t.coalescer != nil {
		if err := t.coalescer.flush(ctx); err != nil {
			return err
		}
	}
	if insideCallback() {
		return nil
	}
	for _, h := range t.outlets() {
		if err := h.async.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// sendOut sends out what is pending, and does not wait for it.
func (t *topic) sendOut() {
	if t.coalescer != nil {
		t.coalescer.sendOut()
	}
}

// flushFor sends out what is pending of the key, in the caller's goroutine.
func (t *topic) flushFor(key Key) {
	if t.coalescer != nil {
		t.coalescer.flushFor(key)
	}
}

// pending reports whether anything is deferred or queued.
func (t *topic) pending() bool {
	if t.coalescer != nil && t.coalescer.pending() {
		return true
	}
	for _, h := range t.outlets() {
		if !h.async.empty() {
			return true
		}
	}
	return false
}

// seal drops what is pending and takes nothing in any more.
func (t *topic) seal() {
	if t.coalescer != nil {
		t.coalescer.seal()
	}
	for _, h := range t.outlets() {
		h.async.seal()
	}
}

// outlets returns the outlets of the event.
func (t *topic) outlets() []*outlet {
	if t.every == nil {
		return []*outlet{&t.out}
	}
	return []*outlet{&t.out, t.every}
}
