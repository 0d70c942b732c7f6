// Package client speaks the protocol of docs/protocol.md without knowing payload types: it is what the tools watch and
// poke applications with. It connects over WebSocket or an event stream, comes back when a connection is lost, and resumes
// where it was.
package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Transport says how frames travel.
type Transport string

// The transports.
const (
	Auto        Transport = ""    // WebSocket, and an event stream where that cannot be had
	WebSocket   Transport = "ws"  //
	EventStream Transport = "sse" // with POST for what the client says
)

// Interest is what is wanted of an event.
type Interest struct {
	Contract string            `json:"contract,omitempty"`
	Keys     []json.RawMessage `json:"keys,omitempty"`
}

// Options configure a client.
type Options struct {
	URL       *url.URL // http or https
	Header    http.Header
	Token     string // sent as a bearer token; empty for none
	Window    string
	Transport Transport
	Listen    map[string]Interest

	// On is called with what happens, one after the other.
	On func(Happening)
}

// Happening is something that a client reports: one member is set.
type Happening struct {
	Event     *Event
	Connected *Connected
	Lost      *Lost
	Gap       map[string]*uint64  // what was missed of each event; nil where it is not known
	Refused   map[string]*Refusal // events that are not listened to
	Stale     map[string]string   // events of which the server has another contract
}

// Event is a delivery.
type Event struct {
	Name    string
	Seq     uint64
	Payload json.RawMessage   // nil for an event without one, and for a batch
	Batch   []json.RawMessage // nil if the event is not a batch
}

// Connected says that a connection is open.
type Connected struct {
	Transport Transport
	Resumed   bool // nothing was lost since the last one
	First     bool
}

// Lost says that there is no connection, why, and when another is tried.
type Lost struct {
	Why  error
	Next time.Duration
}

// Refusal is why the server does not do what it was asked for.
type Refusal struct {
	Code    string `json:"code"`
	Message string `json:"message,omitempty"`
	Path    string `json:"path,omitempty"` // a JSON pointer into the payload
}

// Error returns the code, and the message if there is one.
func (r *Refusal) Error() string {
	if r.Message == "" {
		return r.Code
	}
	return r.Code + ": " + r.Message
}

// Closed is why the server has ended a connection.
type Closed struct {
	Code   int
	Reason string
}

// Error returns the code and the reason.
func (c *Closed) Error() string { return fmt.Sprintf("closed with %d: %s", c.Code, c.Reason) }

// final reports whether it is of no use to come back.
func (c *Closed) final() bool {
	return c.Code == 4401 || c.Code == 4403 || c.Code == 4409
}

// unreachable is a server that does not speak the protocol there: trying again changes nothing.
type unreachable struct{ error }

func (u unreachable) Unwrap() error { return u.error }

// Client is one client. Run serves it.
type Client struct {
	o Options

	session, ticket, epoch string
	seq, since             uint64            // the position that was reached, and that from which all is listened to
	last                   map[string]uint64 // the last position of each event
	welcomed               bool              // once

	mu      sync.Mutex
	ids     uint64
	highest uint64              // the highest id that was ever written
	pending []*emit             // in the order of their ids
	closed  error               // why nothing is taken any more
	wrote   chan struct{}       // holds one: there is something to write
	listen  map[string]Interest // without what was refused
}

// emit is one that has no answer yet.
type emit struct {
	id    uint64
	frame []byte
	sent  bool // on some connection
	now   bool // on the present one
	done  chan error
}

// New returns a client that is not connected.
func New(o Options) *Client {
	c := &Client{o: o, last: map[string]uint64{}, wrote: make(chan struct{}, 1), listen: map[string]Interest{}}
	for name, interest := range o.Listen {
		c.listen[name] = interest
	}
	if c.o.On == nil {
		c.o.On = func(Happening) {}
	}
	return c
}

