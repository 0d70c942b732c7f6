package eventbus

import "context"

// simple reports whether emits of Go code for everyone have nothing to do before they are held back.
func (t *topic) simple() bool {
	i, c := t.info, &t.b.config
	return i.From != FromClient && i.To == ToAny && len(c.interceptors) == 0 && !c.strict &&
		(!t.info.Keyed || !i.stored())
}

// reserve begins the short way of an emit that joins what waits already: a value that replaces a throttled
// one, or a payload in the midst of a batch. It reads no clock and makes no delivery. It returns where to put
// the payload, and then holds the lock until hold is called; or nil if the emit has to take the long way.
func (c *coalescer) reserve(ctx context.Context) address {
	if !c.simple || c.t.every.busy() || ctx.Err() != nil {
		return nil
	}
	c.mu.Lock()
	if l := &c.lanes.solo; !c.sealed && c.t.b.gate.state.Load() == stateOpen {
		w := &l.waiting
		switch {
		case c.t.info.Keyed:
			if c.scratch == nil {
				c.scratch = c.t.payloads.make(1)
			}
			return c.scratch
		case c.mode == throttling && l.waitsForMore():
			c.makePlace(w)
			w.n = 1
			return w.at
		case c.mode == batching && w.n > 0 && w.n+1 < c.batch:
			return c.nextPlace(w)
		}
	}
	c.mu.Unlock()
	return nil
}

// hold ends what reserve has begun. It returns false if the emit has to take the long way after all.
func (c *coalescer) hold(ctx context.Context) bool {
	l := &c.lanes.solo
	if c.t.info.Keyed {
		l = c.lanes.find(laneID{slotID: slotID{key: c.keyOf(c.scratch)}})
		held := c.mode == throttling && l != nil && l.waitsForMore()
		if held {
			l.waiting.at, c.scratch = c.scratch, l.waiting.at
			l.waiting.n, l.waiting.room = 1, 1
		}
		if c.scratch != nil {
			c.t.payloads.clear(c.scratch, 1)
		}
		if !held {
			c.mu.Unlock()
			return false
		}
	}
	l.waiting.ctx, l.waiting.peer = ctx, nil
	c.mu.Unlock()
	return true
}

// waitsForMore reports whether a throttled value that comes now has to wait.
func (l *lane) waitsForMore() bool { return l.open || l.busy || l.ready }
