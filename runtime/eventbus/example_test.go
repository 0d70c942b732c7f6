package eventbus_test

import (
	"context"
	"fmt"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// Download tells how far one download has come.
type Download struct {
	ID      string `json:"id"`
	Percent int    `json:"percent"`
}

// guide is the code of the package's documentation.
func guide(ctx context.Context) error {
	progress := eventbus.Define(eventdef.Definition[Download]{Name: "download:progress", Throttle: 100 * time.Millisecond})
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(progress)))
	if err != nil {
		return err
	}
	defer bus.Close(ctx)
	unlisten := progress.Listen(bus, func(ctx context.Context, d Download) error {
		fmt.Println(d.ID, d.Percent)
		return nil
	})
	defer unlisten()
	return progress.Emit(ctx, bus, Download{ID: "a", Percent: 7})
}

func Example() {
	if err := guide(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: a 7
}

func Example_flushes() {
	progress := eventbus.Define(eventdef.Definition[Download]{
		Name:     "download:progress",
		Throttle: 100 * time.Millisecond,
		Key:      func(d *Download) eventbus.Key { return eventdef.StringKey(d.ID) },
	})
	complete := eventbus.Define(eventdef.Definition[Download]{
		Name:    "download:complete",
		Key:     func(d *Download) eventbus.Key { return eventdef.StringKey(d.ID) },
		Sticky:  true,
		Flushes: []string{"download:progress"},
	})
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(progress, complete)))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	defer bus.Close(ctx)

	progress.Listen(bus, func(_ context.Context, d Download) error {
		fmt.Println("progress", d.Percent)
		return nil
	})
	complete.Listen(bus, func(_ context.Context, d Download) error {
		fmt.Println("complete")
		return nil
	})
	for percent := range 100 {
		if err := progress.Emit(ctx, bus, Download{"a", percent}); err != nil {
			fmt.Println(err)
		}
	}
	if err := complete.Emit(ctx, bus, Download{"a", 100}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// progress 0
	// progress 99
	// complete
}

func ExampleAsync() {
	line := eventbus.Define(eventdef.Definition[string]{Name: "log:line"})
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(line)))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	line.Listen(bus, func(_ context.Context, text string) error {
		fmt.Println(text)
		return nil
	}, eventbus.Async(100, eventbus.DropOldest))
	for _, text := range []string{"one", "two"} {
		if err := line.Emit(ctx, bus, text); err != nil {
			fmt.Println(err)
		}
	}
	// Close waits until the queue is empty.
	if err := bus.Close(ctx); err != nil {
		fmt.Println(err)
	}
	// Output:
	// one
	// two
}

func ExampleEvent_Stream() {
	tick := eventbus.Define(eventdef.Definition[int]{Name: "tick"})
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(tick)))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	defer bus.Close(ctx)
	ticks := tick.Stream(ctx, bus)
	for n := range 3 {
		if err := tick.Emit(ctx, bus, n); err != nil {
			fmt.Println(err)
		}
	}
	for n := range ticks {
		fmt.Println(n)
		if n == 2 {
			break
		}
	}
	// Output:
	// 0
	// 1
	// 2
}
