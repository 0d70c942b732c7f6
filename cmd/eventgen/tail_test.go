package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/httptransport"
)

var (
	kept  = eventbus.Define(eventdef.Definition[string]{Name: "kept", Replay: 3})
	moved = eventbus.Define(eventdef.Definition[map[string]int]{Name: "moved", From: eventdef.FromClient})
)

// application serves events until the test ends.
func application(t *testing.T) (address string) {
	t.Helper()
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(kept, moved)))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"one", "two", "three"} {
		if err := kept.Emit(context.Background(), bus, text); err != nil {
			t.Fatal(err)
		}
	}
	moved.Listen(bus, func(_ context.Context, payload map[string]int) error {
		if payload["x"] > 9 {
			return eventbus.Reject("too_far", "nine at most")
		}
		return nil
	})
	h, err := httptransport.New(bus)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(func() {
		if err := bus.Close(context.Background()); err != nil {
			t.Error(err)
		}
		server.Close()
	})
	return server.URL
}

// call runs the program and returns what it prints, without times.
func call(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, err bytes.Buffer
	status = newApp(t.TempDir(), nil, &out, &err).run(t.Context(), args)
	times := regexp.MustCompile(`\d\d:\d\d:\d\d\.\d{3}|"time":"[^"]*"|in [0-9.]+[mµ]?s`)
	return times.ReplaceAllString(out.String(), "TIME"), err.String(), status
}

func TestTailOfARunningApplication(t *testing.T) {
	address := application(t)
	for _, transport := range []string{"ws", "sse"} {
		stdout, stderr, status := call(t, "tail", address, "kept", "-n", "2", "--transport", transport)
		if want := "TIME  kept       1  \"one\"\nTIME  kept       2  \"two\"\n"; stdout != want || status != 0 {
			t.Errorf("%s: status %d, printed %q, want %q", transport, status, stdout, want)
		}
		if want := "connected by " + transport + ", listening to kept\n"; stderr != want {
			t.Errorf("said %q, want %q", stderr, want)
		}
	}
	stdout, _, _ := call(t, "tail", address, "kept", "-n", "1", "--grep", "thr", "--json", "-q")
	if want := `{TIME,"event":"kept","seq":3,"payload":"three"}` + "\n"; stdout != want {
		t.Errorf("printed %q, want %q", stdout, want)
	}
	_, stderr, status := call(t, "tail", address, "absent")
	if status != 2 || !strings.Contains(stderr, "absent is refused: unknown_event") {
		t.Errorf("status %d, said %q", status, stderr)
	}
}

func TestEmitToARunningApplication(t *testing.T) {
	address := application(t)
	stdout, _, status := call(t, "emit", address, "moved", `{"x":1}`, "--unchecked")
	if stdout != "acknowledged moved TIME\n" || status != 0 {
		t.Errorf("status %d, printed %q", status, stdout)
	}
	_, stderr, status := call(t, "emit", address, "moved", `{"x":10}`, "--unchecked")
	if want := "error: the application refuses moved: too_far: nine at most\n"; stderr != want || status != 1 {
		t.Errorf("status %d, said %q, want %q", status, stderr, want)
	}
	stdout, _, status = call(t, "emit", address, "moved", `{"x":10}`, "--unchecked", "--json")
	if want := `{"ack":false,"error":{"code":"too_far","message":"nine at most"},"event":"moved"}` + "\n"; stdout != want || status != 1 {
		t.Errorf("status %d, printed %q, want %q", status, stdout, want)
	}
}
