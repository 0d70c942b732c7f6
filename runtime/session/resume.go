package session

import (
	"cmp"
	"maps"
	"slices"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// opening is how a connection begins.
type opening struct {
	c     *Conn
	s     *session // locked
	peer  *eventbus.Peer
	known bool         // the session goes on
	from  *resumeFrame // nil if the page is new
	a     *admission

	at      uint64
	resumed bool
	gap     map[string]*uint64
	class   *class // what holds from at on
	steps   []step // what holds later
}

func (o *opening) release() {
	o.c.engine.release(o.class)
	for _, st := range o.steps {
		o.c.engine.release(st.class)
	}
}

func (o *opening) open() {
	engine, s := o.c.engine, o.s
	if s.unbuilt {
		o.rebuild()
	}
	for event := range s.subs { // the page no longer wants it, or does not know that it has it
		if _, wanted := o.a.wanted[event]; !wanted {
			s.dropLocked(event)
		}
	}
	if o.resumes() {
		o.resumed, o.at = true, o.from.Seq
		o.goOn()
		return
	}
	old := s.takeLocked()
	begin := o.c.listening(*o.peer, o.a.wanted, o.unreadable(old), o.a)
	o.at, o.steps = begin.at, []step{begin}
	if o.from != nil && o.from.Epoch != o.c.epoch.name { // where the session began is a position of another log
		s.start = o.at
	}
	o.gap = o.lost(old)
	if o.from != nil {
		for event, sub := range s.subs {
			sub.told, sub.claimed = o.at, true
			if was := old[event]; was != nil && o.known {
				sub.begun, sub.claimed = was.begun, o.unaware(was)
			}
		}
	}
	for _, sub := range old { // not earlier, so that the log has all until now
		sub.bus.Close()
		s.tab.change(-sub.weight)
	}
	if o.fromPosition() {
		engine.release(begin.class)
		o.steps, o.gap = nil, nil
		o.resumed, o.at = true, o.from.Seq
		for _, sub := range s.subs {
			sub.since, sub.begun, sub.told, sub.claimed = o.at, o.at, 0, false
		}
		o.class = engine.intern(o.c.format, s.subs)
	}
}

// rebuild makes the session again from what the page says, which has its ticket: what it has listened to, not from before
// the session began, and which of its emits may have run. The log has to tell whether anything is missing.
func (o *opening) rebuild() {
	o.s.unbuilt = false
	if o.from.Sent != nil && !o.s.handed {
		o.s.emits.pass(*o.from.Sent)
	}
	if !o.reachable() {
		return
	}
	claimed, at := map[string]wantedEvent{}, o.c.engine.port.At()
	for event, w := range o.a.wanted {
		if w.since != nil && *w.since <= at {
			claimed[event] = w
		}
	}
	begin := o.c.subscribeLocked(*o.peer, claimed, nil, o.a) // what is kept the page has, or gets again
	o.c.engine.release(begin.class)
	for event, w := range claimed {
		if sub := o.s.subs[event]; sub != nil {
			sub.since = max(*w.since, o.s.start)
			sub.begun = sub.since
			if o.from.Seq < o.s.start { // it was not here then
				sub.told, sub.claimed = o.s.start, true
			}
		}
	}
}

// resumes reports whether nothing of what the session listens to is lost since the position, nor to be left out.
func (o *opening) resumes() bool {
	if !o.known || !o.reachable() || o.from.Failed {
		return false
	}
	for event := range o.a.wanted {
		if sub := o.s.subs[event]; sub != nil && o.broken(sub) {
			return false
		}
	}
	return true
}

// unreadable returns the events whose kept values the page may have failed on: those which it may not have got
// past.
func (o *opening) unreadable(old map[string]*subscription) map[string]bool {
	if o.from == nil || !o.from.Failed || !o.known || !o.reachable() {
		return nil
	}
	events := map[string]bool{}
	for event, sub := range old {
		events[event] = !o.past(sub)
	}
	return events
}

// past reports whether the page has got further than where the subscription began.
func (o *opening) past(sub *subscription) bool {
	return o.from.Seq > sub.since && o.from.Seq >= sub.told
}

// owed returns the position after which the page has yet to get the entries of the subscription.
func (o *opening) owed(sub *subscription) uint64 {
	if o.from.Seq < sub.told {
		return max(o.from.Seq, sub.begun)
	}
	return max(o.from.Seq, sub.since)
}

// unaware reports whether the page believes that it was listening before the subscription began, and has not been
// told that it was not.
func (o *opening) unaware(sub *subscription) bool { return sub.claimed && o.from.Seq < sub.told }

// broken reports whether the log does not have all that the page has yet to get of the subscription.
func (o *opening) broken(sub *subscription) bool {
	after := o.owed(sub)
	return o.unaware(sub) || sub.bus.Since > after || o.c.engine.port.Missed(sub.bus.Event, after)
}

// reachable reports whether the page's position is one of this log.
func (o *opening) reachable() bool {
	return o.from != nil && o.from.Epoch == o.c.epoch.name && o.from.Seq <= o.c.engine.port.At()
}

// fromPosition reports whether the log has all since the position, though the session is new, and whether the page was
// here then.
func (o *opening) fromPosition() bool {
	if !o.reachable() || !o.from.proven {
		return false
	}
	for _, sub := range o.s.subs {
		if sub.bus.Since > o.from.Seq || o.c.engine.port.Missed(sub.bus.Event, o.from.Seq) {
			return false
		}
	}
	return true
}

// goOn goes on with what the session listens to. The log has all keys of an event, whichever were asked for.
// What the session does not listen to is new to it.
func (o *opening) goOn() {
	s, engine := o.s, o.c.engine
	fresh := map[string]wantedEvent{}
	now, again := map[string]*subscription{}, []string(nil)
	for _, event := range slices.Sorted(maps.Keys(o.a.wanted)) {
		w, sub := o.a.wanted[event], s.subs[event]
		if sub == nil {
			fresh[event] = w
			if o.gap == nil {
				o.gap = map[string]*uint64{}
			}
			o.gap[event] = nil
			continue
		}
		if s.load+countOf(w.keys)-countOf(sub.bus.Keys) > engine.maxSubscriptions || !s.reweighLocked(sub, w.keys) {
			o.a.refused[event] = wireError{Code: codeTooManyListens}
			s.dropLocked(event)
			continue
		}
		if s.rekeyLocked(sub, w.keys); o.past(sub) {
			now[event] = sub
		} else {
			again = append(again, event)
		}
	}
	o.class = engine.intern(o.c.format, now)
	slices.SortFunc(again, func(a, b string) int { return cmp.Compare(o.owed(s.subs[a]), o.owed(s.subs[b])) })
	for i, event := range again { // most began at one moment, and make one step
		sub := s.subs[event]
		now[event] = sub
		if i == 0 || o.owed(sub) != o.owed(s.subs[again[i-1]]) {
			o.steps = append(o.steps, step{at: o.owed(sub)})
		}
		last := &o.steps[len(o.steps)-1]
		last.out = append(last.out, o.keptAgain(event, sub)...)
		engine.release(last.class)
		last.class = engine.intern(o.c.format, now)
	}
	if len(fresh) > 0 {
		o.steps = append(o.steps, o.c.listening(*o.peer, fresh, nil, o.a))
	}
	for event := range fresh {
		if sub := s.subs[event]; sub != nil {
			sub.told, sub.claimed = o.from.Seq+1, true
		}
	}
}

// keptAgain returns the kept values of a subscription that the page may have got no further with than where
// it began. What is newer is in the log.
func (o *opening) keptAgain(event string, sub *subscription) (out []byte) {
	if !sub.bus.Event.Sticky && sub.bus.Event.Replay == 0 {
		return nil
	}
	kept, _, err := o.c.engine.port.ListenAll(*o.peer, []port.Interest{{Event: event, Keys: sub.bus.Keys}})
	if err != nil { // the bus is closing
		return nil
	}
	defer kept[0].Close()
	for _, e := range kept[0].Values {
		if e.Seq <= o.owed(sub) {
			out = o.c.format.Append(out, e.Frame, nil, 0)
		}
	}
	return out
}

// loss is what is lost of one event: the deliveries after one position, up to another.
type loss struct {
	after, upTo uint64
	count       uint64
}

// lost returns what the page missed before its new subscriptions, given the old ones: counts where the log
// still has all of them.
func (o *opening) lost(old map[string]*subscription) map[string]*uint64 {
	if o.from == nil || o.from.Epoch == "" {
		return nil
	}
	gap := map[string]*uint64{}
	losses := map[*eventdef.Info]*loss{}
	for event, sub := range o.s.subs {
		gap[event] = nil
		if was := old[event]; !sub.partial && o.known && o.reachable() && was != nil && !o.broken(was) {
			losses[sub.bus.Event] = &loss{after: o.owed(was), upTo: sub.bus.At}
		}
	}
	if len(losses) > 0 {
		o.count(losses)
	}
	for info, l := range losses {
		switch {
		case o.c.engine.port.Missed(info, l.after): // the log has moved on meanwhile
		case l.count == 0:
			delete(gap, info.Name)
		default:
			gap[info.Name] = &l.count
		}
	}
	return gap
}

// count counts the deliveries that are lost.
func (o *opening) count(losses map[*eventdef.Info]*loss) {
	entries := make([]*port.Entry, mostRead)
	for after := o.from.Seq; ; {
		n, _ := o.c.engine.port.Read(after, entries) // hello looks after the epoch
		for _, e := range entries[:n] {
			after = e.Seq
			l := losses[e.Event]
			if l != nil && e.Seq > l.after && e.Seq <= l.upTo && !e.Lost && o.s.subs[e.Event.Name].bus.Keys.Has(e.Key) && e.For(o.peer) {
				l.count++
			}
		}
		if n < len(entries) {
			return
		}
	}
}
