// Package observe is the seam between a bus and what watches it: metrics, traces, an inspector. An application gives an
// [Observer] to a bus with eventbus.WithObserver; the engines that serve the clients of that bus are observed with it.
//
// Nothing is pushed that can be read: a bus counts, and an observer reads the counts when it wants them ([Source]). A bus
// without an observer does not count.
//
// Whatever is told apart is bounded: the events of the catalogues, the codes of errors, the reasons listed here. No key,
// label, identity or text of an application is among them, except in [Source.Clients] and in what a [Tap] gets.
package observe

import (
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// Observer watches a bus.
type Observer interface {
	// Observe is called once, by eventbus.New. The source may be read at any time, from any goroutine.
	Observe(s Source)
	// Listened says how long one listener of the event took for one delivery. It is called for one in 64 deliveries, in
	// the goroutine of the listener, and must not block.
	Listened(event *eventdef.Info, took time.Duration)
}

// Tap is an observer that wants to see every single emit and delivery. It makes each of them slower, as every payload is
// encoded: it is for development. Its methods are called in the goroutine that emits or delivers, from many at the same
// time. They must not block, nor call the bus.
type Tap interface {
	Observer
	// Emitted is called for each emit that was admitted, before throttle, debounce and batch.
	Emitted(e Emit)
	// Delivered is called for each delivery, before the Go listeners.
	Delivered(d Delivery)
}

// Source is what an observer reads. Counts begin with the bus and never go down.
type Source interface {
	// Node names the node that the bus is.
	Node() string
	// Events returns what was counted for each event, in the order of the catalogues.
	Events() []Event
	// Engines returns what was counted of clients, the sum of all engines of the bus.
	Engines() Engines
	// Clients returns the clients that are connected or may come back, in no order.
	Clients() []Client
}

// Event is what was counted of one event.
type Event struct {
	Info *eventdef.Info
	// Emitted counts the emits that were admitted, of Go code and of clients.
	Emitted uint64
	// Delivered counts the payloads that were delivered, after throttle, debounce and batch.
	Delivered uint64
	// Coalesced counts the emits that throttle or debounce has replaced by a newer one.
	Coalesced uint64
	// Received counts the deliveries that came from other nodes.
	Received uint64
	// Waiting is how many payloads throttle, debounce and batch hold back now.
	Waiting int
	// Queued is how many deliveries the asynchronous listener that is behind most has yet to get.
	Queued int
	// Frames and Bytes count what was written to the log for clients.
	Frames, Bytes uint64
	// Overflowed counts what queues of asynchronous listeners have dropped.
	Overflowed uint64
	// Refused counts the emits of Go code that failed, and Failed what went to the error handler, such as errors and
	// panics of listeners. Both are by code; codes that are not those of package eventbus count as "other".
	Refused, Failed map[string]uint64
	// ClientsRefused counts the emits and listens of clients that were refused, by code.
	ClientsRefused map[string]uint64
	// Skipped counts what slow clients were not sent because of the event's slow policy.
	Skipped uint64
}

// Engines is what was counted of clients.
type Engines struct {
	// Connected, Away and Behind are how many clients there are now: with a connection, without one but with a session to
	// come back to, and with a connection that has yet to get something. Draining says that an engine takes no more.
	Connected, Away, Behind int
	Draining                bool
	// Lag is how many entries of the log the client that is behind most has yet to get, and LagTime how old the oldest of
	// what any client has yet to get is.
	Lag     int
	LagTime time.Duration
	// Begun counts sessions that began, Resumed connections that went on without loss, and Gapped those that were told of
	// a gap. Missed counts the events that clients were told to have missed, and Unknown the events whose count was not
	// known.
	Begun, Resumed, Gapped, Missed, Unknown uint64
	// Closed counts connections that the engine has ended, and Refused those that it did not open, by the reasons that
	// [Reason] lists. Left counts those that their clients have ended.
	Closed, Refused map[string]uint64
	Left            uint64
	// Sent and Received count bytes of frames.
	Sent, Received uint64
}

// Client is one client of an engine.
type Client struct {
	Peer port.Peer
	// State is "live", "behind", "closing" or "away".
	State string
	// Format is how frames travel to it.
	Format string
	// Since is when the connection began, and for one that is away when it ended.
	Since time.Time
	// Resumes counts the connections of its session after the first, and Gaps those of them that were told of a gap.
	Resumes, Gaps int
	// Lag is how many entries of the log it has yet to get.
	Lag int
	// Listens are the events that it listens to, sorted.
	Listens []string
	// Sent counts bytes of this connection.
	Sent uint64
}

// Reason names a close code in counts and logs.
func Reason(code int) string {
	if name, ok := reasons[code]; ok {
		return name
	}
	return "other"
}

var reasons = map[int]string{
	1001: "going_away", 1002: "bad_frame", 1003: "bad_frame", 1007: "bad_frame", 1009: "too_large", 1011: "internal",
	4400: "bad_frame", 4401: "unauthenticated", 4403: "forbidden", 4408: "silent", 4409: "replaced", 4423: "window_taken",
	4429: "rate_limited", 4503: "slow",
}

// Emit is one emit.
type Emit struct {
	Event *eventdef.Info
	Time  time.Time
	Key   eventdef.Key
	// Target is whom it is addressed to, and zero if that is everyone, Go listeners included.
	Target port.Target
	// Peer is the client that emitted, nil if Go code did. Nothing of it may be changed.
	Peer *port.Peer
}

// Delivery is one delivery.
type Delivery struct {
	Emit
	// Time is when it was made, and Seq its position.
	Seq uint64
	// Node is the other node that it came from, empty if it was this one.
	Node string
	// Batch is the number of payloads, 0 if it is not a batch.
	Batch int
	// Payload is the JSON, an array for a batch. It is nil for an event without a payload, or if it cannot be encoded.
	Payload []byte
}
