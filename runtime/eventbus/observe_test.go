package eventbus_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/eventbus/observe"
)

// watcher is an observer.
type watcher struct {
	observe.Source
	listened atomic.Int64
	longest  atomic.Int64
}

func (w *watcher) Observe(s observe.Source) { w.Source = s }

func (w *watcher) Listened(_ *eventdef.Info, took time.Duration) {
	w.listened.Add(1)
	w.longest.Store(max(w.longest.Load(), int64(took)))
}

// event returns what was counted of the event of that name.
func (w *watcher) event(t *testing.T, name string) observe.Event {
	t.Helper()
	for _, e := range w.Events() {
		if e.Info.Name == name {
			return e
		}
	}
	t.Fatalf("nothing is counted of %s", name)
	return observe.Event{}
}

// tapper is one that sees everything.
type tapper struct {
	watcher
	mu      sync.Mutex
	emits   []observe.Emit
	deliver []observe.Delivery
}

func (w *tapper) Emitted(e observe.Emit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.emits = append(w.emits, e)
}

func (w *tapper) Delivered(d observe.Delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deliver = append(w.deliver, d)
}

func TestAnObserverReadsWhatWasEmittedAndRefused(t *testing.T) {
	w := new(watcher)
	plain := eventbus.Define(eventdef.Definition[int]{Name: "plain"})
	fails := eventbus.Define(eventdef.Definition[int]{Name: "fails"})
	b, f := newBus(t, []eventbus.AnyEvent{plain, fails}, eventbus.WithObserver(w))
	plain.Listen(b, func(context.Context, int) error { return nil })
	fails.Listen(b, func(context.Context, int) error { return errors.New("broken") })
	fails.Listen(b, func(context.Context, int) error { panic("more broken") })
	for i := range 10 {
		noError(t, plain.Emit(background, b, i))
	}
	ended, cancel := context.WithCancel(background)
	cancel()
	if plain.Emit(ended, b, 1) == nil || plain.EmitTo(background, b, eventbus.Target{}, 1) == nil {
		t.Fatal("a bad emit went through")
	}
	noError(t, fails.Emit(background, b, 1))
	f.want(t, "listeners", eventbus.CodeListener, eventbus.CodePanic)

	e := w.event(t, "plain")
	if e.Emitted != 10 || e.Delivered != 10 || e.Coalesced != 0 || e.Frames != 0 {
		t.Errorf("counted %+v, want 10 emitted and delivered", e)
	}
	if want := map[string]uint64{"canceled": 1, "invalid_target": 1}; !maps.Equal(e.Refused, want) {
		t.Errorf("refused: %v, want %v", e.Refused, want)
	}
	if got, want := w.event(t, "fails").Failed, map[string]uint64{"listener_failed": 1, "panic": 1}; !maps.Equal(got, want) {
		t.Errorf("failed: %v, want %v", got, want)
	}
}

func TestAnObserverReadsWhatWasCoalesced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := new(watcher)
		type item struct {
			Key string
			N   int
		}
		throttled := eventbus.Define(eventdef.Definition[int]{Name: "throttled", Throttle: time.Second})
		keyed := eventbus.Define(eventdef.Definition[item]{
			Name: "keyed", Debounce: time.Second, Key: func(i *item) eventbus.Key { return eventdef.StringKey(i.Key) },
		})
		batched := eventbus.Define(eventdef.Definition[int]{Name: "batched", Batch: 4, Wait: time.Second})
		b, _ := newBus(t, []eventbus.AnyEvent{throttled, keyed, batched}, eventbus.WithObserver(w))
		for i := range 10 {
			noError(t, throttled.Emit(background, b, i))
			noError(t, keyed.Emit(background, b, item{"a", i}))
			noError(t, keyed.Emit(background, b, item{"b", i}))
			noError(t, batched.Emit(background, b, i))
		}
		check := func(name string, emitted, delivered, coalesced uint64, waiting int) {
			t.Helper()
			e := w.event(t, name)
			if e.Emitted != emitted || e.Delivered != delivered || e.Coalesced != coalesced || e.Waiting != waiting {
				t.Errorf("%s: %d emitted, %d delivered, %d coalesced, %d waiting; want %d, %d, %d, %d",
					name, e.Emitted, e.Delivered, e.Coalesced, e.Waiting, emitted, delivered, coalesced, waiting)
			}
		}
		check("throttled", 10, 1, 8, 1)
		check("keyed", 20, 0, 18, 2)
		check("batched", 10, 8, 0, 2)
		time.Sleep(3 * time.Second)
		check("throttled", 10, 2, 8, 0)
		check("keyed", 20, 2, 18, 0)
		check("batched", 10, 10, 0, 0)
	})
}

