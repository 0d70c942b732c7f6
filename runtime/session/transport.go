package session

import (
	"context"
	"log/slog"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// Link writes to one connection. At most one goroutine writes at a time.
type Link interface {
	// Try writes what the connection takes without waiting, and returns how much that was. A link that cannot tell takes
	// nothing.
	Try(p []byte) (int, error)
	// Write waits until all is written or the deadline has passed, and returns how much was.
	Write(p []byte, deadline time.Time) (int, error)
	// Spawn runs f where waiting writes may be made. It never waits itself.
	Spawn(f func())
	// Shut ends the connection; whoever reads or writes gets an error. It never waits.
	Shut()
}

// Format is how frames become bytes on a connection. Formats are comparable: what is the same for many connections is
// made once for those of one format.
type Format interface {
	// Name tells formats apart.
	Name() string
	// Append adds one frame. seq is the position in the log that a page has reached with it, 0 if it tells of none: then
	// log may be nil.
	Append(dst, frame []byte, log *Epoch, seq uint64) []byte
	// AppendClose adds the last words of a connection.
	AppendClose(dst []byte, why Closing) []byte
	// AppendPing adds what asks a page for a sign of life, and nothing where that cannot be. A page that can be asked
	// has to answer, and also to answer the last words; where it cannot be, the link is shut when they are written.
	AppendPing(dst []byte) []byte
}

// Client is who opens a connection, as its transport has found out.
type Client struct {
	// Peer is who it is. Its ID, Node and Account are ignored.
	Peer eventbus.Peer
	// Account is whom the connection is charged to.
	Account string
	// Expires is until when the credentials hold; zero: for ever.
	Expires time.Time
	// Context has the values for what is called on behalf of the page. It outlives the connection.
	Context context.Context
	// Renew looks at a new token of the page. It is nil where there is nothing to renew.
	Renew func(token string) (eventbus.Peer, time.Time, *Closing)
	// Kept is how many bytes are kept for Renew.
	Kept int
	// Since is when the transport began to find out: who is disconnected meanwhile does not get in.
	Since Moment
}

// Moment is a point in the life of an engine.
type Moment uint64

// Now returns the moment before a client is authenticated, for [Client.Since].
func (engine *Engine) Now() Moment { return Moment(engine.disconnects.Load()) }

// Prepare returns a connection that is not open yet, or how it is to be refused. Whoever calls it calls
// [Conn.End].
func (engine *Engine) Prepare(who Client) (*Conn, *Closing) {
	peer := who.Peer
	peer.ID, peer.Node, peer.Account = "", "", who.Account
	c := &Conn{
		engine: engine, token: engine.newName(), ctx: who.Context, peer: peer, expires: who.Expires,
		renewal: who.Renew, disconnects: uint64(who.Since), epoch: engine.era.Load(),
	}
	c.tab.memory, c.tab.account = &engine.memory, who.Account
	if !c.tab.change(who.Kept) {
		return nil, refuse(tooMuchMemory)
	}
	return c, nil
}

// Open takes the connection in, or returns why not. Whoever calls it ends the connection.
func (c *Conn) Open(link Link, format Format) *Closing {
	c.link, c.format = link, format
	c.answers = len(format.AppendPing(nil)) > 0
	c.Heard()
	return c.engine.admit(c)
}

// End forgets the connection. It is called once, when nothing reads from it any more.
func (c *Conn) End() {
	if c.shard != nil {
		c.engine.cleanUp(c)
		return
	}
	c.tab.close()
}

// Close says goodbye, lets the page answer for a while, and ends the connection.
func (c *Conn) Close(why Closing) { c.close(why) }

// Heard takes note of a sign of life.
func (c *Conn) Heard() { c.heard.Store(time.Now().UnixNano()) }

// Busy says whether what came is being handled: nobody reads meanwhile.
func (c *Conn) Busy(busy bool) { c.busy.Store(busy) }

// Unfinished says whether a message has begun and not ended, and whether it is another than the last time: it must end
// within the time of [WithStall].
func (c *Conn) Unfinished(begun, another bool) {
	if !begun {
		c.began.Store(0)
	} else if c.began.Load() == 0 || another {
		c.began.Store(time.Now().UnixNano())
	}
}

// Hold charges the page's account for what a transport holds of it, or if n is negative no longer does. If the account
// may not hold so much it returns how what needs it is to be refused: then the transport lets go of it.
func (c *Conn) Hold(n int) *Closing {
	if !c.tab.change(n) {
		return refuse(tooMuchMemory)
	}
	return nil
}

// Knock counts something that is no frame of the protocol against the page's rate, and closes a connection that goes on
// with it. It returns whether it has not.
func (c *Conn) Knock() bool {
	abuse := false
	if c.session == nil {
		c.knocks++
		abuse = int(c.knocks) > 2*c.engine.burst
	} else {
		abuse = c.charge() == abusive
	}
	if abuse {
		c.close(rateLimited)
	}
	return !abuse
}

// Greeted reports whether there was a hello. It is called by who reads.
func (c *Conn) Greeted() bool { return c.session != nil }

// Message handles a message, of which the first begins with a hello.
func (c *Conn) Message(text []byte) {
	c.engine.counts.received.Add(uint64(len(text)))
	frames, err := parseMessage(text)
	if err != nil {
		c.close(badFrame(err))
		return
	}
	if c.session == nil {
		if !c.live() {
			return
		}
		if frames[0].Hello == nil {
			c.close(Closing{CloseBadFrame, "bad_frame: the first frame is a hello"})
			return
		}
		if why := c.Hello(frames[0].Hello); why != nil {
			c.close(*why)
			return
		}
		frames = frames[1:]
	}
	c.handleAll(frames)
}

// Send queues bytes that are framed already, such as the answer to a ping.
func (c *Conn) Send(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sendLocked(p)
}

// Answer writes the answer to the page's close, unless the connection is being closed already.
func (c *Conn) Answer(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mode == modeSynced && !c.ending {
		c.writeLocked(p)
	}
}

// Identity returns the identity that the page's session is bound to.
func (c *Conn) Identity() string { return c.session.owner }

// Reachable makes [Engine.Post] find the connection by its name, which its page knows.
func (c *Conn) Reachable() {
	c.engine.mu.Lock()
	defer c.engine.mu.Unlock()
	c.inbox = new(inbox)
	c.engine.tokens[c.token] = c
}

// Find returns the connection of that name, or nil.
func (engine *Engine) Find(name string) *Conn {
	engine.mu.Lock()
	defer engine.mu.Unlock()
	return engine.tokens[name]
}

// Post queues a message for the connection of that name. It returns false if there is none, and why the message was not
// accepted.
func (engine *Engine) Post(name string, text []byte) (known bool, why *Closing) {
	frames, err := parseMessage(text)
	if err != nil {
		bad := badFrame(err)
		return true, &bad
	}
	for i := range frames {
		if frames[i].Hello != nil {
			return true, &Closing{CloseBadFrame, "bad_frame: a second hello"}
		}
	}
	c := engine.hold(name)
	if c == nil {
		return false, nil
	}
	defer engine.live.Done()
	engine.counts.received.Add(uint64(len(text)))
	if !c.accept(text) {
		return true, &Closing{CloseRateLimited, "rate_limited: frames wait to be handled"}
	}
	return true, nil
}

// hold returns the connection of that name, with the engine's live raised, or nil.
func (engine *Engine) hold(name string) *Conn {
	engine.mu.Lock()
	defer engine.mu.Unlock()
	c := engine.tokens[name]
	if c == nil || !c.live() {
		return nil
	}
	engine.live.Add(1)
	return c
}

// ParseHello returns the one hello that a message consists of, or how it is to be refused.
func ParseHello(text []byte) (*Hello, *Closing) {
	frames, err := parseMessage(text)
	if err != nil {
		bad := badFrame(err)
		return nil, &bad
	}
	if frames[0].Hello == nil || len(frames) > 1 {
		return nil, &Closing{CloseBadFrame, "the body is one hello"}
	}
	return frames[0].Hello, nil
}

// HelloOf makes a hello for tools that cannot send one: the window's label, the events that are listened to, and for one
// that comes back the id of the last event, as [Epoch.AppendID] makes it, and the ticket if it has one.
func (engine *Engine) HelloOf(window string, events []string, lastID, ticket string) (*Hello, *Closing) {
	f := pageFrame{Hello: &Hello{Window: window, Listen: map[string]interest{}}}
	for _, event := range events {
		f.Hello.Listen[event] = interest{}
	}
	if lastID != "" {
		name, seq, proven, ok := engine.era.Load().parseID(lastID)
		if !ok {
			return nil, &Closing{CloseBadFrame, "bad_frame: Last-Event-ID is EPOCH:SEQ:PROOF"}
		}
		f.Hello.Resume = &resumeFrame{Ticket: ticket, Epoch: name, Seq: seq, proven: proven}
	}
	if err := f.check(); err != nil {
		bad := badFrame(err)
		return nil, &bad
	}
	return f.Hello, nil
}

// Enter makes the end of the engine wait for something that is on its way, or returns how it is to be refused because the
// engine is at its end. Whoever enters leaves.
func (engine *Engine) Enter() *Closing {
	engine.mu.Lock()
	defer engine.mu.Unlock()
	if engine.closed {
		return refuse(shuttingDown)
	}
	engine.live.Add(1)
	return nil
}

// Leave ends what Enter began.
func (engine *Engine) Leave() { engine.live.Done() }

// Go runs f, for whose end the engine waits when it closes. It is called between Enter and Leave, or on behalf of an open
// connection.
func (engine *Engine) Go(f func()) { engine.running.Go(f) }

// Closed returns how everybody is to be refused once the engine takes nobody in any more, and nil before.
func (engine *Engine) Closed() *Closing {
	engine.mu.Lock()
	defer engine.mu.Unlock()
	if engine.closed {
		return refuse(shuttingDown)
	}
	return nil
}

// Bus returns the bus whose clients the engine serves.
func (engine *Engine) Bus() *eventbus.Bus { return engine.bus }

// MaxMessage bounds one message of a page, in bytes.
func (engine *Engine) MaxMessage() int { return engine.maxPayload + envelope }

// Logger returns what [WithLogger] set.
func (engine *Engine) Logger() *slog.Logger { return engine.logger }

// Guard calls the application's code on behalf of a page and reports whether it panicked, which ends neither the process
// nor what others do.
func (engine *Engine) Guard(ctx context.Context, call func()) (failed bool) {
	return engine.guard(ctx, call)
}
