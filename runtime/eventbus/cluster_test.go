package eventbus_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/broker"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

func TestGuarantee47NoRoomToPublish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := eventbustest.NewLogNetwork()
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		slow := eventbus.Define(eventdef.Definition[int]{Name: "slow", Throttle: 100 * time.Millisecond})
		keyed := eventbus.Define(eventdef.Definition[reading]{
			Name: "keyed", Sticky: true, Key: func(r *reading) eventbus.Key { return eventdef.StringKey(r.Key) },
		})
		a, b := newNode(t, network, "a", e, slow, keyed), newNode(t, network, "b", e, slow, keyed)
		if _, err := b.port.Listen(eventbus.Peer{ID: "one key"}, "keyed", eventdef.StringKey("x")); err != nil {
			t.Fatal(err)
		}
		before := b.port.At()
		ctx := context.Background()
		network.Stop()
		must(t, slow.Emit(ctx, a.Bus, 1))
		must(t, slow.Emit(ctx, a.Bus, 2)) // it waits, and needs room when it is due
		heard, taken := 0, 0
		e.Listen(a.Bus, func(context.Context, int) error { heard++; return nil })
		var err error
		for ; err == nil; taken++ {
			err = e.Emit(ctx, a.Bus, taken)
		}
		taken--
		wantCode(t, err, eventbus.CodeBroker)
		if heard != taken {
			t.Errorf("listeners had %d of %d emits that were taken", heard, taken)
		}
		settle(time.Second)
		network.Start()
		settle(10 * time.Second)
		for _, n := range []*node{a, b} {
			dst := make([]*port.Entry, 1<<15)
			count, _ := n.port.Read(before, dst)
			var gaps []string
			events := 0
			for _, e := range dst[:count] {
				switch {
				case e.Lost:
					gaps = append(gaps, string(e.Frame))
				case e.Event.Name == "e":
					events++
				}
			}
			want(t, "what was lost", gaps, `{"gap":{"events":{"slow":1}}}`)
			if events != taken {
				t.Errorf("%d of %d events came", events, taken)
			}
		}
	})
}

func TestGuarantee48OneOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := eventbustest.NewLogNetwork()
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Sticky: true})
		a, b := newNode(t, network, "a", e), newNode(t, network, "b", e)
		_, sa := a.window(t, "main", "e")
		_, sb := b.window(t, "main", "e")
		before := a.port.At()
		ctx := context.Background()
		for i := range 20 { // at the same time: which is last is for the log to say
			must(t, e.Emit(ctx, a.Bus, i))
			must(t, e.Emit(ctx, b.Bus, 100+i))
		}
		synctest.Wait()
		all := a.read(before, sa)
		want(t, "b reads", b.read(before, sb), all...)
		if len(all) != 40 {
			t.Errorf("a reads %d", len(all))
		}
		_, last, _ := strings.Cut(all[len(all)-1], " ")
		for _, n := range []*node{a, b} {
			_, late := n.window(t, "late", "e")
			want(t, "a new window gets", []string{string(late.Values[0].Payload)}, last)
			var got []string
			e.Listen(n.Bus, func(_ context.Context, v int) error { got = append(got, fmt.Sprint(v)); return nil }, eventbus.AllNodes())
			want(t, "a new listener gets", got, last)
		}
		must(t, e.Forget(a.Bus))
		synctest.Wait()
		for _, n := range []*node{a, b} {
			if _, late := n.window(t, "late", "e"); len(late.Values) != 0 {
				t.Error("what was forgotten is there")
			}
		}
	})
}

func TestGuarantee49NodesBeginWithWhatThereIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := eventbustest.NewLogNetwork()
		sticky := eventbus.Define(eventdef.Definition[reading]{
			Name: "sticky", Sticky: true, Key: func(r *reading) eventbus.Key { return eventdef.StringKey(r.Key) },
		})
		recent := eventbus.Define(eventdef.Definition[int]{Name: "recent", Replay: 2})
		a := newNode(t, network, "a", sticky, recent)
		ctx := context.Background()
		must(t, sticky.Emit(ctx, a.Bus, reading{"old", 1}))
		synctest.Wait()
		network.Trim(0)
		for i := range 4 {
			must(t, recent.Emit(ctx, a.Bus, i))
			must(t, sticky.Emit(ctx, a.Bus, reading{"new", i}))
		}
		synctest.Wait()
		b := newNode(t, network, "b", sticky, recent)
		_, s := b.window(t, "main", "sticky")
		var got []string
		for _, e := range s.Values {
			got = append(got, string(e.Payload))
		}
		want(t, "sticky values", got, `{"key":"old","n":1}`, `{"key":"new","n":3}`)
		_, r := b.window(t, "main", "recent")
		got = nil
		for _, e := range r.Values {
			got = append(got, string(e.Payload))
		}
		want(t, "replayed values", got, "2", "3")
	})
}

