package eventbustest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// Features says what a transport can do beside bringing events to windows. What it cannot do is not tested.
type Features struct {
	// Emit: windows emit, and learn what became of it.
	Emit bool
	// Resume: a window that lost its connection comes back and gets what it missed.
	Resume bool
}

// Transport is a transport under test, as [TestSink] drives it. It serves one bus, to which it has attached.
type Transport interface {
	// Connect opens a window. What the peer says of label, groups and identity is what the transport's
	// authentication found; its ID is empty.
	Connect(peer eventbus.Peer) (Conn, error)
}

// Conn is a window's side of a connection.
type Conn interface {
	// Listen returns when the transport has confirmed that nothing emitted from now on is missed.
	Listen(event string, keys ...eventbus.Key) error
	// Unlisten returns when the transport has confirmed that nothing more of the event comes.
	Unlisten(event string) error
	// Emit returns the answer to the window: nil for an ack, or an *eventbus.Error with what the window sees.
	Emit(event string, payload []byte, to eventbus.Target) error
	// Next returns the next thing that came, waiting until ctx is done or the connection has ended.
	Next(ctx context.Context) (Message, error)
	// Drop loses the connection without a goodbye. Resume brings the window back, with what it listens to.
	Drop()
	Resume() error
	// Close says goodbye. It is idempotent.
	Close()
}

// Message is what a window gets.
type Message struct {
	Event string // the wire name; empty if it is nothing but a gap
	JSON  string // the payload, or the array of a batch; empty if there is none
	Gap   bool   // the window is told that it has missed something
}

// defaultPatience bounds how long the suite waits for what must come.
const defaultPatience = 10 * time.Second

// TestSink checks that a transport keeps what the bus promises to windows: order, targets, keys, stored
// values, isolation of slow windows, and as far as it has the features, acks, refusals, relays and resume.
// Open makes a transport on the bus; it is called for each check, and cleans up after itself.
func TestSink(t *testing.T, features Features, open func(t testing.TB, b *eventbus.Bus) Transport) {
	for _, c := range checks {
		if c.needs(features) {
			t.Run(c.name, func(t *testing.T) { c.run(newSuite(t, defaultPatience, open)) })
		}
	}
}

type check struct {
	name  string
	needs func(Features) bool
	run   func(*suite)
}

// value is the payload of the suite's events.
type value struct {
	Key string `json:"key"`
	N   int    `json:"n"`
}

// suite is one check under way.
type suite struct {
	testing.TB
	b        *eventbus.Bus
	ctx      context.Context
	under    Transport
	patience time.Duration

	x, y, keyed, sticky, replay, client, relay, fence *eventbus.Event[value]
}

func newSuite(t testing.TB, patience time.Duration, open func(t testing.TB, b *eventbus.Bus) Transport) *suite {
	s := &suite{TB: t, ctx: context.Background(), patience: patience}
	key := func(v *value) eventbus.Key { return eventdef.StringKey(v.Key) }
	define := func(name string, d eventdef.Definition[value]) *eventbus.Event[value] {
		d.Name = name
		return eventbus.Define(d)
	}
	s.x, s.y, s.fence = define("x", eventdef.Definition[value]{}), define("y", eventdef.Definition[value]{}), define("fence", eventdef.Definition[value]{})
	s.keyed = define("keyed", eventdef.Definition[value]{Key: key, Slow: eventdef.SlowLatest})
	s.sticky = define("sticky", eventdef.Definition[value]{Key: key, Sticky: true})
	s.replay = define("replay", eventdef.Definition[value]{Replay: 2})
	s.client = define("client", eventdef.Definition[value]{From: eventdef.FromClient})
	s.relay = define("relay", eventdef.Definition[value]{From: eventdef.FromBoth, Relay: true})
	b, err := eventbus.New(
		eventbus.WithCatalog(eventbus.NewCatalog(s.x, s.y, s.fence, s.keyed, s.sticky, s.replay, s.client, s.relay)),
		eventbus.WithLog(256<<10, time.Hour), eventbus.WithErrorHandler(func(context.Context, *eventbus.Error) {}),
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := b.Close(ctx); err != nil {
			t.Errorf("the bus does not close: %v", err)
		}
	})
	s.b, s.under = b, open(t, b)
	return s
}

