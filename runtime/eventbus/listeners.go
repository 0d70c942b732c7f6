package eventbus

import (
	"sync"
	"sync/atomic"
)

// listeners is a list that is read without a lock while it changes: new listeners are appended in place
// behind a published length, one that leaves has its slot replaced by a dead one, and now and then the
// live ones move to a new array. A reader keeps the array and the length that it began with.
type listeners[T any] struct {
	current atomic.Pointer[listenerArray[T]]

	mu   sync.Mutex
	live int
	dead listener[T] // fills the slots of those that left
}

type listenerArray[T any] struct {
	n     atomic.Int64
	slots []slot[T] // the first n are published
}

// slot holds a listener, or a dead one where one was.
type slot[T any] = atomic.Pointer[listener[T]]

// spareDead is how many dead slots a list may hold beyond its live ones.
const spareDead = 8

func (ls *listeners[T]) init() {
	ls.dead.state.Store(listenerDead)
	ls.current.Store(&listenerArray[T]{})
}

// snapshot returns the slots as they are now; which of them are dead may change.
func (ls *listeners[T]) snapshot() []slot[T] {
	a := ls.current.Load()
	n := a.n.Load()
	return a.slots[:n:n]
}

func (ls *listeners[T]) add(l *listener[T]) {
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
func (ls *listeners[T]) remove(l *listener[T]) {
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
func (ls *listeners[T]) move(old *listenerArray[T], size int) *listenerArray[T] {
	a := &listenerArray[T]{slots: make([]slot[T], size)}
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
func (ls *listeners[T]) count() int {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return ls.live
}
