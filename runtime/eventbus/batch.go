package eventbus

import "context"

// nestedBatches bounds, in batches, what listeners may add to a batch while it cannot be delivered.
const nestedBatches = 64

// emitBatched adds the payload to its batch, and delivers the batch if it is full. While an earlier batch
// is still being delivered and the next is full, it waits for room, unless the caller is inside a listener
// and may be what it would wait for.
func (c *coalescer) emitBatched(ctx context.Context, d *delivery) error {
	c.mu.Lock()
	l, err := c.admit(d)
	if err != nil {
		c.mu.Unlock()
		return err
	}
	if l.busy && l.waiting.n >= c.batch {
		if l, err = c.waitForRoom(ctx, l, d); err != nil {
			c.mu.Unlock()
			return err
		}
	}
	c.collect(l, ctx, d)
	if l.waiting.n < c.batch || l.busy {
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
func (c *coalescer) waitForRoom(ctx context.Context, l *lane, d *delivery) (*lane, error) {
	nested := insideCallback()
	for l.busy && l.waiting.n >= c.batch {
		if nested {
			if l.waiting.n >= nestedBatches*c.batch {
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
		if l = c.lanes.get(l.id, d.occ.target, d.occ.peer); l == nil {
			return nil, c.t.noRoom(d.occ.peer)
		}
	}
	return l, nil
}

// collect adds the payload to the batch that waits.
func (c *coalescer) collect(l *lane, ctx context.Context, d *delivery) {
	c.emitted++
	w := &l.waiting
	if w.n == 0 {
		c.makePlace(w)
		if !l.queued {
			c.queue.push(l, c.t.b.now()+c.period)
			c.arm()
		}
	}
	c.t.payloads.copyOne(c.nextPlace(w), d.at)
	w.ctx = ctx
	w.peer = d.occ.peer
	c.t.b.log.join(&w.charge, d.charge)
	d.charge = charge{}
	if d.encoded != nil {
		w.encoded = append(w.encoded, ',')
		w.encoded = append(w.encoded, d.encoded...)
		w.ends = append(w.ends, len(w.encoded))
	}
}

// nextPlace counts one more payload in, and returns the address to put it at.
func (c *coalescer) nextPlace(w *pending) address {
	p := c.t.payloads
	if w.n == w.room {
		larger := p.make(2 * w.room)
		p.copy(larger, w.at, w.n)
		w.at, w.room = larger, 2*w.room
	}
	w.n++
	return p.nth(w.at, w.n-1)
}

// take removes what waits in the lane, of a batch at most as much as one may have.
func (c *coalescer) take(l *lane) pending {
	taken := l.waiting
	l.waiting = pending{}
	l.due = max(l.due-1, 0)
	if c.mode != batching {
		return taken
	}
	c.queue.remove(l)
	if over := taken.n - c.batch; over > 0 {
		p := c.t.payloads
		rest := taken
		from := p.nth(taken.at, c.batch)
		rest.at, rest.n, rest.room = p.clone(from, over), over, over
		p.clear(from, over)
		rest.charge.bytes = taken.charge.bytes / taken.n * over
		taken.charge.bytes -= rest.charge.bytes
		taken.n = c.batch
		if taken.ends != nil {
			cut := taken.ends[c.batch-1]
			rest.encoded, rest.ends = append([]byte(nil), taken.encoded[cut:]...), nil
			for _, end := range taken.ends[c.batch:] {
				rest.ends = append(rest.ends, end-cut)
			}
			taken.encoded, taken.ends = taken.encoded[:cut], taken.ends[:c.batch]
		}
		l.waiting = rest
		c.queue.push(l, c.t.b.now()+c.period)
	}
	return taken
}

// json returns what was encoded at the emits, as one text.
func (w *pending) json(batch bool) []byte {
	if !batch {
		return w.encoded
	}
	text := append([]byte{'['}, w.encoded[1:]...)
	return append(text, ']')
}
