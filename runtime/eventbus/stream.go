package eventbus

import (
	"context"
	"iter"
)

// streamQueue is the bound of a stream's queue if Async does not set another.
const streamQueue = 1024

// stream is Event.Stream. The loop that ranges over it pulls from a queue like that of an asynchronous
// listener.
func (e *Event[T]) stream(ctx context.Context, b *Bus, opts []ListenOption) iter.Seq[T] {
	t := topicOf(b, e)
	nothing := func(func(T) bool) {}
	if t == nil {
		b.fail(ctx, &Error{Code: CodeUnknownEvent, Event: e.inf.Name})
		return nothing
	}
	c := listenConfigOf(opts)
	if c.async == 0 {
		c.async, c.overflow = streamQueue, DropOldest
	}
	if err := t.refuses(c, false); err != nil {
		b.fail(ctx, err)
		return nothing
	}
	l := &listener[T]{
		fn:     func(context.Context, T) error { return nil },
		manner: &manner[T]{pull: make(chan struct{}, 1)},
	}
	t.register(l, c)
	stopAfter := context.AfterFunc(ctx, func() { t.unlisten(l) })
	return func(yield func(T) bool) {
		defer stopAfter()
		defer t.unlisten(l)
		for {
			q, ok := l.queue.next(ctx, b.ended)
			if !ok || ctx.Err() != nil {
				return
			}
			d := delivery[T]{one: q.one}
			if q.more != nil {
				d = *q.more
			}
			if !l.accepts(&d) {
				continue
			}
			if d.items == nil {
				d.items = []T{d.one}
			}
			for _, payload := range d.items {
				if !yield(payload) {
					return
				}
			}
		}
	}
}

// wait is Event.Wait.
func (e *Event[T]) wait(ctx context.Context, b *Bus, where []func(T) bool) (T, error) {
	var zero T
	t := topicOf(b, e)
	if t == nil {
		return zero, e.unknown()
	}
	if err := ctx.Err(); err != nil {
		return zero, err
	}
	if err := t.refuses(listenConfig{}, false); err != nil {
		return zero, err
	}
	found := make(chan T, 1)
	l := &listener[T]{fn: func(_ context.Context, payload T) error {
		for _, ok := range where {
			if !ok(payload) {
				return nil
			}
		}
		select {
		case found <- payload:
		default:
		}
		return nil
	}}
	t.register(l, listenConfig{})
	defer t.unlisten(l)
	select {
	case payload := <-found:
		return payload, nil
	case <-ctx.Done():
	case <-b.ended:
	}
	// What came at the same time counts.
	select {
	case payload := <-found:
		return payload, nil
	default:
	}
	if err := ctx.Err(); err != nil {
		return zero, err
	}
	return zero, t.err(CodeClosed, nil)
}
