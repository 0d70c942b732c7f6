package eventbus_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// model is what the documentation says of one event with delivery options, and of one that flushes it, in the
// simplest form: no goroutine, no lock, no timer. Time is a number of milliseconds.
type model struct {
	setup
	now    int
	lanes  map[place]*modelLane
	stored []made // of the event, oldest first
	made   []made
	full   int // how often there was no room to store
}

// setup is how the two events are defined.
type setup struct {
	mode      string // none, throttle, debounce, batch
	period    int
	batch     int
	keyed     bool
	sticky    bool
	replay    int
	keys      int
	lastKeyed bool // the event that flushes has a key
}

func (s setup) definitions() (d, last eventdef.Definition[step]) {
	d = eventdef.Definition[step]{Name: "e", Sticky: s.sticky, Replay: s.replay, Keys: s.keys}
	period := time.Duration(s.period) * time.Millisecond
	switch s.mode {
	case "throttle":
		d.Throttle = period
	case "debounce":
		d.Debounce = period
	case "batch":
		d.Batch, d.Wait = s.batch, period
	}
	last = eventdef.Definition[step]{Name: "last", Flushes: []string{"e"}}
	if s.keyed {
		d.Key = stepKey
	}
	if s.lastKeyed {
		last.Key = stepKey
	}
	return d, last
}

// place is a key and a target, empty if there is none.
type place struct{ key, target string }

// made is a delivery.
type made struct {
	at    int
	event string
	place
	items []step
}

// modelLane is what waits in a place, until its time has come.
type modelLane struct {
	place
	due   int // 0: never
	open  bool
	items []step
}

func (m *model) place(s step, target string) place {
	if m.keyed {
		return place{s.Key, target}
	}
	return place{"", target}
}

// emit returns the code of the emit's error.
func (m *model) emit(s step, target string) eventbus.Code {
	p := m.place(s, target)
	if m.mode == "none" {
		if !m.room(p) {
			return eventbus.CodeTooManyKeys
		}
		m.deliver("e", p, s)
		return ""
	}
	l := m.lanes[p]
	if l == nil {
		if p != (place{}) && m.held() >= m.keys {
			return eventbus.CodeTooManyKeys
		}
		l = &modelLane{place: p}
	}
	if p != (place{}) && !m.room(p) {
		return eventbus.CodeTooManyKeys
	}
	m.lanes[p] = l
	switch {
	case m.mode == "batch":
		if l.items = append(l.items, s); len(l.items) == 1 {
			l.due = m.now + m.period
		}
		if len(l.items) == m.batch {
			m.release(l)
		}
	case m.mode == "debounce":
		l.items, l.due = []step{s}, m.now+m.period
	case l.open:
		l.items = []step{s}
	default:
		l.open, l.due = true, m.now+m.period
		m.deliver("e", p, s)
	}
	return ""
}

// held counts the places but that of broadcasts without a key.
func (m *model) held() int {
	n := len(m.lanes)
	if m.lanes[place{}] != nil {
		n--
	}
	return n
}

// release delivers what waits in a lane.
func (m *model) release(l *modelLane) {
	items := l.items
	l.items = nil
	if !l.open {
		delete(m.lanes, l.place)
	}
	if len(items) > 0 {
		m.deliver("e", l.place, items...)
	}
}

// flush releases the lanes that match.
func (m *model) flush(match func(place) bool) {
	for _, p := range slices.SortedFunc(maps.Keys(m.lanes), comparePlaces) {
		if match(p) {
			m.release(m.lanes[p])
		}
	}
}

// last emits the event that flushes.
func (m *model) last(s step) {
	m.flush(func(p place) bool { return !m.keyed || !m.lastKeyed || p.key == s.Key })
	m.deliver("last", place{}, s)
}

// advance lets time pass.
func (m *model) advance(to int) {
	for {
		var next *modelLane
		for _, l := range m.lanes {
			if l.due <= to && (next == nil || l.due < next.due) {
				next = l
			}
		}
		if next == nil {
			m.now = to
			return
		}
		m.now = next.due
		if next.open = next.open && len(next.items) > 0; next.open {
			next.due = m.now + m.period
		}
		m.release(next)
	}
}

func (m *model) deliver(event string, p place, items ...step) {
	d := made{m.now, event, p, items}
	m.made = append(m.made, d)
	if event == "e" && (m.sticky || m.replay > 0) {
		if !m.room(p) {
			m.full++
			return
		}
		m.stored = append(m.stored, d)
	}
}

// room reports whether something of the place may be stored: one that is stored already, or one more.
func (m *model) room(p place) bool {
	if !m.sticky && m.replay == 0 {
		return true
	}
	known := map[place]bool{}
	for _, d := range m.stored {
		known[d.place] = true
	}
	return known[p] || len(known) < m.keys
}

// initial returns what somebody gets who begins to listen, and whom the targets match: the newest of each key,
// or the last so many.
func (m *model) initial(match func(target string) bool) (list []step) {
	newest := map[string]step{}
	for _, d := range m.stored {
		if match(d.target) {
			list = append(list, d.items...)
			newest[d.key] = d.items[len(d.items)-1]
		}
	}
	if m.sticky {
		return slices.SortedFunc(maps.Values(newest), func(a, b step) int { return cmp.Compare(a.Key, b.Key) })
	}
	return list[max(0, len(list)-m.replay):]
}

func (m *model) forget(key string) {
	m.stored = slices.DeleteFunc(m.stored, func(d made) bool { return d.key == key })
}

func comparePlaces(a, b place) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.target, b.target))
}

// canonical writes deliveries in an order that does not depend on that of places, which is left open for what
// is delivered at the same time, unless the event that flushes stands between.
func canonical(list []made) string {
	var s strings.Builder
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[0].event == "e" && list[n].event == "e" && list[n].at == list[0].at {
			n++
		}
		part := slices.Clone(list[:n])
		slices.SortStableFunc(part, func(a, b made) int { return comparePlaces(a.place, b.place) })
		for _, d := range part {
			fmt.Fprintf(&s, "%d %s %v %v\n", d.at, d.event, d.place, d.items)
		}
		list = list[n:]
	}
	return s.String()
}
