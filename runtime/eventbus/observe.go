package eventbus

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/observe"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// WithObserver has the bus watched, and the engines that serve its clients: what they do is counted, and the observer
// reads the counts. It may be given more than once. A bus without an observer counts nothing.
func WithObserver(o observe.Observer) Option {
	return optionFunc(func(c *config) {
		if o != nil {
			c.observers = append(c.observers, o)
		}
	})
}

// timedEvery is of how many deliveries one has its listeners timed: two readings of the clock cost more than the rest.
const timedEvery = 64

// watched is what is counted of an event on a bus that has an observer.
type watched struct {
	observers []observe.Observer
	taps      []observe.Tap

	emits      []emitCount   // one for each shard of the intake
	deliveries atomic.Uint64 // of an event that is deferred
	delivered  atomic.Uint64 // the payloads of these
	received   atomic.Uint64
	overflowed atomic.Uint64
	refused    codeCounts
	clients    codeCounts // emits and listens of clients that were refused
	skipped    atomic.Uint64
	failed     codeCounts

	frames, bytes uint64 // guarded by the log
}

// emitCount counts the emits of one shard of the intake, in a cache line of its own. An atomic addition costs a third of an
// emit, so an emit that is alone in its shard counts without one: no other can be there before it has left.
type emitCount struct {
	alone  uint64 // whoever is alone in the shard may read and write it
	shared atomic.Uint64
	known  atomic.Uint64 // alone, when it was last read
	_      [40]byte
}

func newWatched(b *Bus) *watched {
	if len(b.config.observers) == 0 {
		return nil
	}
	w := &watched{observers: b.config.observers, emits: make([]emitCount, len(b.intake.shards))}
	for _, o := range b.config.observers {
		if tap, ok := o.(observe.Tap); ok {
			w.taps = append(w.taps, tap)
		}
	}
	return w
}

// emit counts one emit that is in the shard, and reports whether its listeners are to be timed.
func (w *watched) emit(in *shard, alone bool) bool {
	c := &w.emits[in.index]
	if alone {
		c.alone++
		return c.alone%timedEvery == 0
	}
	return c.shared.Add(1)%timedEvery == 0
}

// emitted returns how many emits were counted. Of a shard in which a listener blocks it knows what was counted alone
// when it was last read.
func (w *watched) emitted(g *intake) (n uint64) {
	for i := range w.emits {
		c := &w.emits[i]
		g.whileEmpty(&g.shards[i], func() { c.known.Store(c.alone) })
		n += c.known.Load() + c.shared.Load()
	}
	return n
}

// took tells the observers how long a listener took.
func (t *topic) took(began time.Time) {
	d := time.Since(began)
	for _, o := range t.watched.observers {
		o.Listened(t.info, d)
	}
}

// callTimed is callListener with an eye on the clock.
func (t *topic) callTimed(l *listener, d *delivery, w *walk) {
	defer t.took(time.Now()) // even if the listener panics
	t.callListener(l, d, w)
}

// tapped reports whether somebody wants to see every emit and delivery.
func (t *topic) tapped() bool { return t.watched != nil && len(t.watched.taps) > 0 }

// tapEmit shows an emit to those who want to see each.
func (t *topic) tapEmit(d *delivery) {
	e := emitOf(t, d, time.Now())
	for _, tap := range t.watched.taps {
		tap.Emitted(e)
	}
}

func emitOf(t *topic, d *delivery, at time.Time) observe.Emit {
	return observe.Emit{Event: t.info, Time: at, Key: d.occ.key, Target: d.occ.target, Peer: d.occ.peer}
}

// delivering counts a delivery of a deferred event, and decides whether its listeners are timed.
func (w *watched) delivering(d *delivery) {
	d.timed = w.deliveries.Add(1)%timedEvery == 0
	w.delivered.Add(uint64(d.n))
}

// tap shows a delivery to those who want to see each.
func (t *topic) tap(d *delivery) {
	if !t.tapped() {
		return
	}
	buf := newBuffer()
	defer buf.free()
	e := t.encode(buf, d, func(*Error) {}) // whoever needs the encoding reports it
	shown := observe.Delivery{
		Emit: emitOf(t, d, d.occ.time), Seq: d.occ.seq, Node: d.occ.node, Batch: d.count(), Payload: slices.Clone(e.text),
	}
	for _, tap := range t.watched.taps {
		tap.Delivered(shown)
	}
}

// refuse counts an emit of Go code that has failed, and returns why.
func (t *topic) refuse(err error) error {
	if err != nil && t.watched != nil {
		t.watched.refused.add(CodeOf(err))
	}
	return err
}

