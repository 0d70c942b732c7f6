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
	c.mu.Lock()
	c.epoch = engine.era.Load()
	c.mu.Unlock()
	if f.Resume != nil && f.Resume.Epoch == c.epoch.name { // the page may have been at a node that is ahead
		engine.port.Await(c.ctx, f.Resume.Seq)
	}
	a := c.admitInterestsLocked(s, peer, f.Listen)
	defer s.mu.Unlock()
	switch {
	case s.moved:
		return nil, &Closing{CloseReplaced, "replaced"}
	case s.ended:
		return nil, &disconnected
	case s.conn != c: // another connection of the page has come since
		return nil, &Closing{CloseReplaced, "replaced"}
	}
	o := opening{c: c, s: s, peer: &peer, known: known, from: f.Resume, a: a}
	o.open()

	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.welcomeLocked(s, o.at)
	w.Resumed, w.Refused = o.resumed, a.refused
	if !c.liveLocked() {
		o.release()
		return nil, refuse(shuttingDown)
	}
	if c.outlived() {
		o.release()
		return nil, refuse(anotherLog)
	}
	// One message: a page that has the position must have been told of the gap before it.
	first := [][]byte{appendWelcome(nil, w)}
	if len(a.stale) > 0 {
		first = append(first, appendStale(nil, a.stale))
	}
	if len(o.gap) > 0 {
		first = append(first, appendGap(nil, o.gap))
	}
	out := c.format.Append(nil, together(first...), c.epoch, o.at)
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

// welcomeLocked returns what begins a connection at a position. The lock of the session is held, too.
func (c *Conn) welcomeLocked(s *session, at uint64) welcome {
	engine := c.engine
	return welcome{
		Peer: c.token, Session: s.id, Ticket: engine.ticketLocked(s), Epoch: c.epoch.name, At: at,
		ExpiresIn: secondsUntil(c.expires), Heartbeat: engine.heartbeat.Seconds(), Max: engine.MaxMessage(),
	}
}

// join finds the page's session, makes c its connection, and announces the peer.
func (c *Conn) join(from *resumeFrame, peer *eventbus.Peer) (s *session, known bool, why *Closing) {
	engine := c.engine
	for {
		text := ""
		if from != nil {
			text = from.Ticket
		}
		var t *ticket
		s, t = engine.session(text, peer.Identity, c.tab.account)
		known = t != nil
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
		if known {
			c.adopt(s, t)
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
	peer.ID = s.id // the same for a page that comes back, so that it gets no echo of what it relayed
	joined, err := engine.enterLocked(s, *peer)
	if err != nil {
		s.conn = nil
		engine.leaveLocked(s)
		return nil, false, refuse(shuttingDown)
	}
	*peer, s.window = joined, joined.Window
	c.shard.add(c)
	return s, known, nil
}

// enterLocked announces the peer of a session, whose lock is held. What is known of a later connection at another node,
// which the page has not heard from, counts as one that it has had.
func (engine *Engine) enterLocked(s *session, peer eventbus.Peer) (eventbus.Peer, error) {
	peer.Generation = s.generation
	joined, err := engine.port.Join(peer)
	if err == nil {
		return joined, nil
	}
	for _, other := range engine.bus.Peers() {
		if other.ID == s.id && other.Generation >= s.generation {
			s.generation = other.Generation + 1
			peer.Generation = s.generation
			return engine.port.Join(peer)
		}
	}
	return joined, err
}
