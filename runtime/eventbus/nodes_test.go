package eventbus_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

type reading struct {
	Key string `json:"key"`
	N   int    `json:"n"`
}

type node struct {
	*eventbus.Bus
	port port.Port
	mu   sync.Mutex
	errs []eventbus.Code
}

type silentSink struct{}

func (silentSink) Wake()     {}
func (silentSink) Shutdown() {}

// clusterKey is that of the nodes of a test.
var clusterKey = []byte("sixteen bytes or more")

func newNode(t *testing.T, n *eventbustest.Network, name string, events ...eventbus.AnyEvent) *node {
	t.Helper()
	result := &node{}
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(events...)), eventbus.WithNode(name),
		eventbus.WithBroker(n.Broker()), eventbus.WithKey(clusterKey), eventbus.WithErrorHandler(func(_ context.Context, err *eventbus.Error) {
			result.mu.Lock()
			defer result.mu.Unlock()
			result.errs = append(result.errs, err.Code)
		}))
	if err != nil {
		t.Fatal(err)
	}
	result.Bus = bus
	if result.port, err = bus.Attach(silentSink{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := bus.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if len(result.errs) > 0 {
			t.Errorf("node %s: the error handler got %q", name, result.errs)
		}
	})
	return result
}

func (n *node) window(t *testing.T, label, event string) (eventbus.Peer, *port.Subscription) {
	t.Helper()
	peer, err := n.port.Join(eventbus.Peer{Window: label})
	if err != nil {
		t.Fatal(err)
	}
	s, err := n.port.Listen(peer, event)
	if err != nil {
		t.Fatal(err)
	}
	return peer, s
}

func (n *node) read(after uint64, s *port.Subscription) []string {
	dst := make([]*port.Entry, 100)
	count, _ := n.port.Read(after, dst)
	var got []string
	for _, e := range dst[:count] {
		if s.Wants(e) {
			got = append(got, fmt.Sprintf("%d %s", e.Seq, e.Payload))
		}
	}
	return got
}

func (n *node) payloads(after uint64, s *port.Subscription) []string {
	got := n.read(after, s)
	for i, line := range got {
		_, got[i], _ = strings.Cut(line, " ")
	}
	return got
}

