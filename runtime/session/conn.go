package session

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// Conn is one live connection of a page, whatever carries it.
//
// Its bytes are written by one party at a time: whoever has the lock while the connection takes
// everything at once ([modeSynced]), or a drainer of its own while it does not ([modeDraining]).
// Whoever reads from it also cleans up after it, once; everybody else only shuts it.
//
// Locks are taken in this order: session, shard, conn, class; and session, engine, conn.
type Conn struct {
	engine  *Engine
	shard   *shard
	link    Link
	format  Format
	epoch   *Epoch                                                  // what its positions are of; mu guards it
	token   string                                                  // names the connection to its page: the peer of the welcome
	ctx     context.Context                                         // the values of the request, for what is called on behalf of the page
	renewal func(token string) (eventbus.Peer, time.Time, *Closing) // nil where there is nothing to renew
	tab     tab                                                     // what it holds, and whom it is charged to

	disconnects uint64 // how many there had been when its credentials were checked

	heard   atomic.Int64 // when the page last gave a sign of life, in Unix nanoseconds
	began   atomic.Int64 // when a message began that has not ended, 0 if there is none
	busy    atomic.Bool  // a frame of the page is being handled
	answers bool         // the page can be asked for a sign of life
	placed  bool         // it is counted as one of its account's; guarded by Engine.mu
	knocks  int32        // what came before the hello and is none; of who reads

	session *session // set once, before frames are handled
	label   labelID  // zero unless labels are held apart; set once
	inbox   *inbox   // messages that came by POST; nil unless they can

	mu      sync.Mutex
	mode    mode
	greeted bool // the welcome is what it writes first
	ending  bool // the connection is being closed
	wrote   bool // since the janitor last looked
	peer    eventbus.Peer
	expires time.Time
	class   *class
	cursor  uint64 // the position up to which entries have been taken from the log
	steps   []step
	rest    []byte            // the remainder of a write; shared, never modified
	out     []byte            // frames of this connection alone, behind rest
	own     int               // the bytes of out, and what steps take
	booked  int               // what tab has been told of own and rest
	dropped map[string]uint64 // what the page has not been sent and not been told of
	upTo    uint64            // the position of the last of that
	backlog uint64            // the newest position when it opened

	why     *Closing  // with what it is being closed
	bye     []byte    // what it says at the end, nil once that is in rest
	closeAt uint64    // entries up to here go out before
	closeBy time.Time // when it is shut whatever is left

	sent     uint64    // bytes
	since    time.Time // when it was greeted
	ticketed int64     // when the page got its ticket, in Unix nanoseconds, as are these
	quiet    int64     // when it last had written
	pinged   int64
}

type mode uint8

const (
	modeSynced mode = iota
	modeDraining
	modeClosing // everything is written; the page may answer
	modeShut
)

// step is a change of what a connection listens to, or an answer. It takes effect at a position
// of the log: out follows the entries up to there.
type step struct {
	at    uint64
	class *class // nil for no change; comes with a reference
	out   []byte
}

// maxOwn bounds what a connection that does not read lets pile up of answers to its own frames.
const maxOwn = 1 << 20

// LastWords is how long a closing connection may take.
const LastWords = 5 * time.Second

// send queues one frame after what the connection has taken from the log.
func (c *Conn) send(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sendLocked(c.format.Append(nil, frame, nil, 0))
}

// sendLocked queues bytes that are framed already.
func (c *Conn) sendLocked(p []byte) {
	switch {
	case c.ending:
	case c.mode == modeSynced:
		c.writeLocked(p)
	case c.mode == modeDraining && c.roomLocked():
		c.out = append(c.out, p...)
		c.own += len(p)
		c.bookLocked()
	}
}

// roomLocked ends a connection that asks and asks and does not read the answers.
func (c *Conn) roomLocked() bool {
	if c.own > maxOwn {
		c.closeLocked(Closing{CloseSlow, "slow: answers are not read"})
		return false
	}
	return true
}

