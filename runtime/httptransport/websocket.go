package httptransport

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gobwas/httphead"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"

	"github.com/eventgen/eventgen/runtime/httptransport/internal/wsconn"
)

const (
	// helloTime is how long a page has for its hello.
	helloTime = 10 * time.Second
	// envelope is what a message may hold around a payload.
	envelope = 4 << 10
	// mostFarewells is how many refused pages may be told why at once; further ones are cut off.
	mostFarewells = 1024
)

// maxMessage bounds one message of a page, in bytes.
func (h *Handler) maxMessage() int { return h.maxPayload + envelope }

// serveSocket upgrades a request. The connection is served by a goroutine of its own, so that it
// keeps nothing of what the HTTP server holds for a request.
func (h *Handler) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !offers(r, Protocol) {
		fail(w, http.StatusBadRequest, "bad_request", "offer the subprotocol "+Protocol)
		return
	}
	if !h.enter() {
		failWith(w, shuttingDown)
		return
	}
	defer h.live.Done()
	clean := credentialed(r)
	c, refusal := h.newConn(clean)

	upgrader := ws.HTTPUpgrader{
		Timeout:  helloTime,
		Protocol: func(p string) bool { return p == Protocol },
	}
	if h.compress {
		e := wsflate.Extension{Parameters: wsflate.Parameters{ServerNoContextTakeover: true, ClientNoContextTakeover: true}}
		upgrader.Negotiate = func(offer httphead.Option) (httphead.Option, error) {
			accepted, err := e.Negotiate(offer)
			if err != nil { // RFC 7692, 5.1: an offer that makes no sense is declined
				return httphead.Option{}, nil
			}
			return accepted, nil
		}
	}
	raw, buffered, handshake, err := upgrader.Upgrade(r, w)
	if err != nil { // the upgrader has answered
		if raw != nil {
			_ = raw.Close()
		}
		return
	}
	if refusal == nil {
		c.link = newSocket(h, raw)
		if len(handshake.Extensions) > 0 {
			c.format = formatDeflate
		}
		refusal = h.admit(c)
	}
	if refusal != nil {
		if c != nil {
			c.tab.close()
		}
		h.farewell(raw, *refusal)
		return
	}
	// What came with the handshake lies in a buffer of the server's, which goes.
	early, _ := buffered.Reader.Peek(buffered.Reader.Buffered())
	p := newSocketReader(c, append([]byte(nil), early...))
	h.running.Go(p.run)
}

// farewell tells a page that is not let in why, which it could not learn from a failed upgrade.
func (h *Handler) farewell(raw net.Conn, why closing) {
	defer raw.Close()
	defer h.farewells.Add(-1)
	if h.farewells.Add(1) > mostFarewells {
		return
	}
	_ = raw.SetDeadline(time.Now().Add(lastWords))
	if _, err := raw.Write(formatText.appendClose(nil, why)); err == nil {
		// Closing over unread input would reset the connection, and the page not see the reason.
		_, _ = io.Copy(io.Discard, io.LimitReader(raw, int64(h.maxMessage())))
	}
}

// socketReader reads what the page sends over a WebSocket.
type socketReader struct {
	c      *conn
	s      *socket
	early  []byte
	ping   []byte // what came before the hello and is answered after it
	knocks int    // how much came before the hello
	held   int    // what frames holds, as far as it is charged
	frames wsconn.Reader
}

func newSocketReader(c *conn, early []byte) *socketReader {
	s, _ := c.link.(*socket)
	return &socketReader{
		c: c, s: s, early: early,
		frames: wsconn.Reader{Limit: c.h.maxMessage(), Compressed: c.format == formatDeflate},
	}
}

var errGone = errors.New("httptransport: the page has closed the connection")

func (p *socketReader) run() {
	c := p.c
	defer c.h.cleanUp(c)
	c.heard.Store(time.Now().UnixNano())
	err := p.s.SetReadDeadline(time.Now().Add(helloTime))
	if len(p.early) > 0 && err == nil {
		err = p.feed(p.early)
	}
	if p.early = nil; err == nil {
		err = p.s.receive(p.feed)
	}
	var broken *wsconn.CloseError
	switch {
	case errors.As(err, &broken):
		c.close(closing{int(broken.Code), broken.Reason})
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.close(closing{closeNoHello, "no_hello"})
	default:
		return
	}
	// The reason must get through: closing over unread input would reset the connection.
	if p.s.SetReadDeadline(time.Now().Add(lastWords)) == nil {
		_, _ = io.Copy(io.Discard, p.s.Conn)
	}
}

