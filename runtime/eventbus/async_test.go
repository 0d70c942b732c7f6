package eventbus_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

func TestAsyncOverflow(t *testing.T) {
	// The listener is held in its first call while 0 to 9 are emitted into a queue of 3.
	for _, c := range []struct {
		overflow eventbus.Overflow
		want     []string
		dropped  int
	}{
		{eventbus.DropOldest, []string{"0", "7", "8", "9"}, 6},
		{eventbus.DropNewest, []string{"0", "1", "2", "3"}, 6},
		{eventbus.Latest, []string{"0", "9"}, 8},
	} {
		t.Run(c.overflow.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
				b, f := newBus(t, events(e))
				var j, other journal
				release := make(chan struct{})
				e.Listen(b, func(_ context.Context, n int) error { j.add("%d", n); <-release; return nil }, eventbus.Async(3, c.overflow))
				e.Listen(b, logTo[int](&other, "other"), eventbus.Async(1, eventbus.Block))
				for n := range 10 {
					noError(t, e.Emit(background, b, n))
					synctest.Wait()
				}
				close(release)
				noError(t, b.Flush(background))
				j.want(t, "calls", c.want...)
				if n := len(other.take()); n != 10 {
					t.Errorf("another listener got %d", n)
				}
				list := f.take()
				if len(list) != 1 || eventbus.CodeOf(list[0]) != eventbus.CodeOverflow {
					t.Fatalf("the error handler got %v", list)
				}
				want := fmt.Sprintf("the queue of 3 of a listener was full: %d dropped (%v)", c.dropped, c.overflow)
				if got := list[0].Err.Error(); got != want {
					t.Errorf("reported %q, want %q", got, want)
				}
				noError(t, e.Emit(background, b, 10))
				noError(t, b.Flush(background))
				j.want(t, "afterwards", "10")
			})
		})
	}
}

func TestAsyncBlock(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, f := newBus(t, events(e))
		var j journal
		release := make(chan struct{})
		e.Listen(b, func(_ context.Context, n int) error { <-release; j.add("%d", n); return nil }, eventbus.Async(3, eventbus.Block))
		for n := range 4 { // one in hand, three queued
			noError(t, e.Emit(background, b, n))
			synctest.Wait()
		}
		ctx, cancel := context.WithTimeout(background, time.Second)
		defer cancel()
		start := time.Now()
		noError(t, e.Emit(ctx, b, 4)) // waits until its context ends, and is dropped
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("waited %v", waited)
		}
		emitted := false
		go func() { noError(t, e.Emit(background, b, 5)); emitted = true }()
		synctest.Wait()
		if emitted {
			t.Error("the emit did not wait")
		}
		release <- struct{}{}
		synctest.Wait()
		if !emitted {
			t.Error("the emit still waits")
		}
		close(release)
		noError(t, b.Flush(background))
		j.want(t, "calls", "0", "1", "2", "3", "5")
		f.want(t, "the dropped one", eventbus.CodeOverflow)
	})
}

func TestUnlistenFreesABlockedEmitter(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, _ := newBus(t, events(e))
		release := make(chan struct{})
		var j journal
		stop := e.Listen(b, func(_ context.Context, n int) error { <-release; j.add("%d", n); return nil }, eventbus.Async(1, eventbus.Block))
		go func() {
			for n := range 5 {
				noError(t, e.Emit(background, b, n))
			}
		}()
		synctest.Wait()
		stop()
		synctest.Wait()
		close(release)
		synctest.Wait()
		j.want(t, "what was in hand alone", "0")
	})
}

func TestAsyncContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		type key struct{}
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, _ := newBus(t, events(e))
		var j journal
		e.Listen(b, func(ctx context.Context, n int) error {
			time.Sleep(time.Second)
			j.add("%v %v", ctx.Value(key{}), ctx.Err())
			return nil
		}, eventbus.Async(1, eventbus.Block))
		ctx, cancel := context.WithCancel(context.WithValue(background, key{}, "value"))
		noError(t, e.Emit(ctx, b, 1))
		cancel()
		settle(time.Minute)
		j.want(t, "context", "value <nil>")
	})
}

