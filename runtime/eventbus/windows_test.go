package eventbus_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

func TestGuarantee32Subscriptions(t *testing.T) {
	noLeak(t)
	e := eventbus.Define(eventdef.Definition[int]{Name: "e", Sticky: true})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	const last = 3000
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 1; n <= last; n++ {
			noError(t, e.Emit(background, b, n))
		}
	})
	for i := range 8 {
		wg.Go(func() {
			for range i * 50 {
				runtime.Gosched()
			}
			s := listen(t, p, join(t, p, eventbus.Peer{}), "e")
			seen := 0
			take := func(entry *port.Entry, stored bool) {
				if stored != (entry.Seq <= s.At) {
					t.Errorf("position %d, subscribed at %d", entry.Seq, s.At)
				}
				n, err := strconv.Atoi(string(entry.Payload))
				noError(t, err)
				if seen != 0 && n != seen+1 {
					t.Errorf("got %d after %d", n, seen)
				}
				seen = n
			}
			for _, entry := range s.Values {
				take(entry, true)
			}
			dst := make([]*port.Entry, 100)
			for at := s.At; seen < last; {
				n, _ := p.Read(at, dst)
				for _, entry := range dst[:n] {
					if at = entry.Seq; s.Wants(entry) {
						take(entry, false)
					}
				}
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
}

func TestGuarantee33Acks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[order]{Name: "e", From: eventdef.FromClient})
		b, f := newBus(t, events(e))
		p, _ := attach(t, b)
		peer := join(t, p, eventbus.Peer{})
		returned := false
		var result error
		e.Listen(b, func(context.Context, order) error {
			time.Sleep(time.Hour)
			if errors.Is(result, errPanic) {
				panic(result)
			}
			returned = true
			return result
		})
		emit := func(payload string) error {
			return p.Emit(background, peer, port.Incoming{Event: "e", Payload: []byte(payload)})
		}
		if err := emit(`{"n":1}`); err != nil || !returned {
			t.Errorf("got %v, the listener returned: %v", err, returned)
		}
		wantCode(t, emit(`{"n":1`), eventbus.CodeInvalidPayload)
		wantCode(t, emit(`{"n":-1}`), eventbus.CodeInvalidPayload)
		result = errors.New("no")
		if err := emit(`{"n":1}`); !errors.Is(err, result) {
			t.Errorf("got %v", err)
		}
		result = errPanic
		if err := emit(`{"n":1}`); !errors.Is(err, errPanic) || eventbus.Public(err).Code != eventbus.CodeInternal {
			t.Errorf("got %v", err)
		}
		f.want(t, "the failures", eventbus.CodeListener, eventbus.CodePanic)
	})
}

var errPanic = errors.New("a listener panics with it")

func TestGuarantee34Rejections(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e", From: eventdef.FromClient})
	b, f := newBus(t, events(e))
	p, _ := attach(t, b)
	peer := join(t, p, eventbus.Peer{})
	results := []error{
		eventbus.Reject("busy", "try later"), fmt.Errorf("wrapped: %w", eventbus.Reject("busy", "try later")),
		errors.New("secret"), &eventbus.Error{Code: eventbus.CodeTooManyKeys, Err: errors.New("secret")},
	}
	e.Listen(b, func(_ context.Context, n int) error { return results[n] })
	for n := range results {
		got := eventbus.Public(p.Emit(background, peer, port.Incoming{Event: "e", Payload: fmt.Append(nil, n)}))
		if n < 2 && (got.Code != "busy" || got.Err.Error() != "try later") || n >= 2 && (got.Code != eventbus.CodeInternal || got.Err != nil) {
			t.Errorf("%v becomes %v", results[n], got)
		}
	}
	f.want(t, "failures, not answers", eventbus.CodeListener, eventbus.CodeListener)
}

func TestGuarantee35Relay(t *testing.T) {
	relayed := eventbus.Define(eventdef.Definition[int]{Name: "relayed", From: eventdef.FromBoth, Relay: true})
	kept := eventbus.Define(eventdef.Definition[int]{Name: "kept", From: eventdef.FromBoth})
	b, _ := newBus(t, events(relayed, kept))
	p, _ := attach(t, b)
	from, to, other := join(t, p, eventbus.Peer{Window: "a"}), join(t, p, eventbus.Peer{Window: "b"}), join(t, p, eventbus.Peer{Window: "c"})
	var subs [3]*port.Subscription
	for i, peer := range []eventbus.Peer{from, to, other} {
		subs[i] = listen(t, p, peer, "relayed")
	}
	silent := listen(t, p, to, "kept")
	atCall := -1
	relayed.Listen(b, func(_ context.Context, n int) error {
		if atCall = len(frames(t, p, 0, subs[1])); n == 2 {
			return eventbus.Reject("no", "")
		}
		return nil
	})
	kept.Listen(b, func(context.Context, int) error { return nil })
	emit := func(event, payload string, to eventbus.Target) error {
		return p.Emit(background, from, port.Incoming{Event: event, Payload: []byte(payload), To: to})
	}
	noError(t, emit("relayed", "1", eventbus.Windows("a", "b")))
	if atCall != 0 {
		t.Error("relayed before the Go listeners")
	}
	wantCode(t, eventbus.Public(emit("relayed", "2", eventbus.Window("b"))), "no")
	noError(t, emit("relayed", "3", eventbus.Target{}))
	noError(t, emit("kept", "4", eventbus.Target{}))
	wantCode(t, emit("kept", "5", eventbus.Window("b")), eventbus.CodeAudience)
	wantFrames(t, "the source", frames(t, p, 0, subs[0]))
	wantFrames(t, "the target", frames(t, p, 0, subs[1]), "1")
	wantFrames(t, "another", frames(t, p, 0, subs[2]))
	wantFrames(t, "without relay", frames(t, p, 0, silent))
}

