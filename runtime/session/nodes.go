package session

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

const (
	// takeTime is how long a node that takes a page over waits for what became of its emits.
	takeTime = 500 * time.Millisecond
	// settleTime is how long the former owner waits of that for emits that are running.
	settleTime = takeTime / 2
	// postTime is how long a POST waits for the node that has the page's stream.
	postTime = 2 * time.Second
)

// request is what engines of different nodes ask each other: exactly one is set.
type request struct {
	Take *takeRequest `json:"take,omitempty"`
	Post *postRequest `json:"post,omitempty"`
	List *listRequest `json:"list,omitempty"`
	End  *endRequest  `json:"end,omitempty"`
}

// takeRequest asks for a session, which the node gives up.
type takeRequest struct {
	Session    string `json:"session"`
	Generation uint64 `json:"generation"` // that of the ticket
}

// handover is what becomes of a session that was given up.
type handover struct {
	Generation uint64  `json:"generation"`
	Emits      settled `json:"emits"`
}

// postRequest hands over what came by POST for a stream of the node.
type postRequest struct {
	Peer     string `json:"peer"`
	Identity string `json:"identity"`
	Body     []byte `json:"body"`
}

// posted is what became of that; without a code it was accepted.
type posted struct {
	Known  bool   `json:"known"`
	Code   int    `json:"code,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// ask asks an engine of another node.
func (engine *Engine) ask(ctx context.Context, node string, r request, answer any) error {
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	text, err := engine.port.Request(ctx, node, body)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, answer)
}

// Serve answers an engine of another node; see [port.NodeSink].
func (s sink) Serve(ctx context.Context, _ string, body []byte) (answer []byte, mine bool) {
	var r request
	if json.Unmarshal(body, &r) != nil {
		return nil, false
	}
	var said any
	switch {
	case r.Take != nil:
		said, mine = s.engine.giveUp(ctx, r.Take)
	case r.Post != nil:
		said, mine = s.engine.takePost(r.Post)
	case r.List != nil:
		said, mine = s.engine.list(r.List), true
	case r.End != nil:
		said, mine = s.engine.endClients(r.End), true
	}
	if !mine {
		return nil, false
	}
	answer, err := json.Marshal(said)
	return answer, err == nil
}

// Replaced ends the connection of a page that has come back at another node; see [port.NodeSink].
func (s sink) Replaced(id string, generation uint64) {
	engine := s.engine
	engine.mu.Lock()
	session := engine.sessions[id]
	engine.mu.Unlock()
	if session == nil || engine.Enter() != nil {
		return
	}
	engine.running.Go(func() {
		defer engine.Leave()
		session.mu.Lock()
		is := session.generation == generation
		session.mu.Unlock()
		if is {
			engine.moveAway(session)
		}
	})
}

// giveUp lets go of a session that another node takes over, and says what became of its emits: no more of them run here.
func (engine *Engine) giveUp(ctx context.Context, r *takeRequest) (*handover, bool) {
	engine.mu.Lock()
	s := engine.sessions[r.Session]
	engine.mu.Unlock()
	if s == nil {
		return nil, false
	}
	older := s.olderThan(r.Generation)
	if !engine.moveAway(s) || older {
		return nil, false
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	return &handover{Generation: s.generation, Emits: s.emits.end(ctx)}, true
}

// moveAway ends what there is of a session here, which goes on elsewhere. It returns false if it has ended.
func (engine *Engine) moveAway(s *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	s.moved = true
	s.emits.stop()
	engine.endLocked(s, Closing{CloseReplaced, "replaced: the session came back elsewhere"})
	return true
}

// adopt asks the node that had a session, of which nothing is known here but the ticket, what became of its emits. A
// node that does not answer runs them or not: then nobody knows.
func (c *Conn) adopt(s *session, t *ticket) {
	engine := c.engine
	s.mu.Lock()
	ask := s.unbuilt && !s.handed && t.node != engine.bus.Node()
	s.mu.Unlock()
	if !ask {
		return
	}
	ctx, cancel := context.WithTimeout(c.ctx, takeTime)
	defer cancel()
	var h handover
	if engine.ask(ctx, t.node, request{Take: &takeRequest{s.id, t.generation}}, &h) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unbuilt && !s.handed {
		s.handed = true
		s.generation = max(s.generation, h.Generation)
		s.emits.begin(&h.Emits, &s.tab)
	}
}

// nameSeparator stands between the secret of a connection's name and the node that has it.
const nameSeparator = "."

// newName returns the name of a connection, by which every node finds it.
func (engine *Engine) newName() string { return newID() + engine.suffix }

// suffixOf returns what names of connections end with at a node among others.
func suffixOf(node string) string {
	return nameSeparator + base64.RawURLEncoding.EncodeToString([]byte(node))
}

// Elsewhere reports whether the connection of that name, which [Engine.Find] does not know, may be at another node.
func (engine *Engine) Elsewhere(name string) bool { return engine.nodeOf(name) != "" }

// nodeOf returns the node of a connection of that name, empty if it is this one.
func (engine *Engine) nodeOf(name string) string {
	_, encoded, ok := strings.Cut(name, nameSeparator)
	if !ok || engine.suffix == "" {
		return ""
	}
	node, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || string(node) == engine.bus.Node() {
		return ""
	}
	return string(node)
}

// Forward has the node that has the connection of that name queue a message, as [Engine.Post] does here. The identity is
// that of whoever sent the message. It returns false if no node says within two seconds that it has the connection.
func (engine *Engine) Forward(ctx context.Context, name, identity string, text []byte) (known bool, why *Closing) {
	ctx, cancel := context.WithTimeout(ctx, postTime)
	defer cancel()
	var answer posted
	err := engine.ask(ctx, engine.nodeOf(name), request{Post: &postRequest{name, identity, text}}, &answer)
	switch {
	case err != nil, !answer.Known:
		return false, nil
	case answer.Code != 0:
		return true, &Closing{answer.Code, answer.Reason}
	}
	return true, nil
}

// takePost queues what another node hands over.
func (engine *Engine) takePost(r *postRequest) (*posted, bool) {
	c := engine.Find(r.Peer)
	if c == nil {
		return nil, false
	}
	if c.Identity() != r.Identity {
		return &posted{true, OtherIdentity.Code, OtherIdentity.Reason}, true
	}
	known, why := engine.Post(r.Peer, r.Body)
	if why != nil {
		return &posted{known, why.Code, why.Reason}, true
	}
	return &posted{Known: known}, true
}

// OtherIdentity refuses what another identity sends for a connection.
var OtherIdentity = Closing{CloseForbidden, "forbidden: another identity"}
