//go:build desktop && production

package wails2

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/eventgen/eventgen/internal/testing/parity"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/session"
)

// These tests run in one real window, which TestInAWindow starts.

var (
	tick   = eventbus.Define(eventdef.Definition[int]{Name: "tick"})
	text   = eventbus.Define(eventdef.Definition[string]{Name: "text"})
	number = eventbus.Define(eventdef.Definition[int]{Name: "number", From: eventdef.FromClient})
	word   = eventbus.Define(eventdef.Definition[string]{Name: "word", From: eventdef.FromClient})
)

// desk is the application that all tests share.
var desk struct {
	ctx     context.Context
	bus     *eventbus.Bus
	shell   *counting
	reports chan []any
	page    any // what the page calls itself that is loaded
	ticks   int // how many there were so far
}

// counting knows how many bytes were handed to Wails.
type counting struct {
	window
	bytes atomic.Int64
}

func (c *counting) emit(name string, data ...any) {
	if len(data) > 3 {
		if m, ok := data[3].(json.RawMessage); ok {
			c.bytes.Add(int64(len(m)))
		}
	}
	c.window.emit(name, data...)
}

func TestMain(m *testing.M) {
	code := 1
	err := wails.Run(&options.App{
		Title: "wails2", Width: 400, Height: 300,
		AssetServer: &assetserver.Options{Assets: os.DirFS("testdata/built")},
		OnStartup: func(ctx context.Context) {
			start(ctx)
			for desk.page == nil {
				if data := <-desk.reports; data[0] == "ready" {
					desk.page = data[1]
				}
			}
			code = m.Run()
			runtime.Quit(ctx)
		},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func start(ctx context.Context) {
	desk.ctx = ctx
	desk.reports = make(chan []any, 1000)
	runtime.EventsOn(ctx, "test:report", report)
	var err error
	desk.bus, err = eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(tick, text, number, word), parity.Events), eventbus.WithLog(256<<20, time.Hour))
	if err != nil {
		panic(err)
	}
	engine, err := session.New(desk.bus, session.WithRate(1e6, 1e6), session.WithMaxPayload(4<<20), session.WithAuthorizeEmit(parity.MayEmit), session.WithLogger(slog.Default()))
	if err != nil {
		panic(err)
	}
	parity.Serve(desk.bus)
	desk.shell = &counting{window: window{ctx}}
	bind(ctx, engine, desk.shell)
}

func report(data ...any) {
	desk.reports <- data
}

func exec(format string, values ...any) {
	runtime.WindowExecJS(desk.ctx, fmt.Sprintf(format, values...))
}

// await waits for a report of the page.
func await(t *testing.T, what string) []any {
	t.Helper()
	late := time.After(60 * time.Second)
	for {
		select {
		case data := <-desk.reports:
			switch data[0] {
			case what:
				return data[1:]
			case "error":
				t.Errorf("the page reports %v", data[1:])
			}
		case <-late:
			t.Fatalf("the page does not report %q", what)
		}
	}
}

type state struct {
	first, last, count, gaps int
	ordered                  bool
}

func asState(data []any) state {
	m := data[0].(map[string]any)
	n := func(name string) int { return int(m[name].(float64)) }
	return state{n("first"), n("last"), n("count"), n("gaps"), m["ordered"].(bool)}
}

// load loads the page, and waits until it listens.
func load(t *testing.T) {
	t.Helper()
	runtime.WindowReload(desk.ctx)
	for before := desk.page; desk.page == before; {
		desk.page = await(t, "ready")[0]
	}
}

// emitTicks emits the next ticks.
func emitTicks(t *testing.T, n int) {
	t.Helper()
	for range n {
		desk.ticks++
		if err := tick.Emit(t.Context(), desk.bus, desk.ticks); err != nil {
			t.Fatal(err)
		}
	}
}

// waitForTick waits until the page has the last tick.
func waitForTick(t *testing.T) state {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		exec("page.state()")
		s := asState(await(t, "state"))
		if s.last == desk.ticks {
			return s
		}
		if time.Now().After(deadline) {
			t.Fatalf("the page has %+v of %d", s, desk.ticks)
		}
	}
}

func TestWindowOrderBothWaysUnderLoad(t *testing.T) {
	load(t)
	const up, down = 5000, 100_000
	last := 0
	off := number.Listen(desk.bus, func(_ context.Context, n int) error {
		if n != last+1 {
			t.Errorf("%d came after %d", n, last)
		}
		last = n
		return nil
	})
	defer off()
	exec("page.numbers(%d)", up)
	from := desk.ticks
	emitTicks(t, down)
	s := waitForTick(t)
	if s != (state{from + 1, from + down, down, 0, true}) {
		t.Errorf("the page got %+v", s)
	}
	await(t, "numbers")
	if last != up {
		t.Errorf("Go got %d", last)
	}
}

