package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// A signal ends a run at any time, and never while files are half written.
func TestSignal(t *testing.T) {
	for _, test := range []struct {
		name   string
		work   func(a *app, ctx context.Context) int
		status int
		took   time.Duration
		says   string
	}{
		{"none", func(*app, context.Context) int { return statusProblems }, statusProblems, 0, ""},
		{"a run that ends in order", func(_ *app, ctx context.Context) int {
			<-ctx.Done()
			return statusProblems
		}, statusProblems, time.Minute, ""},
		{"a run that never ends", func(*app, context.Context) int {
			time.Sleep(24 * time.Hour)
			return statusDone
		}, statusEnvironment, time.Minute + grace, "eventgen: interrupted\n"},
		{"a run that writes", func(a *app, _ context.Context) int {
			a.writing <- struct{}{}
			time.Sleep(time.Hour)
			<-a.writing
			time.Sleep(24 * time.Hour)
			return statusDone
		}, statusEnvironment, time.Hour, "eventgen: interrupted\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var said bytes.Buffer
				a := newApp(t.TempDir(), nil, &said, &said)
				signals := make(chan os.Signal, 1)
				go func() {
					time.Sleep(time.Minute)
					signals <- syscall.SIGTERM
				}()
				defer time.Sleep(48 * time.Hour) // until all that is left behind has ended
				start := time.Now()
				status := a.untilSignal(signals, func(ctx context.Context) int { return test.work(a, ctx) })
				if took := time.Since(start); status != test.status || took != test.took {
					t.Errorf("status %d after %v, want %d after %v", status, took, test.status, test.took)
				}
				if !strings.HasPrefix(said.String(), test.says) || test.says == "" && said.Len() > 0 {
					t.Errorf("it says %q, want %q", said.String(), test.says)
				}
			})
		})
	}
}
