package eventbus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// sinkPort is a sink's access to the bus; see [port.Port].
type sinkPort struct {
	b    *Bus
	sink port.Sink

	armed atomic.Bool // the sink has read to the end: the next entry wakes it

	epoch   atomic.Uint64 // counts how often the log began anew
	renewed uint64        // how often the sink has taken note; the log's lock guards it

	mu            sync.Mutex
	peers         map[string]uint64 // their generations
	subscriptions map[*port.Subscription]struct{}
	detached      bool
}

// Attach connects a transport. A bus may have many, and a transport may attach several ports, each with a
// Wake of its own. It fails with [CodeClosed] on a closed bus.
func (b *Bus) Attach(sink port.Sink) (port.Port, error) {
	if b.intake.state.Load() != stateOpen {
		return nil, &Error{Code: CodeClosed}
	}
	p := &sinkPort{b: b, sink: sink, peers: map[string]uint64{}, subscriptions: map[*port.Subscription]struct{}{}}
	b.log.attach(p)
	return p, nil
}

// Detach disconnects the transport: its peers leave, its subscriptions end, and it is not woken any more.
// It is idempotent.
func (p *sinkPort) Detach() {
	p.b.log.detach(p)
	p.mu.Lock()
	p.detached = true
	peers, subscriptions := p.peers, p.subscriptions
	p.peers, p.subscriptions = nil, nil
	p.mu.Unlock()
	for id, generation := range peers {
		p.b.leave(id, generation)
	}
	for s := range subscriptions {
		s.Close()
	}
}

// Epoch names the log: positions of another epoch mean nothing. It is new with each bus, unless a
// [broker.Log] keeps one log for all nodes: then it changes when that has lost something.
func (p *sinkPort) Epoch() string {
	if p.b.shared {
		return p.b.cluster.epoch()
	}
	return p.b.epoch
}

// Renew takes note that the log has begun anew: from then on Read returns what it holds now. It returns the epoch and
// the position up to which every client has missed what it has not had.
func (p *sinkPort) Renew() (epoch string, at uint64) {
	epoch = p.Epoch()
	l := &p.b.log
	l.mu.Lock()
	defer l.mu.Unlock()
	p.renewed = p.epoch.Load()
	return epoch, l.position()
}

// Settled returns what is closed when all that this node has published has come back from the log that all nodes share,
// or after 2 s. It is nil if there is nothing to wait for: no such log, or no connection to it.
func (p *sinkPort) Settled() <-chan struct{} {
	if c := p.b.cluster; c != nil {
		return c.settled()
	}
	return nil
}

// Await waits until the log that all nodes share has come as far here as the position, at most 2 s, and reports whether
// it has. Without such a log it returns whether the position is there.
func (p *sinkPort) Await(ctx context.Context, position uint64) bool {
	if position <= p.At() {
		return true
	}
	return p.b.shared && p.b.cluster.await(ctx, position)
}

// Request asks the transports of another node, sealed with the cluster's key. It fails with [CodeBroker].
func (p *sinkPort) Request(ctx context.Context, node string, body []byte) ([]byte, error) {
	if p.b.cluster == nil {
		return nil, &Error{Code: CodeBroker, Err: errors.New("there are no other nodes")}
	}
	return p.b.cluster.request(ctx, node, body)
}

// Nodes returns the names of the other nodes that are there.
func (p *sinkPort) Nodes() []string {
	if p.b.cluster == nil {
		return nil
	}
	return p.b.cluster.others()
}

// Keys returns keys for a purpose, the newest first, which are those of all nodes that have the same [WithKey].
func (p *sinkPort) Keys(purpose string) [][]byte { return deriveKeys(p.b.config.keys, purpose) }

// At returns the newest position: whoever has read to the end of the log has seen all up to it.
func (p *sinkPort) At() uint64 {
	l := &p.b.log
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.position()
}

// Lookup describes an event of the bus, or is nil if the bus does not know it.
func (p *sinkPort) Lookup(name string) *eventdef.Info {
	if t, ok := p.b.topics[name]; ok {
		return t.info
	}
	return nil
}

