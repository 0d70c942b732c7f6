// Package parity is the backend of runtime/ts/test/parity.ts: what a shell's events are expected to do, tried over every
// transport.
package parity

import (
	"context"
	"errors"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// order asks for something.
type order struct {
	What  string `json:"what"`
	Count int    `json:"count"`
}

var (
	said    = eventbus.Define(eventdef.Definition[int]{Name: "parity:said"})
	whisper = eventbus.Define(eventdef.Definition[int]{Name: "parity:whisper", To: eventdef.ToWindow})
	speed   = eventbus.Define(eventdef.Definition[int]{Name: "parity:speed", Throttle: 50 * time.Millisecond})
	lines   = eventbus.Define(eventdef.Definition[int]{Name: "parity:lines", Batch: 50, Wait: 5 * time.Millisecond})
	note    = eventbus.Define(eventdef.Definition[string]{Name: "parity:note", From: eventdef.FromClient, Relay: true})
	orders  = eventbus.Define(eventdef.Definition[order]{Name: "parity:order", From: eventdef.FromClient})
)

// Events are those that Serve answers to.
var Events = eventbus.NewCatalog(said, whisper, speed, lines, note, orders)

// Serve does what a page asks for.
func Serve(bus *eventbus.Bus) {
	orders.Listen(bus, func(ctx context.Context, o order) (err error) {
		if o.What == "refuse" {
			return eventbus.Reject("no", "because")
		}
		for n := 1; n <= o.Count; n++ {
			switch o.What {
			case "say":
				err = errors.Join(err, said.Emit(ctx, bus, n))
			case "whisper":
				err = errors.Join(err, whisper.EmitTo(ctx, bus, eventbus.Window("b"), n))
			case "speed":
				err = errors.Join(err, speed.Emit(ctx, bus, n))
			case "lines":
				err = errors.Join(err, lines.Emit(ctx, bus, n))
			}
		}
		return err
	})
}

// MayEmit lets every window address every other.
func MayEmit(context.Context, eventbus.Peer, string, eventbus.Target) error { return nil }
