package eventbus

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// Bus carries the events of its catalogues. It is safe for concurrent use and is made by [New].
type Bus struct {
	config config
	intake intake
	start  time.Time

	topics map[string]*topic
	events []AnyEvent
	first  uint32            // the ordinal of dense[0]
	dense  []*topic          // by ordinal
	sparse map[uint32]*topic // instead, if the ordinals lie far apart

	emitChain emitFunc // nil without interceptors
	log       eventLog
	epoch     string
	peers     presence
	cluster   nodes // nil without a broker
	shared    bool  // all nodes share a log

	anyMu  sync.Mutex
	anyOut []*fanout // the queues of asynchronous catch-all listeners

	closed chan struct{} // closed when Close has ended
	ended  chan struct{} // closed when nothing is delivered any more
	result error         // what Close returns, once closed is closed
}

// New returns a bus that knows the events of its catalogues. It reports definitions that break a rule,
// events that share a name, events that flush each other in a circle, and a broker that does not start.
func New(opts ...Option) (*Bus, error) {
	b := &Bus{
		start:  time.Now(),
		closed: make(chan struct{}),
		ended:  make(chan struct{}),
		epoch:  strings.ToLower(rand.Text()[:12]),
	}
	c := &b.config
	c.logBytes, c.logAge, c.share = defaultLogBytes, defaultLogAge, share
	for _, o := range opts {
		if o != nil {
			o.applyBus(c)
		}
	}
	if c.node == "" {
		c.node = strings.ToLower(rand.Text()[:10])
	}
	if c.onError == nil {
		c.onError = logError
	}
	if c.logBytes < 0 || c.logAge < 0 {
		return nil, &Error{Code: CodeInvalid, Err: errors.New("WithLog: a bound is negative")}
	}
	for _, key := range c.keys {
		if len(key) < 16 {
			return nil, &Error{Code: CodeInvalid, Err: errors.New("WithKey: a key has fewer than 16 bytes")}
		}
	}
	if !(c.share > 0 && c.share <= 1) {
		return nil, &Error{Code: CodeInvalid, Err: errors.New("WithShare: a share is more than 0 and at most 1")}
	}
	if len(c.keys) == 0 {
		c.keys = [][]byte{[]byte(rand.Text())}
	}
	b.intake.init()
	b.log.init(c.logBytes, c.logAge, c.share)
	b.peers.init(c.node)
	if err := b.prepareCluster(); err != nil {
		return nil, err
	}
	if err := b.know(c.catalogs); err != nil {
		return nil, err
	}
	if err := b.wrapEmit(); err != nil {
		return nil, err
	}
	for _, o := range c.observers {
		o.Observe(observed{b})
	}
	if b.cluster != nil {
		if err := b.cluster.start(context.Background()); err != nil {
			_ = b.cluster.close(context.Background())
			return nil, &Error{Code: CodeBroker, Err: err}
		}
	}
	return b, nil
}

// prepareCluster makes what joins the bus with other nodes, if there is a broker.
func (b *Bus) prepareCluster() error {
	c := &b.config
	if c.cluster == nil {
		return nil
	}
	if !c.keyed {
		return &Error{Code: CodeInvalid, Err: errors.New("WithBroker needs WithKey, with the same key on all nodes")}
	}
	if c.lease == 0 {
		c.lease = defaultLease
	}
	if c.lease < time.Second {
		return &Error{Code: CodeInvalid, Err: errors.New("WithLease: less than a second")}
	}
	b.cluster = c.cluster(b)
	return nil
}

// logError is the default error handler.
func logError(ctx context.Context, err *Error) {
	slog.ErrorContext(ctx, err.Error(), "event", err.Event, "code", string(err.Code))
}

// know makes the state of every event.
func (b *Bus) know(catalogs []*Catalog) error {
	b.topics = map[string]*topic{}
	var errs []error
	for _, c := range catalogs {
		if c == nil {
			continue
		}
		for _, e := range c.events {
			info := e.core().info
			if old, ok := b.topics[info.Name]; ok {
				if old.info != info {
					errs = append(errs, fmt.Errorf("two events are called %q", info.Name))
				}
				continue
			}
			if err := info.Check(); err != nil {
				errs = append(errs, err)
				continue
			}
			b.topics[info.Name] = newTopic(b, e)
			b.events = append(b.events, e)
		}
	}
	errs = append(errs, b.linkFlushes()...)
	if err := errors.Join(errs...); err != nil {
		return &Error{Code: CodeInvalid, Err: err}
	}
	b.index()
	return nil
}

