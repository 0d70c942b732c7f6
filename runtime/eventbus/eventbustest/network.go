package eventbustest

import (
	"context"
	"errors"
	"strconv"
	"sync"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
)

// Network joins the buses of a test as a broker joins nodes, in memory and at once: what one publishes has
// reached the others when Publish returns, unless something else is being handed over.
type Network struct {
	log bool

	mu      sync.Mutex
	members []*member
	queue   []*broker.Envelope
	handing bool
	history [][]byte
}

// NewNetwork returns a network whose brokers only pass on, as core NATS does.
func NewNetwork() *Network { return &Network{} }

// NewLogNetwork returns a network whose brokers are [broker.Sequencer]: they keep one log for all nodes,
// as JetStream does.
func NewLogNetwork() *Network { return &Network{log: true} }

// Broker returns a broker for one bus.
func (n *Network) Broker() broker.Broker {
	m := &member{network: n}
	if n.log {
		return sequencer{m}
	}
	return m
}

// Cut takes a node off the network, as a cable would: it hears nothing and nobody hears of it, until it is
// mended. What is published meanwhile is lost to it.
func (n *Network) Cut(node string, cut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, m := range n.members {
		if m.node == node {
			m.cut = cut
		}
	}
}

type member struct {
	network *Network
	node    string
	receive func(*broker.Envelope)
	cut     bool
	start   uint64
}

// Start joins the network.
func (m *member) Start(_ context.Context, node string, receive func(*broker.Envelope)) error {
	n := m.network
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, other := range n.members {
		if other.node == node {
			return errors.New("eventbustest: node " + strconv.Quote(node) + " is there already")
		}
	}
	m.node, m.receive, m.start = node, receive, uint64(len(n.history))
	n.members = append(n.members, m)
	return nil
}

// Publish sends the envelope through its wire form to every node, to the publishing one too.
func (m *member) Publish(env *broker.Envelope) error {
	text, err := env.AppendJSON(nil)
	if err != nil {
		return err
	}
	n := m.network
	n.mu.Lock()
	defer n.mu.Unlock()
	if m.cut {
		return nil
	}
	got, err := broker.ParseEnvelope(text)
	if err != nil {
		return err
	}
	if n.log && got.Kind == broker.KindEvent {
		n.history = append(n.history, text)
		got.Seq = uint64(len(n.history))
	}
	n.queue = append(n.queue, got)
	n.hand()
	return nil
}

// hand hands over what is queued, in order, unless that is under way. The lock is held on entry and on
// return, and not during a hand-over.
func (n *Network) hand() {
	if n.handing {
		return
	}
	n.handing = true
	for len(n.queue) > 0 {
		env := n.queue[0]
		n.queue = n.queue[1:]
		members := append([]*member(nil), n.members...)
		for _, m := range members {
			if m.cut {
				continue
			}
			one := *env
			n.mu.Unlock()
			m.receive(&one)
			n.mu.Lock()
		}
	}
	n.handing = false
}

// Close leaves the network.
func (m *member) Close(context.Context) error {
	n := m.network
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, other := range n.members {
		if other == m {
			n.members = append(n.members[:i:i], n.members[i+1:]...)
			break
		}
	}
	return nil
}

type sequencer struct{ *member }

// Epoch names the log, which lasts as long as the network.
func (s sequencer) Epoch() string { return "network" }

// At returns the position at which the node joined.
func (s sequencer) At() uint64 { return s.start }

// Replay hands over what the log holds.
func (s sequencer) Replay(ctx context.Context, after uint64, receive func(*broker.Envelope) bool) (bool, error) {
	n := s.network
	n.mu.Lock()
	history := n.history
	n.mu.Unlock()
	for seq := after + 1; seq <= uint64(len(history)); seq++ {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		env, err := broker.ParseEnvelope(history[seq-1])
		if err != nil {
			return false, err
		}
		env.Seq = seq
		if !receive(env) {
			break
		}
	}
	return true, nil
}
