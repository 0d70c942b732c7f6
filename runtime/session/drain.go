package session

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

const (
	// mostRead is how many entries are taken from the log at once.
	mostRead = 256
	// mostWrite is how many bytes one waiting write has: less is a sign of life.
	mostWrite = 64 << 10
)

// drain writes to a connection that does not take everything at once, until it has caught up
// with the log. It is the connection's only writer meanwhile.
func (c *Conn) drain() {
	entries := make([]*port.Entry, mostRead)
	for {
		p, more := c.nextWrite(entries)
		switch {
		case !more:
			return
		case len(p) > 0:
			if !c.writeOut(p) {
				return
			}
		case c.resync():
			return
		}
	}
}

// nextWrite returns what is to be written next, or nothing if that must be looked at again. It
// returns false when the drainer has nothing more to do.
func (c *Conn) nextWrite(entries []*port.Entry) (p []byte, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mode != modeDraining {
		return nil, false
	}
	if len(c.rest) == 0 {
		c.flushOwnLocked()
	}
	if len(c.rest) == 0 && (!c.ending || c.cursor < c.closeAt) {
		c.catchUpLocked(entries)
	}
	if len(c.rest) == 0 && c.ending && c.bye != nil { // answers that are due
		c.rest = c.takeLocked(nil, nil, c.cursor, nil)
	}
	if len(c.rest) == 0 && c.ending && c.cursor >= c.closeAt {
		if c.bye == nil {
			c.doneLocked()
			return nil, false
		}
		c.rest, c.bye = c.bye, nil
	}
	c.wrote = true
	if c.bookLocked(); c.mode == modeShut {
		return nil, false
	}
	return c.rest, true
}

// flushOwnLocked makes what is queued of the connection's own what is written next.
func (c *Conn) flushOwnLocked() {
	c.own -= len(c.out)
	c.rest, c.out = c.out, nil
}

// writeOut writes p, and ends a connection that takes nothing of it for too long.
func (c *Conn) writeOut(p []byte) bool {
	size := len(p)
	for len(p) > 0 {
		n, err := c.link.Write(p[:min(len(p), mostWrite)], time.Now().Add(c.engine.stall))
		p = p[n:]
		if err != nil && n == 0 {
			c.stalled(err)
			return false
		}
	}
	c.mu.Lock()
	c.sent += uint64(size)
	c.rest = nil
	c.bookLocked()
	c.mu.Unlock()
	return true
}

// stalled ends a connection that took nothing of a write: it is slow, or it is gone.
func (c *Conn) stalled(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why == nil && (errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)) {
		c.why = &Closing{CloseSlow, "slow: it took nothing"}
		c.engine.counts.byReason(&c.engine.counts.closed, *c.why)
	}
	c.shutLocked()
}

// catchUpLocked takes the next entries from the log into rest, as the slow policies say.
func (c *Conn) catchUpLocked(entries []*port.Entry) {
	at := c.engine.port.At()
	n, lost := c.readLocked(c.cursor, entries)
	if c.outlived() {
		if c.ending { // what there is to send is not what it would send
			c.closeAt = 0
		}
		return
	}
	defer clear(entries[:n])
	n = fitting(entries[:n])
	var dst []byte
	if lost {
		var ok bool
		if dst, ok = c.lostLocked(); !ok {
			return
		}
	}
	head := at
	if n > 0 {
		head = entries[n-1].Seq
	}
	// A page that resumes is behind by what it was away.
	behind := c.engine.queue > 0 && c.cursor >= c.backlog && c.engine.port.Behind(c.cursor) > c.engine.queue
	if behind && c.needsAllLocked(entries[:n]) {
		c.giveUpLocked("slow: resume from the log")
		return
	}
	if !behind {
		dst = c.appendDroppedLocked(dst)
	}
	c.rest = c.takeLocked(dst, entries[:n], head, func(e *port.Entry) bool {
		switch e.Event.Slow {
		case eventdef.SlowLatest:
			if !e.Superseded() {
				return false
			}
			c.engine.port.Skipped(e)
			return true
		case eventdef.SlowDrop:
			if behind {
				c.dropLocked(e)
			}
			return behind
		default:
			return false
		}
	})
}

// fitting returns how many of the entries are written together: what is being written to a page that is slow is all
// that is held for it, so it must not be much.
func fitting(entries []*port.Entry) int {
	size := 0
	for i, e := range entries {
		if size += len(e.Frame); size > mostWrite && i > 0 {
			return i
		}
	}
	return len(entries)
}

// giveUpLocked ends a connection that cannot get what it should: the page comes back for it.
func (c *Conn) giveUpLocked(reason string) {
	c.closeLocked(Closing{CloseSlow, reason})
	c.closeAt = 0
}

// needsAllLocked reports whether an entry among these may not be skipped, by what holds now or from a step on.
func (c *Conn) needsAllLocked(entries []*port.Entry) bool {
	k, steps := c.class, c.steps
	for _, e := range entries {
		for len(steps) > 0 && steps[0].at < e.Seq {
			if steps[0].class != nil {
				k = steps[0].class
			}
			steps = steps[1:]
		}
		if e.Event.Slow == eventdef.SlowResume && c.getsLocked(k, e) {
			return true
		}
	}
	return false
}

// lostLocked deals with entries that left the log before they were read: it returns what tells
// the page of them, or false if they end the connection. Then the page resumes, and is told of
// the gap.
func (c *Conn) lostLocked() (gap []byte, ok bool) {
	missed := map[string]*uint64{}
	for info := range c.missedLocked() {
		if info.Slow == eventdef.SlowResume {
			c.giveUpLocked("slow: the log no longer reaches back")
			return nil, false
		}
		missed[info.Name] = nil
		delete(c.dropped, info.Name)
	}
	if len(missed) == 0 {
		return nil, true
	}
	c.engine.counts.told(missed)
	return c.format.Append(nil, appendGap(nil, missed), nil, 0), true
}

func (c *Conn) dropLocked(e *port.Entry) {
	if c.dropped == nil {
		c.dropped = make(map[string]uint64)
	}
	c.dropped[e.Event.Name]++
	c.engine.port.Skipped(e)
	c.upTo = e.Seq
}

// appendDroppedLocked tells the page what it has not been sent, before anything newer. The position is told with
// it: a page that has the one comes back after it, and one that has not gets from the log what was dropped.
func (c *Conn) appendDroppedLocked(dst []byte) []byte {
	if len(c.dropped) == 0 {
		return dst
	}
	missed := make(map[string]*uint64, len(c.dropped))
	for name, n := range c.dropped {
		missed[name] = &n
	}
	c.dropped = nil
	c.engine.counts.told(missed)
	return c.format.Append(dst, together(appendGap(nil, missed), appendAt(nil, c.upTo)), c.epoch, c.upTo)
}

// resync hands the connection back to its shard, if it has caught up.
func (c *Conn) resync() bool {
	c.shard.mu.Lock()
	defer c.shard.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mode != modeDraining {
		return true
	}
	if c.cursor < c.shard.head || len(c.rest)+len(c.out)+len(c.steps)+len(c.dropped) > 0 || c.ending {
		return false
	}
	c.mode = modeSynced
	return true
}
