package session

import (
	"slices"
	"sync"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// shard flushes its part of the connections: it reads the log once for all of them, and makes
// the bytes of a broadcast once for each class.
type shard struct {
	engine *Engine
	wake   chan struct{} // holds one

	mu      sync.Mutex
	conns   []*Conn
	epoch   *Epoch
	head    uint64 // the position up to which the synced connections have been served
	entries []*port.Entry
	builds  map[*class]*build
	built   int // the bytes in builds

	last      *class // the class that was asked for last, and what it came to
	lastBuild *build
}

// build is what a batch of entries comes to for one class.
type build struct {
	bytes    []byte            // of the entries that are for everyone
	personal []*port.Entry     // those that depend on the peer
	variants map[uint64][]byte // with some of personal between the others, by which
}

// maxBuilt is how many bytes a shard has made of one batch before it begins to forget them: pages may listen to as many
// different things as there are pages.
const maxBuilt = 2 << 20

// maxPersonal is how many entries a key of variants can tell apart.
const maxPersonal = 64

func newShard(engine *Engine) *shard {
	return &shard{
		engine:  engine,
		wake:    make(chan struct{}, 1),
		entries: make([]*port.Entry, mostRead),
		builds:  make(map[*class]*build),
	}
}

// kick makes the shard look at the log. It never waits.
func (s *shard) kick() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *shard) run() {
	for {
		select {
		case <-s.wake:
			for s.flush() {
			}
		case <-s.engine.stop:
			return
		}
	}
}

// flush serves one batch and reports whether there may be more.
func (s *shard) flush() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.engine.port.At()
	got, lost := s.engine.port.Read(s.head, s.entries)
	if s.epoch != s.engine.era.Load() { // positions are of another: see Engine.renew
		clear(s.entries[:got])
		return false
	}
	n := fitting(s.entries[:got])
	batch := s.entries[:n]
	from := s.head
	if n > 0 {
		at = batch[n-1].Seq
	}
	s.head = max(s.head, at)
	for _, c := range s.conns {
		c.mu.Lock()
		if c.mode == modeSynced && c.epoch == s.epoch {
			if lost && c.missesLocked() {
				// The log turned over faster than this shard could read it.
				c.detachLocked()
			} else {
				s.serveLocked(c, batch, from, at)
			}
		}
		c.mu.Unlock()
	}
	s.forget()
	clear(s.entries[:got])
	return n < got || got == len(s.entries)
}

func (s *shard) serveLocked(c *Conn, batch []*port.Entry, from, at uint64) {
	if c.class == nil {
		c.cursor = max(c.cursor, at)
		return
	}
	if c.cursor > from {
		c.writeLocked(c.takeLocked(nil, batch, at, nil))
		return
	}
	b := s.buildOf(c.class, batch)
	mask, many := b.personalTo(&c.peer)
	if many {
		c.writeLocked(c.takeLocked(nil, batch, at, nil))
		return
	}
	c.cursor = max(c.cursor, at)
	c.writeLocked(s.with(b, mask, c.class, batch))
}

// buildOf returns what the batch comes to for the class. Connections of one class often stand
// together.
func (s *shard) buildOf(k *class, batch []*port.Entry) *build {
	if k == s.last {
		return s.lastBuild
	}
	b := s.builds[k]
	if b == nil {
		if s.built > maxBuilt {
			s.forget()
		}
		b = s.build(k, batch)
		s.builds[k] = b
		s.built += len(b.bytes)
	}
	s.last, s.lastBuild = k, b
	return b
}

// forget drops what has been made of a batch.
func (s *shard) forget() {
	clear(s.builds)
	s.built, s.last, s.lastBuild = 0, nil, nil
}

// personalTo returns which of the personal entries the peer gets, or many if there are too many
// of them for a mask and the peer gets some.
func (b *build) personalTo(p *eventbus.Peer) (mask uint64, many bool) {
	for i, e := range b.personal {
		if e.For(p) {
			if len(b.personal) > maxPersonal {
				return 0, true
			}
			mask |= 1 << i
		}
	}
	return mask, false
}

// with returns the bytes for the peers that get those personal entries: the members of a group
// share them.
func (s *shard) with(b *build, mask uint64, k *class, batch []*port.Entry) []byte {
	if mask == 0 {
		return b.bytes
	}
	if bytes := b.variants[mask]; bytes != nil {
		return bytes
	}
	var bytes []byte
	bit := uint64(1)
	for _, e := range batch {
		if !k.wants(e) {
			continue
		}
		if personal(e) {
			gets := mask&bit != 0
			if bit <<= 1; !gets {
				continue
			}
		}
		bytes = k.format.Append(bytes, s.engine.frameOf(e), s.epoch, e.Seq)
	}
	s.built += len(bytes)
	if b.variants == nil {
		b.variants = make(map[uint64][]byte)
	}
	b.variants[mask] = bytes
	return bytes
}

func (s *shard) build(k *class, batch []*port.Entry) *build {
	b := &build{}
	size := 0
	for _, e := range batch {
		if k.wants(e) {
			size += len(e.Frame) + 32
		}
	}
	if size == 0 {
		return b
	}
	b.bytes = make([]byte, 0, size)
	for _, e := range batch {
		switch {
		case !k.wants(e):
		case personal(e):
			b.personal = append(b.personal, e)
		default:
			b.bytes = k.format.Append(b.bytes, s.engine.frameOf(e), s.epoch, e.Seq)
		}
	}
	return b
}

func (s *shard) add(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = append(s.conns, c)
}

func (s *shard) remove(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.conns, c); i >= 0 {
		last := len(s.conns) - 1
		s.conns[i] = s.conns[last]
		s.conns[last] = nil
		s.conns = s.conns[:last]
	}
}
