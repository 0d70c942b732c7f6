// Command beside is a program beside a shell, for the tests of the transport sidecar() in runtime/ts.
package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/eventgen/eventgen/runtime/desktop/sidecar"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/httptransport"
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
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(tick, actions)))
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
	events, err := httptransport.New(bus)
	if err != nil {
		return err
	}
	return sidecar.Run(ctx, events, sidecar.WithParent(os.Stdin), sidecar.WithOrigins(strings.Fields(os.Getenv("ORIGINS"))...))
}
