package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"sync"
)

// members are the connections of a hub.
type members[T comparable] struct {
	mu  sync.RWMutex
	all map[T]struct{}
}

func (m *members[T]) add(c T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil {
		m.all = map[T]struct{}{}
	}
	m.all[c] = struct{}{}
}

func (m *members[T]) remove(c T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, c)
}

func (m *members[T]) each(fn func(T)) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for c := range m.all {
		fn(c)
	}
}

// tcp is the floor: no framing, a write for each burst and connection.
type tcp struct{ members[net.Conn] }

func newTCP() (hub, error) { return &tcp{}, nil }

func (h *tcp) serve(l net.Listener) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		h.add(c)
	}
}

func (h *tcp) send(messages [][]byte) {
	joined := bytes.Join(messages, nil)
	h.each(func(c net.Conn) { _, _ = c.Write(joined) })
}

// outbox is the queue of one connection, which its own goroutine writes. A full one holds up the
// hub, as in the hubs that people write.
type outbox struct {
	queue chan []byte
	gone  chan struct{}
}

func newOutbox() *outbox {
	return &outbox{queue: make(chan []byte, queue), gone: make(chan struct{})}
}

func (o *outbox) put(message []byte) {
	select {
	case o.queue <- message:
	case <-o.gone:
	}
}

// queued is a hub of outboxes.
type queued struct{ members[*outbox] }

func (h *queued) send(messages [][]byte) {
	h.each(func(o *outbox) {
		for _, m := range messages {
			o.put(m)
		}
	})
}

// write calls fn with each message, until it fails or ctx is done.
func (h *queued) write(ctx context.Context, fn func(message []byte) error) {
	o := newOutbox()
	h.add(o)
	defer h.remove(o)
	defer close(o.gone)
	for {
		select {
		case m := <-o.queue:
			if fn(m) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// sse flushes when there is nothing more to write.
type sse struct{ queued }

func newSSE() (hub, error) { return &sse{}, nil }

func (h *sse) serve(l net.Listener) error { return http.Serve(l, h) }

func (h *sse) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	flusher := http.NewResponseController(w)
	_ = flusher.Flush()
	o := newOutbox()
	h.add(o)
	defer h.remove(o)
	defer close(o.gone)
	for {
		select {
		case m := <-o.queue:
			for more := true; more; {
				_, _ = w.Write([]byte("data: "))
				_, _ = w.Write(m)
				_, _ = w.Write([]byte("\n\n"))
				select {
				case m = <-o.queue:
				default:
					more = false
				}
			}
			if flusher.Flush() != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}
