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
func ListenAny(b *Bus, fn func(ctx context.Context, d Delivery) error, opts ...ListenOption) (unlisten func()) {
	c := listenConfigOf(opts)
	refuse := func(err *Error) func() {
		b.fail(context.Background(), err)
		return func() {}
	}
	switch {
	case fn == nil:
		return refuse(&Error{Code: CodeListen, Err: errNoFunction})
	case c.async < 0:
		return refuse(&Error{Code: CodeListen, Err: errQueueBound})
	case b.gate.state.Load() == stateClosed:
		return refuse(&Error{Code: CodeClosed})
	}
	call := ListenFunc(fn)
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
		ends[i] = b.topics[e.Info().Name].listenAny(c, call)
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

func (t *topic) listenAny(c listenConfig, fn ListenFunc) (unlisten func()) {
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
func (b *Bus) queueAny(fn ListenFunc, c listenConfig) (push ListenFunc, stop func()) {
	f := new(fanout)
	f.init(&b.gate, deliveries)
	r := &reader{n: c.async, overflow: c.overflow}
	r.handle = func(items []queued, pos *int) { b.callListenerOfAny(fn, r, items, pos) }
	r.report = func(dropped uint64) {
		b.fail(context.Background(), &Error{Code: CodeOverflow, Err: fmt.Errorf(
			"the queue of %d of a catch-all listener was full: %d dropped (%v)", c.async, dropped, c.overflow)})
	}
	f.attach(r, nil)
	b.anyMu.Lock()
	b.anyOut = append(b.anyOut, f)
	b.anyMu.Unlock()
	push = func(ctx context.Context, d Delivery) error {
		f.add(ctx, queued{ctx: detach(ctx), at: address(&d)})
		return nil
	}
	stop = func() {
		r.stop()
		b.anyMu.Lock()
		b.anyOut = slices.DeleteFunc(b.anyOut, func(x *fanout) bool { return x == f })
		b.anyMu.Unlock()
	}
	return push, stop
}

// callListenerOfAny hands queued deliveries to an asynchronous catch-all listener.
func (b *Bus) callListenerOfAny(fn ListenFunc, r *reader, items []queued, pos *int) {
	doing := idle
	defer func() {
		if doing == idle {
			return
		}
		item := &items[*pos]
		*pos++
		reason := recover()
		event := (*Delivery)(item.at).Event
		if t, ok := b.topics[event.Name]; ok && (reason != nil || doing == calling) {
			t.unreturned(item.ctx, reason, nil)
		}
	}()
	for ; *pos < len(items); *pos++ {
		if r.isGone() {
			*pos = len(items)
			return
		}
		item := &items[*pos]
		doing = calling
		d := (*Delivery)(item.at)
		if err := fn(item.ctx, *d); err != nil {
			doing = reporting
			b.fail(item.ctx, &Error{Code: CodeListener, Event: d.Event.Name, Err: err})
		}
		doing = idle
	}
}

// anyQueues returns the queues of asynchronous catch-all listeners.
func (b *Bus) anyQueues() []*fanout {
	b.anyMu.Lock()
	defer b.anyMu.Unlock()
	return slices.Clone(b.anyOut)
}
