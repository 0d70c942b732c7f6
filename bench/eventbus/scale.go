package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/eventgen/eventgen/bench/internal/measure"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// scale is one shape of a bus.
type scale struct{ events, listeners, cores int }

func (s scale) String() string {
	return fmt.Sprintf("%d %s with %d %s each, %d %s", s.events, plural(s.events, "event"), s.listeners, plural(s.listeners, "listener"), s.cores, plural(s.cores, "core"))
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

func scales(c *measure.Config) []scale {
	all := []scale{
		{1, 1, 1}, {1, 10, 1}, {1, 100, 1}, {1, 1000, 1}, {1, 10_000, 1}, {1, 100_000, 1},
		{10, 1, 1}, {100, 1, 1}, {1000, 1, 1}, {10_000, 1, 1},
		{1, 10, 2}, {2, 10, 2},
	}
	if c.Quick {
		all = []scale{{1, 1, 1}, {1, 100, 1}, {10, 1, 1}, {1, 10, 2}}
	}
	return all
}

func scaleCases(c *measure.Config) []measure.Case {
	var cases []measure.Case
	for _, s := range scales(c) {
		cases = append(cases, measure.Case{Name: s.String(), Run: func() (measure.Figures, error) { return s.run(c) }})
	}
	return cases
}

func (s scale) run(c *measure.Config) (measure.Figures, error) {
	events := make([]*eventbus.Event[reading], s.events)
	known := make([]eventbus.AnyEvent, s.events)
	for i := range events {
		events[i] = eventbus.Define(eventdef.Definition[reading]{Name: fmt.Sprint("reading:", i)})
		known[i] = events[i]
	}
	b, end, err := newBus(known...)
	if err != nil {
		return nil, err
	}
	defer end()
	for _, e := range events {
		for range s.listeners {
			e.Listen(b, func(context.Context, reading) error { return nil })
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(s.cores))
	order := shuffled(s.events)
	return measure.Loop(span(c), func(n int) {
		var done sync.WaitGroup
		for core := range s.cores {
			done.Go(func() {
				ctx := context.Background()
				at := core % s.events
				for range (n + s.cores - 1) / s.cores {
					_ = events[order[at]].Emit(ctx, b, payload)
					if s.events > s.cores {
						at = (at + 1) % s.events
					}
				}
			})
		}
		done.Wait()
	}), nil
}
