package eventbustest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

type order struct {
	ID string `json:"id"`
	N  int    `json:"n"`
}

// failures is a test that writes its failures down.
type failures struct {
	testing.TB
	text strings.Builder
}

func (f *failures) Helper()                        {}
func (f *failures) Errorf(format string, a ...any) { fmt.Fprintf(&f.text, format, a...) }

// failing runs an assertion and returns what it says.
func failing(t *testing.T, assert func(t testing.TB)) string {
	f := &failures{TB: t}
	assert(f)
	return f.text.String()
}

func TestRecorder(t *testing.T) {
	placed := eventbus.Define(eventdef.Definition[order]{Name: "order:placed"})
	paid := eventbus.Define(eventdef.Definition[order]{Name: "order:paid", Throttle: 1e9})
	b, r := eventbustest.New(t, eventbus.WithCatalog(eventbus.NewCatalog(placed, paid)))
	ctx := context.Background()
	placed.Listen(b, func(ctx context.Context, o order) error { return paid.Emit(ctx, b, o) })
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(placed.Emit(ctx, b, order{"a", 1}))
	must(placed.Emit(ctx, b, order{"b", 2}))
	must(placed.EmitTo(ctx, b, eventbus.Window("main"), order{"c", 3}))
	if err := placed.EmitTo(ctx, b, eventbus.Target{}, order{}); err == nil {
		t.Fatal("the zero target was taken")
	}

	eventbustest.ExpectEmitted(t, r, placed, order{"a", 1}, order{"b", 2})
	eventbustest.ExpectEmitted(t, r, paid, order{"a", 1}, order{"b", 2})
	eventbustest.ExpectEmittedTo(t, r, placed, eventbus.Window("main"), order{"c", 3})
	eventbustest.ExpectEmittedTo(t, r, placed, eventbus.Window("side"))
	eventbustest.ExpectCount(t, r, placed, 3)
	eventbustest.ExpectOrder(t, r, placed, paid, placed, paid, placed)

	for want, assert := range map[string]func(testing.TB){
		"order:placed emitted (-want +got):\n  {\"id\":\"a\",\"n\":1}\n- {\"id\":\"b\",\"n\":9}\n+ {\"id\":\"b\",\"n\":2}\n": func(t testing.TB) {
			eventbustest.ExpectEmitted(t, r, placed, order{"a", 1}, order{"b", 9})
		},
		"order:placed emitted to window side (-want +got):\n- {\"id\":\"c\",\"n\":3}\n": func(t testing.TB) {
			eventbustest.ExpectEmittedTo(t, r, placed, eventbus.Window("side"), order{"c", 3})
		},
		"order:paid was emitted 2 times, want 1": func(t testing.TB) { eventbustest.ExpectCount(t, r, paid, 1) },
		"the order of emits (-want +got):\n  \"order:placed\"\n  \"order:paid\"\n+ \"order:placed\"\n+ \"order:paid\"\n+ \"order:placed\"\n": func(t testing.TB) {
			eventbustest.ExpectOrder(t, r, placed, paid)
		},
	} {
		if got := failing(t, assert); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
	r.Reset()
	eventbustest.ExpectCount(t, r, placed, 0)
}

func TestRecorderKeepsErrors(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, r := eventbustest.New(t, eventbus.WithCatalog(eventbus.NewCatalog(e)))
	cause := errors.New("cause")
	e.Listen(b, func(context.Context, int) error { return cause })
	if err := e.Emit(context.Background(), b, 1); err != nil {
		t.Fatal(err)
	}
	if list := r.Errors(); len(list) != 1 || !errors.Is(list[0], cause) || len(r.Errors()) != 0 {
		t.Errorf("got %v", list)
	}
}
