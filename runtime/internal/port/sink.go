package port

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// Sink is a transport as the bus sees it: something that brings events to windows and windows' events
// to the bus.
//
// The bus never hands events to a sink. It appends each event that some window listens to, encoded and
// framed once, to a log that all sinks share, and wakes them; every connection of a transport has a
// cursor into the log and reads on from there in its own time. So a sink that is slow, or dead, costs an
// emitter nothing and another sink nothing, and memory is what eventbus.WithLog says.
//
// A transport's life with the bus:
//
//   - eventbus.Bus.Attach gives it a [Port].
//   - [Port.Join] announces each connection; [Port.Leave] ends it. Which label a window may claim, and
//     what happens to two of one label, is the transport's to decide before it joins the peer.
//   - [Port.Listen] subscribes a connection to an event: it says from which position on the log holds
//     the event for that peer, and returns the sticky or replayed values. Who may listen to what is the
//     transport's to decide before it listens. A transport that lets a window resume keeps the
//     subscriptions while the window is away, so that the log goes on receiving what it listens to.
//   - [Port.Read] returns entries after a cursor. Which of them a connection gets is [Subscription.Wants],
//     and again the transport's authorisation.
//   - [Port.Emit] carries what a window emits. Running it once for each (session, id), however often a
//     window sends it, is the transport's to do before it calls.
//
// The suite in package eventbustest checks a transport against all of this.
type Sink interface {
	// Wake says that the log has grown. It is called in an emitter's goroutine, so it must return at
	// once, and must not call the port or the bus: it sets a flag, or sends on a buffered channel without
	// waiting. Between a Wake and the sink's next call of [Port.Read] there is no other Wake.
	Wake()
	// Shutdown says that the bus is closing: nothing is logged any more after what the log holds now. It
	// must not block; a transport writes out what its windows still lack, and then says goodbye to them.
	Shutdown()
}

// NodeSink is a sink whose clients may come from and go to other nodes. Its methods must not block, but for Serve.
type NodeSink interface {
	Sink
	// Renewed says that the log has begun anew: positions are of another epoch, or what came after some of them is
	// lost. Until the sink calls [Port.Renew], [Port.Read] returns nothing.
	Renewed()
	// Replaced says that the peer of that ID and generation has joined another node with a higher one, and has left
	// this one.
	Replaced(id string, generation uint64)
	// Serve answers what a transport of another node asked by [Port.Request]. It returns false if the request is not
	// for this sink. It may be called many times at once, and returns when ctx is done.
	Serve(ctx context.Context, from string, request []byte) (answer []byte, mine bool)
}

// Entry is one event in the log. Entries are shared by all sinks and never change; nothing of them may be
// modified.
type Entry struct {
	// Seq is the position in the log. Later entries have greater ones; jumps mean nothing.
	Seq uint64
	// Event describes the event. There is one Info for each event of a bus, so that it may be compared
	// and used as a map key.
	Event *eventdef.Info
	// Key is the key of the payload, or of all payloads of a batch; zero for events without one.
	Key eventdef.Key
	// Target is who gets it. Its predicates are resolved.
	Target Target
	// Contract is the fingerprint of the event where it was emitted: Event.Contract, unless another node has another.
	Contract string
	// Lost says that the entry is no event: Frame is a gap, of deliveries of the event that nobody got.
	Lost bool
	// Batch is the number of payloads, 0 if the entry is not a batch.
	Batch int
	// Payload is the JSON of the payload, or the array of them if the entry is a batch. It is nil for
	// events whose payload is eventbus.Empty.
	Payload []byte
	// Frame is the whole frame of the wire protocol, {"event":…,"seq":…,"payload":…} in JSON.
	Frame []byte
	// Time is when the delivery was made, as eventbus.Meta says.
	Time time.Time
	// Peer is the window that emitted it, zero if Go code did. A relayed event is not echoed to it.
	Peer Peer
	// Node is the node that emitted it, empty if it was this one.
	Node string

	// Owner is the bus's state of the event, Size what the entry costs in bytes, and ByClient whether a client emitted it.
	Owner    any
	Size     int
	ByClient bool

	superseded atomic.Bool
}

// Supersede says that the log holds a newer entry.
func (e *Entry) Supersede() { e.superseded.Store(true) }

// Superseded reports whether the log holds a newer entry of the same event, key and target. It is kept
// for events with [eventdef.SlowLatest] only: a connection that is behind skips such entries.
func (e *Entry) Superseded() bool { return e.superseded.Load() }

// For reports whether the entry is addressed to the peer: its target matches, and the peer did not emit it
// itself.
func (e *Entry) For(peer *Peer) bool {
	return (e.Peer.ID == "" || e.Peer.ID != peer.ID) && e.Target.matches(peer)
}

// Foreign reports whether the entry was emitted under another contract of its event than this node's.
func (e *Entry) Foreign() bool { return e.Contract != e.Event.Contract }

// Of reports whether the entry is of one of the keys; one that says what was lost is of all.
func (e *Entry) Of(keys eventdef.KeySet) bool { return e.Lost || keys.Has(e.Key) }

// Subscription is one connection's interest in one event. As long as any subscription of an event is
// open, the bus logs it.
type Subscription struct {
	// Event is what was subscribed to.
	Event *eventdef.Info
	// At is the position from which the subscription holds: entries after it are live, and none of them
	// is missing from the log.
	At uint64
	// Since is the position from which the event has been logged without a break, whoever it was that
	// listened: at most At.
	Since uint64
	// Values are the sticky or replayed values that the peer should get first, oldest first. Each has its
	// own Seq, at most At: a window that resumes from a position needs only those after it.
	Values []*Entry

	// Keys are those that the peer wants, as they were given: the set is not copied, and no set but this one is kept
	// for the subscription. A transport may replace it, as long as nobody calls Wants: the log has all keys of an event.
	Keys eventdef.KeySet

	// Owner is the bus's state of the event.
	Owner any

	end    Ender
	peer   Peer
	closed atomic.Bool
}

// Ender ends a subscription of its own.
type Ender interface{ End(s *Subscription) }

// NewSubscription returns one of the peer, which ends at the bus by end.
func NewSubscription(event *eventdef.Info, owner any, peer Peer, end Ender) *Subscription {
	return &Subscription{Event: event, Owner: owner, peer: peer, end: end}
}

// Peer returns whose subscription it is.
func (s *Subscription) Peer() *Peer { return &s.peer }

// Close ends the subscription. It is idempotent.
func (s *Subscription) Close() {
	if !s.closed.Swap(true) {
		s.end.End(s)
	}
}

// Wants reports whether the subscription's peer should get the entry: it is of the event, of a key that
// was asked for, of this node's contract, after At, addressed to the peer, and not the peer's own.
func (s *Subscription) Wants(e *Entry) bool {
	return e.Event == s.Event && e.Seq > s.At && !e.Foreign() && e.Of(s.Keys) && e.For(&s.peer)
}

// Rebind makes the subscription that of another connection of the same window, which resumes: from then on
// Wants asks for that peer. It must not be called while Wants is.
func (s *Subscription) Rebind(peer Peer) { s.peer = peer }

// Interest is what a peer wants to get: an event, of these keys only.
type Interest struct {
	Event string
	Keys  eventdef.KeySet
}

// Incoming is what a window emits.
type Incoming struct {
	// Event is the wire name.
	Event string
	// Payload is the JSON that came, nil if there was none.
	Payload []byte
	// To is whom the window wants to reach, and zero if it said nothing.
	To Target
}
