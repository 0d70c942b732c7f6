package main

import (
	"context"
	"sync"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// coalescer opens something that holds emits back.
type coalescer struct {
	name string
	goal string
	open func() (emit func(count int), end func(), err error)
}

const batch = 100

var coalescers = []coalescer{
	{"throttle: mutex and time.Now", "", throttleMutex},
	{"throttle: eventgen", "30", throttleOurs},
	{"batch of 100: mutex and two buffers", "", batchBuffers},
	{"batch of 100: channel", "", batchChannel},
	{"batch of 100: eventgen", "40", batchOurs},
}

func throttleMutex() (func(int), func(), error) {
	var mu sync.Mutex
	var kept reading
	last := time.Now()
	emit := func(count int) {
		for range count {
			mu.Lock()
			if now := time.Now(); now.Sub(last) > time.Hour {
				last = now
			} else {
				kept = payload
			}
			mu.Unlock()
		}
	}
	return emit, func() { _ = kept }, nil
}

func throttleOurs() (func(int), func(), error) {
	event := eventbus.Define(eventdef.Definition[reading]{Name: "reading", Throttle: time.Hour})
	b, end, err := newBus(event)
	if err != nil {
		return nil, nil, err
	}
	event.Listen(b, func(context.Context, reading) error { return nil })
	ctx := context.Background()
	return func(count int) {
		for range count {
			_ = event.Emit(ctx, b, payload)
		}
	}, end, nil
}

func batchBuffers() (func(int), func(), error) {
	var mu sync.Mutex
	full, spare := make([]reading, 0, batch), make([]reading, 0, batch)
	return func(count int) {
		for range count {
			mu.Lock()
			full = append(full, payload)
			var out []reading
			if len(full) == batch {
				out, full = full, spare[:0]
			}
			mu.Unlock()
			if out != nil {
				spare = out
			}
		}
	}, nothing, nil
}

func batchChannel() (func(int), func(), error) {
	in, flushed := make(chan reading, batch), make(chan struct{})
	go func() {
		out := make([]reading, 0, batch)
		for p := range in {
			if out = append(out, p); len(out) == batch {
				out = out[:0]
			}
		}
		close(flushed)
	}()
	return func(count int) {
		for range count {
			in <- payload
		}
	}, func() { close(in); <-flushed }, nil
}

func batchOurs() (func(int), func(), error) {
	event := eventbus.Define(eventdef.Definition[reading]{Name: "reading", Batch: batch})
	b, end, err := newBus(event)
	if err != nil {
		return nil, nil, err
	}
	event.ListenBatch(b, func(context.Context, []reading) error { return nil })
	ctx := context.Background()
	return func(count int) {
		for range count {
			_ = event.Emit(ctx, b, payload)
		}
		_ = event.Flush(ctx, b)
	}, end, nil
}
