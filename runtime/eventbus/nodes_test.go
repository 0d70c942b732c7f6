package eventbus_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/broker"
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

func newNode(t *testing.T, n *eventbustest.Network, name string, events ...eventbus.AnyEvent) *node {
	t.Helper()
	result := &node{}
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(events...)), eventbus.WithNode(name),
		eventbus.WithBroker(n.Broker()), eventbus.WithErrorHandler(func(_ context.Context, err *eventbus.Error) {
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
				if len(a.Peers()) != 2 || len(b.Peers()) != 2 {
					t.Fatalf("nodes know %v and %v", a.Peers(), b.Peers())
				}
				var got []string
				listen := func(n *node, name string, opts ...eventbus.ListenOption) {
					e.ListenMeta(n.Bus, func(_ context.Context, r reading, m eventbus.Meta) error {
						got = append(got, fmt.Sprintf("%s %d of %q", name, r.N, m.Node))
						return nil
					}, opts...)
				}
				listen(a, "a")
				listen(b, "b")
				listen(b, "everywhere", eventbus.AllNodes())
				ctx := context.Background()
				must(t, e.Emit(ctx, a.Bus, reading{"x", 1}))
				must(t, e.Emit(ctx, b.Bus, reading{"y", 2}))
				slices.Sort(got) // nodes have no order among themselves
				want(t, "listeners", got, `a 1 of ""`, `b 2 of ""`, `everywhere 1 of "a"`, `everywhere 2 of ""`)
				if sequenced {
					want(t, "a", a.read(0, sa), `1 {"key":"x","n":1}`, `2 {"key":"y","n":2}`)
				}
				if x, y := len(a.read(0, sa)), len(b.read(0, sb)); x != 2 || y != 2 {
					t.Errorf("windows got %d and %d", x, y)
				}
				must(t, e.EmitTo(ctx, a.Bus, eventbus.Window("side"), reading{"z", 3}))
				if x, y := len(a.read(0, sa)), len(b.read(0, sb)); x != 2 || y != 3 {
					t.Errorf("after a targeted emit windows got %d and %d", x, y)
				}
				where := eventbus.Where(func(p eventbus.Peer) bool { return p.Node == "b" })
				_, st := b.window(t, "third", "to")
				must(t, to.EmitTo(ctx, a.Bus, where, reading{"", 4}))
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
				if _, later := b.window(t, "main2", "e"); len(later.Values) != 1 {
					t.Errorf("after Forget a new window gets %d values", len(later.Values))
				}
				// What a window emits reaches listeners of other nodes that want it, and relays cross.
				got = nil
				in.Listen(b.Bus, func(_ context.Context, r reading) error { got = append(got, fmt.Sprint(r.N)); return nil }, eventbus.AllNodes())
				_, si := b.window(t, "relay", "in")
				must(t, a.port.Emit(ctx, peer, port.Incoming{Event: "in", Payload: []byte(`{"n":9}`), To: eventbus.Window("relay")}))
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
		for n := range 5 {
			must(t, e.Emit(ctx, a.Bus, n))
		}
		b := newNode(t, network, "b", e) // joins when five are past
		if b.port.At() != 5 || b.port.CanResume(b.port.Epoch(), 4) || !b.port.CanResume(b.port.Epoch(), 5) {
			t.Errorf("a node that joins stands at %d", b.port.At())
		}
		must(t, e.Emit(ctx, b.Bus, 5))
		if a.port.Epoch() != b.port.Epoch() || a.port.At() != 6 || b.port.At() != 6 {
			t.Fatalf("positions are %d and %d", a.port.At(), b.port.At())
		}
		if b.port.CanResume(b.port.Epoch(), 2) || !b.port.CanResume(b.port.Epoch(), 5) {
			t.Error("CanResume is wrong")
		}
		var got []string
		whole, err := b.port.Replay(ctx, 2, func(e *port.Entry) bool {
			got = append(got, string(e.Frame))
			return true
		})
		must(t, err)
		if !whole {
			t.Error("the log does not reach back")
		}
		want(t, "replayed", got, `{"event":"e","seq":3,"payload":2}`, `{"event":"e","seq":4,"payload":3}`, `{"event":"e","seq":5,"payload":4}`)
		want(t, "a's log", a.read(4, s), "5 4", "6 5")
	})
}

// mixed is a broker whose log holds more than a node can read.
type mixed struct{ broker.Sequencer }

