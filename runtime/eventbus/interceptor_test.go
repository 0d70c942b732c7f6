package eventbus_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// tracer is an interceptor that writes down what passes.
type tracer struct {
	name string
	j    *journal
	emit func(eventbus.Emission) (eventbus.Emission, error)
}

func (tr tracer) WrapEmit(next func(context.Context, eventbus.Emission) error) func(context.Context, eventbus.Emission) error {
	return func(ctx context.Context, e eventbus.Emission) error {
		tr.j.add("%s emit %s %v", tr.name, e.Event, e.Payload)
		if tr.emit != nil {
			var err error
			if e, err = tr.emit(e); err != nil {
				return err
			}
		}
		err := next(ctx, e)
		tr.j.add("%s emitted", tr.name)
		return err
	}
}

func (tr tracer) WrapListen(next func(context.Context, eventbus.Delivery) error) func(context.Context, eventbus.Delivery) error {
	return func(ctx context.Context, d eventbus.Delivery) error {
		tr.j.add("%s listen %v", tr.name, d.Payload)
		return next(ctx, d)
	}
}

func TestGuarantee21Interceptors(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	client := eventbus.Define(eventdef.Definition[int]{Name: "client", From: eventdef.FromClient})
	var j journal
	b, f := newBus(t, events(e, client), eventbus.WithInterceptor(tracer{name: "outer", j: &j}, tracer{name: "inner", j: &j}))
	var calls journal
	e.Listen(b, logTo[int](&calls, "fn"))
	e.ListenMeta(b, func(_ context.Context, n int, m eventbus.Meta) error { calls.add("meta %d %s", n, m.Event); return nil })
	e.ListenBatch(b, logTo[[]int](&calls, "batch"))
	noError(t, e.Emit(background, b, 1))
	calls.want(t, "calls", "fn 1", "meta 1 e", "batch [1]")
	j.want(t, "interceptors", "outer emit e 1", "inner emit e 1", "outer listen 1", "inner listen 1", "outer listen 1",
		"inner listen 1", "outer listen 1", "inner listen 1", "inner emitted", "outer emitted")
	wantCode(t, client.Emit(background, b, 1), eventbus.CodeDirection)
	wantCode(t, e.EmitTo(background, b, eventbus.Target{}, 1), eventbus.CodeInvalidTarget)
	j.want(t, "what was not admitted")
	p, _ := attach(t, b)
	peer := join(t, p, eventbus.Peer{})
	client.Listen(b, func(context.Context, int) error { return eventbus.Reject("no", "") })
	wantCode(t, eventbus.Public(p.Emit(background, peer, port.Incoming{Event: "client", Payload: []byte("5")})), "no")
	j.want(t, "a window's emit", "outer emit client 5", "inner emit client 5", "outer listen 5", "inner listen 5",
		"inner emitted", "outer emitted")
	f.want(t, "failures")
}

func TestInterceptorsMayChangeAndRefuse(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e", Max: 0})
	stored := eventbus.Define(eventdef.Definition[int]{Name: "stored", Sticky: true})
	var j journal
	refused := errors.New("refused")
	b, f := newBus(t, events(e, stored), eventbus.WithInterceptor(tracer{name: "i", j: new(journal), emit: func(e eventbus.Emission) (eventbus.Emission, error) {
		switch e.Payload {
		case 1:
			e.Payload = 100
		case 2:
			return e, refused
		case 3:
			e.Payload = "three"
		case 4:
			e.Target = eventbus.Where(func(eventbus.Peer) bool { return true })
		}
		return e, nil
	}}))
	e.Listen(b, logTo[int](&j, "got"))
	noError(t, e.Emit(background, b, 1))
	j.want(t, "changed", "got 100")
	if err := e.Emit(background, b, 2); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	wantCode(t, e.Emit(background, b, 3), eventbus.CodeInternal)
	wantCode(t, stored.Emit(background, b, 4), eventbus.CodeInvalidTarget)
	j.want(t, "nothing")
	f.want(t, "failures")
}

