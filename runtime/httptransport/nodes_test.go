package httptransport

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/session"
)

// cluster is several nodes that a network joins.
type cluster struct {
	t       *testing.T
	network *eventbustest.Network
	busOpts []eventbus.Option
	opts    []Option
	made    atomic.Int64

	mu    sync.Mutex
	nodes []*clusterNode
	next  int
}

// clusterNode is a node of a cluster.
type clusterNode struct {
	*place
	conns *connections
}

// connections are those that a listener has accepted.
type connections struct {
	net.Listener
	mu   sync.Mutex
	all  []net.Conn
	dead bool
}

func (l *connections) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		l.mu.Lock()
		dead := l.dead
		l.all = append(l.all, c)
		l.mu.Unlock()
		if !dead {
			return c, nil
		}
		_ = c.Close()
	}
}

func (l *connections) kill() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead = true
	for _, c := range l.all {
		_ = c.Close()
	}
}

func newCluster(t *testing.T, network *eventbustest.Network, n int, opts ...Option) *cluster {
	t.Helper()
	c := &cluster{t: t, network: network, opts: opts}
	for range n {
		c.add()
	}
	for _, node := range c.nodes {
		node.wantNodes(n - 1)
	}
	return c
}

// add starts another node.
func (c *cluster) add() *clusterNode {
	c.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	noError(c.t, err)
	conns := &connections{Listener: narrow{l}}
	node := &clusterNode{conns: conns, place: newPlaceOn(c.t, conns, append([]eventbus.Option{
		eventbus.WithBroker(c.network.Broker()), eventbus.WithKey([]byte("the key of the nodes of a test")),
		eventbus.WithNode(fmt.Sprint("n", c.made.Add(1))),
		eventbus.WithErrorHandler(func(context.Context, *eventbus.Error) {}),
	}, c.busOpts...), c.opts...)}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nodes = append(c.nodes, node)
	return node
}

// turn returns the node that gets the next request, as a load balancer would say.
func (c *cluster) turn() *clusterNode {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next++
	return c.nodes[c.next%len(c.nodes)]
}

// remove takes a node out of what gets requests.
func (c *cluster) remove(node *clusterNode) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nodes = slices.DeleteFunc(slices.Clone(c.nodes), func(n *clusterNode) bool { return n == node })
}

// kill ends a node as the end of its process would: nothing comes from it any more.
func (c *cluster) kill(node *clusterNode) {
	c.remove(node)
	node.killed.Store(true)
	c.network.Cut(node.bus.Node(), true)
	node.conns.kill()
}

// wantNodes waits until the node knows so many others.
func (n *clusterNode) wantNodes(others int) {
	n.t.Helper()
	n.until("knows the others", func() bool { return n.bus.Health().Broker.Nodes >= others })
}

// until waits until something holds.
func (p *place) until(what string, holds func() bool) {
	p.t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); runtime.Gosched() {
		if time.Now().After(end) {
			p.t.Fatalf("%s: never", what)
		}
	}
}

// transports are the ways to open a connection.
var transports = map[string]func(p *place, hello string) *page{
	"websocket": func(p *place, hello string) *page { return p.open(hello) },
	"sse":       func(p *place, hello string) *page { return p.stream(hello) },
	"stream": func(p *place, hello string) *page {
		pg := p.pipe(hello, 0)
		pg.takeWelcome()
		return pg
	},
}

// A page that loses its node goes on at another, without loss.
func TestGuarantee23NodesTakePagesOver(t *testing.T) {
	for name, open := range transports {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, eventbustest.NewLogNetwork(), 3)
			a, b, third := c.nodes[0], c.nodes[1], c.nodes[2]
			witness := third.open(`{"listen":{"tick":{},"sticky":{}}}`)
			pg := open(a.place, `{"window":"w","listen":{"tick":{},"sticky":{}}}`)
			emit(t, third.bus, tick, 1)
			seq := pg.next()["seq"].(float64)
			c.kill(a)
			emit(t, b.bus, tick, 2)
			emit(t, third.bus, sticky, progress{"x", 3})
			back := open(b.place, pg.resume(`{"tick":`+pg.since()+`,"sticky":`+pg.since()+`}`, seq))
			if back.welcome["session"] != pg.welcome["session"] || back.welcome["resumed"] != true {
				t.Errorf("welcome is %v", back.welcome)
			}
			emit(t, third.bus, tick, 4)
			witness.want(`{"event":"tick","payload":1}`)
			for range 3 {
				if got, want := show(back.next()), show(witness.next()); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
}

// A page that comes back elsewhere leaves where it was.
func TestGuarantee08TheNewestOfAllNodes(t *testing.T) {
	for name, open := range transports {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, eventbustest.NewLogNetwork(), 2)
			a, b := c.nodes[0], c.nodes[1]
			pg := open(a.place, `{"window":"w","listen":{"tick":{}}}`)
			back := open(b.place, pg.resume(`{"tick":`+pg.since()+`}`, pg.at()))
			if name == "stream" {
				a.until("the first is closed", func() bool { return a.h.Stats().Connections == 0 })
			} else {
				pg.wantClosed(session.CloseReplaced)
			}
			emit(t, a.bus, tick, 1)
			back.want(`{"event":"tick","payload":1}`)
			for _, n := range c.nodes {
				n.until("there is one peer", func() bool {
					peers := n.bus.Peers()
					return len(peers) == 1 && peers[0].Node == b.bus.Node()
				})
			}
		})
	}
}

