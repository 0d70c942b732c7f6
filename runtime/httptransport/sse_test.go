package httptransport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/session"
)

func TestStreamListensAndEmits(t *testing.T) {
	p := newPlace(t)
	ask.Listen(p.bus, func(ctx context.Context, a progress) error { return tick.Emit(ctx, p.bus, a.N) })
	pg := p.stream(`{"window":"main","listen":{"tick":{}}}`)
	for name, want := range map[string]string{
		"Content-Type": "text/event-stream", "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no",
	} {
		if got := pg.answer.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	emit(t, p.bus, tick, 1)
	pg.want(`{"event":"tick","payload":1}`)
	pg.send(`[{"listen":{"other":{}},"id":1},{"emit":"ask","id":2,"payload":{"id":"a","n":7}}]`)
	pg.want(`{"ack":1}`, `{"event":"tick","payload":7}`, `{"ack":2}`)
	if !strings.HasPrefix(pg.id, p.epoch()+":") {
		t.Errorf("id is %q", pg.id)
	}
}

// An encoder may write JSON over several lines, however they end.
func TestStreamCarriesLines(t *testing.T) {
	lines := eventbus.Define(eventdef.Definition[int]{Name: "lines", Encode: func(dst []byte, n *int) ([]byte, error) {
		return fmt.Appendf(dst, "[\r%d,\r\n%d\n,\r\r%d]", *n, *n, *n), nil
	}})
	p := newPlaceWith(t, lines)
	for _, pg := range []*page{p.stream(`{"listen":{"lines":{}}}`), p.open(`{"listen":{"lines":{}}}`)} {
		emit(t, p.bus, lines, 7)
		pg.want(`{"event":"lines","payload":[7,7,7]}`)
	}
}

func TestGuarantee06StreamResumes(t *testing.T) {
	p := newPlace(t)
	pg := p.stream(`{"window":"w","listen":{"tick":{}}}`)
	emit(t, p.bus, tick, 1)
	seq := pg.next()["seq"].(float64)
	pg.cut()
	p.wantPeers(0)
	emit(t, p.bus, tick, 2)
	back := p.stream(pg.resume(`{"tick":{}}`, seq))
	emit(t, p.bus, tick, 3)
	back.want(`{"event":"tick","payload":2}`, `{"event":"tick","payload":3}`)
	status, body, _ := p.do(http.MethodPost, `{"unlisten":[],"id":1}`, "Eventgen-Peer", pg.welcome["peer"].(string))
	if status != http.StatusConflict || !strings.Contains(body, `"unknown_peer"`) {
		t.Errorf("a peer that is gone: %d %s", status, body)
	}
	// A WebSocket goes on with the session of a stream.
	socket := p.open(back.resume(`{"tick":{}}`, seq))
	socket.want(`{"event":"tick","payload":2}`, `{"event":"tick","payload":3}`)
	back.wantClosed(4409)
}

func TestStreamForTools(t *testing.T) {
	p := newPlace(t)
	open := func(header ...string) *page {
		r := p.request(http.MethodGet, "", append(header, "Accept", "text/event-stream", "Origin", p.url)...)
		r.URL.RawQuery = "listen=tick&window=tool"
		return p.streamOf(r)
	}
	pg := open()
	emit(t, p.bus, tick, 1)
	pg.want(`{"event":"tick","payload":1}`)
	id := pg.id
	pg.cut()
	p.wantPeers(0)
	emit(t, p.bus, tick, 2)
	back := open("Last-Event-ID", id)
	if back.welcome["resumed"] != true || back.welcome["session"] == pg.welcome["session"] {
		t.Errorf("welcome is %v", back.welcome)
	}
	back.want(`{"event":"tick","payload":2}`)
	position, _, _ := strings.Cut(id, ":1:") // a session needs no proof
	again := open("Last-Event-ID", position+":1", "Eventgen-Ticket", back.welcome["ticket"].(string))
	if again.welcome["resumed"] != true {
		t.Errorf("welcome is %v", again.welcome)
	}
	again.want(`{"event":"tick","payload":2}`)
	same := open("Last-Event-ID", id, "Eventgen-Ticket", pg.welcome["ticket"].(string))
	if same.welcome["session"] != pg.welcome["session"] {
		t.Errorf("welcome is %v", same.welcome)
	}
	same.want(`{"event":"tick","payload":2}`)
	// Whoever names a position without having been here gets what a new page does.
	epoch, _, _ := strings.Cut(id, ":")
	for _, made := range []string{epoch + ":0", epoch + ":0:", epoch + ":1", strings.Replace(id, ":1:", ":0:", 1), id + "0", "x" + id} {
		stranger := open("Last-Event-ID", made)
		if stranger.welcome["resumed"] != nil {
			t.Errorf("%s: welcome is %v", made, stranger.welcome)
		}
		stranger.want(`{"gap":{"events":{"tick":null}}}`)
	}
	afresh := open("Last-Event-ID", "another:7")
	afresh.want(`{"gap":{"events":{"tick":null}}}`)
}

func TestRequestsThatAreNone(t *testing.T) {
	p := newPlace(t, session.WithMaxPayload(100))
	pg := p.stream(`{"listen":{}}`)
	peer := pg.welcome["peer"].(string)
	long := `{"emit":"ask","id":1,"payload":"` + strings.Repeat("x", 5000) + `"}`
	for _, c := range []struct {
		name, method, body string
		header             []string
		status             int
	}{
		{"a form", "POST", "a=b", []string{"Eventgen-Peer", peer, "Content-Type", "text/plain"}, 415},
		{"no JSON", "POST", "{", []string{"Eventgen-Peer", peer}, 400},
		{"no UTF-8", "POST", "{\"emit\":\"ask\",\"id\":1,\"payload\":\"\xff\"}", []string{"Eventgen-Peer", peer}, 400},
		{"a hello", "POST", `{"hello":{"listen":{}}}`, []string{"Eventgen-Peer", peer}, 400},
		{"too long", "POST", long, []string{"Eventgen-Peer", peer}, 413},
		{"unknown peer", "POST", `{"unlisten":[],"id":1}`, []string{"Eventgen-Peer", "x"}, 409},
		{"no hello", "POST", `{"unlisten":[],"id":1}`, []string{"Accept", "text/event-stream"}, 400},
		{"nothing to accept", "POST", `{"hello":{"listen":{}}}`, nil, 406},
		{"a page", "GET", "", []string{"Sec-Fetch-Site", "none"}, 406},
		{"another method", "PUT", "", nil, 405},
		{"a strange position", "GET", "", []string{"Accept", "text/event-stream", "Last-Event-ID", "x", "Origin", p.url}, 400},
		{"a foreign origin", "POST", `{"hello":{"listen":{}}}`, []string{"Origin", "https://evil.example"}, 403},
	} {
		if status, body, _ := p.do(c.method, c.body, c.header...); status != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, status, body, c.status)
		}
	}
}

