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

	out   hub
	every *hub       // nil unless the event is deferred
	late  *coalescer // nil unless the event is deferred
	store *store     // nil unless the event is stored
	shown *store     // what windows get of it; the same, unless a sequencer gives positions
	usual manner     // of listeners that are nothing but a fn; empty

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
	i := e.Info()
	t := &topic{b: b, info: i, payloads: e.core().payloads}
	t.places.of = t.payloads
	t.prefix = append(eventdef.StringKey(i.Name).AppendJSON([]byte(`{"event":`)), `,"seq":`...)
	t.out.init(t)
	if i.Deferred() {
		t.every = new(hub)
		t.every.init(t)
		t.late = newCoalescer(t)
	}
	if i.Stored() {
		t.store = newStore(t.payloads, i, &b.log.costs.kept)
		t.shown = t.store
		if b.sequencer != nil {
			t.shown = newStore(t.payloads, i, &b.log.costs.kept)
		}
	}
	if i.Slow == eventdef.SlowLatest {
		t.newest = map[slotID]*port.Entry{}
	}
	if i.Stored() || i.Deferred() || len(i.Flushes) > 0 || i.From == eventdef.FromClient || i.To != eventdef.ToAny ||
		len(b.config.interceptors) > 0 || b.config.strict || b.config.broker != nil {
		t.extra.Add(1)
	}
	return t
}

func (t *topic) err(code Code, cause error) *Error {
	return &Error{Code: code, Event: t.info.Name, Err: cause}
}

// hubFor returns the hub that a listener belongs to.
func (t *topic) hubFor(every bool) *hub {
	if every && t.every != nil {
		return t.every
	}
	return &t.out
}

// attended reports whether a listener was registered for the event, rather than for everything.
func (t *topic) attended() bool {
	n := -int(t.observers.Load())
	for _, h := range t.hubs() {
		n += h.list.count() + int(h.readers.Load())
	}
	return n > 0
}

func (t *topic) hasListeners() bool {
	if t.interest.Load() > 0 || t.b.config.broker != nil {
		return true
	}
	for _, h := range t.hubs() {
		if h.list.count() > 0 || h.readers.Load() > 0 {
			return true
		}
	}
	return false
}

// flush sends out what is pending and waits for it; see Event.Flush.
func (t *topic) flush(ctx context.Context) error {
	if t.late != nil {
		if err := t.late.flush(ctx); err != nil {
			return err
		}
	}
	if insideCallback() {
		return nil
	}
	for _, h := range t.hubs() {
		if err := h.async.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// sendOut sends out what is pending, and does not wait for it.
func (t *topic) sendOut() {
	if t.late != nil {
		t.late.sendOut()
	}
}

// flushFor sends out what is pending of the key, in the caller's goroutine.
func (t *topic) flushFor(key Key) {
	if t.late != nil {
		t.late.flushFor(key)
	}
}

// pending reports whether anything is deferred or queued.
func (t *topic) pending() bool {
	if t.late != nil && t.late.pending() {
		return true
	}
	for _, h := range t.hubs() {
		if !h.async.empty() {
			return true
		}
	}
	return false
}

// seal drops what is pending and takes nothing in any more.
func (t *topic) seal() {
	if t.late != nil {
		t.late.seal()
	}
	for _, h := range t.hubs() {
		h.async.seal()
	}
}

// hubs returns the hubs of the event.
func (t *topic) hubs() []*hub {
	if t.every == nil {
		return []*hub{&t.out}
	}
	return []*hub{&t.out, t.every}
}