// bookLocked has the account charged for what waits to be written. A connection whose account may not hold so much
// ends: what it lacks is in the log.
func (c *Conn) bookLocked() {
	held := c.own + len(c.rest)
	if c.tab.change(held - c.booked) {
		c.booked = held
		return
	}
	c.shutLocked()
}

// change makes the step, or queues it until the connection has got that far.
func (c *Conn) change(s step) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changeLocked(s)
}

func (c *Conn) changeLocked(s step) {
	if !c.greeted || !c.liveLocked() || !c.roomLocked() { // what holds at the welcome is up to the hello
		c.engine.release(s.class)
		return
	}
	// Queued first in any case: the log may have gone on, and what comes after the step is sent under its class.
	c.steps = append(c.steps, s)
	c.own += s.weight()
	if c.bookLocked(); c.mode == modeSynced && c.reachLocked(s.at) {
		c.writeLocked(c.takeLocked(nil, nil, c.cursor, nil))
	}
}

// begin is change for a step of new subscriptions and its answer. The connection may have gone on meanwhile:
// what it has passed of the subscriptions comes after their kept values.
func (c *Conn) begin(s, answer step) {
	c.mu.Lock()
	defer c.mu.Unlock()
	passed, ok := c.passedLocked(s)
	if !ok {
		c.giveUpLocked("slow: the log no longer reaches back to the listen")
	}
	s.out = append(s.out, passed...)
	c.changeLocked(s)
	c.changeLocked(answer)
}

// passedLocked returns the entries that the connection has passed since the step's position, and gets by the step
// alone. It returns false if the log no longer has all of them. Whatever changed the class before has taken effect:
// the session's lock has been held since that position.
func (c *Conn) passedLocked(s step) (out []byte, ok bool) {
	var buffer [16]*port.Entry
	for at := s.at; at < c.cursor; {
		n, lost := c.readLocked(at, buffer[:])
		if lost {
			for info := range s.class.events {
				if c.engine.port.Missed(info, at) {
					return nil, false
				}
			}
		}
		if n == 0 {
			break
		}
		for _, e := range buffer[:n] {
			if at = e.Seq; at <= c.cursor && s.class.wants(e) && (c.class == nil || !c.class.wants(e)) && e.For(&c.peer) {
				out = c.format.Append(out, c.engine.frameOf(e), nil, 0)
			}
		}
	}
	return out, true
}

// reachLocked brings a synced connection up to the position, or as far as the log is by then, without its shard. It
// reports whether the connection took everything at once.
func (c *Conn) reachLocked(at uint64) bool {
	var buffer [16]*port.Entry
	for c.cursor < at {
		head := c.engine.port.At()
		n, lost := c.readLocked(c.cursor, buffer[:])
		n = fitting(buffer[:n])
		if c.outlived() {
			return false
		}
		if lost && c.missesLocked() {
			c.detachLocked()
			return false
		}
		if n > 0 {
			head = buffer[n-1].Seq
		}
		c.writeLocked(c.takeLocked(nil, buffer[:n], head, nil))
		if c.mode != modeSynced {
			return false
		}
	}
	return true
}

// missesLocked reports whether something that the connection listens to has left the log before
// it was read.
func (c *Conn) missesLocked() bool {
	for range c.missedLocked() {
		return true
	}
	return false
}

// missedLocked yields the events of which something has left the log before it was read: of what holds now, and
// of what holds from a step on.
func (c *Conn) missedLocked() iter.Seq[*eventdef.Info] {
	return func(yield func(*eventdef.Info) bool) {
		of := func(k *class, after uint64) bool {
			if k == nil {
				return true
			}
			for info := range k.events {
				if c.engine.port.Missed(info, after) && !yield(info) {
					return false
				}
			}
			return true
		}
		if !of(c.class, c.cursor) {
			return
		}
		for _, s := range c.steps {
			if !of(s.class, max(c.cursor, s.at)) {
				return
			}
		}
	}
}

// detachLocked hands a synced connection over to a drainer.
func (c *Conn) detachLocked() {
	c.mode = modeDraining
	c.link.Spawn(c.drain)
}

func (c *Conn) applyLocked(s step) {
	if s.class != nil {
		c.engine.release(c.class)
		c.class = s.class
	}
}

