package httptransport

import (
	"time"

	"github.com/eventgen/eventgen/runtime/httptransport/internal/wsconn"
)

// sweep looks after the connections from time to time: heartbeats, pings, and the end of what is
// silent, expired or does not go.
func (h *Handler) sweep() {
	every := min(time.Second, h.heartbeat/8)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var conns []*conn
	for {
		select {
		case <-h.stop:
			return
		case <-ticker.C:
			// The ticker's own time may lie behind that of signs of life.
			now := time.Now()
			conns = h.all(conns[:0])
			for _, c := range conns {
				c.look(now, every)
			}
			clear(conns)
			h.expire(now)
		}
	}
}

// look does what is due on a connection.
func (c *conn) look(now time.Time, every time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.h
	switch {
	case c.mode == modeShut:
		return
	case c.ending:
		if now.After(c.closeBy) {
			c.shutLocked()
		}
		return
	case !c.greeted: // the hello has a deadline of its own
		return
	case !c.expires.IsZero() && !now.Before(c.expires):
		c.closeLocked(closing{closeUnauthenticated, "unauthenticated: the credentials have expired"})
		return
	case c.format != formatStream && !c.listensLocked(now):
		return
	}
	if c.wrote || c.quiet.IsZero() {
		c.wrote, c.quiet = false, now
	}
	if c.mode == modeSynced && now.Sub(c.quiet) >= h.heartbeat-2*every {
		if c.reachLocked(h.port.At()) {
			c.sendLocked(c.format.append(nil, appendAt(nil, c.cursor), h.epoch, c.cursor))
		}
		c.quiet = now
	}
}

// listensLocked asks a silent WebSocket for a sign of life, and ends one that gives none or does
// not end what it has begun to say.
func (c *conn) listensLocked(now time.Time) bool {
	h := c.h
	if began := c.began.Load(); began != 0 && now.Sub(time.Unix(0, began)) > h.stall {
		c.closeLocked(closing{closeNoHello, "silent: a message was not finished"})
		return false
	}
	if c.busy.Load() { // nobody reads while a listener runs
		return true
	}
	heard := time.Unix(0, c.heard.Load())
	switch silence := now.Sub(heard); {
	case silence > h.heartbeat*5/2:
		c.closeLocked(closing{closeNoHello, "silent: pings were not answered"})
		return false
	case silence >= h.heartbeat && c.pinged.Before(heard):
		c.pinged = now
		c.sendLocked(wsconn.AppendPing(nil))
	}
	return true
}