// nodeSink writes down what it is told of nodes.
type nodeSink struct {
	renewed  int
	replaced []string
}

func (*nodeSink) Wake()      {}
func (*nodeSink) Shutdown()  {}
func (s *nodeSink) Renewed() { s.renewed++ }
func (s *nodeSink) Replaced(id string, generation uint64) {
	s.replaced = append(s.replaced, fmt.Sprint(id, " ", generation))
}

func (s *nodeSink) Serve(_ context.Context, from string, request []byte) ([]byte, bool) {
	return []byte("to " + from), string(request) == "mine"
}

func TestGuarantee50ALogThatLosesSomething(t *testing.T) {
	for name, lose := range map[string]func(n *eventbustest.Network, back, emit func()){
		"rolled back":                  func(_ *eventbustest.Network, back, _ func()) { back() },
		"rolled back while it is away": func(n *eventbustest.Network, back, _ func()) { n.Stop(); back(); n.Start() },
		"deleted":                      func(n *eventbustest.Network, _, _ func()) { n.Delete() },
		"trimmed while a node is away": func(n *eventbustest.Network, _, emit func()) {
			n.Cut("b", true)
			emit()
			synctest.Wait()
			n.Trim(0)
			n.Cut("b", false)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := eventbustest.NewLogNetwork()
				e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
				a, b := newNode(t, network, "a", e), newNode(t, network, "b", e)
				sink := new(nodeSink)
				p, err := b.Attach(sink)
				must(t, err)
				ctx := context.Background()
				must(t, e.Emit(ctx, a.Bus, 0))
				synctest.Wait()
				back := network.Snapshot()
				for i := range 100 {
					must(t, e.Emit(ctx, a.Bus, i))
				}
				settle(time.Second)
				epoch, at := p.Epoch(), p.At()
				lose(network, back, func() { must(t, e.Emit(ctx, a.Bus, 500)) })
				for i := range 300 { // the positions are given anew
					must(t, e.Emit(ctx, a.Bus, 1000+i))
				}
				settle(time.Minute)
				if sink.renewed == 0 {
					t.Fatal("nobody was told")
				}
				if name != "trimmed while a node is away" && (p.Epoch() == epoch || p.Epoch() != a.port.Epoch()) {
					t.Errorf("the epoch is %s and %s after %s", p.Epoch(), a.port.Epoch(), epoch)
				}
				if p.CanResume(epoch, at) {
					t.Errorf("a window may go on at %d over what is lost: %v", at, b.errs)
				}
				dst := make([]*port.Entry, 10)
				if n, lost := p.Read(0, dst); n > 0 || lost {
					t.Error("a sink that has not taken note reads on")
				}
				if _, now := p.Renew(); now != p.At() {
					t.Errorf("the log begins anew at %d, and stands at %d", now, p.At())
				}
				before := p.At()
				must(t, e.Emit(ctx, a.Bus, 7))
				synctest.Wait()
				if n, _ := p.Read(before, dst); n != 1 || string(dst[0].Payload) != "7" {
					t.Errorf("after that it reads %d", n)
				}
				a.errs, b.errs = nil, nil // they were told, too
			})
		})
	}
}

func TestGuarantee51Settled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := eventbustest.NewLogNetwork()
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		a := newNode(t, network, "a", e)
		_, s := a.window(t, "main", "e")
		settle(time.Second)
		before := a.port.At()
		if a.port.Settled() != nil {
			t.Error("nothing was published, and it has to come back")
		}
		ctx := context.Background()
		must(t, e.Emit(ctx, a.Bus, 1))
		<-a.port.Settled()
		want(t, "when it has settled", a.payloads(before, s), "1")
		network.Stall("a") // it is deaf, and nothing says so
		must(t, e.Emit(ctx, a.Bus, 2))
		start := time.Now()
		<-a.port.Settled()
		if waited := time.Since(start); waited != 2*time.Second {
			t.Errorf("it took %v", waited)
		}
		settle(time.Minute) // it is found out
		want(t, "a node that was deaf", a.payloads(before, s), "1", "2")
		network.Stop()
		must(t, e.Emit(ctx, a.Bus, 3))
		if a.port.Settled() != nil {
			t.Error("an ack would wait for an engine that is away")
		}
		network.Start()
		settle(time.Minute)
		if !a.port.Await(ctx, a.port.At()) || a.port.Await(ctx, a.port.At()+1000) {
			t.Error("Await is wrong")
		}
	})
}

