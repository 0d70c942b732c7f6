package eventbus_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

func TestGuarantee22Admission(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[step]{Name: "e", Throttle: time.Hour, Key: stepKey, Keys: 1})
	window := eventbus.Define(eventdef.Definition[int]{Name: "window", To: eventdef.ToWindow})
	client := eventbus.Define(eventdef.Definition[int]{Name: "client", From: eventdef.FromClient})
	unknown := eventbus.Define(eventdef.Definition[int]{Name: "unknown"})
	b, f := newBus(t, events(e, window, client))
	done, cancel := context.WithCancel(background)
	cancel()
	wantCode(t, e.Emit(done, b, step{"a", 1}), eventbus.CodeCanceled)
	wantCode(t, unknown.Emit(background, b, 1), eventbus.CodeUnknownEvent)
	wantCode(t, client.Emit(background, b, 1), eventbus.CodeDirection)
	wantCode(t, window.Emit(background, b, 1), eventbus.CodeAudience)
	wantCode(t, window.EmitTo(background, b, eventbus.Window("x"), 1), eventbus.CodeNoTarget)
	noError(t, e.Emit(background, b, step{"a", 1}))
	wantCode(t, e.Emit(background, b, step{"b", 1}), eventbus.CodeTooManyKeys)
	later := eventbus.Define(eventdef.Definition[any]{Name: "later"})
	b2, f2 := newBus(t, events(later))
	p, _ := attach(t, b2)
	listen(t, p, join(t, p, eventbus.Peer{}), "later")
	later.Listen(b2, func(context.Context, any) error { return errors.New("later") })
	noError(t, later.Emit(background, b2, func() {}))
	f2.want(t, "later", eventbus.CodeEncode, eventbus.CodeListener)
	noError(t, b.Close(background))
	wantCode(t, e.Emit(background, b, step{"a", 1}), eventbus.CodeClosed)
	f.want(t, "at once")
}

func TestGuarantee23StrictEmit(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[any]{Name: "e", Max: 4})
	b, _ := newBus(t, events(e), eventbus.WithStrictEmit())
	e.Listen(b, func(_ context.Context, v any) error {
		if v != "ok" {
			t.Errorf("a listener got %v", v)
		}
		return nil
	})
	wantCode(t, e.Emit(background, b, func() {}), eventbus.CodeEncode)
	wantCode(t, e.Emit(background, b, "long"), eventbus.CodeTooLarge)
	noError(t, e.Emit(background, b, "ok"))
}
