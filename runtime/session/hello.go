package session

import (
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// Hello opens the connection: it finds the page's session, resumes or begins, and queues the
// welcome. It returns how the connection is to be closed if it may not open.
func (c *Conn) Hello(f *Hello) *Closing {
	o, why := c.hello(f)
	if why == nil {
		c.opened(o)
	}
	return why
}

func (c *Conn) hello(f *Hello) (*opening, *Closing) {
	engine := c.engine
	weight := weightOfInterests(f.Listen)
	if !c.tab.change(weight) {
		return nil, refuse(tooMuchMemory)
	}
	defer c.tab.change(-weight)
	c.mu.Lock()
	if c.peer.Window == "" {
		c.peer.Window = f.Window
	}
	peer := c.peer
	c.mu.Unlock()
	s, known, why := c.join(f.Resume, &peer)
	if why != nil {
		return nil, why
	}
	a := c.admitInterestsLocked(s, peer, f.Listen)
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return nil, &disconnected
	case s.conn != c: // another connection of the page has come since
		return nil, &Closing{CloseReplaced, "replaced"}
	}
	o := opening{c: c, s: s, peer: &peer, known: known, from: f.Resume, a: a}
	o.open()

	c.mu.Lock()
	defer c.mu.Unlock()
	w := welcome{
		Peer: c.token, Session: s.id, Ticket: engine.ticketLocked(s), Epoch: engine.epoch.name, At: o.at, Resumed: o.resumed,
		ExpiresIn: secondsUntil(c.expires), Heartbeat: engine.heartbeat.Seconds(), Max: engine.MaxMessage(), Refused: a.refused,
	}
	if !c.liveLocked() {
		o.release()
		return nil, refuse(shuttingDown)
	}
	// One message: a page that has the position must have been told of the gap before it.
	first := [][]byte{appendWelcome(nil, w)}
	if len(a.stale) > 0 {
		first = append(first, appendStale(nil, a.stale))
	}
	if len(o.gap) > 0 {
		first = append(first, appendGap(nil, o.gap))
	}
	out := c.format.Append(nil, together(first...), engine.epoch, o.at)
	own := 0
	for _, st := range o.steps {
		own += st.weight()
	}
	if !c.tab.change(own + len(out)) {
		o.release()
		return nil, refuse(tooMuchMemory)
	}
	c.peer, c.cursor, c.class, c.steps, c.rest = peer, o.at, o.class, o.steps, out
	c.own, c.booked = own, own+len(out)
	c.backlog, c.greeted, c.since = engine.port.At(), true, time.Now()
	c.ticketed = c.since.UnixNano()
	c.detachLocked()
	if f.Resume != nil {
		s.resumes++
	}
	if len(o.gap) > 0 {
		s.gaps++
	}
	return &o, nil
}

// join finds the page's session, makes c its connection, and announces the peer.
func (c *Conn) join(from *resumeFrame, peer *eventbus.Peer) (s *session, known bool, why *Closing) {
	engine := c.engine
	for {
		ticket := ""
		if from != nil {
			ticket = from.Ticket
		}
		s, known = engine.session(ticket, peer.Identity, c.tab.account)
		c.mu.Lock()
		c.session = s
		c.mu.Unlock()
		if why := engine.takeLabel(c, peer); why != nil {
			s.mu.Lock()
			if s.conn == nil {
				engine.leaveLocked(s)
			}
			s.mu.Unlock()
			return nil, false, why
		}
		s.mu.Lock()
		if !s.ended {
			break
		}
		s.mu.Unlock()
	}
	defer s.mu.Unlock()
	engine.stayLocked(s, c.tab.account)
	if old := s.conn; old != nil {
		old.close(Closing{CloseReplaced, "replaced: the session came back"})
		engine.port.Leave(s.id, s.generation)
	}
	s.conn = c
	s.generation++
	peer.ID, peer.Generation = s.id, s.generation // the same for a page that comes back, so that it gets no echo of what it relayed
	joined, err := engine.port.Join(*peer)
	if err != nil {
		s.conn = nil
		engine.leaveLocked(s)
		return nil, false, refuse(shuttingDown)
	}
	*peer, s.window = joined, joined.Window
	c.shard.add(c)
	return s, known, nil
}