func TestGuarantee14SessionsAreBoundToTheirIdentity(t *testing.T) {
	p := newPlace(t, WithAuthenticate(byToken))
	pg := p.stream(`{"listen":{"tick":{}}}`, "Authorization", "Bearer ann")
	peer := pg.welcome["peer"].(string)
	for token, want := range map[string]int{"Bearer ann": 202, "Bearer bob": 403, "Bearer ": 401, "Bearer forbidden": 403} {
		status, body, _ := p.do("POST", `{"unlisten":[],"id":1}`, "Eventgen-Peer", peer, "Authorization", token)
		if status != want {
			t.Errorf("%s: %d %s, want %d", token, status, body, want)
		}
	}
	if status, _, _ := p.do("POST", `{"hello":{"listen":{}}}`, "Accept", "text/event-stream"); status != 401 {
		t.Errorf("without a token: %d", status)
	}
	// The session is of no use to anybody else.
	thief := p.stream(pg.resume(`{"tick":{}}`, pg.at()), "Authorization", "Bearer bob")
	if thief.welcome["session"] == pg.welcome["session"] || thief.welcome["resumed"] != nil {
		t.Errorf("welcome is %v", thief.welcome)
	}
	thief.want(`{"gap":{"events":{"tick":null}}}`)
	pg.want(`{"ack":1}`) // before the emit, which is not ordered with it otherwise
	emit(t, p.bus, tick, 1)
	pg.want(`{"event":"tick","payload":1}`)
}