func TestPoliciesHaveNames(t *testing.T) {
	got := fmt.Sprint(eventdef.FromServer, eventdef.FromClient, eventdef.FromBoth, eventdef.ToAny, eventdef.ToWindow, eventdef.ToGroup, eventdef.SlowResume, eventdef.SlowLatest, eventdef.SlowDrop,
		eventbus.Block, eventbus.DropOldest, eventbus.DropNewest, eventbus.Latest, eventdef.Direction(9), eventdef.Audience(9), eventdef.SlowPolicy(9), eventbus.Overflow(9))
	want := "server client both any window group resume latest drop block drop-oldest drop-newest latest invalid invalid invalid invalid"
	if got != want {
		t.Errorf("got %q", got)
	}
}

// passing is an interceptor of emits alone.
type passing func(next func(context.Context, eventbus.Emission) error) func(context.Context, eventbus.Emission) error

func (p passing) WrapEmit(next func(context.Context, eventbus.Emission) error) func(context.Context, eventbus.Emission) error {
	return p(next)
}
func (p passing) WrapListen(next func(context.Context, eventbus.Delivery) error) func(context.Context, eventbus.Delivery) error {
	return next
}

func TestInterceptorsMayPassOnTwiceNeverOrLater(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			pass func(ctx context.Context, e eventbus.Emission, next func(context.Context, eventbus.Emission) error) error
			want []string
		}{
			"twice": {func(ctx context.Context, e eventbus.Emission, next func(context.Context, eventbus.Emission) error) error {
				return errors.Join(next(ctx, e), next(ctx, e))
			}, []string{"got 1", "got 1"}},
			"never": {func(context.Context, eventbus.Emission, func(context.Context, eventbus.Emission) error) error {
				return nil
			}, nil},
			"later": {func(ctx context.Context, e eventbus.Emission, next func(context.Context, eventbus.Emission) error) error {
				time.AfterFunc(time.Second, func() { noError(t, next(ctx, e)) })
				return nil
			}, []string{"got 1"}},
			"after the end": {func(ctx context.Context, e eventbus.Emission, next func(context.Context, eventbus.Emission) error) error {
				time.AfterFunc(3*time.Second, func() { wantCode(t, next(ctx, e), eventbus.CodeClosed) })
				return nil
			}, nil},
			"canceled": {func(ctx context.Context, e eventbus.Emission, next func(context.Context, eventbus.Emission) error) error {
				ctx, cancel := context.WithCancel(ctx)
				cancel()
				wantCode(t, next(ctx, e), eventbus.CodeCanceled)
				return nil
			}, nil},
		} {
			e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
			b, _ := newBus(t, events(e), eventbus.WithInterceptor(passing(func(next func(context.Context, eventbus.Emission) error) func(context.Context, eventbus.Emission) error {
				return func(ctx context.Context, e eventbus.Emission) error { return c.pass(ctx, e, next) }
			})))
			var j journal
			e.Listen(b, logTo[int](&j, "got"))
			noError(t, e.Emit(background, b, 1))
			settle(2 * time.Second)
			noError(t, b.Close(background))
			settle(2 * time.Second)
			j.want(t, name, c.want...)
		}
	})
}

func TestInterceptorsMayPassOnAnotherEvent(t *testing.T) {
	from := eventbus.Define(eventdef.Definition[int]{Name: "from"})
	to := eventbus.Define(eventdef.Definition[string]{Name: "to"})
	client := eventbus.Define(eventdef.Definition[int]{Name: "client", From: eventdef.FromClient})
	window := eventbus.Define(eventdef.Definition[int]{Name: "window", To: eventdef.ToWindow})
	unknown := eventbus.Define(eventdef.Definition[int]{Name: "unknown"})
	var change func(*eventbus.Emission)
	b, _ := newBus(t, events(from, to, client, window), eventbus.WithInterceptor(passing(func(next func(context.Context, eventbus.Emission) error) func(context.Context, eventbus.Emission) error {
		return func(ctx context.Context, e eventbus.Emission) error {
			change(&e)
			return next(ctx, e)
		}
	})))
	var j journal
	from.Listen(b, logTo[int](&j, "from"))
	to.Listen(b, logTo[string](&j, "to"))
	client.Listen(b, logTo[int](&j, "client"))
	emit := func(how func(*eventbus.Emission)) error {
		change = how
		return from.Emit(background, b, 1)
	}
	noError(t, emit(func(e *eventbus.Emission) { e.Event, e.Payload = to.Name(), "one" }))
	j.want(t, "another event", "to one")
	noError(t, emit(func(e *eventbus.Emission) { e.Target = eventbus.Window("main") }))
	j.want(t, "a target")
	wantCode(t, emit(func(e *eventbus.Emission) { e.Event = to.Name() }), eventbus.CodeInternal)
	wantCode(t, emit(func(e *eventbus.Emission) { e.Event = client.Name() }), eventbus.CodeDirection)
	wantCode(t, emit(func(e *eventbus.Emission) { e.Event = window.Name() }), eventbus.CodeAudience)
	wantCode(t, emit(func(e *eventbus.Emission) { e.Event = unknown.Name() }), eventbus.CodeUnknownEvent)
	wantCode(t, emit(func(e *eventbus.Emission) { e.Event = "" }), eventbus.CodeUnknownEvent)

	p, _ := attach(t, b)
	peer := join(t, p, eventbus.Peer{Window: "main"})
	send := func(how func(*eventbus.Emission)) error {
		change = how
		return p.Emit(background, peer, port.Incoming{Event: "client", Payload: []byte("2")})
	}
	wantCode(t, send(func(e *eventbus.Emission) { e.Event = from.Name() }), eventbus.CodeDirection)
	wantCode(t, send(func(e *eventbus.Emission) { e.Target = eventbus.Window("main") }), eventbus.CodeAudience)
	j.want(t, "nothing")
	noError(t, send(func(e *eventbus.Emission) { e.Payload = 3 }))
	j.want(t, "another payload", "client 3")
}

