package eventbus

import "context"

// emitDebounced has the payload wait in place of what waits, and the waiting begin anew.
func (c *coalescer) emitDebounced(ctx context.Context, d *delivery) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, err := c.admit(d)
	if err != nil {
		return err
	}
	c.emitted++
	c.put(b, ctx, d)
	c.queue.push(b, c.t.b.now()+c.period)
	c.arm()
	return nil
}
