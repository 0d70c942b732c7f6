package eventbus

import (
	"context"
	"sync"
	"time"

	"github.com/eventgen/eventgen/runtime/internal/port"
)

// coalescer defers deliveries of one event: by throttle, debounce or batch. Its dispatcher is a goroutine
// that is there while something is due; between that there is a timer.
type coalescer struct {
	t      *topic
	mode   mode
	period time.Duration
	batch  int
	simple bool // see topic.simple

	mu      sync.Mutex
	buckets buckets
	queue   deadlines
	ready   []*bucket // due at once
	timer   *time.Timer
	armed   bool // the timer will fire, not later than the first deadline
	running bool // the dispatcher is there
	sealed  bool
	spare   []space // empty ones

	emitted   uint64 // payloads that were taken in
	coalesced uint64 // those of them that a newer one has replaced
}

type mode uint8

const (
	throttling mode = iota
	debouncing
	batching
)

func newCoalescer(t *topic) *coalescer {
	c := &coalescer{t: t, simple: t.simple()}
	switch i := t.info; {
	case i.Throttle > 0:
		c.mode, c.period = throttling, i.Throttle
	case i.Debounce > 0:
		c.mode, c.period = debouncing, i.Debounce
	default:
		c.mode, c.period, c.batch = batching, i.Wait, i.Batch
	}
	c.buckets.init(t.info)
	return c
}

// emit takes the payload of d in. What it returns is the emit's error.
func (c *coalescer) emit(ctx context.Context, d *delivery) error {
	switch c.mode {
	case throttling:
		return c.emitThrottled(ctx, d)
	case debouncing:
		return c.emitDebounced(ctx, d)
	}
	return c.emitBatched(ctx, d)
}

// admit returns the bucket that an emit belongs to.
func (c *coalescer) admit(d *delivery) (*bucket, error) {
	if c.sealed || !c.t.b.intake.admits() {
		return nil, c.t.err(CodeClosed, nil)
	}
	if !c.t.info.Keyed && d.occ.target.IsZero() && d.occ.peer == nil {
		return &c.buckets.solo, nil
	}
	id := bucketID{slotID: slotID{key: d.occ.key, target: port.ID(d.occ.target)}}
	if d.occ.peer != nil {
		if id.origin = anyWindow; c.mode == batching {
			id.origin = d.occ.peer.ID
		}
	}
	b := c.buckets.get(id, d.occ.target, d.occ.peer)
	if b == nil {
		return nil, c.t.noRoom(d.occ.peer)
	}
	if c.t.store != nil && (d.occ.peer == nil || !d.occ.target.IsZero()) {
		if err := c.t.roomToStore(d); err != nil {
			c.release(b)
			return nil, err
		}
	}
	return b, nil
}

// put makes the payload the one that waits.
func (c *coalescer) put(b *bucket, ctx context.Context, d *delivery) {
	w := &b.waiting
	c.makePlace(w)
	c.t.payloads.copyOne(w.first, d.first)
	c.coalesced += uint64(w.n)
	w.n, w.ctx, w.peer = 1, ctx, d.occ.peer
	c.t.b.log.give(w.charge)
	w.charge, d.charge = d.charge, charge{}
	if c.t.b.config.strict {
		w.encoded = d.encoded
	}
}

// makePlace sees to it that what waits has a place.
func (c *coalescer) makePlace(w *pending) {
	if w.first != nil {
		return
	}
	if last := len(c.spare) - 1; last >= 0 {
		w.space, c.spare = c.spare[last], c.spare[:last]
		return
	}
	n := c.room()
	w.space = space{c.t.payloads.make(n), n}
}

// nextPlace counts one more payload in, and returns the address to put it at.
func (c *coalescer) nextPlace(w *pending) address {
	p := c.t.payloads
	if w.n == w.room {
		larger := p.make(2 * w.room)
		p.copy(larger, w.first, w.n)
		w.first, w.room = larger, 2*w.room
	}
	w.n++
	return p.nth(w.first, w.n-1)
}

// maxSpare bounds how many places are kept for reuse.
const maxSpare = 8

// takeBack keeps the space of what has been delivered for the next that needs one, unless it is smaller or
// larger than usual.
func (c *coalescer) takeBack(over pending) {
	if len(c.spare) == maxSpare || over.room < c.room() || over.room > 2*max(1, c.batch) {
		return
	}
	c.t.payloads.clear(over.first, over.n)
	c.spare = append(c.spare, over.space)
}

// room is how many payloads a bucket has a place for at first.
func (c *coalescer) room() int { return max(1, min(c.batch, 1024)) }