func want(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestGuarantee37Nodes(t *testing.T) {
	for _, sequenced := range []bool{false, true} {
		t.Run(fmt.Sprint("sequenced=", sequenced), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := eventbustest.NewNetwork()
				if sequenced {
					network = eventbustest.NewLogNetwork()
				}
				e := eventbus.Define(eventdef.Definition[reading]{
					Name: "e", Contract: "1", Sticky: true, Key: func(r *reading) eventbus.Key { return eventdef.StringKey(r.Key) },
				})
				in := eventbus.Define(eventdef.Definition[reading]{Name: "in", From: eventdef.FromBoth, Relay: true})
				to := eventbus.Define(eventdef.Definition[reading]{Name: "to", To: eventdef.ToWindow})
				a, b := newNode(t, network, "a", e, in, to), newNode(t, network, "b", e, in, to)
				peer, sa := a.window(t, "main", "e")
				_, sb := b.window(t, "side", "e")
				settle(time.Second)
				if len(a.Peers()) != 2 || len(b.Peers()) != 2 {
					t.Fatalf("nodes know %v and %v", a.Peers(), b.Peers())
				}
				var mu sync.Mutex // the nodes call their listeners at the same time
				var got []string
				listen := func(n *node, name string, opts ...eventbus.ListenOption) {
					e.ListenMeta(n.Bus, func(_ context.Context, r reading, m eventbus.Meta) error {
						mu.Lock()
						defer mu.Unlock()
						got = append(got, fmt.Sprintf("%s %d of %q", name, r.N, m.Node))
						return nil
					}, opts...)
				}
				listen(a, "a")
				listen(b, "b")
				listen(b, "everywhere", eventbus.AllNodes())
				ctx := context.Background()
				must(t, e.Emit(ctx, a.Bus, reading{"x", 1}))
				synctest.Wait()
				must(t, e.Emit(ctx, b.Bus, reading{"y", 2}))
				synctest.Wait()
				slices.Sort(got) // nodes have no order among themselves
				want(t, "listeners", got, `a 1 of ""`, `b 2 of ""`, `everywhere 1 of "a"`, `everywhere 2 of ""`)
				if sequenced {
					want(t, "a", a.payloads(0, sa), `{"key":"x","n":1}`, `{"key":"y","n":2}`)
				}
				if x, y := len(a.read(0, sa)), len(b.read(0, sb)); x != 2 || y != 2 {
					t.Errorf("windows got %d and %d", x, y)
				}
				must(t, e.EmitTo(ctx, a.Bus, eventbus.Window("side"), reading{"z", 3}))
				settle(time.Second)
				if x, y := len(a.read(0, sa)), len(b.read(0, sb)); x != 2 || y != 3 {
					t.Errorf("after a targeted emit windows got %d and %d", x, y)
				}
				where := eventbus.Where(func(p eventbus.Peer) bool { return p.Node == "b" })
				_, st := b.window(t, "third", "to")
				settle(time.Second)
				must(t, to.EmitTo(ctx, a.Bus, where, reading{"", 4}))
				settle(time.Second)
				if n := len(b.read(0, st)); n != 1 {
					t.Errorf("a predicate reached %d", n)
				}
				// Stored values are the cluster's.
				_, late := b.window(t, "side", "e")
				if len(late.Values) != 3 {
					t.Errorf("a new window gets %d values", len(late.Values))
				}
				got = nil
				listen(b, "new")
				listen(b, "new everywhere", eventbus.AllNodes())
				want(t, "stored", got, `new 2 of ""`, `new everywhere 1 of "a"`, `new everywhere 2 of ""`)
				must(t, e.Forget(a.Bus, eventdef.StringKey("x")))
				settle(time.Second)
				if _, later := b.window(t, "main2", "e"); len(later.Values) != 1 {
					t.Errorf("after Forget a new window gets %d values", len(later.Values))
				}
				// What a window emits reaches listeners of other nodes that want it, and relays cross.
				got = nil
				in.Listen(b.Bus, func(_ context.Context, r reading) error { got = append(got, fmt.Sprint(r.N)); return nil }, eventbus.AllNodes())
				_, si := b.window(t, "relay", "in")
				settle(time.Second)
				must(t, a.port.Emit(ctx, peer, port.Incoming{Event: "in", Payload: []byte(`{"n":9}`), To: eventbus.Window("relay")}))
				settle(time.Second)
				want(t, "listeners of another node", got, "9")
				if n := len(b.read(0, si)); n != 1 {
					t.Errorf("a relay reached %d", n)
				}
			})
		})
	}
}

func TestNodesThatDisappear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := eventbustest.NewNetwork()
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		a, b := newNode(t, network, "a", e), newNode(t, network, "b", e)
		b.window(t, "main", "e")
		settle(time.Second)
		network.Cut("b", true)
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(a.Peers()); n != 0 {
			t.Errorf("a knows %d peers of a silent node", n)
		}
		network.Cut("b", false)
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(a.Peers()); n != 1 {
			t.Errorf("a knows %d peers of a node that is back", n)
		}
		must(t, b.Close(context.Background()))
		synctest.Wait()
		if n := len(a.Peers()); n != 0 {
			t.Errorf("a knows %d peers of a closed node", n)
		}
	})
}

func TestResumeOnAnotherNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := eventbustest.NewLogNetwork()
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Contract: "1"})
		a := newNode(t, network, "a", e)
		_, s := a.window(t, "main", "e")
		ctx := context.Background()
		before := a.port.At()
		for n := range 5 {
			must(t, e.Emit(ctx, a.Bus, n))
		}
		synctest.Wait()
		b := newNode(t, network, "b", e) // joins when five are past
		synctest.Wait()
		if !b.port.CanResume(b.port.Epoch(), before) {
			t.Errorf("a node that joins at %d does not reach back to %d", b.port.At(), before)
		}
		must(t, e.Emit(ctx, b.Bus, 5))
		synctest.Wait()
		if a.port.Epoch() != b.port.Epoch() || a.port.At() != b.port.At() {
			t.Fatalf("positions are %d and %d", a.port.At(), b.port.At())
		}
		_, other := b.window(t, "main", "e")
		other.At = before
		want(t, "the window on the other node", b.read(before, other), a.read(before, s)...)
		if got := a.payloads(before, s); len(got) != 6 {
			t.Errorf("the window got %q", got)
		}
	})
}
