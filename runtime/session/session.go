package session

import (
	"container/list"
	"crypto/rand"
	"sync"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// session is what outlives a connection: who the page is, what it listens to, and which of its
// emits have run. A page that shows a ticket has it made again where it is not known.
type session struct {
	id    string // also that of its peer, the same on all its connections
	owner string // the identity it is bound to
	emits emitLog
	tab   tab // charged as its last connection was

	// Engine.mu guards these: the places in Engine.away while there is no connection, and since when that is.
	away, awayOfAccount *list.Element
	left                int64 // in Unix nanoseconds

	mu     sync.Mutex
	conn   *Conn  // nil while the window is away
	window string // its label
	// start is the position in the log before which the page was not there, generation how many connections it has had.
	start, generation uint64
	// unbuilt says that the session comes from a ticket, and that nothing else of it is known.
	unbuilt bool
	source  source // that ticket
	handed  bool   // but what became of its emits, which the node that had it has told
	moved   bool   // it has ended here, and goes on at another node
	subs    map[string]*subscription
	load    int // what subs count
	ended   bool
	rate    limiter

	resumes, gaps int // connections after the first, and those of them that were told of a gap
}

// subscription is a page's interest in an event. The bus logs the event for as long as it is
// open, so that a window that is away misses nothing.
type subscription struct {
	bus *port.Subscription
	sum string // of its keys
	// weight is what the session is charged for it.
	weight int
	// since is the position from which the page listens, however often it has changed the keys.
	since uint64
	// told is the position that a page has reached which has been told of a break here. A page that
	// has not takes the subscription to be unbroken, since begun.
	told, begun uint64
	// claimed says that the break is the beginning: the page believed that it was listening, and is told until it has
	// got to told. Whatever it says, it gets nothing from before.
	claimed bool
	// partial says that kept values were left out when it began.
	partial bool
}

// newID returns something that cannot be guessed: at least 128 random bits as text.
func newID() string { return rand.Text() }

// dropLocked ends one subscription.
func (s *session) dropLocked(event string) {
	if sub := s.subs[event]; sub != nil {
		sub.bus.Close()
		s.load -= countOf(sub.bus.Keys)
		s.tab.change(-sub.weight)
		delete(s.subs, event)
	}
}

// putLocked keeps a subscription, in place of an older one of the event.
func (s *session) putLocked(event string, sub *subscription) {
	sub.since, sub.begun = sub.bus.At, sub.bus.At
	if old := s.subs[event]; old != nil {
		sub.since, sub.told, sub.begun, sub.claimed = old.since, old.told, old.begun, old.claimed
	}
	s.dropLocked(event)
	s.subs[event] = sub
	s.load += countOf(sub.bus.Keys)
	sub.sum = sumOf(sub.bus.Keys)
}

// reweighLocked charges the session for other keys of a subscription, if its account may hold them.
func (s *session) reweighLocked(sub *subscription, keys eventdef.KeySet) bool {
	weight := weightOfSubscription(sub.bus.Event.Name, keys)
	if !s.tab.change(weight - sub.weight) {
		return false
	}
	sub.weight = weight
	return true
}

// rekeyLocked replaces the keys of a subscription.
func (s *session) rekeyLocked(sub *subscription, keys eventdef.KeySet) {
	s.load += countOf(keys) - countOf(sub.bus.Keys)
	sub.bus.Keys, sub.sum = keys, sumOf(keys)
}

// takeLocked takes away all subscriptions, without ending them.
func (s *session) takeLocked() map[string]*subscription {
	old := s.subs
	if len(old) == 0 {
		return nil
	}
	s.subs, s.load = make(map[string]*subscription, len(old)), 0
	return old
}

// endSession ends a session that has been forgotten, unless a page has come back to it meanwhile.
func (engine *Engine) endSession(s *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		engine.mu.Lock()
		defer engine.mu.Unlock()
		engine.sessions[s.id] = s
		return
	}
	s.ended = true
	defer s.tab.close()
	for event := range s.subs {
		s.dropLocked(event)
	}
}

