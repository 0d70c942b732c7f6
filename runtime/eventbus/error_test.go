package eventbus_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

func TestCodeOf(t *testing.T) {
	own := eventbus.Reject("busy", "later")
	for want, err := range map[eventbus.Code]error{
		"": nil, "busy": fmt.Errorf("wrapped: %w", own), eventbus.CodeCanceled: context.Canceled,
		eventbus.CodeInternal: errors.New("something else"),
	} {
		if got := eventbus.CodeOf(err); got != want {
			t.Errorf("the code of %v is %q, want %q", err, got, want)
		}
	}
	if got := eventbus.CodeOf(context.DeadlineExceeded); got != eventbus.CodeCanceled {
		t.Errorf("a deadline is %q", got)
	}
}

// Every function that fails returns an *Error, the ends of contexts included, whose cause can still be asked for.
func TestEveryErrorHasACode(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Debounce: time.Hour})
		unknown := eventbus.Define(eventdef.Definition[int]{Name: "unknown"})
		b, _ := newBus(t, events(e))
		release := make(chan struct{})
		e.Listen(b, func(context.Context, int) error { <-release; return nil }, eventbus.Async(1, eventbus.Block))
		noError(t, e.Emit(background, b, 1))
		ended, cancel := context.WithCancel(background)
		cancel()
		_, waited := e.Wait(ended, b)
		broken := eventbus.NewCatalog(eventbus.Define(eventdef.Definition[int]{Name: "no name"}))
		_, invalid := eventbus.New(eventbus.WithCatalog(broken))
		_, bounds := eventbus.New(eventbus.WithLog(-1, 0))
		late, cancelLate := context.WithTimeout(background, time.Second)
		defer cancelLate()
		for _, c := range []struct {
			what  string
			err   error
			code  eventbus.Code
			cause error
		}{
			{"Emit", e.Emit(ended, b, 1), eventbus.CodeCanceled, context.Canceled},
			{"Wait", waited, eventbus.CodeCanceled, context.Canceled},
			{"Flush of the event", e.Flush(late, b), eventbus.CodeCanceled, context.DeadlineExceeded},
			{"Flush", b.Flush(ended), eventbus.CodeCanceled, context.Canceled},
			{"Forget", unknown.Forget(b), eventbus.CodeUnknownEvent, nil},
			{"New", invalid, eventbus.CodeInvalid, nil},
			{"WithLog", bounds, eventbus.CodeInvalid, nil},
		} {
			failed, ok := errors.AsType[*eventbus.Error](c.err)
			if !ok || failed.Code != c.code || c.cause != nil && !errors.Is(c.err, c.cause) {
				t.Errorf("%s returned %v", c.what, c.err)
			}
		}
		close(release)
	})
}
