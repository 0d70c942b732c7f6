// Command browser serves the application to browsers.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/eventgen/eventgen/examples/desktop/app"
	"github.com/eventgen/eventgen/runtime/httptransport"
)

func main() {
	addr := flag.String("addr", "localhost:8080", "where to serve the page")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := serve(ctx, *addr); err != nil {
		fmt.Fprintln(os.Stderr, "desktop:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, addr string) error {
	a, err := app.New(os.Stdout)
	if err != nil {
		return err
	}
	events, err := httptransport.Over(a.Engine)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", a.Page)
	mux.Handle("/events", events)
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Printf("eventgen desktop\n\n  page  http://%s\n  end   Ctrl+C\n\n", listener.Addr())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return a.Close(ending)
}
