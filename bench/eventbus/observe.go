package main

import (
	"context"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/eventbus/observe"
)

// counting is an observer that does as little as possible: it is there, and nobody reads.
type counting struct{ timed int }

func (*counting) Observe(observe.Source) {}

func (c *counting) Listened(*eventdef.Info, time.Duration) { c.timed++ }

// observed are the ways to emit with and without an observer.
var observed = []struct {
	name       string
	definition eventdef.Definition[reading]
}{
	{"plain", eventdef.Definition[reading]{Name: "reading"}},
	{"throttled", eventdef.Definition[reading]{Name: "reading", Throttle: time.Hour}},
	{"batched", eventdef.Definition[reading]{Name: "reading", Batch: 1000, Wait: time.Hour}},
}

// openObserved returns an emit to one listener, and what ends the bus.
func openObserved(d eventdef.Definition[reading], watched bool) (emit func(int), end func(), err error) {
	event := eventbus.Define(d)
	opts := []eventbus.Option{eventbus.WithCatalog(eventbus.NewCatalog(event))}
	if watched {
		opts = append(opts, eventbus.WithObserver(new(counting)))
	}
	b, err := eventbus.New(opts...)
	if err != nil {
		return nil, nil, err
	}
	calls := 0
	event.Listen(b, func(context.Context, reading) error { calls++; return nil })
	ctx := context.Background()
	return func(count int) {
		for range count {
			_ = event.Emit(ctx, b, payload)
		}
	}, func() { _ = b.Close(ctx) }, nil
}
