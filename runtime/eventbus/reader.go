package eventbus

import (
	"context"
	"runtime"
)

// reader is the place of one asynchronous listener in a fanout, whose lock guards all but the last group
// of fields.
type reader struct {
	f        *fanout
	n        int
	overflow Overflow
	pull     chan struct{} // set if a loop pulls: it is told here that there is something

	initial []queued // what comes first and does not count
	early   []queued // what comes before the cursor's item: taken out of the log when the queue was full
	cursor  uint64   // the position of the next item
	dropped uint64   // how many were, since it was reported
	resting bool
	gone    bool

	// handle hands the items over, from *pos on, advancing it. It returns early after a panic, having
	// passed over what panicked; after a Goexit it does not return.
	handle func(items []queued, pos *int)
	report func(dropped uint64)

	// What whoever runs the reader has taken out of the queue and not yet handed over; inHand tells the
	// others, under the lock, that there is some.
	batch  []queued
	pos    int
	inHand bool
}

// maxClaim bounds what a reader takes out of its queue at a time, beside a sixteenth of its bound: what a
// listener has in hand comes on top of the bound.
const maxClaim = 64

// room returns how many more items the queue can take.
func (r *reader) room() int { return r.n - len(r.early) - int(r.f.head-r.cursor) }

// oldest returns the position of the oldest item in the log that the reader may still want.
func (r *reader) oldest() uint64 {
	if bound := uint64(r.n); (r.overflow == DropOldest || r.overflow == Latest) && r.f.head-r.cursor > bound {
		return r.f.head - bound
	}
	return r.cursor
}

// passed reports whether everything before the position has been handed over.
func (r *reader) passed(position uint64) bool {
	return r.cursor >= position && len(r.initial) == 0 && len(r.early) == 0 && !r.inHand
}

// skip makes the reader pass over the next item of the log. What is queued before it is set apart, so that
// the log need not be kept for it.
func (r *reader) skip() {
	for r.cursor < r.f.head {
		items := r.f.itemsFrom(r.cursor, chunkSize)
		for _, q := range items {
			if q.single() {
				q.payload = r.f.payloads.clone(q.payload, 1)
			}
			r.early = append(r.early, q)
		}
		r.cursor += uint64(len(items))
	}
	r.cursor++
	r.dropped++
}

// take removes up to k items from the front of the queue. The lock is held.
func (r *reader) take(k int) []queued {
	f := r.f
	if n := min(k, len(r.initial)); n > 0 {
		items := r.initial[:n:n]
		if r.initial = r.initial[n:]; len(r.initial) == 0 {
			r.initial = nil // an empty slice would keep what was there
		}
		return items
	}
	if n := min(k, len(r.early)); n > 0 {
		items := r.early[:n:n]
		if r.early = r.early[n:]; len(r.early) == 0 {
			r.early = nil
		}
		return items
	}
	if behind := f.head - r.cursor; behind > uint64(r.n) {
		switch r.overflow {
		case DropOldest:
			r.dropped += behind - uint64(r.n)
			r.cursor = f.head - uint64(r.n)
		case Latest:
			r.dropped += behind - 1
			r.cursor = f.head - 1
		}
	}
	if r.cursor >= f.head {
		return nil
	}
	items := f.itemsFrom(r.cursor, k)
	r.cursor += uint64(len(items))
	return items
}

// run hands over what is queued until there is nothing left.
func (r *reader) run() {
	ended := false
	defer func() {
		if !ended { // a listener called Goexit; its queue goes on
			go r.run()
		}
	}()
	for lingered := false; ; {
		if r.pos < len(r.batch) {
			r.handle(r.batch, &r.pos)
			continue
		}
		switch r.claim(lingered) {
		case claimed:
			lingered = false
		case nothing:
			// Emitters that are running get the chance to add more before this goroutine ends.
			lingered = true
			runtime.Gosched()
		case rested:
			ended = true
			r.f.intake.workDone()
			return
		}
	}
}

type claimResult uint8

const (
	claimed claimResult = iota
	nothing
	rested
)

func (r *reader) claim(rest bool) claimResult {
	f := r.f
	f.mu.Lock()
	r.batch, r.pos = nil, 0
	if !r.gone {
		r.batch = r.take(min(max(r.n/16, 1), maxClaim))
	}
	r.inHand = len(r.batch) > 0
	f.notify()
	dropped := r.dropped
	r.dropped = 0
	result := claimed
	switch {
	case r.gone:
		f.leaving = without(f.leaving, r)
		f.tidy()
		result = rested
	case len(r.batch) == 0 && dropped == 0 && (rest || f.intake.state.Load() != stateOpen):
		f.rest(r)
		f.tidy()
		result = rested
	case len(r.batch) == 0:
		result = nothing
	}
	f.mu.Unlock()
	if dropped > 0 {
		r.report(dropped)
	}
	return result
}

// next returns the next item to a loop that pulls, and copies its payload unless it is a batch. It waits
// until there is one, and returns false when ctx is done, when the reader is stopped, and when closed is and
// the queue is empty.
func (r *reader) next(ctx context.Context, closed <-chan struct{}, to address) (item queued, ok bool) {
	for last := false; ; {
		item, ok = r.pullOne(to)
		if ok || last || r.isGone() {
			return item, ok
		}
		select {
		case <-r.pull:
		case <-closed:
			last = true
		case <-ctx.Done():
			return item, false
		}
	}
}

func (r *reader) pullOne(to address) (item queued, ok bool) {
	f := r.f
	f.mu.Lock()
	if !r.gone {
		if items := r.take(1); len(items) > 0 {
			item, ok = items[0], true
			if item.single() {
				f.payloads.copyOne(to, item.payload)
				item.payload = to
			}
		} else if !r.resting {
			f.rest(r)
			f.tidy()
		}
	}
	f.notify()
	dropped := r.dropped
	r.dropped = 0
	f.mu.Unlock()
	if dropped > 0 {
		r.report(dropped)
	}
	return item, ok
}

func (r *reader) isGone() bool {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	return r.gone
}

// poke tells a loop that pulls that something has changed.
func (r *reader) poke() {
	select {
	case r.pull <- struct{}{}:
	default:
	}
}

// stop takes the reader out. What was queued for it is dropped; whoever waits for the queues to be empty
// still waits for the call that is under way.
func (r *reader) stop() {
	f := r.f
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.gone {
		return
	}
	r.gone, r.initial, r.early = true, nil, nil
	f.readers = without(f.readers, r)
	if r.resting {
		r.resting = false
		f.resting = without(f.resting, r)
	}
	f.limit = f.head
	if r.inHand {
		f.leaving = append(f.leaving, r)
	}
	f.notify()
	f.tidy()
	if r.pull != nil {
		r.poke()
	}
}

// without removes e from the list, which need not keep its order.
func without[E comparable](list []E, e E) []E {
	for i, x := range list {
		if x == e {
			last := len(list) - 1
			list[i] = list[last]
			clear(list[last:])
			return list[:last]
		}
	}
	return list
}
