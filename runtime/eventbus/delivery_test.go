package eventbus_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

func TestGuarantee07EmitReturnsAfterListeners(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, _ := newBus(t, events(e))
		returned := false
		e.Listen(b, func(context.Context, int) error { time.Sleep(time.Hour); returned = true; return nil })
		noError(t, e.Emit(background, b, 1))
		if !returned {
			t.Error("Emit returned before its listener")
		}
	})
}

func TestGuarantee08DeliveriesAfterRegistration(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	var j journal
	e.Once(b, func(context.Context, int) error { e.Listen(b, logTo[int](&j, "new")); return nil })
	noError(t, e.Emit(background, b, 1))
	noError(t, e.Emit(background, b, 2))
	j.want(t, "a listener of a listener", "new 2")
}

func TestGuarantee09NoCallAfterUnlisten(t *testing.T) {
	noLeak(t)
	for _, opts := range [][]eventbus.ListenOption{nil, {eventbus.Async(64, eventbus.Block)}, {eventbus.Async(8, eventbus.DropOldest)}} {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, f := newBus(t, events(e))
		var stop atomic.Bool
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				for n := 0; !stop.Load(); n++ {
					noError(t, e.Emit(background, b, n))
				}
			})
		}
		for range 300 {
			var ended atomic.Bool
			var inside atomic.Int32
			unlisten := e.Listen(b, func(context.Context, int) error {
				// A call that began before unlisten returned may still run: it has entered by then.
				if inside.Add(1); ended.Load() && inside.Load() > 3 {
					t.Error("called after unlisten")
				}
				inside.Add(-1)
				return nil
			}, opts...)
			runtime.Gosched()
			unlisten()
			ended.Store(true)
		}
		stop.Store(true)
		wg.Wait()
		f.take() // overflows
	}
	// In one goroutine there is no doubt.
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	var j journal
	unlisten := e.Listen(b, logTo[int](&j, "call"))
	unlisten()
	noError(t, e.Emit(background, b, 1))
	j.want(t, "after unlisten")
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, _ := newBus(t, events(e))
		unlisten := e.Listen(b, func(_ context.Context, n int) error { time.Sleep(time.Second); j.add("%d", n); return nil }, eventbus.Async(100, eventbus.Block))
		for n := range 50 {
			noError(t, e.Emit(background, b, n))
		}
		settle(500 * time.Millisecond)
		unlisten()
		settle(time.Hour)
		j.want(t, "what was queued is dropped", "0")
	})
}

func TestGuarantee10Unlisten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, _ := newBus(t, events(e))
		var unlisten func()
		calls := 0
		unlisten = e.Listen(b, func(context.Context, int) error {
			calls++
			time.Sleep(time.Hour)
			unlisten()
			unlisten()
			return nil
		})
		go func() { noError(t, e.Emit(background, b, 1)) }()
		synctest.Wait()
		start := time.Now()
		unlisten()
		if time.Since(start) != 0 {
			t.Error("unlisten waited")
		}
		settle(2 * time.Hour)
		noError(t, e.Emit(background, b, 2))
		if calls != 1 {
			t.Errorf("called %d times", calls)
		}
	})
}

func TestGuarantee11Once(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	for range 200 {
		var calls atomic.Int32
		e.Once(b, func(ctx context.Context, n int) error {
			calls.Add(1)
			return e.Emit(ctx, b, n)
		})
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { noError(t, e.Emit(background, b, 1)) })
		}
		wg.Wait()
		if calls.Load() != 1 {
			t.Fatalf("called %d times", calls.Load())
		}
	}
}

