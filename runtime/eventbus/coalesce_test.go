package eventbus_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

type step struct {
	Key string
	N   int
}

func stepKey(s *step) eventbus.Key { return eventdef.StringKey(s.Key) }

func TestThrottle(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Throttle: 100 * time.Millisecond})
		b, _ := newBus(t, events(e))
		var j journal
		start := time.Now()
		e.Listen(b, func(_ context.Context, n int) error { j.add("%d at %v", n, time.Since(start)); return nil })
		emit := func(n int) { noError(t, e.Emit(background, b, n)) }
		emit(1)
		emit(2)
		settle(50 * time.Millisecond)
		emit(3)
		settle(100 * time.Millisecond) // at 150: a new window is open
		emit(4)
		settle(time.Second)
		emit(5)
		settle(time.Second)
		j.want(t, "throttled", "1 at 0s", "3 at 100ms", "4 at 200ms", "5 at 1.15s")
	})
}

func TestThrottleHoldsPerKeyAndTarget(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[step]{Name: "e", Throttle: 100 * time.Millisecond, Key: stepKey, Keys: 2})
		b, _ := newBus(t, events(e))
		var j journal
		e.Listen(b, logTo[step](&j, "got"))
		for n := range 3 {
			noError(t, e.Emit(background, b, step{"a", n}))
			noError(t, e.Emit(background, b, step{"b", n}))
		}
		wantCode(t, e.Emit(background, b, step{"c", 0}), eventbus.CodeTooManyKeys)
		wantCode(t, e.EmitTo(background, b, eventbus.Window("w"), step{"a", 0}), eventbus.CodeTooManyKeys)
		settle(time.Second)
		j.want(t, "by key", "got {a 0}", "got {b 0}", "got {a 2}", "got {b 2}")
		noError(t, e.Emit(background, b, step{"c", 0})) // idle keys are forgotten
		noError(t, e.EmitTo(background, b, eventbus.Window("w"), step{"c", 0}))
		settle(time.Second)
		j.want(t, "later", "got {c 0}")
	})
}

func TestDebounce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[step]{Name: "e", Debounce: 100 * time.Millisecond, Key: stepKey})
		b, _ := newBus(t, events(e))
		var j journal
		start := time.Now()
		e.Listen(b, func(_ context.Context, s step) error { j.add("%v at %v", s, time.Since(start)); return nil })
		for n := range 5 {
			noError(t, e.Emit(background, b, step{"a", n}))
			if n == 0 {
				noError(t, e.Emit(background, b, step{"b", n}))
			}
			settle(60 * time.Millisecond)
		}
		settle(time.Second)
		j.want(t, "debounced", "{b 0} at 100ms", "{a 4} at 340ms")
	})
}

func TestBatch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Batch: 3})
		b, _ := newBus(t, events(e))
		var j journal
		start := time.Now()
		e.ListenBatch(b, func(_ context.Context, n []int) error { j.add("%v at %v", n, time.Since(start)); return nil })
		e.Listen(b, logTo[int](&j, "single"))
		e.ListenBatch(b, logTo[[]int](&j, "every"), eventbus.EveryEmit())
		for n := range 3 {
			noError(t, e.Emit(background, b, n))
		}
		j.want(t, "full", "every [0]", "every [1]", "every [2]", "[0 1 2] at 0s", "single 0", "single 1", "single 2")
		noError(t, e.Emit(background, b, 4))
		settle(10 * time.Millisecond)
		noError(t, e.Emit(background, b, 5))
		settle(time.Second)
		j.want(t, "the rest", "every [4]", "every [5]", "[4 5] at 20ms", "single 4", "single 5")
	})
}

func TestBatchKeepsItsPayloads(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Batch: 2})
		b, _ := newBus(t, events(e))
		var kept [][]int
		e.ListenBatch(b, func(_ context.Context, n []int) error { kept = append(kept, n); return nil })
		for n := range 6 {
			noError(t, e.Emit(background, b, n))
		}
		for i, batch := range kept {
			if len(batch) != 2 || batch[0] != 2*i || batch[1] != 2*i+1 {
				t.Errorf("batch %d became %v", i, batch)
			}
		}
	})
}

