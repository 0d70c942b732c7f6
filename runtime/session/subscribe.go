package session

import (
	"maps"
	"slices"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// wantedEvent is an interest that the page may have.
type wantedEvent struct {
	info  *eventdef.Info
	keys  eventdef.KeySet
	since *uint64 // of a hello: from where the page says that it has listened
}

// admission is what is made of the interests that a page names.
type admission struct {
	wanted  map[string]wantedEvent
	refused map[string]wireError
	stale   map[string]string
}

// admitInterestsLocked is admitInterests with an answer that still holds when it returns, with the session locked:
// what is revoked from then on ends what is made of it.
func (c *Conn) admitInterestsLocked(s *session, peer eventbus.Peer, listen map[string]interest) *admission {
	for {
		revocations := c.engine.revocations.Load()
		a := c.admitInterests(peer, listen)
		s.mu.Lock()
		if c.engine.revocations.Load() == revocations {
			return a
		}
		s.mu.Unlock()
	}
}

// admitInterests asks whether the peer may listen to what it wants.
func (c *Conn) admitInterests(peer eventbus.Peer, listen map[string]interest) *admission {
	engine := c.engine
	a := &admission{
		wanted: make(map[string]wantedEvent, len(listen)), refused: map[string]wireError{}, stale: map[string]string{},
	}
	for event, i := range listen {
		info := engine.port.Lookup(event)
		switch {
		case info == nil:
			a.refused[event] = wireError{Code: eventbus.CodeUnknownEvent}
			continue
		case info.From == eventdef.FromClient && !info.Relay:
			a.refused[event] = wireError{Code: eventbus.CodeDirection}
			continue
		}
		if e := engine.mayListen(c.ctx, peer, event); e != nil {
			a.refused[event] = *e
			continue
		}
		if engine.stale != AllowStale && i.Contract != "" && info.Contract != "" && i.Contract != info.Contract {
			a.stale[event] = info.Contract
			if engine.stale == RefuseStale {
				a.refused[event] = wireError{Code: codeStale}
				continue
			}
		}
		w := wantedEvent{info: info, since: i.Since}
		if info.Keyed {
			w.keys = i.keySet()
		}
		a.wanted[event] = w
	}
	return a
}

// beginning is what new subscriptions come to.
type beginning struct {
	at    uint64
	class *class   // comes with a reference
	kept  [][]byte // the frames of kept values
}

// subscribeLocked subscribes the session, whose lock is held, to all of these at one moment. It returns what that
// changes, and from which position on, the newest if there is nothing to subscribe to. What is refused for being
// too much goes to a. Kept values of the events in without are left out.
func (c *Conn) subscribeLocked(peer eventbus.Peer, fresh map[string]wantedEvent, without map[string]bool, a *admission) beginning {
	s, engine := c.session, c.engine
	var events []string
	var interests []port.Interest
	load := s.load
	for _, event := range slices.Sorted(maps.Keys(fresh)) {
		w := fresh[event]
		more := countOf(w.keys)
		if old := s.subs[event]; old != nil {
			more -= countOf(old.bus.Keys)
		}
		if load+more > engine.maxSubscriptions || !s.tab.change(weightOfSubscription(event, w.keys)) {
			a.refused[event] = wireError{Code: codeTooManyListens}
			continue
		}
		load += more
		events = append(events, event)
		interests = append(interests, port.Interest{Event: event, Keys: w.keys})
	}
	subs, at, err := engine.port.ListenAll(peer, interests)
	if err != nil { // the bus is closing
		for _, event := range events {
			a.refused[event] = *publicError(err)
			s.tab.change(-weightOfSubscription(event, fresh[event].keys))
		}
		return beginning{at: engine.port.At(), class: engine.intern(c.format, s.subs)}
	}
	begin := beginning{at: at}
	for i, event := range events {
		sub := &subscription{bus: subs[i], weight: weightOfSubscription(event, fresh[event].keys)}
		old := s.subs[event]
		for _, e := range sub.bus.Values {
			switch {
			case e.Foreign() && engine.stale == RefuseStale:
				sub.partial = true
			case without[event]:
				sub.partial = true
			case old == nil || !old.bus.Keys.Has(e.Key):
				begin.kept = append(begin.kept, e.Frame)
			}
		}
		sub.bus.Values = nil // the session lives for longer than they are needed
		s.putLocked(event, sub)
	}
	begin.class = engine.intern(c.format, s.subs)
	return begin
}

// listening is subscribeLocked with a message for each of the kept values.
func (c *Conn) listening(peer eventbus.Peer, fresh map[string]wantedEvent, without map[string]bool, a *admission) step {
	begin := c.subscribeLocked(peer, fresh, without, a)
	s := step{at: begin.at, class: begin.class}
	for _, frame := range begin.kept {
		s.out = c.format.Append(s.out, frame, nil, 0)
	}
	return s
}
