package eventbus

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"

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

// put adds a peer and reports whether it is there now: it takes the place of one of a lower generation, which it
// returns, and of what was known of itself.
func (p *presence) put(peer *Peer) (old *Peer, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old = p.peers[peer.ID]
	if old != nil {
		if old.Generation > peer.Generation || old.Generation == peer.Generation && (old.Node != peer.Node || peer.Node == p.node) {
			return old, false
		}
		p.forget(old)
	}
	p.peers[peer.ID] = peer
	p.labels[peer.Window]++
	return old, true
}

// remove removes the peer if there is one of that node, of that generation or a lower one.
func (p *presence) remove(id, node string, generation uint64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	peer, ok := p.peers[id]
	if !ok || peer.Node != node || peer.Generation > generation {
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

// keepOnly removes the peers of a node that are not among those, by their ids.
func (p *presence) keepOnly(node string, ids map[string]bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, peer := range p.peers {
		if peer.Node == node && !ids[peer.ID] {
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
	if _, ok := b.peers.put(&stored); !ok {
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
		peer.Node, peer.Window, peer.Generation = old.Node, old.Window, old.Generation
		stored := peer
		b.peers.peers[peer.ID] = &stored
	}
	b.peers.mu.Unlock()
	if known && b.cluster != nil {
		b.cluster.joined(peer)
	}
}

// leave removes a peer of this node and tells the others.
func (b *Bus) leave(id string, generation uint64) {
	if b.peers.remove(id, b.peers.node, generation) && b.cluster != nil {
		b.cluster.left(id, generation)
	}
}