// count counts what the error handler gets.
func (b *Bus) count(err *Error) {
	if t := b.topics[err.Event]; t != nil && t.watched != nil {
		t.watched.failed.add(err.Code)
	}
}

// codeCounts are counts by code. The first is that of codes which are not the bus's.
type codeCounts [1 + len(codes)]atomic.Uint64

var codes = [...]Code{
	CodeClosed, CodeCanceled, CodeUnknownEvent, CodeDirection, CodeAudience, CodeInvalidTarget, CodeNoTarget, CodeNoListener,
	CodeTooManyKeys, CodeTooLarge, CodeInvalidPayload, CodeEncode, CodeOverflow, CodeListener, CodePanic, CodeInvalid,
	CodeListen, CodeBroker, CodeContract, CodeForbidden, CodeRate, CodeInternal,
	"stale", "outcome_unknown", "too_many_listens", // those of the session engine
}

func (c *codeCounts) add(code Code) { c[1+slices.Index(codes[:], code)].Add(1) }

func (c *codeCounts) read() map[string]uint64 {
	m := map[string]uint64{}
	for i := range c {
		if n := c[i].Load(); n > 0 {
			name := "other"
			if i > 0 {
				name = string(codes[i-1])
			}
			m[name] = n
		}
	}
	return m
}

// clientCounts is what a sink offers that counts.
type clientCounts interface {
	CountClients(all *observe.Engines)
	ListClients() []observe.Client
}

// Refused counts an emit or a listen that the transport has refused.
func (p *sinkPort) Refused(event, code string) {
	if t := p.b.topics[event]; t != nil && t.watched != nil {
		t.watched.clients.add(Code(code))
	}
}

// Skipped counts an entry that a slow window was not sent.
func (p *sinkPort) Skipped(e *port.Entry) {
	if w := e.Owner.(*topic).watched; w != nil {
		w.skipped.Add(1)
	}
}

// observed is the bus as its observers read it.
type observed struct{ b *Bus }

// Attach is for observers that are a part of this module: the inspector emits.
func (s observed) Attach(sink port.Sink) (port.Port, error) { return s.b.Attach(sink) }

func (s observed) Node() string { return s.b.Node() }

// Events implements [observe.Source].
func (s observed) Events() []observe.Event {
	events := make([]observe.Event, len(s.b.events))
	for i, e := range s.b.events {
		events[i] = s.b.topicOf(e).counts()
	}
	return events
}

func (t *topic) counts() observe.Event {
	w := t.watched
	e := observe.Event{
		Info: t.info, Received: w.received.Load(), Overflowed: w.overflowed.Load(),
		Refused: w.refused.read(), Failed: w.failed.read(), ClientsRefused: w.clients.read(), Skipped: w.skipped.Load(),
	}
	if c := t.coalescer; c != nil {
		e.Emitted, e.Waiting, e.Coalesced = c.counts()
		e.Delivered = w.delivered.Load()
	} else {
		e.Emitted = w.emitted(&t.b.intake)
		e.Delivered = e.Emitted
	}
	for _, h := range t.outlets() {
		e.Queued = max(e.Queued, h.async.longest())
	}
	t.b.log.mu.Lock()
	defer t.b.log.mu.Unlock()
	e.Frames, e.Bytes = w.frames, w.bytes
	return e
}

// counts returns how many payloads were taken in, how many are held back, and how many a newer one has replaced.
func (c *coalescer) counts() (emitted uint64, waiting int, coalesced uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.buckets.all(func(l *bucket) { waiting += l.waiting.n })
	return c.emitted, waiting, c.coalesced
}

// longest returns how many items the reader that is behind most has yet to get.
func (f *fanout) longest() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.readers {
		behind := int(f.head-r.cursor) + len(r.initial) + len(r.early)
		if r.overflow == DropOldest || r.overflow == Latest {
			behind = min(behind, r.n)
		}
		n = max(n, behind)
	}
	return n
}

// Engines implements [observe.Source].
func (s observed) Engines() observe.Engines {
	all := observe.Engines{Closed: map[string]uint64{}, Refused: map[string]uint64{}}
	for _, p := range *s.b.log.ports.Load() {
		if o, ok := p.sink.(clientCounts); ok {
			o.CountClients(&all)
		}
	}
	return all
}

// Clients implements [observe.Source].
func (s observed) Clients() (clients []observe.Client) {
	for _, p := range *s.b.log.ports.Load() {
		if o, ok := p.sink.(clientCounts); ok {
			clients = append(clients, o.ListClients()...)
		}
	}
	return clients
}
