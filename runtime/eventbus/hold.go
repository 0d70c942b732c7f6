package eventbus

import "context"

// simple reports whether emits of Go code for everyone have nothing to do before they are held back.
func (t *topicState[T]) simple() bool {
	i, c := t.info, &t.b.config
	return i.From != FromClient && i.To == ToAny && len(c.interceptors) == 0 && !c.strict &&
		(t.def.Key == nil || !i.stored())
}

// hold is the short way of an emit that joins what waits already: a value that replaces a throttled one, or
// a payload in the midst of a batch. It reads no clock and makes no delivery. If it returns false, it has
// done nothing, and the emit takes the long way.
func (c *coalescer[T]) hold(ctx context.Context, payload T) bool {
	if !c.simple || c.t.every.busy() || ctx.Err() != nil {
		return false
	}
	c.mu.Lock()
	l := &c.lanes.solo
	if c.t.def.Key != nil {
		l = c.lanes.find(laneID{slotID: slotID{key: c.keyOf(payload)}})
	}
	held := false
	if l != nil && !c.sealed && c.t.b.gate.state.Load() == stateOpen {
		w := &l.waiting
		switch c.mode {
		case throttling:
			if held = l.open || l.busy || l.ready; held {
				l.has = true
				w.one, w.ctx, w.peer = payload, ctx, nil
			}
		case batching:
			if held = l.has && len(w.items)+1 < c.batch; held {
				w.items, w.ctx, w.peer = append(w.items, payload), ctx, nil
			}
		}
	}
	c.mu.Unlock()
	return held
}
