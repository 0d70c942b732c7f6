package main

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/maniartech/signals"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

const mapChurn = "mutex and map"

// churnBus opens a bus with n listeners; churn takes a listener off and puts it back, so many
// times. It lasts as long as the process.
type churnBus struct {
	name string
	open func(n int) (churn func(count int))
}

var churnBuses = []churnBus{
	{mapChurn, churnMap},
	{ours, churnOurs},
	{"copy-on-write list", churnCopies},
	{"maniartech/signals 1.3.1", churnSignals},
}

// turns calls fn with indexes below n in random order, as often as asked.
func turns(n int, fn func(i int)) func(count int) {
	order, next := shuffled(n), 0
	return func(count int) {
		for range count {
			fn(order[next])
			next = (next + 1) % n
		}
	}
}

func churnMap(n int) func(int) {
	var mu sync.Mutex
	listeners := map[int]func(*reading){}
	fn := func(*reading) {}
	for i := range n {
		listeners[i] = fn
	}
	return turns(n, func(i int) {
		mu.Lock()
		delete(listeners, i)
		mu.Unlock()
		mu.Lock()
		listeners[i] = fn
		mu.Unlock()
	})
}

func churnOurs(n int) func(int) {
	event := eventbus.Define(eventdef.Definition[reading]{Name: "reading"})
	b, _, err := newBus(event)
	if err != nil {
		panic(err)
	}
	fn := func(context.Context, reading) error { return nil }
	unlisten := make([]func(), n)
	for i := range unlisten {
		unlisten[i] = event.Listen(b, fn)
	}
	return turns(n, func(i int) {
		unlisten[i]()
		unlisten[i] = event.Listen(b, fn)
	})
}

func churnCopies(n int) func(int) {
	type entry struct{ fn func(*reading) }
	var mu sync.Mutex
	var list atomic.Pointer[[]*entry]
	entries := make([]*entry, n)
	for i := range entries {
		entries[i] = &entry{fn: func(*reading) {}}
	}
	own := append([]*entry(nil), entries...)
	list.Store(&entries)
	change := func(fn func(old []*entry) []*entry) {
		mu.Lock()
		next := fn(*list.Load())
		list.Store(&next)
		mu.Unlock()
	}
	return turns(n, func(i int) {
		change(func(old []*entry) []*entry {
			next := make([]*entry, 0, len(old))
			for _, e := range old {
				if e != own[i] {
					next = append(next, e)
				}
			}
			return next
		})
		own[i] = &entry{fn: own[i].fn}
		change(func(old []*entry) []*entry { return append(append(make([]*entry, 0, len(old)+1), old...), own[i]) })
	})
}

func churnSignals(n int) func(int) {
	s := signals.NewSync[reading]()
	fn := func(context.Context, reading) {}
	keys := make([]string, n)
	for i := range keys {
		keys[i] = key(i)
		s.AddListener(fn, keys[i])
	}
	return turns(n, func(i int) {
		s.RemoveListener(keys[i])
		s.AddListener(fn, keys[i])
	})
}
