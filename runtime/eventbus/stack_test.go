package eventbus_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// insideProgram closes its bus inside every kind of callback, where Close must not wait for the callback that it is
// called in: otherwise the program does not end.
const insideProgram = `package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

type payload struct{ ID string }

func main() {
	ctx := context.Background()
	for _, where := range []string{"listener", "meta", "batch", "async", "any", "error", "encoder", "key", "deferred", "stream"} {
		done := make(chan struct{})
		go func() { defer close(done); run(ctx, where) }()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			fmt.Println("Close waits for its caller inside", where)
			os.Exit(1)
		}
	}
	fmt.Println("ok")
}

func run(ctx context.Context, where string) {
	var b *eventbus.Bus
	called := make(chan struct{}, 100)
	at := func(here string) error {
		if here == where {
			called <- struct{}{}
			return b.Close(ctx)
		}
		return nil
	}
	d := eventdef.Definition[payload]{
		Name: "e", Throttle: time.Millisecond,
		Key:    func(p *payload) eventbus.Key { at("key"); return eventdef.StringKey(p.ID) },
		Encode: func(dst []byte, p *payload) ([]byte, error) { at("encoder"); return append(dst, '1'), nil },
	}
	if where == "batch" {
		d.Key, d.Throttle, d.Batch = nil, 0, 2
	}
	e := eventbus.Define(d)
	opts := []eventbus.Option{
		eventbus.WithCatalog(eventbus.NewCatalog(e)),
		eventbus.WithErrorHandler(func(context.Context, *eventbus.Error) { at("error") }),
	}
	if where == "encoder" {
		opts = append(opts, eventbus.WithStrictEmit())
	}
	b, _ = eventbus.New(opts...)
	e.Listen(b, func(context.Context, payload) error { return at("listener") })
	e.ListenMeta(b, func(context.Context, payload, eventbus.Meta) error { return at("meta") })
	e.ListenBatch(b, func(context.Context, []payload) error { return at("batch") })
	e.Listen(b, func(context.Context, payload) error { return at("async") }, eventbus.Async(4, eventbus.Block))
	b.ListenAny(func(context.Context, eventbus.Delivery) error { return at("any") })
	n := 0
	e.Listen(b, func(context.Context, payload) error {
		if n++; n > 1 {
			at("deferred")
		}
		if where == "error" {
			return errors.New("failed")
		}
		return nil
	})
	stream := e.Stream(ctx, b)
	for range 3 {
		e.Emit(ctx, b, payload{"a"})
	}
	for range stream {
		at("stream")
		if where == "stream" {
			break
		}
		if where != "deferred" || len(called) > 0 {
			break
		}
	}
	<-called
	if err := b.Close(ctx); err != nil {
		fmt.Println(where, err)
		os.Exit(1)
	}
}
`

// TestCallbacksAreSeenInEveryBuild holds that the bus knows its callbacks on the stack, by the names of its functions,
// however the program was built.
func TestCallbacksAreSeenInEveryBuild(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	if err := os.WriteFile(source, []byte(insideProgram), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, flags := range map[string][]string{
		"plain": nil, "trimmed and stripped": {"-trimpath", "-ldflags=-s -w"},
		"not inlined": {"-gcflags=github.com/eventgen/eventgen/...=-l"},
	} {
		t.Run(name, func(t *testing.T) {
			binary := filepath.Join(dir, "program")
			goTool(t, append(append([]string{"build"}, flags...), "-o", binary, source)...)
			if out, err := exec.CommandContext(t.Context(), binary).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