func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// connect opens a window that listens to the events, and to the fence.
func (s *suite) connect(peer eventbus.Peer, events ...string) Conn {
	s.Helper()
	c, err := s.under.Connect(peer)
	s.must(err)
	s.Cleanup(c.Close)
	for _, e := range append(events, "fence") {
		s.must(c.Listen(e))
	}
	return c
}

func (s *suite) emit(e *eventbus.Event[value], v value) {
	s.Helper()
	s.must(e.Emit(s.ctx, s.b, v))
}

// want emits the fence, and fails the check unless exactly these messages have come before it.
func (s *suite) want(c Conn, what string, want ...string) {
	s.Helper()
	s.emit(s.fence, value{})
	got := s.upToFence(c)
	if !slices.Equal(got, want) {
		s.Errorf("%s (-want +got):\n%s", what, diff(got, want))
	}
}

// upToFence returns what comes before the next fence.
func (s *suite) upToFence(c Conn) (got []string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, s.patience)
	defer cancel()
	for {
		m, err := c.Next(ctx)
		switch {
		case err != nil:
			s.Fatalf("after %q: %v", got, err)
		case m.Gap:
			got = append(got, "gap")
		case m.Event == "fence":
			return got
		default:
			got = append(got, text(m.Event, m.JSON))
		}
	}
}

func text(event, payload string) string { return event + " " + payload }

func of(e *eventbus.Event[value], v value) string {
	payload, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return text(e.Name(), string(payload))
}

func always(Features) bool    { return true }
func emits(f Features) bool   { return f.Emit }
func resumes(f Features) bool { return f.Resume }

var checks = []check{
	{"order", always, (*suite).order},
	{"targets", always, (*suite).targets},
	{"keys", always, (*suite).keys},
	{"stored", always, (*suite).stored},
	{"unlisten", always, (*suite).unlisten},
	{"stalled", always, (*suite).stalled},
	{"leave", always, (*suite).leave},
	{"refusals", always, (*suite).refusals},
	{"shutdown", always, (*suite).shutdown},
	{"acks", emits, (*suite).acks},
	{"relays", emits, (*suite).relays},
	{"resume", resumes, (*suite).resume},
	{"gap", resumes, (*suite).gap},
}

func (s *suite) order() {
	c := s.connect(eventbus.Peer{}, "x", "y")
	var want []string
	for n := range 300 {
		e := []*eventbus.Event[value]{s.x, s.y}[n*n%3%2]
		s.emit(e, value{N: n})
		want = append(want, of(e, value{N: n}))
	}
	s.want(c, "a window", want...)
}

func (s *suite) targets() {
	a := s.connect(eventbus.Peer{Window: "a", Groups: []string{"g"}}, "x")
	b := s.connect(eventbus.Peer{Window: "b"}, "x")
	var wantA, wantB []string
	for n, to := range []eventbus.Target{
		eventbus.Window("a"), eventbus.Window("b"), eventbus.Windows("a", "b"), eventbus.Group("g"),
		eventbus.Except(eventbus.Window("a")), eventbus.Where(func(p eventbus.Peer) bool { return p.Window == "b" }), eventbus.All,
	} {
		s.must(s.x.EmitTo(s.ctx, s.b, to, value{N: n}))
		if slices.Contains([]int{0, 2, 3, 6}, n) {
			wantA = append(wantA, of(s.x, value{N: n}))
		}
		if slices.Contains([]int{1, 2, 4, 5, 6}, n) {
			wantB = append(wantB, of(s.x, value{N: n}))
		}
	}
	s.want(a, "window a", wantA...)
	s.emit(s.fence, value{})
	if got := s.upToFence(b); !slices.Equal(got, wantB) {
		s.Errorf("window b (-want +got):\n%s", diff(got, wantB))
	}
}