// Emit sends an event and waits for what it comes to: nil once the server has acknowledged it, a [Refusal], or why there
// is no answer.
func (c *Client) Emit(ctx context.Context, event string, payload, to json.RawMessage) error {
	e := &emit{done: make(chan error, 1)}
	c.mu.Lock()
	if c.closed != nil {
		c.mu.Unlock()
		return c.closed
	}
	c.ids++
	e.id = c.ids
	frame, err := json.Marshal(emitFrame{Emit: event, ID: e.id, Payload: payload, To: to})
	if err != nil {
		c.mu.Unlock()
		return err
	}
	e.frame = frame
	c.pending = append(c.pending, e)
	c.mu.Unlock()
	c.poke()
	select {
	case err := <-e.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Client) poke() {
	select {
	case c.wrote <- struct{}{}:
	default:
	}
}

const (
	leastPause = time.Second
	mostPause  = 30 * time.Second
	helloTime  = 10 * time.Second
	// lasting is how long a connection has to hold for the next attempt to come soon.
	lasting = 5 * time.Second
	// draining is the code of a server that sends its clients elsewhere, drained within what they come back.
	draining = 4307
	drained  = 250 * time.Millisecond
)

// Run keeps the client connected until ctx is done, or the server says that coming back is of no use. It returns why it
// ended: nil if ctx is done.
func (c *Client) Run(ctx context.Context) error {
	pause := leastPause
	for {
		began := time.Now()
		err := c.connect(ctx)
		if ctx.Err() != nil {
			err = nil
		}
		var closed *Closed
		if err == nil || errors.As(err, &closed) && closed.final() || errors.As(err, new(unreachable)) && !c.welcomed {
			c.end(err)
			return err
		}
		if time.Since(began) > lasting {
			pause = leastPause
		}
		if closed != nil && closed.Code == draining {
			pause = drained
		}
		next := time.Duration(rand.Int64N(int64(pause)))
		pause = min(2*pause, mostPause)
		c.o.On(Happening{Lost: &Lost{Why: err, Next: next}})
		select {
		case <-time.After(next):
		case <-ctx.Done():
			c.end(nil)
			return nil
		}
	}
}

// end answers all emits that are left.
func (c *Client) end(why error) {
	if why == nil {
		why = errors.New("the client has ended")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = why
	for _, e := range c.pending {
		e.done <- why
	}
	c.pending = nil
}

// connect serves one connection.
func (c *Client) connect(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	opening, stop := context.WithTimeout(ctx, helloTime)
	conn, transport, err := c.dial(opening)
	stop()
	if err != nil {
		return err
	}
	defer conn.close()
	defer context.AfterFunc(ctx, conn.close)()
	alive := time.AfterFunc(helloTime, conn.close)
	defer alive.Stop()
	c.mu.Lock()
	for _, e := range c.pending {
		e.now = false
	}
	c.mu.Unlock()
	writing := make(chan error, 1)
	patience := helloTime
	greeted := false
	for {
		text, err := conn.receive()
		if err != nil {
			select {
			case failed := <-writing:
				return failed
			default:
				return err
			}
		}
		alive.Reset(patience)
		frames, err := parse(text)
		if err != nil {
			return err
		}
		for i := range frames {
			if w := frames[i].Welcome; w != nil {
				c.take(w, transport)
				patience = time.Duration((1.5*w.heartbeat() + 5) * float64(time.Second))
				alive.Reset(patience)
				if greeted { // the log has begun anew
					continue
				}
				greeted = true
				go func() {
					if err := c.write(ctx, conn); err != nil {
						writing <- err
						conn.close()
					}
				}()
				continue
			}
			c.handle(&frames[i])
		}
	}
}

// dial opens a connection by the transport that is asked for, or by the first that works.
func (c *Client) dial(ctx context.Context) (conn, Transport, error) {
	hello, err := c.hello()
	if err != nil {
		return nil, "", err
	}
	if c.o.Transport != EventStream {
		conn, err := dialSocket(ctx, &c.o, hello)
		if err == nil || c.o.Transport == WebSocket || !errors.As(err, new(unreachable)) {
			return conn, WebSocket, err
		}
	}
	stream, err := dialStream(ctx, &c.o, hello)
	return stream, EventStream, err
}

// hello is the frame that opens a connection.
func (c *Client) hello() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := helloFrame{Window: c.o.Window, Listen: make(map[string]listening, len(c.listen))}
	var since *uint64
	if c.ticket != "" {
		since = &c.since
		h.Resume = &resume{Ticket: c.ticket, Epoch: c.epoch, Seq: c.seq, Sent: c.highest}
	}
	for event, interest := range c.listen {
		h.Listen[event] = listening{interest, since}
	}
	return json.Marshal(map[string]helloFrame{"hello": h})
}

// take begins where the server says.
func (c *Client) take(w *welcome, transport Transport) {
	c.mu.Lock()
	if w.Session != c.session {
		kept := c.pending[:0]
		for _, e := range c.pending {
			if e.sent {
				e.done <- &Refusal{Code: "outcome_unknown", Message: "the session was lost; it may have run"}
			} else {
				kept = append(kept, e)
			}
		}
		c.pending = kept
	}
	for name := range w.Refused {
		delete(c.listen, name)
	}
	c.mu.Unlock()
	if w.Epoch != c.epoch {
		c.last = map[string]uint64{}
	}
	first := !c.welcomed
	if !w.Resumed {
		c.since = w.At
	}
	c.session, c.ticket, c.epoch, c.seq, c.welcomed = w.Session, w.Ticket, w.Epoch, w.At, true
	c.o.On(Happening{Connected: &Connected{Transport: transport, Resumed: w.Resumed, First: first}})
	if len(w.Refused) > 0 {
		c.o.On(Happening{Refused: w.Refused})
	}
}

// handle does what a frame says.
func (c *Client) handle(f *frame) {
	switch {
	case f.Event != "":
		if f.Seq != 0 && f.Seq <= c.last[f.Event] {
			return
		}
		c.last[f.Event] = f.Seq
		c.seq = max(c.seq, f.Seq)
		c.o.On(Happening{Event: &Event{Name: f.Event, Seq: f.Seq, Payload: f.Payload, Batch: f.Batch}})
	case f.Ack != nil:
		c.answered(*f.Ack, f.Error)
	case f.At != nil:
		c.seq = max(c.seq, *f.At)
	case f.Ticket != "":
		c.ticket = f.Ticket
	case f.Gap != nil:
		c.o.On(Happening{Gap: f.Gap.Events})
	case f.Stale != nil:
		c.o.On(Happening{Stale: f.Stale})
	case f.Refused != nil:
		c.mu.Lock()
		for name := range f.Refused {
			delete(c.listen, name)
		}
		c.mu.Unlock()
		c.o.On(Happening{Refused: f.Refused})
	}
}

func (c *Client) answered(id uint64, refusal *Refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, e := range c.pending {
		if e.id != id {
			continue
		}
		c.pending = append(c.pending[:i], c.pending[i+1:]...)
		if refusal != nil {
			e.done <- refusal
		} else {
			e.done <- nil
		}
		return
	}
}

// write writes what is to be emitted, on this connection.
func (c *Client) write(ctx context.Context, conn conn) error {
	c.poke()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.wrote:
		}
		for {
			frame := c.next()
			if frame == nil {
				break
			}
			if err := conn.send(ctx, frame); err != nil {
				return err
			}
		}
	}
}

// next returns the next frame that has yet to be written on the present connection.
func (c *Client) next() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.pending {
		if !e.now {
			e.now, e.sent = true, true
			c.highest = max(c.highest, e.id)
			return e.frame
		}
	}
	return nil
}