func TestAsyncListenerThatPanicsOrExits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, f := newBus(t, events(e))
		var j journal
		e.Listen(b, func(_ context.Context, n int) error {
			j.add("%d", n)
			switch n {
			case 1:
				panic("one")
			case 2:
				runtime.Goexit()
			case 3:
				return errors.New("three")
			}
			return nil
		}, eventbus.Async(512, eventbus.Block))
		for n := range 6 {
			noError(t, e.Emit(background, b, n))
		}
		noError(t, b.Flush(background))
		j.want(t, "calls", "0", "1", "2", "3", "4", "5")
		f.want(t, "failures", eventbus.CodePanic, eventbus.CodeListener, eventbus.CodeListener)
	})
}

func TestFlushWaitsForTheCallOfAListenerThatIsGone(t *testing.T) {
	for name, register := range map[string]func(*eventbus.Event[int], *eventbus.Bus, func(context.Context, int) error) func(){
		"once": func(e *eventbus.Event[int], b *eventbus.Bus, fn func(context.Context, int) error) func() {
			return e.Once(b, fn, eventbus.Async(4, eventbus.Block))
		},
		"unlisten": func(e *eventbus.Event[int], b *eventbus.Bus, fn func(context.Context, int) error) func() {
			return e.Listen(b, fn, eventbus.Async(4, eventbus.Block))
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
				b, _ := newBus(t, events(e))
				release := make(chan struct{})
				unlisten := register(e, b, func(context.Context, int) error { <-release; return nil })
				noError(t, e.Emit(background, b, 1))
				synctest.Wait()
				unlisten()
				flushed := make(chan error, 1)
				go func() { flushed <- b.Flush(background) }()
				synctest.Wait()
				select {
				case <-flushed:
					t.Fatal("Flush returned during the call")
				default:
				}
				close(release)
				noError(t, <-flushed)
			})
		})
	}
}

func TestUnlistenLeavesAloneWhatIsInHand(t *testing.T) {
	noLeak(t)
	for range 50 {
		e := eventbus.Define(eventdef.Definition[*int]{Name: "e"})
		b, _ := newBus(t, events(e))
		e.Listen(b, func(context.Context, *int) error { return nil }, eventbus.Async(64, eventbus.Block))
		called, release := make(chan struct{}, 4), make(chan struct{})
		unlisten := e.Listen(b, func(_ context.Context, n *int) error {
			if n == nil {
				t.Error("a payload was cleared before the listener had it")
			}
			called <- struct{}{}
			<-release
			return nil
		}, eventbus.Async(64, eventbus.Block))
		for n := range 4 {
			noError(t, e.Emit(background, b, &n))
		}
		<-called
		var wg sync.WaitGroup
		wg.Go(unlisten)
		wg.Go(func() { close(release) })
		wg.Wait()
		noError(t, b.Flush(background))
	}
}

func TestAsyncKeepsTheOrderOfEachEmitter(t *testing.T) {
	noLeak(t)
	type item struct{ emitter, n int }
	e := eventbus.Define(eventdef.Definition[item]{Name: "e"})
	b, f := newBus(t, events(e))
	const emitters, count = 8, 2000
	check := func(name string, all bool) func(context.Context, item) error {
		last := [emitters]int{}
		total := 0
		t.Cleanup(func() {
			if all && total != emitters*count {
				t.Errorf("%s got %d", name, total)
			}
		})
		return func(_ context.Context, i item) error {
			if i.n <= last[i.emitter] {
				t.Errorf("%s got %d after %d", name, i.n, last[i.emitter])
			}
			last[i.emitter] = i.n
			total++
			return nil
		}
	}
	for i, overflow := range []eventbus.Overflow{eventbus.Block, eventbus.DropOldest, eventbus.DropNewest, eventbus.Latest} {
		for _, n := range []int{1, 7, 256} {
			e.Listen(b, check(fmt.Sprint(overflow, n, i), overflow == eventbus.Block), eventbus.Async(n, overflow))
		}
	}
	var wg sync.WaitGroup
	for emitter := range emitters {
		wg.Go(func() {
			for n := range count {
				noError(t, e.Emit(background, b, item{emitter, n + 1}))
			}
		})
	}
	wg.Wait()
	noError(t, b.Close(background))
	for _, code := range f.codes() {
		if code != eventbus.CodeOverflow {
			t.Errorf("the error handler got %s", code)
		}
	}
}

