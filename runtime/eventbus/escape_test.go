package eventbus_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// pointing is a payload that points to others in every way.
type pointing struct {
	Pointer *[4]int
	Any     any
	Slice   []int
	Text    string
	Func    func() int
}

//go:noinline
func emitPointing(t *testing.T, n int, emit func(pointing) error) {
	numbers := [4]int{n, n, n, n}
	list := []int{n, n}
	var text [8]byte
	written := strconv.AppendInt(text[:0], int64(n), 10)
	noError(t, emit(pointing{&numbers, numbers, list, string(written), func() int { return numbers[3] }}))
}

// overwriteStack uses the stack that earlier calls have used.
//
//go:noinline
func overwriteStack(depth int) int {
	var junk [256]int
	for i := range junk {
		junk[i] = -1
	}
	if depth > 0 {
		return overwriteStack(depth-1) + junk[depth]
	}
	return junk[7]
}

// What a payload points to outlives the call that emits it: the compiler must not put it on the stack.
func TestPayloadsPointToTheHeap(t *testing.T) {
	bubble(t, func(t *testing.T) {
		batched := eventbus.Define(eventdef.Definition[pointing]{Name: "batched", Batch: 100, Wait: time.Second})
		plain := eventbus.Define(eventdef.Definition[pointing]{Name: "plain", Replay: 10})
		b, _ := newBus(t, events(batched, plain))
		var got []pointing
		batched.Listen(b, func(_ context.Context, p pointing) error { got = append(got, p); return nil })
		for n := range 10 {
			// Called directly, so that the compiler knows what Emit does with its arguments.
			numbers := [4]int{n, n, n, n}
			noError(t, batched.Emit(background, b, pointing{Pointer: &numbers, Any: numbers, Slice: []int{n, n}, Text: strings.Repeat(strconv.Itoa(n), 2)}))
			noError(t, plain.EmitTo(background, b, eventbus.All, pointing{Pointer: &numbers}))
			emitPointing(t, n, func(p pointing) error { return plain.Emit(background, b, p) })
			overwriteStack(8)
		}
		settle(time.Minute)
		overwriteStack(8)
		plain.Listen(b, func(_ context.Context, p pointing) error { got = append(got, p); return nil })
		for i, p := range got {
			n := i % 10
			if *p.Pointer != [4]int{n, n, n, n} || p.Any != any([4]int{n, n, n, n}) || p.Slice[0] != n || p.Slice[1] != n ||
				!strings.HasPrefix(p.Text, strconv.Itoa(n)) || p.Func != nil && p.Func() != n {
				t.Errorf("payload %d is %v", n, p)
			}
		}
		if len(got) != 20 {
			t.Errorf("got %d", len(got))
		}
	})
}

// The compiler says of each method that brings in payloads that it leaks what they point to.
func TestEmitLeaksWhatItsPayloadPointsTo(t *testing.T) {
	out := goTool(t, "build", "-gcflags=-m", "-o", t.TempDir()+"/x", writeProgram(t, `package main

import (
	"context"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

func emit(e *eventbus.Event[*int], b *eventbus.Bus) error {
	n := 1
	return e.Emit(context.Background(), b, &n)
}

func emitTo(e *eventbus.Event[*int], b *eventbus.Bus) error {
	m := 1
	return e.EmitTo(context.Background(), b, eventbus.All, &m)
}

func main() { _, _ = emit(nil, nil), emitTo(nil, nil) }
`))
	for _, name := range []string{"n", "m"} {
		if !strings.Contains(out, "moved to heap: "+name+"\n") {
			t.Errorf("%s stays on the stack:\n%s", name, out)
		}
	}
}
