package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
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

// TestWatch edits a project under a running watch. Every step waits for what the program prints.
func TestWatch(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command several times")
	}
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	save := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := moduleFiles(dir, repository(t)); err != nil {
		t.Fatal(err)
	}
	save("a/a.go", "package a\n\n//eventgen:event a:first\ntype A struct{}\n")

	r, w := io.Pipe()
	a := newApp(dir, append(os.Environ(), offline(t)...), w, w)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	status := make(chan int, 1)
	go func() {
		status <- a.run(ctx, []string{"watch", "./...", "--ts", "ts"})
		w.Close()
	}()
	lines := bufio.NewScanner(r)
	await := func(text string) {
		t.Helper()
		var seen []string
		for lines.Scan() {
			seen = append(seen, lines.Text())
			if strings.Contains(lines.Text(), text) {
				return
			}
		}
		t.Fatalf("the program ended without %q; it printed:\n%s", text, strings.Join(seen, "\n"))
	}
	output := func() string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, "ts", "events.gen.ts"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}

	await("created  ts/events.gen.ts")
	await("eventgen: watching")

	save("a/a.go", "package a\n\n//eventgen:event a:second\ntype A struct{}\n")
	await("updated  ts/events.gen.ts")
	if !strings.Contains(output(), "a:second") {
		t.Error("the edit is not in the output")
	}

	remove := func(name string) {
		t.Helper()
		if err := os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
	remove("ts/events.gen.ts")
	await("created  ts/events.gen.ts")
	remove("a/events_gen.go")
	await("created  a/events_gen.go")
	remove("ts")
	await("created  ts/events.gen.ts")

	save("a/a.go", "package a\n\n//eventgen:event a:third\ntype A struct{ C chan int }\n")
	await("[unsupported-type]")
	save("a/a.go", "package a\n\n//eventgen:event a:third\ntype A struct{ C int32 }\n")
	await("updated  ts/events.gen.ts")

	save("b/deep/b.go", "package deep\n\n//eventgen:event b:new\ntype B struct{}\n")
	await("created  b/deep/events_gen.go")

	save("eventgen.yaml", "hoks: [react]\n")
	await(`unknown setting "hoks"`)
	save("eventgen.yaml", "nil: empty\n")
	await("eventgen: ")

	cancel()
	go io.Copy(io.Discard, r)
	if got := <-status; got != statusDone {
		t.Errorf("status %d", got)
	}
}
