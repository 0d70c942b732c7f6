package eventbustest

import (
	"context"
	"io"
	"slices"
	"sync"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// Reference is the simplest transport that keeps every promise: its windows live in the same process and
// read the log themselves. It passes [TestSink] with all features, and serves tests of applications as a
// window does.
type Reference struct {
	b    *eventbus.Bus
	port port.Port

	mu    sync.Mutex
	woken chan struct{} // closed and replaced when the log has grown or the bus closes
	over  bool
}

// NewReference attaches a transport to the bus.
func NewReference(b *eventbus.Bus) (*Reference, error) {
	r := &Reference{b: b, woken: make(chan struct{})}
	port, err := b.Attach(r)
	r.port = port
	return r, err
}

// Wake wakes the windows that wait.
func (r *Reference) Wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.woken)
	r.woken = make(chan struct{})
}

// Shutdown lets the windows read to the end of the log.
func (r *Reference) Shutdown() {
	r.mu.Lock()
	r.over = true
	r.mu.Unlock()
	r.Wake()
}

// Connect opens a window.
func (r *Reference) Connect(peer eventbus.Peer) (Conn, error) {
	c := &referenceConn{r: r, peer: peer, subs: map[string]*port.Subscription{}, cursor: r.port.At()}
	return c, c.Resume()
}

type referenceConn struct {
	r *Reference

	mu     sync.Mutex
	peer   eventbus.Peer
	gone   bool
	cursor uint64
	subs   map[string]*port.Subscription
	queue  []Message
}

func (c *referenceConn) Listen(event string, keys ...eventbus.Key) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, err := c.r.port.Listen(c.peer, event, keys...)
	if err != nil {
		return eventbus.Public(err)
	}
	if old := c.subs[event]; old != nil {
		old.Close()
	}
	c.subs[event] = s
	for _, e := range s.Values {
		c.queue = append(c.queue, message(e))
	}
	return nil
}

func (c *referenceConn) Unlisten(event string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.subs[event]; s != nil {
		s.Close()
		delete(c.subs, event)
	}
	return nil
}

func (c *referenceConn) Emit(event string, payload []byte, to eventbus.Target) error {
	c.mu.Lock()
	peer := c.peer
	c.mu.Unlock()
	in := port.Incoming{Event: event, Payload: payload, To: to}
	if err := eventbus.Public(c.r.port.Emit(context.Background(), peer, in)); err != nil {
		return err
	}
	return nil
}

func message(e *port.Entry) Message { return Message{Event: e.Event.Name, JSON: string(e.Payload)} }

func (c *referenceConn) Next(ctx context.Context) (Message, error) {
	for {
		c.r.mu.Lock()
		woken, over := c.r.woken, c.r.over
		c.r.mu.Unlock()
		m, ok, err := c.take()
		switch {
		case err != nil || ok:
			return m, err
		case over:
			return m, io.EOF
		}
		select {
		case <-woken:
		case <-ctx.Done():
			return m, ctx.Err()
		}
	}
}

// take returns what is there for the window.
func (c *referenceConn) take() (m Message, ok bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return m, false, io.ErrClosedPipe
	}
	for len(c.queue) == 0 {
		entries := make([]*port.Entry, 64)
		at := c.r.port.At()
		n, lost := c.r.port.Read(c.cursor, entries)
		if lost && c.missed() {
			c.queue = append(c.queue, Message{Gap: true})
		}
		for _, e := range entries[:n] {
			at = e.Seq
			if s := c.subs[e.Event.Name]; s != nil && s.Wants(e) {
				c.queue = append(c.queue, message(e))
			}
		}
		c.cursor = max(c.cursor, at)
		if n == 0 && len(c.queue) == 0 {
			return m, false, nil
		}
	}
	m = c.queue[0]
	c.queue = slices.Delete(c.queue, 0, 1)
	return m, true, nil
}

// missed reports whether the log has lost something that the window listens to.
func (c *referenceConn) missed() bool {
	for _, s := range c.subs {
		if c.r.port.Missed(s.Event, max(c.cursor, s.At)) {
			return true
		}
	}
	return false
}

func (c *referenceConn) Drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = true
	c.r.port.Leave(c.peer.ID, c.peer.Generation)
}

func (c *referenceConn) Resume() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.peer.ID = ""
	peer, err := c.r.port.Join(c.peer)
	if err != nil {
		return eventbus.Public(err)
	}
	c.peer, c.gone = peer, false
	for _, s := range c.subs {
		s.Rebind(peer)
	}
	return nil
}

func (c *referenceConn) Close() {
	c.Drop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.subs {
		s.Close()
	}
	clear(c.subs)
}
