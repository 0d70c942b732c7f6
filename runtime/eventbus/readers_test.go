package eventbus_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// counted is a payload that shows whether it arrived as it was emitted.
type counted struct{ n, check int }

// intact returns the payload of that number as it is emitted.
func intact(n int) counted { return counted{n, 9*n + 1} }

// arrival is what one reader has got, and what it may have got.
type arrival struct {
	name      string
	from, to  int // of what was emitted while it listened
	whole     bool
	stop      func()
	mu        sync.Mutex
	got       []counted
	ended     chan struct{} // closed when nothing will come any more
	cancelled bool
}

func (a *arrival) add(c counted) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.got = append(a.got, c)
}

// judge returns what is wrong: payloads arrive as they were emitted, in order, none twice and none from outside
// the time in which the reader listened; one that drops nothing gets all of them, and one that was stopped the
// first ones.
func (a *arrival) judge() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	last := a.from
	for i, c := range a.got {
		switch {
		case c != intact(c.n):
			return fmt.Sprintf("%s got %+v, which nobody emitted", a.name, c)
		case c.n <= last || c.n > a.to:
			return fmt.Sprintf("%s got %d after %d, of %d to %d", a.name, c.n, last, a.from+1, a.to)
		case a.whole && c.n != a.from+1+i:
			return fmt.Sprintf("%s got %d after %d, and lost what is between", a.name, c.n, last)
		}
		last = c.n
	}
	if a.whole && !a.cancelled && len(a.got) != a.to-a.from {
		return fmt.Sprintf("%s got %d payloads, want %d", a.name, len(a.got), a.to-a.from)
	}
	return ""
}

// TestReadersComeAndGo lets asynchronous listeners and streams begin and end at any moment of each other's work,
// beside one goroutine that emits.
func TestReadersComeAndGo(t *testing.T) {
	noLeak(t)
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	for seed := range uint64(rounds) {
		if problem := readersComeAndGo(t, seed); problem != "" {
			t.Fatalf("seed %d: %s", seed, problem)
		}
	}
}

func readersComeAndGo(t *testing.T, seed uint64) string {
	e := eventbus.Define(eventdef.Definition[counted]{Name: "e"})
	b, f := newBus(t, events(e))
	r := rand.New(rand.NewPCG(seed, 0))
	var all, live []*arrival
	emitted := 0
	end := func(a *arrival) {
		a.to, a.cancelled = emitted, true
		a.stop()
	}
	for range 400 {
		switch k := r.IntN(20); {
		case k < 14:
			emitted++
			noError(t, e.Emit(background, b, intact(emitted)))
		case k < 16:
			a := startReader(b, e, r, emitted)
			all, live = append(all, a), append(live, a)
		case k < 17:
			a := startStream(b, e, r, emitted)
			all, live = append(all, a), append(live, a)
		case len(live) > 0:
			i := r.IntN(len(live))
			end(live[i])
			live = append(live[:i], live[i+1:]...)
		}
		if r.IntN(4) == 0 {
			runtime.Gosched()
		}
	}
	for _, a := range live {
		a.to = emitted
	}
	noError(t, b.Close(background))
	for _, a := range all {
		<-a.ended
		if problem := a.judge(); problem != "" {
			return problem
		}
	}
	for _, err := range f.take() {
		if err.Code != eventbus.CodeOverflow {
			return err.Error()
		}
	}
	return ""
}

// startReader registers an asynchronous listener of some bound and policy, of which some dawdle.
func startReader(b *eventbus.Bus, e *eventbus.Event[counted], r *rand.Rand, emitted int) *arrival {
	bound := []int{1, 2, 16, 100, 1024}[r.IntN(5)]
	policy := []eventbus.Overflow{eventbus.Block, eventbus.Block, eventbus.DropOldest, eventbus.DropNewest, eventbus.Latest}[r.IntN(5)]
	dawdle := r.IntN(4)
	a := &arrival{
		name: fmt.Sprintf("listener of %d, %v,", bound, policy), from: emitted,
		whole: policy == eventbus.Block, ended: make(chan struct{}),
	}
	close(a.ended) // Close waits for listeners
	a.stop = e.Listen(b, func(_ context.Context, c counted) error {
		for range dawdle {
			runtime.Gosched()
		}
		a.add(c)
		return nil
	}, eventbus.Async(bound, policy))
	return a
}

// startStream begins a stream that is read by a goroutine of its own. Its queue takes all that is emitted.
func startStream(b *eventbus.Bus, e *eventbus.Event[counted], r *rand.Rand, emitted int) *arrival {
	dawdle := r.IntN(4)
	ctx, cancel := context.WithCancel(background)
	a := &arrival{name: "stream", from: emitted, whole: true, stop: cancel, ended: make(chan struct{})}
	stream := e.Stream(ctx, b)
	go func() {
		defer close(a.ended)
		defer cancel()
		for c := range stream {
			for range dawdle {
				runtime.Gosched()
			}
			a.add(c)
		}
	}()
	return a
}

// TestAStreamBeginsBesideAListenerWithWorkInHand holds what a listener has taken out of its queue against a stream
// that begins, reads and rests meanwhile.
func TestAStreamBeginsBesideAListenerWithWorkInHand(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[counted]{Name: "e"})
		b, _ := newBus(t, events(e))
		var got []int
		e.Listen(b, func(_ context.Context, c counted) error {
			time.Sleep(time.Second)
			got = append(got, c.n)
			return nil
		}, eventbus.Async(1024, eventbus.Block))
		for n := 1; n <= 20; n++ {
			noError(t, e.Emit(background, b, intact(n)))
		}
		settle(3 * time.Second)
		ctx, cancel := context.WithCancel(background)
		defer cancel()
		stream := e.Stream(ctx, b)
		go func() {
			for range stream {
			}
		}()
		settle(time.Minute)
		cancel()
		settle(0)
		if len(got) != 20 || got[19] != 20 || got[0] != 1 {
			t.Errorf("got %v", got)
		}
	})
}
