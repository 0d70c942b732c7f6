package eventbus

import (
	"math"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventgen/eventgen/runtime/internal/port"
)

// eventLog is the log that all sinks read: a ring of entries, bounded by bytes and age. It also gives
// positions, and its lock makes one step of giving a position, storing the value and logging it.
type eventLog struct {
	maxBytes int
	maxAge   time.Duration

	mu     sync.Mutex
	ring   []*port.Entry // a power of two
	first  uint64        // the oldest entry is ring[first%len(ring)]
	next   uint64        // the next entry goes to ring[next%len(ring)]
	bytes  int
	at     uint64 // the position of the newest entry
	floor  uint64 // entries up to this position are gone
	origin uint64 // positions up to it were before the log began

	costs costs

	arena []byte       // where frames are put
	slab  []port.Entry // where entries are put

	shared bool          // all nodes share a log, which gives the positions of entries; seq is for Go listeners only
	seq    atomic.Uint64 // the newest position given to anything
	ports  atomic.Pointer[[]*sinkPort]
}

const (
	arenaSize = 32 << 10
	slabSize  = 32
)

// position returns the newest position: what is recorded from now on comes after it.
func (l *eventLog) position() uint64 {
	if l.shared {
		return l.at
	}
	return l.seq.Load()
}

// fill makes the entry of a delivery: its frame, in the arena, with the payload as a part of it. What is kept for new
// listeners stands alone, so that it keeps nothing else.
func (l *eventLog) fill(t *topic, seq uint64, text []byte, batch int, o *occasion) *port.Entry {
	alone := t.store != nil
	e := l.newEntry(alone)
	e.Seq, e.Event, e.Key, e.Target, e.Batch, e.Time, e.Node = seq, t.info, o.key, o.target, batch, o.time, o.node
	e.Contract = t.info.Contract
	if e.Target.IsZero() {
		e.Target = All
	}
	if o.peer != nil {
		e.Peer, e.ByClient = *o.peer, true
	}
	e.Frame, e.Payload = l.frame(t, seq, text, batch > 0, alone)
	e.Owner = t
	e.Size = t.costOf(len(e.Frame), o)
	return e
}

func (l *eventLog) newEntry(alone bool) *port.Entry {
	if alone {
		return new(port.Entry)
	}
	if len(l.slab) == 0 {
		l.slab = make([]port.Entry, slabSize)
	}
	e := &l.slab[0]
	l.slab = l.slab[1:]
	return e
}

func (l *eventLog) frame(t *topic, seq uint64, text []byte, batch, alone bool) (frame, payload []byte) {
	const member = `,"payload":`
	size := len(t.prefix) + 20 + len(member) + len(text) + 1
	if cap(l.arena)-len(l.arena) < size {
		alone = alone || size > arenaSize/4
	}
	if alone {
		return appendFrame(make([]byte, 0, size), t, seq, text, batch)
	}
	if cap(l.arena)-len(l.arena) < size {
		l.arena = make([]byte, 0, arenaSize)
	}
	start := len(l.arena)
	frame, payload = appendFrame(l.arena[start:start], t, seq, text, batch)
	l.arena = l.arena[:start+len(frame)]
	return frame[:len(frame):len(frame)], payload
}

// appendFrame appends the frame of the wire protocol to dst, which is empty and has room for it.
func appendFrame(dst []byte, t *topic, seq uint64, text []byte, batch bool) (frame, payload []byte) {
	dst = append(dst, t.prefix...)
	dst = strconv.AppendUint(dst, seq, 10)
	if text == nil {
		return append(dst, '}'), nil
	}
	if batch {
		dst = append(dst, `,"batch":`...)
	} else {
		dst = append(dst, `,"payload":`...)
	}
	start := len(dst)
	dst = append(dst, text...)
	end := len(dst)
	return append(dst, '}'), dst[start:end:end]
}

// reset forgets all entries: the log begins after the position. The lock is held.
func (l *eventLog) reset(at uint64) {
	for l.first < l.next {
		l.evict()
	}
	l.at, l.floor, l.origin = at, at, at
	for _, p := range *l.ports.Load() {
		p.epoch.Add(1)
	}
}

// advance says that the log has come as far as the position. The lock is held.
func (l *eventLog) advance(at uint64) { l.at = max(l.at, at) }

