// Package broker is what joins the buses of several nodes: authors of brokers implement [Broker], or [Sequencer] if
// theirs keeps one log for all nodes, and applications give it to a bus with eventbus.WithBroker.
//
// A broker moves envelopes and knows nothing of what they hold. In the smallest form it is a publisher and a
// subscriber:
//
//	func (b *brokerOnTopic) Start(ctx context.Context, node string, receive func(*broker.Envelope)) error {
//		return b.conn.Subscribe(ctx, func(text []byte) {
//			if env, err := broker.ParseEnvelope(text); err == nil {
//				receive(env)
//			}
//		})
//	}
//
//	func (b *brokerOnTopic) Publish(env *broker.Envelope) error {
//		text, err := env.AppendJSON(nil)
//		if err != nil {
//			return err
//		}
//		return b.conn.Enqueue(text) // bounded, and never waits
//	}
//
// Network of package eventbustest is one in memory, and tests brokers as it tests applications.
package broker

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// Broker joins the buses of several nodes: what is emitted on one reaches the windows of all, and the Go
// listeners that asked for it with eventbus.AllNodes. Coalescing happens on the emitting node; what crosses is
// what is delivered.
//
// A broker moves envelopes and knows nothing of what they hold; [Envelope.AppendJSON] and [ParseEnvelope]
// are their wire form.
type Broker interface {
	// Start connects the node and begins to hand over what other nodes publish: for each of them in the
	// order in which it published, one envelope at a time. It returns when everything published from then
	// on will arrive. An envelope that comes back to its own node may be handed over or not.
	Start(ctx context.Context, node string, receive func(*Envelope)) error
	// Publish takes an envelope for all other nodes. It must not block: a broker has a bounded queue, and
	// returns an error when it is full or the link is gone for good. Nothing of the envelope may be kept
	// or changed after the return except its byte slices, which never change.
	Publish(env *Envelope) error
	// Close publishes what is queued, until ctx is done, and disconnects.
	Close(ctx context.Context) error
}

// Sequencer is a broker that keeps one log for all nodes, such as a JetStream stream. Its positions take
// the place of the bus's own: every event comes back to every node, the emitting one too, with its
// position, and enters the log then. So a window that was connected to one node can resume on another.
type Sequencer interface {
	Broker
	// Epoch names the log. It changes when positions start anew.
	Epoch() string
	// At returns the newest position that there was when Start returned.
	At() uint64
	// Replay hands over the envelopes after the position, oldest first, until receive returns false or
	// all that were there at the call have been handed over. It returns false if the log no longer
	// reaches back to the position.
	Replay(ctx context.Context, after uint64, receive func(*Envelope) bool) (bool, error)
}

// Envelope is what travels between nodes.
type Envelope struct {
	// Kind says what it is.
	Kind Kind `json:"kind"`
	// Node is who published it.
	Node string `json:"node"`
	// Seq is the position that a Sequencer gave it. It is not part of what is published.
	Seq uint64 `json:"-"`
	// Event is the wire name, for events and for what is forgotten.
	Event string `json:"event,omitempty"`
	// Contract is the event's fingerprint on the publishing node.
	Contract string `json:"contract,omitempty"`
	// Key is the payload's key.
	Key eventdef.Key `json:"key,omitzero"`
	// Target is who gets it, as JSON of an eventbus.Target whose predicates are resolved. Nil is everyone, Go listeners
	// included.
	Target json.RawMessage `json:"target,omitempty"`
	// Batch is the number of payloads, 0 if it is not a batch.
	Batch int `json:"batch,omitempty"`
	// Payload is JSON; nil for events whose payload is Empty.
	Payload []byte `json:"-"`
	// Time is when the delivery was made, as eventbus.Meta says.
	Time time.Time `json:"time,omitzero"`
	// Peer is the client that emitted it, as JSON of an eventbus.Peer; nil if Go code did.
	Peer json.RawMessage `json:"peer,omitempty"`
	// Peers are those that joined, or that are there, each as JSON of an eventbus.Peer.
	Peers []json.RawMessage `json:"peers,omitempty"`
	// Left are the ids of those that left.
	Left []string `json:"left,omitempty"`
	// Keys are what is forgotten; none means all.
	Keys []eventdef.Key `json:"keys,omitempty"`
}

// wireEnvelope is the JSON form of an envelope.
type wireEnvelope struct {
	*Envelope
	Payload json.RawMessage `json:"payload,omitempty"`
}

// AppendJSON appends the wire form of the envelope, without its position.
func (e *Envelope) AppendJSON(dst []byte) ([]byte, error) {
	text, err := json.Marshal(wireEnvelope{e, e.Payload})
	if err != nil {
		return dst, fmt.Errorf("broker: encode an envelope: %w", err)
	}
	return append(dst, text...), nil
}

// ParseEnvelope reads the wire form of an envelope. The result does not refer to text.
func ParseEnvelope(text []byte) (*Envelope, error) {
	w := wireEnvelope{Envelope: new(Envelope)}
	if err := json.Unmarshal(text, &w); err != nil {
		return nil, fmt.Errorf("broker: decode an envelope: %w", err)
	}
	w.Envelope.Payload = w.Payload
	return w.Envelope, nil
}

// Kind says what an envelope holds.
type Kind string

const (
	// KindEvent holds a delivery.
	KindEvent Kind = "event"
	// KindWindow holds what a window emitted, for the Go listeners of other nodes that want it.
	KindWindow Kind = "window"
	// KindPeers tells of peers that joined and left.
	KindPeers Kind = "peers"
	// KindHere lists all peers of a node: the answer to KindWho.
	KindHere Kind = "here"
	// KindAlive is a sign of life.
	KindAlive Kind = "alive"
	// KindWho asks every node for its peers.
	KindWho Kind = "who"
	// KindGone says that a node closes.
	KindGone Kind = "gone"
	// KindForget forgets stored values.
	KindForget Kind = "forget"
)
