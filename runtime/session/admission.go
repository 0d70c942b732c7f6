package session

import "github.com/eventgen/eventgen/runtime/eventbus"

// admit takes a connection in, or says why not. Whoever calls it cleans up after it.
func (engine *Engine) admit(c *Conn) *Closing {
	evicted, refusal := engine.enroll(c)
	if evicted != nil {
		evicted.close(tooManyPeers)
	}
	return refusal
}

func (engine *Engine) enroll(c *Conn) (evicted *Conn, refusal *Closing) {
	engine.mu.Lock()
	defer engine.mu.Unlock()
	if engine.closed {
		return nil, refuse(shuttingDown)
	}
	if engine.disconnects.Load() != c.disconnects { // the credentials may not be good any more
		return nil, refuse(comeAgain)
	}
	evicted, ok := engine.takePlaceLocked(c)
	if !ok {
		return nil, refuse(tooManyPeers)
	}
	engine.live.Add(1)
	engine.conns[c] = struct{}{}
	c.shard = engine.shards[int(engine.next.Add(1))%len(engine.shards)]
	return evicted, nil
}

// cleanUp forgets a connection that was admitted. It is called once, when nothing reads from it
// any more.
func (engine *Engine) cleanUp(c *Conn) {
	c.shut()
	c.shard.remove(c)
	if s := c.session; s != nil {
		s.mu.Lock()
		if s.conn == c {
			s.conn = nil
			engine.port.Leave(s.id, s.generation)
			engine.leaveLocked(s)
		}
		s.mu.Unlock()
	}
	c.ended()
	engine.mu.Lock()
	delete(engine.conns, c)
	engine.counts.sent += c.written()
	delete(engine.tokens, c.token)
	engine.unlabelLocked(c)
	engine.leavePlaceLocked(c)
	engine.mu.Unlock()
	c.tab.close()
	engine.trim(c.tab.account)
	engine.live.Done()
}

// takePlaceLocked counts a connection in, if its account may have one more. When all places are taken, an account
// that has less than an equal part of them gets one of the account that has most.
func (engine *Engine) takePlaceLocked(c *Conn) (evicted *Conn, ok bool) {
	who := c.tab.account
	if !engine.places.Admits(who, 1) {
		return nil, false
	}
	if engine.places.Held() >= engine.maxPeers {
		greatest, n := engine.places.Greatest()
		if n <= engine.places.Of(who)+1 {
			return nil, false
		}
		if evicted = engine.anyOfLocked(greatest); evicted == nil {
			return nil, false
		}
		engine.leavePlaceLocked(evicted)
	}
	engine.places.Take(who, 1)
	c.placed = true
	return evicted, true
}

func (engine *Engine) anyOfLocked(account string) *Conn {
	for c := range engine.conns {
		if c.placed && c.tab.account == account {
			return c
		}
	}
	return nil
}

func (engine *Engine) leavePlaceLocked(c *Conn) {
	if c.placed {
		c.placed = false
		engine.places.Give(c.tab.account, 1)
	}
}

// labelID tells windows apart whose labels may not clash.
type labelID struct{ identity, label string }

// takeLabel claims the window's label as the policy says.
func (engine *Engine) takeLabel(c *Conn, peer *eventbus.Peer) *Closing {
	if engine.config.labels == ShareLabels || peer.Window == "" {
		return nil
	}
	id := labelID{peer.Identity, peer.Window}
	engine.mu.Lock()
	var others []*Conn
	for other := range engine.labelled[id] {
		if other.session != c.session {
			others = append(others, other)
		}
	}
	taken := len(others) > 0 && engine.config.labels == RefuseLabels
	if !taken {
		if engine.labelled[id] == nil {
			engine.labelled[id] = make(map[*Conn]struct{})
		}
		engine.labelled[id][c] = struct{}{}
		c.label = id
	}
	engine.mu.Unlock()
	if taken {
		return &Closing{CloseWindowTaken, "window_taken"}
	}
	for _, other := range others {
		other.close(Closing{CloseReplaced, "replaced: another window took the label"})
	}
	return nil
}

func (engine *Engine) unlabelLocked(c *Conn) {
	delete(engine.labelled[c.label], c)
	if len(engine.labelled[c.label]) == 0 {
		delete(engine.labelled, c.label)
	}
}
