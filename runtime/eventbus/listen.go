package eventbus

import (
	"context"
	"errors"
	"fmt"
)

var (
	errNoFunction  = errors.New("the listener is nil")
	errQueueBound  = errors.New("the bound of the queue is below 1")
	errNeverCalled = errors.New("the event is addressed to windows, so that no Go listener would ever be called")
)

// listen registers a listener, whose function may be missing.
func (e *Event[T]) listen(b *Bus, opts []ListenOption, l *listener[T], missing bool) (unlisten func()) {
	t := topicOf(b, e)
	if t == nil {
		b.fail(context.Background(), &Error{Code: CodeUnknownEvent, Event: e.inf.Name})
		return func() {}
	}
	c := listenConfigOf(opts)
	if err := t.refuses(c, missing); err != nil {
		b.fail(context.Background(), err)
		return func() {}
	}
	t.wrap(l)
	t.register(l, c)
	return func() { l.hub.t.unlisten(l) }
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

// refuses returns why a listener cannot be registered.
func (t *topicState[T]) refuses(c listenConfig, missing bool) *Error {
	switch {
	case missing:
		return t.err(CodeListen, errNoFunction)
	case c.async < 0:
		return t.err(CodeListen, errQueueBound)
	case t.info.To != ToAny && t.info.From == FromServer:
		return t.err(CodeListen, errNeverCalled)
	case t.b.gate.state.Load() == stateClosed:
		return t.err(CodeClosed, nil)
	}
	return nil
}

// wrap puts the interceptors of the bus around the listener.
func (t *topicState[T]) wrap(l *listener[T]) {
	if len(t.b.config.interceptors) == 0 {
		return
	}
	fn := l.fn
	var metaFn func(context.Context, T, Meta) error
	var batchFn func(context.Context, []T) error
	if l.manner != nil {
		metaFn, batchFn = l.metaFn, l.batchFn
	}
	l.fn, l.manner = nil, &manner[T]{whole: batchFn != nil}
	l.wrapped = t.b.wrapListen(func(ctx context.Context, d Delivery) error {
		if items, ok := d.Payload.([]T); ok && batchFn != nil {
			return batchFn(ctx, items)
		}
		payload, ok := d.Payload.(T)
		switch {
		case !ok:
			return fmt.Errorf("an interceptor passed on a %T", d.Payload)
		case fn != nil:
			return fn(ctx, payload)
		case metaFn != nil:
			return metaFn(ctx, payload, d.Meta)
		}
		return batchFn(ctx, []T{payload})
	})
}

// register adds the listener to its hub, and hands it what is stored.
func (t *topicState[T]) register(l *listener[T], c listenConfig) {
	state := l.state.Load()
	if l.fn == nil {
		state |= listenerSpecial
		t.metas.Add(1)
		t.extra.Add(1)
		t.kept.Store(true)
	}
	if c.allNodes {
		state |= listenerAllNodes
		t.everywhere.Add(1)
	}
	l.hub = t.hubFor(c.every)
	switch {
	case l.manner != nil:
	case c.async > 0 || t.store != nil:
		l.manner = new(manner[T])
	default:
		l.manner = &t.usual
	}
	if c.async > 0 {
		t.extra.Add(1)
		t.kept.Store(true)
		l.state.Store(state)
		l.queue = t.newReader(l, c)
		l.hub.readers.Add(1)
		t.begin(l, c.allNodes, func(initial []queued[T]) { l.hub.async.attach(l.queue, initial) })
		return
	}
	if t.store != nil {
		l.prime = new(priming[T])
		state |= listenerPriming
	}
	if state != 0 {
		l.state.Store(state)
	}
	var stored []queued[T]
	t.begin(l, c.allNodes, func(initial []queued[T]) {
		stored = initial
		l.hub.list.add(l)
	})
	if l.prime != nil {
		t.handOver(l, stored)
	}
}

func (t *topicState[T]) newReader(l *listener[T], c listenConfig) *reader[queued[T]] {
	r := &reader[queued[T]]{n: c.async, overflow: c.overflow, pull: l.pull}
	at := new(progress)
	r.handle = func(items []queued[T], pos *int) { t.callListenerQueued(l, items, pos, at) }
	r.report = func(dropped uint64) {
		t.b.fail(context.Background(), t.err(CodeOverflow,
			fmt.Errorf("the queue of %d of a listener was full: %d dropped (%v)", c.async, dropped, c.overflow)))
	}
	return r
}

// begin adds the listener by attach, which gets what is stored. What is recorded afterwards reaches the
// listener, and nothing twice.
func (t *topicState[T]) begin(l *listener[T], allNodes bool, attach func([]queued[T])) {
	if t.store == nil {
		attach(nil)
		return
	}
	log := &t.b.log
	for {
		log.mu.Lock()
		var raw *stored[T]
		var initial []queued[T]
		for _, v := range t.store.forListeners(allNodes) {
			if v.raw {
				raw = v
				break
			}
			initial = append(initial, queued[T]{ctx: context.Background(), one: v.d.one, more: &v.d})
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
func (t *topicState[T]) handOver(l *listener[T], items []queued[T]) {
	var at progress
	pos := 0
	done := false
	defer func() {
		if !done { // the listener called Goexit
			t.handOver(l, items[min(pos, len(items)):])
		}
	}()
	for {
		for pos < len(items) {
			t.callListenerQueued(l, items, &pos, &at)
		}
		l.prime.mu.Lock()
		items, pos = l.prime.backlog, 0
		l.prime.backlog = nil
		if len(items) == 0 {
			l.prime.done = true
			l.state.And(^listenerPriming)
		}
		l.prime.mu.Unlock()
		if len(items) == 0 {
			done = true
			return
		}
	}
}

// unlisten ends a listener, once.
func (t *topicState[T]) unlisten(l *listener[T]) {
	if l.kill() {
		t.drop(l)
	}
}

// drop takes a dead listener out. Whoever has marked it dead calls it.
func (t *topicState[T]) drop(l *listener[T]) {
	if l.queue != nil {
		l.queue.stop()
		l.hub.readers.Add(-1)
		t.extra.Add(-1)
	} else {
		l.hub.list.remove(l)
	}
	if l.fn == nil {
		t.metas.Add(-1)
		t.extra.Add(-1)
	}
	if l.state.Load()&listenerAllNodes != 0 {
		t.everywhere.Add(-1)
	}
}
