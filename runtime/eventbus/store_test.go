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

func TestSticky(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[step]{Name: "e", Sticky: true, Key: stepKey, Keys: 3})
		b, _ := newBus(t, events(e))
		var j journal
		for n := range 3 {
			noError(t, e.Emit(background, b, step{"a", n}))
			noError(t, e.Emit(background, b, step{"b", n}))
		}
		stop := e.Listen(b, logTo[step](&j, "sync"))
		j.want(t, "at once", "sync {a 2}", "sync {b 2}")
		e.Listen(b, logTo[step](&j, "async"), eventbus.Async(1, eventbus.DropOldest))
		synctest.Wait()
		j.want(t, "asynchronously", "async {a 2}", "async {b 2}")
		e.Once(b, logTo[step](&j, "once"))
		j.want(t, "once", "once {a 2}")
		if s, err := e.Wait(background, b); err != nil || s != (step{"a", 2}) {
			t.Errorf("Wait returned %v, %v", s, err)
		}
		stop()
		noError(t, e.Emit(background, b, step{"a", 9}))
		synctest.Wait()
		j.want(t, "live", "async {a 9}")
		noError(t, e.EmitTo(background, b, eventbus.Window("w"), step{"c", 1}))
		wantCode(t, e.Emit(background, b, step{"d", 1}), eventbus.CodeTooManyKeys)
		noError(t, e.Forget(b, eventdef.StringKey("b"), eventdef.StringKey("c")))
		e.Listen(b, logTo[step](&j, "new"))
		j.want(t, "after Forget", "new {a 9}")
		noError(t, e.Forget(b))
		e.Listen(b, logTo[step](&j, "newer"))
		j.want(t, "after everything is forgotten")
	})
}

func TestReplay(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e", Replay: 3})
	b, _ := newBus(t, events(e))
	var j journal
	for n := range 5 {
		noError(t, e.Emit(background, b, n))
		noError(t, e.EmitTo(background, b, eventbus.Window("w"), 10+n))
	}
	e.Listen(b, logTo[int](&j, "got"))
	j.want(t, "the last three", "got 2", "got 3", "got 4")
}

func TestReplayOfBatches(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Replay: 4, Batch: 3})
		b, _ := newBus(t, events(e))
		var j journal
		for n := range 6 {
			noError(t, e.Emit(background, b, n))
		}
		e.ListenBatch(b, logTo[[]int](&j, "got"))
		j.want(t, "the last four", "got [2]", "got [3 4 5]")
	})
}

func TestStickyBatch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Sticky: true, Batch: 3})
		b, _ := newBus(t, events(e))
		var j journal
		for n := range 4 {
			noError(t, e.Emit(background, b, n))
		}
		e.ListenBatch(b, logTo[[]int](&j, "got"))
		j.want(t, "the last delivered", "got [2]")
		settle(time.Second)
		j.want(t, "the rest", "got [3]")
	})
}

func TestStickyThrottle(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Sticky: true, Throttle: time.Second})
		b, _ := newBus(t, events(e))
		var j journal
		noError(t, e.Emit(background, b, 1))
		noError(t, e.Emit(background, b, 2))
		e.Listen(b, logTo[int](&j, "got"))
		j.want(t, "what was delivered", "got 1")
		settle(time.Minute)
		j.want(t, "the trailing edge", "got 2")
	})
}

// A new listener of a sticky event gets everything once and in order, however emits and its registration
// are interleaved.
func TestStickyListenersMissNothing(t *testing.T) {
	noLeak(t)
	for _, opts := range [][]eventbus.ListenOption{nil, {eventbus.Async(100000, eventbus.Block)}} {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Sticky: true})
		b, _ := newBus(t, events(e))
		const last = eventbus.UsualQueue // so many a listener that is still given what is stored keeps, however slow it is
		var wg sync.WaitGroup
		wg.Go(func() {
			for n := 1; n <= last; n++ {
				noError(t, e.Emit(background, b, n))
			}
		})
		for i := range 20 {
			wg.Go(func() {
				for range i * 20 {
					runtime.Gosched()
				}
				done := make(chan struct{})
				seen, end := 0, false
				stop := e.Listen(b, func(_ context.Context, n int) error {
					if seen != 0 && n != seen+1 {
						t.Errorf("got %d after %d", n, seen)
					}
					if seen = n; n == last && !end {
						end = true
						close(done)
					}
					return nil
				}, opts...)
				<-done
				stop()
			})
		}
		wg.Wait()
	}
}

