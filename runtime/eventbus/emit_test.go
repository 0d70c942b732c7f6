package eventbus_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

func TestListenersRunInSubscriptionOrder(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	var j journal
	e.Listen(b, logTo[int](&j, "a"))
	stop := e.Listen(b, logTo[int](&j, "b"))
	e.ListenMeta(b, func(_ context.Context, n int, m eventbus.Meta) error {
		if m.Event != "e" || m.Seq == 0 || m.Time.IsZero() || m.FromWindow() {
			t.Errorf("meta is %+v", m)
		}
		j.add("meta %d", n)
		return nil
	})
	e.ListenBatch(b, logTo[[]int](&j, "batch"))
	b.ListenAny(func(_ context.Context, d eventbus.Delivery) error {
		j.add("any %s %v", d.Meta.Event, d.Payload)
		return nil
	})
	noError(t, e.Emit(background, b, 1))
	j.want(t, "first", "a 1", "b 1", "meta 1", "batch [1]", "any e 1")
	stop()
	stop()
	noError(t, e.Emit(background, b, 2))
	j.want(t, "after unlisten", "a 2", "meta 2", "batch [2]", "any e 2")
}

func TestListenerPanicsErrorsAndGoexit(t *testing.T) {
	for _, special := range []bool{false, true} {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, f := newBus(t, events(e))
		var j journal
		if special {
			e.ListenMeta(b, func(context.Context, int, eventbus.Meta) error { return nil })
		}
		cause := errors.New("cause")
		e.Listen(b, logTo[int](&j, "1"))
		e.Listen(b, func(context.Context, int) error { panic(cause) })
		e.Listen(b, func(context.Context, int) error { return cause })
		e.Listen(b, logTo[int](&j, "2"))
		stop := e.Listen(b, func(context.Context, int) error { runtime.Goexit(); return nil })
		e.Listen(b, func(context.Context, int) error { panic("late") })
		e.Listen(b, logTo[int](&j, "3"))
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = e.Emit(background, b, 7)
			t.Error("the goroutine of an emit went on after a Goexit")
		}()
		<-done
		j.want(t, "listeners", "1 7", "2 7", "3 7")
		list := f.take()
		if len(list) != 4 {
			t.Fatalf("got %v", list)
		}
		if eventbus.CodeOf(list[0]) != eventbus.CodePanic || !errors.Is(list[0], cause) || eventbus.CodeOf(list[1]) != eventbus.CodeListener ||
			!errors.Is(list[1], cause) || !errors.Is(list[2], eventbus.ErrGoexit) || eventbus.CodeOf(list[3]) != eventbus.CodePanic {
			t.Errorf("got %v", list)
		}
		if p, ok := errors.AsType[*eventbus.PanicError](list[0]); !ok || !strings.Contains(string(p.Stack), "emit_test.go") {
			t.Error("the panic has no stack of the listener")
		}
		stop()
		noError(t, e.Emit(background, b, 8))
		j.want(t, "afterwards", "1 8", "2 8", "3 8")
		f.want(t, "afterwards", eventbus.CodePanic, eventbus.CodeListener, eventbus.CodePanic)
	}
}

func TestErrorHandlerThatPanics(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	old := slog.Default()
	defer slog.SetDefault(old)
	var text bytes.Buffer
	slog.SetDefault(slog.New(slog.NewTextHandler(&text, nil)))
	b, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(e)), eventbus.WithErrorHandler(func(context.Context, *eventbus.Error) { panic("handler") }))
	noError(t, err)
	var j journal
	e.Listen(b, func(context.Context, int) error { panic("listener") })
	e.Listen(b, logTo[int](&j, "next"))
	noError(t, e.Emit(background, b, 1))
	j.want(t, "next", "next 1")
	if !strings.Contains(text.String(), "the error handler panicked") {
		t.Errorf("logged %q", text.String())
	}
	noError(t, b.Close(background))
}

// An error handler of a test may call t.Fatal, and so Goexit.
func TestErrorHandlerThatExits(t *testing.T) {
	noLeak(t)
	for name, fail := range map[string]func() error{
		"error": func() error { return errors.New("error") }, "panic": func() error { panic("panic") },
		"exit": func() error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
			sticky := eventbus.Define(eventdef.Definition[int]{Name: "sticky", Sticky: true})
			batch := eventbus.Define(eventdef.Definition[int]{Name: "batch", Batch: 2, Wait: time.Hour})
			b, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(e, sticky, batch)), eventbus.WithErrorHandler(func(context.Context, *eventbus.Error) { runtime.Goexit() }))
			noError(t, err)
			var calls atomic.Int32
			count := func() { calls.Add(1) }
			emit := func(what string, want int32, emit func() error) {
				t.Helper()
				done := make(chan struct{})
				go func() {
					defer close(done)
					_ = emit()
				}()
				<-done
				noError(t, b.Flush(background))
				if n := calls.Swap(0); n != want {
					t.Errorf("%s: %d calls, want %d", what, n, want)
				}
			}
			failing := func(context.Context, int) error { count(); return fail() }
			for range 3 {
				e.Listen(b, failing)
			}
			emit("plain", 3, func() error { return e.Emit(background, b, 1) })
			e.Listen(b, failing, eventbus.Async(8, eventbus.Block))
			e.ListenMeta(b, func(context.Context, int, eventbus.Meta) error { count(); return fail() })
			emit("others", 5, func() error { return e.Emit(background, b, 1) })
			b.ListenAny(func(context.Context, eventbus.Delivery) error { count(); return fail() }, eventbus.Async(8, eventbus.Block))
			emit("any", 6, func() error { return e.Emit(background, b, 1) })
			batch.Listen(b, failing)
			batch.ListenBatch(b, func(context.Context, []int) error { count(); return fail() })
			emit("batch", 4, func() error {
				noError(t, batch.Emit(background, b, 1))
				return batch.Emit(background, b, 2)
			})
			emit("sticky", 1, func() error { return sticky.Emit(background, b, 1) })
			emit("stored", 1, func() error { sticky.Listen(b, failing); return nil })
			noError(t, b.Close(background))
		})
	}
}

