package eventbus_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

func TestCloseFlushesAndAdmitsWhatThatEmits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		throttled := eventbus.Define(eventdef.Definition[int]{Name: "throttled", Throttle: time.Hour})
		batched := eventbus.Define(eventdef.Definition[int]{Name: "batched", Batch: 10, Wait: time.Hour})
		plain := eventbus.Define(eventdef.Definition[int]{Name: "plain"})
		b, _ := newBus(t, events(plain, batched, throttled))
		var first, second, third journal
		throttled.Listen(b, func(ctx context.Context, n int) error {
			first.add("%d", n)
			return batched.Emit(ctx, b, n)
		})
		batched.Listen(b, func(ctx context.Context, n int) error {
			second.add("%d", n)
			return plain.Emit(ctx, b, n)
		}, eventbus.Async(1, eventbus.Block))
		plain.Listen(b, func(_ context.Context, n int) error { time.Sleep(time.Second); third.add("%d", n); return nil }, eventbus.Async(4, eventbus.Block))
		for n := range 3 {
			noError(t, throttled.Emit(background, b, n))
		}
		noError(t, b.Close(background))
		first.want(t, "throttled", "0", "2")
		second.want(t, "batched", "0", "2")
		third.want(t, "plain", "0", "2")
		wantCode(t, plain.Emit(background, b, 1), eventbus.CodeClosed)
		wantCode(t, throttled.Emit(background, b, 1), eventbus.CodeClosed)
		wantCode(t, batched.EmitTo(background, b, eventbus.All, 1), eventbus.CodeClosed)
		noError(t, b.Close(background))
	})
}

func TestCloseWaitsForListeners(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, _ := newBus(t, events(e))
		var j journal
		e.Listen(b, func(ctx context.Context, n int) error {
			time.Sleep(10 * time.Second)
			j.add("%d", n)
			if n > 0 {
				return e.Emit(ctx, b, n-1)
			}
			return nil
		})
		go func() { noError(t, e.Emit(background, b, 2)) }()
		synctest.Wait()
		second := make(chan error)
		go func() { second <- b.Close(background) }()
		synctest.Wait()
		wantCode(t, e.Emit(background, b, 9), eventbus.CodeClosed)
		start := time.Now()
		noError(t, b.Close(background))
		if d := time.Since(start); d != 30*time.Second {
			t.Errorf("waited %v", d)
		}
		noError(t, <-second)
		j.want(t, "calls", "2", "1", "0")
	})
}

func TestCloseEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		d := eventbus.Define(eventdef.Definition[int]{Name: "d", Debounce: time.Hour})
		b, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(e, d)))
		noError(t, err)
		release := make(chan struct{})
		var j journal
		e.Listen(b, func(_ context.Context, n int) error { <-release; j.add("%d", n); return nil }, eventbus.Async(8, eventbus.Block))
		d.Listen(b, func(ctx context.Context, n int) error { <-release; return nil })
		for n := range 4 {
			noError(t, e.Emit(background, b, n))
			noError(t, d.Emit(background, b, n))
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(background, time.Second)
		defer cancel()
		if err := b.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := b.Close(background); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("again: got %v", err)
		}
		close(release)
		synctest.Wait()
		j.want(t, "what was in hand alone", "0")
	})
}

func TestCloseInsideListeners(t *testing.T) {
	for _, name := range []string{"synchronous", "asynchronous", "deferred", "catch-all"} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
				d := eventbus.Define(eventdef.Definition[int]{Name: "d", Debounce: time.Second})
				b, _ := newBus(t, events(e, d))
				var j journal
				fn := func(ctx context.Context, n int) error {
					ctx, cancel := context.WithCancel(ctx)
					noError(t, b.Close(ctx))
					cancel()
					noError(t, b.Close(ctx))
					noError(t, b.Flush(ctx))
					j.add("closed")
					if err := e.Emit(background, b, n+1); n < 3 && err != nil {
						t.Error(err)
					}
					return nil
				}
				last := func(_ context.Context, n int) error { j.add("%d", n); return nil }
				switch name {
				case "synchronous":
					e.Once(b, fn)
				case "asynchronous":
					e.Once(b, fn, eventbus.Async(1, eventbus.Block))
				case "deferred":
					d.Listen(b, fn)
				case "catch-all":
					var once sync.Once
					b.ListenAny(func(ctx context.Context, del eventbus.Delivery) (err error) {
						once.Do(func() { err = fn(ctx, 1) })
						return err
					}, eventbus.Async(2, eventbus.Block))
				}
				e.Listen(b, last)
				if name == "deferred" {
					noError(t, d.Emit(background, b, 1))
				} else {
					noError(t, e.Emit(background, b, 1))
				}
				settle(time.Minute)
				wantCode(t, e.Emit(background, b, 1), eventbus.CodeClosed)
				lines := j.take()
				if want := map[string]int{"deferred": 2}[name]; len(lines) != want && want != 0 || len(lines) < 2 {
					t.Errorf("got %q", lines)
				}
			})
		})
	}
}

func TestListenOnAClosedBus(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, f := newBus(t, events(e))
	noError(t, b.Close(background))
	e.Listen(b, func(context.Context, int) error { return nil })()
	b.ListenAny(func(context.Context, eventbus.Delivery) error { return nil })()
	for range e.Stream(background, b) {
		t.Error("a stream of a closed bus gave something")
	}
	f.want(t, "listens", eventbus.CodeClosed, eventbus.CodeClosed, eventbus.CodeClosed)
	if _, err := b.Attach(nil); eventbus.CodeOf(err) != eventbus.CodeClosed {
		t.Errorf("Attach returned %v", err)
	}
}