func (m mixed) Replay(ctx context.Context, after uint64, receive func(*broker.Envelope) bool) (bool, error) {
	return m.Sequencer.Replay(ctx, after, func(env *broker.Envelope) bool {
		for _, change := range []func(env *broker.Envelope){
			func(env *broker.Envelope) { env.Kind = broker.KindWindow },
			func(env *broker.Envelope) { env.Kind = broker.KindForget },
			func(env *broker.Envelope) { env.Kind = broker.KindPeers },
			func(env *broker.Envelope) { env.Event = "unknown" },
			func(env *broker.Envelope) { env.Contract = "2" },
		} {
			other := *env
			change(&other)
			if !receive(&other) {
				return false
			}
		}
		return receive(env)
	})
}

func TestReplayPassesOverWhatItCannotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := eventbustest.NewLogNetwork()
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Contract: "1"})
		a := newNode(t, network, "a", e)
		a.window(t, "main", "e")
		ctx := context.Background()
		for n := range 3 {
			must(t, e.Emit(ctx, a.Bus, n))
		}
		b, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(e)), eventbus.WithNode("b"),
			eventbus.WithBroker(mixed{network.Broker().(broker.Sequencer)}))
		must(t, err)
		defer func() { must(t, b.Close(ctx)) }()
		p, err := b.Attach(silentSink{})
		must(t, err)
		var got []string
		whole, err := p.Replay(ctx, 1, func(e *port.Entry) bool {
			got = append(got, fmt.Sprintf("%s %d %s", e.Event.Name, e.Seq, e.Payload))
			return true
		})
		must(t, err)
		if !whole {
			t.Error("the log does not reach back")
		}
		want(t, "replayed", got, "e 2 1", "e 3 2")
	})
}

// A node speaks for its own peers only.
func TestNodesDoNotRemoveThePeersOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := eventbustest.NewNetwork()
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		a := newNode(t, network, "a", e)
		peer, _ := a.window(t, "main", "e")
		foreign := network.Broker()
		must(t, foreign.Start(context.Background(), "foreign", func(*broker.Envelope) {}))
		must(t, foreign.Publish(&broker.Envelope{Kind: broker.KindPeers, Node: "foreign", Left: []string{peer.ID, "nobody"}}))
		if n := len(a.Peers()); n != 1 {
			t.Errorf("a has %d peers", n)
		}
	})
}

func TestContractsOfNodesMustAgree(t *testing.T) {
	network := eventbustest.NewNetwork()
	one := eventbus.Define(eventdef.Definition[int]{Name: "e", Contract: "1"})
	two := eventbus.Define(eventdef.Definition[int]{Name: "e", Contract: "2"})
	a, b := newNode(t, network, "a", one), newNode(t, network, "b", two)
	_, s := b.window(t, "main", "e")
	must(t, one.Emit(context.Background(), a.Bus, 1))
	want(t, "windows of another contract", b.read(0, s))
	if !slices.Equal(b.errs, []eventbus.Code{eventbus.CodeContract}) {
		t.Errorf("the error handler got %q", b.errs)
	}
	b.errs = nil
}

// What another node says of a delivery or of its peers is not trusted to be readable.
func TestUnreadableEnvelopes(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e", Contract: "c"})
	other := new(handBroker)
	b, f := newBus(t, events(e), eventbus.WithNode("here"), eventbus.WithBroker(other))
	p, _ := attach(t, b)
	s := listen(t, p, join(t, p, eventbus.Peer{}), "e")
	for _, env := range []*broker.Envelope{
		{Kind: broker.KindEvent, Target: json.RawMessage(`{"window":1}`)},
		{Kind: broker.KindEvent, Target: json.RawMessage(`null`)},
		{Kind: broker.KindEvent, Peer: json.RawMessage(`"p"`)},
		{Kind: broker.KindPeers, Peers: []json.RawMessage{json.RawMessage(`[]`), json.RawMessage(`{"id":"p"}`)}},
	} {
		env.Node, env.Event, env.Contract, env.Payload = "there", "e", "c", []byte("1")
		other.receive(env)
	}
	if got := frames(t, p, 0, s); len(got) != 0 {
		t.Errorf("the log has %q", got)
	}
	f.want(t, "envelopes", eventbus.CodeBroker, eventbus.CodeBroker, eventbus.CodeBroker, eventbus.CodeBroker)
	if peers := b.Peers(); len(peers) != 2 {
		t.Errorf("the peers are %v", peers)
	}
}
