package session

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/pipe"
)

var background = context.Background()

type progress struct {
	ID string `json:"id"`
	N  int    `json:"n"`
}

func progressKey(p *progress) eventbus.Key { return eventdef.StringKey(p.ID) }

// events are those of a test's bus.
var (
	tick    = eventbus.Define(eventdef.Definition[int]{Name: "tick", Contract: "c0"})
	other   = eventbus.Define(eventdef.Definition[string]{Name: "other"})
	latest  = eventbus.Define(eventdef.Definition[progress]{Name: "latest", Slow: eventdef.SlowLatest, Key: progressKey})
	replay  = eventbus.Define(eventdef.Definition[int]{Name: "replay", Replay: 2})
	sticky  = eventbus.Define(eventdef.Definition[progress]{Name: "sticky", Sticky: true, Key: progressKey})
	ask     = eventbus.Define(eventdef.Definition[progress]{Name: "ask", From: eventdef.FromClient})
	message = eventbus.Define(eventdef.Definition[string]{Name: "message", From: eventdef.FromClient, Relay: true})
)

// patience is how often a test that waits for other goroutines lets them run: some seconds, in which a busy machine
// gets to all of them. A bubble of synctest has no other clock that could end the wait.
const patience = 10_000_000

// place is a bus with an engine.
type place struct {
	t   *testing.T
	bus *eventbus.Bus
	e   *Engine
	all sync.WaitGroup // streams
}

// newPlace returns a place, of which nothing may be left when the test ends.
func newPlace(t *testing.T, busOptions []eventbus.Option, opts ...Option) *place {
	t.Helper()
	p := &place{t: t}
	var err error
	catalog := eventbus.NewCatalog(tick, other, latest, replay, sticky, ask, message)
	p.bus, err = eventbus.New(append(busOptions, eventbus.WithCatalog(catalog))...)
	noError(t, err)
	p.e, err = New(p.bus, append([]Option{WithLogger(slog.New(slog.DiscardHandler))}, opts...)...)
	noError(t, err)
	t.Cleanup(func() {
		noError(t, p.bus.Close(background))
		noError(t, p.e.Close(background))
		p.all.Wait()
		p.wantEmpty()
	})
	return p
}

func (p *place) wantEmpty() {
	p.t.Helper()
	e := p.e
	if n := len(e.conns) + len(e.tokens) + len(e.labelled) + len(e.classes) + e.places.Held(); n != 0 {
		p.t.Errorf("left behind: %d connections, %d names, %d labels, %d classes, %d places",
			len(e.conns), len(e.tokens), len(e.labelled), len(e.classes), e.places.Held())
	}
	kept := 0
	for _, s := range e.sessions {
		kept += s.tab.charged
	}
	if held := e.memory.ledger.Held(); held != kept {
		p.t.Errorf("%d bytes are charged, sessions hold %d", held, kept)
	}
	if peers := p.bus.Peers(); len(peers) != 0 {
		p.t.Errorf("peers left behind: %v", peers)
	}
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func emit[T any](t testing.TB, b *eventbus.Bus, e *eventbus.Event[T], payloads ...T) {
	t.Helper()
	for _, payload := range payloads {
		noError(t, e.Emit(background, b, payload))
	}
}

// bubble runs a test in a bubble of its own time.
func bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, test)
}

