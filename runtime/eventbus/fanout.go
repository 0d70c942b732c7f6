package eventbus

import (
	"context"
	"math"
	"slices"
	"sync"
)

// fanout is the queue of the asynchronous listeners of one event: one log for all of them, with a cursor
// for each. A payload is written once however many listeners there are, and a reader takes many at a time.
// The queue of a listener is what lies between its cursor and the head; its bound and its policy decide
// what happens when that grows.
type fanout struct {
	intake   *intake
	payloads *payloads

	mu      sync.Mutex
	chunks  []chunk // from the oldest that a reader may need
	base    uint64  // the position of the first item of chunks[0], a multiple of chunkSize
	head    uint64  // the position of the next item
	cleared uint64  // items before it hold nothing any more
	limit   uint64  // up to here head may go without a look at the readers
	readers []*reader
	resting []*reader     // those that nobody runs
	leaving []*reader     // those that were stopped with items in hand
	moved   chan struct{} // closed when a reader has moved on; nil if nobody waits for that
}

// chunk is a part of the log: items, and the places of their payloads.
type chunk struct {
	items  *[chunkSize]queued
	places address
}

const chunkSize = 64

func (f *fanout) init(g *intake, p *payloads) { f.intake, f.payloads = g, p }

// attach adds a reader that sees the initial items, which do not count against its bound, and what is
// added from now on.
func (f *fanout) attach(r *reader, initial []queued) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r.f, r.cursor, r.initial = f, f.head, initial
	f.readers = append(f.readers, r)
	f.limit = f.head
	f.rest(r)
	if len(initial) > 0 {
		f.start()
	}
}

// add appends an item for all readers, with a copy of its payload unless it is a batch. A reader that blocks
// and is full makes it wait, until ctx is done.
func (f *fanout) add(ctx context.Context, item queued) {
	f.mu.Lock()
	if f.head >= f.limit {
		f.makeRoom(ctx)
	}
	if len(f.readers) > 0 {
		i := f.head % chunkSize
		if i == 0 || len(f.chunks) == 0 {
			f.grow()
		}
		c := f.chunks[len(f.chunks)-1]
		if from := item.payload; item.single() {
			item.payload = f.payloads.nth(c.places, int(i))
			f.payloads.copyOne(item.payload, from)
		}
		c.items[i] = item
		f.head++
		if len(f.resting) > 0 {
			f.start()
		}
	}
	f.mu.Unlock()
}

// makeRoom is called when some reader may be full. It waits for those that block, and lets those pass over
// the next item that are full all the same. The lock is held on entry and on return.
func (f *fanout) makeRoom(ctx context.Context) {
	for f.blocked() {
		moved := f.watch()
		f.mu.Unlock()
		canceled := false
		select {
		case <-moved:
		case <-ctx.Done():
			canceled = true
		}
		f.mu.Lock()
		if canceled {
			break
		}
	}
	f.limit = math.MaxUint64
	for _, r := range f.readers {
		if r.overflow != Block && r.overflow != DropNewest {
			continue
		}
		room := r.room()
		if room <= 0 {
			r.skip()
		}
		f.limit = min(f.limit, f.head+uint64(max(room, 1)))
	}
}

func (f *fanout) blocked() bool {
	for _, r := range f.readers {
		if r.overflow == Block && r.room() <= 0 {
			return true
		}
	}
	return false
}

// grow adds a chunk for the item at head, and drops the chunks that nobody needs any more.
func (f *fanout) grow() {
	need := f.head
	for _, r := range f.readers {
		need = min(need, r.oldest())
	}
	drop := 0
	for drop < len(f.chunks) && f.base+chunkSize <= need {
		drop++
		f.base += chunkSize
	}
	if drop > 0 {
		n := copy(f.chunks, f.chunks[drop:])
		clear(f.chunks[n:])
		f.chunks = f.chunks[:n]
	}
	if len(f.chunks) == 0 {
		f.base, f.cleared = f.head-f.head%chunkSize, f.head
	}
	f.chunks = append(f.chunks, chunk{new([chunkSize]queued), f.payloads.make(chunkSize)})
}

// itemsFrom returns the items from the position on that lie together, at most k.
func (f *fanout) itemsFrom(position uint64, k int) []queued {
	items := f.chunks[(position-f.base)/chunkSize].items
	from := position % chunkSize
	return items[from:min(chunkSize, from+uint64(k), from+f.head-position)]
}

// start sets the resting readers to work.
func (f *fanout) start() {
	var run []*reader
	for _, r := range f.resting {
		r.resting = false
		if r.pull != nil {
			r.poke()
		} else {
			run = append(run, r)
		}
	}
	clear(f.resting)
	f.resting = f.resting[:0]
	f.intake.work.Add(int64(len(run)))
	switch {
	case len(run) == 1:
		go run[0].run()
	case len(run) > 1:
		go startAll(run)
	}
}

// startAll starts many readers apart from the emitter, which pays for one goroutine only.
func startAll(readers []*reader) {
	for _, r := range readers[1:] {
		go r.run()
	}
	readers[0].run()
}

// rest takes note that nobody runs the reader. A reader is in the list of those that rest exactly if it says
// so itself.
func (f *fanout) rest(r *reader) {
	if !r.resting {
		r.resting = true
		f.resting = append(f.resting, r)
	}
}

// tidy lets go of what every reader has read. Items in hand lie in the chunks, so nothing is cleared under
// a reader that has some, one that is leaving included.
func (f *fanout) tidy() {
	if len(f.leaving) > 0 {
		return
	}
	for _, r := range f.readers {
		if !r.resting || r.cursor != f.head {
			return
		}
	}
	if len(f.chunks) == 0 {
		return
	}
	last := len(f.chunks) - 1
	f.base += uint64(last) * chunkSize
	f.chunks[0] = f.chunks[last]
	clear(f.chunks[1:])
	f.chunks = f.chunks[:1]
	if len(f.readers) == 0 {
		f.chunks = nil
		return
	}
	from := max(f.cleared, f.base)
	read := f.chunks[0].items[from-f.base : f.head-f.base]
	for i := range read {
		if q := &read[i]; q.single() {
			f.payloads.clear(q.payload, 1)
		}
	}
	clear(read)
	f.cleared = f.head
}

// watch returns a channel that is closed when a reader has moved on.
func (f *fanout) watch() <-chan struct{} {
	if f.moved == nil {
		f.moved = make(chan struct{})
	}
	return f.moved
}

func (f *fanout) notify() {
	if f.moved != nil {
		close(f.moved)
		f.moved = nil
	}
}

// flush waits until every listener has had what is in its queue now.
func (f *fanout) flush(ctx context.Context) error {
	f.mu.Lock()
	head := f.head
	for {
		behind := len(f.leaving) > 0
		for _, r := range f.readers {
			behind = behind || r.pull == nil && !r.passed(head)
		}
		if !behind {
			f.mu.Unlock()
			return nil
		}
		moved := f.watch()
		f.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
			return canceled(ctx, "")
		}
		f.mu.Lock()
	}
}

// empty reports whether no listener has anything queued or in hand.
func (f *fanout) empty() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.readers {
		if r.pull == nil && !r.passed(f.head) {
			return false
		}
	}
	return len(f.leaving) == 0
}

// seal drops what is queued for listeners; loops that pull may still have what is there.
func (f *fanout) seal() {
	f.mu.Lock()
	readers := slices.Clone(f.readers)
	f.mu.Unlock()
	for _, r := range readers {
		if r.pull == nil {
			r.stop()
		}
	}
}
