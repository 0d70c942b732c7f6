package httptransport

import (
	"sync"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// keptEmits is how many outcomes a session remembers. See docs/protocol.md, 3.
const keptEmits = 1024

// emitLog remembers what the emits of a session came to, so that each runs once however often
// it is sent.
type emitLog struct {
	mu      sync.Mutex
	results map[uint64]*emitResult
	order   []uint64 // a ring of the ids in results
	next    int
	highest uint64
	any     bool
}

type emitResult struct {
	done chan struct{}
	err  *wireError // set when done is closed
}

// run calls do for the first emit of an id, and returns what that one came to for every other.
func (l *emitLog) run(id uint64, do func() *wireError) *wireError {
	l.mu.Lock()
	if r := l.results[id]; r != nil {
		l.mu.Unlock()
		<-r.done
		return r.err
	}
	if l.any && id <= l.highest {
		l.mu.Unlock()
		return &wireError{Code: codeOutcomeUnknown, Message: "it has run, and its outcome is forgotten"}
	}
	r := &emitResult{done: make(chan struct{})}
	l.keep(id, r)
	l.mu.Unlock()

	r.err = &wireError{Code: eventbus.CodeInternal}
	defer close(r.done)
	r.err = do()
	return r.err
}

func (l *emitLog) keep(id uint64, r *emitResult) {
	if l.results == nil {
		l.results = make(map[uint64]*emitResult)
	}
	l.results[id] = r
	l.highest, l.any = id, true
	if len(l.order) < keptEmits {
		l.order = append(l.order, id)
		return
	}
	delete(l.results, l.order[l.next])
	l.order[l.next] = id
	l.next = (l.next + 1) % keptEmits
}

// The codes that a transport adds to those of the bus.
const (
	codeStale          eventbus.Code = "stale"
	codeOutcomeUnknown eventbus.Code = "outcome_unknown"
	codeTooManyListens eventbus.Code = "too_many_listens"
)