func TestListeningInsideListeners(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	var j journal
	var stops [3]func()
	stops[0] = e.Listen(b, func(_ context.Context, n int) error {
		j.add("first %d", n)
		if n == 1 {
			stops[0]()
			stops[2]()
			e.Listen(b, logTo[int](&j, "new"))
		}
		return nil
	})
	stops[1] = e.Listen(b, logTo[int](&j, "second"))
	stops[2] = e.Listen(b, logTo[int](&j, "third"))
	noError(t, e.Emit(background, b, 1))
	j.want(t, "the emit under way", "first 1", "second 1")
	noError(t, e.Emit(background, b, 2))
	j.want(t, "the next", "second 2", "new 2")
}

func TestNestedEmitsRunDepthFirst(t *testing.T) {
	outer := eventbus.Define(eventdef.Definition[int]{Name: "outer"})
	inner := eventbus.Define(eventdef.Definition[int]{Name: "inner"})
	b, _ := newBus(t, events(outer, inner))
	var j journal
	outer.Listen(b, func(ctx context.Context, n int) error {
		j.add("outer %d", n)
		return inner.Emit(ctx, b, n)
	})
	inner.Listen(b, logTo[int](&j, "inner"))
	outer.Listen(b, logTo[int](&j, "after"))
	noError(t, outer.Emit(background, b, 1))
	j.want(t, "order", "outer 1", "inner 1", "after 1")
}

func TestRecursionEnds(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	depth := 0
	e.Listen(b, func(ctx context.Context, n int) error {
		depth++
		if n > 0 {
			return e.Emit(ctx, b, n-1)
		}
		return nil
	})
	noError(t, e.Emit(background, b, 10000))
	if depth != 10001 {
		t.Errorf("depth is %d", depth)
	}
}

// A payload lies on its emitter's stack, which moves when it grows: at each depth of the first call it grows elsewhere.
func TestPayloadsMoveWithTheStack(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	e.Listen(b, func(ctx context.Context, n int) error {
		switch {
		case n < 0 || n > 50:
			t.Errorf("a payload is %d", n)
			return nil
		case n == 0:
			return nil
		}
		return e.Emit(ctx, b, n-1)
	})
	for depth := range 400 {
		done := make(chan error)
		go func() { done <- deeper(depth, func() error { return e.Emit(background, b, 50) }) }()
		noError(t, <-done)
	}
}

// deeper calls fn with depth calls between.
func deeper(depth int, fn func() error) error {
	if depth == 0 {
		return fn()
	}
	return deeper(depth-1, fn)
}

func TestOnceRunsOnceUnderConcurrentEmits(t *testing.T) {
	noLeak(t)
	for _, opts := range [][]eventbus.ListenOption{nil, {eventbus.Async(4, eventbus.Block)}} {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, _ := newBus(t, events(e))
		for range 50 {
			var calls atomic.Int32
			e.Once(b, func(context.Context, int) error { calls.Add(1); return nil }, opts...)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() { noError(t, e.Emit(background, b, 1)) })
			}
			wg.Wait()
			noError(t, b.Flush(background))
			if n := calls.Load(); n != 1 {
				t.Fatalf("once ran %d times", n)
			}
		}
		if e.HasListeners(b) {
			t.Error("a once is still there")
		}
	}
}