func TestGuarantee38Close(t *testing.T) {
	bubble(t, func(t *testing.T) {
		outer := eventbus.Define(eventdef.Definition[int]{Name: "outer", Debounce: time.Hour})
		inner := eventbus.Define(eventdef.Definition[int]{Name: "inner", Batch: 9, Wait: time.Hour})
		b, _ := newBus(t, events(outer, inner))
		var j journal
		outer.Listen(b, func(ctx context.Context, n int) error {
			time.Sleep(time.Minute)
			return inner.Emit(ctx, b, n)
		}, eventbus.Async(8, eventbus.Block))
		inner.Listen(b, func(_ context.Context, n int) error { time.Sleep(time.Minute); j.add("%d", n); return nil })
		noError(t, outer.Emit(background, b, 1))
		go func() {
			time.Sleep(time.Second)
			wantCode(t, outer.Emit(background, b, 2), eventbus.CodeClosed)
		}()
		noError(t, b.Close(background))
		j.want(t, "what was taken in", "1")
		wantCode(t, inner.Emit(background, b, 3), eventbus.CodeClosed)
	})
}

func TestGuarantee39CloseWithADeadline(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(e)))
		noError(t, err)
		calls := 0
		e.Listen(b, func(context.Context, int) error { calls++; time.Sleep(time.Hour); return nil }, eventbus.Async(8, eventbus.Block))
		for n := range 5 {
			noError(t, e.Emit(background, b, n))
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(background, time.Minute)
		defer cancel()
		if err := b.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		settle(10 * time.Hour)
		if calls != 1 {
			t.Errorf("%d calls", calls)
		}
	})
}

// When Close gives up, what is queued for catch-all listeners is dropped like all else.
func TestGuarantee39CatchAllQueues(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(e)))
		noError(t, err)
		var j journal
		release := make(chan struct{})
		b.ListenAny(func(_ context.Context, d eventbus.Delivery) error { <-release; j.add("%v", d.Payload); return nil }, eventbus.Async(8, eventbus.Block))
		for n := range 3 {
			noError(t, e.Emit(background, b, n))
			synctest.Wait()
		}
		ctx, cancel := context.WithTimeout(background, time.Second)
		defer cancel()
		if err := b.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close returned %v", err)
		}
		close(release)
		synctest.Wait()
		j.want(t, "what was under way alone", "0")
	})
}

func TestGuarantee40CloseInsideAListener(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, _ := newBus(t, events(e))
		var j journal
		e.Listen(b, func(context.Context, int) error { time.Sleep(time.Minute); j.add("queued"); return nil }, eventbus.Async(8, eventbus.Block))
		e.Listen(b, func(ctx context.Context, _ int) error {
			start := time.Now()
			noError(t, b.Close(ctx))
			if time.Since(start) != 0 {
				t.Error("Close waited")
			}
			j.add("returned")
			return nil
		})
		noError(t, e.Emit(background, b, 1))
		noError(t, b.Close(background))
		j.want(t, "order", "returned", "queued")
	})
}

func TestGuarantee41Goroutines(t *testing.T) {
	before := ours()
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	d := eventbus.Define(eventdef.Definition[int]{Name: "d", Debounce: time.Nanosecond})
	b, _ := newBus(t, events(e, d))
	for range 20 {
		e.Listen(b, func(context.Context, int) error { return nil }, eventbus.Async(8, eventbus.Block))
		b.ListenAny(func(context.Context, eventbus.Delivery) error { return nil }, eventbus.Async(8, eventbus.Block))
		d.Listen(b, func(context.Context, int) error { return nil })
	}
	idle := func(when string) {
		t.Helper()
		for range 10_000 {
			if ours() == before {
				return
			}
			runtime.Gosched()
		}
		t.Errorf("%s: %d goroutines", when, ours()-before)
	}
	idle("before an emit")
	for n := range 100 {
		noError(t, e.Emit(background, b, n))
		noError(t, d.Emit(background, b, n))
	}
	noError(t, b.Flush(background))
	idle("when nothing is emitted any more")
	noError(t, b.Close(background))
	idle("after Close")
}

func TestGuarantee42Flush(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Throttle: time.Hour})
		b, _ := newBus(t, events(e))
		p, err := b.Attach(dead{})
		noError(t, err)
		listen(t, p, join(t, p, eventbus.Peer{}), "e")
		var j journal
		e.Listen(b, func(_ context.Context, n int) error { time.Sleep(time.Minute); j.add("%d", n); return nil }, eventbus.Async(8, eventbus.Block))
		noError(t, e.Emit(background, b, 1))
		noError(t, e.Emit(background, b, 2))
		start := time.Now()
		noError(t, b.Flush(background))
		if d := time.Since(start); d != 2*time.Minute {
			t.Errorf("waited %v", d)
		}
		j.want(t, "calls", "1", "2")
	})
}

// A flush takes all that waits, even if listeners have added more than one batch to it.
func TestGuarantee42FlushOfManyBatches(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Batch: 2, Wait: time.Hour})
		b, _ := newBus(t, events(e))
		var j journal
		release := make(chan struct{})
		e.ListenBatch(b, func(ctx context.Context, batch []int) error {
			j.add("%v", batch)
			if batch[0] == 1 {
				for n := 3; n <= 7; n++ {
					noError(t, e.Emit(ctx, b, n))
				}
				<-release
			}
			return nil
		})
		noError(t, e.Emit(background, b, 1))
		go func() { noError(t, e.Emit(background, b, 2)) }()
		synctest.Wait()
		flushed := make(chan struct{})
		go func() { defer close(flushed); noError(t, b.Flush(background)) }()
		synctest.Wait()
		close(release)
		<-flushed
		j.want(t, "flushed", "[1 2]", "[3 4]", "[5 6]", "[7]")
	})
}