// A POST reaches the stream of its page through any node, and is answered when the node that has the stream has taken it.
func TestGuarantee26PostsAreForwarded(t *testing.T) {
	c := newCluster(t, eventbustest.NewNetwork(), 3, WithAuthenticate(byToken))
	a, b := c.nodes[0], c.nodes[1]
	var got atomic.Int64
	ask.Listen(a.bus, func(context.Context, progress) error { got.Add(1); return nil })
	pg := a.stream(`{"listen":{}}`, "Authorization", "Bearer ann")
	post := func(at *clusterNode, token, body string) int {
		status, _, _ := at.do(http.MethodPost, body, "Eventgen-Peer", pg.welcome["peer"].(string), "Authorization", "Bearer "+token)
		return status
	}
	for id := 1; id <= 6; id++ {
		if status := post(c.turn(), "ann", fmt.Sprintf(`{"emit":"ask","id":%d,"payload":{"id":"x","n":1}}`, id)); status != http.StatusAccepted {
			t.Fatalf("answered with %d", status)
		}
		pg.want(fmt.Sprintf(`{"ack":%d}`, id))
	}
	if got.Load() != 6 {
		t.Errorf("%d ran", got.Load())
	}
	for body, want := range map[string]int{
		`{"unlisten":[],"id":7}`: http.StatusForbidden, // of somebody else
		`7`:                      http.StatusForbidden,
	} {
		if status := post(b, "bob", body); status != want {
			t.Errorf("%s of bob is answered with %d, want %d", body, status, want)
		}
	}
	if status := post(b, "ann", `7`); status != http.StatusBadRequest {
		t.Errorf("no message is answered with %d", status)
	}
	c.kill(a)
	if status := post(b, "ann", `{"unlisten":[],"id":8}`); status != http.StatusConflict {
		t.Errorf("a stream that is gone: %d", status)
	}
}

// When the log begins anew, open connections stay: a second welcome comes with the gap and the kept values in one message.
func TestGuarantee07EpochsOfOpenConnections(t *testing.T) {
	for name, open := range transports {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, eventbustest.NewLogNetwork(), 2)
			a, b := c.nodes[0], c.nodes[1]
			emit(t, a.bus, sticky, progress{"x", 1})
			pg := open(b.place, `{"listen":{"sticky":{},"tick":{}}}`)
			witness := open(a.place, `{"listen":{"sticky":{},"tick":{}}}`)
			for _, p := range []*page{pg, witness} {
				p.want(`{"event":"sticky","payload":{"id":"x","n":1}}`)
			}
			back := c.network.Snapshot()
			emit(t, a.bus, tick, 2)
			for _, p := range []*page{pg, witness} {
				p.want(`{"event":"tick","payload":2}`)
			}
			back() // the engine loses it
			emit(t, b.bus, tick, 3)
			for _, p := range []*page{pg, witness} {
				text, err := p.read()
				noError(t, err)
				if got := string(text); !strings.HasPrefix(got, `[{"welcome"`) ||
					!strings.Contains(got, `,{"gap":{"events":{"sticky":null,"tick":null}}},{"event":"sticky","seq":`) {
					t.Fatalf("got %s", got)
				}
				p.frames = nil
				noError(t, p.fill(text))
				old := p.welcome
				p.takeWelcome()
				if p.welcome["epoch"] == old["epoch"] || p.welcome["session"] != old["session"] || p.welcome["peer"] != old["peer"] {
					t.Errorf("the second welcome is %v, the first was %v", p.welcome, old)
				}
				p.want(`{"gap":{"events":{"sticky":null,"tick":null}}}`, `{"event":"sticky","payload":{"id":"x","n":1}}`)
			}
			emit(t, a.bus, tick, 4)
			// What was on its way may come too.
			for _, p := range []*page{pg, witness} {
				for f := p.next(); f["payload"] != 4.0; f = p.next() {
					if f["payload"] != 3.0 {
						t.Fatalf("got %v", f)
					}
				}
			}
			// Whoever comes back by what is new goes on.
			pg.cut()
			again := open(a.place, pg.resume(`{"tick":`+pg.since()+`}`, pg.at()))
			if again.welcome["resumed"] != true {
				t.Errorf("welcome is %v", again.welcome)
			}
		})
	}
}

