package eventbustest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// Deliveries are what a listener got: what throttle, debounce and batch have made of the emits, in the order
// of the calls. They are safe for concurrent use.
type Deliveries[T any] struct {
	event string

	mu      sync.Mutex
	batches [][]T
	changed chan struct{} // closed when there are more
}

// Listen registers a listener that ends with the test, and returns what it gets. The options are those of
// any listener: with [eventbus.EveryEmit] it gets what was emitted, with [eventbus.Async] what its queue lets
// through.
func Listen[T any](t testing.TB, b *eventbus.Bus, e *eventbus.Event[T], opts ...eventbus.ListenOption) *Deliveries[T] {
	t.Helper()
	d := &Deliveries[T]{event: e.Name(), changed: make(chan struct{})}
	t.Cleanup(e.ListenBatch(b, d.add, opts...))
	return d
}

func (d *Deliveries[T]) add(_ context.Context, batch []T) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.batches = append(d.batches, batch)
	close(d.changed)
	d.changed = make(chan struct{})
	return nil
}

// Batches returns what was delivered, as it was: slices of one where the event is not batched.
func (d *Deliveries[T]) Batches() [][]T {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.batches)
}

// Payloads returns what was delivered, one by one.
func (d *Deliveries[T]) Payloads() []T { return slices.Concat(d.Batches()...) }

// Wait waits until n payloads have been delivered since the test began to listen, or ctx is done, and says
// then how far it came. What throttle, debounce and batch hold back comes at once after [eventbus.Bus.Flush].
func (d *Deliveries[T]) Wait(ctx context.Context, n int) error {
	for {
		d.mu.Lock()
		got, changed := 0, d.changed
		for _, batch := range d.batches {
			got += len(batch)
		}
		d.mu.Unlock()
		if got >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%s was delivered %d times, want %d: %w", d.event, got, n, ctx.Err())
		}
	}
}

// ExpectDelivered fails the test unless exactly these payloads were delivered, in this order.
func ExpectDelivered[T any](t testing.TB, d *Deliveries[T], want ...T) {
	t.Helper()
	compare(t, d.event+" delivered", d.Payloads(), want)
}

// ExpectDeliveredBatches fails the test unless the payloads were delivered in exactly these batches, in this order.
func ExpectDeliveredBatches[T any](t testing.TB, d *Deliveries[T], want ...[]T) {
	t.Helper()
	compare(t, d.event+" delivered in batches", d.Batches(), want)
}