func TestListenersOfABatchThatFail(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Batch: 3})
		b, f := newBus(t, events(e))
		var j journal
		e.Listen(b, func(_ context.Context, n int) error {
			j.add("one %d", n)
			if n == 1 {
				panic("one")
			}
			return nil
		})
		e.ListenBatch(b, func(context.Context, []int) error { panic("batch") })
		e.Once(b, logTo[int](&j, "once"))
		var async journal
		e.Listen(b, logTo[int](&async, "last"), eventbus.Async(8, eventbus.Block))
		for n := range 3 {
			noError(t, e.Emit(background, b, n))
		}
		synctest.Wait()
		j.want(t, "calls", "one 0", "one 1", "one 2", "once 0")
		async.want(t, "asynchronous calls", "last 0", "last 1", "last 2")
		f.want(t, "failures", eventbus.CodePanic, eventbus.CodePanic)
	})
}

func TestEmittersWaitForASlowBatch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Batch: 2, Wait: time.Hour})
		b, _ := newBus(t, events(e))
		release := make(chan struct{})
		var j journal
		e.ListenBatch(b, func(_ context.Context, batch []int) error {
			<-release
			if len(batch) > 2 {
				t.Errorf("a batch of %d", len(batch))
			}
			for _, n := range batch {
				j.add("%d", n)
			}
			return nil
		})
		go func() {
			for n := range 6 {
				noError(t, e.Emit(background, b, n))
			}
		}()
		synctest.Wait() // 0 and 1 are being delivered by the emitter itself
		noError(t, e.Emit(background, b, 10))
		noError(t, e.Emit(background, b, 11))
		ctx, cancel := context.WithTimeout(background, time.Second)
		defer cancel()
		wantCode(t, e.Emit(ctx, b, 12), eventbus.CodeCanceled)
		close(release)
		synctest.Wait()
		noError(t, b.Flush(background))
		j.want(t, "deliveries", "0", "1", "10", "11", "2", "3", "4", "5")
	})
}

func TestListenersMayAddToTheirOwnBatch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Batch: 2})
		b, _ := newBus(t, events(e))
		var j journal
		full := 0
		e.ListenBatch(b, func(ctx context.Context, n []int) error {
			j.add("%v", n)
			for i := range 200 {
				if n[0] != 0 {
					break
				}
				if err := e.Emit(ctx, b, 100+i); eventbus.CodeOf(err) == eventbus.CodeOverflow {
					full++
				}
			}
			return nil
		})
		noError(t, e.Emit(background, b, 0))
		noError(t, e.Emit(background, b, 1))
		settle(time.Second)
		if lines := j.take(); len(lines) != 1+eventbus.NestedBatches || lines[1] != "[100 101]" || full != 200-2*eventbus.NestedBatches {
			t.Errorf("%d batches, %d refused", len(lines), full)
		}
	})
}

func TestEveryEmitSeesThroughThrottle(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Throttle: time.Second})
		b, _ := newBus(t, events(e))
		var j journal
		e.Listen(b, logTo[int](&j, "throttled"))
		e.Listen(b, logTo[int](&j, "every"), eventbus.EveryEmit())
		var async journal
		e.Listen(b, logTo[int](&async, "async"), eventbus.EveryEmit(), eventbus.Async(8, eventbus.Block))
		for n := range 3 {
			noError(t, e.Emit(background, b, n))
		}
		settle(time.Minute)
		j.want(t, "calls", "every 0", "throttled 0", "every 1", "every 2", "throttled 2")
		async.want(t, "asynchronous calls", "async 0", "async 1", "async 2")
	})
}

func TestFlushes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		progress := eventbus.Define(eventdef.Definition[step]{Name: "progress", Throttle: time.Second, Key: stepKey})
		lines := eventbus.Define(eventdef.Definition[string]{Name: "lines", Batch: 100, Wait: time.Second})
		complete := eventbus.Define(eventdef.Definition[step]{Name: "complete", Flushes: []string{"progress", "lines"}, Key: stepKey, Sticky: true})
		b, _ := newBus(t, events(progress, lines, complete))
		var j journal
		b.ListenAny(func(_ context.Context, d eventbus.Delivery) error {
			j.add("%s %v", d.Meta.Event, d.Payload)
			return nil
		})
		for n := range 3 {
			noError(t, progress.Emit(background, b, step{"a", n}))
			noError(t, progress.Emit(background, b, step{"b", n}))
		}
		noError(t, lines.Emit(background, b, "line"))
		noError(t, complete.Emit(background, b, step{"a", 9}))
		j.want(t, "at once", "progress {a 0}", "progress {b 0}", "progress {a 2}", "lines [line]", "complete {a 9}")
		settle(time.Minute)
		j.want(t, "later", "progress {b 2}")
	})
}

