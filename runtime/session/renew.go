package session

import "github.com/eventgen/eventgen/runtime/internal/port"

// anotherLog refuses a hello during which the log has begun anew.
var anotherLog = Closing{CloseGoingAway, "the log has begun anew: come again"}

// Renewed says that the log has begun anew; see [port.NodeSink].
func (s sink) Renewed() {
	select {
	case s.engine.renewed <- struct{}{}:
	default:
	}
}

// renew has all connections go on from what the log holds now: what they have had, and its positions, mean nothing to it
// any more. Nobody who still holds to the last epoch reads what is new: the epoch changes before the port gives that out,
// and is looked at after each read.
func (engine *Engine) renew() {
	era := newEpoch(engine.port.Epoch(), engine.keys)
	engine.era.Store(era)
	_, at := engine.port.Renew()
	for _, s := range engine.shards {
		s.mu.Lock()
		s.head, s.epoch = at, era
		s.mu.Unlock()
	}
	for _, c := range engine.all(nil) {
		c.renewLog(era)
	}
	for _, s := range engine.shards {
		s.kick()
	}
}

// outlived reports whether the log has begun anew since the connection took its positions from it.
func (c *Conn) outlived() bool { return c.epoch != c.engine.era.Load() }

// readLocked reads from the log, and nothing of another than the connection's own.
func (c *Conn) readLocked(after uint64, dst []*port.Entry) (n int, lost bool) {
	n, lost = c.engine.port.Read(after, dst)
	if c.outlived() {
		clear(dst[:n])
		return 0, false
	}
	return n, lost
}

// renewLog tells the page of an open connection that all may be lost of what it listens to, gives it what is kept, and
// goes on from there: a welcome, the gap and the values come in one message.
func (c *Conn) renewLog(era *Epoch) {
	s, _ := c.joined()
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != c || !c.takesUp(era) {
		return
	}
	peer := c.who()
	wanted := make(map[string]wantedEvent, len(s.subs))
	gap := make(map[string]*uint64, len(s.subs))
	for event, sub := range s.subs {
		wanted[event] = wantedEvent{info: sub.bus.Event, keys: sub.bus.Keys}
		gap[event] = nil
	}
	for _, old := range s.takeLocked() {
		old.bus.Close()
		s.tab.change(-old.weight)
	}
	a := &admission{refused: map[string]wireError{}}
	begin := c.subscribeLocked(peer, wanted, nil, a)
	s.start = begin.at
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.liveLocked() {
		c.engine.release(begin.class)
		return
	}
	w := c.welcomeLocked(s, begin.at)
	w.Refused = a.refused
	frames := [][]byte{appendWelcome(nil, w)}
	if len(gap) > 0 {
		frames = append(frames, appendGap(nil, gap))
		s.gaps++
	}
	var out []byte
	for _, st := range c.steps { // answers that are due
		out = append(out, st.out...)
		c.own -= st.weight()
		c.engine.release(st.class)
	}
	out = c.format.Append(out, together(append(frames, begin.kept...)...), era, begin.at)
	c.engine.release(c.class)
	c.steps, c.class, c.cursor, c.dropped = nil, begin.class, begin.at, nil
	c.backlog = begin.at
	c.sendLocked(out)
}

// takesUp makes the epoch that of the connection, unless it has it or has not been greeted: then the hello will see.
func (c *Conn) takesUp(era *Epoch) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.greeted || c.epoch == era {
		return false
	}
	c.epoch = era
	return true
}
