// Command dashboard shows a control room: sensors, alarms, a log and operators, in a React page
// built with Vite.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"sync"

	"github.com/eventgen/eventgen/examples/dashboard/plant"
	"github.com/eventgen/eventgen/examples/internal/page"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/httptransport"
)

func main() {
	addr := flag.String("addr", "localhost:8082", "where to serve the page; on any free port if that one is taken")
	web := flag.String("web", "dashboard/web", "the folder of the page's source, seen from examples")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := serve(ctx, *addr, *web, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "dashboard:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, addr, web string, out io.Writer) error {
	dist, err := page.Vite(ctx, web, out)
	if err != nil {
		return err
	}
	bus, err := eventbus.New(eventbus.WithCatalog(plant.Events))
	if err != nil {
		return err
	}
	events, err := httptransport.New(bus)
	if err != nil {
		return err
	}
	listener, err := page.Listen(addr)
	if err != nil {
		return err
	}
	page.Greet(out, "eventgen dashboard", listener, "examples/dashboard/web/src/events/events.gen.ts")

	mux := http.NewServeMux()
	mux.Handle("/", http.FileServerFS(dist))
	mux.Handle("/events", events)
	var running sync.WaitGroup
	running.Go(func() { newSimulation(bus).run(ctx) })
	err = page.Serve(ctx, listener, mux)
	running.Wait()
	return errors.Join(err, bus.Close(context.WithoutCancel(ctx)))
}
