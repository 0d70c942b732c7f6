package eventbus

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// How nodes know of each other, and how long the bus waits for the engine.
const (
	defaultLease = 10 * time.Second
	beatsInLease = 4
	brokerStart  = 30 * time.Second // until New fails
	brokerCall   = 5 * time.Second  // one call on the engine
	brokerRead   = 30 * time.Second // reading what a log holds
	settleTime   = 2 * time.Second
	leastBackoff = 50 * time.Millisecond
	mostBackoff  = 2 * time.Second
)

// nodes is what the bus needs of the other nodes. Nothing but WithBroker makes one, so that a program without a broker
// has none of it.
type nodes interface {
	start(ctx context.Context) error
	close(ctx context.Context) error
	health() BrokerHealth

	// reserve takes room for what one delivery publishes, and reports whether there was some. release gives it back.
	reserve() bool
	release()
	// publish publishes a delivery, for which there may be room reserved. v is what is stored of it here.
	publish(t *topic, o occasion, room bool, e encoded, v *stored)
	forget(t *topic, keys []Key)

	// epoch names the log, and is empty if there is none that all nodes share.
	epoch() string
	// settled is closed when what has been published has come back, or has failed to for some time. It is nil if there
	// is nothing to wait for.
	settled() <-chan struct{}
	// flush waits until all that is queued has been published and has come back, or ctx is done.
	flush(ctx context.Context) error
	// await waits until the log here has come as far.
	await(ctx context.Context, position uint64) bool
	replay(ctx context.Context, after uint64, fn func(*port.Entry) bool) (bool, error)
	request(ctx context.Context, node string, body []byte) ([]byte, error)
	others() []string

	joined(peer Peer)
	left(id string, generation uint64)
}

// cluster is this node among those that a broker joins.
type cluster struct {
	b      *Bus
	broker broker.Broker
	log    broker.Log // nil if the broker keeps none
	first  string     // the run that the broker knows
	most   int        // the largest message
	keys   sealer

	ctx    context.Context // done when the node leaves
	cancel context.CancelFunc
	work   sync.WaitGroup
	linked chan struct{} // holds one: the connection is there again

	out      outbox
	reading  reading
	announce announcer

	connected atomic.Bool
}

func newCluster(b *Bus, other broker.Broker) *cluster {
	c := &cluster{b: b, broker: other, first: newRun(), linked: make(chan struct{}, 1)}
	c.log, _ = other.(broker.Log)
	c.most = min(other.MaxMessage(), maxMessage)
	c.keys = newSealer(b.config.keys)
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.out.init(c)
	c.announce.init(c)
	c.reading.moved = make(chan struct{})
	return c
}

// newRun returns what tells one start of a node, or one epoch of it, from all others.
func newRun() string { return randomName(16) }

// start connects the node. When it returns, the node has what the log holds, and hears what comes.
func (c *cluster) start(ctx context.Context) error {
	if err := c.fits(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, brokerStart)
	defer cancel()
	err := c.broker.Start(ctx, broker.Node{
		Name: c.b.config.node, Run: c.first, Receive: c.receive, Serve: c.serve, Linked: c.link,
	})
	if err != nil {
		return fmt.Errorf("start the broker: %w", err)
	}
	c.announce.ask()
	if c.log == nil {
		c.connected.Store(true)
	} else {
		c.work.Go(c.follow)
		if err := c.reading.wait(ctx, func() bool { return c.connected.Load() }); err != nil {
			return fmt.Errorf("read the log: %w", errors.Join(err, c.reading.failure()))
		}
	}
	c.work.Go(c.beat)
	return nil
}

// fits returns which event of the bus allows payloads that the engine does not take.
func (c *cluster) fits() error {
	if c.most < 4*headRoom {
		return fmt.Errorf("the broker takes messages of at most %d bytes, fewer than %d", c.most, 4*headRoom)
	}
	for _, e := range c.b.events {
		if i := e.core().info; i.Max > c.most-headRoom {
			return fmt.Errorf("event %q: max is %d, and the broker takes messages of at most %d bytes, %d of them for the envelope: lower max, or raise the engine's limit",
				i.Name, i.Max, c.most, headRoom)
		}
	}
	return nil
}

// link is told of the connection.
func (c *cluster) link(linked bool) {
	if !linked {
		c.connected.Store(false)
		return
	}
	if c.log == nil {
		c.connected.Store(true)
	} else {
		c.reading.interrupt() // the log may be an older one
	}
	select {
	case c.linked <- struct{}{}:
	default:
	}
	c.announce.ask()
}

