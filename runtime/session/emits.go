package session

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"sync"
	"unsafe"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// keptEmits is how many outcomes a session remembers. See docs/protocol.md, 3.
const keptEmits = 1024

// emitLog remembers what the emits of a session came to, so that each runs once however often
// it is sent.
type emitLog struct {
	mu       sync.Mutex
	outcomes []outcome // a ring, whose ids rise from next on
	next     int
	highest  uint64
	any      bool
	ended    bool // the session goes on elsewhere
}

// settled is what is known of the emits of a session, for who takes it over.
type settled struct {
	Highest uint64               `json:"highest"`
	Any     bool                 `json:"any"`
	Well    []uint64             `json:"well,omitempty"`
	Errors  map[uint64]wireError `json:"errors,omitempty"`
}

// mostSettled bounds the errors of a settled, in bytes: they travel in one message. Of older ones nobody knows.
const mostSettled = 128 << 10

type outcome struct {
	id     uint64
	result *emitResult
}

type emitResult struct {
	done chan struct{}
	err  *wireError // set when done is closed
}

var (
	ended = func() chan struct{} { c := make(chan struct{}); close(c); return c }()
	// ranWell is what most emits come to.
	ranWell = &emitResult{done: ended}
)

// settled waits until the outcome is known, or ctx is done, and reports whether it is.
func (r *emitResult) settled(ctx context.Context) bool {
	select {
	case <-r.done:
		return true
	default:
	}
	select {
	case <-r.done:
		return true
	case <-ctx.Done():
		return false
	}
}

// weight is what is charged for an outcome that is kept.
func (r *emitResult) weight() int {
	if r.err == nil {
		return 0
	}
	return int(unsafe.Sizeof(*r)+unsafe.Sizeof(*r.err)) + len(r.err.Code) + len(r.err.Message) + len(r.err.Path)
}

// run calls do for the first emit of an id, and returns what that one came to for every other. What is kept is on the
// session's tab.
func (l *emitLog) run(id uint64, tab *tab, do func() *wireError) *wireError {
	l.mu.Lock()
	if o := l.find(id); o != nil {
		r := o.result
		l.mu.Unlock()
		<-r.done
		return r.err
	}
	if l.ended || l.any && id <= l.highest {
		l.mu.Unlock()
		return &wireError{Code: codeOutcomeUnknown, Message: "it may have run, and its outcome is not known here"}
	}
	r := &emitResult{done: make(chan struct{})}
	kept := l.keep(outcome{id, r}, tab)
	l.mu.Unlock()
	if !kept {
		return &wireError{Code: eventbus.CodeRate, Message: tooMuchMemory.Reason}
	}
	r.err = &wireError{Code: eventbus.CodeInternal}
	defer l.settle(id, r, tab)
	r.err = do()
	return r.err
}

// stop makes none run any more.
func (l *emitLog) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
}

// end returns what became of the emits, of which none runs any more. It waits for those that run, until ctx is done.
func (l *emitLog) end(ctx context.Context) (s settled) {
	l.mu.Lock()
	outcomes := append(slices.Clone(l.outcomes[l.next:]), l.outcomes[:l.next]...)
	s.Highest, s.Any = l.highest, l.any
	l.mu.Unlock()
	size := 0
	for _, o := range slices.Backward(outcomes) {
		if !o.result.settled(ctx) {
			continue
		}
		if o.result.err == nil {
			s.Well = append(s.Well, o.id)
		} else if size += o.result.weight(); size <= mostSettled {
			if s.Errors == nil {
				s.Errors = map[uint64]wireError{}
			}
			s.Errors[o.id] = *o.result.err
		}
	}
	return s
}

// begin takes over what is known, if nothing is.
func (l *emitLog) begin(s *settled, tab *tab) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.any {
		return
	}
	outcomes := make([]outcome, 0, min(len(s.Well)+len(s.Errors), keptEmits))
	for _, id := range s.Well {
		outcomes = append(outcomes, outcome{id, ranWell})
	}
	for id, err := range s.Errors {
		outcomes = append(outcomes, outcome{id, &emitResult{done: ended, err: &err}})
	}
	slices.SortFunc(outcomes, func(a, b outcome) int { return cmp.Compare(a.id, b.id) })
	for _, o := range outcomes {
		if !l.keep(o, tab) {
			break
		}
		tab.owe(o.result.weight())
	}
	l.highest, l.any = max(l.highest, s.Highest), s.Any
}

// pass makes the ids up to this one those of emits that may have run elsewhere: they are not run here.
func (l *emitLog) pass(id uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.highest, l.any = max(l.highest, id), true
}

// settle keeps what an emit came to in as little as that takes.
func (l *emitLog) settle(id uint64, r *emitResult, tab *tab) {
	l.mu.Lock()
	if o := l.find(id); o != nil {
		if o.result = ranWell; r.err != nil {
			o.result = &emitResult{done: ended, err: r.err}
		}
		tab.owe(o.result.weight())
	}
	l.mu.Unlock()
	close(r.done)
}

// find returns what is kept of the id, or nil.
func (l *emitLog) find(id uint64) *outcome {
	n := len(l.outcomes)
	at := func(i int) *outcome { return &l.outcomes[(l.next+i)%n] }
	i := sort.Search(n, func(i int) bool { return at(i).id >= id })
	if i == n || at(i).id != id {
		return nil
	}
	return at(i)
}

// keep reports whether there was room.
func (l *emitLog) keep(o outcome, tab *tab) bool {
	if len(l.outcomes) < keptEmits {
		if !tab.change(2 * outcomeSize) { // a slice has room for more than it holds
			return false
		}
		l.outcomes = append(l.outcomes, o)
	} else {
		tab.change(-l.outcomes[l.next].result.weight())
		l.outcomes[l.next] = o
		l.next = (l.next + 1) % keptEmits
	}
	l.highest, l.any = o.id, true
	return true
}

// The codes that a transport adds to those of the bus.
const (
	codeStale          eventbus.Code = "stale"
	codeOutcomeUnknown eventbus.Code = "outcome_unknown"
	codeTooManyListens eventbus.Code = "too_many_listens"
)
