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
	entered, release, closed := make(chan struct{}), make(chan struct{}), make(chan error)
	e.Listen(b, func(context.Context, int) error { close(entered); <-release; return nil })
	if got := b.Health(); got != (eventbus.Health{}) {
		t.Errorf("an open bus: %+v", got)
	}
	go func() { _ = e.Emit(background, b, 1) }()
	<-entered
	ended, cancel := context.WithCancel(background)
	cancel()
	_ = b.Close(ended) // waits for nothing
	if got := b.Health(); !got.Closing {
		t.Errorf("a bus that closes: %+v", got)
	}
	close(release)
	go func() { closed <- b.Close(background) }()
	<-closed
	if got := b.Health(); !got.Closing || !got.Closed {
		t.Errorf("a closed bus: %+v", got)
	}
}
