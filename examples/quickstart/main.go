// Command quickstart shows typed events at work: downloads whose progress reaches Go listeners
// and two windows of a browser, which can cancel them, and lose their network without loss.
package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"time"

	"github.com/eventgen/eventgen/examples/quickstart/download"
	"github.com/eventgen/eventgen/examples/quickstart/page"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/httptransport"
)

//go:embed web ts
var files embed.FS

func main() {
	addr := flag.String("addr", "localhost:8080", "where to serve the page; on any free port if that one is taken")
	every := flag.Duration("every", 8*time.Millisecond, "how often each download gets a chunk")
	flag.Parse()
	if *every <= 0 {
		fmt.Fprintln(os.Stderr, "quickstart: -every must be positive")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := serve(ctx, *addr, *every, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, addr string, every time.Duration, out io.Writer) error {
	bus, err := eventbus.New(eventbus.WithCatalog(download.Events))
	if err != nil {
		return err
	}
	handler, err := newHandler(bus)
	if err != nil {
		return err
	}
	listener, err := page.Listen(addr)
	if err != nil {
		return err
	}
	page.Greet(out, "eventgen quickstart", listener, "ts/events.gen.ts")
	report(bus, out)
	downloads := newManager(bus, every)
	ending := make(chan struct{})
	go func() {
		defer close(ending)
		downloads.run(ctx)
	}()
	err = page.Serve(ctx, listener, handler)
	<-ending
	return errors.Join(err, bus.Close(context.WithoutCancel(ctx)))
}

// newHandler serves the page, the events, and the cables that the page's windows cut.
func newHandler(bus *eventbus.Bus) (http.Handler, error) {
	events, err := httptransport.New(bus)
	if err != nil {
		return nil, err
	}
	web, err := page.Files(files, "web/window.ts")
	if err != nil {
		return nil, err
	}
	var cables page.Cables
	mux := http.NewServeMux()
	mux.Handle("/", web)
	mux.Handle("/events", cables.Through(events))
	mux.Handle("POST /cable", &cables)
	return mux, nil
}

// report prints what happens, as a Go listener sees it: under the same throttle as a window.
func report(bus *eventbus.Bus, out io.Writer) {
	var seen atomic.Int64 // keys are delivered at the same time
	download.OnProgress(bus, func(context.Context, download.Progress) error {
		seen.Add(1)
		return nil
	})
	download.OnEnd(bus, func(_ context.Context, end download.End) error {
		var err error
		switch end := end.(type) {
		case download.Completed:
			_, err = fmt.Fprintf(out, "completed  %s is at %s; %d deliveries of download:progress so far\n", end.ID, end.Path, seen.Load())
		case download.Cancelled:
			_, err = fmt.Fprintf(out, "cancelled  %s, by the window %q\n", end.ID, end.By)
		}
		return err
	})
}
