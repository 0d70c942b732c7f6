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
	lanes   lanes
	queue   deadlines
	ready   []*lane // due at once
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
	c.lanes.init(t.info)
	return c
}

// emit takes the payload of d in. What it returns is the emit's error.
func (c *coalescer) emit(ctx context.Context, d *delivery) error {
	if c.mode == batching {
		return c.emitBatched(ctx, d)
	}
	c.mu.Lock()
	l, err := c.admit(d)
	if err != nil {
		c.mu.Unlock()
		return err
	}
	if c.mode == debouncing || l.waitsForMore() {
		c.emitted++
		c.put(l, ctx, d)
		if c.mode == debouncing {
			c.queue.push(l, c.t.b.now()+c.period)
			c.arm()
		}
		c.mu.Unlock()
		return nil
	}
	in := c.t.b.gate.enter()
	if in == nil {
		c.mu.Unlock()
		return c.t.err(CodeClosed, nil)
	}
	c.emitted++
	l.busy, l.open = true, true
	c.queue.push(l, c.t.b.now()+c.period)
	c.arm()
	c.mu.Unlock()
	defer c.t.b.gate.leave(in)
	defer c.finish(l, pending{})
	c.t.deliver(ctx, d)
	return nil
}

// admit returns the lane that an emit belongs to.
func (c *coalescer) admit(d *delivery) (*lane, error) {
	if c.sealed || !c.t.b.gate.admits() {
		return nil, c.t.err(CodeClosed, nil)
	}
	if !c.t.info.Keyed && d.occ.target.IsZero() && d.occ.peer == nil {
		return &c.lanes.solo, nil
	}
	id := laneID{slotID: slotID{key: d.occ.key, target: port.ID(d.occ.target)}}
	if d.occ.peer != nil {
		if id.origin = anyWindow; c.mode == batching {
			id.origin = d.occ.peer.ID
		}
	}
	l := c.lanes.get(id, d.occ.target, d.occ.peer)
	if l == nil {
		return nil, c.t.noRoom(d.occ.peer)
	}
	if c.t.store != nil && (d.occ.peer == nil || !d.occ.target.IsZero()) {
		if err := c.t.roomToStore(d); err != nil {
			c.release(l)
			return nil, err
		}
	}
	return l, nil
}

// put makes the payload the one that waits.
func (c *coalescer) put(l *lane, ctx context.Context, d *delivery) {
	w := &l.waiting
	c.makePlace(w)
	c.t.payloads.copyOne(w.at, d.at)
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
	if w.at != nil {
		return
	}
	if last := len(c.spare) - 1; last >= 0 {
		w.space, c.spare = c.spare[last], c.spare[:last]
		return
	}
	n := c.room()
	w.space = space{c.t.payloads.make(n), n}
}

// maxSpare bounds how many places are kept for reuse.
const maxSpare = 8

// takeBack keeps the space of what has been delivered for the next that needs one, unless it is smaller or
// larger than usual.
func (c *coalescer) takeBack(over pending) {
	if len(c.spare) == maxSpare || over.room < c.room() || over.room > 2*max(1, c.batch) {
		return
	}
	c.t.payloads.clear(over.at, over.n)
	c.spare = append(c.spare, over.space)
}

// room is how many payloads a lane has a place for at first.
func (c *coalescer) room() int { return max(1, min(c.batch, 1024)) }

// finish ends a delivery of the lane. The place of what is over may be used again.
func (c *coalescer) finish(l *lane, over pending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l.end()
	if c.sealed {
		return
	}
	c.takeBack(over)
	if !l.has() {
		l.due = 0
	}
	if l.due > 0 || c.mode == batching && l.waiting.n >= c.batch {
		c.makeReady(l)
	}
	c.release(l)
}

// release forgets the lane if it holds nothing any more.
func (c *coalescer) release(l *lane) {
	if !l.busy && !l.has() && !l.open && !l.ready && !l.queued {
		c.lanes.drop(l)
	}
}

