package eventbustest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
)

// Network joins the buses of a test as a broker joins nodes, in memory, and fails as engines do when a test asks for
// that. Nothing waits but for what happens: in a bubble of testing/synctest, synctest.Wait lets all that is under way
// arrive, but for what the bus itself collects for a time.
type Network struct {
	log bool
	max int

	mu      sync.Mutex
	members []*member
	queue   []published
	handing bool
	away    bool
	unsaid  int           // answers to Append that are lost
	grown   chan struct{} // closed and replaced when a Tail has to look

	epoch   int
	names   int // of epochs that were given
	first   uint64
	history []entry // from first on
	trimmed []entry // before it, for what was kept of them
	runs    map[string]run
}

// published is a message outside of the log.
type published struct {
	from *member
	body []byte
}

// entry is a message in the log.
type entry struct {
	broker.Message
	position uint64
}

// run is what the log knows of a run of a node.
type run struct{ n, position uint64 }

// NewNetwork returns a network whose brokers only pass on, as core NATS does.
func NewNetwork() *Network {
	return &Network{max: 1 << 20, grown: make(chan struct{}), first: 1, runs: map[string]run{}}
}

// NewLogNetwork returns a network whose brokers are [broker.Log]: they keep one log for all nodes, as JetStream does.
func NewLogNetwork() *Network {
	n := NewNetwork()
	n.log = true
	return n
}

// Limit sets the largest message, 1 MiB by default. It is called before there is a broker.
func (n *Network) Limit(bytes int) { n.max = bytes }

// Broker returns a broker for one bus.
func (n *Network) Broker() broker.Broker {
	m := &member{network: n, closed: make(chan struct{})}
	if n.log {
		return logMember{m}
	}
	return m
}

// Cut takes a node off the network, as a cable would, until it is mended: what it asks fails, it hears nothing, and
// nobody hears of it.
func (n *Network) Cut(node string, cut bool) {
	n.change(func() {
		for _, m := range n.members {
			if m.node.Name == node {
				m.cut = cut
			}
		}
	})
}

// Stall makes what the log holds reach a node no more, though nothing fails, until its next Tail.
func (n *Network) Stall(node string) {
	n.change(func() {
		for _, m := range n.members {
			m.stalled = m.stalled || m.node.Name == node
		}
	})
}

// Stop stops the engine, which keeps what it has, until Start.
func (n *Network) Stop() { n.change(func() { n.away = true }) }

// Start starts the engine again.
func (n *Network) Start() { n.change(func() { n.away = false }) }

// Snapshot remembers the log. What it returns brings that back: the engine loses what came later and what that kept, as
// after a failover, and gives the positions anew.
func (n *Network) Snapshot() (back func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	history, trimmed, first, epoch := slices.Clone(n.history), slices.Clone(n.trimmed), n.first, n.epoch
	return func() {
		n.change(func() {
			n.history, n.trimmed, n.first, n.epoch = history, trimmed, first, epoch
			n.runs = map[string]run{}
			for _, e := range slices.Concat(trimmed, history) {
				n.runs[e.Run] = run{e.N, e.position}
			}
		})
	}
}

// Delete deletes the log, with its epoch and all that was kept.
func (n *Network) Delete() {
	n.change(func() { n.history, n.trimmed, n.first, n.epoch, n.runs = nil, nil, 1, 0, map[string]run{} })
}

// Trim makes the log forget all but the newest messages, as its bounds would.
func (n *Network) Trim(keep int) {
	n.change(func() {
		drop := max(0, len(n.history)-keep)
		n.trimmed = append(n.trimmed, n.history[:drop]...)
		n.history = slices.Clone(n.history[drop:])
		n.first += uint64(drop)
	})
}

// LoseAnswers makes the engine do what the next so many Append ask for, and the node not hear of it.
func (n *Network) LoseAnswers(count int) { n.change(func() { n.unsaid = count }) }

// change changes the network and tells the nodes whose connection that concerns.
func (n *Network) change(fn func()) {
	n.mu.Lock()
	fn()
	var tell []func()
	for _, m := range n.members {
		if lost := n.away || m.cut; lost != m.lost {
			m.lost = lost
			linked := m.node.Linked
			tell = append(tell, func() { linked(!lost) })
		}
	}
	n.wake()
	n.mu.Unlock()
	for _, fn := range tell {
		fn()
	}
}

// wake makes every Tail look. The lock is held.
func (n *Network) wake() {
	close(n.grown)
	n.grown = make(chan struct{})
}

type member struct {
	network *Network
	node    broker.Node
	closed  chan struct{}
	end     sync.Once

	cut, lost, stalled bool // guarded by the network's lock
}

var errCut = errors.New("eventbustest: the connection is cut")

// MaxMessage returns the limit.
func (m *member) MaxMessage() int { return m.network.max }

// Start joins the network.
func (m *member) Start(_ context.Context, node broker.Node) error {
	n := m.network
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.away {
		return errCut
	}
	for _, other := range n.members {
		if other.node.Name == node.Name {
			return errors.New("eventbustest: node " + strconv.Quote(node.Name) + " is there already")
		}
	}
	m.node = node
	n.members = append(n.members, m)
	return nil
}

// ready returns why the engine cannot be reached. The lock is held.
func (m *member) ready(ctx context.Context) error {
	select {
	case <-m.closed:
		return errCut
	default:
	}
	if m.cut || m.network.away {
		return errCut
	}
	return ctx.Err()
}

// Publish hands the message to every other node, or leaves that to the call that is doing so.
func (m *member) Publish(ctx context.Context, body []byte) error {
	n := m.network
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := m.ready(ctx); err != nil {
		return err
	}
	if len(body) > n.max {
		return broker.ErrTooLarge
	}
	n.queue = append(n.queue, published{m, slices.Clone(body)})
	n.hand()
	return nil
}