// push appends an entry. The lock is held.
func (l *eventLog) push(e *port.Entry) {
	if l.next-l.first == uint64(len(l.ring)) {
		l.enlarge()
	}
	l.ring[l.next&uint64(len(l.ring)-1)] = e
	l.next++
	l.at = e.Seq
	l.bytes += e.Size
	if w := e.Owner.(*topic).watched; w != nil {
		w.frames++
		w.bytes += uint64(len(e.Frame))
	}
	if e.ByClient {
		l.costs.logged.Take(e.Peer.Account, e.Size)
	}
	if t := e.Owner.(*topic); t.newest != nil && !e.Lost {
		id := slotID{e.Key, port.ID(e.Target)}
		if port.Fixed(e.Target) {
			if old := t.newest[id]; old != nil {
				old.Supersede()
			}
			t.newest[id] = e
		}
	}
	for l.bytes > l.maxBytes && l.next-l.first > 1 {
		l.evict()
	}
	l.expire(e.Time)
}

func (l *eventLog) enlarge() {
	old := l.ring
	l.ring = make([]*port.Entry, max(64, 2*len(old)))
	for i := l.first; i < l.next; i++ {
		l.ring[i&uint64(len(l.ring)-1)] = old[i&uint64(len(old)-1)]
	}
}

// expire drops what is too old at the time.
func (l *eventLog) expire(now time.Time) {
	for l.next > l.first {
		if now.Sub(l.ring[l.first&uint64(len(l.ring)-1)].Time) <= l.maxAge {
			return
		}
		l.evict()
	}
}

func (l *eventLog) evict() {
	i := l.first & uint64(len(l.ring)-1)
	e := l.ring[i]
	if l.costs.settled == l.first {
		l.uncharge(e)
		l.costs.settled++
	}
	l.ring[i] = nil
	l.first++
	l.bytes -= e.Size
	l.floor = e.Seq
	t := e.Owner.(*topic)
	t.evicted = e.Seq
	if t.newest != nil {
		if id := (slotID{e.Key, port.ID(e.Target)}); t.newest[id] == e {
			delete(t.newest, id)
		}
	}
}

// after returns the index of the first entry behind the position. As every entry has a greater position
// than the one before, there cannot be more entries behind it than positions.
func (l *eventLog) after(position uint64) uint64 {
	if position >= l.at {
		return l.next
	}
	low, high := l.first, l.next
	if d := l.at - position; d < l.next-l.first {
		low = l.next - d
	}
	mask := uint64(len(l.ring) - 1)
	for step := uint64(1); low < high; step *= 2 { // near the guess first
		if l.ring[low&mask].Seq > position {
			return low
		}
		if low+step >= high || l.ring[(low+step)&mask].Seq > position {
			high = min(high, low+step)
			break
		}
		low += step
	}
	for low++; low < high; {
		if mid := (low + high) / 2; l.ring[mid&mask].Seq > position {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return high
}

// read copies entries behind the position into dst.
func (l *eventLog) read(position uint64, dst []*port.Entry) (n int, lost, end bool) {
	from := l.after(position)
	n = int(min(uint64(len(dst)), l.next-from))
	mask := uint64(len(l.ring) - 1)
	for i := range n {
		dst[i] = l.ring[(from+uint64(i))&mask]
	}
	return n, position < l.floor, from+uint64(n) == l.next
}

// wake tells the sinks that the log has grown. The lock is not held.
func (l *eventLog) wake() {
	for _, p := range *l.ports.Load() {
		if p.armed.Load() && p.armed.CompareAndSwap(true, false) {
			p.callWake()
		}
	}
}

func (l *eventLog) attach(p *sinkPort) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ports := append(slices.Clone(*l.ports.Load()), p)
	l.ports.Store(&ports)
}

func (l *eventLog) detach(p *sinkPort) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ports := slices.DeleteFunc(slices.Clone(*l.ports.Load()), func(q *sinkPort) bool { return p == q })
	l.ports.Store(&ports)
}

func (l *eventLog) init(bytes int, age time.Duration, part float64) {
	l.maxBytes, l.maxAge = bytes, age
	if age <= 0 {
		l.maxAge = math.MaxInt64
	}
	l.costs.init(bytes, age, part)
	l.ports.Store(new([]*sinkPort))
}
