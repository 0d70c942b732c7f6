package eventbus

import "github.com/eventgen/eventgen/runtime/internal/port"

// Target says which windows an event goes to. A targeted emit reaches its target alone: no other window
// and no Go listener. The zero Target is no target: an emit that has none goes to everyone, and what needs one refuses it.
type Target = port.Target

// All addresses every window.
var All = port.All

// Window addresses the windows of one label.
func Window(label string) Target { return port.Window(label) }

// Windows addresses the windows of several labels. Order and repetition of labels do not matter; without
// a label it addresses nobody.
func Windows(labels ...string) Target { return port.Windows(labels...) }

// Group addresses the peers that belong to a group.
func Group(name string) Target { return port.Group(name) }

// Except addresses every client that t does not. It is refused on events that are stored or deferred.
func Except(t Target) Target { return port.Except(t) }

// Where addresses the peers for which match returns true. It is called once for each peer, during the
// emit and in its goroutine; peers of other nodes are asked too, by what they announced. It is refused on
// events that are stored or deferred.
func Where(match func(Peer) bool) Target { return port.Where(match) }

// Peer is one live client, as its transport vouches for it: its ID, the Node that it is connected to, the label of its
// Window, its Groups, its Identity, the Account that its costs are charged to, and the Attributes that the application
// gave it. A Peer is a value; what its slices and maps hold must not change once it has been handed to the bus.
// [Peer.In] reports whether it belongs to a group.
type Peer = port.Peer
