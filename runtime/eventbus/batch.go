package eventbus

import "context"

// nestedBatches bounds, in batches, what listeners may add to a batch while it cannot be delivered.
const nestedBatches = 64

// emitBatched adds the payload to its batch, and delivers the batch if it is full. While an earlier batch
// is still being delivered and the next is full, it waits for room, unless the caller is inside a listener
// and may be what it would wait for.
func (c *coalescer[T]) emitBatched(ctx context.Context, payload T, d *delivery[T]) error {
	c.mu.Lock()
	l, err := c.admit(payload, d)
	if err != nil {
		c.mu.Unlock()
		return err
	}
	if l.busy && len(l.waiting.items) >= c.batch {
		if l, err = c.waitForRoom(ctx, l, d); err != nil {
			c.mu.Unlock()
			return err
		}
	}
	c.collect(l, ctx, payload, d)
	if len(l.waiting.items) < c.batch || l.busy {
		c.mu.Unlock()
		return nil
	}
	in := c.t.b.gate.enter()
	if in == nil { // it was admitted; the flush that closes the bus takes it
		c.mu.Unlock()
		return nil
	}
	defer c.t.b.gate.leave(in)
	c.deliver(l)
	return nil
}

// waitForRoom returns the lane of the delivery once a payload may be added to it.
func (c *coalescer[T]) waitForRoom(ctx context.Context, l *lane[T], d *delivery[T]) (*lane[T], error) {
	nested := insideListener()
	for l.busy && len(l.waiting.items) >= c.batch {
		if nested {
			if len(l.waiting.items) >= nestedBatches*c.batch {
				return nil, c.t.err(CodeOverflow, nil)
			}
			return l, nil
		}
		ended := l.wait()
		c.mu.Unlock()
		select {
		case <-ended:
		case <-ctx.Done():
		}
		c.mu.Lock()
		if err := ctx.Err(); err != nil {
			return nil, c.t.err(CodeCanceled, err)
		}
		if c.sealed || !c.t.b.gate.admits() {
			return nil, c.t.err(CodeClosed, nil)
		}
		// The lane may have gone while nobody held the lock.
		if l = c.lanes.get(l.id, d.occ.target); l == nil {
			return nil, c.t.err(CodeTooManyKeys, nil)
		}
	}
	return l, nil
}

// collect adds the payload to the batch that waits.
func (c *coalescer[T]) collect(l *lane[T], ctx context.Context, payload T, d *delivery[T]) {
	w := &l.waiting
	if !l.has {
		l.has = true
		if w.items = c.spare; w.items == nil {
			w.items = make([]T, 0, min(c.batch, 1024))
		}
		c.spare = nil
		if !l.queued {
			c.queue.push(l, c.t.b.now()+c.period)
			c.arm()
		}
	}
	w.items = append(w.items, payload)
	w.ctx = ctx
	w.peer = d.occ.peer
	if d.encoded != nil {
		w.encoded = append(w.encoded, ',')
		w.encoded = append(w.encoded, d.encoded...)
		w.ends = append(w.ends, len(w.encoded))
	}
}

// take removes what waits in the lane, of a batch at most as much as one may have.
func (c *coalescer[T]) take(l *lane[T]) pending[T] {
	taken := l.waiting
	l.waiting, l.has = pending[T]{}, false
	if c.mode != batching {
		return taken
	}
	c.queue.remove(l)
	if len(taken.items) > c.batch {
		rest := taken
		rest.items = append([]T(nil), taken.items[c.batch:]...)
		clear(taken.items[c.batch:])
		taken.items = taken.items[:c.batch:c.batch]
		if taken.ends != nil {
			cut := taken.ends[c.batch-1]
			rest.encoded, rest.ends = append([]byte(nil), taken.encoded[cut:]...), nil
			for _, end := range taken.ends[c.batch:] {
				rest.ends = append(rest.ends, end-cut)
			}
			taken.encoded, taken.ends = taken.encoded[:cut], taken.ends[:c.batch]
		}
		l.waiting, l.has = rest, true
		c.queue.push(l, c.t.b.now()+c.period)
	}
	return taken
}

// json returns what was encoded at the emits, as one text.
func (w *pending[T]) json() []byte {
	if w.items == nil {
		return w.encoded
	}
	text := append([]byte{'['}, w.encoded[1:]...)
	return append(text, ']')
}