func TestGuarantee12Isolation(t *testing.T) {
	noLeak(t)
	failures := []func() error{
		func() error { panic("panic") }, func() error { runtime.Goexit(); return nil },
		func() error { return errors.New("error") }, func() error { return nil },
	}
	for _, opts := range [][]eventbus.ListenOption{nil, {eventbus.Async(8, eventbus.Block)}} {
		for first := range failures {
			for second := range failures {
				e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
				b, f := newBus(t, events(e))
				var calls atomic.Int32
				for _, i := range []int{3, first, second, 3} {
					e.Listen(b, func(context.Context, int) error { calls.Add(1); return failures[i]() }, opts...)
				}
				done, returned := make(chan struct{}), false
				go func() {
					defer close(done)
					noError(t, e.Emit(background, b, 1))
					returned = true
				}()
				<-done
				noError(t, b.Flush(background))
				if calls.Load() != 4 {
					t.Errorf("%d and %d: %d calls", first, second, calls.Load())
				}
				if exits := opts == nil && (first == 1 || second == 1); returned == exits {
					t.Errorf("%d and %d: the emit returned: %v", first, second, returned)
				}
				want := 0
				for _, i := range []int{first, second} {
					if i < 3 {
						want++
					}
				}
				noError(t, b.Close(background))
				if got := len(f.take()); got != want {
					t.Errorf("%d and %d: %d failures", first, second, got)
				}
			}
		}
	}
}

func TestGuarantee13Targets(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	hit, missed := join(t, p, eventbus.Peer{Window: "hit"}), join(t, p, eventbus.Peer{Window: "missed"})
	sh, sm := listen(t, p, hit, "e"), listen(t, p, missed, "e")
	e.Listen(b, func(context.Context, int) error { t.Error("a Go listener got it"); return nil })
	noError(t, e.EmitTo(background, b, eventbus.Window("hit"), 1))
	wantCode(t, e.EmitTo(background, b, eventbus.Target{}, 2), eventbus.CodeInvalidTarget)
	wantFrames(t, "the target", frames(t, p, 0, sh), "1")
	wantFrames(t, "another", frames(t, p, 0, sm))
}

func TestGuarantee14Audience(t *testing.T) {
	for _, to := range []eventdef.Audience{eventdef.ToWindow, eventdef.ToGroup} {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", To: to})
		b, _ := newBus(t, events(e))
		wantCode(t, e.Emit(background, b, 1), eventbus.CodeAudience)
		wantCode(t, e.EmitTo(background, b, eventbus.All, 1), eventbus.CodeAudience)
		wantCode(t, e.EmitTo(background, b, eventbus.Except(eventbus.Window("x")), 1), eventbus.CodeAudience)
	}
}

func TestGuarantee15Throttle(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const period = 10 * time.Millisecond
		e := eventbus.Define(eventdef.Definition[step]{Name: "e", Throttle: period, Key: stepKey})
		b, _ := newBus(t, events(e))
		last, value := map[string]time.Time{}, map[string]int{}
		e.Listen(b, func(_ context.Context, s step) error {
			if at, ok := last[s.Key]; ok && time.Since(at) < period {
				t.Errorf("%v after %v", s, time.Since(at))
			}
			last[s.Key], value[s.Key] = time.Now(), s.N
			return nil
		})
		for n := range 500 {
			k := string(rune('a' + n*n%3))
			noError(t, e.Emit(background, b, step{k, n}))
			if n < 3 && value[k] != n && n != 2 {
				t.Errorf("the first of %s was held back", k)
			}
			settle(time.Duration(n%13) * time.Millisecond)
		}
		settle(time.Hour)
		if value["a"] != 498 || value["b"] != 499 {
			t.Errorf("the last values are %v", value)
		}
	})
}

func TestGuarantee16Debounce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Debounce: 10 * time.Millisecond})
		b, _ := newBus(t, events(e))
		var j journal
		start := time.Now()
		e.Listen(b, func(_ context.Context, n int) error { j.add("%d at %v", n, time.Since(start)); return nil })
		for n := range 10 {
			noError(t, e.Emit(background, b, n))
			settle(9 * time.Millisecond)
		}
		settle(time.Hour)
		j.want(t, "debounced", "9 at 91ms")
	})
}

