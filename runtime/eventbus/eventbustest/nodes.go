package eventbustest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/broker"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// nodes is a check of several buses under way.
type nodes struct {
	*testing.T
	engine *Engine
	log    bool
	ctx    context.Context

	plain, keyed, recent, lines *eventbus.Event[value]
	text                        *eventbus.Event[string]
}

func newNodes(t *testing.T, engine *Engine, log bool) *nodes {
	n := &nodes{T: t, engine: engine, log: log, ctx: context.Background()}
	key := func(v *value) eventbus.Key { return eventdef.StringKey(v.Key) }
	define := func(d eventdef.Definition[value]) *eventbus.Event[value] {
		d.Contract = "1"
		return eventbus.Define(d)
	}
	n.plain = define(eventdef.Definition[value]{Name: "plain"})
	n.keyed = define(eventdef.Definition[value]{Name: "keyed", Key: key, Sticky: true, Keys: 20000})
	n.recent = define(eventdef.Definition[value]{Name: "recent", Replay: 3})
	n.lines = define(eventdef.Definition[value]{Name: "lines", Batch: 4096, Wait: 10 * time.Millisecond})
	n.text = eventbus.Define(eventdef.Definition[string]{Name: "text", Contract: "1"})
	return n
}

// clusterNode is a bus with one window, which reads all that comes.
type clusterNode struct {
	*eventbus.Bus
	n    *nodes
	name string
	port port.Port
	peer eventbus.Peer
	woke chan struct{}

	mu      sync.Mutex
	cursor  uint64
	subs    map[string]*port.Subscription
	got     []string // "event payload", or "gap"
	last    uint64
	renewed bool
	epochs  int
	errs    []error
}

func (c *clusterNode) wake() {
	select {
	case c.woke <- struct{}{}:
	default:
	}
}

func (c *clusterNode) Wake()     { c.wake() }
func (c *clusterNode) Shutdown() { c.wake() }

func (c *clusterNode) Renewed() {
	c.mu.Lock()
	c.renewed = true
	c.mu.Unlock()
	c.wake()
}

func (c *clusterNode) Replaced(id string, _ uint64) {
	c.mu.Lock()
	c.got = append(c.got, "replaced "+id)
	c.mu.Unlock()
	c.wake()
}

func (c *clusterNode) Serve(_ context.Context, from string, request []byte) ([]byte, bool) {
	return []byte(from + " asks " + c.name + " " + string(request)), true
}

// node starts a bus on the engine, with a window that listens to every event.
func (n *nodes) node(name string, opts ...eventbus.Option) *clusterNode {
	n.Helper()
	c := &clusterNode{n: n, name: name, woke: make(chan struct{}, 1), subs: map[string]*port.Subscription{}}
	opts = append([]eventbus.Option{
		eventbus.WithCatalog(eventbus.NewCatalog(n.plain, n.keyed, n.recent, n.lines, n.text)),
		eventbus.WithNode(name), eventbus.WithBroker(n.engine.Open()), eventbus.WithKey([]byte("the key of the suite")),
		eventbus.WithLease(time.Second), eventbus.WithErrorHandler(func(_ context.Context, err *eventbus.Error) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.errs = append(c.errs, err)
		}),
	}, opts...)
	b, err := eventbus.New(opts...)
	if err != nil {
		n.Fatalf("node %s: %v", name, err)
	}
	c.Bus = b
	n.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = b.Close(ctx)
	})
	if c.port, err = b.Attach(c); err != nil {
		n.Fatal(err)
	}
	if c.peer, err = c.port.Join(eventbus.Peer{Window: name}); err != nil {
		n.Fatal(err)
	}
	c.listen()
	return c
}

// listen subscribes the window to everything, from now on.
func (c *clusterNode) listen() {
	var interests []port.Interest
	for _, info := range c.Events() {
		interests = append(interests, port.Interest{Event: info.Name})
	}
	subs, at, err := c.port.ListenAll(c.peer, interests)
	if err != nil {
		c.n.Fatal(err)
	}
	for _, s := range subs {
		if old := c.subs[s.Event.Name]; old != nil {
			old.Close()
		}
		c.subs[s.Event.Name] = s
	}
	c.cursor, c.last = at, at
}

