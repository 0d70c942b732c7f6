package eventbus

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// How nodes know of each other.
const (
	nodeHeartbeat = 10 * time.Second
	nodeSilence   = 35 * time.Second // after that a node counts as gone
	brokerStart   = 30 * time.Second
)

// cluster is this node among those that a broker joins.
type cluster struct {
	b      *Bus
	broker broker.Broker

	mu     sync.Mutex
	nodes  map[string]time.Duration // when each was last heard of
	timer  *time.Timer
	closed bool
}

// join starts the broker and makes this node known.
func (b *Bus) join(other broker.Broker) error {
	c := &cluster{b: b, broker: other, nodes: map[string]time.Duration{}}
	b.cluster = c
	ctx, cancel := context.WithTimeout(context.Background(), brokerStart)
	defer cancel()
	if err := other.Start(ctx, b.config.node, c.receive); err != nil {
		return &Error{Code: CodeBroker, Err: fmt.Errorf("start the broker: %w", err)}
	}
	if b.sequencer != nil {
		b.log.begin(b.sequencer.At())
	}
	c.send(&broker.Envelope{Kind: broker.KindWho})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timer = time.AfterFunc(nodeHeartbeat, c.beat)
	return nil
}

// begin says that the log begins behind the position.
func (l *eventLog) begin(at uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next == 0 && at > l.at {
		l.at, l.floor, l.origin = at, at, at
	}
}

// beat shows that the node lives, and forgets those that do not.
func (c *cluster) beat() {
	c.send(&broker.Envelope{Kind: broker.KindAlive})
	c.mu.Lock()
	var silent []string
	now := c.b.now()
	for node, heard := range c.nodes {
		if now-heard > nodeSilence {
			silent = append(silent, node)
			delete(c.nodes, node)
		}
	}
	if !c.closed {
		c.timer.Reset(nodeHeartbeat)
	}
	c.mu.Unlock()
	for _, node := range silent {
		c.b.peers.removeNode(node)
	}
}

// close says goodbye and closes the broker.
func (c *cluster) close(ctx context.Context) error {
	c.mu.Lock()
	c.closed = true
	c.timer.Stop()
	c.mu.Unlock()
	c.send(&broker.Envelope{Kind: broker.KindGone})
	return c.broker.Close(ctx)
}

func (c *cluster) joined(peer Peer) {
	c.send(&broker.Envelope{Kind: broker.KindPeers, Peers: peersToWire(peer)})
}

func (c *cluster) left(id string) {
	c.send(&broker.Envelope{Kind: broker.KindPeers, Left: []string{id}})
}

func (c *cluster) send(env *broker.Envelope) { c.b.send(context.Background(), env) }

// send publishes an envelope of this node.
func (b *Bus) send(ctx context.Context, env *broker.Envelope) {
	env.Node = b.config.node
	if err := b.callPublish(env); err != nil {
		b.fail(ctx, &Error{Code: CodeBroker, Event: env.Event, Err: err})
	}
}

// callPublish hands an envelope to the broker.
func (b *Bus) callPublish(env *broker.Envelope) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("the broker panicked: %w", panicked(reason))
		}
	}()
	return b.config.broker.Publish(env)
}

// receive takes an envelope in.
func (c *cluster) receive(env *broker.Envelope) {
	own := env.Node == c.b.config.node
	if own && (c.b.sequencer == nil || env.Kind != broker.KindEvent) {
		return
	}
	if !own {
		c.hear(env)
	}
	switch env.Kind {
	case broker.KindEvent, broker.KindWindow, broker.KindForget:
		c.event(env)
	case broker.KindPeers:
		for _, id := range env.Left {
			c.b.peers.remove(id, env.Node)
		}
		c.add(env)
	case broker.KindHere:
		c.b.peers.removeNode(env.Node)
		c.add(env)
	case broker.KindWho:
		c.send(&broker.Envelope{Kind: broker.KindHere, Peers: peersToWire(c.b.peers.of(c.b.config.node)...)})
	}
}