// beat shows that the node lives, and forgets those that do not, until the node leaves.
func (c *cluster) beat() {
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-time.After(c.b.config.lease / beatsInLease):
		}
		c.announce.beat()
		if c.log != nil {
			c.out.beat()
			c.look()
		}
	}
}

// close publishes what is queued, until ctx is done, says goodbye and closes the broker.
func (c *cluster) close(ctx context.Context) error {
	c.announce.close()
	c.cancel()
	err := c.broker.Close(ctx)
	c.work.Wait()
	c.out.stop()
	return err
}

// pause waits a little longer after each failure, or until the connection is there again, and reports whether the node
// is still there.
func (c *cluster) pause(backoff *time.Duration) bool {
	*backoff = min(max(2**backoff, leastBackoff), mostBackoff)
	select {
	case <-c.ctx.Done():
		return false
	case <-c.linked:
	case <-time.After(*backoff/2 + rand.N(*backoff/2)):
	}
	return true
}

// fail reports what no emit returns.
func (c *cluster) fail(event string, err error) {
	c.b.fail(context.Background(), &Error{Code: CodeBroker, Event: event, Err: err})
}

// receive takes a message of another node in that was not in a log.
func (c *cluster) receive(body []byte) {
	h, rest, ok := readHead(body)
	if !ok {
		return // of something else
	}
	if h.node == c.b.config.node {
		if h.run != c.first && h.n == 0 {
			c.announce.twice(h)
		}
		return
	}
	if h.n > 0 && (c.log != nil || !c.announce.inOrder(c, h)) {
		return // what is numbered travels in the log, if there is one
	}
	for len(rest) > 0 {
		env, more, err := nextEnvelope(rest)
		if rest = more; err != nil {
			c.fail(env.event, fmt.Errorf("node %s: %w", h.node, err))
			continue
		}
		if h.n > 0 {
			c.take(&env, source{node: h.node})
		} else {
			c.announce.take(h, &env)
		}
	}
}

// take takes in what a node has published.
func (c *cluster) take(env *envelope, from source) {
	t, ok := c.b.topics[env.event]
	if !ok {
		return // an event of another version of the program
	}
	switch env.kind {
	case kindEvent:
		t.remote(env, from)
	case kindForget:
		t.forgetHere(env.keys(), true)
	case kindLost:
		t.tellLost(env.lost, from.position)
	}
}

// keys returns what an envelope forgets: nil is all.
func (e *envelope) keys() []Key {
	if e.flags&hasKey == 0 {
		return nil
	}
	return []Key{e.key}
}

// health returns how the node stands.
func (c *cluster) health() BrokerHealth {
	h := BrokerHealth{Connected: c.connected.Load(), Epoch: c.epoch(), Nodes: c.announce.count()}
	h.Queued, h.QueuedBytes = c.out.size()
	h.Lag = c.reading.lag()
	return h
}

func (c *cluster) request(ctx context.Context, node string, body []byte) ([]byte, error) {
	sealed, err := c.broker.Request(ctx, node, c.keys.seal(requestTo(node), appendText(appendText(nil, c.b.config.node), body)))
	if err != nil {
		return nil, &Error{Code: CodeBroker, Err: fmt.Errorf("ask node %s: %w", node, err)}
	}
	answer, err := c.keys.open(answerOf(node), sealed)
	if err != nil || len(answer) == 0 || answer[0] == 0 {
		return nil, &Error{Code: CodeBroker, Err: fmt.Errorf("node %s does not answer that: %w", node, errors.Join(err, errNoAnswer))}
	}
	return answer[1:], nil
}

var errNoAnswer = errors.New("nothing there serves it, or its key is another")

func (c *cluster) others() []string { return c.announce.others() }

// serve answers what another node asks: a byte 1 and the answer of the transport that knows it, or a byte 0.
func (c *cluster) serve(ctx context.Context, sealed []byte) []byte {
	body, err := c.keys.open(requestTo(c.b.config.node), sealed)
	answer := []byte{0}
	if err == nil {
		s := scanner{rest: body}
		from, request := s.text(), s.bytes()
		for _, p := range *c.b.log.ports.Load() {
			if got, mine := p.callServe(ctx, from, request); mine {
				answer = append([]byte{1}, got...)
				break
			}
		}
	}
	return c.keys.seal(answerOf(c.b.config.node), answer)
}

func requestTo(node string) string { return "request " + node }
func answerOf(node string) string  { return "answer " + node }
