package eventbustest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
)

// Engine is what the brokers under test connect to: a real server in most cases. A fault that it cannot have is nil,
// and is not tested.
type Engine struct {
	// Open returns a broker for one more node.
	Open func() broker.Broker
	// Stop ends the engine, and Start begins it again with all that it had.
	Stop, Start func()
	// Snapshot remembers what the engine has. What it returns brings that back: all that came later is lost, as after
	// a failover to a replica that lagged.
	Snapshot func() (back func())
	// Delete deletes the log.
	Delete func()
	// Evict takes away a part of what the log is made of, another one for each n, until it returns false.
	Evict func(n int) bool
	// Trim makes the log forget its oldest messages, as its bounds would, but for the newest ones.
	Trim func(keep int)
	// Cut parts the brokers that Open returned for the node from the engine, or mends that.
	Cut func(node string, cut bool)
	// Kick ends every connection of the brokers, which may connect again.
	Kick func()
	// Refuse makes the engine refuse to store anything for lack of room, until it is called with false.
	Refuse func(refuse bool)
	// Freeze makes the engine answer nothing for the time.
	Freeze func(d time.Duration)
}

// TestBroker checks that a broker keeps what package broker says, and that the buses which it joins keep the guarantees
// of nodes, whatever becomes of the engine. Open starts an engine that is empty; it is called for each check, and
// cleans up after itself.
func TestBroker(t *testing.T, open func(t testing.TB) *Engine) {
	for _, c := range brokerChecks {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
	for _, c := range logChecks {
		t.Run(c.name, func(t *testing.T) {
			engine := open(t)
			if _, ok := engine.Open().(broker.Log); !ok {
				t.Skip("the broker keeps no log")
			}
			c.run(t, engine)
		})
	}
	for _, c := range nodeChecks {
		t.Run(c.name, func(t *testing.T) {
			engine := open(t)
			_, log := engine.Open().(broker.Log)
			if c.log && !log || c.needs != nil && !c.needs(engine) {
				t.Skip("the engine cannot do that")
			}
			c.run(newNodes(t, engine, log))
		})
	}
}

type brokerCheck struct {
	name string
	run  func(t *testing.T, engine *Engine)
}

// station is a broker that no bus stands on.
type station struct {
	broker.Broker
	log broker.Log
	run string

	mu   sync.Mutex
	got  [][]byte
	came chan struct{}
}

func newStation(t *testing.T, engine *Engine, name string, serve func(context.Context, []byte) []byte) *station {
	t.Helper()
	s := &station{Broker: engine.Open(), run: strings.ToLower(rand.Text()[:16]), came: make(chan struct{}, 1)}
	s.log, _ = s.Broker.(broker.Log)
	node := broker.Node{Name: name, Run: s.run, Receive: s.receive, Serve: serve, Linked: func(bool) {}}
	if err := s.Start(limited(t), node); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 2 { // it is idempotent
			if err := s.Close(limited(t)); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
	})
	return s
}

func (s *station) receive(body []byte) {
	s.mu.Lock()
	s.got = append(s.got, body)
	s.mu.Unlock()
	select {
	case s.came <- struct{}{}:
	default:
	}
}

// wait returns the first n messages that came.
func (s *station) wait(t *testing.T, n int) [][]byte {
	t.Helper()
	for deadline := time.After(defaultPatience); ; {
		s.mu.Lock()
		got := slices.Clone(s.got)
		s.mu.Unlock()
		if len(got) >= n {
			return got[:n]
		}
		select {
		case <-s.came:
		case <-deadline:
			t.Fatalf("%d messages came, and not %d", len(got), n)
		}
	}
}

// limited returns a context that ends when the suite has lost its patience.
func limited(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), defaultPatience)
	t.Cleanup(cancel)
	return ctx
}

// oddNames are what a broker has to tell apart, and must not take for anything but names.
var oddNames = []string{"a", "A", "a.b", "a:b", "a/b", "a b", "*", ">", "a.*", "a.>", "_a", "a_b", "%61", "ä", "a\n", `"a"`, "{a}", "$SYS", strings.Repeat("long", 60)}

