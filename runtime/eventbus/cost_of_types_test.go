package eventbus_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPayloadTypesAreCheap holds that the code of the bus is there once, and not once for each payload type: an event
// is a few small functions that bring its type in, and one that copies its payloads and calls its listeners.
func TestPayloadTypesAreCheap(t *testing.T) {
	const (
		more          = 20
		boundBytes    = 10 << 10 // that a payload type and its event may add to a program
		page          = 4 << 10  // a program's parts begin at pages: one may be there for no event's sake
		boundCompiled = 16       // functions with code of their own, beside those that pass a call on
		boundLinked   = 8        // functions that are left in the program
	)
	one, many := buildProgram(t, 1), buildProgram(t, 1+more)
	t.Logf("each event adds %d bytes, has %d functions compiled, and %d of them are left in the program",
		(many.bytes-one.bytes)/more, (many.compiled-one.compiled)/more, (many.linked-one.linked)/more)
	if each := (many.bytes - one.bytes - page) / more; each > boundBytes {
		t.Errorf("an event adds %d bytes to a program, the bound is %d", each, boundBytes)
	}
	if each := (many.compiled - one.compiled) / more; each > boundCompiled {
		t.Errorf("an event has %d functions compiled, the bound is %d", each, boundCompiled)
	}
	if each := (many.linked - one.linked) / more; each > boundLinked {
		t.Errorf("an event adds %d functions to a program, the bound is %d", each, boundLinked)
	}
}

// program is what a build made.
type program struct {
	bytes    int64
	compiled int64 // functions of the bus that were compiled for some payload type
	linked   int64 // those that the program has
}

// buildProgram builds a program with so many events, each of a payload type of its own.
func buildProgram(t *testing.T, events int) (p program) {
	t.Helper()
	var types, uses strings.Builder
	for i := range events {
		fmt.Fprintf(&types, `
type payload%[1]d struct { Numbers [%[1]d]int; Text string }
var event%[1]d = eventbus.Define(eventdef.Definition[payload%[1]d]{Name: "event:%[1]d"})
`, i)
		fmt.Fprintf(&uses, `
	event%[1]d.Listen(bus, func(context.Context, payload%[1]d) error { return nil })
	event%[1]d.Emit(ctx, bus, payload%[1]d{})
	event%[1]d.EmitTo(ctx, bus, eventbus.All, payload%[1]d{})
`, i)
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	text := "package main\nimport (\"context\"; \"github.com/eventgen/eventgen/runtime/eventbus\"; \"github.com/eventgen/eventgen/runtime/eventbus/eventdef\")\n" + types.String() +
		"func main() {\n\tctx := context.Background()\n\tbus, _ := eventbus.New()\n" + uses.String() + "}\n"
	if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "program")
	out := goTool(t, "build", "-gcflags=-S", "-o", binary, source)
	for line := range strings.Lines(out) {
		// Functions of a payload type are named after its shape; what passes a call on has no frame.
		if strings.Contains(line, " STEXT ") && strings.Contains(line, "eventbus.") && strings.Contains(line, "[go.shape.") &&
			!strings.Contains(line, "nosplit") {
			p.compiled++
		}
	}
	for line := range strings.Lines(goTool(t, "tool", "nm", binary)) {
		if strings.Contains(line, " T ") && strings.Contains(line, "eventbus.") && strings.Contains(line, "[") {
			p.linked++
		}
	}
	goTool(t, "build", "-ldflags=-s -w", "-o", binary, source)
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	p.bytes = info.Size()
	return p
}

// goTool runs the go command and returns what it printed.
func goTool(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// writeProgram writes a main package and returns its file.
func writeProgram(t *testing.T, source string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