func (p *socketReader) feed(chunk []byte) error {
	c := p.c
	c.heard.Store(time.Now().UnixNano())
	c.busy.Store(true)
	ended := p.frames.Ended()
	err := p.frames.Feed(chunk, p)
	c.busy.Store(false)
	if held := p.frames.Held(); err == nil && held != p.held {
		if !c.tab.change(held - p.held) {
			return &wsconn.CloseError{Code: ws.StatusCode(tooMuchMemory.code), Reason: tooMuchMemory.reason}
		}
		p.held = held
	}
	if !p.frames.Pending() {
		c.began.Store(0)
	} else if c.began.Load() == 0 || p.frames.Ended() != ended {
		c.began.Store(time.Now().UnixNano())
	}
	return err
}

// Message handles a message of the page.
func (p *socketReader) Message(op ws.OpCode, message []byte) error {
	c := p.c
	c.began.Store(0) // it has ended, however long it takes to handle it
	if op != ws.OpText {
		c.close(closing{closeBadFrame, "bad_frame: messages are text"})
		return nil
	}
	frames, err := parseMessage(message)
	if err != nil {
		c.close(badFrame(err))
		return nil
	}
	if c.session != nil {
		c.handleAll(frames)
		return nil
	}
	return p.hello(frames)
}

// hello handles the first message, which begins with a hello.
func (p *socketReader) hello(frames []pageFrame) error {
	c := p.c
	if !c.live() {
		return nil
	}
	if frames[0].Hello == nil {
		c.close(closing{closeBadFrame, "bad_frame: the first frame is a hello"})
		return nil
	}
	if why := c.hello(frames[0].Hello); why != nil {
		c.close(*why)
		return nil
	}
	if err := p.s.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	if p.ping != nil {
		p.pong(p.ping)
		p.ping = nil
	}
	c.handleAll(frames[1:])
	return nil
}

// Ping answers a ping: of those before the hello the last one, which RFC 6455, 5.5.3 allows, behind the welcome.
func (p *socketReader) Ping(payload []byte) error {
	switch {
	case !p.charge():
	case p.c.session == nil:
		p.ping = append([]byte{}, payload...)
	default:
		p.pong(payload)
	}
	return nil
}

// charge counts something that is no frame of the protocol against the page's rate, and closes a connection that
// goes on with it.
func (p *socketReader) charge() bool {
	c := p.c
	abuse := false
	if c.session == nil {
		p.knocks++
		abuse = p.knocks > 2*c.h.burst
	} else {
		abuse = c.charge() == abusive
	}
	if abuse {
		c.close(rateLimited)
	}
	return !abuse
}

// smallFragment is the size below which a fragment counts as a frame: larger ones are as few as a message is long.
const smallFragment = 1 << 10

// Fragment counts fragments that bring little.
func (p *socketReader) Fragment(size int) error {
	if size < smallFragment {
		p.charge()
	}
	return nil
}

func (p *socketReader) pong(payload []byte) {
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	p.c.sendLocked(wsconn.AppendPong(nil, payload))
}

// Pong takes a sign of life, which feed has noted.
func (p *socketReader) Pong([]byte) error {
	p.charge()
	return nil
}

// Close answers the page's close, unless it is an answer itself.
func (p *socketReader) Close(code ws.StatusCode, _ string) error {
	c := p.c
	c.mu.Lock()
	if c.mode == modeSynced && !c.ending {
		c.writeLocked(wsconn.AppendClose(nil, code, ""))
	}
	c.mu.Unlock()
	return errGone
}

// offers reports whether the page offers the subprotocol.
func offers(r *http.Request, protocol string) bool {
	for _, line := range r.Header["Sec-Websocket-Protocol"] {
		for p := range strings.SplitSeq(line, ",") {
			if strings.TrimSpace(p) == protocol {
				return true
			}
		}
	}
	return false
}
