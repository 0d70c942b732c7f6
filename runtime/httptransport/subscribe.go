package httptransport

import (
	"maps"
	"slices"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// wantedEvent is an interest that the page may have.
type wantedEvent struct {
	info *eventbus.Info
	keys eventbus.KeySet
}

// admission is what is made of the interests that a page names.
type admission struct {
	wanted  map[string]wantedEvent
	refused map[string]wireError
	stale   map[string]string
}

// admitInterestsLocked is admitInterests with an answer that still holds when it returns, with the session locked:
// what is revoked from then on ends what is made of it.
func (c *conn) admitInterestsLocked(s *session, peer eventbus.Peer, listen map[string]interest) *admission {
	for {
		revocations := c.h.revocations.Load()
		a := c.admitInterests(peer, listen)
		s.mu.Lock()
		if c.h.revocations.Load() == revocations {
			return a
		}
		s.mu.Unlock()
	}
}

// admitInterests asks whether the peer may listen to what it wants.
func (c *conn) admitInterests(peer eventbus.Peer, listen map[string]interest) *admission {
	h := c.h
	a := &admission{
		wanted: make(map[string]wantedEvent, len(listen)), refused: map[string]wireError{}, stale: map[string]string{},
	}
	for event, i := range listen {
		info := h.port.Event(event)
		switch {
		case info == nil:
			a.refused[event] = wireError{Code: eventbus.CodeUnknownEvent}
			continue
		case info.From == eventbus.FromClient && !info.Relay:
			a.refused[event] = wireError{Code: eventbus.CodeDirection}
			continue
		}
		if e := h.mayListen(c.ctx, peer, event); e != nil {
			a.refused[event] = *e
			continue
		}
		if h.stale != AllowStale && i.Contract != "" && info.Contract != "" && i.Contract != info.Contract {
			a.stale[event] = info.Contract
			if h.stale == RefuseStale {
				a.refused[event] = wireError{Code: codeStale}
				continue
			}
		}
		w := wantedEvent{info: info}
		if info.Keyed {
			w.keys = i.keySet()
		}
		a.wanted[event] = w
	}
	return a
}

// subscribeLocked subscribes the session, whose lock is held, to all of these at one moment. It returns what that
// changes, and from which position on, the newest if there is nothing to subscribe to. What is refused for being
// too much goes to a. Kept values of the events in without are left out.
func (c *conn) subscribeLocked(peer eventbus.Peer, fresh map[string]wantedEvent, without map[string]bool, a *admission) step {
	s, h := c.session, c.h
	var events []string
	var interests []eventbus.Interest
	load := s.load
	for _, event := range slices.Sorted(maps.Keys(fresh)) {
		w := fresh[event]
		more := countOf(w.keys)
		if old := s.subs[event]; old != nil {
			more -= countOf(old.bus.Keys)
		}
		if load+more > h.maxSubscriptions || !s.tab.change(weightOfSubscription(event, w.keys)) {
			a.refused[event] = wireError{Code: codeTooManyListens}
			continue
		}
		load += more
		events = append(events, event)
		interests = append(interests, eventbus.Interest{Event: event, Keys: w.keys})
	}
	subs, at, err := h.port.ListenAll(peer, interests)
	if err != nil { // the bus is closing
		for _, event := range events {
			a.refused[event] = *publicError(err)
			s.tab.change(-weightOfSubscription(event, fresh[event].keys))
		}
		return step{at: h.port.At(), class: h.intern(c.format, s.subs)}
	}
	begin := step{at: at}
	for i, event := range events {
		sub := &subscription{bus: subs[i], weight: weightOfSubscription(event, fresh[event].keys)}
		old := s.subs[event]
		for _, e := range sub.bus.Values {
			switch {
			case without[event]:
				sub.partial = true
			case old == nil || !old.bus.Keys.Has(e.Key):
				begin.out = c.format.append(begin.out, e.Frame, h.epoch, 0)
			}
		}
		sub.bus.Values = nil // the session lives for longer than they are needed
		s.putLocked(event, sub)
	}
	begin.class = h.intern(c.format, s.subs)
	return begin
}