// hand hands over what is queued, in order, unless that is under way. The lock is held on entry and on return, and not
// during a hand-over.
func (n *Network) hand() {
	if n.handing {
		return
	}
	n.handing = true
	for len(n.queue) > 0 {
		p := n.queue[0]
		n.queue = n.queue[1:]
		for _, m := range slices.Clone(n.members) {
			if m == p.from || m.lost {
				continue
			}
			n.mu.Unlock()
			m.node.Receive(slices.Clone(p.body))
			n.mu.Lock()
		}
	}
	n.handing = false
}

// Request asks a node of the network.
func (m *member) Request(ctx context.Context, node string, body []byte) ([]byte, error) {
	n := m.network
	n.mu.Lock()
	if err := m.ready(ctx); err != nil {
		n.mu.Unlock()
		return nil, err
	}
	i := slices.IndexFunc(n.members, func(m *member) bool { return m.node.Name == node && !m.lost })
	if i < 0 {
		n.mu.Unlock()
		return nil, fmt.Errorf("eventbustest: no node %q", node)
	}
	other := n.members[i]
	n.mu.Unlock()
	answer := make(chan []byte, 1)
	go func() { answer <- other.node.Serve(ctx, slices.Clone(body)) }()
	select {
	case text := <-answer:
		return text, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close leaves the network.
func (m *member) Close(context.Context) error {
	n := m.network
	m.end.Do(func() { close(m.closed) })
	n.mu.Lock()
	defer n.mu.Unlock()
	n.members = slices.DeleteFunc(n.members, func(other *member) bool { return other == m })
	return nil
}

type logMember struct{ *member }

// last returns the newest position. The lock is held.
func (n *Network) last() uint64 { return n.first + uint64(len(n.history)) - 1 }

// State returns where the log stands.
func (m logMember) State(ctx context.Context) (broker.State, error) {
	n := m.network
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := m.ready(ctx); err != nil {
		return broker.State{}, err
	}
	if n.epoch == 0 {
		n.names++
		n.epoch = n.names
	}
	return broker.State{Epoch: n.epochName(), First: n.first, Last: n.last()}, nil
}

func (n *Network) epochName() string { return "network" + strconv.Itoa(n.epoch) }

// Renew gives the log another epoch.
func (m logMember) Renew(ctx context.Context, old string) error {
	n := m.network
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := m.ready(ctx); err != nil {
		return err
	}
	if n.epochName() == old {
		n.names++
		n.epoch = n.names
	}
	return nil
}

// Append adds a message.
func (m logMember) Append(ctx context.Context, add broker.Message) (uint64, error) {
	n := m.network
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := m.ready(ctx); err != nil {
		return 0, err
	}
	known := n.runs[add.Run]
	switch {
	case len(add.Body) > n.max:
		return 0, broker.ErrTooLarge
	case add.Epoch != n.epochName() || n.last() < add.Seen:
		return 0, broker.ErrEpoch
	case add.N == known.n && known.n > 0:
		return known.position, nil
	case add.N != known.n+1:
		return 0, broker.ErrOrder
	}
	add.Body = slices.Clone(add.Body)
	e := entry{add, n.last() + 1}
	n.history = append(n.history, e)
	n.runs[add.Run] = run{add.N, e.position}
	n.wake()
	if n.unsaid > 0 {
		n.unsaid--
		return 0, errors.New("eventbustest: the answer is lost")
	}
	return e.position, nil
}

// Tail hands over what the log holds and what comes.
func (m logMember) Tail(ctx context.Context, after uint64, receive func(broker.Stored)) error {
	n := m.network
	n.mu.Lock()
	defer n.mu.Unlock()
	m.stalled = false
	for {
		if err := m.ready(ctx); err != nil {
			return err
		}
		if after+1 < n.first || after > n.last() {
			return fmt.Errorf("eventbustest: the log holds %d to %d, not what comes after %d", n.first, n.last(), after)
		}
		if after == n.last() || m.stalled {
			grown := n.grown
			n.mu.Unlock()
			select {
			case <-grown:
			case <-m.closed:
			case <-ctx.Done():
			}
			n.mu.Lock()
			continue
		}
		e := n.history[after+1-n.first]
		after = e.position
		n.mu.Unlock()
		receive(stored(e))
		n.mu.Lock()
	}
}

func stored(e entry) broker.Stored {
	return broker.Stored{Position: e.position, Body: slices.Clone(e.Body)}
}

// Range hands over what the log holds.
func (m logMember) Range(ctx context.Context, after, upTo uint64, receive func(broker.Stored) bool) error {
	n := m.network
	n.mu.Lock()
	err, history := m.ready(ctx), n.history
	n.mu.Unlock()
	if err != nil {
		return err
	}
	for _, e := range history {
		if e.position > after && e.position <= upTo && !receive(stored(e)) {
			break
		}
	}
	return ctx.Err()
}

// Kept hands over the values that are kept.
func (m logMember) Kept(ctx context.Context, receive func(broker.Stored)) error {
	n := m.network
	n.mu.Lock()
	err := m.ready(ctx)
	kept := map[broker.Slot]entry{}
	for _, e := range slices.Concat(n.trimmed, n.history) {
		switch {
		case e.Slot == broker.Slot{}:
		case !e.Forget:
			kept[e.Slot] = e
		case e.Slot.Name != "":
			delete(kept, e.Slot)
		default:
			for slot := range kept {
				if slot.Event == e.Slot.Event {
					delete(kept, slot)
				}
			}
		}
	}
	n.mu.Unlock()
	if err != nil {
		return err
	}
	var list []entry
	for _, e := range kept {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.position, b.position) })
	for _, e := range list {
		receive(stored(e))
	}
	return nil
}
