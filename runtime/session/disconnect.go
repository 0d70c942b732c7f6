package session

import (
	"slices"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

var disconnected = Closing{CloseForbidden, "forbidden: disconnected"}

// Disconnect ends the clients that the target addresses, live ones and those that are away, on all nodes, and returns how
// many there were: one peer by [eventbus.Where] and its ID, all of one identity likewise, or those of a label by
// [eventbus.Window]. Their connections are closed with 4403, which is final for a page until its credentials change
// or it is reloaded, and their sessions end: no ticket of theirs is taken at any node that is there now. Nothing that is
// emitted after Disconnect has returned reaches them. A node that does not answer within two seconds is logged, and its
// clients stay.
//
// It keeps nobody out. Let Authenticate refuse them before: it is asked again for whoever was connecting at that
// moment. Of a client that is away only the ID, the identity and the label are known, so that a
// [eventbus.Group] does not address it.
func (engine *Engine) Disconnect(who eventbus.Target) int {
	return engine.everywhere(func(node string) []string {
		return engine.matching(node, &listRequest{Connecting: true}, who)
	}, func(ids []string) *endRequest { return &endRequest{IDs: ids} })
}

// Revoke ends the subscriptions to these events of the clients that the target addresses, as it does for
// [Engine.Disconnect], and returns how many there were. The pages are told with a refused frame. Nothing of these
// events that is emitted after Revoke has returned reaches them. One that comes to another node later begins a new session
// there.
//
// It keeps nobody from listening again. Let AuthorizeListen refuse them before: it is asked again for whoever was
// listening at that moment.
func (engine *Engine) Revoke(who eventbus.Target, events ...string) int {
	return engine.everywhere(func(node string) []string {
		return engine.matching(node, &listRequest{}, who)
	}, func(ids []string) *endRequest { return &endRequest{IDs: ids, Events: events, Revoke: true} })
}

func (engine *Engine) revoke(s *session, events []string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	refused := map[string]wireError{}
	for _, event := range events {
		if s.subs[event] != nil {
			s.dropLocked(event)
			refused[event] = wireError{Code: eventbus.CodeForbidden}
		}
	}
	if c := s.conn; c != nil && len(refused) > 0 {
		c.change(step{
			class: engine.intern(c.format, s.subs),
			out:   c.format.Append(nil, appendRefused(nil, refused), nil, 0),
		})
	}
	return len(refused)
}

// disconnect ends a session that may have a connection, and reports whether it had not ended.
func (engine *Engine) disconnect(s *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	engine.endLocked(s, disconnected)
	return true
}

// endLocked ends a session, whose lock is held, and its connection if it has one.
func (engine *Engine) endLocked(s *session, why Closing) {
	engine.mu.Lock()
	engine.away.remove(s)
	if engine.sessions[s.id] == s {
		delete(engine.sessions, s.id)
	}
	engine.mu.Unlock()
	s.ended = true
	defer s.tab.close()
	for event := range s.subs {
		s.dropLocked(event)
	}
	if c := s.conn; c != nil {
		s.conn = nil
		engine.port.Leave(s.id, s.generation)
		c.close(why)
	}
}

// joined returns the session of a connection, nil before its hello, and whether the connection lives.
func (c *Conn) joined() (s *session, live bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session, c.liveLocked()
}

// seenAs returns what is known of the session's client.
func (s *session) seenAs() eventbus.Peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := eventbus.Peer{Identity: s.owner}
	if s.conn != nil {
		p = s.conn.who()
	}
	p.ID, p.Window = s.id, s.window
	return p
}

// allSessions returns those of the engine.
func (engine *Engine) allSessions() []*session {
	engine.mu.Lock()
	defer engine.mu.Unlock()
	all := make([]*session, 0, len(engine.sessions))
	for _, s := range engine.sessions {
		all = append(all, s)
	}
	return slices.Clip(all)
}