// takeLocked appends the bytes of the entries up to the position head, with the steps between
// them, and moves the cursor there.
func (c *Conn) takeLocked(dst []byte, entries []*port.Entry, head uint64, skip func(*port.Entry) bool) []byte {
	for len(c.steps) > 0 && c.steps[0].at <= head {
		s := c.steps[0]
		c.steps[0] = step{}
		if c.steps = c.steps[1:]; len(c.steps) == 0 {
			c.steps = nil
		}
		n := 0
		for n < len(entries) && entries[n].Seq <= s.at {
			n++
		}
		dst = c.appendLocked(dst, entries[:n], skip)
		entries = entries[n:]
		c.own -= s.weight()
		c.applyLocked(s)
		if len(s.out) > 0 {
			dst = append(c.appendDroppedLocked(dst), s.out...)
		}
	}
	dst = c.appendLocked(dst, entries, skip)
	c.cursor = max(c.cursor, head)
	return dst
}

func (c *Conn) appendLocked(dst []byte, entries []*port.Entry, skip func(*port.Entry) bool) []byte {
	for _, e := range entries {
		if !c.getsLocked(c.class, e) || skip != nil && skip(e) {
			continue
		}
		dst = c.appendDroppedLocked(dst)
		dst = c.format.Append(dst, c.engine.frameOf(e), c.epoch, e.Seq)
	}
	return dst
}

// getsLocked reports whether the connection gets the entry while the class holds.
func (c *Conn) getsLocked(k *class, e *port.Entry) bool {
	return e.Seq > c.cursor && k != nil && k.wants(e) && (!personal(e) || e.For(&c.peer))
}

// writeLocked writes what the link takes at once, and starts the drainer for the rest.
func (c *Conn) writeLocked(p []byte) {
	if len(p) == 0 {
		return
	}
	c.wrote = true
	n, err := c.link.Try(p)
	c.sent += uint64(n)
	if err != nil {
		c.shutLocked()
		return
	}
	if n < len(p) {
		c.rest = p[n:]
		if c.bookLocked(); c.mode != modeShut {
			c.detachLocked()
		}
	}
}

// live reports whether frames of the page are still to be handled.
func (c *Conn) live() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.liveLocked()
}

func (c *Conn) liveLocked() bool { return !c.ending && c.mode <= modeDraining }

// who returns the peer as it is now known.
func (c *Conn) who() eventbus.Peer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.peer
}

// close says goodbye, lets the page answer for a while, and ends the connection.
func (c *Conn) close(why Closing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closeLocked(why)
}

// closeAfter is close once everything up to the position has been sent.
func (c *Conn) closeAfter(at uint64, why Closing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.liveLocked() && c.mode == modeSynced {
		c.reachLocked(at)
	}
	if c.liveLocked() {
		c.closeAt = at
		c.closeLocked(why)
	}
}

func (c *Conn) closeLocked(why Closing) {
	if !c.liveLocked() {
		return
	}
	c.ending, c.why = true, &why
	c.engine.counts.byReason(&c.engine.counts.closed, why)
	c.closeBy = time.Now().Add(LastWords)
	bye := c.format.AppendClose(nil, why)
	if c.mode == modeDraining {
		c.bye = bye // the drainer says it at the end
		return
	}
	if c.writeLocked(bye); c.mode == modeSynced {
		c.doneLocked()
	}
}

// doneLocked is called when the last words are written.
func (c *Conn) doneLocked() {
	if !c.answers {
		c.shutLocked()
		return
	}
	c.mode = modeClosing
}

// shut ends the connection at once.
func (c *Conn) shut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shutLocked()
}

func (c *Conn) shutLocked() {
	if c.mode == modeShut {
		return
	}
	c.mode = modeShut
	c.rest, c.out, c.bye, c.own = nil, nil, nil, 0
	c.bookLocked()
	for _, s := range c.steps {
		c.engine.release(s.class)
	}
	c.steps = nil
	c.engine.release(c.class)
	c.class = nil
	c.link.Shut()
}
