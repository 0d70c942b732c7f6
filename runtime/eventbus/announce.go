package eventbus

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	// announceEvery is for how long joins and leaves of peers are collected before the other nodes are told.
	announceEvery = 50 * time.Millisecond
	// rememberNodes is for how long it is known how far a silent node had come.
	rememberNodes = time.Hour
)

// announcer tells other nodes of this node's peers, and keeps what they tell: all of it travels outside the log.
type announcer struct {
	c *cluster

	mu      sync.Mutex
	changes map[string]change // of this node's peers, to be told
	all     bool              // the whole list is to be told
	who     bool              // the others are to be asked
	timer   *time.Timer       // nil if nothing is to be told
	closed  bool
	told    uint64 // how many messages have told of changes

	sending sync.Mutex // held while messages go out, so that they go in order

	nodes map[string]*neighbour
}

// change is what became of a peer.
type change struct {
	peer       *Peer // nil if it left
	generation uint64
}

// neighbour is another node.
type neighbour struct {
	run    string
	heard  time.Duration // when, on the bus's clock
	silent bool          // not within the lease: its peers count as gone
	told   uint64        // how many of its messages of changes have come
	list   []Peer        // what has come of its list
	n      uint64        // without a log: the newest number of what it has published; a new neighbour's first is 1
}

func (a *announcer) init(c *cluster) {
	a.c = c
	a.changes, a.nodes = map[string]change{}, map[string]*neighbour{}
}

func (c *cluster) joined(peer Peer) { c.announce.note(peer.ID, change{&peer, peer.Generation}) }

func (c *cluster) left(id string, generation uint64) {
	c.announce.note(id, change{nil, generation})
}

// note takes a change of this node's peers, which is told soon.
func (a *announcer) note(id string, ch change) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.changes[id] = ch
	a.soon()
}

// ask asks the other nodes for their peers, soon, and tells them of all of this node's.
func (a *announcer) ask() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all, a.who = true, true
	a.soon()
}

// soon sees to it that what is to be told is. The lock is held.
func (a *announcer) soon() {
	if a.timer == nil && !a.closed {
		a.timer = time.AfterFunc(announceEvery, a.tell)
	}
}

// tell tells what there is to tell. What cannot be sent is told as a whole when the connection is there again, or when
// another node finds that it lacks something.
func (a *announcer) tell() {
	a.sending.Lock()
	defer a.sending.Unlock()
	a.mu.Lock()
	a.timer = nil
	if a.closed {
		a.mu.Unlock()
		return
	}
	changes, all, who := a.changes, a.all, a.who
	a.changes, a.all, a.who = map[string]change{}, false, false
	a.mu.Unlock()
	if who {
		a.publish(envelope{kind: kindWho})
	}
	if all {
		a.tellAll()
		return
	}
	var env envelope
	size := 0
	send := func() {
		a.mu.Lock()
		a.told++
		env.kind, env.round = kindPeers, a.told
		a.mu.Unlock()
		a.publish(env)
		env, size = envelope{}, 0
	}
	for _, id := range slices.Sorted(maps.Keys(changes)) {
		ch := changes[id]
		if size += len(id) + peerRoom(ch.peer); size > a.c.most-2*headRoom && len(env.peers)+len(env.left) > 0 {
			send()
			size = len(id) + peerRoom(ch.peer)
		}
		if ch.peer != nil {
			env.peers = append(env.peers, *ch.peer)
		} else {
			env.left = append(env.left, leaving{id, ch.generation})
		}
	}
	if len(env.peers)+len(env.left) > 0 {
		send()
	}
}

// tellAll tells the whole list of this node's peers, in as many messages as it takes.
func (a *announcer) tellAll() {
	peers := a.c.b.peers.of(a.c.b.config.node)
	a.mu.Lock()
	told := a.told
	a.mu.Unlock()
	total := uint64(len(peers))
	for first := true; first || len(peers) > 0; first = false {
		n, size := 0, 0
		for n < len(peers) {
			if size += peerRoom(&peers[n]); size > a.c.most-2*headRoom && n > 0 {
				break
			}
			n++
		}
		env := envelope{kind: kindHere, round: told, total: total, peers: peers[:n]}
		if peers = peers[n:]; len(peers) > 0 {
			env.flags = isMore
		}
		a.publish(env)
	}
}

// peerRoom is more than the JSON of a peer takes in most cases; what is larger travels alone.
func peerRoom(p *Peer) int {
	if p == nil {
		return 16
	}
	n := 128 + 2*(len(p.ID)+len(p.Node)+len(p.Window)+len(p.Identity)+len(p.Account))
	for _, group := range p.Groups {
		n += 2*len(group) + 4
	}
	for name, value := range p.Attributes {
		n += 2*(len(name)+len(value)) + 8
	}
	return n
}

// publish sends one envelope to the other nodes.
func (a *announcer) publish(env envelope) {
	body, err := env.append(appendHead(nil, head{node: a.c.b.config.node, run: a.c.first}))
	if err == nil && len(body) > a.c.most {
		err = fmt.Errorf("%d bytes, and the broker takes messages of at most %d", len(body), a.c.most)
	}
	if err != nil {
		a.c.fail("", fmt.Errorf("tell other nodes of peers: %w", err))
		return
	}
	ctx, cancel := context.WithTimeout(a.c.ctx, brokerCall)
	defer cancel()
	_ = a.c.callPublish(ctx, body) // whoever misses it asks
}

