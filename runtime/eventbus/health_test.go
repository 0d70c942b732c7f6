package eventbus_test

import (
	"context"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

func TestHealth(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, []eventbus.AnyEvent{e})
	if got := b.Health(); got != (eventbus.Health{}) {
		t.Errorf("an open bus: %+v", got)
	}
	e.Listen(b, func(context.Context, int) error {
		noError(t, b.Close(background)) // inside a listener it does not wait
		if got := b.Health(); !got.Closing || got.Closed {
			t.Errorf("a bus that closes: %+v", got)
		}
		return nil
	})
	noError(t, e.Emit(background, b, 1))
	noError(t, b.Close(background))
	if got := b.Health(); !got.Closing || !got.Closed {
		t.Errorf("a closed bus: %+v", got)
	}
}
