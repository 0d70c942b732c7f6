package natsbroker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
)

// Core returns a broker on NATS without JetStream. It keeps no log: see the package's documentation. Each bus needs one
// of its own.
func Core(nc *nats.Conn, opts ...Option) broker.Broker {
	return &core{nc: nc, config: configOf(opts)}
}

// core is what both brokers have: what travels outside of a log.
type core struct {
	nc *nats.Conn
	config

	mu     sync.Mutex
	node   broker.Node
	subs   []*nats.Subscription
	ctx    context.Context // done when the broker closes
	cancel context.CancelFunc
	work   sync.WaitGroup
	closed bool
}

const (
	// headers are what a message needs beside its body.
	headers = 1 << 10
	// serveTime bounds an answer.
	serveTime = 5 * time.Second
)

var errClosed = errors.New("natsbroker: closed")

// MaxMessage is what the server takes, as it has said.
func (c *core) MaxMessage() int { return int(c.nc.MaxPayload()) - headers }

// Start subscribes the node.
func (c *core) Start(ctx context.Context, node broker.Node) error {
	if err := c.check(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.ctx != nil {
		return errors.New("natsbroker: a broker starts once")
	}
	c.node = node
	c.ctx, c.cancel = context.WithCancel(context.Background())
	own := c.name + ".pub." + token(node.Name)
	for subject, handle := range map[string]nats.MsgHandler{
		c.name + ".pub.*": func(m *nats.Msg) {
			if m.Subject != own {
				node.Receive(m.Data)
			}
		},
		c.name + ".req." + token(node.Name): c.serve,
	} {
		sub, err := c.nc.Subscribe(subject, handle)
		if err != nil {
			return fmt.Errorf("natsbroker: subscribe to %s: %w", subject, err)
		}
		c.subs = append(c.subs, sub)
	}
	c.work.Go(func() { c.watch(c.nc.StatusChanged(nats.CONNECTED, nats.RECONNECTING, nats.DISCONNECTED, nats.CLOSED)) })
	if err := c.nc.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("natsbroker: subscribe: %w", err)
	}
	return nil
}

// watch tells the node of the connection.
func (c *core) watch(changes chan nats.Status) {
	defer c.nc.RemoveStatusListener(changes)
	for {
		select {
		case status, open := <-changes:
			if !open {
				return
			}
			c.node.Linked(status == nats.CONNECTED)
		case <-c.ctx.Done():
			return
		}
	}
}

// serve answers a request, apart from the subscription, which goes on.
func (c *core) serve(m *nats.Msg) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.work.Go(func() {
		ctx, cancel := context.WithTimeout(c.ctx, serveTime)
		defer cancel()
		_ = m.Respond(c.node.Serve(ctx, m.Data)) // who asked has a deadline
	})
}

// Publish sends a message to all other nodes. It returns when the server has it: nothing waits in a buffer to be sent
// again.
func (c *core) Publish(ctx context.Context, body []byte) error {
	if err := c.ready(); err != nil {
		return err
	}
	if err := c.nc.Publish(c.name+".pub."+token(c.node.Name), body); err != nil {
		return tooLarge(err)
	}
	return c.nc.FlushWithContext(ctx)
}

// ready returns why nothing can be sent.
func (c *core) ready() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed || c.ctx == nil:
		return errClosed
	case !c.nc.IsConnected():
		return nats.ErrDisconnected
	}
	return nil
}

func tooLarge(err error) error {
	if errors.Is(err, nats.ErrMaxPayload) {
		return fmt.Errorf("%w: %w", broker.ErrTooLarge, err)
	}
	return err
}

// Request asks a node.
func (c *core) Request(ctx context.Context, node string, body []byte) ([]byte, error) {
	if err := c.ready(); err != nil {
		return nil, err
	}
	m, err := c.nc.RequestWithContext(ctx, c.name+".req."+token(node), body)
	if err != nil {
		return nil, fmt.Errorf("natsbroker: ask %q: %w", node, err)
	}
	return m.Data, nil
}

// Close unsubscribes the node, and leaves the connection open.
func (c *core) Close(ctx context.Context) error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	subs := c.subs
	if c.cancel != nil {
		c.cancel()
	}
	c.mu.Unlock()
	var errs []error
	for _, sub := range subs {
		if err := sub.Unsubscribe(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
			errs = append(errs, err)
		}
	}
	c.work.Wait()
	return errors.Join(errs...)
}