// An answer that is lost is settled: nothing comes twice, and nothing is missing.
func TestLostAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := eventbustest.NewLogNetwork()
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		a := newNode(t, network, "a", e)
		_, s := a.window(t, "main", "e")
		before := a.port.At()
		for i := range 50 {
			network.LoseAnswers(1)
			must(t, e.Emit(context.Background(), a.Bus, i))
			settle(time.Second)
		}
		got := a.payloads(before, s)
		for i, payload := range got {
			if payload != fmt.Sprint(i) {
				t.Fatalf("%s comes as number %d", payload, i)
			}
		}
		if len(got) != 50 {
			t.Errorf("%d came", len(got))
		}
	})
}

func TestGuarantee52Generations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := eventbustest.NewNetwork()
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		a, b := newNode(t, network, "a", e), newNode(t, network, "b", e)
		sink := new(nodeSink)
		p, err := a.Attach(sink)
		must(t, err)
		join := func(p port.Port, generation uint64) error {
			_, err := p.Join(eventbus.Peer{ID: "p", Generation: generation})
			return err
		}
		at := func() (places []string) {
			settle(time.Second)
			for _, n := range []*node{a, b} {
				for _, peer := range n.Peers() {
					places = append(places, fmt.Sprint(peer.Node, peer.Generation))
				}
			}
			return places
		}
		must(t, join(p, 1))
		want(t, "first", at(), "a1", "a1")
		if join(b.port, 1) == nil || join(b.port, 0) == nil {
			t.Error("a peer of no higher generation takes the place")
		}
		must(t, join(b.port, 2))
		want(t, "replaced", at(), "b2", "b2")
		want(t, "the older connection", sink.replaced, "p 1")
		p.Leave("p", 1)
		want(t, "a late leave", at(), "b2", "b2")
		must(t, join(b.port, 3)) // on the same node
		b.port.Leave("p", 2)
		want(t, "a late leave on one node", at(), "b3", "b3")
		b.port.Leave("p", 3)
		want(t, "the end", at())
	})
}

func TestGuarantee53Presence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := eventbustest.NewNetwork()
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		a, b := newNode(t, network, "a", e), newNode(t, network, "b", e)
		settle(time.Second)
		peer, err := a.port.Join(eventbus.Peer{Window: "main"})
		must(t, err)
		settle(time.Second)
		want(t, "a second after the join", labels(b), "main")
		a.port.Leave(peer.ID, 0)
		settle(time.Second)
		want(t, "a second after the leave", labels(b))
		_, err = a.port.Join(eventbus.Peer{Window: "other"})
		must(t, err)
		settle(time.Second)
		network.Cut("a", true)
		settle(5 * time.Second)
		want(t, "within the lease", labels(b), "other")
		settle(8 * time.Second)
		want(t, "after the lease", labels(b))
		network.Cut("a", false)
		settle(time.Second)
		want(t, "back", labels(b), "other")
	})
}

func labels(n *node) (labels []string) {
	for _, p := range n.Peers() {
		labels = append(labels, p.Window)
	}
	return labels
}