// What fails in the application is no fault of the page's.
func TestInternalErrorsAreTheServers(t *testing.T) {
	p := newPlace(t, WithAuthenticate(byToken))
	for _, header := range [][]string{{"Accept", "text/event-stream"}, {"Eventgen-Peer", "p"}} {
		status, body, _ := p.do(http.MethodPost, `{"hello":{"listen":{}}}`, append(header, "Authorization", "Bearer panic")...)
		if status != http.StatusInternalServerError || body != `{"error":{"code":"internal","message":"internal"}}` {
			t.Errorf("%v: %d %s", header, status, body)
		}
	}
}

// A stream that is shut writes nothing more, and can be shut again.
func TestShutStreamsWriteNothing(t *testing.T) {
	w := httptest.NewRecorder()
	s := newStream(w)
	n, err := s.Write([]byte("before"), time.Time{})
	if n != 6 || err != nil {
		t.Errorf("wrote %d, %v", n, err)
	}
	s.Shut()
	s.Shut()
	if n, err := s.Write([]byte("after"), time.Time{}); n != 0 || !errors.Is(err, net.ErrClosed) {
		t.Errorf("wrote %d, %v", n, err)
	}
	if got := w.Body.String(); got != "before" {
		t.Errorf("wrote %q", got)
	}
}

// A write that a page does not take is interrupted when the handler has no more time.
func TestGuarantee19StalledStreamsAreCutOff(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil)
		p.stream(`{"listen":{"other":{}}}`)
		emit(t, p.bus, other, strings.Repeat("x", 64<<10))
		synctest.Wait()
		start := time.Now()
		ctx, cancel := context.WithCancel(background)
		cancel()
		if err := p.h.Close(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Close returns %v", err)
		}
		noError(t, p.h.Close(background))
		if d := time.Since(start); d != 0 {
			t.Errorf("the handler ended after %v", d)
		}
	})
}

// What is emitted after the end has begun does not come any more.
func TestGuarantee19CloseEndsWhereItBegan(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil)
		pg := p.open(`{"listen":{"tick":{}}}`)
		emit(t, p.bus, tick, 1)
		synctest.Wait() // the write of it waits for the page
		go func() { _ = p.h.Close(background) }()
		synctest.Wait()
		emit(t, p.bus, tick, 2)
		pg.want(`{"event":"tick","payload":1}`)
		var c closed
		if f, err := pg.tryNext(); !errors.As(err, &c) || c.code != session.CloseGoingAway {
			t.Errorf("got %v, %v", f, err)
		}
	})
}

func TestGuarantee19CloseSendsWhatIsLeft(t *testing.T) {
	p := newPlace(t)
	stream := p.stream(`{"listen":{"tick":{}}}`)
	socket := p.open(`{"listen":{"tick":{}}}`)
	waiting := p.socket(pageOption{})
	emit(t, p.bus, tick, 1, 2)
	done := make(chan error)
	go func() { done <- p.h.Close(background) }()
	for _, pg := range []*page{stream, socket} {
		pg.want(`{"event":"tick","payload":1}`, `{"event":"tick","payload":2}`)
		pg.wantClosed(1001)
	}
	waiting.wantClosed(1001)
	noError(t, <-done)
	if status, _, _ := p.do("POST", `{"hello":{"listen":{}}}`, "Accept", "text/event-stream"); status != 503 {
		t.Errorf("after Close: %d", status)
	}
	noError(t, p.h.Close(background))
}
