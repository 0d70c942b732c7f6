// Command soak runs a backend with many windows that are cut off, read slowly and send nonsense,
// and fails if anything is lost silently or grows: every delivery must follow the one before it,
// or be preceded by a gap that tells how many are missing.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventgen/eventgen/bench/internal/measure"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/httptransport"
	"github.com/eventgen/eventgen/runtime/session"
)

func main() {
	s := &soak{}
	flag.DurationVar(&s.length, "for", 10*time.Minute, "how long")
	flag.IntVar(&s.windows, "connections", 1000, "how many windows")
	flag.IntVar(&s.rate, "rate", 20, "emits a second; each goes to every window")
	flag.BoolVar(&s.write, "write", false, "replace this section of README.md instead of printing it, if there was no problem")
	flag.Parse()
	if err := s.run(); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// eventName is the event that every window listens to.
const eventName = "soak:tick"

// tick is its payload: numbers without holes, and something to fill buffers with.
type tick struct {
	N    int64  `json:"n"`
	Text string `json:"text"`
}

type soak struct {
	length        time.Duration
	windows, rate int
	write         bool

	address string
	emitted atomic.Int64
	figures figures

	mu   sync.Mutex
	errs []error
}

// figures are what has happened.
type figures struct {
	delivered, gaps, told, unknown, cuts, resumed, anew, stalls, refused, nonsense atomic.Int64
}

// fail keeps the first problems.
func (s *soak) fail(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.errs) < 20 {
		s.errs = append(s.errs, fmt.Errorf(format, args...))
	}
}

func (s *soak) run() error {
	baseline := runtime.NumGoroutine()
	event := eventbus.Define(eventdef.Definition[tick]{Name: eventName})
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(event)), eventbus.WithLog(8<<20, 10*time.Second))
	if err != nil {
		return err
	}
	h, err := httptransport.New(bus,
		session.WithLogger(slog.New(slog.DiscardHandler)), session.WithMaxPeers(4*s.windows),
		session.WithHeartbeat(5*time.Second), session.WithStall(3*time.Second))
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.address = l.Addr().String()
	server := &http.Server{Handler: h}
	go func() { _ = server.Serve(smallBuffers{l}) }()

	ctx, stop := context.WithTimeout(context.Background(), s.length)
	defer stop()
	var windows, others sync.WaitGroup
	last := make(chan struct{}) // closed when nothing more is emitted
	for i := range s.windows {
		windows.Go(func() { newWindow(s, i).run(ctx, last) })
	}
	others.Go(func() { s.emit(ctx, bus, event); close(last) })
	for i := range nonsense {
		others.Go(func() { s.disturb(ctx, i) })
	}
	growth := s.watch(ctx)
	others.Wait()
	windows.Wait()

	end, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := bus.Close(end); err != nil {
		s.fail("close the bus: %w", err)
	}
	if err := h.Close(end); err != nil {
		s.fail("close the handler: %w", err)
	}
	_ = server.Shutdown(end)
	s.settle(end, baseline)
	how := fmt.Sprintf("%d windows for %s, %d emits a second asked for", s.windows, s.length, s.rate)
	problems := errors.Join(s.errs...)
	return errors.Join(problems, s.report(growth).Publish("soak", how, s.write && problems == nil))
}

// smallBuffers makes a window that does not read stall its connection soon.
type smallBuffers struct{ net.Listener }

// Accept accepts a connection.
func (l smallBuffers) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(8 << 10)
	}
	return c, err
}

func (s *soak) emit(ctx context.Context, bus *eventbus.Bus, event *eventbus.Event[tick]) {
	text := string(bytes.Repeat([]byte("x"), 1000))
	beat := time.NewTicker(time.Second / time.Duration(s.rate))
	defer beat.Stop()
	for {
		select {
		case <-beat.C:
			if err := event.Emit(context.Background(), bus, tick{N: s.emitted.Add(1), Text: text}); err != nil {
				s.fail("emit: %w", err)
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// settle waits for what has to end after a close.
func (s *soak) settle(ctx context.Context, baseline int) {
	const own = 8 // of net/http and of timers
	for runtime.NumGoroutine() > baseline+own {
		select {
		case <-ctx.Done():
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			s.fail("%d goroutines are left, %d were there before\n%s", runtime.NumGoroutine(), baseline, stacks[:min(len(stacks), 8<<10)])
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// sample is the state of the process at one time.
type sample struct{ goroutines, heap float64 }

// watch samples the process until ctx is done, and fails if it has grown.
func (s *soak) watch(ctx context.Context) []sample {
	var samples []sample
	for step := time.NewTicker(max(s.length/30, 100*time.Millisecond)); ; {
		select {
		case <-step.C:
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			samples = append(samples, sample{float64(runtime.NumGoroutine()), float64(m.HeapAlloc)})
			continue
		case <-ctx.Done():
			step.Stop()
		}
		break
	}
	early, late := thirds(samples)
	if late.goroutines > 1.2*early.goroutines+50 {
		s.fail("goroutines grew from %.0f to %.0f", early.goroutines, late.goroutines)
	}
	if late.heap > 1.2*early.heap+16e6 {
		s.fail("the heap grew from %.1f MB to %.1f MB", early.heap/1e6, late.heap/1e6)
	}
	return samples
}

// thirds returns the medians of the second and of the last third: the first is for warming up.
func thirds(samples []sample) (early, late sample) {
	n := len(samples) / 3
	return middle(samples[n : 2*n]), middle(samples[2*n:])
}

func middle(samples []sample) sample {
	var goroutines, heaps []float64
	for _, s := range samples {
		goroutines, heaps = append(goroutines, s.goroutines), append(heaps, s.heap)
	}
	return sample{measure.Quantile(goroutines, 0.5), measure.Quantile(heaps, 0.5)}
}

func (s *soak) report(samples []sample) *measure.Report {
	early, late := thirds(samples)
	f := &s.figures
	t := measure.NewTable("", "")
	t.Row("emitted", s.emitted.Load())
	t.Row("delivered", f.delivered.Load())
	t.Row("gaps told", f.gaps.Load())
	t.Row("deliveries that gaps accounted for", f.told.Load())
	t.Row("gaps of unknown length", f.unknown.Load())
	t.Row("connections cut by windows", f.cuts.Load())
	t.Row("readers that stalled", f.stalls.Load())
	t.Row("connections that the backend ended", f.refused.Load())
	t.Row("sessions resumed without loss", f.resumed.Load())
	t.Row("sessions that went on with a gap", f.anew.Load())
	t.Row("connections that sent nonsense, and were closed", f.nonsense.Load())
	t.Row("goroutines of backend and windows, second third and last", fmt.Sprintf("%.0f, %.0f", early.goroutines, late.goroutines))
	t.Row("heap of both in MB, second third and last", fmt.Sprintf("%.1f, %.1f", early.heap/1e6, late.heap/1e6))
	t.Row("problems", len(s.errs))
	r := &measure.Report{}
	r.Table(t)
	return r
}
