package eventbustest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
)

// join starts a broker whose node writes down what it receives.
func join(t *testing.T, n *Network, node string, got *[]string) broker.Broker {
	t.Helper()
	b := n.Broker()
	err := b.Start(t.Context(), node, func(env *broker.Envelope) {
		*got = append(*got, fmt.Sprintf("%s %d %s", node, env.Seq, env.Payload))
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func publish(t *testing.T, b broker.Broker, kind broker.Kind, payload string) {
	t.Helper()
	if err := b.Publish(&broker.Envelope{Kind: kind, Event: "e", Payload: []byte(payload)}); err != nil {
		t.Fatal(err)
	}
}

func wantGot(t *testing.T, what string, got *[]string, want ...string) {
	t.Helper()
	if !slices.Equal(*got, want) {
		t.Errorf("%s: got %q, want %q", what, *got, want)
	}
	*got = nil
}

func TestNetwork(t *testing.T) {
	n := NewNetwork()
	var got []string
	a, b := join(t, n, "a", &got), join(t, n, "b", &got)
	if _, ok := a.(broker.Sequencer); ok {
		t.Error("a network without a log has a broker with one")
	}
	if err := n.Broker().Start(t.Context(), "a", nil); err == nil {
		t.Error("two nodes have one name")
	}
	publish(t, a, broker.KindEvent, "1")
	publish(t, b, broker.KindEvent, "2")
	wantGot(t, "all nodes", &got, "a 0 1", "b 0 1", "a 0 2", "b 0 2")
	n.Cut("b", true)
	publish(t, a, broker.KindEvent, "3")
	publish(t, b, broker.KindEvent, "4")
	wantGot(t, "a cut node", &got, "a 0 3")
	n.Cut("b", false)
	publish(t, b, broker.KindEvent, "5")
	wantGot(t, "a mended node", &got, "a 0 5", "b 0 5")
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	publish(t, b, broker.KindEvent, "6")
	wantGot(t, "a node that is gone", &got, "b 0 6")
}

// What is published during a hand-over comes after it, for every node.
func TestNetworkKeepsTheOrder(t *testing.T) {
	n := NewNetwork()
	var got []string
	a := n.Broker()
	err := a.Start(t.Context(), "a", func(env *broker.Envelope) {
		got = append(got, "a "+string(env.Payload))
		if string(env.Payload) == "1" {
			publish(t, a, broker.KindEvent, "2")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	join(t, n, "b", &got)
	publish(t, a, broker.KindEvent, "1")
	wantGot(t, "nodes", &got, "a 1", "b 0 1", "a 2", "b 0 2")
}

func TestLogNetwork(t *testing.T) {
	n := NewLogNetwork()
	var got []string
	a := join(t, n, "a", &got)
	publish(t, a, broker.KindEvent, "1")
	publish(t, a, broker.KindWho, "0")
	publish(t, a, broker.KindEvent, "2")
	b := join(t, n, "b", &got)
	publish(t, b, broker.KindEvent, "3")
	wantGot(t, "positions", &got, "a 1 1", "a 0 0", "a 2 2", "a 3 3", "b 3 3")
	first, second := a.(broker.Sequencer), b.(broker.Sequencer)
	if first.At() != 0 || second.At() != 2 || first.Epoch() != second.Epoch() || first.Epoch() == "" {
		t.Errorf("the nodes stand at %d of %q and %d of %q", first.At(), first.Epoch(), second.At(), second.Epoch())
	}
	replay := func(ctx context.Context, after uint64, most int) error {
		whole, err := second.Replay(ctx, after, func(env *broker.Envelope) bool {
			got = append(got, fmt.Sprintf("%d %s", env.Seq, env.Payload))
			return len(got) < most
		})
		if whole != (err == nil) {
			t.Errorf("whole: %v, %v", whole, err)
		}
		return err
	}
	for _, c := range []struct {
		after uint64
		most  int
		want  []string
	}{{0, 9, []string{"1 1", "2 2", "3 3"}}, {1, 9, []string{"2 2", "3 3"}}, {3, 9, nil}, {0, 2, []string{"1 1", "2 2"}}} {
		if err := replay(t.Context(), c.after, c.most); err != nil {
			t.Error(err)
		}
		wantGot(t, fmt.Sprint("after ", c.after), &got, c.want...)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := replay(ended, 0, 9); !errors.Is(err, context.Canceled) || len(got) > 0 {
		t.Errorf("got %q, %v", got, err)
	}
	publish(t, a, broker.KindEvent, "4") // nothing is locked
}