func TestAnObserverLearnsHowLongOneListenerIn64Takes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := new(watcher)
		plain := eventbus.Define(eventdef.Definition[int]{Name: "plain"})
		sticky := eventbus.Define(eventdef.Definition[int]{Name: "sticky", Sticky: true})
		b, f := newBus(t, []eventbus.AnyEvent{plain, sticky}, eventbus.WithObserver(w))
		for _, e := range []*eventbus.Event[int]{plain, sticky} {
			e.Listen(b, func(context.Context, int) error { time.Sleep(time.Millisecond); return nil })
			e.Listen(b, func(context.Context, int) error { panic("all the same") })
			for i := range 640 {
				noError(t, e.Emit(background, b, i))
			}
			if n := w.listened.Swap(0); n%2 != 0 || n < 14 || n > 20 { // each part of the intake counts for itself
				t.Errorf("%s: %d listeners were timed, want two in about 10 of 640 emits", e.Info().Name, n)
			}
		}
		f.take()
		if d := time.Duration(w.longest.Load()); d != time.Millisecond {
			t.Errorf("the longest took %v", d)
		}
	})
}

func TestQueuesOfAsynchronousListenersAreObserved(t *testing.T) {
	w := new(watcher)
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, f := newBus(t, []eventbus.AnyEvent{e}, eventbus.WithObserver(w))
	release, running := make(chan struct{}), make(chan struct{}, 100)
	e.Listen(b, func(context.Context, int) error { running <- struct{}{}; <-release; return nil }, eventbus.Async(4, eventbus.DropOldest))
	noError(t, e.Emit(background, b, 0))
	<-running
	for i := range 10 {
		noError(t, e.Emit(background, b, i))
	}
	if got := w.event(t, "e").Queued; got != 4 {
		t.Errorf("%d are queued, want 4", got)
	}
	close(release)
	noError(t, b.Flush(background))
	f.want(t, "a full queue", eventbus.CodeOverflow)
	if got := w.event(t, "e"); got.Overflowed != 6 || got.Queued != 0 {
		t.Errorf("%d overflowed and %d are queued, want 6 and 0", got.Overflowed, got.Queued)
	}
}

func TestAnObservedEmitAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	w := new(watcher)
	plain := eventbus.Define(eventdef.Definition[step]{Name: "plain"})
	b, _ := newBus(t, []eventbus.AnyEvent{plain}, eventbus.WithObserver(w))
	plain.Listen(b, func(context.Context, step) error { return nil })
	if n := testing.AllocsPerRun(1000, func() { noError(t, plain.Emit(background, b, step{"a", 1})) }); n != 0 {
		t.Errorf("an emit allocates %v times", n)
	}
}

func TestATapSeesEveryEmitAndDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := new(tapper)
		plain := eventbus.Define(eventdef.Definition[step]{Name: "plain"})
		throttled := eventbus.Define(eventdef.Definition[int]{Name: "throttled", Throttle: time.Second})
		b, _ := newBus(t, []eventbus.AnyEvent{plain, throttled}, eventbus.WithObserver(w))
		noError(t, plain.Emit(background, b, step{"a", 1}))
		noError(t, plain.EmitTo(background, b, eventbus.Window("main"), step{"b", 2}))
		for i := range 5 {
			noError(t, throttled.Emit(background, b, i))
		}
		time.Sleep(2 * time.Second)
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.emits) != 7 || len(w.deliver) != 4 {
			t.Fatalf("%d emits and %d deliveries were seen, want 7 and 4", len(w.emits), len(w.deliver))
		}
		var got []string
		for i, d := range w.deliver {
			if i > 0 && d.Seq <= w.deliver[i-1].Seq {
				t.Errorf("position %d comes after %d", d.Seq, w.deliver[i-1].Seq)
			}
			got = append(got, d.Event.Name+" "+string(d.Payload)+" "+d.Target.String())
		}
		want := []string{`plain {"Key":"a","N":1} ` + eventbus.Target{}.String(), `plain {"Key":"b","N":2} ` + eventbus.Window("main").String(),
			"throttled 0 " + eventbus.Target{}.String(), "throttled 4 " + eventbus.Target{}.String()}
		if !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}
