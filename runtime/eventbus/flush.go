package eventbus

import "context"

// sendOut has the dispatcher deliver everything that waits.
func (c *coalescer) sendOut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.makeAllReady()
}

// goal is how many deliveries of a bucket will have ended when what waits in it now has been delivered.
type goal struct {
	bucket *bucket
	count  uint64
}

func (c *coalescer) makeAllReady() (goals []goal) {
	c.buckets.all(func(b *bucket) {
		g := goal{b, b.count}
		if b.busy {
			g.count++
		}
		if b.has() {
			b.due = c.deliveries(b.waiting.n)
			g.count += uint64(b.due)
			if !b.busy {
				c.makeReady(b)
			}
		}
		if g.count > b.count {
			goals = append(goals, g)
		}
	})
	return goals
}

// flush has the dispatcher deliver everything that waits, and waits for it.
func (c *coalescer) flush(ctx context.Context) error {
	c.mu.Lock()
	goals := c.makeAllReady()
	if insideCallback() {
		goals = nil
	}
	for _, g := range goals {
		for g.bucket.count < g.count && !c.sealed {
			ended := g.bucket.wait()
			c.mu.Unlock()
			select {
			case <-ended:
			case <-ctx.Done():
				return canceled(ctx, c.t.info.Name)
			}
			c.mu.Lock()
		}
	}
	c.mu.Unlock()
	return nil
}

// deliveries returns how many it takes to deliver n payloads that wait in a bucket.
func (c *coalescer) deliveries(n int) int {
	if c.mode == batching {
		return (n + c.batch - 1) / c.batch
	}
	return 1
}

// flushFor delivers what waits of the key in the caller's goroutine: an event that flushes this one goes
// out next. A delivery that is under way elsewhere is waited for, unless the caller may be in it.
func (c *coalescer) flushFor(key Key) {
	var found []*bucket
	c.mu.Lock()
	c.buckets.of(key, func(b *bucket) {
		if b.has() || b.busy {
			found = append(found, b)
		}
	})
	for _, b := range found {
		for b.busy && !insideCallback() {
			ended := b.wait()
			c.mu.Unlock()
			<-ended
			c.mu.Lock()
		}
		for b.has() && !b.busy {
			c.deliver(b)
			c.mu.Lock()
		}
	}
	c.mu.Unlock()
}

// pending reports whether anything waits or is being delivered.
func (c *coalescer) pending() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := c.running
	c.buckets.all(func(b *bucket) { found = found || b.has() || b.busy })
	return found
}

// seal drops what waits, for good.
func (c *coalescer) seal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sealed = true
	if c.timer != nil {
		c.timer.Stop()
	}
	c.buckets.all(func(b *bucket) {
		b.waiting = pending{}
		if b.ended != nil {
			close(b.ended)
			b.ended = nil
		}
	})
	c.ready, c.queue, c.spare = nil, deadlines{}, nil
}
