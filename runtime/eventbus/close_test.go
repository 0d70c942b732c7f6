package eventbus

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestCloseFlushesAndAdmitsWhatThatEmits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		throttled := Define(Definition[int]{Name: "throttled", Throttle: time.Hour})
		batched := Define(Definition[int]{Name: "batched", Batch: 10, Wait: time.Hour})
		plain := Define(Definition[int]{Name: "plain"})
		b, _ := newBus(t, events(plain, batched, throttled))
		var first, second, third journal
		throttled.Listen(b, func(ctx context.Context, n int) error {
			first.add("%d", n)
			return batched.Emit(ctx, b, n)
		})
		batched.Listen(b, func(ctx context.Context, n int) error {
			second.add("%d", n)
			return plain.Emit(ctx, b, n)
		}, Async(1, Block))
		plain.Listen(b, func(_ context.Context, n int) error { time.Sleep(time.Second); third.add("%d", n); return nil }, Async(4, Block))
		for n := range 3 {
			noError(t, throttled.Emit(background, b, n))
		}
		noError(t, b.Close(background))
		first.want(t, "throttled", "0", "2")
		second.want(t, "batched", "0", "2")
		third.want(t, "plain", "0", "2")
		wantCode(t, plain.Emit(background, b, 1), CodeClosed)
		wantCode(t, throttled.Emit(background, b, 1), CodeClosed)
		wantCode(t, batched.EmitTo(background, b, All, 1), CodeClosed)
		noError(t, b.Close(background))
	})
}

func TestCloseWaitsForListeners(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := Define(Definition[int]{Name: "e"})
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
		wantCode(t, e.Emit(background, b, 9), CodeClosed)
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
		e := Define(Definition[int]{Name: "e"})
		d := Define(Definition[int]{Name: "d", Debounce: time.Hour})
		b, err := New(WithCatalog(NewCatalog(e, d)))
		noError(t, err)
		release := make(chan struct{})
		var j journal
		e.Listen(b, func(_ context.Context, n int) error { <-release; j.add("%d", n); return nil }, Async(8, Block))
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
				e := Define(Definition[int]{Name: "e"})
				d := Define(Definition[int]{Name: "d", Debounce: time.Second})
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
					e.Once(b, fn, Async(1, Block))
				case "deferred":
					d.Listen(b, fn)
				case "catch-all":
					var once sync.Once
					ListenAny(b, func(ctx context.Context, del Delivery) (err error) {
						once.Do(func() { err = fn(ctx, 1) })
						return err
					}, Async(2, Block))
				}
				e.Listen(b, last)
				if name == "deferred" {
					noError(t, d.Emit(background, b, 1))
				} else {
					noError(t, e.Emit(background, b, 1))
				}
				settle(time.Minute)
				wantCode(t, e.Emit(background, b, 1), CodeClosed)
				lines := j.take()
				if want := map[string]int{"deferred": 2}[name]; len(lines) != want && want != 0 || len(lines) < 2 {
					t.Errorf("got %q", lines)
				}
			})
		})
	}
}

func TestListenOnAClosedBus(t *testing.T) {
	e := Define(Definition[int]{Name: "e"})
	b, f := newBus(t, events(e))
	noError(t, b.Close(background))
	e.Listen(b, func(context.Context, int) error { return nil })()
	ListenAny(b, func(context.Context, Delivery) error { return nil })()
	for range e.Stream(background, b) {
		t.Error("a stream of a closed bus gave something")
	}
	f.want(t, "listens", CodeClosed, CodeClosed, CodeClosed)
	if _, err := b.Attach(nil); !errors.Is(err, ErrClosed) {
		t.Errorf("Attach returned %v", err)
	}
}