// An orderly stop sends pages elsewhere, without a gap, and hands over what became of their emits.
func TestGuarantee25Drain(t *testing.T) {
	for name, open := range transports {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, eventbustest.NewLogNetwork(), 2, session.WithDrain(300*time.Millisecond))
			a, b := c.nodes[0], c.nodes[1]
			for _, n := range c.nodes {
				ask.Listen(n.bus, func(context.Context, progress) error { return nil })
			}
			const many = 12
			var pages []*page
			for range many {
				pg := open(a.place, `{"listen":{"tick":{}}}`)
				pg.send(`{"emit":"ask","id":1,"payload":{"id":"x","n":1}}`)
				pages = append(pages, pg)
			}
			c.remove(a)
			closed := make(chan error, 1)
			go func() { closed <- a.h.Close(background) }()
			a.until("it is not ready", func() bool { return a.h.Closed() != nil })
			var all sync.WaitGroup
			for _, pg := range pages {
				all.Go(func() {
					acked := pg.wantElsewhere(name)
					back := open(b.place, strings.Replace(pg.resume(`{"tick":`+pg.since()+`}`, pg.at()), `"seq"`, `"sent":1,"seq"`, 1))
					if back.welcome["resumed"] != true {
						t.Errorf("welcome is %v", back.welcome)
					}
					if !acked {
						back.send(`{"emit":"ask","id":1,"payload":{"id":"x","n":1}}`)
						back.want(`{"ack":1}`)
					}
				})
			}
			all.Wait()
			noError(t, <-closed)
		})
	}
}

// since is an interest that has held since the welcome.
func (p *page) since() string { return fmt.Sprintf(`{"since":%d}`, int64(p.at())) }

// wantElsewhere takes what comes until the page is sent away, and reports whether its emit was answered before.
func (p *page) wantElsewhere(transport string) (acked bool) {
	p.t.Helper()
	for {
		f, err := p.tryNext()
		if err != nil {
			if c, ok := err.(closed); transport != "stream" && (!ok || c.code != session.CloseElsewhere) {
				p.t.Errorf("ended with %v", err)
			}
			return acked
		}
		acked = acked || f["ack"] == 1.0
	}
}

// An operator ends clients wherever they are.
func TestGuarantee12DisconnectReachesAllNodes(t *testing.T) {
	c := newCluster(t, eventbustest.NewLogNetwork(), 3, WithAuthenticate(byToken))
	a, b, third := c.nodes[0], c.nodes[1], c.nodes[2]
	as := func(n *clusterNode, token string) *page {
		return n.open(`{"window":"w","listen":{"tick":{}}}`, pageOption{protocols: bearer(token)})
	}
	ann, bob, away := as(a, "ann"), as(b, "bob"), as(b, "ann")
	away.cut()
	b.until("one is away", func() bool { return b.h.Stats().Away == 1 })
	if n := third.h.Disconnect(identity("ann")); n != 2 {
		t.Errorf("%d clients of ann, want 2", n)
	}
	emit(t, third.bus, tick, 1)
	ann.wantClosed(session.CloseForbidden)
	bob.want(`{"event":"tick","payload":1}`)
	for _, pg := range []*page{ann, away} {
		back := third.open(pg.resume(`{"tick":{"since":0}}`, 0), pageOption{protocols: bearer("ann")})
		if back.welcome["session"] == pg.welcome["session"] || back.welcome["resumed"] != nil {
			t.Errorf("welcome is %v", back.welcome)
		}
		back.want(`{"gap":{"events":{"tick":null}}}`)
	}
	if n := third.h.Revoke(identity("bob"), "tick"); n != 1 {
		t.Errorf("%d subscriptions of bob, want 1", n)
	}
	bob.want(`{"refused":{"tick":{"code":"forbidden"}}}`)
}
