package eventbus

import "context"

// emitThrottled delivers the payload, or has it wait for the end of the period, in place of what waits.
func (c *coalescer) emitThrottled(ctx context.Context, d *delivery) error {
	c.mu.Lock()
	b, err := c.admit(d)
	if err != nil {
		c.mu.Unlock()
		return err
	}
	if b.throttled() {
		c.emitted++
		c.put(b, ctx, d)
		c.mu.Unlock()
		return nil
	}
	in := c.t.b.intake.enter()
	if in == nil {
		c.mu.Unlock()
		return c.t.err(CodeClosed, nil)
	}
	c.emitted++
	b.busy = true
	c.beginPeriod(b)
	c.arm()
	c.mu.Unlock()
	defer c.t.b.intake.leave(in)
	defer c.finish(b, pending{})
	c.t.deliver(ctx, d)
	return nil
}

// throttled reports whether a value that comes now has to wait.
func (b *bucket) throttled() bool { return b.open || b.busy || b.ready }

// beginPeriod begins the time in which no other delivery is made. A flush within it leaves it as it is.
func (c *coalescer) beginPeriod(b *bucket) {
	if !b.queued {
		b.open = true
		c.queue.push(b, c.t.b.now()+c.period)
	}
}

// joinThrottled returns the place of the value that waits, for another one, or nil if it would not wait. The lock is
// held.
func (c *coalescer) joinThrottled() address {
	b := &c.buckets.solo
	if !b.throttled() {
		return nil
	}
	w := &b.waiting
	c.makePlace(w)
	c.emitted++
	c.coalesced += uint64(w.n)
	w.n = 1
	return w.first
}

// joinKey has the payload of an event with a key wait in place of what waits of that key, and reports whether it does.
// The payload is in a place of its own. Its key is read while nothing is locked.
func (c *coalescer) joinKey(ctx context.Context, payload address) (joined bool) {
	key, ok := c.t.tryKey(payload)
	if !ok {
		return false // the long way meets the panic again
	}
	c.mu.Lock()
	if b := c.buckets.find(bucketID{slotID: slotID{key: key}}); b != nil && c.open() && b.throttled() {
		joined = true
		b.waiting.first, payload = payload, b.waiting.first
		c.emitted++
		c.coalesced += uint64(b.waiting.n)
		b.waiting.n, b.waiting.room = 1, 1
		b.waiting.ctx, b.waiting.peer = ctx, nil
	}
	c.mu.Unlock()
	if payload != nil {
		c.t.places.put(payload)
	}
	return joined
}

// tryKey returns the payload's key, and false if the key function panics.
func (t *topic) tryKey(payload address) (key Key, ok bool) {
	defer func() { ok = recover() == nil && ok }()
	return t.payloads.callKey(payload), true
}
