package eventbustest_test

import (
	"context"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// A test of what a listener gets, which waits for the last value of a throttle.
func ExampleListen() { //nolint:testableexamples // it needs the t of a test
	var t *testing.T // the test's own

	progress := eventbus.Define(eventdef.Definition[int]{Name: "progress", Throttle: 100 * time.Millisecond})
	bus, rec := eventbustest.New(t, eventbus.WithCatalog(eventbus.NewCatalog(progress)))
	got := eventbustest.Listen(t, bus, progress)

	for percent := range 3 {
		if err := progress.Emit(t.Context(), bus, percent); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := got.Wait(ctx, 2); err != nil {
		t.Fatal(err)
	}
	eventbustest.ExpectEmitted(t, rec, progress, 0, 1, 2)
	eventbustest.ExpectDelivered(t, got, 0, 2)
}