func (s *suite) keys() {
	c := s.connect(eventbus.Peer{})
	s.must(c.Listen("keyed", eventdef.StringKey("a"), eventdef.StringKey("c")))
	var want []string
	for n, key := range []string{"a", "b", "c", "d"} {
		v := value{key, n}
		s.emit(s.keyed, v)
		if n%2 == 0 {
			want = append(want, of(s.keyed, v))
		}
	}
	s.want(c, "a window of two keys", want...)
}

func (s *suite) stored() {
	for n := range 3 {
		s.emit(s.sticky, value{"a", n})
		s.emit(s.sticky, value{"b", n})
		s.emit(s.replay, value{N: n})
	}
	c := s.connect(eventbus.Peer{})
	s.must(c.Listen("sticky"))
	s.must(c.Listen("replay"))
	s.emit(s.sticky, value{"a", 9})
	s.want(c, "stored, then live", of(s.sticky, value{"a", 2}), of(s.sticky, value{"b", 2}),
		of(s.replay, value{N: 1}), of(s.replay, value{N: 2}), of(s.sticky, value{"a", 9}))
}

func (s *suite) unlisten() {
	c := s.connect(eventbus.Peer{}, "x", "y")
	s.must(c.Unlisten("x"))
	s.emit(s.x, value{N: 1})
	s.emit(s.y, value{N: 2})
	s.want(c, "after unlisten", of(s.y, value{N: 2}))
	s.must(c.Listen("x"))
	s.emit(s.x, value{N: 3})
	s.want(c, "after it listens again", of(s.x, value{N: 3}))
}

// stalled has one window that reads nothing beside one that does.
func (s *suite) stalled() {
	s.connect(eventbus.Peer{}, "x")
	healthy := s.connect(eventbus.Peer{}, "x")
	for round := range 40 {
		var want []string
		for n := range 50 {
			v := value{Key: strings.Repeat("x", 100), N: 50*round + n}
			s.emit(s.x, v)
			want = append(want, of(s.x, v))
		}
		s.want(healthy, "beside a window that reads nothing", want...)
	}
}

func (s *suite) leave() {
	c := s.connect(eventbus.Peer{Window: "a"})
	if peers := s.b.Peers(); len(peers) != 1 || peers[0].Window != "a" {
		s.Errorf("connected: the bus knows %v", peers)
	}
	c.Close()
	c.Close()
	for end := time.Now().Add(s.patience); len(s.b.Peers()) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			s.Fatal("the bus knows a window that has gone")
		}
	}
}

func (s *suite) refusals() {
	c := s.connect(eventbus.Peer{}, "x")
	s.code("an unknown event", c.Listen("unknown"), eventbus.CodeUnknownEvent)
	s.code("an event of windows", c.Listen("client"), eventbus.CodeDirection)
	s.emit(s.x, value{N: 1})
	s.want(c, "after a refusal", of(s.x, value{N: 1}))
}

func (s *suite) code(what string, err error, want eventbus.Code) {
	s.Helper()
	if e, ok := errors.AsType[*eventbus.Error](err); !ok || e.Code != want {
		s.Errorf("%s: got %v, want the code %s", what, err, want)
	}
}

func (s *suite) shutdown() {
	c := s.connect(eventbus.Peer{}, "x")
	s.emit(s.x, value{N: 1})
	s.must(s.b.Close(s.ctx))
	ctx, cancel := context.WithTimeout(s.ctx, s.patience)
	defer cancel()
	if m, err := c.Next(ctx); err != nil || text(m.Event, m.JSON) != of(s.x, value{N: 1}) {
		s.Errorf("emitted before Close: got %v, %v", m, err)
	}
	if m, err := c.Next(ctx); err == nil || ctx.Err() != nil {
		s.Errorf("after Close: got %v, %v; want the end of the connection", m, err)
	}
}

