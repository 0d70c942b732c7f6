package run

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

func TestSettle(t *testing.T) {
	write := fsnotify.Event{Name: "a/a.go", Op: fsnotify.Write}
	for _, test := range []struct {
		name   string
		events map[time.Duration]fsnotify.Event // by the time they come at
		begun  bool
		want   time.Duration
	}{
		{"one write", map[time.Duration]fsnotify.Event{time.Second: write}, false, time.Second + quiet},
		{"a save of several writes", map[time.Duration]fsnotify.Event{0: write, quiet / 2: write, quiet: write}, false, 2 * quiet},
		{"what is no change", map[time.Duration]fsnotify.Event{
			0:           {Name: "a/a.go", Op: fsnotify.Chmod},
			time.Second: {Name: "a/.a.go.swp", Op: fsnotify.Create},
			time.Minute: write,
		}, false, time.Minute + quiet},
		{"an output that is written, and then deleted", map[time.Duration]fsnotify.Event{
			0:           {Name: "ts/events.gen.ts", Op: fsnotify.Create},
			time.Second: {Name: "ts/events.gen.ts", Op: fsnotify.Write},
			time.Minute: {Name: "ts/events.gen.ts", Op: fsnotify.Remove},
		}, false, time.Minute + quiet},
		{"writes without end", everyEvent(quiet/2, write), false, patience},
		{"a save that was seen already", nil, true, quiet},
		{"half of a save that was seen already", map[time.Duration]fsnotify.Event{quiet / 2: write}, true, quiet/2 + quiet},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				events := make(chan fsnotify.Event)
				for at, event := range test.events {
					go func() {
						select {
						case <-time.After(at):
						case <-ctx.Done():
							return
						}
						select {
						case events <- event:
						case <-ctx.Done():
						}
					}()
				}
				start := time.Now()
				w := &watcher{outputs: map[string]bool{"ts/events.gen.ts": true}}
				if err := w.settle(ctx, events, nil, test.begun); err != nil {
					t.Fatal(err)
				}
				if got := time.Since(start); got != test.want {
					t.Errorf("settled after %v, want %v", got, test.want)
				}
			})
		})
	}
}

func everyEvent(period time.Duration, event fsnotify.Event) map[time.Duration]fsnotify.Event {
	out := map[time.Duration]fsnotify.Event{}
	for at := time.Duration(0); at < 3*patience; at += period {
		out[at] = event
	}
	return out
}

func TestSettleEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := &watcher{}
	if err := w.settle(ctx, nil, nil, false); err != nil {
		t.Error(err)
	}
	failures := make(chan error, 1)
	failures <- io.ErrUnexpectedEOF
	if err := w.settle(t.Context(), nil, failures, false); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	failures <- fsnotify.ErrEventOverflow
	if err := w.settle(t.Context(), nil, failures, false); err != nil {
		t.Errorf("after an overflow: %v", err)
	}
}
