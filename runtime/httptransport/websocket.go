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
	"github.com/eventgen/eventgen/runtime/session"
)

const (
	// mostFarewells is how many refused pages may be told why at once; further ones are cut off.
	mostFarewells = 1024
)

// serveSocket upgrades a request. The connection is served by a goroutine of its own, so that it
// keeps nothing of what the HTTP server holds for a request.
func (h *Handler) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !offers(r, Protocol) {
		fail(w, http.StatusBadRequest, "bad_request", "offer the subprotocol "+Protocol)
		return
	}
	if refusal := h.Enter(); refusal != nil {
		failWith(w, *refusal)
		return
	}
	defer h.Leave()
	clean := credentialed(r)
	c, refusal := h.newConn(clean)

	upgrader := ws.HTTPUpgrader{
		Timeout:  session.HelloTime,
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
	s, f := newSocket(h, raw), formatText
	if len(handshake.Extensions) > 0 {
		f = formatDeflate
	}
	if refusal == nil {
		refusal = c.Open(s, f)
		if refusal != nil {
			c.End()
		}
	}
	if refusal != nil {
		h.refused(r, *refusal)
		h.farewell(raw, *refusal)
		return
	}
	// What came with the handshake lies in a buffer of the server's, which goes.
	early, _ := buffered.Reader.Peek(buffered.Reader.Buffered())
	p := newSocketReader(h, c, s, append([]byte(nil), early...))
	p.frames.Compressed = f == formatDeflate
	h.Go(p.run)
}

// farewell tells a page that is not let in why, which it could not learn from a failed upgrade.
func (h *Handler) farewell(raw net.Conn, why session.Closing) {
	defer raw.Close()
	defer h.farewells.Add(-1)
	if h.farewells.Add(1) > mostFarewells {
		return
	}
	_ = raw.SetDeadline(time.Now().Add(session.LastWords))
	if _, err := raw.Write(formatText.AppendClose(nil, why)); err == nil {
		// Closing over unread input would reset the connection, and the page not see the reason.
		_, _ = io.Copy(io.Discard, io.LimitReader(raw, int64(h.MaxMessage())))
	}
}

// socketReader reads what the page sends over a WebSocket.
type socketReader struct {
	c      *session.Conn
	s      *socket
	early  []byte
	ping   []byte // what came before the hello and is answered after it
	held   int    // what frames holds, as far as it is charged
	frames wsconn.Reader
}

func newSocketReader(h *Handler, c *session.Conn, s *socket, early []byte) *socketReader {
	return &socketReader{c: c, s: s, early: early, frames: wsconn.Reader{Limit: h.MaxMessage()}}
}

var errGone = errors.New("httptransport: the page has closed the connection")

func (p *socketReader) run() {
	c := p.c
	defer c.End()
	err := p.s.SetReadDeadline(time.Now().Add(session.HelloTime))
	if len(p.early) > 0 && err == nil {
		err = p.feed(p.early)
	}
	if p.early = nil; err == nil {
		err = p.s.receive(p.feed)
	}
	var broken *wsconn.CloseError
	switch {
	case errors.As(err, &broken):
		c.Close(session.Closing{Code: int(broken.Code), Reason: broken.Reason})
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.Close(session.Closing{Code: session.CloseNoHello, Reason: "no_hello"})
	default:
		return
	}
	// The reason must get through: closing over unread input would reset the connection.
	if p.s.SetReadDeadline(time.Now().Add(session.LastWords)) == nil {
		_, _ = io.Copy(io.Discard, p.s.Conn)
	}
}

func (p *socketReader) feed(chunk []byte) error {
	c := p.c
	c.Heard()
	c.Busy(true)
	ended := p.frames.Ended()
	err := p.frames.Feed(chunk, p)
	c.Busy(false)
	if held := p.frames.Held(); err == nil && held != p.held {
		if why := c.Hold(held - p.held); why != nil {
			return &wsconn.CloseError{Code: ws.StatusCode(why.Code), Reason: why.Reason}
		}
		p.held = held
	}
	c.Unfinished(p.frames.Pending(), p.frames.Ended() != ended)
	return err
}

// Message handles a message of the page.
func (p *socketReader) Message(op ws.OpCode, message []byte) error {
	c := p.c
	c.Unfinished(false, false) // it has ended, however long it takes to handle it
	if op != ws.OpText {
		c.Close(session.Closing{Code: session.CloseBadFrame, Reason: "bad_frame: messages are text"})
		return nil
	}
	first := !c.Greeted()
	c.Message(message)
	if !first || !c.Greeted() {
		return nil
	}
	if err := p.s.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	if p.ping != nil {
		c.Send(wsconn.AppendPong(nil, p.ping))
		p.ping = nil
	}
	return nil
}

// Ping answers a ping: of those before the hello the last one, which RFC 6455, 5.5.3 allows, behind the welcome.
func (p *socketReader) Ping(payload []byte) error {
	switch {
	case !p.c.Knock():
	case !p.c.Greeted():
		p.ping = append([]byte{}, payload...)
	default:
		p.c.Send(wsconn.AppendPong(nil, payload))
	}
	return nil
}

// smallFragment is the size below which a fragment counts as a frame: larger ones are as few as a message is long.
const smallFragment = 1 << 10

// Fragment counts fragments that bring little.
func (p *socketReader) Fragment(size int) error {
	if size < smallFragment {
		p.c.Knock()
	}
	return nil
}

// Pong takes a sign of life, which feed has noted.
func (p *socketReader) Pong([]byte) error {
	p.c.Knock()
	return nil
}

// Close answers the page's close, unless it is an answer itself.
func (p *socketReader) Close(code ws.StatusCode, _ string) error {
	p.c.Answer(wsconn.AppendClose(nil, code, ""))
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
