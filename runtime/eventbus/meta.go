package eventbus

import "time"

// Meta is what the bus knows of one delivery. Listeners that ask for it get it by value.
type Meta struct {
	// Event is the wire name.
	Event string
	// Seq orders deliveries of one bus: a later one has a greater Seq, and jumps mean nothing. It is the
	// delivery's position in the log if it was logged.
	Seq uint64
	// Time is when the delivery was made. That is when the payload was emitted, unless it was held back.
	Time time.Time
	// Key is the payload's key, zero for events without one. The payloads of a batch have one key.
	Key Key
	// Peer is the client that emitted, stamped by its transport, and zero if Go code did.
	Peer Peer
	// Node is the node that emitted, empty if it was this one.
	Node string
}

// FromWindow reports whether a client emitted, rather than Go code.
func (m Meta) FromWindow() bool { return m.Peer.ID != "" }
