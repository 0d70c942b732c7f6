package eventbus

import "context"

// nestedBatches bounds, in batches, what listeners may add to a batch while it cannot be delivered.
const nestedBatches = 64

// emitBatched adds the payload to its batch, and delivers the batch if it is full. While an earlier batch
// is still being delivered and the next is full, it waits for room, unless the caller is inside a listener
// and may be what it would wait for.
func (c *coalescer) emitBatched(ctx context.Context, d *delivery) error {
	c.mu.Lock()
	b, err := c.admit(d)
	if err != nil {
		c.mu.Unlock()
		return err
	}
	if b.busy && b.waiting.n >= c.batch {
		if b, err = c.waitForRoom(ctx, b, d); err != nil {
			c.mu.Unlock()
			return err
		}
	}
	c.collect(b, ctx, d)
	if b.waiting.n < c.batch || b.busy {
		c.mu.Unlock()
		return nil
	}
	in := c.t.b.intake.enter()
	if in == nil { // it was admitted; the flush that closes the bus takes it
		c.mu.Unlock()
		return nil
	}
	defer c.t.b.intake.leave(in)
	c.deliver(b)
	return nil
}

// waitForRoom returns the bucket of the delivery once a payload may be added to it.
func (c *coalescer) waitForRoom(ctx context.Context, b *bucket, d *delivery) (*bucket, error) {
	nested := insideCallback()
	for b.busy && b.waiting.n >= c.batch {
		if nested {
			if b.waiting.n >= nestedBatches*c.batch {
				return nil, c.t.err(CodeOverflow, nil)
			}
			return b, nil
		}
		ended := b.wait()
		c.mu.Unlock()
		select {
		case <-ended:
		case <-ctx.Done():
		}
		c.mu.Lock()
		if err := ctx.Err(); err != nil {
			return nil, c.t.err(CodeCanceled, err)
		}
		if c.sealed || !c.t.b.intake.admits() {
			return nil, c.t.err(CodeClosed, nil)
		}
		// The bucket may have gone while nobody held the lock.
		if b = c.buckets.get(b.id, d.occ.target, d.occ.peer); b == nil {
			return nil, c.t.noRoom(d.occ.peer)
		}
	}
	return b, nil
}

// collect adds the payload to the batch that waits.
func (c *coalescer) collect(b *bucket, ctx context.Context, d *delivery) {
	c.emitted++
	w := &b.waiting
	if w.n == 0 {
		c.makePlace(w)
		if !b.queued {
			c.queue.push(b, c.t.b.now()+c.period)
			c.arm()
		}
	}
	c.t.payloads.copyOne(c.nextPlace(w), d.first)
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

// joinBatch returns the place of one more payload of a batch that is neither begun nor filled by it, else nil. The lock is
// held.
func (c *coalescer) joinBatch() address {
	w := &c.buckets.solo.waiting
	if w.n == 0 || w.n+1 >= c.batch {
		return nil
	}
	c.emitted++
	return c.nextPlace(w)
}

// take removes what waits in the bucket, of a batch at most as much as one may have.
func (c *coalescer) take(b *bucket) pending {
	taken := b.waiting
	b.waiting = pending{}
	b.due = max(b.due-1, 0)
	if c.mode != batching {
		return taken
	}
	c.queue.remove(b)
	if over := taken.n - c.batch; over > 0 {
		p := c.t.payloads
		rest := taken
		from := p.nth(taken.first, c.batch)
		rest.first, rest.n, rest.room = p.clone(from, over), over, over
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
		b.waiting = rest
		c.queue.push(b, c.t.b.now()+c.period)
	}
	return taken
}
