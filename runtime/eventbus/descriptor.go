package eventbus

import (
	"context"
	"reflect"
	"sync/atomic"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// event is an event whose payload type is not known. All that an [Event] adds to it are the types.
type event struct {
	def      eventdef.Definition[opaque]
	info     *eventdef.Info
	number   uint32 // among the events of the process
	payloads *payloads
	origin   origin
}

// numbers counts the events of the process.
var numbers atomic.Uint32

// define makes an event; pointer is the type of a pointer to its payload.
func define(d *eventdef.Definition[opaque], pointer reflect.Type, typed typed) *event {
	e := &event{def: *d, number: numbers.Add(1), origin: originOf()}
	e.payloads = newPayloads(&e.def, pointer, typed)
	e.info = infoOf(&e.def, pointer == reflect.TypeFor[*Empty]())
	return e
}

func (e *event) unknown() *Error {
	return &Error{Code: CodeUnknownEvent, Event: e.info.Name, Err: e.origin.unlisted()}
}

// infoOf returns what the definition says, with the defaults filled in.
func infoOf(d *eventdef.Definition[opaque], empty bool) *eventdef.Info {
	i := &eventdef.Info{
		Name: d.Name, Contract: d.Contract, From: d.From, To: d.To, Relay: d.Relay,
		Throttle: d.Throttle, Debounce: d.Debounce, Keyed: d.Key != nil, Keys: d.Keys,
		Batch: d.Batch, Wait: d.Wait, Flushes: d.Flushes, Sticky: d.Sticky, Replay: d.Replay,
		Slow: d.Slow, Max: d.Max, Version: d.Version, Was: d.Was, Deprecated: d.Deprecated, Empty: empty,
	}
	i.Complete()
	return i
}

// described is what an event's descriptor offers whatever its payload type is. It is a part of every [Event].
type described struct{ event event }

func (d *described) core() *event { return &d.event }

// Info describes the event.
func (d *described) Info() eventdef.Info { return d.event.info.Clone() }

// Name returns the wire name.
func (d *described) Name() string { return d.event.info.Name }

// Flush sends out immediately what throttle, debounce and batch hold back of this event, and waits until the
// event's Go listeners have had it and its queues are empty, or ctx is done. Inside a callback of the bus it
// does not wait.
func (d *described) Flush(ctx context.Context, b *Bus) error {
	t := b.topic(d.event.number)
	if t == nil {
		return d.event.unknown()
	}
	return t.flush(ctx)
}

// Forget drops the stored sticky values of the keys, for all targets; without keys, everything stored of
// the event. New listeners do not get it any more; nobody is told.
func (d *described) Forget(b *Bus, keys ...Key) error {
	t := b.topic(d.event.number)
	if t == nil {
		return d.event.unknown()
	}
	t.forget(keys)
	return nil
}

// HasListeners reports whether an emit would reach anyone: a Go listener, a subscribed window or another
// node. It serves to leave out work on payloads that nobody wants.
func (d *described) HasListeners(b *Bus) bool {
	t := b.topic(d.event.number)
	return t != nil && t.hasListeners()
}