// What a window relays takes the same way as all else: it is coalesced apart from what Go code emits, stored
// for its target, and wrapped by interceptors.
func TestRelayCombinations(t *testing.T) {
	for name, c := range map[string]struct {
		d    eventdef.Definition[int]
		opts []eventbus.Option
		want []string
	}{
		"throttle": {eventdef.Definition[int]{Throttle: time.Second}, nil, []string{"go 1", "window 1", "go 3", "window 3"}},
		"debounce": {eventdef.Definition[int]{Debounce: time.Second}, nil, []string{"go 3", "window 3"}},
		"batch":    {eventdef.Definition[int]{Batch: 2, Wait: time.Second}, nil, []string{"go 1", "go 2", "window [1,2]", "go 3", "window [3]"}},
		"sticky":   {eventdef.Definition[int]{Sticky: true}, nil, []string{"go 1", "window 1", "go 2", "window 2", "go 3", "window 3"}},
		"sticky throttle": {eventdef.Definition[int]{Sticky: true, Throttle: time.Second}, nil,
			[]string{"go 1", "window 1", "go 3", "window 3"}},
		"replay": {eventdef.Definition[int]{Replay: 2}, nil, []string{"go 1", "window 1", "go 2", "window 2", "go 3", "window 3"}},
		"strict": {eventdef.Definition[int]{Batch: 2, Wait: time.Second}, []eventbus.Option{eventbus.WithStrictEmit()}, []string{"go 1", "go 2", "window [1,2]", "go 3", "window [3]"}},
		"intercepted": {eventdef.Definition[int]{Throttle: time.Second}, []eventbus.Option{eventbus.WithInterceptor(passing(func(next func(context.Context, eventbus.Emission) error) func(context.Context, eventbus.Emission) error {
			return func(ctx context.Context, e eventbus.Emission) error {
				e.Payload = 10 * e.Payload.(int)
				return next(ctx, e)
			}
		}))}, []string{"go 10", "window 10", "go 30", "window 30"}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c.d.Name, c.d.From, c.d.Relay = "e", eventdef.FromBoth, true
				e := eventbus.Define(c.d)
				b, _ := newBus(t, events(e), c.opts...)
				p, _ := attach(t, b)
				from, to, third := join(t, p, eventbus.Peer{Window: "from"}), join(t, p, eventbus.Peer{Window: "to"}), join(t, p, eventbus.Peer{Window: "third"})
				var j journal
				read := uint64(0)
				s, others := listen(t, p, to, "e"), listen(t, p, third, "e")
				drain := func() {
					entries := make([]*port.Entry, 16)
					n, _ := p.Read(read, entries)
					for _, entry := range entries[:n] {
						read = entry.Seq
						if others.Wants(entry) {
							t.Errorf("another window got %s", entry.Payload)
						}
						if s.Wants(entry) {
							j.add("window %s", entry.Payload)
						}
					}
				}
				e.Listen(b, logTo[int](&j, "go"))
				for n := 1; n <= 3; n++ {
					noError(t, p.Emit(background, from, port.Incoming{Event: "e", Payload: fmt.Append(nil, n), To: eventbus.Window("to")}))
					drain()
				}
				settle(time.Minute)
				drain()
				j.want(t, "in order", c.want...)
				values := listen(t, p, to, "e").Values
				if want := min(c.d.Replay, 3); c.d.Replay > 0 && len(values) != want || c.d.Sticky && len(values) != 1 {
					t.Errorf("a later window of the label got %d stored values", len(values))
				}
				if got := listen(t, p, third, "e").Values; len(got) != 0 {
					t.Errorf("another window got %d stored values", len(got))
				}
			})
		})
	}
}

func TestGuarantee36Source(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[map[string]string]{Name: "e", From: eventdef.FromClient})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	peer := join(t, p, eventbus.Peer{Window: "w", Identity: "alice", Groups: []string{"g"}})
	var got eventbus.Meta
	e.ListenMeta(b, func(_ context.Context, _ map[string]string, m eventbus.Meta) error { got = m; return nil })
	noError(t, p.Emit(background, peer, port.Incoming{Event: "e", Payload: []byte(`{"identity":"mallory","peer":"x"}`)}))
	if got.Peer.ID != peer.ID || got.Peer.Identity != "alice" || !got.Peer.In("g") || got.Peer.Node != b.Node() {
		t.Errorf("the source is %+v", got.Peer)
	}
}
