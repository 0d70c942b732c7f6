package httptransport

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/internal/pipe"
	"github.com/eventgen/eventgen/runtime/session"
)

func TestConformance(t *testing.T) {
	testConformance(t, func(h *Handler, url string, peer eventbus.Peer) func() (wire, error) {
		return func() (wire, error) { return dialSocket("ws"+strings.TrimPrefix(url, "http"), peer) }
	})
}

// A message stream is held to the same.
func TestConformanceOfStreams(t *testing.T) {
	testConformance(t, func(h *Handler, _ string, peer eventbus.Peer) func() (wire, error) {
		return func() (wire, error) {
			ours, theirs := pipe.New()
			go func() { _ = h.ServeStream(background, theirs, peer) }()
			return streamWire{ours}, nil
		}
	})
}

func testConformance(t *testing.T, dial func(h *Handler, url string, peer eventbus.Peer) func() (wire, error)) {
	all := eventbustest.Features{Emit: true, Resume: true}
	eventbustest.TestSink(t, all, func(t testing.TB, b *eventbus.Bus) eventbustest.Transport {
		h, err := New(b, session.WithRate(1e6, 1e6),
			WithAuthenticate(func(r *http.Request) (peer eventbus.Peer, expires time.Time, err error) {
				err = json.Unmarshal([]byte(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")), &peer)
				return peer, expires, err
			}),
			session.WithAuthorizeEmit(func(context.Context, eventbus.Peer, string, eventbus.Target) error { return nil }))
		noError(t, err)
		server := httptest.NewServer(h)
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(background, 10*time.Second)
			defer cancel()
			noError(t, h.Close(ctx))
			server.Close()
		})
		return suiteTransport(func(peer eventbus.Peer) func() (wire, error) { return dial(h, server.URL, peer) })
	})
}

// suiteTransport opens windows for the suite.
type suiteTransport func(eventbus.Peer) func() (wire, error)

func (s suiteTransport) Connect(peer eventbus.Peer) (eventbustest.Conn, error) {
	w := &window{dial: s(peer), listens: map[string]object{}, messages: make(chan eventbustest.Message, 1<<17)}
	return w, w.connect()
}

// wire is what a window speaks over.
type wire interface {
	write(text []byte) error
	read() ([]byte, error)
	close()
}

type socketWire struct{ net.Conn }

func dialSocket(url string, peer eventbus.Peer) (wire, error) {
	token, err := json.Marshal(peer)
	if err != nil {
		return nil, err
	}
	dialer := ws.Dialer{Protocols: append([]string{Protocol}, bearer(string(token))...)}
	conn, early, _, err := dialer.Dial(background, url)
	if err != nil {
		return nil, err
	}
	if early != nil {
		return nil, errors.New("the server spoke first")
	}
	return socketWire{conn}, nil
}

func (w socketWire) write(text []byte) error { return wsutil.WriteClientText(w.Conn, text) }
func (w socketWire) read() ([]byte, error)   { return wsutil.ReadServerText(w.Conn) }
func (w socketWire) close()                  { _ = w.Conn.Close() }

type streamWire struct{ *pipe.End }

func (w streamWire) write(text []byte) error { return w.Send(background, text) }
func (w streamWire) read() ([]byte, error)   { return w.Receive(background) }
func (w streamWire) close()                  { _ = w.Close(0, "") }

// window is a page as simple as can be.
type window struct {
	dial     func() (wire, error)
	messages chan eventbustest.Message

	mu      sync.Mutex
	conn    wire
	id      int
	listens map[string]object
	answers map[int]chan object
	ticket  string
	epoch   string
	at      uint64
	ended   chan struct{}
}

type windowFrame struct {
	Welcome *struct {
		Ticket, Epoch string
		At            uint64
	}
	Event   string
	Seq     uint64
	Payload json.RawMessage
	Batch   json.RawMessage
	Gap     *struct{}
	At      uint64
	Ack     int
}