func TestAdmission(t *testing.T) {
	client := eventbus.Define(eventdef.Definition[int]{Name: "client", From: eventdef.FromClient})
	window := eventbus.Define(eventdef.Definition[int]{Name: "window", To: eventdef.ToWindow})
	group := eventbus.Define(eventdef.Definition[int]{Name: "group", To: eventdef.ToGroup})
	sticky := eventbus.Define(eventdef.Definition[int]{Name: "sticky", Sticky: true})
	unknown := eventbus.Define(eventdef.Definition[int]{Name: "unknown"})
	b, f := newBus(t, events(client, window, group, sticky))
	canceled, cancel := context.WithCancel(background)
	cancel()
	everyone := eventbus.Where(func(eventbus.Peer) bool { return true })
	for _, c := range []struct {
		name string
		err  error
		want eventbus.Code
	}{
		{"unknown", unknown.Emit(background, b, 1), eventbus.CodeUnknownEvent},
		{"unknown to", unknown.EmitTo(background, b, eventbus.All, 1), eventbus.CodeUnknownEvent},
		{"flush unknown", unknown.Flush(background, b), eventbus.CodeUnknownEvent},
		{"forget unknown", unknown.Forget(b), eventbus.CodeUnknownEvent},
		{"direction", client.Emit(background, b, 1), eventbus.CodeDirection},
		{"canceled", sticky.Emit(canceled, b, 1), eventbus.CodeCanceled},
		{"broadcast to windows", window.Emit(background, b, 1), eventbus.CodeAudience},
		{"all to windows", window.EmitTo(background, b, eventbus.All, 1), eventbus.CodeAudience},
		{"except to windows", window.EmitTo(background, b, eventbus.Except(eventbus.Window("a")), 1), eventbus.CodeAudience},
		{"group to windows", window.EmitTo(background, b, eventbus.Group("a"), 1), eventbus.CodeAudience},
		{"window to groups", group.EmitTo(background, b, eventbus.Window("a"), 1), eventbus.CodeAudience},
		{"no window", window.EmitTo(background, b, eventbus.Window("a"), 1), eventbus.CodeNoTarget},
		{"no window by predicate", window.EmitTo(background, b, everyone, 1), eventbus.CodeNoTarget},
		{"zero target", sticky.EmitTo(background, b, eventbus.Target{}, 1), eventbus.CodeInvalidTarget},
		{"except zero", sticky.EmitTo(background, b, eventbus.Except(eventbus.Target{}), 1), eventbus.CodeInvalidTarget},
		{"where of stored", sticky.EmitTo(background, b, everyone, 1), eventbus.CodeInvalidTarget},
		{"except of stored", sticky.EmitTo(background, b, eventbus.Except(eventbus.Window("a")), 1), eventbus.CodeInvalidTarget},
	} {
		t.Run(c.name, func(t *testing.T) { wantCode(t, c.err, c.want) })
	}
	if !errors.Is(sticky.Emit(canceled, b, 1), context.Canceled) {
		t.Error("a canceled emit does not say why")
	}
	noError(t, group.EmitTo(background, b, eventbus.Group("nobody"), 1))
	unknown.Listen(b, func(context.Context, int) error { return nil })()
	window.Listen(b, func(context.Context, int) error { return nil })()
	sticky.Listen(b, nil)()
	sticky.Listen(b, func(context.Context, int) error { return nil }, eventbus.Async(0, eventbus.Block))()
	f.want(t, "listens", eventbus.CodeUnknownEvent, eventbus.CodeListen, eventbus.CodeListen, eventbus.CodeListen)
}

func TestTargetedEmitReachesNoGoListener(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	var j journal
	e.Listen(b, logTo[int](&j, "listener"))
	b.ListenAny(func(context.Context, eventbus.Delivery) error { j.add("any"); return nil })
	for _, to := range []eventbus.Target{eventbus.All, eventbus.Window("a"), eventbus.Windows("a", "b"), eventbus.Group("g"), eventbus.Except(eventbus.Window("a")), eventbus.Where(func(eventbus.Peer) bool { return true })} {
		noError(t, e.EmitTo(background, b, to, 1))
	}
	j.want(t, "listeners")
}

func TestNewRefusesBadDefinitions(t *testing.T) {
	key := func(*int) eventbus.Key { return eventdef.IntKey(1) }
	for name, d := range map[string]eventdef.Definition[int]{
		"name":                {Name: "a b"},
		"Throttle excludes":   {Name: "e", Throttle: 1, Debounce: 1},
		"Batch excludes Thro": {Name: "e", Throttle: 1, Batch: 2},
		"Batch excludes Slow": {Name: "e", Batch: 2, Slow: eventdef.SlowLatest},
		"Wait needs":          {Name: "e", Wait: 1},
		"Sticky excludes":     {Name: "e", Sticky: true, Replay: 1},
		"Key needs":           {Name: "e", Key: key},
		"Relay needs":         {Name: "e", Relay: true},
		"FromClient excludes": {Name: "e", From: eventdef.FromClient, Sticky: true},
		"the event itself":    {Name: "e", Flushes: []string{"e"}},
		"in no catalogue":     {Name: "e", Flushes: []string{"x"}},
		"negative":            {Name: "e", Max: -1},
	} {
		if _, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(eventbus.Define(d)))); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	a := eventbus.Define(eventdef.Definition[int]{Name: "a", Throttle: 1, Flushes: []string{"b"}})
	c := eventbus.Define(eventdef.Definition[int]{Name: "b", Throttle: 1, Flushes: []string{"a"}})
	if _, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(a, c))); err == nil || !strings.Contains(err.Error(), "flushes itself") {
		t.Errorf("a circle: got %v", err)
	}
	if _, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(a, eventbus.Define(eventdef.Definition[int]{Name: "a"})))); err == nil {
		t.Error("two events of one name are accepted")
	}
}
