// Command desktop measures events in a real window of Wails v2: those of eventgen over package wails2, and Wails' own.
//
//	Xvfb :99 & DISPLAY=:99 go run -C bench/desktop -tags desktop,production,webkit2_41 .
package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/eventgen/eventgen/runtime/desktop/wails2"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/session"
)

const (
	rounds  = 9
	many    = 50_000               // events of one round of the throughput
	paced   = 2000                 // events of one round of the latency
	pace    = 1 * time.Millisecond // between two of them
	nothing = 0                    // the number that a page does not answer
)

// Line is what is sent both ways.
type Line struct {
	N    int    `json:"n"`
	Text string `json:"text"`
}

var (
	line  = eventbus.Define(eventdef.Definition[Line]{Name: "line"})
	lines = eventbus.Define(eventdef.Definition[Line]{Name: "lines", Batch: 256, Wait: time.Millisecond})
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "desktop:", err)
		os.Exit(1)
	}
}

func run() error {
	page, err := bundle()
	if err != nil {
		return err
	}
	defer os.RemoveAll(page)
	var failed error
	err = wails.Run(&options.App{
		Title: "bench", Width: 400, Height: 300, LogLevel: logger.ERROR,
		AssetServer: &assetserver.Options{Handler: http.FileServer(http.Dir(page))},
		OnStartup: func(ctx context.Context) {
			failed = measure(ctx)
			runtime.Quit(ctx)
		},
	})
	if err != nil {
		return err
	}
	return failed
}

// bundle writes the page into a temporary folder.
func bundle() (folder string, err error) {
	if folder, err = os.MkdirTemp("", "bench"); err != nil {
		return "", err
	}
	esbuild := exec.Command("../../runtime/ts/node_modules/.bin/esbuild", "page.ts", "--bundle", "--minify", "--format=esm",
		"--log-level=warning", "--outfile="+filepath.Join(folder, "page.js"))
	esbuild.Stderr = os.Stderr
	if err := esbuild.Run(); err != nil {
		return "", fmt.Errorf("esbuild: %w", err)
	}
	html := `<!doctype html><html><head></head><body><script type="module" src="page.js"></script></body></html>`
	return folder, os.WriteFile(filepath.Join(folder, "index.html"), []byte(html), 0o600)
}

// way is one way to send a line to the page.
type way struct {
	name string
	send func(Line) error
	// By round: events a second, and the times that half of the events took at most, 99 of 100, and all.
	throughput     []float64
	half, p99, all []time.Duration
}

func measure(ctx context.Context) error {
	answers := make(chan int, many)
	runtime.EventsOn(ctx, "answer", func(data ...any) { answers <- int(data[0].(float64)) })
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(line, lines)), eventbus.WithLog(64<<20, time.Hour))
	if err != nil {
		return err
	}
	engine, err := session.New(bus)
	if err != nil {
		return err
	}
	if _, err := wails2.Bind(ctx, engine); err != nil {
		return err
	}
	<-answers // the page is there
	ways := []*way{
		{name: "eventgen", send: func(l Line) error { return line.Emit(ctx, bus, l) }},
		{name: "eventgen, batch=256", send: func(l Line) error { return lines.Emit(ctx, bus, l) }},
		{name: "EventsEmit", send: func(l Line) error { runtime.EventsEmit(ctx, "wails", l); return nil }},
	}
	for range rounds {
		for _, w := range ways {
			if err := w.flood(answers); err != nil {
				return err
			}
			if err := w.pace(answers); err != nil {
				return err
			}
		}
	}
	fmt.Printf("%-20s %10s %10s %10s %10s\n", "", "events/s", "p50", "p99", "max")
	for _, w := range ways {
		fmt.Printf("%-20s %10.0f %10v %10v %10v\n", w.name, median(w.throughput), median(w.half), median(w.p99), median(w.all))
	}
	return bus.Close(context.Background())
}

const text = "a line of a log, as long as such lines are: 64 characters or so"

// flood sends many lines as fast as it can. The page answers the last.
func (w *way) flood(answers <-chan int) error {
	start := time.Now()
	for range many - 1 {
		if err := w.send(Line{nothing, text}); err != nil {
			return err
		}
	}
	if err := w.send(Line{1, text}); err != nil {
		return err
	}
	<-answers
	w.throughput = append(w.throughput, many/time.Since(start).Seconds())
	return nil
}

// pace sends lines at a pace. The page answers each, both ways by an event of Wails: the time is that of a round trip.
func (w *way) pace(answers <-chan int) error {
	sent := make([]time.Time, paced+1)
	done := make(chan []time.Duration)
	go func() {
		var took []time.Duration
		for range paced {
			n := <-answers
			took = append(took, time.Since(sent[n]))
		}
		done <- took
	}()
	ticker := time.NewTicker(pace)
	defer ticker.Stop()
	for n := 1; n <= paced; n++ {
		<-ticker.C
		sent[n] = time.Now()
		if err := w.send(Line{n, text}); err != nil {
			return err
		}
	}
	took := <-done
	slices.Sort(took)
	for share, list := range map[int]*[]time.Duration{50: &w.half, 99: &w.p99, 100: &w.all} {
		*list = append(*list, took[share*(paced-1)/100].Round(10*time.Microsecond))
	}
	return nil
}

func median[T cmp.Ordered](list []T) T {
	slices.Sort(list)
	return list[len(list)/2]
}