// session returns the session that a page of the identity has a ticket for, with that, or a new one.
func (engine *Engine) session(text, owner, account string) (s *session, t *ticket) {
	at := engine.port.At()
	t, known := engine.keys.open(text, owner, time.Now())
	if known {
		engine.leaveBehind(t)
	}
	engine.mu.Lock()
	defer engine.mu.Unlock()
	if known {
		if s := engine.sessions[t.session]; s != nil && s.owner == owner {
			return s, t
		}
		known = !engine.revoked.has(t)
	}
	s = &session{owner: owner, start: at, subs: make(map[string]*subscription)}
	if known {
		s.id, s.generation, s.unbuilt, s.source = t.session, t.generation, true, t.source()
		if t.epoch == engine.era.Load().name {
			s.start = t.start
		}
	} else {
		s.id, t = newID(), nil
	}
	s.tab.memory, s.tab.account = &engine.memory, account
	engine.sessions[s.id] = s
	return s, t
}

// leaveBehind ends what is left here of a session that has been elsewhere since, by its ticket: it does not know which
// emits ran there.
func (engine *Engine) leaveBehind(t *ticket) {
	engine.mu.Lock()
	s := engine.sessions[t.session]
	engine.mu.Unlock()
	if s == nil {
		return
	}
	// A ticket of another node that the session was not made from says that the page has been there meanwhile.
	if t.node != engine.bus.Node() && !s.madeFrom(t) || s.olderThan(t.generation) {
		engine.moveAway(s)
	}
}

// madeFrom reports whether the session was made again from the ticket.
func (s *session) madeFrom(t *ticket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.source == t.source()
}

// olderThan reports whether the session has had fewer connections.
func (s *session) olderThan(generation uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.generation < generation
}

// ticketLocked returns what the page shows to go on with the session, whose lock is held.
func (engine *Engine) ticketLocked(s *session) string {
	return engine.keys.seal(&ticket{
		session: s.id, node: engine.bus.Node(), epoch: engine.era.Load().name, start: s.start, generation: s.generation,
		expires: time.Now().Add(ticketLife),
	}, s.owner)
}

// stayLocked takes note that the session has a connection.
func (engine *Engine) stayLocked(s *session, account string) {
	engine.mu.Lock()
	defer engine.mu.Unlock()
	engine.away.remove(s)
	s.tab.move(account)
}

// leaveLocked takes note that the session, whose lock is held, has no connection any more.
func (engine *Engine) leaveLocked(s *session) {
	engine.mu.Lock()
	defer engine.mu.Unlock()
	if s.away != nil || s.ended {
		return
	}
	for _, sub := range s.subs { // the hello that comes back brings the keys
		s.reweighLocked(sub, nil)
		s.rekeyLocked(sub, nil)
	}
	engine.away.add(s)
}

// expire ends the sessions that have been away for too long.
func (engine *Engine) expire(now time.Time) {
	engine.endSessions(func() *session { return engine.away.oldest(now, engine.resume) })
}

// trim ends sessions that are away: of the account as many as are more than its share, and if there are more in all
// than there may be connections, as many of the accounts that have most.
func (engine *Engine) trim(account string) {
	engine.endSessions(func() *session { return engine.away.surplus(account, engine.maxAccountPeers, engine.maxPeers) })
}

// endSessions ends the sessions that next returns, which is called with the engine's lock.
func (engine *Engine) endSessions(next func() *session) {
	engine.mu.Lock()
	var gone []*session
	for s := next(); s != nil; s = next() {
		engine.away.remove(s)
		delete(engine.sessions, s.id)
		gone = append(gone, s)
	}
	engine.mu.Unlock()
	for _, s := range gone {
		engine.endSession(s)
	}
}
