package session

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

var rateLimited = Closing{CloseRateLimited, "rate_limited"}

func badFrame(err error) Closing { return Closing{CloseBadFrame, "bad_frame: " + err.Error()} }

// charge counts a frame of the page against its rate.
func (c *Conn) charge() verdict {
	s := c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rate.take(time.Now(), c.engine.rate, c.engine.burst)
}

// handle does what one frame asks for, in the goroutine of the page, one after the other.
func (c *Conn) handle(f *pageFrame) {
	if !c.live() {
		return
	}
	v := c.charge()
	switch {
	case v == abusive:
		c.close(rateLimited)
	case f.Hello != nil:
		c.close(Closing{CloseBadFrame, "bad_frame: a second hello"})
	case f.Listen != nil:
		c.listen(*f.ID, f.Listen, v)
	case f.Unlisten != nil:
		c.unlisten(*f.ID, *f.Unlisten)
	case f.Emit != nil:
		c.emit(f, v)
	case f.Auth != nil:
		c.renew(*f.Auth)
	}
}

// answer queues an ack after what the connection gets up to the position.
func (c *Conn) answer(at uint64, id uint64, err *wireError) {
	c.change(step{at: at, out: c.format.Append(nil, appendAck(nil, id, err), nil, 0)})
}

func (c *Conn) listen(id uint64, listen map[string]interest, v verdict) {
	if v != admitted {
		c.answer(0, id, &wireError{Code: eventbus.CodeRate})
		return
	}
	peer := c.who()
	s := c.session
	a := c.admitInterestsLocked(s, peer, listen)
	defer s.mu.Unlock()
	defer c.refusedListens(a)
	if s.conn != c {
		return
	}
	if len(a.stale) > 0 {
		c.send(appendStale(nil, a.stale))
	}
	begin := c.listening(peer, a.wanted, nil, a)
	dropped := false
	for event := range a.refused {
		if s.subs[event] != nil {
			dropped = true
			s.dropLocked(event)
		}
	}
	ack := step{at: begin.at, out: c.format.Append(nil, appendListening(nil, id, begin.at, a.refused), nil, 0)}
	if dropped {
		ack.class = c.engine.intern(c.format, s.subs)
	}
	c.begin(begin, ack)
}

func (c *Conn) unlisten(id uint64, events []string) {
	s := c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != c {
		return
	}
	for _, event := range events {
		s.dropLocked(event)
	}
	c.change(step{
		class: c.engine.intern(c.format, s.subs),
		out:   c.format.Append(nil, appendAck(nil, id, nil), nil, 0),
	})
}

// emit brings the page's event in, once for each id, and acks it after what it caused here.
func (c *Conn) emit(f *pageFrame, v verdict) {
	err := c.session.emits.run(*f.ID, &c.session.tab, func() *wireError {
		if v != admitted {
			return &wireError{Code: eventbus.CodeRate}
		}
		return c.bring(f)
	})
	if err != nil {
		c.engine.port.Refused(*f.Emit, string(err.Code))
	}
	if settled := c.engine.port.Settled(); settled != nil { // what its listeners emitted comes before the answer
		<-settled
	}
	c.answer(c.engine.port.At(), *f.ID, err)
}

func (c *Conn) bring(f *pageFrame) *wireError {
	engine := c.engine
	event := *f.Emit
	info := engine.port.Lookup(event)
	switch {
	case info == nil:
		return &wireError{Code: eventbus.CodeUnknownEvent}
	case info.From == eventdef.FromServer:
		return &wireError{Code: eventbus.CodeDirection}
	case len(f.Payload) > engine.maxPayload:
		return &wireError{Code: eventbus.CodeTooLarge, Message: fmt.Sprintf("%d bytes, the limit is %d", len(f.Payload), engine.maxPayload)}
	}
	var to eventbus.Target
	if len(f.To) > 0 && string(f.To) != "null" {
		if err := json.Unmarshal(f.To, &to); err != nil {
			return &wireError{Code: eventbus.CodeInvalidTarget}
		}
		if !info.Relay {
			return &wireError{Code: eventbus.CodeAudience, Message: "the event is not relayed to windows"}
		}
	}
	peer := c.who()
	if e := engine.mayEmit(c.ctx, peer, event, to); e != nil {
		return e
	}
	return publicError(engine.port.Emit(c.ctx, peer, port.Incoming{Event: event, Payload: f.Payload, To: to}))
}

// maxInbox bounds what may wait of a page that sends faster than its frames are handled.
const maxInbox = 1 << 20

// inbox holds the messages that came by POST until they are handled, in the order they came, as the text that they came
// as: it is known what that takes.
type inbox struct {
	mu      sync.Mutex
	bodies  [][]byte
	size    int
	working bool
}

// accept queues a message, which has been parsed once, and reports whether there was room. The engine's live is
// raised.
func (c *Conn) accept(body []byte) bool {
	size := len(body) + bodySize
	b := c.inbox
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.size > 0 && b.size+size > maxInbox || !c.tab.change(size) {
		return false
	}
	b.bodies = append(b.bodies, body)
	b.size += size
	if !b.working {
		b.working = true
		c.engine.running.Go(c.work)
	}
	return true
}

// work handles what is in the inbox.
func (c *Conn) work() {
	b := c.inbox
	for {
		b.mu.Lock()
		if len(b.bodies) == 0 {
			b.bodies, b.working = nil, false
			b.mu.Unlock()
			return
		}
		body := b.bodies[0]
		b.bodies[0] = nil
		b.bodies = b.bodies[1:]
		b.mu.Unlock()
		if frames, err := parseMessage(body); err == nil {
			c.handleAll(frames)
		}
		b.mu.Lock()
		b.size -= len(body) + bodySize
		b.mu.Unlock()
		c.tab.change(-len(body) - bodySize)
	}
}

// handleAll handles the frames of one message. The account is charged for them meanwhile: a listener may take its time.
func (c *Conn) handleAll(frames []pageFrame) {
	weight := weightOf(frames)
	if !c.tab.change(weight) {
		c.close(tooMuchMemory)
		return
	}
	defer c.tab.change(-weight)
	for i := range frames {
		c.handle(&frames[i])
	}
}
