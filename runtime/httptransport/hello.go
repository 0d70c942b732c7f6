package httptransport

import "github.com/eventgen/eventgen/runtime/eventbus"

// hello opens the connection: it finds the page's session, resumes or begins, and queues the
// welcome. It returns how the connection is to be closed if it may not open.
func (c *conn) hello(f *helloFrame) *closing {
	h := c.h
	weight := weightOfInterests(f.Listen)
	if !c.tab.change(weight) {
		return &tooMuchMemory
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
		return why
	}
	a := c.admitInterestsLocked(s, peer, f.Listen)
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return &disconnected
	case s.conn != c: // another connection of the page has come since
		return &closing{closeReplaced, "replaced"}
	}
	o := opening{c: c, s: s, peer: &peer, known: known, from: f.Resume, a: a}
	o.open()

	c.mu.Lock()
	defer c.mu.Unlock()
	w := welcome{
		Peer: c.token, Session: s.secret, Epoch: h.epoch.name, At: o.at, Resumed: o.resumed,
		ExpiresIn: secondsUntil(c.expires), Heartbeat: h.heartbeat.Seconds(), Max: h.maxMessage(), Refused: a.refused,
	}
	if !c.liveLocked() {
		o.release()
		return &shuttingDown
	}
	// One message: a page that has the position must have been told of the gap before it.
	first := [][]byte{appendWelcome(nil, w)}
	if len(a.stale) > 0 {
		first = append(first, appendStale(nil, a.stale))
	}
	if len(o.gap) > 0 {
		first = append(first, appendGap(nil, o.gap))
	}
	out := c.format.append(nil, together(first...), h.epoch, o.at)
	own := 0
	for _, st := range o.steps {
		own += st.weight()
	}
	if !c.tab.change(own + len(out)) {
		o.release()
		return &tooMuchMemory
	}
	c.peer, c.cursor, c.class, c.steps, c.rest = peer, o.at, o.class, o.steps, out
	c.own, c.booked = own, own+len(out)
	c.backlog, c.greeted = h.port.At(), true
	c.detachLocked()
	return nil
}

// join finds the page's session, makes c its connection, and announces the peer.
func (c *conn) join(from *resumeFrame, peer *eventbus.Peer) (s *session, known bool, why *closing) {
	h := c.h
	for {
		secret := ""
		if from != nil {
			secret = from.Session
		}
		s, known = h.session(secret, peer.Identity, c.account)
		c.mu.Lock()
		c.session = s
		c.mu.Unlock()
		if why := h.takeLabel(c, peer); why != nil {
			s.mu.Lock()
			if s.conn == nil {
				h.leaveLocked(s)
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
	h.stayLocked(s, c.account)
	if old := s.conn; old != nil {
		old.close(closing{closeReplaced, "replaced: the session came back"})
		h.port.Leave(s.peer)
	}
	s.conn = c
	peer.ID = s.peer // the same for a page that comes back, so that it gets no echo of what it relayed
	joined, err := h.port.Join(*peer)
	if err != nil {
		s.conn = nil
		h.leaveLocked(s)
		return nil, false, &shuttingDown
	}
	*peer, s.peer, s.window = joined, joined.ID, joined.Window
	c.shard.add(c)
	return s, known, nil
}

// takeLabel claims the window's label as the policy says.
func (h *Handler) takeLabel(c *conn, peer *eventbus.Peer) *closing {
	if h.config.labels == ShareLabels || peer.Window == "" {
		return nil
	}
	id := labelID{peer.Identity, peer.Window}
	h.mu.Lock()
	var others []*conn
	for other := range h.labelled[id] {
		if other.session != c.session {
			others = append(others, other)
		}
	}
	taken := len(others) > 0 && h.config.labels == RefuseLabels
	if !taken {
		if h.labelled[id] == nil {
			h.labelled[id] = make(map[*conn]struct{})
		}
		h.labelled[id][c] = struct{}{}
		c.label = id
	}
	h.mu.Unlock()
	if taken {
		return &closing{closeWindowTaken, "window_taken"}
	}
	for _, other := range others {
		other.close(closing{closeReplaced, "replaced: another window took the label"})
	}
	return nil
}
