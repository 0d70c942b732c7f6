package httptransport

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// record is one emit, as the model remembers it: its number is its place in the history, and is in
// the payload.
type record struct{ event, key, target string }

// history is everything that was emitted, and what pages emitted.
type history struct {
	t *testing.T
	// bus returns that of the node which emits, and landed waits until all nodes have what it has emitted.
	bus    func() *eventbus.Bus
	landed func()

	mu      sync.Mutex
	records []record

	ranMu sync.Mutex
	ran   map[string]int // how often each of the pages' emits ran
}

// emit records an emit and makes it. The lock is held for both, so that whoever knows how many records
// there are knows that all of them have been emitted.
func (h *history) emit(r record) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(h.records)
	h.records = append(h.records, r)
	bus := h.bus()
	defer h.landed()
	var err error
	switch e := map[string]any{"tick": tick, "replay": replay, "sticky": sticky, "latest": latest, "lossy": lossy}[r.event].(type) {
	case *eventbus.Event[int]:
		if r.target != "" {
			err = e.EmitTo(background, bus, eventbus.Window(r.target), n)
		} else {
			err = e.Emit(background, bus, n)
		}
	case *eventbus.Event[progress]:
		err = e.Emit(background, bus, progress{r.key, n})
	case *eventbus.Event[string]:
		err = e.Emit(background, bus, fmt.Sprintf("%-500d", n))
	}
	if err != nil {
		h.t.Error(err)
	}
}

func (h *history) now() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.records)
}

func (h *history) all() []record {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.records)
}

// heard is what the model knows of one event that a page listens to.
type heard struct {
	keys    []string // nil for all
	old     *heard   // what it replaces, until that is confirmed
	since   int      // records before it are not for the page, kept values aside
	next    int      // the record after the last one that is accounted for
	missing int      // how many gaps have told of since
	unknown bool     // a gap could not tell, or the interest has just changed
	seq     float64  // of the last delivery, by which a page knows what it has had
	values  map[string]int
	last    []int // the newest deliveries
}

func newHeard(keys []string, since int) *heard {
	return &heard{keys: keys, since: since, next: since, unknown: true, values: map[string]int{}}
}

// replaced returns what is heard of other keys from now on: until that is confirmed, of either.
func (w *heard) replaced(keys []string) *heard {
	next := *w
	next.keys, next.old, next.unknown = keys, w, true
	return &next
}

// confirm ends the old interest.
func (w *heard) confirm() { w.old, w.unknown = nil, true }

// wants reports whether the page is to get the record.
func (w *heard) wants(r record, event, label string) bool {
	return r.event == event && (r.target == "" || r.target == label) &&
		(w.keys == nil || slices.Contains(w.keys, r.key)) || w.old != nil && w.old.wants(r, event, label)
}

// skipped returns how many records from next up to before are owed, and not made up for by a newer value.
func (w *heard) skipped(records []record, before int, event, label string) (n int) {
	for i := w.next; i < before; i++ {
		r := records[i]
		if w.wants(r, event, label) && (event != "latest" || !slices.Contains(records[i+1:], r)) {
			n++
		}
	}
	return n
}

// take accounts for the delivery of record n, and returns what is wrong with it.
func (w *heard) take(records []record, n int, event, label string) error {
	if n >= len(records) || !w.wants(records[n], event, label) {
		return fmt.Errorf("record %d is not for this page", n)
	}
	w.values[records[n].key] = n
	w.last = append(w.last, n)
	if kept(event) && w.unknown {
		w.next = max(w.next, n+1) // it may be one of the kept values, which come beside those told of by gaps
		return nil
	}
	switch owed := w.skipped(records, n, event, label); {
	case n < w.since:
		return fmt.Errorf("record %d is from before the listen, which came after %d", n, w.since)
	case n < w.next:
		return fmt.Errorf("record %d came after those up to %d", n, w.next)
	case !w.unknown && owed != w.missing:
		return fmt.Errorf("%d deliveries are missing before record %d, gaps told of %d", owed, n, w.missing)
	}
	w.next, w.missing, w.unknown = n+1, 0, w.old != nil
	return nil
}

// kept reports whether a new listen brings values of the event.
func kept(event string) bool { return event == "sticky" || event == "replay" }

// check is called when the page must have had, or been told of, all the records there are.
func (w *heard) check(records []record, event, label string) error {
	if owed := w.skipped(records, len(records), event, label); !w.unknown && owed != w.missing {
		return fmt.Errorf("%d deliveries are missing after record %d, gaps told of %d", owed, w.next-1, w.missing)
	}
	w.next, w.missing, w.unknown = len(records), 0, false
	newest := map[string]int{}
	var last []int
	for n, r := range records {
		if w.wants(r, event, label) {
			newest[r.key] = n
			last = append(last, n)
		}
	}
	switch event {
	case "sticky":
		for key, n := range newest {
			if got, ok := w.values[key]; !ok || got != n {
				return fmt.Errorf("the last value of %s is record %d, want %d", key, got, n)
			}
		}
	case "replay":
		for _, n := range last[max(0, len(last)-2):] {
			if !slices.Contains(w.last, n) {
				return fmt.Errorf("record %d is one of the last two, and did not come: %v", n, w.last)
			}
		}
	}
	return nil
}
