// Command beside is a program beside a shell, for the tests of the transport sidecar() in runtime/ts.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/eventgen/eventgen/internal/testing/parity"
	"github.com/eventgen/eventgen/runtime/desktop/sidecar"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/httptransport"
	"github.com/eventgen/eventgen/runtime/session"
)

type action struct {
	Kind string `json:"kind"`
}

var (
	tick    = eventbus.Define(eventdef.Definition[int]{Name: "tick", Contract: "00000004"})
	actions = eventbus.Define(eventdef.Definition[action]{Name: "user:action", Contract: "00000007", From: eventdef.FromClient})
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(tick, actions), parity.Events))
	if err != nil {
		return err
	}
	defer bus.Close(context.WithoutCancel(ctx))
	actions.Listen(bus, func(_ context.Context, a action) error {
		switch a.Kind {
		case "count": // a tick each millisecond, until the end
			go func() {
				beat := time.NewTicker(time.Millisecond)
				defer beat.Stop()
				for n := 1; ctx.Err() == nil && tick.Emit(ctx, bus, n) == nil; n++ {
					<-beat.C
				}
			}()
		case "die":
			os.Exit(3)
		}
		return nil
	})
	parity.Serve(bus)
	events, err := httptransport.New(bus, session.WithAuthorizeEmit(parity.MayEmit))
	if err != nil {
		return err
	}
	if os.Getenv("WEB") != "" {
		return serve(events)
	}
	return sidecar.Run(ctx, events, sidecar.WithParent(os.Stdin), sidecar.WithOrigins(strings.Fields(os.Getenv("ORIGINS"))...))
}

// serve serves as on the web: to whoever comes, until the input ends.
func serve(events http.Handler) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf(`{"url":"http://%s"}`+"\n", listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = listener.Close()
	}()
	if err := http.Serve(listener, events); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
