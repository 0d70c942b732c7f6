package main

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/asaskevich/EventBus"
	gookit "github.com/gookit/event"
	"github.com/maniartech/signals"
	mustafaturan "github.com/mustafaturan/bus/v3"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// syncBus opens a bus with n listeners that count their calls.
type syncBus struct {
	name string
	open func(n int, calls *int) (emit func(count int), end func(), err error)
}

var payload = reading{ID: "reading-1", Current: 1, Total: 2, Speed: 3}

var syncBuses = []syncBus{
	{limit, openLimit},
	{ours, openOurs},
	{"maniartech/signals 1.3.1", openSignals},
	{"gookit/event 1.2.0", openGookit},
	{"mustafaturan/bus 3.0.3", openMustafaturan},
	{"asaskevich/EventBus", openAsaskevich},
}

func nothing() {}

func openLimit(n int, calls *int) (func(int), func(), error) {
	var list atomic.Pointer[[]func(*reading)]
	fns := make([]func(*reading), n)
	for i := range fns {
		fns[i] = func(*reading) { *calls++ }
	}
	list.Store(&fns)
	return func(count int) {
		p := payload
		for range count {
			for _, fn := range *list.Load() {
				fn(&p)
			}
		}
	}, nothing, nil
}

// newBus returns a bus that knows the events.
func newBus(events ...eventbus.AnyEvent) (*eventbus.Bus, func(), error) {
	b, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(events...)))
	if err != nil {
		return nil, nil, err
	}
	return b, func() { _ = b.Close(context.Background()) }, nil
}

func openOurs(n int, calls *int) (func(int), func(), error) {
	event := eventbus.Define(eventdef.Definition[reading]{Name: "reading"})
	b, end, err := newBus(event)
	if err != nil {
		return nil, nil, err
	}
	for range n {
		event.Listen(b, func(context.Context, reading) error { *calls++; return nil })
	}
	ctx := context.Background()
	return func(count int) {
		for range count {
			_ = event.Emit(ctx, b, payload)
		}
	}, end, nil
}

func openSignals(n int, calls *int) (func(int), func(), error) {
	s := signals.NewSync[reading]()
	for range n {
		s.AddListener(func(context.Context, reading) { *calls++ })
	}
	ctx := context.Background()
	return func(count int) {
		for range count {
			s.Emit(ctx, payload)
		}
	}, nothing, nil
}

func openGookit(n int, calls *int) (func(int), func(), error) {
	m := gookit.NewManager("bench")
	for range n {
		m.On("reading", gookit.ListenerFunc(func(e gookit.Event) error {
			if _, ok := e.Get("payload").(reading); ok {
				*calls++
			}
			return nil
		}))
	}
	return func(count int) {
		for range count {
			_, _ = m.Fire("reading", gookit.M{"payload": payload})
		}
	}, func() { m.Reset() }, nil
}

func openMustafaturan(n int, calls *int) (func(int), func(), error) {
	var id atomic.Uint64
	b, err := mustafaturan.NewBus(mustafaturan.Next(func() string { id.Add(1); return "id" }))
	if err != nil {
		return nil, nil, err
	}
	b.RegisterTopics("reading")
	for i := range n {
		b.RegisterHandler(key(i), mustafaturan.Handler{Matcher: "reading", Handle: func(_ context.Context, e mustafaturan.Event) {
			if _, ok := e.Data.(reading); ok {
				*calls++
			}
		}})
	}
	ctx := context.Background()
	return func(count int) {
		for range count {
			_ = b.Emit(ctx, "reading", payload)
		}
	}, nothing, nil
}

func openAsaskevich(n int, calls *int) (func(int), func(), error) {
	b := EventBus.New()
	for range n {
		if err := b.Subscribe("reading", func(reading) { *calls++ }); err != nil {
			return nil, nil, err
		}
	}
	return func(count int) {
		for range count {
			b.Publish("reading", payload)
		}
	}, nothing, nil
}

// goal is reached when every listener has had every event. What is counted is published by whatever brings an
// event to a listener; atomic counters would cost more than some of what is measured.
type goal struct {
	listeners []counter
	target    atomic.Int64
	left      sync.WaitGroup
}

// counter is a listener's own, on a cache line of its own.
type counter struct {
	got   int64
	mixed atomic.Int64 // instead, where a listener's calls overlap
	_     [48]byte
}

func newGoal(listeners int) *goal { return &goal{listeners: make([]counter, listeners)} }

// expect says that so many events come next.
func (g *goal) expect(events int) {
	for i := range g.listeners {
		g.listeners[i].got = 0
		g.listeners[i].mixed.Store(0)
	}
	g.target.Store(int64(events))
	g.left.Add(len(g.listeners))
}

// hit counts one event for listener i, whose calls come one after the other.
func (g *goal) hit(i int) {
	c := &g.listeners[i]
	if c.got++; c.got == g.target.Load() {
		g.left.Done()
	}
}

// hitMixed is hit for a listener whose calls overlap.
func (g *goal) hitMixed(i int) {
	if g.listeners[i].mixed.Add(1) == g.target.Load() {
		g.left.Done()
	}
}

func (g *goal) wait() { g.left.Wait() }