// add adds the peers that another node tells of.
func (c *cluster) add(env *broker.Envelope) {
	for _, text := range env.Peers {
		var peer Peer
		if err := json.Unmarshal(text, &peer); err != nil {
			c.b.fail(context.Background(), &Error{Code: CodeBroker, Err: fmt.Errorf("node %s tells of a peer: %w", env.Node, err)})
			continue
		}
		peer.Node = env.Node
		c.b.peers.add(&peer)
	}
}

// hear takes note of a node, and asks for the peers of one that it does not know.
func (c *cluster) hear(env *broker.Envelope) {
	c.mu.Lock()
	_, known := c.nodes[env.Node]
	c.nodes[env.Node] = c.b.now()
	if env.Kind == broker.KindGone {
		delete(c.nodes, env.Node)
	}
	c.mu.Unlock()
	switch {
	case env.Kind == broker.KindGone:
		c.b.peers.removeNode(env.Node)
	case !known && env.Kind != broker.KindHere:
		c.send(&broker.Envelope{Kind: broker.KindWho})
	}
}

func (c *cluster) event(env *broker.Envelope) {
	t, ok := c.b.topics[env.Event]
	if !ok {
		return // an event of another version of the program
	}
	info := t.info
	if env.Contract != info.Contract {
		c.b.fail(context.Background(), t.err(CodeContract,
			fmt.Errorf("node %s has contract %q, this one %q", env.Node, env.Contract, info.Contract)))
		return
	}
	if !utf8.Valid(env.Payload) {
		c.b.fail(context.Background(), t.err(CodeInvalidPayload, fmt.Errorf("node %s: %w", env.Node, errNotUTF8)))
		return
	}
	in := c.b.gate.enter()
	if in == nil {
		return
	}
	defer c.b.gate.leave(in)
	t.remote(env)
}

// envelope returns what tells other nodes of a delivery. Its payload is kept by the entry, or copied.
func (t *topic) envelope(kind broker.Kind, d *delivery, e encoded, entry *port.Entry) *broker.Envelope {
	o := &d.occ
	env := &broker.Envelope{
		Kind: kind, Event: t.info.Name, Contract: t.info.Contract,
		Key: o.key, Batch: e.n, Time: o.time,
	}
	if !o.target.IsZero() {
		env.Target = toWire(o.target)
	}
	if o.peer != nil {
		env.Peer = toWire(o.peer)
	}
	if entry != nil {
		env.Payload = entry.Payload
	} else {
		env.Payload = slices.Clone(e.text)
	}
	return env
}

// toWire returns the JSON of a resolved target or a peer, which always have one.
func toWire(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return text
}

func peersToWire(peers ...Peer) []json.RawMessage {
	texts := make([]json.RawMessage, len(peers))
	for i := range peers {
		texts[i] = toWire(peers[i])
	}
	return texts
}

// occasionOf returns what an envelope says of a delivery. Its node is empty if it was this one.
func (t *topic) occasionOf(env *broker.Envelope) (occasion, error) {
	o := occasion{key: env.Key, time: env.Time, node: env.Node}
	if env.Node == t.b.config.node {
		o.node = ""
	}
	if env.Target != nil {
		if err := json.Unmarshal(env.Target, &o.target); err != nil {
			return o, fmt.Errorf("node %s addresses a delivery: %w", env.Node, err)
		}
	}
	if env.Peer != nil {
		o.peer = new(Peer)
		if err := json.Unmarshal(env.Peer, o.peer); err != nil {
			return o, fmt.Errorf("node %s says who emitted: %w", env.Node, err)
		}
	}
	return o, nil
}

// tellNodes tells the Go listeners of other nodes what a window has emitted.
func (t *topic) tellNodes(ctx context.Context, d *delivery) {
	buf := newBuffer()
	defer buf.free()
	e := t.encode(buf, d, func(err *Error) { t.b.fail(ctx, err) })
	if e.ok {
		env := t.envelope(broker.KindWindow, d, e, nil)
		env.Target = nil
		t.b.send(ctx, env)
	}
}