// read takes in what the log has, as a transport does.
func (c *clusterNode) read() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.renewed {
		c.renewed = false
		c.port.Renew()
		c.epochs++
		c.got = append(c.got, "gap")
		c.listen()
	}
	dst := make([]*port.Entry, 256)
	for {
		n, lost := c.port.Read(c.cursor, dst)
		if lost {
			c.got = append(c.got, "gap")
		}
		for _, e := range dst[:n] {
			if e.Seq <= c.last {
				c.n.Errorf("node %s: position %d comes after %d", c.name, e.Seq, c.last)
			}
			c.cursor, c.last = e.Seq, e.Seq
			switch s := c.subs[e.Event.Name]; {
			case e.Lost:
				c.got = append(c.got, "gap")
			case s.Wants(e):
				c.got = append(c.got, e.Event.Name+" "+string(e.Payload))
			}
		}
		if n < len(dst) {
			return
		}
	}
}

// until reads until it holds, for what the window has got.
func (c *clusterNode) until(what string, holds func(got []string) bool) []string {
	c.n.Helper()
	deadline := time.After(3 * defaultPatience)
	for {
		c.read()
		c.mu.Lock()
		got := slices.Clone(c.got)
		c.mu.Unlock()
		if holds(got) {
			return got
		}
		select {
		case <-c.woke:
		case <-time.After(20 * time.Millisecond): // what is asked may be no matter of the log
		case <-deadline:
			c.mu.Lock()
			defer c.mu.Unlock()
			h := *c.Health().Broker
			c.n.Fatalf("node %s: %s: the window got %d, at last %.200q\nhealth %+v, errors %v", c.name, what, len(got), got[max(0, len(got)-4):], h, c.errs)
		}
	}
}

// has waits for the newest thing that the window got.
func (c *clusterNode) has(line string) []string {
	c.n.Helper()
	return c.until("wait for "+line, func(got []string) bool { return slices.Contains(got, line) })
}

func line(event string, k string, n int) string {
	return fmt.Sprintf(`%s {"key":%q,"n":%d}`, event, k, n)
}

// fence emits something on each node and waits until every window has it, so that all that came before has come.
func (n *nodes) fence(number int, all ...*clusterNode) {
	n.Helper()
	for _, other := range all {
		n.emit(other, n.plain, value{other.name, number})
		emitted := time.Now()
		for _, c := range all {
			c.until(fmt.Sprint("wait for fence ", number, " of ", other.name), func(got []string) bool {
				if !n.log && time.Since(emitted) > time.Second { // without a log it may be lost
					emitted = time.Now()
					n.emit(other, n.plain, value{other.name, number})
				}
				return slices.Contains(got, line("plain", other.name, number))
			})
		}
	}
}

func (n *nodes) emit(c *clusterNode, e *eventbus.Event[value], v value) {
	n.Helper()
	if err := e.Emit(n.ctx, c.Bus, v); err != nil {
		n.Fatalf("node %s: %v", c.name, err)
	}
}

// without returns the lines that do not begin like any of those.
func without(got []string, prefixes ...string) (left []string) {
	for _, line := range got {
		if !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(line, p) }) {
			left = append(left, line)
		}
	}
	return left
}

// inOrder checks that what a node emitted came once, in order: all of it, or with gaps told, a part.
func (c *clusterNode) inOrder(got []string, key string, count int) {
	c.n.Helper()
	last, seen := -1, 0
	prefix := fmt.Sprintf(`plain {"key":%q,"n":`, key)
	for _, line := range got {
		var n int
		if text, ok := strings.CutPrefix(line, prefix); ok {
			if _, err := fmt.Sscanf(text, "%d}", &n); err != nil {
				c.n.Fatal(err)
			}
			if n <= last {
				c.n.Errorf("node %s: %d of %s comes after %d", c.name, n, key, last)
			}
			last = n
			seen++
		}
	}
	if seen != count && !slices.Contains(got, "gap") {
		c.n.Errorf("node %s: %d of %d of %s came, and no gap was told", c.name, seen, count, key)
	}
}

