package httptransport

import (
	"slices"
	"sync"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// shard flushes its part of the connections: it reads the log once for all of them, and makes
// the bytes of a broadcast once for each class.
type shard struct {
	h    *Handler
	wake chan struct{} // holds one

	mu      sync.Mutex
	conns   []*conn
	head    uint64 // the position up to which the synced connections have been served
	entries []*eventbus.Entry
	builds  map[*class]*build
}

// build is what a batch of entries comes to for one class.
type build struct {
	bytes    []byte            // of the entries that are for everyone
	personal []*eventbus.Entry // those that depend on the peer
}

func newShard(h *Handler) *shard {
	return &shard{
		h:       h,
		wake:    make(chan struct{}, 1),
		entries: make([]*eventbus.Entry, mostRead),
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
		case <-s.h.stop:
			return
		}
	}
}

// flush serves one batch and reports whether there may be more.
func (s *shard) flush() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.h.port.At()
	n, lost := s.h.port.Read(s.head, s.entries)
	batch := s.entries[:n]
	from := s.head
	if n > 0 {
		at = batch[n-1].Seq
	}
	s.head = max(s.head, at)
	for _, c := range s.conns {
		c.mu.Lock()
		if c.mode == modeSynced {
			if lost && c.missesLocked() {
				// The log turned over faster than this shard could read it.
				c.detachLocked()
			} else {
				s.serveLocked(c, batch, from, at)
			}
		}
		c.mu.Unlock()
	}
	clear(s.builds)
	clear(batch)
	return n > 0
}

func (s *shard) serveLocked(c *conn, batch []*eventbus.Entry, from, at uint64) {
	if c.class == nil {
		c.cursor = max(c.cursor, at)
		return
	}
	if c.cursor > from {
		c.writeLocked(c.takeLocked(nil, batch, at, nil))
		return
	}
	b := s.builds[c.class]
	if b == nil {
		b = s.build(c.class, batch)
		s.builds[c.class] = b
	}
	if slices.ContainsFunc(b.personal, func(e *eventbus.Entry) bool { return e.For(&c.peer) }) {
		c.writeLocked(c.takeLocked(nil, batch, at, nil))
		return
	}
	c.cursor = max(c.cursor, at)
	c.writeLocked(b.bytes)
}

func (s *shard) build(k *class, batch []*eventbus.Entry) *build {
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
			b.bytes = k.format.append(b.bytes, e.Frame, s.h.epoch, e.Seq)
		}
	}
	return b
}

func (s *shard) add(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = append(s.conns, c)
}

func (s *shard) remove(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.conns, c); i >= 0 {
		last := len(s.conns) - 1
		s.conns[i] = s.conns[last]
		s.conns[last] = nil
		s.conns = s.conns[:last]
	}
}
