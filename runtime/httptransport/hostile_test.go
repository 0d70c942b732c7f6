package httptransport

import (
	"bufio"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/httphead"
	"github.com/gobwas/ws"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

func maskedPing(text string) ws.Frame { return ws.MaskFrame(ws.NewPingFrame([]byte(text))) }

// A ping that comes before the hello is answered after it, and what is asked for over and over once.
func TestPingBeforeTheHello(t *testing.T) {
	p := newPlace(t)
	pg := p.socket(pageOption{})
	for n := range 1000 {
		noError(t, ws.WriteFrame(pg.conn, maskedPing(fmt.Sprint(n))))
	}
	pg.send(`{"hello":{"listen":{}}}`)
	if f := readFrame(t, pg.conn); !strings.HasPrefix(string(f.Payload), `{"welcome"`) {
		t.Fatalf("got %s", f.Payload)
	}
	if f := readFrame(t, pg.conn); f.Header.OpCode != ws.OpPong || string(f.Payload) != "999" {
		t.Errorf("got %v %s", f.Header, f.Payload)
	}
}

func TestPingFlood(t *testing.T) {
	p := newPlace(t, session.WithRate(0.001, 3))
	pg := p.open(`{"listen":{}}`)
	for range 7 {
		noError(t, ws.WriteFrame(pg.conn, maskedPing("x")))
	}
	for range 6 {
		if f := readFrame(t, pg.conn); f.Header.OpCode != ws.OpPong {
			t.Fatalf("got %v %s", f.Header, f.Payload)
		}
	}
	f := readFrame(t, pg.conn)
	if code, _ := ws.ParseCloseFrameData(f.Payload); code != session.CloseRateLimited {
		t.Errorf("got %v %d", f.Header, code)
	}
}

// Pongs and fragments that bring little count as frames do, before the hello too.
func TestFloodsOfSmallFrames(t *testing.T) {
	start := ws.NewFrame(ws.OpText, false, nil)
	for name, flood := range map[string][]ws.Frame{
		"pongs":      {ws.NewPongFrame(nil)},
		"fragments":  {start, ws.NewFrame(ws.OpContinuation, false, nil)},
		"small ones": {ws.NewFrame(ws.OpText, false, []byte("{")), ws.NewFrame(ws.OpContinuation, false, []byte(" "))},
	} {
		for _, hello := range []bool{true, false} {
			p := newPlace(t, session.WithRate(0.001, 3))
			pg := p.socket(pageOption{})
			if hello {
				pg.send(`{"hello":{"listen":{}}}`)
				pg.takeWelcome()
			}
			for n := range 7 {
				noError(t, ws.WriteFrame(pg.conn, ws.MaskFrame(flood[min(n, len(flood)-1)])))
			}
			if hello {
				pg.send(`{"unlisten":[],"id":1}`)
			} else {
				pg.send(`{"hello":{"listen":{}}}`)
			}
			f := readFrame(t, pg.conn)
			if code, _ := ws.ParseCloseFrameData(f.Payload); f.Header.OpCode != ws.OpClose || code != session.CloseRateLimited {
				t.Errorf("%s, after the hello: %v: got %v %s", name, hello, f.Header, f.Payload)
			}
		}
	}
	// A long message in parts of a usual size is none.
	p := newPlace(t, session.WithRate(0.001, 3))
	pg := p.open(`{"listen":{}}`)
	noError(t, ws.WriteFrame(pg.conn, ws.MaskFrame(ws.NewFrame(ws.OpText, false, []byte(strings.Repeat(" ", smallFragment))))))
	for range 20 {
		part := ws.NewFrame(ws.OpContinuation, false, []byte(strings.Repeat(" ", smallFragment)))
		noError(t, ws.WriteFrame(pg.conn, ws.MaskFrame(part)))
	}
	noError(t, ws.WriteFrame(pg.conn, ws.MaskFrame(ws.NewFrame(ws.OpContinuation, true, []byte(`{"unlisten":[],"id":1}`)))))
	pg.want(`{"ack":1}`)
}

// unwraps is what a middleware wraps a response in that keeps to net/http's conventions.
type unwraps struct{ w http.ResponseWriter }

func (u unwraps) Header() http.Header         { return u.w.Header() }
func (u unwraps) Write(p []byte) (int, error) { return u.w.Write(p) }
func (u unwraps) WriteHeader(status int)      { u.w.WriteHeader(status) }
func (u unwraps) Unwrap() http.ResponseWriter { return u.w }

// behind serves the place's handler behind something else.
func (p *place) behind(wrap func(http.Handler) http.Handler) *place {
	server := httptest.NewServer(wrap(p.h))
	p.t.Cleanup(server.Close)
	q := *p
	q.url = server.URL
	q.dial = dialer(server.Listener.Addr())
	return &q
}

func TestWrappedResponses(t *testing.T) {
	p := newPlace(t)
	good := p.behind(func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(unwraps{w}, r) })
	})
	socket, stream := good.open(`{"listen":{"tick":{}}}`), good.stream(`{"listen":{"tick":{}}}`)
	emit(t, p.bus, tick, 1)
	socket.want(`{"event":"tick","payload":1}`)
	stream.want(`{"event":"tick","payload":1}`)
	socket.cut()
	stream.cut()

	bad := p.behind(func(h http.Handler) http.Handler { return http.TimeoutHandler(h, time.Minute, "") })
	if status, body, _ := bad.do("POST", `{"hello":{"listen":{}}}`, "Accept", "text/event-stream"); status != 500 || !strings.Contains(body, "cannot be streamed") {
		t.Errorf("a response that holds everything back: %d %s", status, body)
	}
	if !strings.Contains(p.log.String(), "*http.timeoutWriter") {
		t.Errorf("the log is %s", p.log)
	}
	if _, err := bad.trySocket(pageOption{}); err == nil {
		t.Error("a WebSocket over a response that cannot be hijacked")
	}
}

