package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/eventgen/eventgen/examples/webhooks/hooks"
	"github.com/eventgen/eventgen/runtime/eventbus"
)

// What the generated encoders write for the recorded payloads are values of the generated
// TypeScript types.
func TestRecordedPayloadsHaveTheirTypes(t *testing.T) {
	tsc, err := filepath.Abs("../../runtime/ts/node_modules/.bin/tsc")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(tsc); err != nil {
		t.Fatal("the TypeScript compiler is not installed: run make deps")
	}
	generated, err := filepath.Abs("ts")
	if err != nil {
		t.Fatal(err)
	}

	var module bytes.Buffer
	fmt.Fprintf(&module, "import type { ServerEvents } from %q;\n", filepath.ToSlash(generated)+"/catalog.gen")
	for i, sample := range recordedOnTheWire(t) {
		fmt.Fprintf(&module, "export const sample%d: ServerEvents[%q] = %s;\n", i, sample.event, sample.payload)
	}
	// The types do refuse: a payload of another event, and a number that travels as text.
	module.WriteString(`declare const push: ServerEvents['github:push'];
// @ts-expect-error
export const other: ServerEvents['docker:event'] = push;
// @ts-expect-error
export const time: NonNullable<ServerEvents['docker:event']['timeNano']> = 1778000000943338177;
`)
	dir := t.TempDir()
	config, err := json.Marshal(map[string]any{
		"compilerOptions": map[string]any{
			"target": "ES2022", "lib": []string{"ES2022", "DOM"}, "types": []string{}, "noEmit": true,
			"module": "ESNext", "moduleResolution": "bundler",
			"strict": true, "exactOptionalPropertyTypes": true,
		},
		"files": []string{"samples.ts"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"samples.ts": module.Bytes(), "tsconfig.json": config} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.CommandContext(t.Context(), tsc, "-p", dir, "--pretty", "false").CombinedOutput(); err != nil {
		t.Errorf("tsc: %v\n%s", err, out)
	}
}

type sample struct {
	event   string
	payload []byte // as the generated encoder writes it
}

// transport stands for windows: what it is subscribed to is encoded.
type transport struct{}

func (transport) Wake()     {}
func (transport) Shutdown() {}

// recordedOnTheWire replays the recorded payloads and returns what windows get of them.
func recordedOnTheWire(t *testing.T) []sample {
	t.Helper()
	bus, err := eventbus.New(eventbus.WithCatalog(hooks.Events))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Close(context.Background()) })
	port, err := bus.Attach(transport{})
	if err != nil {
		t.Fatal(err)
	}
	peer, err := port.Join(eventbus.Peer{})
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{"github:push": true, "github:workflow_run": true, "github:pull_request": true, "docker:event": true}
	for event := range missing {
		if _, err := port.Listen(peer, event); err != nil {
			t.Fatal(err)
		}
	}
	subscription, err := port.Listen(peer, "docker:event")
	if err != nil {
		t.Fatal(err)
	}
	start := port.At()
	if err := replay(handler(bus)); err != nil {
		t.Fatal(err)
	}
	if err := bus.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	entries := slices.Grow(subscription.Values, 100)[:100]
	n, _ := port.Read(start, entries)
	var samples []sample
	for _, entry := range entries[:n] {
		payloads := []json.RawMessage{entry.Payload}
		if entry.Batch > 0 {
			if err := json.Unmarshal(entry.Payload, &payloads); err != nil {
				t.Fatal(err)
			}
		}
		for _, payload := range payloads {
			samples = append(samples, sample{entry.Event.Name, payload})
		}
		delete(missing, entry.Event.Name)
	}
	for event := range missing {
		t.Errorf("no payload of %s is recorded", event)
	}
	return samples
}
