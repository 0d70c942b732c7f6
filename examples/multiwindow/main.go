// Command multiwindow shows the windows of one application: broadcasts, events for one window
// alone, notes from window to window, and windows that reload or lose their network.
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
	"sync"
	"time"

	"github.com/eventgen/eventgen/examples/multiwindow/desk"
	"github.com/eventgen/eventgen/examples/multiwindow/page"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/httptransport"
	"github.com/eventgen/eventgen/runtime/session"
)

//go:embed web ts
var files embed.FS

func main() {
	addr := flag.String("addr", "localhost:8081", "where to serve the page; on any free port if that one is taken")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := serve(ctx, *addr, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "multiwindow:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, addr string, out io.Writer) error {
	bus, err := newDesk(ctx)
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
	page.Greet(out, "eventgen multiwindow", listener, "ts/events.gen.ts")
	var ticking sync.WaitGroup
	ticking.Go(func() { tick(ctx, bus) })
	err = page.Serve(ctx, listener, handler)
	ticking.Wait()
	return errors.Join(err, bus.Close(context.WithoutCancel(ctx)))
}

// newDesk makes the bus, and the listeners that answer what windows ask for.
func newDesk(ctx context.Context) (*eventbus.Bus, error) {
	bus, err := eventbus.New(eventbus.WithCatalog(desk.Events))
	if err != nil {
		return nil, err
	}
	desk.OnChange(bus, func(ctx context.Context, c desk.Change) error {
		if c.Settings.Zoom < 50 || c.Settings.Zoom > 200 {
			return eventbus.Reject("bad_zoom", "zoom is from 50 to 200 percent")
		}
		return desk.EmitSettings(ctx, bus, c.Settings)
	})
	desk.OnKnock(bus, func(ctx context.Context, k desk.Knock) error {
		notice := desk.Notice{Text: "for this window alone, at " + time.Now().Format(time.TimeOnly)}
		return desk.EmitNoticeTo(ctx, bus, eventbus.Window(k.Window), notice)
	})
	// Runs before a note is handed on, so that an error here is a veto.
	desk.OnNote(bus, func(_ context.Context, n desk.Note) error {
		if n.Text == "" {
			return eventbus.Reject("empty_note", "there is nothing in the note")
		}
		return nil
	})
	return bus, desk.EmitSettings(ctx, bus, desk.Settings{Theme: desk.ThemeSystem, Accent: "#0b66d8", Zoom: 100})
}

func newHandler(bus *eventbus.Bus) (http.Handler, error) {
	events, err := httptransport.New(bus,
		// Windows may write to each other here; a relay is refused unless something says so.
		session.WithAuthorizeEmit(func(context.Context, eventbus.Peer, string, eventbus.Target) error { return nil }),
	)
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

// tick emits the beat that all windows get, until ctx is done.
func tick(ctx context.Context, bus *eventbus.Bus) {
	ticker := time.NewTicker(250 * time.Millisecond)
	defer ticker.Stop()
	for number := uint32(1); ; number++ {
		select {
		case <-ticker.C:
			_ = desk.EmitTick(ctx, bus, desk.Tick{Number: number})
		case <-ctx.Done():
			return
		}
	}
}