// The subprotocol that carries a token is not in the answer, and an extension is accepted only in a form that we speak.
func TestHandshakeAnswers(t *testing.T) {
	p := newPlace(t, WithCompress())
	for offer, accepted := range map[string]bool{
		"permessage-deflate":                                                       true,
		"permessage-deflate; client_max_window_bits":                               true,
		"permessage-deflate; server_no_context_takeover":                           true,
		"permessage-deflate; server_max_window_bits=10":                            false,
		"permessage-deflate; server_max_window_bits=10, permessage-deflate":        true,
		"permessage-deflate; server_max_window_bits=7":                             false,
		"permessage-deflate; nonsense":                                             false,
		"x-webkit-deflate-frame":                                                   false,
		"permessage-deflate; client_max_window_bits=8; client_max_window_bits=900": false,
	} {
		conn, err := p.dial()
		noError(t, err)
		_, err = fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\n"+
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: %s, eventgen.v1\r\nSec-WebSocket-Extensions: %s\r\n\r\n", bearer("secret")[0], offer)
		noError(t, err)
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		noError(t, err)
		if got := answer.Header.Values("Sec-WebSocket-Protocol"); answer.StatusCode != http.StatusSwitchingProtocols || len(got) != 1 || got[0] != Protocol {
			t.Errorf("%s: %s, subprotocol %q", offer, answer.Status, got)
		}
		extensions := answer.Header.Get("Sec-WebSocket-Extensions")
		if options, _ := httphead.ParseOptions([]byte(extensions), nil); (len(options) == 1) != accepted {
			t.Errorf("%s is answered with %q", offer, extensions)
		}
		_ = conn.Close()
	}
}

func TestOptionsOutOfRange(t *testing.T) {
	bus, err := eventbus.New()
	noError(t, err)
	for name, o := range map[string]Option{
		"WithMaxPayload": session.WithMaxPayload(math.MaxInt), "WithMaxPeers": session.WithMaxPeers(0), "WithMaxSubscriptions": session.WithMaxSubscriptions(-1),
		"WithRate": session.WithRate(math.NaN(), 1), "WithQueue": session.WithQueue(-1), "WithHeartbeat": session.WithHeartbeat(math.MaxInt64), "WithResume": session.WithResume(-1), "WithStall": session.WithStall(0),
		"WithLabels": session.WithLabels(9), "WithStale": session.WithStale(9), "AllowOrigins": WithAllowOrigins("example.com"),
	} {
		if _, err := New(bus, o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New(bus, session.WithRate(math.Inf(1), 1)); err == nil {
		t.Error("an infinite rate")
	}
}

// A body that does not arrive ends the request, and costs nothing of the stream.
func TestSlowBody(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil)
		conn, err := p.dial()
		noError(t, err)
		defer conn.Close()
		start := time.Now()
		go fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		noError(t, err)
		if d := time.Since(start); answer.StatusCode != http.StatusBadRequest || d != bodyTime {
			t.Errorf("%s after %v", answer.Status, d)
		}
	})
}

// Close does not wait for bodies that are slow to arrive, and these pages are sent elsewhere when they have.
func TestGuarantee19CloseWaitsForNoBody(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil)
		conn, err := p.dial()
		noError(t, err)
		defer conn.Close()
		const hello = `{"hello":{"listen":{}}}`
		_, err = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			len(hello), hello[:5])
		noError(t, err)
		synctest.Wait()
		start := time.Now()
		noError(t, p.h.Close(background))
		if d := time.Since(start); d != 0 {
			t.Errorf("Close took %v", d)
		}
		go fmt.Fprint(conn, hello[5:])
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		noError(t, err)
		if answer.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("answered with %s", answer.Status)
		}
	})
}

// Close waits for pages that are being told why they were refused.
func TestGuarantee19CloseWaitsForFarewells(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil, WithAuthenticate(byToken))
		p.socket(pageOption{}) // refused, and does not read why
		noError(t, p.h.Close(background))
		stacks := make([]byte, 1<<20)
		if stacks = stacks[:runtime.Stack(stacks, true)]; strings.Contains(string(stacks), "farewell") {
			t.Errorf("a farewell goes on:\n%s", stacks)
		}
	})
}

// A server that shuts down ends its windows, where the handler is told.
func TestServerShutsDown(t *testing.T) {
	p := newPlace(t)
	server := httptest.NewServer(p.h)
	defer server.Close()
	server.Config.RegisterOnShutdown(func() { _ = p.h.Close(background) })
	q := *p
	q.url, q.dial = server.URL, dialer(server.Listener.Addr())
	socket, stream := q.open(`{"listen":{"tick":{}}}`), q.stream(`{"listen":{"tick":{}}}`)
	emit(t, p.bus, tick, 1)
	done := make(chan error)
	go func() { done <- server.Config.Shutdown(background) }()
	for _, pg := range []*page{socket, stream} {
		pg.want(`{"event":"tick","payload":1}`)
		pg.wantClosed(session.CloseGoingAway)
	}
	noError(t, <-done)
}
