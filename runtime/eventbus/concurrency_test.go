package eventbus_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// Everything is called from everywhere at once, inside listeners too, and then the bus closes in the midst
// of it. The race detector and the goroutine count judge.
func TestGuarantee43Concurrency(t *testing.T) {
	noLeak(t)
	for round := range 6 {
		stress(t, uint64(round))
	}
}

func stress(t *testing.T, seed uint64) {
	plain := eventbus.Define(eventdef.Definition[int]{Name: "plain"})
	throttled := eventbus.Define(eventdef.Definition[step]{Name: "throttled", Throttle: time.Millisecond, Key: stepKey, Sticky: true})
	debounced := eventbus.Define(eventdef.Definition[step]{Name: "debounced", Debounce: time.Millisecond, Key: stepKey})
	batched := eventbus.Define(eventdef.Definition[int]{Name: "batched", Batch: 5, Wait: time.Millisecond, Replay: 7})
	flushing := eventbus.Define(eventdef.Definition[step]{Name: "flushing", Sticky: true, Key: stepKey, Flushes: []string{"throttled", "batched"}})
	client := eventbus.Define(eventdef.Definition[int]{Name: "client", From: eventdef.FromBoth, Relay: true})
	b, f := newBus(t, events(plain, throttled, debounced, batched, flushing, client), eventbus.WithLog(1<<16, time.Second))
	p, err := b.Attach(dead{})
	noError(t, err)
	peer, err := p.Join(eventbus.Peer{Window: "w"})
	noError(t, err)
	var depth, budget atomic.Int32
	budget.Store(1000) // listeners that emit would go on for ever
	var act func(r *rand.Rand)
	nested := func(ctx context.Context) error {
		if depth.Add(1) < 6 && budget.Add(-1) > 0 {
			act(rand.New(rand.NewPCG(seed, rand.Uint64())))
		}
		depth.Add(-1)
		switch rand.N(40) {
		case 0:
			panic("stress")
		case 1:
			return errors.New("stress")
		}
		return ctx.Err()
	}
	options := func(r *rand.Rand) []eventbus.ListenOption {
		var opts []eventbus.ListenOption
		if r.IntN(2) == 0 {
			// Block would let listeners that emit wait for each other.
			opts = append(opts, eventbus.Async(1+r.IntN(20), []eventbus.Overflow{eventbus.DropOldest, eventbus.DropNewest, eventbus.Latest}[r.IntN(3)]))
		}
		if r.IntN(3) == 0 {
			opts = append(opts, eventbus.EveryEmit())
		}
		return opts
	}
	stops := make(chan func(), 200)
	keep := func(stop func()) {
		select {
		case stops <- stop:
		default:
			stop()
		}
	}
	act = func(r *rand.Rand) {
		ctx, n := background, r.IntN(100)
		s := step{fmt.Sprint(n % 5), n}
		switch r.IntN(20) {
		case 0, 1:
			_ = plain.Emit(ctx, b, n)
		case 2:
			_ = throttled.Emit(ctx, b, s)
		case 3:
			_ = debounced.Emit(ctx, b, s)
		case 4, 5:
			short, cancel := context.WithTimeout(ctx, time.Millisecond)
			_ = batched.Emit(short, b, n)
			cancel()
		case 6:
			_ = flushing.Emit(ctx, b, s)
		case 7:
			_ = throttled.EmitTo(ctx, b, eventbus.Window("w"), s)
		case 8:
			keep(plain.Listen(b, func(ctx context.Context, _ int) error { return nested(ctx) }, options(r)...))
		case 9:
			keep(throttled.Listen(b, func(ctx context.Context, _ step) error { return nested(ctx) }, options(r)...))
		case 10:
			keep(batched.ListenBatch(b, func(ctx context.Context, _ []int) error { return nested(ctx) }, options(r)...))
		case 11:
			keep(flushing.Once(b, func(ctx context.Context, _ step) error { return nested(ctx) }, options(r)...))
		case 12:
			keep(b.ListenAny(func(ctx context.Context, _ eventbus.Delivery) error { return nested(ctx) }, options(r)...))
		case 13, 14:
			select {
			case stop := <-stops:
				stop()
				stop()
			default:
			}
		case 15:
			short, cancel := context.WithTimeout(ctx, time.Millisecond)
			_ = b.Flush(short)
			cancel()
		case 16:
			if sub, err := p.Listen(peer, "throttled"); err == nil {
				p.Read(sub.At, make([]*port.Entry, 5))
				sub.Close()
			}
		case 17:
			_ = p.Emit(ctx, peer, port.Incoming{Event: "client", Payload: []byte("1"), To: eventbus.Window("w")})
		case 18:
			_ = flushing.Forget(b, eventdef.StringKey(s.Key))
		case 19:
			short, cancel := context.WithTimeout(ctx, time.Millisecond)
			for range plain.Stream(short, b) {
				break
			}
			cancel()
		}
	}
	var wg sync.WaitGroup
	for g := range 6 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(g)))
			for range 200 {
				act(r)
			}
		})
	}
	for range 100 * (seed % 3) {
		runtime.Gosched()
	}
	if seed%2 == 0 {
		wg.Go(func() { _ = b.Close(background) })
	}
	wg.Wait()
	noError(t, b.Close(background))
	f.take()
}

