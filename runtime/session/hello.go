package session

import (
	"cmp"
	"maps"
	"slices"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// Hello opens the connection: it finds the page's session, resumes or begins, and queues the
// welcome. It returns how the connection is to be closed if it may not open.
func (c *Conn) Hello(f *Hello) *Closing {
	engine := c.engine
	weight := weightOfInterests(f.Listen)
	if !c.tab.change(weight) {
		return &TooMuchMemory
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
		return &Closing{CloseReplaced, "replaced"}
	}
	o := opening{c: c, s: s, peer: &peer, known: known, from: f.Resume, a: a}
	o.open()

	c.mu.Lock()
	defer c.mu.Unlock()
	w := welcome{
		Peer: c.token, Session: s.secret, Epoch: engine.epoch.name, At: o.at, Resumed: o.resumed,
		ExpiresIn: secondsUntil(c.expires), Heartbeat: engine.heartbeat.Seconds(), Max: engine.MaxMessage(), Refused: a.refused,
	}
	if !c.liveLocked() {
		o.release()
		return &ShuttingDown
	}
	// One message: a page that has the position must have been told of the gap before it.
	first := [][]byte{appendWelcome(nil, w)}
	if len(a.stale) > 0 {
		first = append(first, appendStale(nil, a.stale))
	}
	if len(o.gap) > 0 {
		first = append(first, appendGap(nil, o.gap))
	}
	out := c.format.Append(nil, together(first...), engine.epoch, o.at)
	own := 0
	for _, st := range o.steps {
		own += st.weight()
	}
	if !c.tab.change(own + len(out)) {
		o.release()
		return &TooMuchMemory
	}
	c.peer, c.cursor, c.class, c.steps, c.rest = peer, o.at, o.class, o.steps, out
	c.own, c.booked = own, own+len(out)
	c.backlog, c.greeted = engine.port.At(), true
	c.detachLocked()
	return nil
}

// join finds the page's session, makes c its connection, and announces the peer.
func (c *Conn) join(from *resumeFrame, peer *eventbus.Peer) (s *session, known bool, why *Closing) {
	engine := c.engine
	for {
		secret := ""
		if from != nil {
			secret = from.Session
		}
		s, known = engine.session(secret, peer.Identity, c.account)
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
		s.mu.Lock()
		if !s.ended {
			break
		}
		s.mu.Unlock()
	}
	defer s.mu.Unlock()
	engine.stayLocked(s, c.account)
	if old := s.conn; old != nil {
		old.close(Closing{CloseReplaced, "replaced: the session came back"})
		engine.port.Leave(s.peer)
	}
	s.conn = c
	peer.ID = s.peer // the same for a page that comes back, so that it gets no echo of what it relayed
	joined, err := engine.port.Join(*peer)
	if err != nil {
		s.conn = nil
		engine.leaveLocked(s)
		return nil, false, &ShuttingDown
	}
	*peer, s.peer, s.window = joined, joined.ID, joined.Window
	c.shard.add(c)
	return s, known, nil
}

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
	begin := o.c.subscribeLocked(*o.peer, o.a.wanted, o.unreadable(old), o.a)
	o.at, o.steps = begin.at, []step{begin}
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
	return o.from != nil && o.from.Epoch == o.c.engine.epoch.name && o.from.Seq <= o.c.engine.port.At()
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
		o.steps = append(o.steps, o.c.subscribeLocked(*o.peer, fresh, nil, o.a))
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
	kept, _, err := o.c.engine.port.ListenAll(*o.peer, []eventbus.Interest{{Event: event, Keys: sub.bus.Keys}})
	if err != nil { // the bus is closing
		return nil
	}
	defer kept[0].Close()
	for _, e := range kept[0].Values {
		if e.Seq <= o.owed(sub) {
			out = o.c.format.Append(out, e.Frame, o.c.engine.epoch, 0)
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
	entries := make([]*eventbus.Entry, mostRead)
	for after := o.from.Seq; ; {
		n, _ := o.c.engine.port.Read(after, entries)
		for _, e := range entries[:n] {
			after = e.Seq
			l := losses[e.Event]
			if l != nil && e.Seq > l.after && e.Seq <= l.upTo && o.s.subs[e.Event.Name].bus.Keys.Has(e.Key) && e.For(o.peer) {
				l.count++
			}
		}
		if n < len(entries) {
			return
		}
	}
}

// wantedEvent is an interest that the page may have.
type wantedEvent struct {
	info *eventdef.Info
	keys eventdef.KeySet
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
		info := engine.port.Event(event)
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
func (c *Conn) subscribeLocked(peer eventbus.Peer, fresh map[string]wantedEvent, without map[string]bool, a *admission) step {
	s, engine := c.session, c.engine
	var events []string
	var interests []eventbus.Interest
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
		interests = append(interests, eventbus.Interest{Event: event, Keys: w.keys})
	}
	subs, at, err := engine.port.ListenAll(peer, interests)
	if err != nil { // the bus is closing
		for _, event := range events {
			a.refused[event] = *publicError(err)
			s.tab.change(-weightOfSubscription(event, fresh[event].keys))
		}
		return step{at: engine.port.At(), class: engine.intern(c.format, s.subs)}
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
				begin.out = c.format.Append(begin.out, e.Frame, engine.epoch, 0)
			}
		}
		sub.bus.Values = nil // the session lives for longer than they are needed
		s.putLocked(event, sub)
	}
	begin.class = engine.intern(c.format, s.subs)
	return begin
}
