// Quickstart emits typed events, listens to them, and says where the TypeScript for them lies.
//
//	go run -C examples ./quickstart
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/eventgen/eventgen/examples/quickstart/download"
	"github.com/eventgen/eventgen/runtime/eventbus"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// steps is how many times the progress of the download is emitted, far more often than the
// throttle lets through.
const steps = 300

func run(ctx context.Context, out io.Writer) error {
	bus, err := eventbus.New(eventbus.WithCatalog(download.Events))
	if err != nil {
		return err
	}
	defer bus.Close(ctx)

	seen := 0
	download.OnProgress(bus, func(_ context.Context, p download.Progress) error {
		seen++
		_, err := fmt.Fprintf(out, "progress  %s %3d%%\n", p.ID, p.Current*100/p.Total)
		return err
	})
	download.OnComplete(bus, func(_ context.Context, c download.Complete) error {
		_, err := fmt.Fprintf(out, "complete  %s is at %s\n", c.ID, c.Path)
		return err
	})
	download.OnLogLineBatch(bus, func(_ context.Context, lines []string) error {
		_, err := fmt.Fprintf(out, "log       %d lines at once\n", len(lines))
		return err
	})
	download.OnChange(bus, func(_ context.Context, change download.Change) error {
		_, err := fmt.Fprintf(out, "account   %T %+v\n", change, change)
		return err
	})

	if err := download.EmitChange(ctx, bus, download.LoggedIn{User: "mona"}); err != nil {
		return err
	}
	for i := range uint64(steps) {
		if err := download.EmitProgress(ctx, bus, download.Progress{ID: "iso", Current: i + 1, Total: steps}); err != nil {
			return err
		}
		if err := download.EmitLogLine(ctx, bus, fmt.Sprintf("chunk %d", i+1)); err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
	}
	if err := download.EmitComplete(ctx, bus, download.Complete{ID: "iso", Path: "/tmp/debian.iso"}); err != nil {
		return err
	}
	if err := download.EmitChange(ctx, bus, download.LoggedOut{User: "mona", Reason: download.ReasonUser}); err != nil {
		return err
	}
	if err := bus.Flush(ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "\n%d emits of download:progress came to %d deliveries, the last one before download:complete.\n"+
		"TypeScript for all of it: examples/quickstart/ts/events.gen.ts\n", steps, seen)
	return err
}
