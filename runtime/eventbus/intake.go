package eventbus

import (
	"math"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
)

// intake counts the emits that are under way and refuses new ones once the bus closes. Entering and leaving
// is one atomic addition each, on a counter that goroutines of different stacks rarely share.
type intake struct {
	state  atomic.Uint32
	shift  uint8
	shards []shard

	// work counts what the bus's own goroutines are doing: dispatchers and async listeners. Whoever starts
	// such work counts it before leaving the intake, so that "nobody is in, then no work" means quiescence.
	work atomic.Int64

	mu     sync.Mutex
	change chan struct{} // closed and replaced when a count goes down on a bus that is not open; nil if nobody waits
}

const (
	stateOpen     uint32 = iota
	stateDraining        // emits from inside callbacks are admitted
	stateClosed
)

type shard struct {
	n     atomic.Int64
	index uint32
	_     [52]byte // a cache line each
}

func (g *intake) init() {
	n := 4 * runtime.GOMAXPROCS(0)
	order := bits.Len(uint(n - 1))
	g.shards = make([]shard, 1<<order)
	for i := range g.shards {
		g.shards[i].index = uint32(i)
	}
	g.shift = uint8(64 - order)
}

// shard picks the counter by the address of the caller's stack, which differs between goroutines. Any
// choice is correct; this one keeps cores apart.
func (g *intake) shard() *shard {
	hash := stackPosition() >> 11 * 0x9e3779b97f4a7c15
	return &g.shards[hash>>(g.shift&63)]
}

// closing is what the counters hold beside their counts once the intake is not open any more, so that whoever
// counts learns of it.
const closing = math.MinInt64 / 2

// close begins to refuse emits, and reports whether it did: the first call does.
func (g *intake) close() bool {
	if !g.state.CompareAndSwap(stateOpen, stateDraining) {
		return false
	}
	for i := range g.shards {
		g.shards[i].n.Add(closing)
	}
	return true
}

// enter counts an emit in, and reports whether the intake is not open any more.
func (s *shard) enter() bool { return s.n.Add(1) < 0 }

// leave counts an emit out, and reports whether the intake is not open any more: then somebody waits for that.
func (s *shard) leave() bool { return s.n.Add(-1) < 0 }

// whileEmpty calls f while nobody is in the shard, if that comes true soon. Who enters meanwhile is not the first.
func (g *intake) whileEmpty(s *shard, f func()) {
	for range 100 {
		if n := s.n.Load(); (n == 0 || n == closing) && s.n.CompareAndSwap(n, n+1) {
			f()
			g.leave(s)
			return
		}
		runtime.Gosched()
	}
}

// enter counts an emit in and returns the counter to leave by, or nil if the bus does not admit it.
func (g *intake) enter() *shard {
	s := g.shard()
	if s.enter() && !g.admitsLate(s) {
		return nil
	}
	return s
}

// admitsLate reports whether an emit that has been counted in is admitted, though the intake is not open any
// more. If not, it is counted out.
func (g *intake) admitsLate(s *shard) bool {
	if g.admitsNested() {
		return true
	}
	g.leave(s)
	return false
}

func (g *intake) leave(s *shard) {
	if s.leave() {
		g.signal()
	}
}

// admits reports whether an emit may begin now.
func (g *intake) admits() bool { return g.state.Load() == stateOpen || g.admitsNested() }

// admitsNested reports whether a bus that is no longer open admits the calling goroutine's emit: while it
// drains, what its callbacks emit still belongs to what it took in.
func (g *intake) admitsNested() bool {
	return g.state.Load() == stateDraining && insideCallback()
}

func (g *intake) workDone() {
	if g.work.Add(-1); g.state.Load() != stateOpen {
		g.signal()
	}
}

// signal wakes whoever waits for quiescence.
func (g *intake) signal() {
	g.mu.Lock()
	if g.change != nil {
		close(g.change)
		g.change = nil
	}
	g.mu.Unlock()
}

// changed returns a channel that is closed after the next change of a count. It must be taken before the
// counts are read.
func (g *intake) changed() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.change == nil {
		g.change = make(chan struct{})
	}
	return g.change
}

// quiet reports whether no emit and no work is under way on a bus that is not open. An emit that is in
// began inside a callback, which some earlier emit or some work has called; so if all counters were seen at
// zero and there is no work afterwards, there is nothing.
func (g *intake) quiet() bool {
	for i := range g.shards {
		if g.shards[i].n.Load() != closing {
			return false
		}
	}
	return g.work.Load() == 0
}