// Join announces a connection and returns the peer with its ID and node filled in. It fails if a peer of
// that ID is there already, and with [CodeClosed] on a closed bus or a detached port.
func (p *sinkPort) Join(peer Peer) (Peer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.detached || p.b.intake.state.Load() == stateClosed {
		return Peer{}, &Error{Code: CodeClosed}
	}
	peer, err := p.b.enter(peer)
	if err != nil {
		return Peer{}, err
	}
	p.peers[peer.ID] = peer.Generation
	return peer, nil
}

// Update replaces what is known of a peer that has joined and not left: its credentials were renewed. ID
// and Window stay what they are.
func (p *sinkPort) Update(peer Peer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.peers[peer.ID]; known {
		p.b.update(peer)
	}
}

// Leave ends a connection that joined, once. Its subscriptions stay until they are closed. It does nothing to one of a
// higher generation.
func (p *sinkPort) Leave(id string, generation uint64) {
	p.mu.Lock()
	joined, known := p.peers[id]
	if known = known && joined <= generation; known {
		delete(p.peers, id)
	}
	p.mu.Unlock()
	if known {
		p.b.leave(id, generation)
	}
}

// Listen subscribes the peer to an event. If keys are given the peer wants these only. What is emitted
// after Listen has returned is in the log for the peer. It fails with [CodeUnknownEvent], with
// [CodeDirection] for an event that only windows emit and that is never relayed, and with [CodeClosed].
func (p *sinkPort) Listen(peer Peer, event string, keys ...Key) (*port.Subscription, error) {
	subscriptions, _, err := p.ListenAll(peer, []port.Interest{{Event: event, Keys: eventdef.NewKeySet(keys...)}})
	if err != nil {
		return nil, err
	}
	return subscriptions[0], nil
}

// ListenAll is Listen for several events at one moment: all the subscriptions hold from the same position,
// which it returns; without interests that is the newest. If one of them fails, none is made.
func (p *sinkPort) ListenAll(peer Peer, interests []port.Interest) (subscriptions []*port.Subscription, at uint64, err error) {
	for _, i := range interests {
		s, err := p.subscription(peer, i)
		if err != nil {
			return nil, 0, err
		}
		subscriptions = append(subscriptions, s)
	}
	if err := p.track(subscriptions); err != nil {
		return nil, 0, err
	}
	l := &p.b.log
	l.mu.Lock()
	at = l.position()
	chosen := make([][]*stored, len(subscriptions))
	for i, s := range subscriptions {
		chosen[i] = s.Owner.(*topic).subscribe(s)
	}
	l.mu.Unlock()
	for i, s := range subscriptions { // encoded without the lock
		s.Values = s.Owner.(*topic).showAll(chosen[i])
	}
	return subscriptions, at, nil
}

// subscription returns one that does not hold yet.
func (p *sinkPort) subscription(peer Peer, i port.Interest) (*port.Subscription, error) {
	t, ok := p.b.topics[i.Event]
	if !ok {
		return nil, &Error{Code: CodeUnknownEvent, Event: i.Event}
	}
	info := t.info
	if info.From == eventdef.FromClient && !info.Relay {
		return nil, &Error{Code: CodeDirection, Event: i.Event, Err: errors.New("windows emit the event and never get it")}
	}
	s := port.NewSubscription(info, t, peer, p)
	if info.Keyed {
		s.Keys = i.Keys
	}
	return s, nil
}

// track takes note of subscriptions, so that [Port.Detach] ends them.
func (p *sinkPort) track(subscriptions []*port.Subscription) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.detached || p.b.intake.state.Load() == stateClosed {
		return &Error{Code: CodeClosed}
	}
	for _, s := range subscriptions {
		p.subscriptions[s] = struct{}{}
	}
	return nil
}

// End ends a subscription; see [port.Subscription.Close].
func (p *sinkPort) End(s *port.Subscription) {
	p.mu.Lock()
	delete(p.subscriptions, s)
	p.mu.Unlock()
	t := s.Owner.(*topic)
	l := &t.b.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.interest.Add(-1) == 0 {
		t.extra.Add(-1)
	}
}

// Read copies entries after the position into dst, oldest first, and returns how many. A dst that is not
// filled was at the end of the log: the next entry wakes the sink. If lost is true, the log no longer holds
// all that came after the position: [Port.Missed] says of which events.
func (p *sinkPort) Read(after uint64, dst []*port.Entry) (n int, lost bool) {
	l := &p.b.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.renewed != p.epoch.Load() {
		return 0, false // until Renew
	}
	n, lost, end := l.read(after, dst)
	if end {
		p.armed.Store(true)
	}
	return n, lost
}