func TestGuarantee54Contracts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := eventbustest.NewLogNetwork()
		one := eventbus.Define(eventdef.Definition[int]{Name: "e", Contract: "1", Sticky: true})
		two := eventbus.Define(eventdef.Definition[int]{Name: "e", Contract: "2", Sticky: true})
		unknown := eventbus.Define(eventdef.Definition[int]{Name: "new"})
		a, b := newNode(t, network, "a", one), newNode(t, network, "b", two, unknown)
		_, s := b.window(t, "main", "e")
		before := b.port.At()
		ctx := context.Background()
		must(t, unknown.Emit(ctx, b.Bus, 1))
		synctest.Wait()
		must(t, one.Emit(ctx, a.Bus, 1))
		var got []int
		two.Listen(b.Bus, func(_ context.Context, v int) error { got = append(got, v); return nil }, eventbus.AllNodes())
		synctest.Wait()
		want(t, "a window of the other contract", b.read(before, s))
		must(t, one.Emit(ctx, a.Bus, 2))
		synctest.Wait()
		if len(got) > 0 {
			t.Errorf("a listener of the other contract got %v", got)
		}
		dst := make([]*port.Entry, 10)
		n, _ := b.port.Read(before, dst)
		contracts := []string{}
		for _, e := range dst[:n] {
			contracts = append(contracts, e.Event.Name+" "+e.Contract)
		}
		want(t, "the log", contracts, "new ", "e 1", "e 1")
		if len(b.errs) != 1 || b.errs[0] != eventbus.CodeContract {
			t.Errorf("the error handler got %v", b.errs)
		}
		b.errs = nil
	})
}

// What a node asks another reaches the transport that knows it.
func TestRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := eventbustest.NewNetwork()
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		a, b := newNode(t, network, "a", e), newNode(t, network, "b", e)
		_, err := b.Attach(new(nodeSink))
		must(t, err)
		ctx := context.Background()
		answer, err := a.port.Request(ctx, "b", []byte("mine"))
		must(t, err)
		want(t, "the answer", []string{string(answer)}, "to a")
		_, err = a.port.Request(ctx, "b", []byte("nobody's"))
		wantCode(t, err, eventbus.CodeBroker)
		_, err = a.port.Request(ctx, "c", []byte("mine"))
		wantCode(t, err, eventbus.CodeBroker)
		other, err := eventbus.New(eventbus.WithBroker(network.Broker()), eventbus.WithNode("c"), eventbus.WithKey([]byte("another key of sixteen")))
		must(t, err)
		defer func() { must(t, other.Close(ctx)) }()
		p, err := other.Attach(new(nodeSink))
		must(t, err)
		_, err = p.Request(ctx, "b", []byte("mine"))
		wantCode(t, err, eventbus.CodeBroker)
	})
}

func TestKeysOfNodes(t *testing.T) {
	keys := func(opts ...eventbus.Option) [][]byte {
		b, _ := newBus(t, nil, opts...)
		p, _ := attach(t, b)
		return p.Keys("tickets")
	}
	old, now := []byte("the old key, of sixteen or more"), []byte("the new key, of sixteen or more")
	before, after := keys(eventbus.WithKey(old)), keys(eventbus.WithKey(now, old))
	if len(before) != 1 || len(after) != 2 || string(after[1]) != string(before[0]) || len(before[0]) != 32 {
		t.Errorf("keys are %x and %x", before, after)
	}
	if one, other := keys(), keys(); string(one[0]) == string(other[0]) {
		t.Error("two buses without a key have one")
	}
}

func TestOptionsOfNodes(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e", Max: 2 << 20})
	key := eventbus.WithKey(clusterKey)
	for what, opts := range map[string][]eventbus.Option{
		"no key":                 {eventbus.WithBroker(eventbustest.NewNetwork().Broker())},
		"a short key":            {eventbus.WithKey([]byte("short"))},
		"a short lease":          {eventbus.WithBroker(eventbustest.NewNetwork().Broker()), key, eventbus.WithLease(time.Millisecond)},
		"payloads do not fit":    {eventbus.WithBroker(eventbustest.NewNetwork().Broker()), key, eventbus.WithCatalog(eventbus.NewCatalog(e))},
		"an engine that is away": {eventbus.WithBroker(away()), key},
	} {
		if b, err := eventbus.New(opts...); err == nil {
			t.Errorf("%s: New fails not", what)
			must(t, b.Close(context.Background()))
		}
	}
}

func away() broker.Broker {
	n := eventbustest.NewNetwork()
	n.Stop()
	return n.Broker()
}

func TestPredicatesThatHoldForMany(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	for i := range 1025 {
		join(t, p, eventbus.Peer{Window: fmt.Sprint(i)})
	}
	wantCode(t, e.EmitTo(background, b, eventbus.Where(func(eventbus.Peer) bool { return true }), 1), eventbus.CodeInvalidTarget)
	noError(t, e.EmitTo(background, b, eventbus.Where(func(p eventbus.Peer) bool { return p.Window != "0" }), 1))
}
