package eventbus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// reading is how far this node has read the log that all nodes share.
type reading struct {
	mu     sync.Mutex
	epoch  string
	at     uint64 // the position of the newest message that was read
	body   []byte // that message
	loaded bool
	last   uint64    // where the log stood when it was asked last
	heard  time.Time // when something of this node came back
	err    error     // why the log is not read
	stop   context.CancelFunc
	moved  chan struct{} // closed and replaced when any of this has changed
}

// positionOf returns the position of an envelope in a message: windows see those.
func positionOf(message uint64, index int) uint64 { return message<<8 | uint64(index) }

// endOf returns the position that no later message comes before.
func endOf(message uint64) uint64 { return message<<8 | (maxEnvelopes - 1) }

func (r *reading) change(fn func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fn()
	close(r.moved)
	r.moved = make(chan struct{})
}

// wait waits until it holds, or ctx is done.
func (r *reading) wait(ctx context.Context, holds func() bool) error {
	for {
		r.mu.Lock()
		moved := r.moved
		r.mu.Unlock()
		if holds() {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (r *reading) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// stand returns which log this node has read, and how far.
func (r *reading) stand() (epoch string, at uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.epoch, r.at
}

func (r *reading) lag() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last < r.at {
		return 0
	}
	return r.last - r.at
}

// interrupt makes the reader look at the log anew.
func (r *reading) interrupt() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil {
		r.stop()
	}
}

func (c *cluster) epoch() string {
	epoch, _ := c.reading.stand()
	return epoch
}

// await waits until the log here has come as far as the position, for a while.
func (c *cluster) await(ctx context.Context, position uint64) bool {
	if c.log == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	return c.reading.wait(ctx, func() bool {
		_, at := c.reading.stand()
		return endOf(at) >= position
	}) == nil
}

// follow reads the log until the node leaves.
func (c *cluster) follow() {
	var backoff time.Duration
	for {
		began := time.Now()
		err := c.readOn()
		wasConnected := c.connected.Swap(false)
		c.reading.change(func() { c.reading.err = err })
		if wasConnected && time.Since(began) > mostBackoff {
			backoff = 0
		}
		if !c.pause(&backoff) {
			return
		}
	}
}

// readOn makes sure that the log is the one that was read, and reads on until the connection fails.
func (c *cluster) readOn() (err error) {
	defer containBroker(&err)
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	c.reading.change(func() { c.reading.stop = cancel })
	if err := c.agree(ctx); err != nil {
		return err
	}
	_, at := c.reading.stand()
	c.reading.change(func() { c.reading.heard = time.Now() })
	c.out.beat()
	return c.log.Tail(ctx, at, c.read)
}

// look asks how the log stands, and whether what this node publishes comes back. If not, the reader begins anew.
func (c *cluster) look() {
	ctx, cancel := context.WithTimeout(c.ctx, brokerCall)
	defer cancel()
	s, err := c.state(ctx)
	if err != nil {
		return // the next one may work
	}
	r := &c.reading
	r.mu.Lock()
	r.last = s.Last
	loaded, at, body := r.loaded, r.at, r.body
	anew := loaded && s.Epoch != r.epoch || time.Since(r.heard) > c.b.config.lease
	r.mu.Unlock()
	if !anew && loaded {
		same, err := c.callSame(ctx, s, at, body)
		anew = err == nil && !same
	}
	if anew {
		r.interrupt()
	}
}

func (c *cluster) state(ctx context.Context) (s broker.State, err error) {
	defer containBroker(&err)
	return c.log.State(ctx)
}

// agree makes sure that this node has read the log that there is: all that it holds of this epoch.
func (c *cluster) agree(ctx context.Context) error {
	s, err := c.callState(ctx)
	if err != nil {
		return err
	}
	r := &c.reading
	r.mu.Lock()
	loaded, epoch, at, body := r.loaded, r.epoch, r.at, r.body
	r.mu.Unlock()
	why := fmt.Sprintf("another node gave it epoch %s", s.Epoch)
	if loaded && s.Epoch == epoch {
		same, err := c.same(ctx, s, at, body)
		if err != nil {
			return err
		}
		switch {
		case !same: // it came back from an older state
			why = fmt.Sprintf("it ends at %d, and this node has read up to %d", s.Last, at)
			if s.Last >= at {
				why = fmt.Sprintf("it has another message at %d", at)
			}
			if err := c.renew(ctx, s.Epoch); err != nil {
				return err
			}
			if s, err = c.callState(ctx); err != nil {
				return err
			}
			if s.Epoch == epoch {
				return errors.New("the log keeps its epoch")
			}
		case at+1 >= s.First:
			return nil
		default:
			why = fmt.Sprintf("it has forgotten what comes after %d", at)
		}
	}
	return c.load(ctx, s, why)
}

func (c *cluster) callState(ctx context.Context) (broker.State, error) {
	ctx, cancel := context.WithTimeout(ctx, brokerCall)
	defer cancel()
	return c.state(ctx)
}

func (c *cluster) callSame(ctx context.Context, s broker.State, at uint64, body []byte) (same bool, err error) {
	defer containBroker(&err)
	return c.same(ctx, s, at, body)
}

func (c *cluster) renew(ctx context.Context, epoch string) error {
	ctx, cancel := context.WithTimeout(ctx, brokerCall)
	defer cancel()
	return c.log.Renew(ctx, epoch)
}

// same reports whether the message at the position is still the one that was read there. One that the log has
// forgotten by its bounds may be: who stands at it misses what was forgotten after it, and is told.
func (c *cluster) same(ctx context.Context, s broker.State, at uint64, body []byte) (bool, error) {
	switch {
	case s.Last < at:
		return false, nil
	case body == nil || at < s.First:
		return true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, brokerCall)
	defer cancel()
	same := false
	err := c.log.Range(ctx, at-1, at, func(m broker.Stored) bool {
		same = m.Position == at && bytes.Equal(m.Body, body)
		return true
	})
	return same, err
}

// load reads all that the log and the engine's stored values hold, puts it in the place of what the bus has, and tells
// the sinks.
func (c *cluster) load(ctx context.Context, s broker.State, why string) error {
	ctx, cancel := context.WithTimeout(ctx, brokerRead)
	defer cancel()
	var kept, recent []broker.Stored
	restored, size := uint64(0), 0
	if err := c.log.Kept(ctx, func(m broker.Stored) {
		kept = append(kept, m)
		restored = max(restored, m.Position)
	}); err != nil {
		return err
	}
	if err := c.log.Range(ctx, s.First-1, s.Last, func(m broker.Stored) bool {
		recent = append(recent, m)
		size += len(m.Body)
		for size > c.b.config.logBytes && len(recent) > 1 {
			size -= len(recent[0].Body)
			if recent[0].Position > restored && c.stores(recent[0]) {
				kept = append(kept, recent[0])
			}
			recent[0] = broker.Stored{}
			recent = recent[1:]
		}
		return true
	}); err != nil {
		return err
	}
	floor := s.First - 1
	if len(recent) > 0 {
		floor = recent[0].Position - 1
	}
	c.out.forgetFlights()
	l := &c.b.log
	l.mu.Lock()
	l.reset(endOf(floor))
	for _, t := range c.b.topics {
		t.forgetStored()
		t.evicted = 0 // a position of what is gone
	}
	for _, m := range kept {
		c.restore(m)
	}
	for _, m := range recent {
		c.recall(m)
	}
	l.advance(endOf(s.Last))
	l.mu.Unlock()
	r := &c.reading
	again := false
	r.change(func() {
		again = r.loaded
		r.epoch, r.at, r.body, r.last, r.loaded = s.Epoch, s.Last, nil, s.Last, true
		if n := len(recent); n > 0 { // after it there is nothing but what the engine keeps for itself
			r.at, r.body = recent[n-1].Position, recent[n-1].Body
		}
	})
	if !again {
		return nil
	}
	for _, p := range *l.ports.Load() {
		p.callRenewed()
	}
	c.fail("", fmt.Errorf("the log is not the one that was read: %s. Every window is told of a gap", why))
	return nil
}

// stores reports whether the message is of a slot.
func (c *cluster) stores(m broker.Stored) bool {
	found := false
	c.each(m, func(t *topic, env *envelope, _ source) { found = found || t.info.Sticky || env.kind == kindForget })
	return found
}

// restore puts what is kept in the engine into the stores. The log's lock is held.
func (c *cluster) restore(m broker.Stored) {
	c.each(m, func(t *topic, env *envelope, from source) {
		switch env.kind {
		case kindEvent:
			if v, err := t.storedOf(env, from); err == nil && t.info.Sticky {
				t.putRemote(v, from)
			}
		case kindForget:
			t.forgetLocked(env.keys(), true)
		}
	})
}

// recall puts a message of the past into the log. The log's lock is held.
func (c *cluster) recall(m broker.Stored) {
	c.each(m, func(t *topic, env *envelope, from source) {
		switch env.kind {
		case kindEvent:
			if env.flags&forWindows != 0 {
				if v, err := t.storedOf(env, from); err == nil {
					t.recordLocked(v, from)
				}
			}
		case kindForget:
			t.forgetLocked(env.keys(), true)
		case kindLost:
			t.recordLost(env.lost, from.position)
		}
	})
}

// each calls fn with what a message holds of events that this bus knows. What cannot be read is passed over: it was
// reported when it came.
func (c *cluster) each(m broker.Stored, fn func(*topic, *envelope, source)) {
	h, rest, ok := readHead(m.Body)
	for i := 0; ok && len(rest) > 0; i++ {
		env, more, err := nextEnvelope(rest)
		rest = more
		if t := c.b.topics[env.event]; err == nil && t != nil && utf8.Valid(env.payload) {
			fn(t, &env, source{node: h.node, own: h.node == c.b.config.node, position: positionOf(m.Position, i)})
		}
	}
}

// read takes in a message out of the log.
func (c *cluster) read(m broker.Stored) {
	r := &c.reading
	if _, at := r.stand(); m.Position <= at {
		return
	}
	h, rest, ok := readHead(m.Body)
	own := ok && h.node == c.b.config.node
	var items []outgoing
	if own {
		items = c.out.items(h.run, h.n)
	}
	for i := 0; ok && len(rest) > 0; i++ {
		env, more, err := nextEnvelope(rest)
		if rest = more; err != nil {
			c.fail(env.event, fmt.Errorf("node %s: %w", h.node, err))
			continue
		}
		from := source{node: h.node, own: own, position: positionOf(m.Position, i)}
		if i < len(items) {
			from.kept = items[i].v
		}
		c.take(&env, from)
	}
	l := &c.b.log
	l.mu.Lock()
	l.advance(endOf(m.Position))
	l.mu.Unlock()
	r.change(func() {
		r.at, r.body, r.last = m.Position, m.Body, max(r.last, m.Position)
		if items != nil {
			r.heard = time.Now()
		}
	})
	if items != nil {
		c.out.landed(h.run, h.n)
		if c.connected.CompareAndSwap(false, true) {
			r.change(func() { r.err = nil })
		}
	}
}

// replay hands over what came after the position and has left the log here.
func (c *cluster) replay(ctx context.Context, after uint64, fn func(*port.Entry) bool) (whole bool, err error) {
	if c.log == nil {
		return false, nil
	}
	defer containBroker(&err)
	s, err := c.callState(ctx)
	if err != nil {
		return false, &Error{Code: CodeBroker, Err: err}
	}
	l := &c.b.log
	l.mu.Lock()
	floor := l.floor
	l.mu.Unlock()
	epoch, _ := c.reading.stand()
	if s.Epoch != epoch || after < endOf(s.First-1) {
		return false, nil
	}
	err = c.log.Range(ctx, max(after>>8, 1)-1, floor>>8, func(m broker.Stored) bool {
		more := true
		c.each(m, func(t *topic, env *envelope, from source) {
			if !more || from.position <= after || from.position > floor {
				return
			}
			if env.kind == kindLost {
				l.mu.Lock()
				e := t.lostEntry(env.lost, from.position)
				l.mu.Unlock()
				more = fn(e)
				return
			}
			if env.flags&forWindows == 0 {
				return
			}
			o, err := t.occasionOf(env, from)
			if err != nil {
				return
			}
			l.mu.Lock()
			e := l.fill(t, from.position, env.payload, env.batch, &o)
			e.Contract = env.contract
			l.mu.Unlock()
			more = fn(e)
		})
		return more
	})
	if err != nil {
		return false, &Error{Code: CodeBroker, Err: err}
	}
	return true, nil
}
