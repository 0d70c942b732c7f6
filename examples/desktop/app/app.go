// Package app is the application: what it does, and the page that shows it. It knows no window: package window puts it
// into one of Wails, package browser serves it to browsers.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/eventgen/eventgen/examples/desktop/desk"
	"github.com/eventgen/eventgen/examples/desktop/page"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

const (
	chunk = 512 << 10
	every = 8 * time.Millisecond // between two chunks of a download
)

// App downloads, logs and keeps a theme.
type App struct {
	Bus    *eventbus.Bus
	Engine *session.Engine
	Page   http.Handler

	out io.Writer
	all sync.WaitGroup
	mu  sync.Mutex
	// cancels are those of the downloads that run.
	cancels map[string]context.CancelFunc
	lines   int
}

// downloads are pretended. The longest takes two minutes.
var downloads = map[string]uint64{"debian.iso": 8 << 30, "go.tar.gz": 256 << 20, "photos.zip": 1 << 30}

// New returns an application that writes to out how downloads end, and what pages have seen.
func New(out io.Writer) (*App, error) {
	bus, err := eventbus.New(eventbus.WithCatalog(desk.Events))
	if err != nil {
		return nil, err
	}
	engine, err := session.New(bus)
	if err != nil {
		return nil, err
	}
	handler, err := page.New()
	if err != nil {
		return nil, err
	}
	a := &App{Bus: bus, Engine: engine, Page: handler, out: out, cancels: map[string]context.CancelFunc{}}
	desk.OnStart(bus, func(_ context.Context, s desk.Start) error { return a.start(s.ID) })
	desk.OnCancel(bus, func(_ context.Context, c desk.Cancel) error { return a.cancel(c.ID) })
	desk.OnChooseTheme(bus, func(ctx context.Context, theme desk.Theme) error {
		return errors.Join(desk.EmitTheme(ctx, bus, theme), a.say(ctx, "the theme is %T%+v now", theme, theme))
	})
	desk.OnSeen(bus, func(_ context.Context, s desk.Seen) error {
		loaded := time.UnixMilli(s.Loaded).Format("15:04:05.000")
		_, err := fmt.Fprintf(out, "page of %s: lines %d to %d, %d missing, %d gaps\n", loaded, s.First, s.Last, s.Missing, s.Gaps)
		return err
	})
	return a, a.greet(context.Background())
}

// greet emits what a page is to show before anything has happened.
func (a *App) greet(ctx context.Context) error {
	err := desk.EmitTheme(ctx, a.Bus, desk.Light{})
	for id, total := range downloads {
		err = errors.Join(err, desk.EmitProgress(ctx, a.Bus, desk.Progress{ID: id, Total: total, State: desk.Ready}))
	}
	return errors.Join(err, a.say(ctx, "the program has started"))
}

// Close ends the downloads and tells the pages.
func (a *App) Close(ctx context.Context) error {
	a.mu.Lock()
	for _, cancel := range a.cancels {
		cancel()
	}
	a.mu.Unlock()
	a.all.Wait()
	return a.Bus.Close(ctx)
}

// say writes a line of the log.
func (a *App) say(ctx context.Context, format string, values ...any) error {
	a.mu.Lock()
	defer a.mu.Unlock() // the numbers are in the order of the emits
	a.lines++
	return desk.EmitLine(ctx, a.Bus, desk.Line{Number: a.lines, Text: fmt.Sprintf(format, values...)})
}

func (a *App) start(id string) error {
	total, ok := downloads[id]
	if !ok {
		return eventbus.Reject("no_such_download", id)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cancels[id] != nil {
		return eventbus.Reject("runs_already", id)
	}
	ctx, cancel := context.WithCancel(context.Background())
	a.cancels[id] = cancel
	a.all.Go(func() {
		defer cancel()
		a.download(ctx, desk.Progress{ID: id, Total: total, State: desk.Running})
	})
	return nil
}

func (a *App) cancel(id string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cancels[id] == nil {
		return eventbus.Reject("does_not_run", id)
	}
	a.cancels[id]()
	return nil
}

// download runs one download. A bus that is closed meanwhile refuses the last of it.
func (a *App) download(ctx context.Context, p desk.Progress) {
	emitting := context.WithoutCancel(ctx)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for p.State == desk.Running {
		select {
		case <-ctx.Done():
			p.State = desk.Cancelled
		case <-ticker.C:
			if p.Current = min(p.Current+chunk, p.Total); p.Current == p.Total {
				p.State = desk.Completed
			}
			_ = a.say(emitting, "%s: %d KiB of %d", p.ID, p.Current>>10, p.Total>>10)
		}
		if p.State != desk.Running {
			a.forget(p.ID)
		}
		_ = desk.EmitProgress(emitting, a.Bus, p)
	}
	_ = a.say(emitting, "%s is %s", p.ID, p.State)
	_, _ = fmt.Fprintf(a.out, "%s is %s\n", p.ID, p.State)
}

func (a *App) forget(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.cancels, id)
}
