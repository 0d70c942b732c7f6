package eventbus

import (
	"context"
	"sync/atomic"
)

// hub is one place where deliveries of an event reach Go listeners. An event that is deferred has two: one
// for what is delivered, and one for listeners that see every emit.
type hub[T any] struct {
	t       *topicState[T]
	list    listeners[T]
	async   fanout[queued[T]]
	readers atomic.Int32 // how many async has
}

func (h *hub[T]) init(t *topicState[T]) {
	h.t = t
	h.list.init()
	h.async.gate = &t.b.gate
}

// hand brings a delivery to the listeners of the hub: to the queues of the asynchronous ones first, so
// that they see what a synchronous one emits in turn after what it emits it for.
func (t *topicState[T]) hand(ctx context.Context, h *hub[T], d *delivery[T]) {
	if h.readers.Load() > 0 {
		q := queued[T]{one: d.one}
		if d.items != nil || d.occ.seq != 0 || d.occ.node != "" {
			q = later(ctx, d)
		} else {
			q.ctx = detach(ctx)
		}
		h.async.add(ctx, q)
	}
	if slots := h.list.snapshot(); len(slots) > 0 {
		t.call(ctx, d, slots)
	}
}

// busy reports whether there may be a listener.
func (h *hub[T]) busy() bool {
	return h.list.current.Load().n.Load() > 0 || h.readers.Load() > 0
}