func TestInterceptorsMayPassOnNil(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[fmt.Stringer]{Name: "e"})
	b, _ := newBus(t, events(e), eventbus.WithInterceptor(tracer{name: "i", j: new(journal)}))
	var j journal
	e.Listen(b, logTo[fmt.Stringer](&j, "got"))
	e.ListenMeta(b, func(_ context.Context, s fmt.Stringer, _ eventbus.Meta) error { j.add("meta %v", s); return nil })
	noError(t, e.Emit(background, b, nil))
	j.want(t, "a nil interface", "got <nil>", "meta <nil>")
}

// A window has its answer when the interceptors return: what listeners say to what is passed on afterwards
// goes to the error handler.
func TestInterceptorsMayPassOnAWindowsEmitLater(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", From: eventdef.FromClient, Relay: true})
		b, f := newBus(t, events(e), eventbus.WithInterceptor(passing(func(next func(context.Context, eventbus.Emission) error) func(context.Context, eventbus.Emission) error {
			return func(ctx context.Context, e eventbus.Emission) error {
				for range 4 {
					go func() { noError(t, next(ctx, e)) }()
				}
				return nil
			}
		})))
		e.Listen(b, func(context.Context, int) error { return eventbus.Reject("no", "") })
		p, _ := attach(t, b)
		peer := join(t, p, eventbus.Peer{Window: "other"})
		said := p.Emit(background, peer, port.Incoming{Event: "e", Payload: []byte("9"), To: eventbus.Window("other")})
		synctest.Wait()
		if reported := len(f.codes()); (said == nil) != (reported == 4) {
			t.Errorf("the window was told %v, and the error handler of %d refusals", said, reported)
		}
	})
}

// Each call of next is an emit of its own: a refusal of the first keeps the second from nobody.
func TestInterceptorsMayPassOnAWindowsEmitTwice(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e", From: eventdef.FromClient, Relay: true})
	b, _ := newBus(t, events(e), eventbus.WithInterceptor(passing(func(next func(context.Context, eventbus.Emission) error) func(context.Context, eventbus.Emission) error {
		return func(ctx context.Context, e eventbus.Emission) error {
			for n := range 2 {
				e.Payload = n
				if err := next(ctx, e); err != nil {
					return err
				}
			}
			return nil
		}
	})))
	e.Listen(b, func(_ context.Context, n int) error {
		if n == 0 {
			return eventbus.Reject("zero", "")
		}
		return nil
	})
	p, _ := attach(t, b)
	peer, other := join(t, p, eventbus.Peer{}), join(t, p, eventbus.Peer{Window: "other"})
	listen(t, p, other, "e")
	err := p.Emit(background, peer, port.Incoming{Event: "e", Payload: []byte("9"), To: eventbus.Window("other")})
	wantCode(t, eventbus.Public(err), "zero")
	entries := make([]*port.Entry, 4)
	if n, _ := p.Read(0, entries); n != 1 || string(entries[0].Payload) != "1" {
		t.Errorf("the other window got %d entries", n)
	}
}
