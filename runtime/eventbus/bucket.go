package eventbus

import (
	"context"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/account"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// bucket is what a coalescer holds for one key and target. At most one delivery of a bucket is under way at a
// time, wherever it runs; what is emitted meanwhile waits.
type bucket struct {
	id      bucketID
	target  Target
	account string // of the window for which it was made

	waiting pending
	busy    bool // a delivery is under way
	open    bool // throttle: a delivery was made less than a period ago
	due     int  // how many deliveries are to be made as soon as it is not busy
	ready   bool // it is in the list of buckets that the dispatcher delivers at once

	deadline   time.Duration // on the bus's clock, while it is in the queue of deadlines
	queued     bool
	prev, next *bucket

	count uint64        // of deliveries that have ended
	ended chan struct{} // closed when the delivery under way has ended; nil if nobody waits
}

// bucketID is what buckets differ in.
type bucketID struct {
	slotID
	// origin keeps what windows emit apart from what Go code does, and for batches, whose payloads all
	// have one source, the windows from each other.
	origin string
}

// plain reports whether it is the bucket of what Go code emits for everyone.
func (id bucketID) plain() bool { return id.target == (port.TargetID{}) && id.origin == "" }

// anyWindow is the origin of what windows emit where it does not matter which of them does.
const anyWindow = "*"

// pending is what waits in a bucket: the last payload, or the payloads of a batch.
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
	first address // nil if there is none yet
	room  int     // for so many payloads
}

// has reports whether something is waiting.
func (b *bucket) has() bool { return b.waiting.n > 0 }

// wait returns a channel that is closed when the delivery under way has ended.
func (b *bucket) wait() <-chan struct{} {
	if b.ended == nil {
		b.ended = make(chan struct{})
	}
	return b.ended
}

// end takes note that the delivery under way has ended.
func (b *bucket) end() {
	b.busy = false
	b.count++
	if b.ended != nil {
		close(b.ended)
		b.ended = nil
	}
}

// json returns what was encoded at the emits, as one text.
func (w *pending) json(batch bool) []byte {
	if !batch {
		return w.encoded
	}
	text := append([]byte{'['}, w.encoded[1:]...)
	return append(text, ']')
}

// buckets are the buckets of one coalescer that hold something. The one of broadcasts without a key is always
// there; the others come and go with what they hold.
type buckets struct {
	solo   bucket
	texts  map[string]*bucket   // broadcasts whose key is a string
	keys   map[Key]*bucket      // broadcasts of other keys
	others map[bucketID]*bucket // what is addressed, and what windows emit

	max     int            // of buckets of Go code
	windows account.Ledger // of those of windows
}

func (bs *buckets) init(i *eventdef.Info) {
	own, windows := divide(i)
	bs.max, bs.windows = own, account.New(windows)
	bs.texts = map[string]*bucket{}
	bs.keys = map[Key]*bucket{}
	bs.others = map[bucketID]*bucket{}
}

// get returns the bucket of the id, and nil if there are too many: of Go code, or of the window's account.
func (bs *buckets) get(id bucketID, target Target, from *Peer) *bucket {
	if b := bs.find(id); b != nil {
		return b
	}
	b := &bucket{id: id, target: target}
	if from != nil {
		b.account = from.Account
		if !bs.windows.Admits(b.account, 1) {
			return nil
		}
		bs.windows.Take(b.account, 1)
	} else if len(bs.texts)+len(bs.keys)+len(bs.others)-bs.windows.Held() >= bs.max {
		return nil
	}
	if !id.plain() {
		bs.others[id] = b
	} else if text, ok := id.key.Text(); ok {
		bs.texts[text] = b
	} else {
		bs.keys[id.key] = b
	}
	return b
}

func (bs *buckets) find(id bucketID) *bucket {
	if !id.plain() {
		return bs.others[id]
	}
	if text, ok := id.key.Text(); ok {
		return bs.texts[text]
	}
	if id.key.IsZero() {
		return &bs.solo
	}
	return bs.keys[id.key]
}

// drop forgets a bucket that holds nothing.
func (bs *buckets) drop(b *bucket) {
	switch {
	case b == &bs.solo:
	case !b.id.plain():
		delete(bs.others, b.id)
		if b.id.origin != "" {
			bs.windows.Give(b.account, 1)
		}
	default:
		delete(bs.keys, b.id.key)
		if text, ok := b.id.key.Text(); ok {
			delete(bs.texts, text)
		}
	}
}

// all calls fn with every bucket, of which fn may drop those it gets.
func (bs *buckets) all(fn func(*bucket)) {
	fn(&bs.solo)
	for _, b := range bs.texts {
		fn(b)
	}
	for _, b := range bs.keys {
		fn(b)
	}
	for _, b := range bs.others {
		fn(b)
	}
}

// of calls fn with the buckets of a key: those of equal keys and those whose keys are of another kind, which
// cannot be told apart by it.
func (bs *buckets) of(key Key, fn func(*bucket)) {
	if key.IsZero() {
		bs.all(fn)
		return
	}
	if b := bs.find(bucketID{slotID: slotID{key: key}}); b != nil {
		fn(b)
	}
	fn(&bs.solo)
	if _, ok := key.Text(); !ok {
		for _, b := range bs.texts {
			fn(b)
		}
	}
	for other, b := range bs.keys {
		if other != key && !other.Comparable(key) {
			fn(b)
		}
	}
	for id, b := range bs.others {
		if id.key == key || !id.key.Comparable(key) {
			fn(b)
		}
	}
}

// deadlines is a queue of buckets, in the order of their deadlines: all buckets of an event wait equally long,
// so that a bucket is always added at the end.
type deadlines struct{ front, back *bucket }

func (q *deadlines) push(b *bucket, deadline time.Duration) {
	q.remove(b)
	b.deadline, b.queued = deadline, true
	if b.prev = q.back; b.prev != nil {
		b.prev.next = b
	} else {
		q.front = b
	}
	q.back = b
}

func (q *deadlines) remove(b *bucket) {
	if !b.queued {
		return
	}
	if b.prev != nil {
		b.prev.next = b.next
	} else {
		q.front = b.next
	}
	if b.next != nil {
		b.next.prev = b.prev
	} else {
		q.back = b.prev
	}
	b.prev, b.next, b.queued = nil, nil, false
}