// Behind returns how many entries the log holds after the position.
func (p *sinkPort) Behind(after uint64) int {
	l := &p.b.log
	l.mu.Lock()
	defer l.mu.Unlock()
	return int(l.next - l.after(after))
}

// CanResume reports whether a window that has seen everything up to the position of that epoch can go on
// from the log without loss.
func (p *sinkPort) CanResume(epoch string, after uint64) bool {
	if epoch != p.Epoch() {
		return false
	}
	l := &p.b.log
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire(time.Now())
	return after >= l.floor && after <= l.position()
}

// Missed reports whether entries of the event after the position have left the log.
func (p *sinkPort) Missed(event *eventdef.Info, after uint64) bool {
	t, ok := p.b.topics[event.Name]
	if !ok {
		return false
	}
	l := &p.b.log
	l.mu.Lock()
	defer l.mu.Unlock()
	return t.evicted > after || after < l.origin
}

// Replay hands over what came after the position and has left the log, oldest first, from the log that a
// [broker.Log] keeps for all nodes, until fn returns false or the entries are those that Read returns. It
// returns false if there is no such log or it does not reach back to the position either.
func (p *sinkPort) Replay(ctx context.Context, after uint64, fn func(*port.Entry) bool) (bool, error) {
	if p.b.cluster == nil {
		return false, nil
	}
	return p.b.cluster.replay(ctx, after, fn)
}

// Emit brings in what a window emits: it checks the direction, decodes, validates, runs the Go listeners
// and relays. When an account holds more than its share of the log or of what is kept, it fails with
// [CodeRate]. When it returns nil, all that an ack promises has happened; [Public] turns an error into what
// the window may see. The transport has authorised it and has made sure that it runs once.
func (p *sinkPort) Emit(ctx context.Context, from Peer, in port.Incoming) error {
	t, ok := p.b.topics[in.Event]
	if !ok {
		return &Error{Code: CodeUnknownEvent, Event: in.Event}
	}
	from.Account = port.AccountOf(&from)
	return t.receive(ctx, &from, in)
}

// Inject emits as Go code does, from JSON.
func (p *sinkPort) Inject(ctx context.Context, in port.Incoming) error {
	t, ok := p.b.topics[in.Event]
	if !ok {
		return &Error{Code: CodeUnknownEvent, Event: in.Event}
	}
	at := t.places.get()
	if err := t.decode(in.Payload, at, true); err != nil {
		return err
	}
	err := t.emit(ctx, at, in.To)
	t.places.put(at)
	return t.refuse(err)
}

// callWake tells the sink that the log has grown.
func (p *sinkPort) callWake() {
	defer p.contain()
	p.sink.Wake()
}

// callRenewed tells the sink that the log has begun anew. Who knows nothing of that has taken note.
func (p *sinkPort) callRenewed() {
	defer p.contain()
	if sink, ok := p.sink.(port.NodeSink); ok {
		sink.Renewed()
	} else {
		p.Renew()
	}
	p.callWake()
}

// callReplaced tells the sink that a peer of its is another node's now.
func (p *sinkPort) callReplaced(id string, generation uint64) {
	p.mu.Lock()
	joined, known := p.peers[id]
	if known = known && joined <= generation; known {
		delete(p.peers, id)
	}
	p.mu.Unlock()
	defer p.contain()
	if sink, ok := p.sink.(port.NodeSink); ok && known {
		sink.Replaced(id, generation)
	}
}

// callServe asks the sink what another node wants to know.
func (p *sinkPort) callServe(ctx context.Context, from string, request []byte) (answer []byte, mine bool) {
	defer p.contain()
	if sink, ok := p.sink.(port.NodeSink); ok {
		return sink.Serve(ctx, from, request)
	}
	return nil, false
}

// callShutdown tells the sink that the bus is closing.
func (p *sinkPort) callShutdown() {
	defer p.contain()
	p.sink.Shutdown()
}

// contain is deferred around what the sink is asked to do.
func (p *sinkPort) contain() {
	if reason := recover(); reason != nil {
		p.b.fail(context.Background(), &Error{Code: CodePanic, Err: fmt.Errorf("a sink panicked: %w", panicked(reason))})
	}
}
