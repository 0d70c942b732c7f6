package eventbus

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// presence knows the peers: those of this node and, with a broker, those of the others.
type presence struct {
	node string
	last atomic.Uint64

	mu     sync.RWMutex
	peers  map[string]*Peer
	labels map[string]int // how many peers have the label
}

func (p *presence) init(node string) {
	p.node = node
	p.peers = map[string]*Peer{}
	p.labels = map[string]int{}
}

// add adds a peer and reports whether its id was free.
func (p *presence) add(peer *Peer) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, taken := p.peers[peer.ID]; taken {
		return false
	}
	p.peers[peer.ID] = peer
	p.labels[peer.Window]++
	return true
}

// remove removes the peer if there is one of that node.
func (p *presence) remove(id, node string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	peer, ok := p.peers[id]
	if !ok || peer.Node != node {
		return false
	}
	p.forget(peer)
	return true
}

func (p *presence) forget(peer *Peer) {
	delete(p.peers, peer.ID)
	if p.labels[peer.Window]--; p.labels[peer.Window] == 0 {
		delete(p.labels, peer.Window)
	}
}

// removeNode removes all peers of a node.
func (p *presence) removeNode(node string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, peer := range p.peers {
		if peer.Node == node {
			p.forget(peer)
		}
	}
}

// list returns all peers.
func (p *presence) list() []Peer {
	p.mu.RLock()
	defer p.mu.RUnlock()
	peers := make([]Peer, 0, len(p.peers))
	for _, peer := range p.peers {
		peers = append(peers, *peer)
	}
	return peers
}

// of returns the peers of a node.
func (p *presence) of(node string) []Peer {
	p.mu.RLock()
	defer p.mu.RUnlock()
	var peers []Peer
	for _, peer := range p.peers {
		if peer.Node == node {
			peers = append(peers, *peer)
		}
	}
	return peers
}

// any reports whether the target addresses some peer.
func (p *presence) any(to Target) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if labels, ok := port.Labels(to); ok {
		for _, label := range labels {
			if p.labels[label] > 0 {
				return true
			}
		}
		return false
	}
	for _, peer := range p.peers {
		if port.Matches(&to, peer) {
			return true
		}
	}
	return false
}

// Peers returns the peers that are connected, of all nodes, in no order.
func (b *Bus) Peers() []Peer { return b.peers.list() }

// enter adds a peer of this node and tells the others.
func (b *Bus) enter(peer Peer) (Peer, error) {
	peer.Node = b.peers.node
	if peer.ID == "" {
		peer.ID = peer.Node + "-" + strconv.FormatUint(b.peers.last.Add(1), 36)
	}
	peer.Account = port.AccountOf(&peer)
	stored := peer
	if !b.peers.add(&stored) {
		return Peer{}, &Error{Code: CodeInternal, Err: errors.New("a peer of id " + peer.ID + " is there already")}
	}
	if b.cluster != nil {
		b.cluster.joined(peer)
	}
	return peer, nil
}

// update replaces a peer of this node that has not left, and tells the others.
func (b *Bus) update(peer Peer) {
	b.peers.mu.Lock()
	old, known := b.peers.peers[peer.ID]
	if known = known && old.Node == b.peers.node; known {
		peer.Node, peer.Window = old.Node, old.Window
		stored := peer
		b.peers.peers[peer.ID] = &stored
	}
	b.peers.mu.Unlock()
	if known && b.cluster != nil {
		b.cluster.send(&broker.Envelope{Kind: broker.KindPeers, Left: []string{peer.ID}, Peers: peersToWire(peer)})
	}
}

// leave removes a peer of this node and tells the others.
func (b *Bus) leave(id string) {
	if b.peers.remove(id, b.peers.node) && b.cluster != nil {
		b.cluster.left(id)
	}
}
