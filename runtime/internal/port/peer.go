package port

import (
	"cmp"
	"slices"
	"unsafe"
)

// Peer is one live connection of a window, as its transport vouches for it. A Peer is a value; what its
// slices and maps hold must not change once it has been handed to the bus.
type Peer struct {
	// ID names the connection. It is unique among all peers of all nodes, is not a secret, and is set by
	// [Port.Join] when the transport leaves it empty.
	ID string `json:"id"`
	// Node is the bus that the peer is connected to. It is set by [Port.Join].
	Node string `json:"node,omitempty"`
	// Generation rises each time the client comes back under the ID on another node: the peer of the highest one is the
	// live one.
	Generation uint64 `json:"generation,omitempty"`
	// Window is the label that [Window] and [Windows] address. Several peers may share one.
	Window string `json:"window,omitempty"`
	// Groups are what [Group] addresses.
	Groups []string `json:"groups,omitempty"`
	// Identity says who it is: the user, as the application's Authenticate found. It is empty for
	// anonymous peers.
	Identity string `json:"identity,omitempty"`
	// Account is whom the costs of the peer are charged to: what it emits to other windows takes room in the log, and
	// what is kept of it takes memory, of which each account has a share. [Port.Join] sets it to the identity, or to
	// the ID, when the transport leaves it empty.
	Account string `json:"account,omitempty"`
	// Attributes are whatever else the application wants to know of a peer in [Where] predicates and in
	// eventbus.Meta. They reach other nodes, so they are text.
	Attributes map[string]string `json:"attributes,omitempty"`
}

// AccountOf returns whom the peer's costs are charged to.
func AccountOf(p *Peer) string { return cmp.Or(p.Account, p.Identity, p.ID) }

// PeerSize returns how many bytes keep the peer.
func PeerSize(p *Peer) int {
	n := len(p.ID) + len(p.Node) + len(p.Window) + len(p.Identity) + len(p.Account)
	for _, group := range p.Groups {
		n += len(group) + int(unsafe.Sizeof(""))
	}
	for name, value := range p.Attributes {
		n += len(name) + len(value) + 4*int(unsafe.Sizeof(""))
	}
	return n
}

// In reports whether p belongs to the group.
func (p Peer) In(group string) bool {
	return slices.Contains(p.Groups, group)
}
