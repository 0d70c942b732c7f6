package eventbus

import (
	"context"
	"sync"
	"sync/atomic"
)

// topic is an event's state on one bus, without the payload's type.
type topic interface {
	base() *topicBase
	// emitAny goes on with an emit behind the interceptors.
	emitAny(ctx context.Context, e Emission) error
	// receive takes in what a window emits.
	receive(ctx context.Context, from *Peer, in Incoming) error
	// remote takes in what another node delivered.
	remote(env *Envelope)
	// flush sends out what is pending and waits for it; see Event.Flush.
	flush(ctx context.Context) error
	// flushFor sends out what is pending of the key, in the caller's goroutine.
	flushFor(key Key)
	// pending reports whether anything is deferred or queued.
	pending() bool
	// seal drops what is pending and takes nothing in any more.
	seal()
	forget(keys []Key)
	listenAny(c listenConfig, fn ListenFunc) (unlisten func())
	// subscribe counts a window in and returns what is stored for it.
	subscribe(peer *Peer, wants func(Key) bool) (values []*Entry, at, since uint64)
}

// topicBase is the part of a topic that does not know the payload's type.
type topicBase struct {
	b       *Bus
	info    *Info
	flushes []topic
	prefix  []byte // the beginning of its frames, up to the seq

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

	// The log guards these.
	since   uint64            // from here on the event has been logged without a break
	evicted uint64            // the newest position that has left the log
	newest  map[slotID]*Entry // for SlowLatest: what is not superseded
}

// slotID is what coalescing and storing hold apart.
type slotID struct {
	key    Key
	target targetID
}

func (t *topicBase) err(code Code, cause error) *Error {
	return &Error{Code: code, Event: t.info.Name, Err: cause}
}

// topicState is an event's state on one bus.
type topicState[T any] struct {
	topicBase
	def *Definition[T]

	out   hub[T]
	every *hub[T]       // nil unless the event is deferred
	late  *coalescer[T] // nil unless the event is deferred
	store *store[T]     // nil unless the event is stored
	shown *store[T]     // what windows get of it; the same, unless a sequencer gives positions
	pool  scratchPool[T]
	usual manner[T] // of listeners that are nothing but a fn; empty

	showing sync.Mutex // held while a stored value is encoded
}

func newTopic[T any](b *Bus, e *Event[T]) topic {
	t := &topicState[T]{topicBase: topicBase{b: b, info: e.inf}, def: &e.def}
	t.prefix = append(appendJSONString([]byte(`{"event":`), e.inf.Name), `,"seq":`...)
	t.out.init(t)
	i := e.inf
	if i.deferred() {
		t.every = new(hub[T])
		t.every.init(t)
		t.late = newCoalescer(t)
	}
	if i.stored() {
		t.store = newStore[T](i)
		t.shown = t.store
		if b.sequencer != nil {
			t.shown = newStore[T](i)
		}
	}
	if i.Slow == SlowLatest {
		t.newest = map[slotID]*Entry{}
	}
	if i.stored() || i.deferred() || len(i.Flushes) > 0 || i.From == FromClient || i.To != ToAny ||
		len(b.config.interceptors) > 0 || b.config.strict || b.config.broker != nil {
		t.extra.Add(1)
	}
	return t
}

func (t *topicState[T]) base() *topicBase { return &t.topicBase }

func topicOf[T any](b *Bus, e *Event[T]) *topicState[T] {
	t, _ := b.topic(e.ord).(*topicState[T])
	return t
}

// hubFor returns the hub that a listener belongs to.
func (t *topicState[T]) hubFor(every bool) *hub[T] {
	if every && t.every != nil {
		return t.every
	}
	return &t.out
}

// attended reports whether a listener was registered for the event, rather than for everything.
func (t *topicState[T]) attended() bool {
	n := -int(t.observers.Load())
	for _, h := range t.hubs() {
		n += h.list.count() + int(h.readers.Load())
	}
	return n > 0
}

func (t *topicState[T]) hasListeners() bool {
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

func (t *topicState[T]) flush(ctx context.Context) error {
	if t.late != nil {
		if err := t.late.flush(ctx); err != nil {
			return err
		}
	}
	if insideListener() {
		return nil
	}
	for _, h := range t.hubs() {
		if err := h.async.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (t *topicState[T]) flushFor(key Key) {
	if t.late != nil {
		t.late.flushFor(key)
	}
}

func (t *topicState[T]) pending() bool {
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

func (t *topicState[T]) seal() {
	if t.late != nil {
		t.late.seal()
	}
	for _, h := range t.hubs() {
		h.async.seal()
	}
}

// hubs returns the hubs of the event.
func (t *topicState[T]) hubs() []*hub[T] {
	if t.every == nil {
		return []*hub[T]{&t.out}
	}
	return []*hub[T]{&t.out, t.every}
}
