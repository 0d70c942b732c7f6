package eventbus_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// ctx of the tests that need none in particular.
var background = context.Background()

// journal collects what listeners see, from any goroutine.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, fmt.Sprintf(format, args...))
}

// take returns what was collected, and forgets it.
func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	lines := j.lines
	j.lines = nil
	return lines
}

func (j *journal) want(t *testing.T, what string, want ...string) {
	t.Helper()
	if got := j.take(); !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// log returns a listener that writes "name payload".
func logTo[T any](j *journal, name string) func(context.Context, T) error {
	return func(_ context.Context, payload T) error {
		j.add("%s %v", name, payload)
		return nil
	}
}

// faults collects what the error handler gets.
type faults struct {
	mu   sync.Mutex
	list []*eventbus.Error
}

func (f *faults) handle(_ context.Context, err *eventbus.Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, err)
}

func (f *faults) take() []*eventbus.Error {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.list
	f.list = nil
	return list
}

// codes returns the codes of what the error handler got, and forgets it.
func (f *faults) codes() []eventbus.Code {
	var codes []eventbus.Code
	for _, e := range f.take() {
		codes = append(codes, e.Code)
	}
	return codes
}

func (f *faults) want(t *testing.T, what string, want ...eventbus.Code) {
	t.Helper()
	if got := f.codes(); !slices.Equal(got, want) {
		t.Errorf("%s: the error handler got %q, want %q", what, got, want)
	}
}

// newBus returns a bus of the events and what its error handler collects. When the test ends, the bus is
// closed, must close, and leaves no goroutine behind.
func newBus(t testing.TB, events []eventbus.AnyEvent, opts ...eventbus.Option) (*eventbus.Bus, *faults) {
	t.Helper()
	f := new(faults)
	opts = append([]eventbus.Option{eventbus.WithCatalog(eventbus.NewCatalog(events...)), eventbus.WithErrorHandler(f.handle)}, opts...)
	b, err := eventbus.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(background); err != nil {
			t.Errorf("Close: %v", err)
		}
		for _, e := range f.take() {
			t.Errorf("the error handler got %v", e)
		}
	})
	return b, f
}

func events(list ...eventbus.AnyEvent) []eventbus.AnyEvent { return list }

// bubble runs a test in a bubble of its own time: synctest fails it if a goroutine is left behind.
func bubble(t *testing.T, fn func(*testing.T)) {
	t.Helper()
	synctest.Test(t, fn)
}

// settle lets everything happen that happens within the time.
func settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, want eventbus.Code) {
	t.Helper()
	e, ok := errors.AsType[*eventbus.Error](err)
	if !ok || e.Code != want {
		t.Errorf("got error %v, want code %s", err, want)
	}
}

// noLeak fails the test if goroutines of this package are there at its end that were not at its beginning.
func noLeak(t testing.TB) {
	t.Helper()
	before := ours()
	t.Cleanup(func() {
		for range 100_000 {
			if ours() <= before {
				return
			}
			runtime.Gosched()
		}
		buf := make([]byte, 1<<20)
		t.Errorf("goroutines were left behind:\n%s", buf[:runtime.Stack(buf, true)])
	})
}

func ours() int {
	buf := make([]byte, 4<<20)
	n := 0
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(g, "created by "+eventbus.PackagePath) || strings.Contains(g, eventbus.PackagePath+".(*") {
			n++
		}
	}
	return n
}
