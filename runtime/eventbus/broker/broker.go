// Package broker is what joins the buses of several nodes: authors of brokers implement [Broker], and [Log] if their
// engine keeps one log for all nodes. Applications give a broker to a bus with eventbus.WithBroker.
//
// A broker moves bytes. What they hold, how they are queued, when they are sent again, whether the log is still the one
// that the node has read, and what is told when something is lost: all of that is the bus's. So the methods of a broker
// are plain calls on its engine. They may fail at any time and are called again.
//
// TestBroker of package eventbustest checks a broker against all that is written here.
package broker

import (
	"context"
	"errors"
)

// Broker passes messages between nodes. Its methods may be called from any goroutine at any time between Start and
// Close.
type Broker interface {
	// MaxMessage is the largest body that the engine takes, in bytes. It is known before Start.
	MaxMessage() int
	// Start connects. It returns when everything that other nodes publish from then on will arrive, and every request.
	Start(ctx context.Context, node Node) error
	// Publish sends a message to all other nodes that are connected. Messages of one caller arrive in order. It returns
	// when the message has been written to the engine, and it does not queue: without a connection it fails.
	Publish(ctx context.Context, body []byte) error
	// Request asks a node by its name, and returns the answer. It fails when there is no such node, and when ctx is
	// done.
	Request(ctx context.Context, node string, body []byte) ([]byte, error)
	// Close disconnects. Calls under way end. It is idempotent.
	Close(ctx context.Context) error
}

// Node is what a broker connects.
type Node struct {
	// Name is unique among the nodes. Requests are addressed to it. It may be any text without a NUL.
	Name string
	// Run is unique among all starts of all nodes: 1 to 32 letters and digits.
	Run string
	// Receive takes what other nodes publish, one message at a time. What the node published may come back to it.
	// The body is the callee's.
	Receive func(body []byte)
	// Serve answers a request. It may be called many times at the same time, and returns when ctx is done.
	Serve func(ctx context.Context, body []byte) []byte
	// Linked says that the connection to the engine was lost or is there again. It must not be called before Start is,
	// and does not block. It may be said more than once.
	Linked func(linked bool)
}

// Log is a broker whose engine keeps one log of messages for all nodes, with a position for each: 1 or more, rising.
// The log forgets the oldest ones by its own bounds. It may also lose the newest ones, when the engine fails over or
// comes back from an older state, and then gives their positions anew; it may be deleted. The bus finds that out and
// gives the log another epoch.
type Log interface {
	Broker
	// State returns where the log stands. It makes the log, with a new epoch, if there is none.
	State(ctx context.Context) (State, error)
	// Renew gives the log another epoch if it still has this one.
	Renew(ctx context.Context, old string) error
	// Append adds a message and returns its position. It fails with ErrEpoch, ErrOrder or ErrTooLarge if the message
	// cannot be added as it is. Any other error leaves open whether it was added: the same call is made again then.
	Append(ctx context.Context, m Message) (position uint64, err error)
	// Tail hands over the messages after the position, those that are there and those that come, in order, until ctx is
	// done or the connection fails. It never skips one: it ends instead. It always returns an error.
	Tail(ctx context.Context, after uint64, receive func(Stored)) error
	// Range hands over the messages after the position up to the other, in order, until receive returns false. Those
	// that the log no longer has are left out.
	Range(ctx context.Context, after, upTo uint64, receive func(Stored) bool) error
	// Kept hands over the newest message of each [Slot] that was not forgotten since, in the order of their positions.
	// There may be older ones among them, and forgotten ones with the messages that forgot them. Whatever it leaves
	// out comes after the newest that it hands over.
	Kept(ctx context.Context, receive func(Stored)) error
}

// State is where a log stands.
type State struct {
	// Epoch names the log. Positions of another epoch mean nothing.
	Epoch string
	// First is the oldest position that the log still has: all from there to Last are there. In an empty log it is
	// Last + 1.
	First uint64
	// Last is the newest position ever given, 0 if there was none.
	Last uint64
}

// Message is what is appended to a log.
type Message struct {
	// Epoch is that of the log which the node has read. A log of another epoch refuses the message with ErrEpoch.
	Epoch string
	// Seen is the newest position that the node has read. A log that stands below refuses the message with ErrEpoch, or
	// returns a position of at most Seen.
	Seen uint64
	// Run is that of the node, as Node has it, or a later one of the same form.
	Run string
	// N is the number of the message among those of the run, from 1 on. The log takes each number once, after the one
	// before: appended again, a message has the position that it had; out of order it is refused with ErrOrder.
	N uint64
	// Slot is what the message is the newest value of; the zero Slot if of nothing.
	Slot Slot
	// Forget says that the slot holds nothing from here on; without a Name, that no slot of the event does.
	Forget bool
	// Body must not change after the call.
	Body []byte
}

// Slot names a kept value. It may be any text.
type Slot struct{ Event, Name string }

// Stored is a message in a log. Its body is the receiver's.
type Stored struct {
	Position uint64
	Body     []byte
}

// What Append refuses a message with. The message was not added, and will not be however often it is tried.
var (
	// ErrEpoch: the log has another epoch, or stands below a position that the node has read.
	ErrEpoch = errors.New("broker: the log is not the one that was read")
	// ErrOrder: the message before it is not in the log.
	ErrOrder = errors.New("broker: the message before it is not in the log")
	// ErrTooLarge: the engine takes no message that is so large.
	ErrTooLarge = errors.New("broker: the message is too large for the engine")
)
