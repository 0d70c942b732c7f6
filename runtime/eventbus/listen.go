package eventbus

import (
	"context"
	"errors"
	"fmt"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

var (
	errNoFunction  = errors.New("the listener is nil")
	errQueueBound  = errors.New("the bound of the queue is below 1")
	errNeverCalled = errors.New("the event is addressed to windows, so that no Go listener would ever be called")
)

// listen registers a listener of that kind.
func (e *event) listen(b *Bus, kind callKind, fn address, opts []ListenOption) (unlisten func()) {
	if kind == eachPayload {
		return e.add(b, &listener{fn: fn}, opts)
	}
	return e.add(b, newSpecial(fn, &traits{kind: kind, whole: kind == wholeBatch}), opts)
}

// once registers a listener whose first call is the last.
func (e *event) once(b *Bus, fn address, opts []ListenOption) (unlisten func()) {
	l := &listener{fn: fn}
	l.state.Store(listenerOnce)
	return e.add(b, l, opts)
}

func (e *event) add(b *Bus, l *listener, opts []ListenOption) (unlisten func()) {
	c := listenConfigOf(opts)
	t := b.topic(e.number)
	err := e.refuses(t, c, l.fn == nil)
	if err == nil {
		err = t.wrap(l)
	}
	if err != nil {
		b.refuseListen(c, err)
		return func() {}
	}
	t.register(l, c)
	return func() { l.outlet.t.unlisten(l) }
}

func listenConfigOf(opts []ListenOption) listenConfig {
	if len(opts) == 0 {
		return listenConfig{} // most listeners; the other one is allocated
	}
	var c listenConfig
	for _, o := range opts {
		if o != nil {
			o.applyListen(&c)
		}
	}
	return c
}

// refuses returns why a listener cannot be registered for the event, whose state on the bus is t.
func (e *event) refuses(t *topic, c listenConfig, missing bool) *Error {
	switch {
	case t == nil:
		return e.unknown()
	case missing:
		return t.err(CodeListen, errNoFunction)
	case c.async < 0:
		return t.err(CodeListen, errQueueBound)
	case t.info.To != eventdef.ToAny && t.info.From == eventdef.FromServer:
		return t.err(CodeListen, errNeverCalled)
	case t.b.intake.state.Load() == stateClosed:
		return t.err(CodeClosed, nil)
	}
	return nil
}

// refuseListen says why a listener is refused, to its caller if that wants to know, else to the error handler.
func (b *Bus) refuseListen(c listenConfig, err *Error) {
	if c.refused != nil {
		*c.refused = err
		return
	}
	b.fail(context.Background(), err)
}

// wrap puts the interceptors of the bus around the listener.
func (t *topic) wrap(l *listener) *Error {
	if len(t.b.config.interceptors) == 0 {
		return nil
	}
	inner := &listener{fn: l.fn, traits: &t.usual}
	if l.traits != nil {
		inner.traits = l.traits
	}
	wrapped, err := t.b.wrapListen(t.info.Name, func(ctx context.Context, d Delivery) error {
		return t.callWrapped(ctx, inner, d)
	})
	l.traits = &traits{whole: inner.whole, wrapped: wrapped}
	l.state.Or(listenerSpecial)
	return err
}

// callWrapped calls a listener with what the interceptors have passed on.
func (t *topic) callWrapped(ctx context.Context, l *listener, d Delivery) error {
	p := t.payloads
	if l.kind == wholeBatch {
		if payloads, n, ok := p.unboxBatch(d.Payload); ok {
			return p.callOne(ctx, l, payloads, n, nil)
		}
	}
	payload := p.make(1)
	if !p.unbox(d.Payload, payload) {
		return fmt.Errorf("an interceptor passed on a %T", d.Payload)
	}
	return p.callOne(ctx, l, payload, 1, &d.Meta)
}

// register adds the listener to its outlet, and hands it what is stored.
func (t *topic) register(l *listener, c listenConfig) {
	state := l.state.Load()
	if state&listenerSpecial != 0 {
		t.metas.Add(1)
		t.extra.Add(1)
		t.kept.Store(true)
	}
	if c.allNodes {
		state |= listenerAllNodes
		t.everywhere.Add(1)
	}
	l.outlet = t.outletFor(c.every)
	switch {
	case l.traits != nil:
	case c.async > 0 || t.store != nil:
		l.traits = new(traits)
	default:
		l.traits = &t.usual
	}
	if c.async > 0 || t.store != nil {
		l.self[0].Store(l)
	}
	if c.async > 0 {
		t.extra.Add(1)
		t.kept.Store(true)
		l.state.Store(state)
		l.queue = t.newReader(l, c)
		l.outlet.readers.Add(1)
		t.begin(l, c.allNodes, func(initial []queued) { l.outlet.async.attach(l.queue, initial) })
		return
	}
	if t.store != nil {
		l.prime = new(priming)
		state |= listenerPriming
	}
	if state != 0 {
		l.state.Store(state)
	}
	var stored []queued
	t.begin(l, c.allNodes, func(initial []queued) {
		stored = initial
		l.outlet.list.add(l)
	})
	if l.prime != nil {
		in := t.b.intake.shard() // Close waits for it as for an emit
		in.enter()
		defer t.b.intake.leave(in)
		t.handOver(l, stored)
	}
}

func (t *topic) newReader(l *listener, c listenConfig) *reader {
	r := &reader{n: c.async, overflow: c.overflow, pull: l.pull}
	r.handle = func(items []queued, next *int) { t.callQueued(l, items, next) }
	r.report = func(dropped uint64) { t.overflowed(c.async, dropped, c.overflow) }
	return r
}

// overflowed reports what a listener does not get.
func (t *topic) overflowed(bound int, dropped uint64, policy Overflow) {
	if t.watched != nil {
		t.watched.overflowed.Add(dropped)
	}
	t.b.fail(context.Background(), t.err(CodeOverflow,
		fmt.Errorf("the queue of %d of a listener was full: %d dropped (%v)", bound, dropped, policy)))
}

// begin adds the listener by attach, which gets what is stored. What is recorded afterwards reaches the
// listener, and nothing twice.
func (t *topic) begin(l *listener, allNodes bool, attach func([]queued)) {
	if t.store == nil {
		attach(nil)
		return
	}
	log := &t.b.log
	for {
		log.mu.Lock()
		var raw *stored
		var initial []queued
		for _, v := range t.store.forListeners(allNodes) {
			if v.raw {
				raw = v
				break
			}
			initial = append(initial, queued{ctx: context.Background(), payload: v.d.first, more: &v.d})
		}
		if raw == nil {
			l.since = log.seq.Load()
			attach(initial)
			log.mu.Unlock()
			return
		}
		log.mu.Unlock()
		t.decodeStored(raw)
	}
}

// handOver gives a new listener the stored values, and then what was emitted meanwhile, until it has caught
// up.
func (t *topic) handOver(l *listener, items []queued) {
	pos := 0
	done := false
	defer func() {
		if !done { // the listener called Goexit
			t.handOver(l, items[min(pos, len(items)):])
		}
	}()
	for {
		for pos < len(items) {
			t.callQueued(l, items, &pos)
		}
		l.prime.mu.Lock()
		items, pos = l.prime.backlog, 0
		l.prime.backlog = nil
		dropped := l.prime.dropped
		l.prime.dropped = 0
		if len(items) == 0 {
			l.prime.done = true
			l.state.And(^listenerPriming)
		}
		l.prime.mu.Unlock()
		if len(items) == 0 {
			done = true
			return
		}
		if dropped > 0 {
			t.overflowed(usualQueue, dropped, DropOldest)
		}
	}
}

// unlisten ends a listener, once.
func (t *topic) unlisten(l *listener) {
	if l.kill() {
		t.drop(l)
	}
}

// drop takes a dead listener out. Whoever has marked it dead calls it.
func (t *topic) drop(l *listener) {
	if l.queue != nil {
		l.queue.stop()
		l.outlet.readers.Add(-1)
		t.extra.Add(-1)
	} else {
		l.outlet.list.remove(l)
	}
	if l.state.Load()&listenerSpecial != 0 {
		t.metas.Add(-1)
		t.extra.Add(-1)
	}
	if l.state.Load()&listenerAllNodes != 0 {
		t.everywhere.Add(-1)
	}
}
