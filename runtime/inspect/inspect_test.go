package inspect_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/inspect"
)

type step struct {
	N int `json:"n"`
}

var (
	plain  = eventbus.Define(eventdef.Definition[step]{Name: "plain"})
	slowly = eventbus.Define(eventdef.Definition[step]{Name: "slowly", Throttle: time.Second})
	secret = eventbus.Define(eventdef.Definition[string]{Name: "secret"})
	asked  = eventbus.Define(eventdef.Definition[step]{Name: "asked", From: eventdef.FromClient})
)

func inspected(t *testing.T, opts ...inspect.Option) (*inspect.Inspector, *eventbus.Bus) {
	t.Helper()
	i, err := inspect.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(plain, slowly, secret, asked)), eventbus.WithObserver(i))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := bus.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return i, bus
}

func TestWhoMaySeeThePage(t *testing.T) {
	local, _ := inspected(t)
	named, _ := inspected(t, inspect.WithHosts("dev.example.com"))
	for _, c := range []struct {
		what         string
		i            *inspect.Inspector
		host, remote string
		header       map[string]string
		want         int
	}{
		{"this machine", local, "localhost:8080", "127.0.0.1:1", nil, http.StatusOK},
		{"this machine, by address", local, "[::1]:8080", "[::1]:1", nil, http.StatusOK},
		{"another machine", local, "localhost:8080", "192.0.2.7:1", nil, http.StatusForbidden},
		{"a name that points here", local, "evil.example.com", "127.0.0.1:1", nil, http.StatusForbidden},
		{"a name that is allowed", named, "dev.example.com", "192.0.2.7:1", nil, http.StatusOK},
		{"one that is not", named, "evil.example.com", "192.0.2.7:1", nil, http.StatusForbidden},
		{"a script of another site", local, "localhost", "127.0.0.1:1", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, http.StatusForbidden},
		{"a frame in another site", local, "localhost", "127.0.0.1:1", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, http.StatusForbidden},
		{"a link from another site", local, "localhost", "127.0.0.1:1", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, http.StatusOK},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host, r.RemoteAddr = c.host, c.remote
		for name, value := range c.header {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		c.i.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.what, w.Code, c.want)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/events", strings.NewReader(`{"hello":{}}`))
	r.Host, r.RemoteAddr = "localhost", "127.0.0.1:1"
	r.Header.Set("Origin", "https://evil.example.com")
	w := httptest.NewRecorder()
	local.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("a foreign origin got %d", w.Code)
	}
}

// stream reads what the page gets, until a line has all the words.
func stream(t *testing.T, i *inspect.Inspector, events []string, words ...string) string {
	t.Helper()
	server := httptest.NewServer(i)
	defer server.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/events?listen="+strings.Join(events, "&listen="), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var all strings.Builder
	buffer := make([]byte, 64<<10)
	for {
		n, err := answer.Body.Read(buffer)
		all.Write(buffer[:n])
		if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(all.String(), word) }) {
			return all.String()
		}
		if err != nil {
			t.Fatalf("%v after %s", err, all.String())
		}
	}
}

func TestThePageSeesDeliveries(t *testing.T) {
	i, bus := inspected(t, inspect.WithHidden("secret"))
	go func() {
		for len(t.Name()) > 0 {
			for n := range 3 {
				if slowly.Emit(context.Background(), bus, step{n}) != nil {
					return
				}
			}
			_ = secret.Emit(context.Background(), bus, "hush")
			_ = plain.EmitTo(context.Background(), bus, eventbus.Window("main"), step{1})
			time.Sleep(time.Millisecond)
		}
	}()
	got := stream(t, i, []string{"inspect:record", "inspect:catalog"}, `"event":"secret"`, `"hidden":true`, `"to":"window main"`, `"coalesced":`, `"throttle=1s"`)
	if strings.Contains(got, "hush") {
		t.Error("a hidden payload was sent")
	}
}

const recording = `{"n":1,"event":"plain","time":1000,"payload":{"n":1}}
{"n":2,"event":"asked","time":2000,"client":true,"from":"main","payload":{"n":2}}

{"n":3,"event":"plain","time":4000,"batch":2,"payload":[{"n":3},{"n":4}]}
`

func TestReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(plain, asked)))
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		plain.Listen(bus, func(_ context.Context, s step) error { got = append(got, s.N); return nil })
		var from string
		asked.ListenMeta(bus, func(_ context.Context, s step, m eventbus.Meta) error {
			got, from = append(got, s.N), m.Peer.Window
			return nil
		})
		if err := inspect.Replay(t.Context(), bus, strings.NewReader(recording)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, []int{1, 2, 3, 4}) || from != "main" {
			t.Errorf("got %v, from %q", got, from)
		}
		began := time.Now()
		if err := inspect.Replay(t.Context(), bus, strings.NewReader(recording), inspect.InTime()); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(began); d != 3*time.Second {
			t.Errorf("it took %v", d)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := inspect.Replay(ended, bus, strings.NewReader(recording), inspect.InTime()); err == nil {
			t.Error("it went on without a context")
		}
		if err := bus.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestReplayNamesTheLineThatFails(t *testing.T) {
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(plain)))
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close(context.Background())
	for text, want := range map[string]string{
		"{}\n{":                        "line 1",
		`{"event":"absent"}`:           "unknown_event",
		`{"event":"plain","cut":true}`: "was not recorded",
		`{"event":"plain","payload":{"n":1}}` + "\n" + `{"event":"plain","payload":{"n":"x"}}`: "line 2",
	} {
		err := inspect.Replay(context.Background(), bus, strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	_ = bus.Close(context.Background())
	var e *eventbus.Error
	if err := inspect.Replay(context.Background(), bus, strings.NewReader(recording)); !errors.As(err, &e) || e.Code != eventbus.CodeClosed {
		t.Errorf("a closed bus: %v", err)
	}
}

func TestAContractThatIsNone(t *testing.T) {
	if _, err := inspect.New(inspect.WithContract([]byte("{"))); err == nil {
		t.Error("it was taken")
	}
}
