package eventbus

import (
	"sync"
	"sync/atomic"
)

// listeners is a list that is read without a lock while it changes: new listeners are appended in place
// behind a published length, one that leaves has its slot replaced by a dead one, and now and then the
// live ones move to a new array. A reader keeps the array and the length that it began with.
type listeners struct {
	current atomic.Pointer[listenerArray]

	mu   sync.Mutex
	live int
	dead listener // fills the slots of those that left
}

type listenerArray struct {
	n     atomic.Int64
	slots []slot // the first n are published
}

// slot holds a listener, or a dead one where one was.
type slot = atomic.Pointer[listener]

// spareDead is how many dead slots a list may hold beyond its live ones.
const spareDead = 8

func (ls *listeners) init() {
	ls.dead.state.Store(listenerDead)
	ls.current.Store(&listenerArray{})
}

// snapshot returns the slots as they are now; which of them are dead may change.
func (ls *listeners) snapshot() []slot {
	a := ls.current.Load()
	n := a.n.Load()
	return a.slots[:n:n]
}

func (ls *listeners) add(l *listener) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	a := ls.current.Load()
	n := int(a.n.Load())
	if n == len(a.slots) {
		a = ls.move(a, 2*ls.live+4)
		n = ls.live
	}
	ls.live++
	l.slot = uint32(n)
	a.slots[n].Store(l)
	a.n.Store(int64(n + 1))
}

// remove takes out a listener that is in the list. Its caller has marked it dead.
func (ls *listeners) remove(l *listener) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	a := ls.current.Load()
	a.slots[l.slot].Store(&ls.dead)
	ls.live--
	if n := int(a.n.Load()); n-ls.live > ls.live+spareDead || ls.live == 0 {
		ls.move(a, ls.live)
	}
}

// move publishes a new array of the live listeners, with room for size.
func (ls *listeners) move(old *listenerArray, size int) *listenerArray {
	a := &listenerArray{slots: make([]slot, size)}
	n := 0
	for i := range old.slots[:old.n.Load()] {
		if l := old.slots[i].Load(); l != &ls.dead {
			l.slot = uint32(n)
			a.slots[n].Store(l)
			n++
		}
	}
	a.n.Store(int64(n))
	ls.current.Store(a)
	return a
}

// count returns the number of live listeners.
func (ls *listeners) count() int {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return ls.live
}