func (w *window) connect() error {
	conn, err := w.dial()
	if err != nil {
		return err
	}
	w.mu.Lock()
	hello := object{"listen": maps.Clone(w.listens)}
	if w.ticket != "" {
		hello["resume"] = object{"ticket": w.ticket, "epoch": w.epoch, "seq": w.at}
	}
	w.conn, w.answers, w.ended = conn, map[int]chan object{}, make(chan struct{})
	ended := w.ended
	w.mu.Unlock()
	if err := conn.write([]byte(show(object{"hello": hello}))); err != nil {
		return err
	}
	welcomed := make(chan struct{})
	go w.read(conn, welcomed, ended)
	select {
	case <-welcomed:
		return nil
	case <-ended:
		return errors.New("not let in")
	}
}

func (w *window) read(conn wire, welcomed, ended chan struct{}) {
	defer close(ended)
	for {
		text, err := conn.read()
		if err != nil {
			return
		}
		var frames []json.RawMessage
		if text[0] != '[' {
			frames = []json.RawMessage{text}
		} else if json.Unmarshal(text, &frames) != nil {
			return
		}
		for _, one := range frames {
			var f windowFrame
			if json.Unmarshal(one, &f) != nil {
				return
			}
			w.take(f, one, welcomed)
		}
	}
}

func (w *window) take(f windowFrame, text []byte, welcomed chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = max(w.at, f.Seq, f.At)
	switch {
	case f.Welcome != nil:
		w.ticket, w.epoch, w.at = f.Welcome.Ticket, f.Welcome.Epoch, f.Welcome.At
		close(welcomed)
	case f.Ack != 0:
		var whole object
		_ = json.Unmarshal(text, &whole)
		w.answers[f.Ack] <- whole
	case f.Gap != nil:
		w.messages <- eventbustest.Message{Gap: true}
	case f.Event != "":
		w.messages <- eventbustest.Message{Event: f.Event, JSON: string(f.Payload) + string(f.Batch)}
	}
}

// ask sends a frame and returns its answer.
func (w *window) ask(frame object) error {
	w.mu.Lock()
	w.id++
	frame["id"] = w.id
	answer := make(chan object, 1)
	w.answers[w.id] = answer
	conn, ended := w.conn, w.ended
	err := conn.write([]byte(show(frame)))
	w.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case got := <-answer:
		refusal, _ := got["error"].(object)
		if refused, ok := got["refused"].(object); ok {
			for _, cause := range refused {
				refusal, _ = cause.(object)
			}
		}
		if refusal == nil {
			return nil
		}
		code, _ := refusal["code"].(string)
		path, _ := refusal["path"].(string)
		e := &eventbus.Error{Code: eventbus.Code(code), Path: path}
		if text, ok := refusal["message"].(string); ok {
			e.Err = errors.New(text)
		}
		return e
	case <-ended:
		return errors.New("the connection has ended")
	}
}

func (w *window) Listen(event string, keys ...eventbus.Key) error {
	interest := object{}
	if len(keys) > 0 {
		interest["keys"] = keys
	}
	err := w.ask(object{"listen": object{event: interest}})
	if err == nil {
		w.mu.Lock()
		w.listens[event] = interest
		w.mu.Unlock()
	}
	return err
}

func (w *window) Unlisten(event string) error {
	w.mu.Lock()
	delete(w.listens, event)
	w.mu.Unlock()
	return w.ask(object{"unlisten": []string{event}})
}

func (w *window) Emit(event string, payload []byte, to eventbus.Target) error {
	frame := object{"emit": event}
	if payload != nil {
		frame["payload"] = json.RawMessage(payload)
	}
	if !to.IsZero() {
		frame["to"] = to
	}
	return w.ask(frame)
}

func (w *window) Next(ctx context.Context) (eventbustest.Message, error) {
	w.mu.Lock()
	ended := w.ended
	w.mu.Unlock()
	select {
	case m := <-w.messages:
		return m, nil
	default:
	}
	select {
	case m := <-w.messages:
		return m, nil
	case <-ended:
		return eventbustest.Message{}, errors.New("the connection has ended")
	case <-ctx.Done():
		return eventbustest.Message{}, ctx.Err()
	}
}

func (w *window) Drop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conn.close()
}

func (w *window) Resume() error {
	w.Drop()
	<-w.ended
	return w.connect()
}

func (w *window) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s, ok := w.conn.(socketWire); ok {
		_ = wsutil.WriteClientMessage(s.Conn, ws.OpClose, ws.NewCloseFrameBody(ws.StatusNormalClosure, ""))
	}
	w.conn.close()
}
