package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/eventgen/eventgen/internal/client"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/httptransport"
)

type move struct{ Steps int }

var (
	tick = eventbus.Define(eventdef.Definition[int]{Name: "tick"})
	log  = eventbus.Define(eventdef.Definition[string]{Name: "log", Sticky: true})
	ask  = eventbus.Define(eventdef.Definition[move]{Name: "ask", From: eventdef.FromClient})
)

// server is an application.
type server struct {
	*httptest.Server
	t   *testing.T
	bus *eventbus.Bus
	h   *httptransport.Handler
}

// cutter is a listener whose connections can be cut, whoever has them.
type cutter struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
}

func (c *cutter) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.mu.Lock()
		c.conns = append(c.conns, conn)
		c.mu.Unlock()
	}
	return conn, err
}

func (c *cutter) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		_ = conn.Close()
	}
	c.conns = nil
}

func serve(t *testing.T, opts ...httptransport.Option) *server {
	t.Helper()
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(tick, log, ask)))
	if err != nil {
		t.Fatal(err)
	}
	h, err := httptransport.New(bus, opts...)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{Server: httptest.NewUnstartedServer(h), t: t, bus: bus, h: h}
	s.Listener = &cutter{Listener: s.Listener}
	s.Start()
	t.Cleanup(func() {
		if err := bus.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
		s.Close()
	})
	return s
}

// watch runs a client and returns what happens to it, as text, and how it ended.
func (s *server) watch(transport client.Transport, o client.Options) (c *client.Client, happened chan string, ended chan error) {
	s.t.Helper()
	target, err := url.Parse(s.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	happened, ended = make(chan string, 100), make(chan error, 1)
	o.URL, o.Transport, o.On = target, transport, func(h client.Happening) { happened <- text(h) }
	c = client.New(o)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { ended <- c.Run(ctx) }()
	s.t.Cleanup(cancel)
	return c, happened, ended
}

func text(h client.Happening) string {
	switch {
	case h.Event != nil:
		return fmt.Sprintf("%s %s", h.Event.Name, h.Event.Payload)
	case h.Connected != nil:
		return fmt.Sprintf("connected first=%v resumed=%v", h.Connected.First, h.Connected.Resumed)
	case h.Lost != nil:
		return "lost"
	case h.Refused != nil:
		out, err := json.Marshal(h.Refused)
		return fmt.Sprintf("refused %s %v", out, err)
	case h.Gap != nil:
		return fmt.Sprintf("gap of %d", len(h.Gap))
	}
	return "something else"
}

func want(t *testing.T, happened chan string, want ...string) {
	t.Helper()
	for _, w := range want {
		if got := <-happened; got != w {
			t.Fatalf("got %q, want %q", got, w)
		}
	}
}

func (s *server) emit(payloads ...int) {
	s.t.Helper()
	for _, p := range payloads {
		if err := tick.Emit(context.Background(), s.bus, p); err != nil {
			s.t.Fatal(err)
		}
	}
}

var both = []client.Transport{client.WebSocket, client.EventStream}

func TestAClientResumesWhereItWas(t *testing.T) {
	for _, transport := range both {
		t.Run(string(transport), func(t *testing.T) {
			s := serve(t)
			if err := log.Emit(context.Background(), s.bus, "kept"); err != nil {
				t.Fatal(err)
			}
			_, happened, _ := s.watch(transport, client.Options{Listen: map[string]client.Interest{"tick": {}, "log": {}, "nothing": {}}})
			want(t, happened, "connected first=true resumed=false", `refused {"nothing":{"code":"unknown_event"}} <nil>`, `log "kept"`)
			s.emit(1, 2)
			want(t, happened, "tick 1", "tick 2")
			s.Listener.(*cutter).cut()
			want(t, happened, "lost")
			s.emit(3)
			s.emit(4)
			want(t, happened, "connected first=false resumed=true", "tick 3", "tick 4")
		})
	}
}

func TestAClientsEmitIsAnswered(t *testing.T) {
	for _, transport := range both {
		t.Run(string(transport), func(t *testing.T) {
			s := serve(t)
			ran := 0
			ask.Listen(s.bus, func(_ context.Context, m move) error {
				if ran++; m.Steps > 9 {
					return eventbus.Reject("too_far", "nine at most")
				}
				return nil
			})
			c, _, _ := s.watch(transport, client.Options{})
			ctx := context.Background()
			if err := c.Emit(ctx, "ask", json.RawMessage(`{"Steps":3}`), nil); err != nil {
				t.Error(err)
			}
			var refusal *client.Refusal
			if err := c.Emit(ctx, "ask", json.RawMessage(`{"Steps":10}`), nil); !errors.As(err, &refusal) || *refusal != (client.Refusal{Code: "too_far", Message: "nine at most"}) {
				t.Errorf("got %v", err)
			}
			if err := c.Emit(ctx, "tick", json.RawMessage(`1`), nil); !errors.As(err, &refusal) || refusal.Code != "wrong_direction" {
				t.Errorf("got %v", err)
			}
			if ran != 2 {
				t.Errorf("the listener ran %d times, want 2", ran)
			}
		})
	}
}

func TestCredentialsThatAreRefusedAreFinal(t *testing.T) {
	for _, transport := range both {
		t.Run(string(transport), func(t *testing.T) {
			s := serve(t, httptransport.WithAuthenticate(func(r *http.Request) (eventbus.Peer, time.Time, error) {
				if r.Header.Get("Authorization") != "Bearer good" {
					return eventbus.Peer{}, time.Time{}, errors.New("bad")
				}
				return eventbus.Peer{Identity: "ann"}, time.Time{}, nil
			}))
			_, happened, _ := s.watch(transport, client.Options{Token: "good"})
			want(t, happened, "connected first=true resumed=false")
			c, _, ended := s.watch(transport, client.Options{Token: "bad"})
			var closed *client.Closed
			if err := <-ended; !errors.As(err, &closed) || closed.Code != 4401 {
				t.Errorf("got %v", err)
			}
			if err := c.Emit(context.Background(), "ask", nil, nil); err == nil {
				t.Error("a client that has ended took an emit")
			}
		})
	}
}

func TestAServerThatIsNoneIsNotTriedAgain(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	s := &server{Server: other, t: t}
	_, _, ended := s.watch(client.Auto, client.Options{})
	if err := <-ended; err == nil {
		t.Error("it ended without a reason")
	}
}

func TestWithoutWebSocketsAnEventStreamIsTaken(t *testing.T) {
	s := serve(t)
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			http.Error(w, "no upgrades here", http.StatusBadRequest)
			return
		}
		s.h.ServeHTTP(w, r)
	}))
	defer behind.Close()
	proxied := &server{Server: behind, t: t, bus: s.bus}
	_, happened, _ := proxied.watch(client.Auto, client.Options{Listen: map[string]client.Interest{"tick": {}}})
	want(t, happened, "connected first=true resumed=false")
	s.emit(1)
	want(t, happened, "tick 1")
	behind.CloseClientConnections()
}
