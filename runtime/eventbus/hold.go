package eventbus

import (
	"context"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// simple reports whether emits of Go code for everyone have nothing to do before they are held back.
func (t *topic) simple() bool {
	i, c := t.info, &t.b.config
	return i.From != eventdef.FromClient && i.To == eventdef.ToAny && len(c.interceptors) == 0 && !c.strict &&
		(!t.info.Keyed || !i.Stored()) && !t.tapped()
}

// reserve begins the short way of an emit that joins what waits already: a value that replaces a throttled
// one, or a payload in the midst of a batch. It reads no clock and makes no delivery. It returns where to put
// the payload, for hold to go on; or nil if the emit has to take the long way.
func (c *coalescer) reserve(ctx context.Context) address {
	if !c.simple || c.t.every.busy() || ctx.Err() != nil {
		return nil
	}
	if c.t.info.Keyed {
		if c.mode != throttling {
			return nil
		}
		return c.t.places.get()
	}
	c.mu.Lock() // until hold lets go of it
	if l := &c.lanes.solo; c.open() {
		w := &l.waiting
		switch {
		case c.mode == throttling && l.waitsForMore():
			c.makePlace(w)
			c.emitted++
			c.coalesced += uint64(w.n)
			w.n = 1
			return w.at
		case c.mode == batching && w.n > 0 && w.n+1 < c.batch:
			c.emitted++
			return c.nextPlace(w)
		}
	}
	c.mu.Unlock()
	return nil
}

// open reports whether the coalescer takes everything in. The lock is held.
func (c *coalescer) open() bool { return !c.sealed && c.t.b.gate.state.Load() == stateOpen }

// hold ends what reserve has begun, with the payload where reserve said. It returns false if the emit has to
// take the long way after all.
func (c *coalescer) hold(ctx context.Context, at address) bool {
	if c.t.info.Keyed {
		return c.holdKeyed(ctx, at)
	}
	l := &c.lanes.solo
	l.waiting.ctx, l.waiting.peer = ctx, nil
	c.mu.Unlock()
	return true
}

// holdKeyed is hold for a throttled event with a key, which is read while nothing is locked.
func (c *coalescer) holdKeyed(ctx context.Context, at address) (held bool) {
	key, ok := c.t.tryKey(at)
	if !ok {
		return false // the long way meets the panic again
	}
	c.mu.Lock()
	if l := c.lanes.find(laneID{slotID: slotID{key: key}}); l != nil && c.open() && l.waitsForMore() {
		held = true
		l.waiting.at, at = at, l.waiting.at
		c.emitted++
		c.coalesced += uint64(l.waiting.n)
		l.waiting.n, l.waiting.room = 1, 1
		l.waiting.ctx, l.waiting.peer = ctx, nil
	}
	c.mu.Unlock()
	if at != nil {
		c.t.places.put(at)
	}
	return held
}

// tryKey returns the payload's key, and false if the key function panics.
func (t *topic) tryKey(at address) (key Key, ok bool) {
	defer func() { ok = recover() == nil && ok }()
	return t.payloads.callKey(at), true
}

// waitsForMore reports whether a throttled value that comes now has to wait.
func (l *lane) waitsForMore() bool { return l.open || l.busy || l.ready }