// What runtime/ts tries over WebSockets and beside a shell.
func TestWindowParity(t *testing.T) {
	load(t)
	exec("page.parity()")
	if got := await(t, "parity"); got[0] != true {
		t.Errorf("the page reports %v", got)
	}
}

func TestWindowChunks(t *testing.T) {
	load(t)
	for _, long := range []string{
		strings.Repeat("x", chunk), strings.Repeat("ä€😀\"\\\u2028</script>", 10_000), strings.Repeat("x", 400_000) + "😀", strings.Repeat("😀", chunk),
	} {
		got := make(chan string, 1)
		off := word.Listen(desk.bus, func(_ context.Context, w string) error { got <- w; return nil })
		if err := text.Emit(t.Context(), desk.bus, long); err != nil {
			t.Fatal(err)
		}
		select {
		case w := <-got:
			if w != long {
				t.Errorf("%d bytes came back as %d", len(long), len(w))
			}
		case <-time.After(time.Minute):
			t.Errorf("%d bytes do not come back", len(long))
		}
		off()
	}
}

// A page that does nothing for some seconds is a slow window: what is on its way is bounded, and nothing is lost.
func TestWindowThatStopsTakingMessages(t *testing.T) {
	load(t)
	from := desk.ticks
	emitTicks(t, 1)
	waitForTick(t)
	exec("page.freeze(5000)")
	await(t, "frozen")
	before := desk.shell.bytes.Load()
	emitTicks(t, 100_000) // 4 MiB as messages
	for desk.shell.bytes.Load()-before < credit-chunk {
		time.Sleep(time.Millisecond)
	}
	sent := desk.shell.bytes.Load() - before
	if len(desk.reports) > 0 {
		t.Fatal("the page was frozen for too short a time")
	}
	if sent > credit {
		t.Errorf("%d bytes are on their way to a page that takes nothing", sent)
	}
	await(t, "thawed")
	s := waitForTick(t)
	if s != (state{from + 1, desk.ticks, desk.ticks - from, 0, true}) {
		t.Errorf("the page got %+v", s)
	}
}

func TestWindowReloadInMidStream(t *testing.T) {
	load(t)
	stop := make(chan struct{})
	var emitting sync.WaitGroup
	emitting.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Microsecond):
				emitTicks(t, 1)
			}
		}
	})
	for range 5 {
		load(t)
		for got := 0; got < 100; {
			exec("page.state()")
			got = asState(await(t, "state")).count
		}
		if n := len(desk.bus.Peers()); n != 1 {
			t.Errorf("%d pages are connected", n)
		}
	}
	close(stop)
	emitting.Wait()
	s := waitForTick(t)
	if !s.ordered || s.gaps != 0 || s.count != s.last-s.first+1 {
		t.Errorf("the page got %+v", s)
	}
}

func TestWindowSurvivesEventsOffAll(t *testing.T) {
	load(t)
	from := desk.ticks
	for range 3 {
		emitTicks(t, 1000)
		exec("page.offAll()")
		emitTicks(t, 1000)
		await(t, "off")
		runtime.EventsOffAll(desk.ctx)
		runtime.EventsOn(desk.ctx, "test:report", report)
		emitTicks(t, 1000)
		s := waitForTick(t)
		if s != (state{from + 1, desk.ticks, desk.ticks - from, 0, true}) {
			t.Fatalf("the page got %+v", s)
		}
	}
}

// A page whose process does not run says nothing. It is gone; when it runs again, it resumes.
func TestWindowThatIsGone(t *testing.T) {
	load(t)
	from := desk.ticks
	emitTicks(t, 10)
	waitForTick(t)
	pid := webProcess(t)
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); len(desk.bus.Peers()) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Since(start) > gone+10*time.Second {
			_ = syscall.Kill(pid, syscall.SIGCONT)
			t.Fatalf("after %v it is still there", time.Since(start))
		}
	}
	emitTicks(t, 10)
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if s := waitForTick(t); s != (state{from + 1, desk.ticks, 20, 0, true}) {
		t.Errorf("the page got %+v", s)
	}
}

// webProcess is the process of the page: the child of ours that runs WebKit's web process.
func webProcess(t *testing.T) int {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		stat, _ := os.ReadFile(name)
		open, end := strings.IndexByte(string(stat), '('), strings.LastIndexByte(string(stat), ')')
		if open < 0 || end < open || !strings.HasPrefix(string(stat[open+1:end]), "WebKitWebProces") {
			continue
		}
		if fields := strings.Fields(string(stat[end+1:])); fields[1] == strconv.Itoa(os.Getpid()) {
			pid, _ := strconv.Atoi(strings.TrimSpace(string(stat[:open])))
			return pid
		}
	}
	t.Fatal("no web process is a child of this one")
	return 0
}
