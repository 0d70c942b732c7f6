package port

import (
	"context"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// Port is a sink's access to the bus. Its methods may be called concurrently.
type Port interface {
	// Detach disconnects the transport: its peers leave, its subscriptions end, and it is not woken any more.
	// It is idempotent.
	Detach()
	// Epoch names the log: positions of another epoch mean nothing. It is new with each bus, unless a
	// broker.Log keeps one log for all nodes: then it changes when that has lost something; see [NodeSink].
	Epoch() string
	// Renew takes note that the log has begun anew: from then on Read returns what it holds now. It returns the epoch
	// and the position up to which every client has missed what it has not had.
	Renew() (epoch string, at uint64)
	// Settled returns what is closed when all that this node has published has come back from the log that all nodes
	// share, or after 2 s. It is nil if there is nothing to wait for: no such log, or no connection to it.
	Settled() <-chan struct{}
	// Await waits until the log that all nodes share has come as far here as the position, at most 2 s, and reports
	// whether it has. Without such a log it returns whether the position is there.
	Await(ctx context.Context, position uint64) bool
	// Request asks the transports of another node, sealed with the cluster's key. It fails with eventbus.CodeBroker.
	Request(ctx context.Context, node string, body []byte) ([]byte, error)
	// Nodes returns the names of the other nodes that are there.
	Nodes() []string
	// Keys returns keys of 32 bytes for a purpose, the newest first, which are those of all nodes that have the same
	// eventbus.WithKey. Without one they are random.
	Keys(purpose string) [][]byte
	// At returns the newest position: whoever has read to the end of the log has seen all up to it.
	At() uint64
	// Lookup describes an event of the bus as entries and subscriptions do, by the same pointer. It returns nil if the
	// bus does not know the event.
	Lookup(name string) *eventdef.Info
	// Join announces a connection and returns the peer with its ID and node filled in. It takes the place of a peer of
	// that ID and a lower generation, wherever it is. It fails if there is another one of that ID, and with CodeClosed on a closed bus or a detached port.
	Join(peer Peer) (Peer, error)
	// Update replaces what is known of a peer that has joined and not left: its credentials were renewed. ID
	// and Window stay what they are.
	Update(peer Peer)
	// Leave ends a connection that joined, once. Its subscriptions stay until they are closed. It does nothing to one of
	// a higher generation.
	Leave(id string, generation uint64)
	// Listen subscribes the peer to an event. If keys are given the peer wants these only. What is emitted
	// after Listen has returned is in the log for the peer. It fails with CodeUnknownEvent, with
	// CodeDirection for an event that only windows emit and that is never relayed, and with CodeClosed.
	Listen(peer Peer, event string, keys ...eventdef.Key) (*Subscription, error)
	// ListenAll is Listen for several events at one moment: all the subscriptions hold from the same position,
	// which it returns; without interests that is the newest. If one of them fails, none is made.
	ListenAll(peer Peer, interests []Interest) (subscriptions []*Subscription, at uint64, err error)
	// Read copies entries after the position into dst, oldest first, and returns how many. A dst that is not
	// filled was at the end of the log: the next entry wakes the sink. If lost is true, the log no longer holds
	// all that came after the position: [Port.Missed] says of which events.
	Read(after uint64, dst []*Entry) (n int, lost bool)
	// Behind returns how many entries the log holds after the position.
	Behind(after uint64) int
	// CanResume reports whether a window that has seen everything up to the position of that epoch can go on
	// from the log without loss.
	CanResume(epoch string, after uint64) bool
	// Missed reports whether entries of the event after the position have left the log.
	Missed(event *eventdef.Info, after uint64) bool
	// Replay hands over what came after the position and has left the log, oldest first, from the log that a
	// broker.Log keeps for all nodes, until fn returns false or the entries are those that Read returns. It
	// returns false if there is no such log or it does not reach back to the position either.
	Replay(ctx context.Context, after uint64, fn func(*Entry) bool) (bool, error)
	// Emit brings in what a window emits: it checks the direction, decodes, validates, runs the Go listeners
	// and relays. When an account holds more than its share of the log or of what is kept, it fails with
	// [CodeRate]. When it returns nil, all that an ack promises has happened; eventbus.Public turns an error into what
	// the window may see. The transport has authorised it and has made sure that it runs once.
	Emit(ctx context.Context, from Peer, in Incoming) error
	// Inject emits as Go code does: it decodes the payload and emits it, to the target or to everyone. It fails as an emit
	// of Go code, and with CodeInvalidPayload.
	Inject(ctx context.Context, in Incoming) error
	// Refused counts an emit or a listen that the transport has refused, if the bus is observed.
	Refused(event string, code string)
	// Skipped counts an entry that a slow window was not sent, if the bus is observed.
	Skipped(e *Entry)
}