func (c *clusterNode) gaps(got []string) (gaps int) {
	for _, line := range got {
		if line == "gap" {
			gaps++
		}
	}
	return gaps
}

// values returns what a new window gets of an event.
func (c *clusterNode) values(event string) (got []string) {
	s, err := c.port.Listen(c.peer, event)
	if err != nil {
		c.n.Fatal(err)
	}
	defer s.Close()
	for _, e := range s.Values {
		got = append(got, string(e.Payload))
	}
	return got
}

type nodeCheck struct {
	name  string
	log   bool // it is about the shared log
	needs func(*Engine) bool
	run   func(*nodes)
}

// race emits on all nodes at the same time.
func (n *nodes) race(from, count int, all ...*clusterNode) {
	n.Helper()
	var group sync.WaitGroup
	for _, c := range all {
		group.Go(func() {
			for i := range count {
				n.emit(c, n.plain, value{"of " + c.name, from + i})
			}
		})
	}
	group.Wait()
}

var nodeChecks = []nodeCheck{
	{name: "OnceInOrder", run: func(n *nodes) {
		a, b, c := n.node("a"), n.node("b"), n.node("c")
		n.race(0, 1000, a, b, c)
		n.fence(1, a, b, c)
		var first []string
		for _, node := range []*clusterNode{a, b, c} {
			got := node.until("all", func([]string) bool { return true })
			for _, other := range []string{"of a", "of b", "of c"} {
				node.inOrder(got, other, 1000)
			}
			if node.gaps(got) > 0 {
				n.Errorf("node %s was told of a gap", node.name)
			}
			if got = without(got, `plain {"key":"a"`, `plain {"key":"b"`, `plain {"key":"c"`); first == nil {
				first = got
			} else if n.log && !slices.Equal(got, first) {
				n.Errorf("node %s has another order than a", node.name)
			}
		}
	}},
	{name: "Presence", run: func(n *nodes) {
		a, b := n.node("a"), n.node("b")
		a.until("both peers", func([]string) bool { return len(a.Peers()) == 2 && len(b.Peers()) == 2 })
		for i := range 300 { // the list comes in chunks
			if _, err := a.port.Join(eventbus.Peer{ID: fmt.Sprint("p", i), Attributes: map[string]string{"x": strings.Repeat("y", 8<<10)}}); err != nil {
				n.Fatal(err)
			}
		}
		c := n.node("c")
		c.until("all peers", func([]string) bool { return len(c.Peers()) == 303 })
		// The peer of a higher generation is the live one; what is said late of the older one is ignored.
		if _, err := b.port.Join(eventbus.Peer{ID: "p1", Generation: 1}); err != nil {
			n.Fatal(err)
		}
		a.has("replaced p1")
		a.port.Leave("p1", 0)
		a.port.Leave("p2", 0)
		c.until("p2 to leave", func([]string) bool { return len(c.Peers()) == 302 })
		for _, p := range c.Peers() {
			if p.ID == "p1" && p.Node != "b" {
				n.Errorf("p1 is at %s", p.Node)
			}
		}
		if err := a.Close(n.ctx); err != nil {
			n.Error(err)
		}
		c.until("a to leave", func([]string) bool { return len(c.Peers()) == 3 })
	}},
	{name: "Targets", run: func(n *nodes) {
		a, b, c := n.node("a"), n.node("b"), n.node("c")
		a.until("peers", func([]string) bool { return len(a.Peers()) == 3 })
		for i, to := range []eventbus.Target{
			eventbus.Window("b"), eventbus.Windows("b", "x"), eventbus.Where(func(p eventbus.Peer) bool { return p.Node == "b" }),
		} {
			if err := n.plain.EmitTo(n.ctx, a.Bus, to, value{"to b", i}); err != nil {
				n.Fatal(err)
			}
		}
		n.fence(1, a, b, c)
		b.inOrder(b.got, "to b", 3)
		a.inOrder(a.got, "to b", 0)
		c.inOrder(c.got, "to b", 0)
		answer, err := a.port.Request(n.ctx, "b", []byte("this"))
		if err != nil || string(answer) != "a asks b this" {
			n.Errorf("the answer is %q, %v", answer, err)
		}
	}},
	{name: "Values", log: true, run: func(n *nodes) {
		a, b := n.node("a"), n.node("b")
		for i := range 300 { // two nodes, one key: all agree on who was last
			n.emit(a, n.keyed, value{"k", i})
			n.emit(b, n.keyed, value{"k", 1000 + i})
			n.emit(a, n.recent, value{"a", i})
		}
		n.emit(a, n.keyed, value{"gone", 1})
		n.fence(1, a, b)
		if err := n.keyed.Forget(b.Bus, eventdef.StringKey("gone")); err != nil {
			n.Fatal(err)
		}
		n.fence(2, a, b)
		c := n.node("c")
		want := a.values("keyed")
		if len(want) != 1 {
			n.Errorf("a keeps %q", want)
		}
		for _, node := range []*clusterNode{b, c} {
			same(n.T, node.name+" keeps", node.values("keyed"), want...)
		}
		for _, node := range []*clusterNode{a, b, c} {
			same(n.T, node.name+" replays", node.values("recent"), `{"key":"a","n":297}`, `{"key":"a","n":298}`, `{"key":"a","n":299}`)
		}
		if err := n.keyed.Forget(a.Bus); err != nil {
			n.Fatal(err)
		}
		n.fence(3, a, b, c)
		d := n.node("d")
		for _, node := range []*clusterNode{a, b, c, d} {
			same(n.T, node.name+" forgets", node.values("keyed"))
		}
	}},
	{name: "ManyKeys", log: true, run: func(n *nodes) {
		a := n.node("a")
		const keys = 10000
		for i := range keys {
			n.emit(a, n.keyed, value{fmt.Sprint(i), i})
		}
		n.fence(1, a)
		b := n.node("b")
		if got := len(b.values("keyed")); got != keys {
			n.Errorf("a new node has %d values of %d", got, keys)
		}
	}},
	{name: "Payloads", run: func(n *nodes) {
		a, b := n.node("a"), n.node("b")
		for _, size := range []int{0, 1, 1000, 64 << 10, 500 << 10} {
			if err := n.text.Emit(n.ctx, a.Bus, strings.Repeat("x", size)); err != nil {
				n.Fatal(err)
			}
		}
		if err := n.text.Emit(n.ctx, a.Bus, strings.Repeat("x", 2<<20)); err != nil {
			n.Fatal(err)
		}
		for i := range 4096 { // together more than one message holds
			n.emit(a, n.lines, value{strings.Repeat("y", 400), i})
		}
		got := b.until("the lines", func(got []string) bool {
			return len(got) > 0 && strings.Contains(got[len(got)-1], `"n":4095}`)
		})
		sizes, lines := []int{}, 0
		for _, line := range got {
			if payload, ok := strings.CutPrefix(line, "text "); ok {
				sizes = append(sizes, len(payload)-2)
			}
			lines += strings.Count(line, `"key":"y`)
		}
		same(n.T, "sizes", sizes, 0, 1, 1000, 64<<10, 500<<10)
		if lines != 4096 {
			n.Errorf("%d lines came", lines)
		}
		if n.log && b.gaps(got) != 1 {
			n.Errorf("%d gaps were told of one payload that is too large", b.gaps(got))
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		if len(a.errs) != 1 || eventbus.CodeOf(a.errs[0]) != eventbus.CodeTooLarge {
			n.Errorf("the error handler got %v", a.errs)
		}
	}},
	{name: "Junk", run: func(n *nodes) {
		a, b := n.node("a"), n.node("b")
		s := newStation(n.T, n.engine, "junk", nil)
		n.emit(a, n.plain, value{"before", 1})
		b.has(line("plain", "before", 1))
		bodies := [][]byte{nil, []byte("junk"), []byte("egn1"), []byte("egn1\x01x\x01y\x05\xff\xff\xff"), []byte("egn1\x04junk\x04junk\x00\x05\x01\xff\xff\xff\xff")}
		for i, body := range bodies {
			if err := s.Publish(limited(n), body); err != nil {
				n.Fatal(err)
			}
			if s.log != nil {
				s.append(n.T, broker.Message{N: uint64(i + 1), Body: body})
			}
		}
		n.fence(1, a, b)
	}},
	{name: "Contracts", run: func(n *nodes) {
		a := n.node("a")
		other := eventbus.Define(eventdef.Definition[value]{Name: "plain", Contract: "2"})
		unknown := eventbus.Define(eventdef.Definition[value]{Name: "new", Contract: "1"})
		b, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(other, unknown)), eventbus.WithNode("b"),
			eventbus.WithBroker(n.engine.Open()), eventbus.WithKey([]byte("the key of the suite")))
		if err != nil {
			n.Fatal(err)
		}
		defer func() { _ = b.Close(n.ctx) }()
		s := &clusterNode{Bus: b, n: n, name: "b", woke: make(chan struct{}, 1), subs: map[string]*port.Subscription{}}
		if s.port, err = b.Attach(s); err != nil {
			n.Fatal(err)
		}
		s.listen()
		n.emit(s, unknown, value{"x", 1})
		n.emit(s, other, value{"of 2", 1})
		n.emit(a, n.plain, value{"of 1", 1})
		a.has(line("plain", "of 1", 1))
		s.has(line("plain", "of 2", 1))
		dst := make([]*port.Entry, 16)
		foreign := func() bool {
			count, _ := a.port.Read(0, dst)
			return slices.ContainsFunc(dst[:count], func(e *port.Entry) bool { return e.Foreign() && e.Contract == "2" })
		}
		got := a.until("the entry of another contract", func([]string) bool { return foreign() })
		if slices.Contains(got, line("plain", "of 2", 1)) {
			n.Error("a window got what another contract says")
		}
	}},
	{name: "Late", log: true, run: func(n *nodes) {
		a := n.node("a")
		start := a.port.At()
		for i := range 100 {
			n.emit(a, n.plain, value{"x", i})
		}
		n.fence(1, a)
		b := n.node("b")
		if !b.port.CanResume(a.port.Epoch(), start) {
			n.Fatalf("a new node does not reach back to %d", start)
		}
		b.cursor, b.last = start, start
		for _, s := range b.subs {
			s.At = start
		}
		n.fence(2, a, b)
		b.inOrder(b.got, "x", 100)
		if !b.port.Await(n.ctx, a.port.At()) {
			n.Error("the new node does not come as far as the old one")
		}
		whole, err := b.port.Replay(n.ctx, start, func(*port.Entry) bool { return true })
		if err != nil || !whole {
			n.Errorf("the log replays: %v, %v", whole, err)
		}
	}},
	{name: "Floor", log: true, needs: func(e *Engine) bool { return e.Trim != nil }, run: func(n *nodes) {
		a := n.node("a")
		start := a.port.At()
		for i := range 600 { // more than one message
			n.emit(a, n.plain, value{"x", i})
			if i%100 == 0 {
				a.has(line("plain", "x", i))
			}
		}
		n.fence(1, a)
		n.engine.Trim(3)
		b := n.node("b")
		if b.port.CanResume(a.port.Epoch(), start) || !b.port.CanResume(a.port.Epoch(), a.port.At()) {
			n.Error("a new node goes on from what the log has forgotten, or not from what it has")
		}
		if whole, _ := b.port.Replay(n.ctx, start, func(*port.Entry) bool { return true }); whole {
			n.Error("the log replays what it has forgotten")
		}
		n.fence(2, a, b)
	}},
	{name: "Restart", needs: func(e *Engine) bool { return e.Stop != nil }, run: func(n *nodes) {
		a, b := n.node("a"), n.node("b")
		n.emit(a, n.keyed, value{"k", 1})
		n.race(0, 300, a, b)
		n.engine.Stop()
		n.race(300, 300, a, b)
		n.engine.Start()
		n.race(600, 300, a, b)
		n.fence(1, a, b)
		for _, node := range []*clusterNode{a, b} {
			node.inOrder(node.got, "of a", 900)
			node.inOrder(node.got, "of b", 900)
			if n.log && node.gaps(node.got) > 0 {
				n.Errorf("node %s was told of %d gaps, and the engine has all", node.name, node.gaps(node.got))
			}
		}
		a.until("peers", func([]string) bool { return len(a.Peers()) == 2 && len(b.Peers()) == 2 })
		if n.log {
			same(n.T, "what a new node keeps", n.node("c").values("keyed"), `{"key":"k","n":1}`)
		}
	}},
	{name: "Full", needs: func(e *Engine) bool { return e.Stop != nil }, run: func(n *nodes) {
		a, b := n.node("a"), n.node("b")
		n.fence(1, a, b)
		n.engine.Stop()
		heard := 0
		defer n.plain.Listen(a.Bus, func(context.Context, value) error { heard++; return nil })()
		taken := 0
		var err error
		for err == nil {
			if err = n.plain.Emit(n.ctx, a.Bus, value{"x", taken}); err == nil {
				taken++
			}
		}
		if eventbus.CodeOf(err) != eventbus.CodeBroker || heard != taken || taken < 1000 {
			n.Errorf("after %d emits, which listeners had %d times: %v", taken, heard, err)
		}
		h := *a.Health().Broker
		if h.Queued == 0 {
			n.Errorf("the health is %+v", h)
		}
		n.engine.Start()
		b.until("what was taken", func(got []string) bool {
			return slices.Contains(got, line("plain", "x", taken-1)) || !n.log && slices.Contains(got, "gap")
		})
		n.fence(2, a, b)
		b.inOrder(b.got, "x", taken)
		a.until("health", func([]string) bool {
			h := *a.Health().Broker
			return h.Connected && h.Queued == 0 && h.Lag == 0 && h.Nodes == 1
		})
	}},
	{name: "Rollback", log: true, needs: func(e *Engine) bool { return e.Snapshot != nil }, run: func(n *nodes) {
		a, b := n.node("a"), n.node("b")
		n.emit(a, n.keyed, value{"k", 1})
		n.race(0, 100, a, b)
		n.fence(1, a, b)
		back := n.engine.Snapshot()
		n.race(100, 1000, a, b) // acknowledged, and lost
		n.emit(a, n.keyed, value{"k", 2})
		n.emit(a, n.keyed, value{"l", 2})
		n.fence(2, a, b)
		before := a.port.Epoch()
		back()
		n.race(1100, 1500, a, b) // the old positions are given anew
		for _, node := range []*clusterNode{a, b} {
			node.until("a gap", func(got []string) bool { return slices.Contains(got, "gap") })
		}
		n.fence(3, a, b)
		for _, node := range []*clusterNode{a, b} {
			node.inOrder(node.got, "of a", 2600)
			node.inOrder(node.got, "of b", 2600)
		}
		if a.port.Epoch() == before || a.port.Epoch() != b.port.Epoch() {
			n.Errorf("the epoch is %s and %s after %s", a.port.Epoch(), b.port.Epoch(), before)
		}
		n.fence(4, a, b)
		want := a.values("keyed")
		same(n.T, "b keeps", b.values("keyed"), want...)
		same(n.T, "a new node keeps", n.node("c").values("keyed"), want...)
	}},
	{name: "Deleted", log: true, needs: func(e *Engine) bool { return e.Delete != nil }, run: func(n *nodes) {
		a, b := n.node("a"), n.node("b")
		n.race(0, 500, a, b)
		n.fence(1, a, b)
		n.engine.Delete()
		n.race(500, 500, a, b)
		for _, node := range []*clusterNode{a, b} {
			node.until("a gap", func(got []string) bool { return slices.Contains(got, "gap") })
		}
		n.fence(2, a, b)
		for _, node := range []*clusterNode{a, b} {
			node.inOrder(node.got, "of a", 1000)
			node.inOrder(node.got, "of b", 1000)
		}
	}},
	{name: "Evicted", log: true, needs: func(e *Engine) bool { return e.Evict != nil }, run: func(n *nodes) {
		a, b := n.node("a"), n.node("b")
		n.fence(0, a, b)
		for i := 0; n.engine.Evict(i); i++ {
			n.race(i*100, 100, a, b)
			for _, node := range []*clusterNode{a, b} {
				node.until("a gap", func(got []string) bool { return node.gaps(got) > i })
			}
			n.fence(i+1, a, b)
		}
	}},
	{name: "Kicked", needs: func(e *Engine) bool { return e.Kick != nil }, run: func(n *nodes) {
		a, b := n.node("a"), n.node("b")
		for i := range 5 {
			n.race(100*i, 100, a, b)
			n.engine.Kick()
		}
		n.race(500, 100, a, b)
		n.fence(1, a, b)
		for _, node := range []*clusterNode{a, b} {
			node.inOrder(node.got, "of a", 600)
			node.inOrder(node.got, "of b", 600)
			if n.log && node.gaps(node.got) > 0 {
				n.Errorf("node %s was told of a gap", node.name)
			}
		}
	}},
	{name: "Parted", needs: func(e *Engine) bool { return e.Cut != nil }, run: func(n *nodes) {
		a, b := n.node("a"), n.node("b")
		n.race(0, 100, a, b)
		n.fence(1, a, b)
		a.until("both peers", func([]string) bool { return len(a.Peers()) == 2 && len(b.Peers()) == 2 })
		n.engine.Cut("b", true)
		n.race(100, 100, a, b)
		a.until("b to count as gone", func([]string) bool { return len(a.Peers()) == 1 })
		n.engine.Cut("b", false)
		a.until("b to be there again", func([]string) bool { return len(a.Peers()) == 2 && len(b.Peers()) == 2 })
		n.race(200, 100, a, b)
		n.fence(2, a, b)
		for _, node := range []*clusterNode{a, b} {
			node.inOrder(node.got, "of a", 300)
			node.inOrder(node.got, "of b", 300)
			if n.log && node.gaps(node.got) > 0 {
				n.Errorf("node %s was told of a gap", node.name)
			}
		}
	}},
	{name: "Frozen", needs: func(e *Engine) bool { return e.Freeze != nil }, run: func(n *nodes) {
		a, b := n.node("a"), n.node("b")
		n.race(0, 100, a, b)
		n.engine.Freeze(3 * time.Second)
		n.race(100, 100, a, b)
		n.fence(1, a, b)
		for _, node := range []*clusterNode{a, b} {
			node.inOrder(node.got, "of a", 200)
			node.inOrder(node.got, "of b", 200)
		}
	}},
	{name: "Refused", log: true, needs: func(e *Engine) bool { return e.Refuse != nil }, run: func(n *nodes) {
		a, b := n.node("a"), n.node("b")
		n.fence(1, a, b)
		n.engine.Refuse(true)
		n.race(0, 100, a, b)
		n.engine.Refuse(false)
		n.fence(2, a, b)
		for _, node := range []*clusterNode{a, b} {
			node.inOrder(node.got, "of a", 100)
			node.inOrder(node.got, "of b", 100)
			if node.gaps(node.got) > 0 {
				n.Errorf("node %s was told of a gap", node.name)
			}
		}
	}},
}