// remote takes in what another node delivered, or with a sequencer, what this one did.
func (t *topic) remote(env *broker.Envelope) {
	if env.Kind == broker.KindForget {
		t.forgetHere(env.Keys)
		return
	}
	v := &stored{raw: true}
	d := &v.d
	d.stored, d.encoded, d.n, d.batch = true, env.Payload, max(env.Batch, 1), env.Batch > 0
	var err error
	if d.occ, err = t.occasionOf(env); err != nil {
		t.b.fail(context.Background(), t.err(CodeBroker, err))
		return
	}
	own := d.occ.node == ""
	if env.Kind == broker.KindEvent && !t.recordRemote(v, env, own) {
		return
	}
	if own || !d.occ.target.IsZero() || t.everywhere.Load() == 0 {
		return
	}
	ctx := context.Background()
	live := *d
	live.stored = false
	if err := t.decodeDelivery(&live); err != nil {
		t.b.fail(ctx, err)
		return
	}
	if live.occ.seq == 0 && t.metas.Load() > 0 {
		t.stampLocal(&live)
	}
	t.hand(ctx, &t.out, &live)
}

// recordRemote logs and stores what came from the broker, and returns false if it came before.
func (t *topic) recordRemote(v *stored, env *broker.Envelope, own bool) bool {
	l := &t.b.log
	l.mu.Lock()
	if l.sequenced && env.Seq <= l.at {
		l.mu.Unlock()
		return false
	}
	v.d.occ.seq = l.seq.Add(1)
	position := v.d.occ.seq
	if l.sequenced {
		if position = env.Seq; l.next == 0 && l.origin == 0 {
			l.floor, l.origin = position-1, position-1
		}
	}
	v.entry = l.fill(t, position, env.Payload, env.Batch, &v.d.occ)
	v.size = sizeOf[stored]() + v.entry.Size
	l.push(v.entry)
	full := false
	if t.store != nil {
		kept := v
		if env.Batch > 1 && t.info.Sticky {
			kept = v.tail(t.payloads, 1)
		}
		full = !t.shown.put(kept)
		if !own && t.store != t.shown {
			full = !t.store.put(kept) || full
		}
	}
	l.mu.Unlock()
	if full {
		t.b.fail(context.Background(), t.noRoom(v.d.occ.peer))
	}
	l.wake()
	return true
}

// decodeDelivery decodes what came as JSON.
func (t *topic) decodeDelivery(d *delivery) *Error {
	if !d.batch {
		d.at = t.payloads.make(1)
		return t.decode(d.encoded, d.at, false)
	}
	var texts []json.RawMessage
	if err := json.Unmarshal(d.encoded, &texts); err != nil {
		return t.err(CodeInvalidPayload, err)
	}
	if len(texts) != d.n {
		return t.err(CodeInvalidPayload, fmt.Errorf("the batch is said to have %d payloads, and has %d", d.n, len(texts)))
	}
	d.at = t.payloads.make(d.n)
	for i, text := range texts {
		if err := t.decode(text, d.payload(t.payloads, i), false); err != nil {
			return err
		}
	}
	return nil
}

// decodeStored decodes what is stored of another node, for a listener that wants it.
func (t *topic) decodeStored(v *stored) {
	l := &t.b.log
	l.mu.Lock()
	d := v.d
	l.mu.Unlock()
	err := t.decodeDelivery(&d)
	l.mu.Lock()
	if v.raw {
		v.raw, v.broken = false, err != nil
		v.d.at = d.at
	}
	l.mu.Unlock()
	if err != nil {
		t.b.fail(context.Background(), err)
	}
}

// replay is Port.Replay.
func (b *Bus) replay(ctx context.Context, after uint64, fn func(*port.Entry) bool) (bool, error) {
	if b.sequencer == nil {
		return false, nil
	}
	l := &b.log
	return b.sequencer.Replay(ctx, after, func(env *broker.Envelope) bool {
		if env.Kind != broker.KindEvent {
			return true
		}
		t, ok := b.topics[env.Event]
		if !ok || t.info.Contract != env.Contract || !utf8.Valid(env.Payload) {
			return true
		}
		o, err := t.occasionOf(env)
		if err != nil {
			b.fail(ctx, t.err(CodeBroker, err))
			return true
		}
		l.mu.Lock()
		if env.Seq > l.floor {
			l.mu.Unlock()
			return false
		}
		e := l.fill(t, env.Seq, env.Payload, env.Batch, &o)
		l.mu.Unlock()
		return fn(e)
	})
}
