package eventbus_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPayloadTypesAreCheap holds that the code of the bus is there once, and not once for each payload type.
func TestPayloadTypesAreCheap(t *testing.T) {
	const (
		more  = 20
		bound = 32 << 10 // bytes that a payload type and its event may add to a program
	)
	one, many := programSize(t, 1), programSize(t, 1+more)
	if each := (many - one) / more; each > bound {
		t.Errorf("an event adds %d bytes to a program, the bound is %d", each, bound)
	}
}

// programSize builds a program with so many events, each of a payload type of its own, and returns how many
// bytes it has.
func programSize(t *testing.T, events int) int64 {
	t.Helper()
	var types, uses strings.Builder
	for i := range events {
		fmt.Fprintf(&types, `
type payload%[1]d struct { Numbers [%[1]d]int; Text string }
var event%[1]d = eventbus.Define(eventbus.Definition[payload%[1]d]{Name: "event:%[1]d"})
`, i)
		fmt.Fprintf(&uses, `
	event%[1]d.Listen(bus, func(context.Context, payload%[1]d) error { return nil })
	event%[1]d.Emit(ctx, bus, payload%[1]d{})
	event%[1]d.EmitTo(ctx, bus, eventbus.All, payload%[1]d{})
`, i)
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	text := "package main\nimport (\"context\"; \"github.com/eventgen/eventgen/runtime/eventbus\")\n" + types.String() +
		"func main() {\n\tctx := context.Background()\n\tbus, _ := eventbus.New()\n" + uses.String() + "}\n"
	if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "program")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", program, source).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	info, err := os.Stat(program)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