var brokerChecks = []brokerCheck{
	{"Publish", func(t *testing.T, engine *Engine) {
		a, b, c := newStation(t, engine, "a", nil), newStation(t, engine, "b", nil), newStation(t, engine, "c", nil)
		large := make([]byte, a.MaxMessage())
		_, _ = rand.Read(large)
		sent := [][]byte{large}
		for i := range 500 {
			sent = append(sent, fmt.Append(nil, i))
		}
		for _, body := range sent {
			if err := a.Publish(limited(t), body); err != nil {
				t.Fatal(err)
			}
		}
		for _, other := range []*station{b, c} { // to all, not to one of them
			for i, body := range other.wait(t, len(sent)) {
				if !bytes.Equal(body, sent[i]) {
					t.Fatalf("message %d of %d bytes came as %d bytes", i, len(sent[i]), len(body))
				}
			}
		}
	}},
	{"Request", func(t *testing.T, engine *Engine) {
		a := newStation(t, engine, "asks", nil)
		for _, name := range oddNames {
			newStation(t, engine, name, func(_ context.Context, body []byte) []byte { return append([]byte(name+" "), body...) })
		}
		for _, name := range oddNames {
			if got, err := a.Request(limited(t), name, []byte("x\x00")); err != nil || string(got) != name+" x\x00" {
				t.Errorf("node %q answers %q, %v", name, got, err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if got, err := a.Request(ctx, "nobody", nil); err == nil {
			t.Errorf("a node that is not there answers %q", got)
		}
	}},
}

// append appends a message and returns its position.
func (s *station) append(t *testing.T, m broker.Message) uint64 {
	t.Helper()
	position, err := s.tryAppend(t, m)
	if err != nil {
		t.Fatalf("append %d of %s: %v", m.N, m.Run, err)
	}
	return position
}

// tryAppend fills in what a message has of the log.
func (s *station) tryAppend(t *testing.T, m broker.Message) (uint64, error) {
	t.Helper()
	if m.Epoch == "" {
		m.Epoch = s.state(t).Epoch
	}
	if m.Run == "" {
		m.Run = s.run
	}
	return s.log.Append(limited(t), m)
}

func (s *station) state(t *testing.T) broker.State {
	t.Helper()
	state, err := s.log.State(limited(t))
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// all returns the bodies of what the log holds.
func (s *station) all(t *testing.T, after, upTo uint64) (bodies []string) {
	t.Helper()
	last := after
	if err := s.log.Range(limited(t), after, upTo, func(m broker.Stored) bool {
		if m.Position <= last {
			t.Errorf("%d comes after %d", m.Position, last)
		}
		last = m.Position
		bodies = append(bodies, string(m.Body))
		return true
	}); err != nil {
		t.Fatal(err)
	}
	return bodies
}

func (s *station) kept(t *testing.T) (bodies []string) {
	t.Helper()
	if err := s.log.Kept(limited(t), func(m broker.Stored) { bodies = append(bodies, string(m.Body)) }); err != nil {
		t.Fatal(err)
	}
	return bodies
}

func same[T comparable](t *testing.T, what string, got []T, want ...T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

var logChecks = []brokerCheck{
	{"Append", func(t *testing.T, engine *Engine) {
		a, b := newStation(t, engine, "a", nil), newStation(t, engine, "b", nil)
		start := a.state(t)
		if start.Epoch == "" || start.First > start.Last+1 || b.state(t) != start {
			t.Fatalf("an empty log stands at %+v, and at %+v", start, b.state(t))
		}
		one := a.append(t, broker.Message{N: 1, Body: []byte("a1")})
		two := b.append(t, broker.Message{N: 1, Body: []byte("b1")})
		three := a.append(t, broker.Message{N: 2, Seen: two, Body: []byte("a2")})
		if !(start.Last < one && one < two && two < three) {
			t.Errorf("positions are %d, %d, %d", one, two, three)
		}
		if again := a.append(t, broker.Message{N: 2, Body: []byte("a2")}); again != three {
			t.Errorf("appended again it is at %d, not %d", again, three)
		}
		for _, c := range []struct {
			what string
			m    broker.Message
			want error
		}{
			{"a number that is not the next", broker.Message{N: 4}, broker.ErrOrder},
			{"a run that does not begin", broker.Message{N: 2, Run: "another"}, broker.ErrOrder},
			{"another epoch", broker.Message{N: 3, Epoch: "another"}, broker.ErrEpoch},
			{"a position that the log has not reached", broker.Message{N: 3, Seen: three + 5}, broker.ErrEpoch},
			{"more than fits", broker.Message{N: 1, Run: "large", Body: make([]byte, a.MaxMessage()+64<<10)}, broker.ErrTooLarge},
		} {
			if at, err := a.tryAppend(t, c.m); !errors.Is(err, c.want) && !(c.want == broker.ErrEpoch && err == nil && at <= c.m.Seen) {
				t.Errorf("%s: %d, %v", c.what, at, err)
			}
		}
		large := bytes.Repeat([]byte("x"), a.MaxMessage())
		state := a.state(t)
		same(t, "the log", a.all(t, start.Last, three), "a1", "b1", "a2")
		if state.First > one || state.Last < three {
			t.Errorf("the log stands at %+v", state)
		}
		c := newStation(t, engine, "c", nil)
		at := c.append(t, broker.Message{N: 1, Body: large})
		if got := c.all(t, at-1, at); len(got) != 1 || got[0] != string(large) {
			t.Error("the largest message is not what it was")
		}
	}},
	{"Tail", func(t *testing.T, engine *Engine) {
		a, b := newStation(t, engine, "a", nil), newStation(t, engine, "b", nil)
		first := a.append(t, broker.Message{N: 1, Body: []byte("1")})
		a.append(t, broker.Message{N: 2, Body: []byte("2")})
		var mu sync.Mutex
		var got []string
		enough := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			ended <- b.log.Tail(ctx, first, func(m broker.Stored) {
				mu.Lock()
				defer mu.Unlock()
				if got = append(got, string(m.Body)); len(got) == 199 {
					close(enough)
				}
			})
		}()
		for n := range 198 {
			a.append(t, broker.Message{N: uint64(n + 3), Body: fmt.Append(nil, n+3)})
		}
		select {
		case <-enough:
		case <-limited(t).Done():
			t.Error("not all came")
		}
		cancel()
		if err := <-ended; err == nil {
			t.Error("Tail ends without an error")
		}
		for i, body := range got {
			if body != fmt.Sprint(i+2) {
				t.Fatalf("%d came as number %d", i+2, i)
			}
		}
		var some []uint64
		if err := b.log.Range(limited(t), first, first+100, func(m broker.Stored) bool {
			some = append(some, m.Position)
			return len(some) < 3
		}); err != nil || len(some) != 3 || some[0] <= first {
			t.Errorf("a part of the log is %v, %v", some, err)
		}
	}},
	{"Renew", func(t *testing.T, engine *Engine) {
		a, b := newStation(t, engine, "a", nil), newStation(t, engine, "b", nil)
		old := a.state(t)
		at := a.append(t, broker.Message{N: 1, Body: []byte("1")})
		for _, s := range []*station{a, b} { // one of them is the first
			if err := s.log.Renew(limited(t), old.Epoch); err != nil {
				t.Fatal(err)
			}
		}
		now := a.state(t)
		if now.Epoch == old.Epoch || now.Epoch != b.state(t).Epoch || now.Last < at {
			t.Errorf("the log stands at %+v after %+v", now, old)
		}
		if _, err := a.tryAppend(t, broker.Message{N: 2, Epoch: old.Epoch}); !errors.Is(err, broker.ErrEpoch) {
			t.Errorf("appending to the old epoch: %v", err)
		}
		a.append(t, broker.Message{N: 2, Body: []byte("2")})
	}},
	{"Kept", func(t *testing.T, engine *Engine) {
		a := newStation(t, engine, "a", nil)
		n := uint64(0)
		keep := func(event, name, body string, forget bool) {
			t.Helper()
			n++
			a.append(t, broker.Message{N: n, Slot: broker.Slot{Event: event, Name: name}, Forget: forget, Body: []byte(body)})
		}
		var want []string
		for _, event := range oddNames {
			for _, name := range append([]string{""}, oddNames...) {
				if name == "" {
					name = "null"
				}
				keep(event, name, "old", false)
				want = append(want, event+"\x00"+name)
			}
		}
		for _, slot := range want {
			event, name, _ := strings.Cut(slot, "\x00")
			keep(event, name, slot, false)
		}
		keep("a", "a.b", "forget a.b", true)
		keep("a.b", "", "forget all of a.b", true)
		keep("a.b", "again", "a.b\x00again", false)
		want = slices.DeleteFunc(append(want, "a.b\x00again"), func(slot string) bool {
			return slot == "a\x00a.b" || strings.HasPrefix(slot, "a.b\x00") && slot != "a.b\x00again"
		})
		// Who reads it goes on with what the log has after the newest, and lets what was forgotten go.
		var got []string
		for deadline := time.Now().Add(defaultPatience); ; {
			values := map[string]bool{}
			apply := func(body string) {
				switch {
				case body == "forget a.b":
					delete(values, "a\x00a.b")
				case body == "forget all of a.b":
					for slot := range values {
						if strings.HasPrefix(slot, "a.b\x00") {
							delete(values, slot)
						}
					}
				case strings.Contains(body, "\x00"):
					values[body] = true
				}
			}
			last := uint64(0)
			if err := a.log.Kept(limited(t), func(m broker.Stored) {
				if m.Position < last {
					t.Errorf("%d comes after %d", m.Position, last)
				}
				last = m.Position
				apply(string(m.Body))
			}); err != nil {
				t.Fatal(err)
			}
			for _, body := range a.all(t, last, a.state(t).Last) {
				apply(body)
			}
			got = got[:0]
			for slot := range values {
				got = append(got, slot)
			}
			slices.Sort(got)
			slices.Sort(want)
			if slices.Equal(got, want) || time.Now().After(deadline) {
				break
			}
		}
		same(t, "what is kept", got, want...)
	}},
	{"Trim", func(t *testing.T, engine *Engine) {
		if engine.Trim == nil {
			t.Skip("the engine cannot do that")
		}
		a := newStation(t, engine, "a", nil)
		for n := range 50 {
			a.append(t, broker.Message{N: uint64(n + 1), Slot: broker.Slot{Event: "e", Name: fmt.Sprint(n % 2)}, Body: fmt.Append(nil, n)})
		}
		before := a.state(t)
		engine.Trim(10)
		s := a.state(t)
		if s.Last < before.Last || s.First <= before.First || s.First > s.Last || s.Epoch != before.Epoch {
			t.Fatalf("the log stands at %+v after %+v", s, before)
		}
		if got := a.all(t, 0, s.Last); len(got) < 2 || len(got) > 10 || got[len(got)-1] != "49" {
			t.Errorf("from %d to %d the log has %v", s.First, s.Last, got)
		}
		same(t, "what is kept", a.kept(t), "48", "49")
		a.append(t, broker.Message{N: 51, Seen: s.Last, Body: []byte("50")})
	}},
}