func TestFlushesWaitForADeliveryUnderWay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		progress := eventbus.Define(eventdef.Definition[int]{Name: "progress", Throttle: time.Second})
		complete := eventbus.Define(eventdef.Definition[int]{Name: "complete", Flushes: []string{"progress"}})
		b, _ := newBus(t, events(progress, complete))
		var j journal
		progress.Listen(b, func(ctx context.Context, n int) error {
			time.Sleep(10 * time.Second)
			j.add("progress %d", n)
			if n == 7 {
				return complete.Emit(ctx, b, 8) // does not wait for itself
			}
			return nil
		})
		complete.Listen(b, logTo[int](&j, "complete"))
		go func() { noError(t, progress.Emit(background, b, 1)) }()
		synctest.Wait()
		noError(t, progress.Emit(background, b, 2))
		noError(t, complete.Emit(background, b, 3))
		j.want(t, "order", "progress 1", "progress 2", "complete 3")
		settle(time.Minute)
		noError(t, progress.Emit(background, b, 7))
		j.want(t, "from inside", "progress 7", "complete 8")
	})
}

func TestDeferredDeliveriesSurviveTheirContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		type key struct{}
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Throttle: time.Second})
		b, _ := newBus(t, events(e))
		var j journal
		e.Listen(b, func(ctx context.Context, n int) error { j.add("%d %v %v", n, ctx.Value(key{}), ctx.Err()); return nil })
		ctx, cancel := context.WithCancel(context.WithValue(background, key{}, "first"))
		noError(t, e.Emit(ctx, b, 1))
		noError(t, e.Emit(ctx, b, 2))
		last, cancelLast := context.WithCancel(context.WithValue(background, key{}, "last"))
		noError(t, e.Emit(last, b, 3))
		cancel()
		cancelLast()
		settle(time.Minute)
		j.want(t, "contexts", "1 first <nil>", "3 last <nil>")
	})
}

func TestSlowListenersOfAKeyAreCalledOneAtATime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Throttle: 10 * time.Millisecond})
		b, _ := newBus(t, events(e))
		var j journal
		running := false
		e.Listen(b, func(_ context.Context, n int) error {
			if running {
				t.Error("two deliveries of a key at once")
			}
			running = true
			time.Sleep(37 * time.Millisecond)
			running = false
			j.add("%d", n)
			return nil
		})
		for n := range 20 {
			go func() { noError(t, e.Emit(background, b, n)) }()
			time.Sleep(5 * time.Millisecond)
		}
		settle(time.Second)
		j.want(t, "values", "0", "7", "14", "19")
	})
}

func TestGoexitInTheDispatcher(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[step]{Name: "e", Debounce: time.Second, Key: stepKey})
		b, f := newBus(t, events(e))
		var j journal
		e.Listen(b, func(_ context.Context, s step) error {
			if s.Key == "a" {
				runtime.Goexit()
			}
			return nil
		})
		e.Listen(b, logTo[step](&j, "got"))
		for _, k := range []string{"a", "b"} {
			noError(t, e.Emit(background, b, step{k, 1}))
		}
		settle(time.Minute)
		j.want(t, "both", "got {a 1}", "got {b 1}")
		f.want(t, "reported", eventbus.CodeListener)
		noError(t, e.Emit(background, b, step{"b", 2}))
		settle(time.Minute)
		j.want(t, "afterwards", "got {b 2}")
	})
}

func TestFlushSendsOutWhatIsPending(t *testing.T) {
	bubble(t, func(t *testing.T) {
		throttled := eventbus.Define(eventdef.Definition[int]{Name: "t", Throttle: time.Hour})
		debounced := eventbus.Define(eventdef.Definition[int]{Name: "d", Debounce: time.Hour})
		batched := eventbus.Define(eventdef.Definition[int]{Name: "b", Batch: 9, Wait: time.Hour})
		b, _ := newBus(t, events(throttled, debounced, batched))
		var j journal
		throttled.Listen(b, logTo[int](&j, "t"))
		debounced.Listen(b, logTo[int](&j, "d"))
		batched.Listen(b, logTo[int](&j, "b"), eventbus.Async(1, eventbus.Block))
		for n := range 2 {
			noError(t, throttled.Emit(background, b, n))
			noError(t, debounced.Emit(background, b, n))
			noError(t, batched.Emit(background, b, n))
		}
		noError(t, throttled.Flush(background, b))
		j.want(t, "one event", "t 0", "t 1")
		noError(t, b.Flush(background))
		j.want(t, "all", "d 1", "b 0", "b 1")
		noError(t, throttled.Emit(background, b, 3))
		j.want(t, "a flush leaves the window open")
		noError(t, b.Flush(background))
		j.want(t, "and again", "t 3")
	})
}
