package session

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
	"unicode/utf8"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// Stream carries the messages of one client both ways, in order.
type Stream interface {
	// Send sends a message. It blocks while the page is slow. The message is valid until it returns.
	Send(ctx context.Context, msg []byte) error
	// Receive waits for a message, which is valid until the next call. It returns io.EOF when the page has closed.
	Receive(ctx context.Context) ([]byte, error)
	// Close ends the stream and unblocks both. It is idempotent, does not block, and calls nothing of the engine.
	Close(code int, reason string) error
}

// StreamOption configures one stream.
type StreamOption interface{ applyStream(*streamConfig) }

type streamOptionFunc func(*streamConfig)

func (f streamOptionFunc) applyStream(c *streamConfig) { f(c) }

type streamConfig struct {
	expires time.Time
	renew   func(token string) (eventbus.Peer, time.Time, error)
}

// WithRenew sets until when the client's credentials hold, and what looks at a new token of the page: it returns who it
// is, of the same identity, and until when that holds (zero: for ever). An error closes the stream with 4401, or with 4403
// if it wraps [ErrForbidden]. Without this option credentials do not end, and any token renews them.
func WithRenew(expires time.Time, renew func(token string) (peer eventbus.Peer, expires time.Time, err error)) StreamOption {
	return streamOptionFunc(func(c *streamConfig) { c.expires, c.renew = expires, renew })
}

// HelloTime is how long a page has for its hello.
const HelloTime = 10 * time.Second

// ServeStream serves a client over a message stream, in the caller's goroutine, until either side closes it or ctx is
// done. The application vouches for the peer: a window's label that is set there goes before that of the page. The costs
// are charged to the peer's Account, if that is empty to its identity, and without one to an account that all such streams
// share. It returns nil when the page has closed, and a [Closing] when the engine has.
func (engine *Engine) ServeStream(ctx context.Context, s Stream, peer eventbus.Peer, opts ...StreamOption) error {
	var config streamConfig
	for _, o := range opts {
		if o != nil {
			o.applyStream(&config)
		}
	}
	since := engine.Now()
	if refusal := engine.Enter(); refusal != nil {
		_ = s.Close(refusal.Code, refusal.Reason)
		return *refusal
	}
	defer engine.Leave()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c, refusal := engine.Prepare(Client{
		Peer: peer, Account: streamAccount(peer), Expires: config.expires, Since: since,
		Context: context.WithoutCancel(ctx), Renew: engine.renewal(config.renew),
	})
	if refusal != nil {
		engine.Refused(*refusal)
		engine.logger.WarnContext(ctx, "eventgen: a client was refused", "account", streamAccount(peer), "reason", refusal.Reason)
		_ = s.Close(refusal.Code, refusal.Reason)
		return *refusal
	}
	defer c.End()
	if refusal := c.Open(&streamLink{engine: engine, stream: s, ctx: ctx, cancel: cancel}, streamFormat{}); refusal != nil {
		engine.Refused(*refusal)
		engine.logger.WarnContext(ctx, "eventgen: a client was refused", "account", streamAccount(peer), "reason", refusal.Reason)
		_ = s.Close(refusal.Code, refusal.Reason)
		return *refusal
	}
	err := c.receive(ctx, s)
	if why := c.closedWith(); why != nil {
		return *why
	}
	return err
}

func streamAccount(peer eventbus.Peer) string {
	switch {
	case peer.Account != "":
		return peer.Account
	case peer.Identity != "":
		return "identity " + peer.Identity
	}
	return "streams"
}

// renewal makes of the application's answers what becomes of a connection.
func (engine *Engine) renewal(renew func(string) (eventbus.Peer, time.Time, error)) func(string) (eventbus.Peer, time.Time, *Closing) {
	if renew == nil {
		return nil
	}
	return func(token string) (peer eventbus.Peer, expires time.Time, refusal *Closing) {
		var err error
		failed := engine.guard(context.Background(), func() { peer, expires, err = renew(token) })
		return peer, expires, Verdict(failed, err, expires)
	}
}

