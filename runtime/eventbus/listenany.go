package eventbus

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// ListenAny calls fn with every delivery of every event that the bus knows; batches come as a whole. Where
// Go listeners are not called, as with what is addressed to windows, fn is not either. Unlisten ends it as
// [Event.Listen] says.
func (b *Bus) ListenAny(fn func(ctx context.Context, d Delivery) error, opts ...ListenOption) (unlisten func()) {
	c := listenConfigOf(opts)
	refuse := func(err *Error) func() {
		b.refuseListen(c, err)
		return func() {}
	}
	switch {
	case fn == nil:
		return refuse(&Error{Code: CodeListen, Err: errNoFunction})
	case c.async < 0:
		return refuse(&Error{Code: CodeListen, Err: errQueueBound})
	case b.intake.state.Load() == stateClosed:
		return refuse(&Error{Code: CodeClosed})
	}
	call := listenFunc(fn)
	if len(b.config.interceptors) > 0 {
		wrapped, err := b.wrapListen("", call)
		if err != nil {
			return refuse(err)
		}
		call = wrapped
	}
	var stop func()
	if c.async > 0 {
		call, stop = b.queueAny(call, c)
		c.async = 0
	}
	ends := make([]func(), len(b.events))
	for i, e := range b.events {
		ends[i] = b.topicOf(e).listenAny(c, call)
	}
	return sync.OnceFunc(func() {
		for _, end := range ends {
			end()
		}
		if stop != nil {
			stop()
		}
	})
}

func (t *topic) listenAny(c listenConfig, fn listenFunc) (unlisten func()) {
	if t.info.To != eventdef.ToAny && t.info.From == eventdef.FromServer {
		return func() {}
	}
	l := newSpecial(nil, &traits{wrapped: fn, whole: true})
	t.observers.Add(1)
	t.register(l, c)
	return func() {
		t.unlisten(l)
		t.observers.Add(-1)
	}
}

// deliveries are what queues of catch-all listeners hold.
var deliveries = newPayloads(nil, reflect.TypeFor[*Delivery](), typed{
	call: func(_ *call, to, from address) { *(*Delivery)(to) = *(*Delivery)(from) },
})

// queueAny returns a function that queues deliveries for fn, and one that ends it. The queue is one for
// all events, so that their order is kept.
func (b *Bus) queueAny(fn listenFunc, c listenConfig) (push listenFunc, stop func()) {
	f := new(fanout)
	f.init(&b.intake, deliveries)
	var shown *Delivery // which fn is called with, by one goroutine at a time
	l := newSpecial(nil, &traits{whole: true, wrapped: func(ctx context.Context, _ Delivery) error { return fn(ctx, *shown) }})
	l.self[0].Store(l)
	r := &reader{n: c.async, overflow: c.overflow}
	r.handle = func(items []queued, next *int) {
		for *next < len(items) {
			q := &items[*next]
			*next++
			shown = (*Delivery)(q.payload)
			d := delivery{batch: true, n: 1, boxed: shown} // which nothing opens
			b.topics[shown.Meta.Event].call(q.ctx, &d, l.self[:])
		}
	}
	r.report = func(dropped uint64) {
		b.fail(context.Background(), &Error{Code: CodeOverflow, Err: fmt.Errorf(
			"the queue of %d of a catch-all listener was full: %d dropped (%v)", c.async, dropped, c.overflow)})
	}
	f.attach(r, nil)
	b.anyMu.Lock()
	b.anyOut = append(b.anyOut, f)
	b.anyMu.Unlock()
	push = func(ctx context.Context, d Delivery) error {
		f.add(ctx, queued{ctx: detach(ctx), payload: address(&d)})
		return nil
	}
	stop = func() {
		l.kill()
		r.stop()
		b.anyMu.Lock()
		b.anyOut = slices.DeleteFunc(b.anyOut, func(x *fanout) bool { return x == f })
		b.anyMu.Unlock()
	}
	return push, stop
}

// anyQueues returns the queues of asynchronous catch-all listeners.
func (b *Bus) anyQueues() []*fanout {
	b.anyMu.Lock()
	defer b.anyMu.Unlock()
	return slices.Clone(b.anyOut)
}