// beat shows that the node lives, and forgets the nodes that do not.
func (a *announcer) beat() {
	a.sending.Lock()
	a.mu.Lock()
	told := a.told
	var silent []string
	now := a.c.b.now()
	for node, n := range a.nodes {
		if now-n.heard > a.c.b.config.lease && !n.silent {
			n.silent = true
			silent = append(silent, node)
		}
		if now-n.heard > rememberNodes {
			delete(a.nodes, node)
		}
	}
	a.mu.Unlock()
	a.publish(envelope{kind: kindAlive, round: told, total: a.c.out.sent.Load()})
	a.sending.Unlock()
	for _, node := range silent {
		a.c.b.peers.keepOnly(node, nil)
	}
}

// close says goodbye.
func (a *announcer) close() {
	a.sending.Lock()
	defer a.sending.Unlock()
	a.mu.Lock()
	a.closed = true
	if a.timer != nil {
		a.timer.Stop()
	}
	a.mu.Unlock()
	a.publish(envelope{kind: kindGone})
}

// count returns how many other nodes there are.
func (a *announcer) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	count := 0
	for _, n := range a.nodes {
		if !n.silent {
			count++
		}
	}
	return count
}

// others returns the names of the other nodes that there are.
func (a *announcer) others() (names []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for name, n := range a.nodes {
		if !n.silent {
			names = append(names, name)
		}
	}
	return names
}

// twice reports a node of this node's name.
func (a *announcer) twice(h head) {
	a.c.fail("", fmt.Errorf("another node is called %q: names of nodes must be unique (WithNode)", h.node))
}

// hear takes note of a node, which is new if nothing was known of this start of it.
func (a *announcer) hear(h head) *neighbour {
	n := a.nodes[h.node]
	if n == nil || n.run != h.run {
		n = &neighbour{run: h.run, silent: true}
		a.nodes[h.node] = n
	}
	if n.silent {
		n.silent, a.who = false, true
		a.soon()
	}
	n.heard = a.c.b.now()
	return n
}

// take takes in what another node says of its peers.
func (a *announcer) take(h head, env *envelope) {
	if env.kind == kindGone {
		a.mu.Lock()
		known := a.nodes[h.node]
		if known != nil && known.run == h.run {
			delete(a.nodes, h.node)
		}
		a.mu.Unlock()
		if known == nil || known.run == h.run { // not what an earlier start of it says
			a.c.b.peers.keepOnly(h.node, nil)
		}
		return
	}
	a.mu.Lock()
	n := a.hear(h)
	missing, lost := false, false
	var list []Peer
	whole := false
	switch env.kind {
	case kindWho:
		a.all = true
		a.soon()
	case kindAlive:
		missing = env.round != n.told
		lost = env.total > n.n // all of them were on their way before this
		n.n = max(n.n, env.total)
	case kindPeers:
		missing = env.round != n.told+1
		n.told = env.round
	case kindHere:
		n.list = append(n.list, env.peers...)
		if env.flags&isMore == 0 {
			list, n.list = n.list, nil
			whole = uint64(len(list)) == env.total
			missing = !whole
			n.told = env.round
		}
	}
	if missing {
		n.told = env.round // asked once
		a.who = true
		a.soon()
	}
	a.mu.Unlock()
	if lost {
		a.c.tellLost()
	}
	switch env.kind {
	case kindPeers:
		for _, l := range env.left {
			a.c.b.peers.remove(l.id, h.node, l.generation)
		}
		a.add(h.node, env.peers)
	case kindHere:
		if whole {
			ids := make(map[string]bool, len(list))
			for i := range list {
				ids[list[i].ID] = true
			}
			a.c.b.peers.keepOnly(h.node, ids)
			a.add(h.node, list)
		}
	}
}

// add adds the peers that another node tells of. One that takes the place of a peer of this node ends that one's
// connection.
func (a *announcer) add(node string, peers []Peer) {
	for i := range peers {
		peer := &peers[i]
		peer.Node = node
		old, ok := a.c.b.peers.put(peer)
		if ok && old != nil && old.Node == a.c.b.config.node {
			for _, p := range *a.c.b.log.ports.Load() {
				p.callReplaced(peer.ID, old.Generation)
			}
		}
	}
}

// inOrder reports whether what a node has published outside of a log is new. If something before it is missing, every
// window is told that it may have missed deliveries.
func (a *announcer) inOrder(c *cluster, h head) bool {
	a.mu.Lock()
	n := a.hear(h)
	last := n.n
	n.n = max(n.n, h.n)
	a.mu.Unlock()
	if h.n > last+1 {
		c.tellLost()
	}
	return h.n > last
}

// tellLost tells every window that it may have missed deliveries of every event.
func (c *cluster) tellLost() {
	for _, t := range c.b.topics {
		t.tellLost(0, 0)
	}
}