func TestAHundredThousandListeners(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	const count = 100_000
	var calls int
	stops := make([]func(), count)
	for i := range stops {
		stops[i] = e.Listen(b, func(context.Context, int) error { calls++; return nil })
	}
	noError(t, e.Emit(background, b, 1))
	if calls != count {
		t.Errorf("%d calls", calls)
	}
	// One listener ends all of them in the midst of an emit.
	calls = 0
	all := e.Listen(b, func(context.Context, int) error { t.Error("called after it has ended"); return nil })
	first := sync.OnceFunc(func() {
		for _, stop := range stops[1:] {
			stop()
		}
		all()
	})
	stops[0]()
	stops[1]()
	b2 := e.Listen(b, func(context.Context, int) error { return nil })
	b2()
	e.Listen(b, func(context.Context, int) error { return nil })
	first()
	noError(t, e.Emit(background, b, 2))
	if calls != 0 {
		t.Errorf("%d calls", calls)
	}
	if slots := b.Slots(e); slots > 2+eventbus.SpareDead {
		t.Errorf("%d slots are left of one listener", slots)
	}
}

func TestAllListenersEndInsideTheFirst(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	var stops []func()
	calls := 0
	for range 1000 {
		stops = append(stops, e.Listen(b, func(context.Context, int) error {
			calls++
			for _, stop := range stops {
				stop()
			}
			return nil
		}))
	}
	noError(t, e.Emit(background, b, 1))
	if calls != 1 || e.HasListeners(b) {
		t.Errorf("%d calls", calls)
	}
}

func TestAMillionKeys(t *testing.T) {
	count := 1_000_000
	if raceEnabled || testing.Short() {
		count = 100_000
	}
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Throttle: time.Second, Key: func(n *int) eventbus.Key { return eventdef.IntKey(int64(*n / 2)) }, Keys: 1 << 20})
		b, _ := newBus(t, events(e))
		var calls atomic.Int64
		e.Listen(b, func(context.Context, int) error { calls.Add(1); return nil })
		for n := range 2 * count {
			noError(t, e.Emit(background, b, n))
		}
		if n := calls.Load(); n != int64(count) {
			t.Errorf("%d leading edges", n)
		}
		settle(time.Minute)
		if n := calls.Load(); n != 2*int64(count) {
			t.Errorf("%d deliveries", n)
		}
		if left := b.HeldKeys(e); left != 0 {
			t.Errorf("%d idle keys", left)
		}
	})
}

// Timers of keyed throttles and debounces that are armed when the bus closes fire into nothing.
func TestTimersAgainstClose(t *testing.T) {
	for name, d := range map[string]eventdef.Definition[step]{
		"throttle": {Throttle: time.Second}, "debounce": {Debounce: time.Second},
		"batch": {Batch: 9, Wait: time.Second, Sticky: true},
	} {
		for _, drains := range []bool{true, false} {
			t.Run(fmt.Sprint(name, " ", drains), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					d.Name, d.Key = "e", stepKey
					e := eventbus.Define(d)
					b, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(e)))
					noError(t, err)
					var got atomic.Int64
					e.Listen(b, func(context.Context, step) error { got.Add(1); return nil })
					for n := range 2 {
						for key := range 10 {
							noError(t, e.Emit(background, b, step{fmt.Sprint(key), n}))
						}
						time.Sleep(100 * time.Millisecond)
					}
					before, want := got.Load(), map[string]int64{"throttle": 10, "debounce": 10, "batch": 20}[name]
					time.Sleep(700 * time.Millisecond) // the timer is about to fire
					ctx, cancel := context.WithCancel(background)
					if !drains {
						cancel()
					}
					closing := make(chan struct{})
					go func() { defer close(closing); _ = b.Close(ctx) }()
					settle(time.Hour)
					<-closing
					cancel()
					if got := got.Load(); drains && got-before != want {
						t.Errorf("got %d payloads at the end, want %d", got-before, want)
					}
					after := got.Load()
					wantCode(t, e.Emit(background, b, step{"1", 3}), eventbus.CodeClosed)
					settle(time.Hour)
					if got := got.Load(); got != after {
						t.Errorf("%d payloads came after Close", got-after)
					}
				})
			})
		}
	}
}