func TestGuarantee17Batch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const wait = 10 * time.Millisecond
		e := eventbus.Define(eventdef.Definition[time.Time]{Name: "e", Batch: 4, Wait: wait})
		b, _ := newBus(t, events(e))
		total := 0
		e.ListenBatch(b, func(_ context.Context, at []time.Time) error {
			total += len(at)
			if len(at) > 4 || len(at) < 4 && time.Since(at[0]) != wait || time.Since(at[0]) > wait {
				t.Errorf("%d after %v", len(at), time.Since(at[0]))
			}
			return nil
		})
		for n := range 300 {
			noError(t, e.Emit(background, b, time.Now()))
			settle(time.Duration(n*n%7) * time.Millisecond)
		}
		settle(time.Hour)
		if total != 300 {
			t.Errorf("delivered %d", total)
		}
	})
}

func TestGuarantee18EveryEmit(t *testing.T) {
	for _, d := range []eventdef.Definition[int]{{Throttle: time.Hour}, {Debounce: time.Hour}, {Batch: 9, Wait: time.Hour}, {}} {
		bubble(t, func(t *testing.T) {
			d.Name = "e"
			e := eventbus.Define(d)
			b, _ := newBus(t, events(e))
			var j journal
			e.Listen(b, logTo[int](&j, "every"), eventbus.EveryEmit())
			for n := range 3 {
				noError(t, e.Emit(background, b, n))
				j.want(t, "at the emit", fmt.Sprint("every ", n))
			}
		})
	}
}

func TestGuarantee19Stored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		sticky := eventbus.Define(eventdef.Definition[step]{Name: "sticky", Sticky: true, Key: stepKey, Throttle: time.Hour})
		replay := eventbus.Define(eventdef.Definition[int]{Name: "replay", Replay: 2})
		b, _ := newBus(t, events(sticky, replay))
		var j journal
		for n := range 3 {
			noError(t, sticky.Emit(background, b, step{"a", n}))
			noError(t, sticky.Emit(background, b, step{"b", n}))
			noError(t, replay.Emit(background, b, n))
		}
		sticky.Listen(b, logTo[step](&j, "sticky"))
		replay.Listen(b, logTo[int](&j, "replay"))
		j.want(t, "stored", "sticky {a 0}", "sticky {b 0}", "replay 1", "replay 2")
		settle(2 * time.Hour)
		j.want(t, "newer", "sticky {a 2}", "sticky {b 2}")

		release := make(chan struct{})
		go replay.Listen(b, func(_ context.Context, n int) error { <-release; j.add("slow %d", n); return nil })
		synctest.Wait()
		noError(t, replay.Emit(background, b, 3))
		j.want(t, "while a new listener is given what is stored", "replay 3")
		close(release)
		synctest.Wait()
		j.want(t, "then", "slow 1", "slow 2", "slow 3")
	})
}

func TestGuarantee20Contexts(t *testing.T) {
	type key struct{}
	for name, d := range map[string]eventdef.Definition[int]{
		"throttle": {Throttle: time.Second}, "debounce": {Debounce: time.Second}, "batch": {Batch: 9, Wait: time.Second}, "async": {},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				d.Name = "e"
				e := eventbus.Define(d)
				b, _ := newBus(t, events(e))
				var last string
				var opts []eventbus.ListenOption
				if name == "async" {
					opts = append(opts, eventbus.Async(8, eventbus.Block))
				}
				e.Listen(b, func(ctx context.Context, n int) error {
					time.Sleep(time.Second)
					last = fmt.Sprint(n, ctx.Value(key{}), ctx.Err())
					return nil
				}, opts...)
				for n := range 3 {
					ctx, cancel := context.WithCancel(context.WithValue(background, key{}, n))
					noError(t, e.Emit(ctx, b, n))
					cancel()
				}
				settle(time.Hour)
				if want := fmt.Sprint(2, 2, nil); last != want {
					t.Errorf("got %q, want %q", last, want)
				}
			})
		})
	}
}
