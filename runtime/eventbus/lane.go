package eventbus

import (
	"context"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/account"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// lane is what a coalescer holds for one key and target. At most one delivery of a lane is under way at a
// time, wherever it runs; what is emitted meanwhile waits.
type lane struct {
	id      laneID
	target  Target
	account string // of the window for which it was made

	waiting pending
	busy    bool // a delivery is under way
	open    bool // throttle: a delivery was made less than a period ago
	due     int  // how many deliveries are to be made as soon as it is not busy
	ready   bool // it is in the list of lanes that the dispatcher delivers at once

	deadline   time.Duration // on the bus's clock, while it is in the queue of deadlines
	queued     bool
	prev, next *lane

	count uint64        // of deliveries that have ended
	ended chan struct{} // closed when the delivery under way has ended; nil if nobody waits
}

// laneID is what lanes differ in.
type laneID struct {
	slotID
	// origin keeps what windows emit apart from what Go code does, and for batches, whose payloads all
	// have one source, the windows from each other.
	origin string
}

// plain reports whether it is the lane of what Go code emits for everyone.
func (id laneID) plain() bool { return id.target == (port.TargetID{}) && id.origin == "" }

// anyWindow is the origin of what windows emit where it does not matter which of them does.
const anyWindow = "*"

// pending is what waits in a lane: the last payload, or the payloads of a batch.
type pending struct {
	space
	n       int // how many payloads wait
	ctx     context.Context
	peer    *Peer
	charge  charge
	encoded []byte // what strict emits have encoded: the payload, or the elements of the batch
	ends    []int  // where each element in encoded ends
}

// space is where payloads wait.
type space struct {
	at   address // nil if there is none yet
	room int     // for so many payloads
}

// has reports whether something is waiting.
func (l *lane) has() bool { return l.waiting.n > 0 }

// wait returns a channel that is closed when the delivery under way has ended.
func (l *lane) wait() <-chan struct{} {
	if l.ended == nil {
		l.ended = make(chan struct{})
	}
	return l.ended
}

// end takes note that the delivery under way has ended.
func (l *lane) end() {
	l.busy = false
	l.count++
	if l.ended != nil {
		close(l.ended)
		l.ended = nil
	}
}

// lanes are the lanes of one coalescer that hold something. The one of broadcasts without a key is always
// there; the others come and go with what they hold.
type lanes struct {
	solo   lane
	texts  map[string]*lane // broadcasts whose key is a string
	keys   map[Key]*lane    // broadcasts of other keys
	others map[laneID]*lane // what is addressed, and what windows emit

	max     int            // of lanes of Go code
	windows account.Ledger // of those of windows
}

func (ls *lanes) init(i *eventdef.Info) {
	own, windows := divide(i)
	ls.max, ls.windows = own, account.New(windows)
	ls.texts = map[string]*lane{}
	ls.keys = map[Key]*lane{}
	ls.others = map[laneID]*lane{}
}

// get returns the lane of the id, and nil if there are too many: of Go code, or of the window's account.
func (ls *lanes) get(id laneID, target Target, from *Peer) *lane {
	if l := ls.find(id); l != nil {
		return l
	}
	l := &lane{id: id, target: target}
	if from != nil {
		l.account = from.Account
		if !ls.windows.Admits(l.account, 1) {
			return nil
		}
		ls.windows.Take(l.account, 1)
	} else if len(ls.texts)+len(ls.keys)+len(ls.others)-ls.windows.Held() >= ls.max {
		return nil
	}
	if !id.plain() {
		ls.others[id] = l
	} else if text, ok := id.key.Text(); ok {
		ls.texts[text] = l
	} else {
		ls.keys[id.key] = l
	}
	return l
}

func (ls *lanes) find(id laneID) *lane {
	if !id.plain() {
		return ls.others[id]
	}
	if text, ok := id.key.Text(); ok {
		return ls.texts[text]
	}
	if id.key.IsZero() {
		return &ls.solo
	}
	return ls.keys[id.key]
}

// drop forgets a lane that holds nothing.
func (ls *lanes) drop(l *lane) {
	switch {
	case l == &ls.solo:
	case !l.id.plain():
		delete(ls.others, l.id)
		if l.id.origin != "" {
			ls.windows.Give(l.account, 1)
		}
	default:
		delete(ls.keys, l.id.key)
		if text, ok := l.id.key.Text(); ok {
			delete(ls.texts, text)
		}
	}
}

// all calls fn with every lane, of which fn may drop those it gets.
func (ls *lanes) all(fn func(*lane)) {
	fn(&ls.solo)
	for _, l := range ls.texts {
		fn(l)
	}
	for _, l := range ls.keys {
		fn(l)
	}
	for _, l := range ls.others {
		fn(l)
	}
}

// of calls fn with the lanes of a key: those of equal keys and those whose keys are of another kind, which
// cannot be told apart by it.
func (ls *lanes) of(key Key, fn func(*lane)) {
	if key.IsZero() {
		ls.all(fn)
		return
	}
	if l := ls.find(laneID{slotID: slotID{key: key}}); l != nil {
		fn(l)
	}
	fn(&ls.solo)
	if _, ok := key.Text(); !ok {
		for _, l := range ls.texts {
			fn(l)
		}
	}
	for other, l := range ls.keys {
		if other != key && !other.Comparable(key) {
			fn(l)
		}
	}
	for id, l := range ls.others {
		if id.key == key || !id.key.Comparable(key) {
			fn(l)
		}
	}
}

// deadlines is a queue of lanes, in the order of their deadlines: all lanes of an event wait equally long,
// so that a lane is always added at the end.
type deadlines struct{ front, back *lane }

func (q *deadlines) push(l *lane, at time.Duration) {
	q.remove(l)
	l.deadline, l.queued = at, true
	if l.prev = q.back; l.prev != nil {
		l.prev.next = l
	} else {
		q.front = l
	}
	q.back = l
}

func (q *deadlines) remove(l *lane) {
	if !l.queued {
		return
	}
	if l.prev != nil {
		l.prev.next = l.next
	} else {
		q.front = l.next
	}
	if l.next != nil {
		l.next.prev = l.prev
	} else {
		q.back = l.prev
	}
	l.prev, l.next, l.queued = nil, nil, false
}
