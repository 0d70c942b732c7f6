package eventbus

import (
	"time"
)

// finish ends a delivery of the bucket. The place of what is over may be used again.
func (c *coalescer) finish(b *bucket, over pending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b.end()
	if c.sealed {
		return
	}
	c.takeBack(over)
	if !b.has() {
		b.due = 0
	}
	if b.due > 0 || c.mode == batching && b.waiting.n >= c.batch {
		c.makeReady(b)
	}
	c.release(b)
}

// release forgets the bucket if it holds nothing any more.
func (c *coalescer) release(b *bucket) {
	if !b.busy && !b.has() && !b.open && !b.ready && !b.queued {
		c.buckets.drop(b)
	}
}

// makeReady has the dispatcher deliver what waits in the bucket at once.
func (c *coalescer) makeReady(b *bucket) {
	if !b.has() || b.ready {
		return
	}
	b.ready = true
	c.ready = append(c.ready, b)
	if !c.running {
		c.running = true
		c.t.b.intake.work.Add(1)
		go c.run()
	}
}

// arm sets the timer to the first deadline, unless it will fire before or the dispatcher is there, which
// sets it when it ends.
func (c *coalescer) arm() {
	if c.armed || c.running || c.queue.front == nil {
		return
	}
	c.armed = true
	wait := c.queue.front.deadline - c.t.b.now()
	if c.timer == nil {
		c.timer = time.AfterFunc(wait, c.tick)
		return
	}
	c.timer.Reset(wait)
}

// tick is called by the timer.
func (c *coalescer) tick() {
	c.mu.Lock()
	c.armed = false
	start := !c.running && !c.sealed
	if start {
		c.running = true
		c.t.b.intake.work.Add(1)
	}
	c.mu.Unlock()
	if start {
		c.run()
	}
}

// run is the dispatcher.
func (c *coalescer) run() {
	ended := false
	defer func() {
		if !ended { // a listener called Goexit; the dispatcher goes on
			go c.run()
		}
	}()
	for c.step() {
	}
	ended = true
}

// step makes one delivery that is due, and returns false, ending the dispatcher, if there is none.
func (c *coalescer) step() bool {
	c.mu.Lock()
	b := c.nextDue()
	if b == nil {
		c.running = false
		c.arm()
		c.mu.Unlock()
		c.t.b.intake.workDone()
		return false
	}
	c.deliver(b)
	return true
}

// nextDue returns a bucket whose waiting payloads are to be delivered now, or nil.
func (c *coalescer) nextDue() *bucket {
	for len(c.ready) > 0 {
		b := c.ready[0]
		c.ready[0] = nil
		c.ready = c.ready[1:]
		b.ready = false
		if b.busy { // somebody else came first; what is left waits for that
			b.due = max(b.due, 1)
			continue
		}
		if b.has() {
			return b
		}
		c.release(b)
	}
	c.ready = nil
	for now := c.t.b.now(); c.queue.front != nil && c.queue.front.deadline <= now; {
		b := c.queue.front
		c.queue.remove(b)
		b.open = false
		if b.busy {
			b.due = max(b.due, 1)
			continue
		}
		if b.has() {
			return b
		}
		c.release(b)
	}
	return nil
}

// deliver delivers what waits in the bucket. The lock is held on entry and not on return.
func (c *coalescer) deliver(b *bucket) {
	waiting := c.take(b)
	b.busy = true
	switch c.mode {
	case throttling:
		c.beginPeriod(b)
	case debouncing:
		c.queue.remove(b)
	}
	c.mu.Unlock()
	var over pending
	defer func() {
		c.t.b.log.give(waiting.charge)
		c.finish(b, over)
	}()
	d := delivery{
		first: waiting.first, n: waiting.n, batch: c.mode == batching, late: true,
		occ: occasion{key: b.id.key, target: b.target, peer: waiting.peer},
	}
	if waiting.encoded != nil {
		d.encoded = waiting.json(d.batch)
	}
	c.t.deliver(detach(waiting.ctx), &d)
	if !d.batch || !c.t.kept.Load() {
		over = waiting
	}
}