// linkFlushes finds the events that others flush.
func (b *Bus) linkFlushes() (errs []error) {
	for _, e := range b.events {
		t := b.topicOf(e)
		for _, name := range t.info.Flushes {
			other, ok := b.topics[name]
			if !ok {
				errs = append(errs, fmt.Errorf("event %q flushes %q, which is in no catalogue", t.info.Name, name))
				continue
			}
			if other.info.Deferred() {
				t.flushes = append(t.flushes, other)
			}
		}
	}
	for _, e := range b.events {
		if t := b.topicOf(e); b.flushesReach(t, t, map[*topic]bool{}) {
			errs = append(errs, fmt.Errorf("event %q flushes itself through others", t.info.Name))
		}
	}
	return errs
}

func (b *Bus) flushesReach(from, to *topic, seen map[*topic]bool) bool {
	for _, next := range from.flushes {
		if next == to || !seen[next] {
			seen[next] = true
			if next == to || b.flushesReach(next, to, seen) {
				return true
			}
		}
	}
	return false
}

// index makes the table by which an emit finds its event's state: a slice by ordinal, as long as the
// ordinals of the bus's events lie together.
func (b *Bus) index() {
	if len(b.events) == 0 {
		return
	}
	first, last := b.events[0].core().number, b.events[0].core().number
	for _, e := range b.events {
		first, last = min(first, e.core().number), max(last, e.core().number)
	}
	if span := int(last-first) + 1; span > 4*len(b.events)+1024 {
		b.sparse = make(map[uint32]*topic, len(b.events))
	} else {
		b.first, b.dense = first, make([]*topic, span)
	}
	for _, e := range b.events {
		t := b.topicOf(e)
		if b.sparse != nil {
			b.sparse[e.core().number] = t
		} else {
			b.dense[e.core().number-first] = t
		}
	}
}

// topic returns the state of the event of that ordinal, or nil.
func (b *Bus) topic(number uint32) *topic {
	if i := number - b.first; i < uint32(len(b.dense)) {
		return b.dense[i]
	}
	return b.sparseTopic(number)
}

// topicOf returns the state of an event that the bus knows.
func (b *Bus) topicOf(e AnyEvent) *topic { return b.topics[e.core().info.Name] }

// sparseTopic is topic where ordinals lie far apart. It is not inlined, as each event's Emit would have it.
//
//go:noinline
func (b *Bus) sparseTopic(number uint32) *topic { return b.sparse[number] }

// Events returns the events that the bus knows, in the order of its catalogues.
func (b *Bus) Events() []eventdef.Info {
	infos := make([]eventdef.Info, len(b.events))
	for i, e := range b.events {
		infos[i] = e.Info()
	}
	return infos
}

// Lookup describes the event of that wire name, and reports whether the bus knows it.
func (b *Bus) Lookup(name string) (eventdef.Info, bool) {
	if t, ok := b.topics[name]; ok {
		return t.info.Clone(), true
	}
	return eventdef.Info{}, false
}

// Node returns the name of this node, as [WithNode] set it.
func (b *Bus) Node() string { return b.config.node }

// LogLimit returns how many bytes the log may hold, as [WithLog] set it.
func (b *Bus) LogLimit() int { return b.config.logBytes }

// now is the bus's clock: the time since it was made.
func (b *Bus) now() time.Duration { return time.Since(b.start) }

// fail reports an error that no emit returns.
func (b *Bus) fail(ctx context.Context, err *Error) {
	b.count(err)
	b.callErrorHandler(ctx, err)
}

// callErrorHandler hands an error to the error handler, whose own panics end here.
func (b *Bus) callErrorHandler(ctx context.Context, err *Error) {
	defer func() {
		if reason := recover(); reason != nil {
			slog.ErrorContext(ctx, "eventbus: the error handler panicked", "panic", reason, "event", err.Event, "error", err)
		}
	}()
	b.config.onError(ctx, err)
}

// emitAny ends the chain of interceptors.
func (b *Bus) emitAny(ctx context.Context, e Emission) error {
	if t, ok := b.topics[e.Event]; ok {
		return t.emitAny(ctx, e)
	}
	return &Error{Code: CodeUnknownEvent, Event: e.Event}
}

// wrapEmit makes the chain of interceptors.
func (b *Bus) wrapEmit() (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = &Error{Code: CodePanic, Err: fmt.Errorf("an interceptor panicked: %w", panicked(reason))}
		}
	}()
	for _, i := range slices.Backward(b.config.interceptors) {
		if b.emitChain == nil {
			b.emitChain = b.emitAny
		}
		b.emitChain = i.WrapEmit(b.emitChain)
	}
	return nil
}

// wrapListen puts the interceptors around a listener of the event.
func (b *Bus) wrapListen(event string, fn listenFunc) (wrapped listenFunc, err *Error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = &Error{Code: CodePanic, Event: event, Err: fmt.Errorf("an interceptor panicked: %w", panicked(reason))}
		}
	}()
	for _, i := range slices.Backward(b.config.interceptors) {
		fn = i.WrapListen(fn)
	}
	return fn, nil
}