func (s *suite) acks() {
	c := s.connect(eventbus.Peer{Window: "a", Identity: "alice"})
	s.code("nobody listens", c.Emit("client", []byte(`{"key":"","n":1}`), eventbus.Target{}), eventbus.CodeNoListener)
	done := 0
	var from eventbus.Peer
	s.client.ListenMeta(s.b, func(_ context.Context, v value, m eventbus.Meta) error {
		switch v.N {
		case 2:
			return eventbus.Reject("busy", "try later")
		case 3:
			return errors.New("secret")
		}
		done, from = v.N, m.Peer
		return nil
	})
	emit := func(n int) error {
		return c.Emit("client", fmt.Appendf(nil, `{"key":"","n":%d}`, n), eventbus.Target{})
	}
	if err := emit(1); err != nil || done != 1 {
		s.Errorf("an ack: got %v, the listener got %d", err, done)
	}
	if from.Window != "a" || from.Identity != "alice" || from.ID == "" {
		s.Errorf("the source is %+v", from)
	}
	err := emit(2)
	s.code("a rejection", err, "busy")
	if err != nil && !strings.Contains(err.Error(), "try later") {
		s.Errorf("a rejection loses its message: %v", err)
	}
	err = emit(3)
	s.code("a failure", err, eventbus.CodeInternal)
	if err != nil && strings.Contains(err.Error(), "secret") {
		s.Errorf("a window sees what failed: %v", err)
	}
	s.code("an event of the server", c.Emit("x", []byte(`{}`), eventbus.Target{}), eventbus.CodeDirection)
	s.code("an unknown event", c.Emit("unknown", []byte(`{}`), eventbus.Target{}), eventbus.CodeUnknownEvent)
	s.code("a bad payload", c.Emit("client", []byte(`{"n":"one"}`), eventbus.Target{}), eventbus.CodeInvalidPayload)
}

func (s *suite) relays() {
	a := s.connect(eventbus.Peer{Window: "a"}, "relay")
	b := s.connect(eventbus.Peer{Window: "b"}, "relay")
	s.must(a.Emit("relay", []byte(`{"key":"","n":1}`), eventbus.Windows("a", "b")))
	s.code("no such window", a.Emit("relay", []byte(`{"key":"","n":2}`), eventbus.Window("c")), eventbus.CodeNoTarget)
	s.emit(s.fence, value{})
	if got := s.upToFence(a); len(got) > 0 {
		s.Errorf("an echo: %q", got)
	}
	if got := s.upToFence(b); !slices.Equal(got, []string{of(s.relay, value{N: 1})}) {
		s.Errorf("the target got %q", got)
	}
}

func (s *suite) resume() {
	c := s.connect(eventbus.Peer{Window: "a"}, "x", "sticky")
	s.emit(s.x, value{N: 0})
	s.want(c, "before", of(s.x, value{N: 0}))
	for round := range 3 {
		c.Drop()
		s.emit(s.x, value{N: 10*round + 1})
		s.emit(s.sticky, value{"a", round})
		s.must(c.Resume())
		s.emit(s.x, value{N: 10*round + 2})
		s.want(c, "missed, then live", of(s.x, value{N: 10*round + 1}), of(s.sticky, value{"a", round}), of(s.x, value{N: 10*round + 2}))
	}
}

func (s *suite) gap() {
	c := s.connect(eventbus.Peer{Window: "a"}, "x")
	c.Drop()
	for n := range 2000 {
		s.emit(s.x, value{Key: strings.Repeat("x", 100), N: n})
	}
	s.must(c.Resume())
	s.emit(s.fence, value{})
	if got := s.upToFence(c); !slices.Contains(got, "gap") {
		s.Errorf("more was missed than the log holds, and no gap told: %d messages", len(got))
	}
}
