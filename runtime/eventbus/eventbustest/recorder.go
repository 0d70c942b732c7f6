package eventbustest

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// Recorder knows what was emitted on a bus: every emit that the bus has admitted, in the order of the calls
// and before throttle, debounce and batch. It is safe for concurrent use.
type Recorder struct {
	mu     sync.Mutex
	emits  []*emit
	errors []*eventbus.Error
}

type emit struct {
	event   string
	target  eventbus.Target
	payload any
}

// New returns a bus and what records its emits. When the test ends the bus is closed, and the test fails if
// it does not close or if its error handler got something that [Recorder.Errors] has not returned. An
// option that sets another error handler leaves that to it.
func New(t testing.TB, opts ...eventbus.Option) (*eventbus.Bus, *Recorder) {
	t.Helper()
	r := new(Recorder)
	own := []eventbus.Option{eventbus.WithInterceptor(recording{r}), eventbus.WithErrorHandler(r.failed)}
	b, err := eventbus.New(append(own, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(context.Background()); err != nil {
			t.Errorf("eventbustest: the bus does not close: %v", err)
		}
		for _, err := range r.Errors() {
			t.Errorf("eventbustest: the error handler got: %v", err)
		}
	})
	return b, r
}

// Errors returns what the bus's error handler got since the last call.
func (r *Recorder) Errors() []*eventbus.Error {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.errors
	r.errors = nil
	return list
}

// Reset forgets the emits.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.emits = nil
}

func (r *Recorder) failed(_ context.Context, err *eventbus.Error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, err)
}

func (r *Recorder) list() []*emit {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*emit(nil), r.emits...)
}

// recording is the interceptor that records.
type recording struct{ r *Recorder }

// WrapEmit records an emit when it begins, so that it comes before what its listeners emit, and takes it
// back if it is refused.
func (i recording) WrapEmit(next func(context.Context, eventbus.Emission) error) func(context.Context, eventbus.Emission) error {
	return func(ctx context.Context, e eventbus.Emission) error {
		one := &emit{event: e.Event, target: e.Target, payload: e.Payload}
		i.r.mu.Lock()
		i.r.emits = append(i.r.emits, one)
		i.r.mu.Unlock()
		err := next(ctx, e)
		if err != nil {
			i.r.mu.Lock()
			for n, other := range i.r.emits {
				if other == one {
					i.r.emits = append(i.r.emits[:n:n], i.r.emits[n+1:]...)
					break
				}
			}
			i.r.mu.Unlock()
		}
		return err
	}
}

// WrapListen changes nothing.
func (i recording) WrapListen(next func(context.Context, eventbus.Delivery) error) func(context.Context, eventbus.Delivery) error {
	return next
}

// ExpectEmitted fails the test unless exactly these payloads were broadcast by the event, in this order.
func ExpectEmitted[T any](t testing.TB, r *Recorder, e *eventbus.Event[T], want ...T) {
	t.Helper()
	compare(t, e.Name()+" emitted", payloads[T](r, e, func(to eventbus.Target) bool { return to.IsZero() }), want)
}

// ExpectEmittedTo fails the test unless exactly these payloads of the event were addressed to the target, in this
// order. A Where target has no value to compare by and never matches.
func ExpectEmittedTo[T any](t testing.TB, r *Recorder, e *eventbus.Event[T], to eventbus.Target, want ...T) {
	t.Helper()
	name, err := json.Marshal(to)
	if err != nil {
		t.Errorf("ExpectEmittedTo: %v", err)
		return
	}
	compare(t, e.Name()+" emitted to "+to.String(), payloads[T](r, e, func(other eventbus.Target) bool {
		text, err := json.Marshal(other)
		return err == nil && string(text) == string(name)
	}), want)
}

// ExpectCount fails the test unless the event was emitted so often, to whomever.
func ExpectCount[T any](t testing.TB, r *Recorder, e *eventbus.Event[T], want int) {
	t.Helper()
	if got := len(Payloads(r, e)); got != want {
		t.Errorf("%s was emitted %d times, want %d", e.Name(), got, want)
	}
}

// Payloads returns what was emitted of the event, to whomever.
func Payloads[T any](r *Recorder, e *eventbus.Event[T]) []T {
	return payloads[T](r, e, func(eventbus.Target) bool { return true })
}

// ExpectOrder fails the test unless exactly these events were emitted, in this order, to whomever.
func ExpectOrder(t testing.TB, r *Recorder, want ...eventbus.AnyEvent) {
	t.Helper()
	var got, names []string
	for _, one := range r.list() {
		got = append(got, one.event)
	}
	for _, e := range want {
		names = append(names, e.Info().Name)
	}
	compare(t, "the order of emits", got, names)
}

func payloads[T any](r *Recorder, e *eventbus.Event[T], match func(eventbus.Target) bool) []T {
	var found []T
	for _, one := range r.list() {
		if payload, ok := one.payload.(T); ok && one.event == e.Name() && match(one.target) {
			found = append(found, payload)
		}
	}
	return found
}

// compare fails the test with a diff of one line for each payload.
func compare[T any](t testing.TB, what string, got, want []T) {
	t.Helper()
	if len(got) == 0 && len(want) == 0 || reflect.DeepEqual(got, want) {
		return
	}
	t.Errorf("%s (-want +got):\n%s", what, diff(got, want))
}

// diff returns the lines of both lists, along their longest common part.
func diff[T any](got, want []T) string {
	common := make([][]int, len(got)+1)
	for i := range common {
		common[i] = make([]int, len(want)+1)
	}
	for i := len(got) - 1; i >= 0; i-- {
		for j := len(want) - 1; j >= 0; j-- {
			if reflect.DeepEqual(got[i], want[j]) {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var s strings.Builder
	for i, j := 0, 0; i < len(got) || j < len(want); {
		switch {
		case i < len(got) && j < len(want) && reflect.DeepEqual(got[i], want[j]):
			fmt.Fprintf(&s, "  %s\n", show(got[i]))
			i, j = i+1, j+1
		case j < len(want) && (i == len(got) || common[i][j+1] >= common[i+1][j]):
			fmt.Fprintf(&s, "- %s\n", show(want[j]))
			j++
		default:
			fmt.Fprintf(&s, "+ %s\n", show(got[i]))
			i++
		}
	}
	return s.String()
}

// show writes a payload as JSON, or as Go does where JSON cannot.
func show(v any) string {
	if text, err := json.Marshal(v); err == nil {
		return string(text)
	}
	return fmt.Sprintf("%+v", v)
}