// Verdict returns how a connection is to be refused after the application has looked at a client's credentials: it
// panicked, returned an error, or they have expired. It is nil if they are good.
func Verdict(panicked bool, err error, expires time.Time) *Closing {
	switch {
	case panicked:
		return &Closing{CloseFailed, "internal"}
	case errors.Is(err, ErrForbidden):
		return &Closing{CloseForbidden, "forbidden"}
	case err != nil, !expires.IsZero() && !time.Now().Before(expires):
		return &Closing{CloseUnauthenticated, "unauthenticated"}
	}
	return nil
}

// receive handles what comes until the stream ends.
func (c *Conn) receive(ctx context.Context, s Stream) error {
	for c.open() {
		text, err := c.next(ctx, s)
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
			c.close(Closing{CloseNoHello, "no_hello"})
		case err != nil:
			return err
		case len(text) > c.engine.MaxMessage():
			c.close(Closing{CloseTooLarge, "the message is too long"})
		case !utf8.Valid(text):
			c.close(badFrame(errors.New("a message is UTF-8")))
		default:
			c.Busy(true)
			c.Message(text)
			c.Busy(false)
		}
	}
	return nil
}

// next waits for a message: for the first as long as a page has for its hello.
func (c *Conn) next(ctx context.Context, s Stream) ([]byte, error) {
	if c.session == nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, HelloTime)
		defer cancel()
	}
	return s.Receive(ctx)
}

// open reports whether anything is still to be written to the connection.
func (c *Conn) open() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mode != modeShut
}

// closedWith returns why the engine has closed the connection, nil if it has not.
func (c *Conn) closedWith() *Closing {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}

// streamFormat puts the length before each message, so that [streamLink] finds them. The highest bit says that it is
// the last words: the code and the reason.
type streamFormat struct{}

const lastMessage = 1 << 31

func (streamFormat) Name() string { return "stream" }

func (streamFormat) Append(dst, frame []byte, _ *Epoch, _ uint64) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(frame)))
	return append(dst, frame...)
}

func (streamFormat) AppendClose(dst []byte, why Closing) []byte {
	dst = binary.BigEndian.AppendUint32(dst, lastMessage|uint32(2+len(why.Reason)))
	dst = binary.BigEndian.AppendUint16(dst, uint16(why.Code))
	return append(dst, why.Reason...)
}

// AppendPing adds nothing: whether a page is there, the stream knows.
func (streamFormat) AppendPing(dst []byte) []byte { return dst }

// streamLink sends what is written as messages.
type streamLink struct {
	engine  *Engine
	stream  Stream
	ctx     context.Context
	cancel  func()
	partial []byte // the beginning of a message
}

// Try takes nothing: a stream cannot be tried.
func (*streamLink) Try([]byte) (int, error) { return 0, nil }

func (l *streamLink) Spawn(f func()) { l.engine.Go(f) }

func (l *streamLink) Shut() {
	l.cancel()
	_ = l.stream.Close(CloseGoingAway, "")
}

// Write sends the messages that p completes, each within the time that there is for p.
func (l *streamLink) Write(p []byte, deadline time.Time) (int, error) {
	patience := time.Until(deadline)
	n := len(p)
	if len(l.partial) > 0 {
		l.partial = append(l.partial, p...)
		p = l.partial
	}
	for len(p) >= 4 {
		size := int(binary.BigEndian.Uint32(p) &^ lastMessage)
		if len(p)-4 < size {
			break
		}
		if err := l.send(p[4:4+size], p[0]&(lastMessage>>24) != 0, patience); err != nil {
			return 0, err // what got through of it nobody knows
		}
		p = p[4+size:]
	}
	if len(p) == 0 {
		l.partial = nil
		return n, nil
	}
	l.partial = append([]byte(nil), p...)
	return n, nil
}

func (l *streamLink) send(message []byte, last bool, patience time.Duration) error {
	if last {
		_ = l.stream.Close(int(binary.BigEndian.Uint16(message)), string(message[2:]))
		return nil
	}
	ctx, cancel := context.WithTimeout(l.ctx, patience)
	defer cancel()
	if err := l.stream.Send(ctx, message); err != nil {
		return fmt.Errorf("%w: %w", net.ErrClosed, err)
	}
	return nil
}
