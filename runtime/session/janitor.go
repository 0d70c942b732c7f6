package session

import "time"

// sweep looks after the connections from time to time: heartbeats, pings, and the end of what is
// silent, expired or does not go.
func (engine *Engine) sweep() {
	every := min(time.Second, engine.heartbeat/8)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var conns []*Conn
	for {
		select {
		case <-engine.stop:
			return
		case <-engine.renewed:
			engine.renew()
		case <-ticker.C:
			// The ticker's own time may lie behind that of signs of life.
			now := time.Now()
			conns = engine.all(conns[:0])
			for _, c := range conns {
				if c.look(now, every) {
					c.reissue(now)
				}
			}
			clear(conns)
			engine.expire(now)
		}
	}
}

// look does what is due on a connection, and reports whether it lives and its page is due another ticket.
func (c *Conn) look(now time.Time, every time.Duration) (ticket bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	engine := c.engine
	switch {
	case c.mode == modeShut:
		return false
	case c.ending:
		if now.After(c.closeBy) {
			c.shutLocked()
		}
		return false
	case !c.greeted: // the hello has a deadline of its own
		return false
	case !c.expires.IsZero() && !now.Before(c.expires):
		c.closeLocked(Closing{CloseUnauthenticated, "unauthenticated: the credentials have expired"})
		return false
	case c.answers && !c.listensLocked(now):
		return false
	}
	if c.wrote || c.quiet == 0 {
		c.wrote, c.quiet = false, now.UnixNano()
	}
	if c.mode == modeSynced && now.Sub(time.Unix(0, c.quiet)) >= engine.heartbeat-2*every {
		if c.reachLocked(engine.port.At()) {
			c.sendLocked(c.format.Append(nil, appendAt(nil, c.cursor), c.epoch, c.cursor))
		}
		c.quiet = now.UnixNano()
	}
	return now.Sub(time.Unix(0, c.ticketed)) > ticketLife/2
}

// reissue gives the page another ticket before the last one ends.
func (c *Conn) reissue(now time.Time) {
	s := c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != c {
		return
	}
	frame := appendTicket(nil, c.engine.ticketLocked(s))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ticketed = now.UnixNano()
	c.sendLocked(c.format.Append(nil, frame, nil, 0))
}

// listensLocked asks a silent WebSocket for a sign of life, and ends one that gives none or does
// not end what it has begun to say.
func (c *Conn) listensLocked(now time.Time) bool {
	engine := c.engine
	if began := c.began.Load(); began != 0 && now.Sub(time.Unix(0, began)) > engine.stall {
		c.closeLocked(Closing{CloseNoHello, "silent: a message was not finished"})
		return false
	}
	if c.busy.Load() { // nobody reads while a listener runs
		return true
	}
	heard := time.Unix(0, c.heard.Load())
	switch silence := now.Sub(heard); {
	case silence > engine.heartbeat*5/2:
		c.closeLocked(Closing{CloseNoHello, "silent: pings were not answered"})
		return false
	case silence >= engine.heartbeat && c.pinged < heard.UnixNano():
		c.pinged = now.UnixNano()
		c.sendLocked(c.format.AppendPing(nil))
	}
	return true
}