func TestAsyncListenAnyKeepsTheOrderAcrossEvents(t *testing.T) {
	noLeak(t)
	x := eventbus.Define(eventdef.Definition[int]{Name: "x"})
	y := eventbus.Define(eventdef.Definition[int]{Name: "y"})
	b, _ := newBus(t, events(x, y))
	var got []int
	var mu sync.Mutex
	stop := b.ListenAny(func(_ context.Context, d eventbus.Delivery) error {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, d.Payload.(int))
		return nil
	}, eventbus.Async(16, eventbus.Block))
	for n := range 1000 {
		if n%3 == 0 {
			noError(t, x.Emit(background, b, n))
		} else {
			noError(t, y.Emit(background, b, n))
		}
	}
	noError(t, b.Flush(background))
	mu.Lock()
	defer mu.Unlock()
	if len(got) != 1000 || !slices.IsSorted(got) {
		t.Errorf("got %d", len(got))
	}
	stop()
	stop()
	if x.HasListeners(b) {
		t.Error("still listening")
	}
}

func TestStream(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, f := newBus(t, events(e))
		ctx, cancel := context.WithCancel(background)
		defer cancel()
		s := e.Stream(ctx, b)
		bounded := e.Stream(ctx, b, eventbus.Async(2, eventbus.DropOldest))
		for n := range 4 {
			noError(t, e.Emit(background, b, n))
		}
		var got []int
		for n := range s {
			if got = append(got, n); n == 2 {
				break
			}
		}
		for n := range s {
			t.Errorf("a stream that was left gave %d", n)
		}
		for n := range bounded {
			if got = append(got, n); n == 3 {
				cancel()
			}
		}
		if !slices.Equal(got, []int{0, 1, 2, 2, 3}) {
			t.Errorf("got %v", got)
		}
		f.want(t, "the bounded stream", eventbus.CodeOverflow)
		synctest.Wait()
		if e.HasListeners(b) {
			t.Error("a stream still listens")
		}
		for range e.Stream(ctx, b) {
			t.Error("a stream of a context that is done gave something")
		}
	})
}

func TestStreamEndsWhenTheBusCloses(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, _ := newBus(t, events(e))
		s := e.Stream(background, b)
		noError(t, e.Emit(background, b, 1))
		noError(t, e.Emit(background, b, 2))
		noError(t, b.Close(background))
		var got []int
		for n := range s {
			got = append(got, n)
		}
		if !slices.Equal(got, []int{1, 2}) {
			t.Errorf("got %v", got)
		}
	})
}

func TestWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, _ := newBus(t, events(e))
		go func() {
			for n := range 5 {
				time.Sleep(time.Second)
				noError(t, e.Emit(background, b, n))
			}
		}()
		n, err := e.Wait(background, b, func(n int) bool { return n > 1 }, func(n int) bool { return n > 2 })
		if err != nil || n != 3 {
			t.Errorf("got %d, %v", n, err)
		}
		ctx, cancel := context.WithTimeout(background, time.Millisecond)
		defer cancel()
		if _, err := e.Wait(ctx, b); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		var closed atomic.Bool
		go func() {
			_, err := e.Wait(background, b, func(int) bool { return false })
			closed.Store(eventbus.CodeOf(err) == eventbus.CodeClosed)
		}()
		settle(time.Minute)
		noError(t, b.Close(background))
		synctest.Wait()
		if !closed.Load() {
			t.Error("Wait does not end when the bus closes")
		}
		_, err = e.Wait(background, b)
		wantCode(t, err, eventbus.CodeClosed)
	})
}