// makeReady has the dispatcher deliver what waits in the lane at once.
func (c *coalescer) makeReady(l *lane) {
	if !l.has() || l.ready {
		return
	}
	l.ready = true
	c.ready = append(c.ready, l)
	if !c.running {
		c.running = true
		c.t.b.gate.work.Add(1)
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
		c.t.b.gate.work.Add(1)
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
	l := c.nextDue()
	if l == nil {
		c.running = false
		c.arm()
		c.mu.Unlock()
		c.t.b.gate.workDone()
		return false
	}
	c.deliver(l)
	return true
}

// nextDue returns a lane whose waiting payloads are to be delivered now, or nil.
func (c *coalescer) nextDue() *lane {
	for len(c.ready) > 0 {
		l := c.ready[0]
		c.ready[0] = nil
		c.ready = c.ready[1:]
		l.ready = false
		if l.busy { // somebody else came first; what is left waits for that
			l.due = max(l.due, 1)
			continue
		}
		if l.has() {
			return l
		}
		c.release(l)
	}
	c.ready = nil
	for now := c.t.b.now(); c.queue.front != nil && c.queue.front.deadline <= now; {
		l := c.queue.front
		c.queue.remove(l)
		l.open = false
		if l.busy {
			l.due = max(l.due, 1)
			continue
		}
		if l.has() {
			return l
		}
		c.release(l)
	}
	return nil
}

// deliver delivers what waits in the lane. The lock is held on entry and not on return.
func (c *coalescer) deliver(l *lane) {
	waiting := c.take(l)
	l.busy = true
	switch {
	case c.mode == throttling && !l.queued:
		// A flush within the window leaves the window as it is.
		l.open = true
		c.queue.push(l, c.t.b.now()+c.period)
	case c.mode == debouncing:
		c.queue.remove(l)
	}
	c.mu.Unlock()
	var over pending
	defer func() {
		c.t.b.log.give(waiting.charge)
		c.finish(l, over)
	}()
	d := delivery{
		at: waiting.at, n: waiting.n, batch: c.mode == batching, late: true,
		occ: occasion{key: l.id.key, target: l.target, peer: waiting.peer},
	}
	if waiting.encoded != nil {
		d.encoded = waiting.json(d.batch)
	}
	c.t.deliver(detach(waiting.ctx), &d)
	if !d.batch || !c.t.kept.Load() {
		over = waiting
	}
}

// sendOut has the dispatcher deliver everything that waits.
func (c *coalescer) sendOut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.makeAllReady()
}

// goal is how many deliveries of a lane will have ended when what waits in it now has been delivered.
type goal struct {
	lane  *lane
	count uint64
}

func (c *coalescer) makeAllReady() (goals []goal) {
	c.lanes.all(func(l *lane) {
		g := goal{l, l.count}
		if l.busy {
			g.count++
		}
		if l.has() {
			l.due = c.deliveries(l.waiting.n)
			g.count += uint64(l.due)
			if !l.busy {
				c.makeReady(l)
			}
		}
		if g.count > l.count {
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
		for g.lane.count < g.count && !c.sealed {
			ended := g.lane.wait()
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

// deliveries returns how many it takes to deliver n payloads that wait in a lane.
func (c *coalescer) deliveries(n int) int {
	if c.mode == batching {
		return (n + c.batch - 1) / c.batch
	}
	return 1
}

// flushFor delivers what waits of the key in the caller's goroutine: an event that flushes this one goes
// out next. A delivery that is under way elsewhere is waited for, unless the caller may be in it.
func (c *coalescer) flushFor(key Key) {
	var found []*lane
	c.mu.Lock()
	c.lanes.of(key, func(l *lane) {
		if l.has() || l.busy {
			found = append(found, l)
		}
	})
	for _, l := range found {
		for l.busy && !insideCallback() {
			ended := l.wait()
			c.mu.Unlock()
			<-ended
			c.mu.Lock()
		}
		for l.has() && !l.busy {
			c.deliver(l)
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
	c.lanes.all(func(l *lane) { found = found || l.has() || l.busy })
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
	c.lanes.all(func(l *lane) {
		l.waiting = pending{}
		if l.ended != nil {
			close(l.ended)
			l.ended = nil
		}
	})
	c.ready, c.queue, c.spare = nil, deadlines{}, nil
}
