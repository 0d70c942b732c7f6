package eventbus

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestGuarantee22Admission(t *testing.T) {
	e := Define(Definition[step]{Name: "e", Throttle: time.Hour, Key: stepKey, Keys: 1})
	window := Define(Definition[int]{Name: "window", To: ToWindow})
	client := Define(Definition[int]{Name: "client", From: FromClient})
	unknown := Define(Definition[int]{Name: "unknown"})
	b, f := newBus(t, events(e, window, client))
	done, cancel := context.WithCancel(background)
	cancel()
	wantCode(t, e.Emit(done, b, step{"a", 1}), CodeCanceled)
	wantCode(t, unknown.Emit(background, b, 1), CodeUnknownEvent)
	wantCode(t, client.Emit(background, b, 1), CodeDirection)
	wantCode(t, window.Emit(background, b, 1), CodeAudience)
	wantCode(t, window.EmitTo(background, b, Window("x"), 1), CodeNoTarget)
	noError(t, e.Emit(background, b, step{"a", 1}))
	wantCode(t, e.Emit(background, b, step{"b", 1}), CodeTooManyKeys)
	later := Define(Definition[any]{Name: "later"})
	b2, f2 := newBus(t, events(later))
	p, _ := attach(t, b2)
	listen(t, p, join(t, p, Peer{}), "later")
	later.Listen(b2, func(context.Context, any) error { return errors.New("later") })
	noError(t, later.Emit(background, b2, func() {}))
	f2.want(t, "later", CodeEncode, CodeListener)
	noError(t, b.Close(background))
	wantCode(t, e.Emit(background, b, step{"a", 1}), CodeClosed)
	f.want(t, "at once")
}

func TestGuarantee23StrictEmit(t *testing.T) {
	e := Define(Definition[any]{Name: "e", Max: 4})
	b, _ := newBus(t, events(e), WithStrictEmit())
	e.Listen(b, func(_ context.Context, v any) error {
		if v != "ok" {
			t.Errorf("a listener got %v", v)
		}
		return nil
	})
	wantCode(t, e.Emit(background, b, func() {}), CodeEncode)
	wantCode(t, e.Emit(background, b, "long"), CodeTooLarge)
	noError(t, e.Emit(background, b, "ok"))
}
