package eventbus

import (
	"context"
	"sync/atomic"
)

// outlet is one place where deliveries of an event reach Go listeners. An event that is deferred has two: one
// for what is delivered, and one for listeners that see every emit.
type outlet struct {
	t       *topic
	list    listeners
	async   fanout
	readers atomic.Int32 // how many async has
}

func (h *outlet) init(t *topic) {
	h.t = t
	h.list.init()
	h.async.init(&t.b.intake, t.payloads)
}

// hand brings a delivery to the listeners of the outlet: to the queues of the asynchronous ones first, so
// that they see what a synchronous one emits in turn after what it emits it for.
func (t *topic) hand(ctx context.Context, h *outlet, d *delivery) {
	if h.readers.Load() > 0 {
		h.async.add(ctx, later(ctx, d))
	}
	if slots := h.list.snapshot(); len(slots) > 0 {
		t.call(ctx, d, slots)
	}
}

// busy reports whether there may be a listener.
func (h *outlet) busy() bool {
	return h.list.current.Load().n.Load() > 0 || h.readers.Load() > 0
}
