package eventbustest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

func TestDeliveries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		line := eventbus.Define(eventdef.Definition[string]{Name: "log:line", Batch: 2, Wait: time.Second})
		paid := eventbus.Define(eventdef.Definition[order]{Name: "order:paid", Throttle: time.Second})
		b, r := eventbustest.New(t, eventbus.WithCatalog(eventbus.NewCatalog(line, paid)))
		lines := eventbustest.Listen(t, b, line)
		orders := eventbustest.Listen(t, b, paid)
		every := eventbustest.Listen(t, b, paid, eventbus.EveryEmit())
		emit := func(n int) {
			if err := errors.Join(line.Emit(t.Context(), b, fmt.Sprint("line ", n)),
				paid.Emit(t.Context(), b, order{"a", n})); err != nil {
				t.Fatal(err)
			}
		}
		emit(1)
		emit(2)
		emit(3)
		eventbustest.ExpectDelivered(t, orders, order{"a", 1})
		eventbustest.ExpectDeliveredBatches(t, lines, []string{"line 1", "line 2"})
		if err := orders.Wait(t.Context(), 2); err != nil { // the trailing edge, a second later
			t.Error(err)
		}
		if err := lines.Wait(t.Context(), 3); err != nil {
			t.Error(err)
		}
		eventbustest.ExpectDelivered(t, orders, order{"a", 1}, order{"a", 3})
		eventbustest.ExpectDelivered(t, every, order{"a", 1}, order{"a", 2}, order{"a", 3})
		eventbustest.ExpectDelivered(t, lines, "line 1", "line 2", "line 3")
		eventbustest.ExpectDeliveredBatches(t, lines, []string{"line 1", "line 2"}, []string{"line 3"})
		eventbustest.ExpectEmitted(t, r, line, "line 1", "line 2", "line 3")

		for want, assert := range map[string]func(testing.TB){
			"order:paid delivered (-want +got):\n  {\"id\":\"a\",\"n\":1}\n- {\"id\":\"a\",\"n\":2}\n  {\"id\":\"a\",\"n\":3}\n": func(t testing.TB) {
				eventbustest.ExpectDelivered(t, orders, order{"a", 1}, order{"a", 2}, order{"a", 3})
			},
			"log:line delivered in batches (-want +got):\n- [\"line 1\"]\n- [\"line 2\",\"line 3\"]\n+ [\"line 1\",\"line 2\"]\n+ [\"line 3\"]\n": func(t testing.TB) {
				eventbustest.ExpectDeliveredBatches(t, lines, []string{"line 1"}, []string{"line 2", "line 3"})
			},
		} {
			if got := failing(t, assert); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		}
	})
}

func TestWaitSaysHowFarItCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, _ := eventbustest.New(t, eventbus.WithCatalog(eventbus.NewCatalog(e)))
		got := eventbustest.Listen(t, b, e, eventbus.Async(8, eventbus.Block))
		if err := e.Emit(t.Context(), b, 1); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := got.Wait(ctx, 2)
		if !errors.Is(err, context.DeadlineExceeded) || err.Error() != "e was delivered 1 times, want 2: context deadline exceeded" {
			t.Errorf("got %v", err)
		}
	})
}
