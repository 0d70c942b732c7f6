// Command dashboard shows a control room: sensors, alarms, a log and operators, in a React page
// built with Vite.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/eventgen/eventgen/examples/dashboard/plant"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/httptransport"
	"github.com/eventgen/eventgen/runtime/inspect"
)

// contract is what the inspector shows of payloads: "eventgen export jsonschema --title plant -o contract.json" writes it.
//
//go:embed contract.json
var contract []byte

func main() {
	addr := flag.String("addr", "localhost:8082", "where to serve the page; on any free port if that one is taken")
	flood := flag.Int("flood", 0, "how many more events there are each second, to try the page and the inspector")
	web := flag.String("web", source(), "the folder of the page's source")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := serve(ctx, *addr, *web, *flood, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "dashboard:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, addr, web string, flood int, out io.Writer) error {
	dist, err := buildPage(ctx, web, out)
	if err != nil {
		return err
	}
	inspector, err := inspect.New(inspect.WithContract(contract))
	if err != nil {
		return err
	}
	metrics, scrape, err := newMetrics()
	if err != nil {
		return err
	}
	bus, err := eventbus.New(eventbus.WithCatalog(plant.Events), eventbus.WithObserver(inspector), eventbus.WithObserver(metrics))
	if err != nil {
		return err
	}
	events, err := httptransport.New(bus)
	if err != nil {
		return err
	}
	listener, err := listen(addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "eventgen dashboard\n\n  page        http://%[1]s\n  TypeScript  web/src/events/events.gen.ts\n  end         Ctrl+C\n\n", listener.Addr())

	mux := http.NewServeMux()
	mux.Handle("/", http.FileServerFS(dist))
	mux.Handle("/events", events)
	mux.Handle("/inspect/", http.StripPrefix("/inspect", inspector))
	mux.Handle("/metrics", scrape)
	mux.Handle("/livez", events.Live())
	mux.Handle("/readyz", events.Ready())
	var running sync.WaitGroup
	running.Go(func() { newSimulation(bus).run(ctx) })
	running.Go(func() { overrun(ctx, bus, flood) })
	err = serveUntil(ctx, listener, mux)
	running.Wait()
	return errors.Join(err, bus.Close(context.WithoutCancel(ctx)))
}

// source is where the page lies, seen from the example's own directory or from the one above.
func source() string {
	if _, err := os.Stat("web"); err == nil {
		return "web"
	}
	return filepath.Join("dashboard", "web")
}

// listen listens on addr, or where that is taken, on any free port of the same host.
func listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if !errors.Is(err, syscall.EADDRINUSE) {
		return listener, err
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	return net.Listen("tcp", net.JoinHostPort(host, "0"))
}

// serveUntil serves handler until ctx is done, and then lets it finish for a moment.
func serveUntil(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := server.Shutdown(ending); err != nil {
		return server.Close()
	}
	return nil
}
