package eventbus

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// tracer is an interceptor that writes down what passes.
type tracer struct {
	name string
	j    *journal
	emit func(Emission) (Emission, error)
}

func (tr tracer) WrapEmit(next EmitFunc) EmitFunc {
	return func(ctx context.Context, e Emission) error {
		tr.j.add("%s emit %s %v", tr.name, e.Event.Name, e.Payload)
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

func (tr tracer) WrapListen(next ListenFunc) ListenFunc {
	return func(ctx context.Context, d Delivery) error {
		tr.j.add("%s listen %v", tr.name, d.Payload)
		return next(ctx, d)
	}
}

func TestGuarantee21Interceptors(t *testing.T) {
	e := Define(Definition[int]{Name: "e"})
	client := Define(Definition[int]{Name: "client", From: FromClient})
	var j journal
	b, f := newBus(t, events(e, client), WithInterceptor(tracer{name: "outer", j: &j}, tracer{name: "inner", j: &j}))
	var calls journal
	e.Listen(b, logTo[int](&calls, "fn"))
	e.ListenMeta(b, func(_ context.Context, n int, m Meta) error { calls.add("meta %d %s", n, m.Event); return nil })
	e.ListenBatch(b, logTo[[]int](&calls, "batch"))
	noError(t, e.Emit(background, b, 1))
	calls.want(t, "calls", "fn 1", "meta 1 e", "batch [1]")
	j.want(t, "interceptors", "outer emit e 1", "inner emit e 1", "outer listen 1", "inner listen 1", "outer listen 1",
		"inner listen 1", "outer listen 1", "inner listen 1", "inner emitted", "outer emitted")
	wantCode(t, client.Emit(background, b, 1), CodeDirection)
	wantCode(t, e.EmitTo(background, b, Target{}, 1), CodeInvalidTarget)
	j.want(t, "what was not admitted")
	p, _ := attach(t, b)
	peer := join(t, p, Peer{})
	client.Listen(b, func(context.Context, int) error { return Reject("no", "") })
	wantCode(t, Public(p.Emit(background, peer, Incoming{Event: "client", Payload: []byte("5")})), "no")
	j.want(t, "a window's emit", "outer emit client 5", "inner emit client 5", "outer listen 5", "inner listen 5",
		"inner emitted", "outer emitted")
	f.want(t, "failures")
}

func TestInterceptorsMayChangeAndRefuse(t *testing.T) {
	e := Define(Definition[int]{Name: "e", Max: 0})
	var j journal
	refused := errors.New("refused")
	b, f := newBus(t, events(e), WithInterceptor(tracer{name: "i", j: new(journal), emit: func(e Emission) (Emission, error) {
		switch e.Payload {
		case 1:
			e.Payload = 100
		case 2:
			return e, refused
		case 3:
			e.Payload = "three"
		case 4:
			e.Target = Target{kind: targetExcept, more: &targetMore{}}
		}
		return e, nil
	}}))
	e.Listen(b, logTo[int](&j, "got"))
	noError(t, e.Emit(background, b, 1))
	j.want(t, "changed", "got 100")
	if err := e.Emit(background, b, 2); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	wantCode(t, e.Emit(background, b, 3), CodeInternal)
	wantCode(t, e.Emit(background, b, 4), CodeInvalidTarget)
	j.want(t, "nothing")
	f.want(t, "failures")
}

func TestPoliciesHaveNames(t *testing.T) {
	got := fmt.Sprint(FromServer, FromClient, FromBoth, ToAny, ToWindow, ToGroup, SlowResume, SlowLatest, SlowDrop,
		Block, DropOldest, DropNewest, Latest, Direction(9), Audience(9), SlowPolicy(9), Overflow(9))
	want := "server client both any window group resume latest drop block drop-oldest drop-newest latest invalid invalid invalid invalid"
	if got != want {
		t.Errorf("got %q", got)
	}
}