func TestStickyListenerThatFailsOnWhatIsStored(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[step]{Name: "e", Sticky: true, Key: stepKey})
	b, f := newBus(t, events(e))
	for _, k := range []string{"a", "b", "c"} {
		noError(t, e.Emit(background, b, step{k, 1}))
	}
	var j journal
	e.Listen(b, func(_ context.Context, s step) error {
		j.add("%v", s)
		if s.Key == "a" {
			panic("a")
		}
		return errors.New("failed")
	})
	j.want(t, "calls", "{a 1}", "{b 1}", "{c 1}")
	f.want(t, "failures", eventbus.CodePanic, eventbus.CodeListener, eventbus.CodeListener)
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.Listen(b, func(_ context.Context, s step) error { j.add("%v", s); runtime.Goexit(); return nil })
		t.Error("Goexit did not end the goroutine that listens")
	}()
	<-done
	j.want(t, "calls", "{a 1}", "{b 1}", "{c 1}")
	f.want(t, "failures", eventbus.CodeListener, eventbus.CodeListener, eventbus.CodeListener)
}

func TestStickyListenerThatEmitsTheEvent(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e", Sticky: true})
	b, _ := newBus(t, events(e))
	noError(t, e.Emit(background, b, 1))
	var j journal
	e.Listen(b, func(ctx context.Context, n int) error {
		j.add("%d", n)
		if n < 3 {
			return e.Emit(ctx, b, n+1)
		}
		return nil
	})
	j.want(t, "calls", "1", "2", "3")
}

// A listener that is slow on its stored values does not make emits wait, and what waits for it is bounded.
func TestGuarantee19Backlog(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Sticky: true})
		b, f := newBus(t, events(e))
		noError(t, e.Emit(background, b, -1))
		release := make(chan struct{})
		var got []int
		go e.Listen(b, func(_ context.Context, n int) error { <-release; got = append(got, n); return nil })
		synctest.Wait()
		const over = 10
		for n := range eventbus.UsualQueue + over {
			noError(t, e.Emit(background, b, n))
		}
		close(release)
		synctest.Wait()
		if len(got) != 1+eventbus.UsualQueue || got[0] != -1 || got[1] != over || got[eventbus.UsualQueue] != eventbus.UsualQueue+over-1 {
			t.Errorf("got %d payloads, of which the second is %d", len(got), got[1])
		}
		list := f.take()
		if len(list) != 1 || list[0].Code != eventbus.CodeOverflow ||
			list[0].Err.Error() != "the queue of 1024 of a listener was full: 10 dropped (drop-oldest)" {
			t.Errorf("the error handler got %v", list)
		}
	})
}

// Batches that come while a listener is slow on its stored values are still what they were when it gets them.
func TestGuarantee19BatchesMeanwhile(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Replay: 4, Batch: 2, Wait: time.Second})
		b, _ := newBus(t, events(e))
		emit := func(from int) {
			noError(t, e.Emit(background, b, from))
			noError(t, e.Emit(background, b, from+1))
		}
		emit(1)
		release := make(chan struct{})
		var j journal
		go e.Listen(b, func(_ context.Context, n int) error { <-release; j.add("%d", n); return nil })
		synctest.Wait()
		for n := 3; n < 9; n += 2 {
			emit(n)
		}
		close(release)
		synctest.Wait()
		j.want(t, "everything", "1", "2", "3", "4", "5", "6", "7", "8")
	})
}