// heap returns the bytes of the heap that are in use.
func heap() int {
	runtime.GC()
	runtime.GC() // what a pool holds goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

type object = map[string]any

// page is a page at the other end of a stream.
type page struct {
	t       *testing.T
	end     *pipe.End
	ended   chan error // what ServeStream returned
	frames  []object
	welcome object
}

// connect begins a stream.
func (p *place) connect(peer eventbus.Peer, opts ...StreamOption) *page {
	p.t.Helper()
	ours, theirs := pipe.New()
	pg := &page{t: p.t, end: ours, ended: make(chan error, 1)}
	p.all.Go(func() { pg.ended <- p.e.ServeStream(background, theirs, peer, opts...) })
	p.t.Cleanup(pg.cut)
	return pg
}

// open begins a stream with a hello and takes the welcome.
func (p *place) open(hello string, peer ...eventbus.Peer) *page {
	p.t.Helper()
	pg := p.connect(append(peer, eventbus.Peer{})[0])
	pg.send(`{"hello":` + hello + `}`)
	pg.takeWelcome()
	return pg
}

func (p *page) takeWelcome() {
	p.t.Helper()
	f := p.next()
	p.welcome, _ = f["welcome"].(object)
	if p.welcome == nil {
		p.t.Fatalf("got %v, want a welcome", f)
	}
}

func (p *page) send(text string) { _ = p.end.Send(background, []byte(text)) }

func (p *page) cut() { _ = p.end.Close(0, "") }

func (p *page) tryNext() (object, error) {
	for len(p.frames) == 0 {
		text, err := p.end.Receive(background)
		if err != nil {
			return nil, err
		}
		var one object
		if json.Unmarshal(text, &one) == nil {
			p.frames = append(p.frames, one)
		} else if err := json.Unmarshal(text, &p.frames); err != nil {
			return nil, fmt.Errorf("message %q: %w", text, err)
		}
	}
	f := p.frames[0]
	p.frames = p.frames[1:]
	return f, nil
}

func (p *page) next() object {
	p.t.Helper()
	f, err := p.tryNext()
	if err != nil {
		p.t.Fatalf("no frame: %v", err)
	}
	return f
}

// want takes as many frames as are given and compares them, without their positions.
func (p *page) want(frames ...string) {
	p.t.Helper()
	for _, text := range frames {
		got := p.next()
		if delete(got, "seq"); got["ack"] != nil {
			delete(got, "at")
		}
		var want object
		noError(p.t, json.Unmarshal([]byte(text), &want))
		if !reflect.DeepEqual(got, want) {
			p.t.Fatalf("got %s, want %s", show(got), text)
		}
	}
}

// wantClosed takes frames until the stream ends, and compares how.
func (p *page) wantClosed(code int) {
	p.t.Helper()
	for {
		if _, err := p.tryNext(); err == io.EOF {
			break
		}
	}
	if got, reason := p.end.Reason(); got != code {
		p.t.Fatalf("closed with %d %q, want %d", got, reason, code)
	}
	if why, ok := (<-p.ended).(Closing); !ok || why.Code != code {
		p.t.Errorf("ServeStream returned %v", why)
	}
}

func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// resume is a hello that goes on where the page is, having seen everything up to seq.
func (p *page) resume(listen string, seq float64) string {
	return fmt.Sprintf(`{"listen":%s,"resume":{"ticket":%q,"epoch":%q,"seq":%d}}`, listen, p.welcome["ticket"], p.welcome["epoch"], int64(seq))
}

func (p *page) at() float64 {
	at, _ := p.welcome["at"].(float64)
	return at
}

// wantPeers waits until the bus has n peers.
func (p *place) wantPeers(n int) {
	p.t.Helper()
	for range patience {
		if len(p.bus.Peers()) == n {
			return
		}
		runtime.Gosched()
	}
	p.t.Fatalf("there are %d peers, want %d", len(p.bus.Peers()), n)
}

// interestInKeys is an interest in n keys, each of so many bytes.
func interestInKeys(n, size int) string {
	var keys []string
	for i := range n {
		keys = append(keys, fmt.Sprintf("%q", fmt.Sprint(i, strings.Repeat("x", size))))
	}
	return `{"keys":[` + strings.Join(keys, ",") + `]}`
}

// tap is a link that takes everything, and shows it.
type tap chan []byte

func (l tap) Try(p []byte) (int, error)            { l <- p; return len(p), nil }
func (l tap) Write([]byte, time.Time) (int, error) { return 0, io.ErrClosedPipe }
func (l tap) Spawn(func())                         {}
func (l tap) Shut()                                {}
