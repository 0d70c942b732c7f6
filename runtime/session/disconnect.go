package session

import (
	"slices"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

var disconnected = Closing{CloseForbidden, "forbidden: disconnected"}

// Disconnect ends the clients that the target addresses, live ones and those that are away, and returns how many
// there were: one peer by [eventbus.Where] and its ID, all of one identity likewise, or those of a label by
// [eventbus.Window]. Their connections are closed with 4403, which is final for a page until its credentials change
// or it is reloaded, and their sessions end. Nothing that is emitted after Disconnect has returned reaches them.
//
// It keeps nobody out. Let Authenticate refuse them before: it is asked again for whoever was connecting at that
// moment. Of a client that is away only the ID, the identity and the label are known, so that a
// [eventbus.Group] does not address it. Other nodes are not reached: call it on each.
func (engine *Engine) Disconnect(who eventbus.Target) int {
	engine.disconnects.Add(1)
	matched := map[*session]struct{}{}
	n := 0
	for _, c := range engine.all(nil) {
		s, live := c.joined()
		if !live || !who.Matches(c.who()) {
			continue
		}
		c.close(disconnected)
		if s == nil {
			n++ // it has not said hello
			continue
		}
		matched[s] = struct{}{}
	}
	for _, s := range engine.allSessions() {
		if _, ok := matched[s]; ok || who.Matches(s.seenAs()) {
			matched[s] = struct{}{}
			engine.disconnect(s)
		}
	}
	return n + len(matched)
}

// Revoke ends the subscriptions to these events of the clients that the target addresses, as it does for
// [Engine.Disconnect], and returns how many there were. The pages are told with a refused frame. Nothing of these
// events that is emitted after Revoke has returned reaches them.
//
// It keeps nobody from listening again. Let AuthorizeListen refuse them before: it is asked again for whoever was
// listening at that moment.
func (engine *Engine) Revoke(who eventbus.Target, events ...string) (n int) {
	engine.revocations.Add(1)
	for _, s := range engine.allSessions() {
		if who.Matches(s.seenAs()) {
			n += engine.revoke(s, events)
		}
	}
	return n
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
			out:   c.format.Append(nil, appendRefused(nil, refused), engine.epoch, 0),
		})
	}
	return len(refused)
}

// disconnect ends a session that may have a connection.
func (engine *Engine) disconnect(s *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	engine.mu.Lock()
	engine.away.remove(s)
	delete(engine.sessions, s.id)
	engine.revoked.add(s.id, time.Now())
	engine.mu.Unlock()
	s.ended = true
	for event := range s.subs {
		s.dropLocked(event)
	}
	if c := s.conn; c != nil {
		s.conn = nil
		engine.port.Leave(s.id, s.generation)
		c.close(disconnected)
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
