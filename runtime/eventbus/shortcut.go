package eventbus

import (
	"context"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// An emit that joins what waits already takes a shortcut: a value that replaces a throttled one, or a payload in the midst
// of a batch. It reads no clock and makes no delivery.

// simple reports whether emits of Go code for everyone have nothing to do before they are held back.
func (t *topic) simple() bool {
	i, c := t.info, &t.b.config
	return i.From != eventdef.FromClient && i.To == eventdef.ToAny && len(c.interceptors) == 0 && !c.strict &&
		(!t.info.Keyed || !i.Stored()) && !t.tapped()
}

// join begins the shortcut. It returns where to put the payload, for joined to go on; or nil if the emit has to take the
// long way.
func (c *coalescer) join(ctx context.Context) (place address) {
	if !c.simple || c.t.every.busy() || ctx.Err() != nil {
		return nil
	}
	if c.t.info.Keyed {
		if c.mode == throttling {
			return c.t.places.get()
		}
		return nil
	}
	c.mu.Lock() // until joined lets go of it
	if c.open() {
		switch c.mode {
		case throttling:
			place = c.joinThrottled()
		case batching:
			place = c.joinBatch()
		}
	}
	if place == nil {
		c.mu.Unlock()
	}
	return place
}

// joined ends what join has begun, with the payload where join said. It returns false if the emit has to take the long way
// after all.
func (c *coalescer) joined(ctx context.Context, payload address) bool {
	if c.t.info.Keyed {
		return c.joinKey(ctx, payload)
	}
	b := &c.buckets.solo
	b.waiting.ctx, b.waiting.peer = ctx, nil
	c.mu.Unlock()
	return true
}

// open reports whether the coalescer takes everything in. The lock is held.
func (c *coalescer) open() bool { return !c.sealed && c.t.b.intake.state.Load() == stateOpen }
