package eventbus

import (
	"context"
	"fmt"
)

// Flush sends out immediately what throttle, debounce and batch hold back of all events, and waits until Go
// listeners have had it and all queues are empty, or ctx is done. It does not wait for networks, and
// inside a callback of the bus it does not wait: in a listener, an error handler or an encoder.
func (b *Bus) Flush(ctx context.Context) error {
	for _, e := range b.events {
		if err := b.topicOf(e).flush(ctx); err != nil {
			return err
		}
	}
	if insideCallback() {
		return nil
	}
	for _, f := range b.anyQueues() {
		if err := f.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the bus. It refuses new emits, sends out what is deferred, admits what listeners emit in turn,
// and waits until all listeners have returned and all queues are empty. Emits are refused with [CodeClosed]
// from then on, loops over streams end, and transports are told.
//
// When ctx is done before that, Close drops what is left and fails with [CodeCanceled]; what runs is not
// interrupted. Further calls wait for the first and return the same. Inside a callback of this or another bus,
// a listener, an error handler or an encoder, Close returns nil immediately and goes on in the background, without
// the cancellation of ctx. A goroutine that a callback waits for is not inside it: a Close there waits for its
// own caller until ctx is done, so ctx must have a deadline.
func (b *Bus) Close(ctx context.Context) error {
	inside := insideCallback()
	if b.intake.close() {
		if inside {
			go b.end(context.WithoutCancel(ctx))
		} else {
			b.end(ctx)
		}
	}
	if inside {
		return nil
	}
	select {
	case <-b.closed:
		return b.result
	default:
	}
	select {
	case <-b.closed:
		return b.result
	case <-ctx.Done():
		return canceled(ctx, "")
	}
}

func (b *Bus) end(ctx context.Context) {
	err := b.drain(ctx)
	b.intake.state.Store(stateClosed)
	for err == nil && !b.drained() { // a callback that nothing waited for has emitted in the meantime
		b.intake.state.Store(stateDraining)
		err = b.drain(ctx)
		b.intake.state.Store(stateClosed)
	}
	for _, t := range b.topics {
		t.seal()
	}
	for _, f := range b.anyQueues() {
		f.seal()
	}
	if b.cluster != nil {
		if flushErr := b.cluster.flush(ctx); flushErr != nil && err == nil {
			err = &Error{Code: CodeBroker, Err: fmt.Errorf("publish what is queued: %w", flushErr)}
		}
	}
	close(b.ended)
	for _, p := range *b.log.ports.Load() {
		p.callShutdown()
	}
	if b.cluster != nil {
		if closeErr := b.cluster.close(ctx); closeErr != nil && err == nil {
			err = &Error{Code: CodeBroker, Err: fmt.Errorf("close the broker: %w", closeErr)}
		}
	}
	b.result = err
	close(b.closed)
}

// drain waits until nothing is deferred, queued or being delivered. It waits for nothing in particular: all
// events go on while one of them is held up.
func (b *Bus) drain(ctx context.Context) error {
	for {
		changed := b.intake.changed()
		for _, t := range b.topics {
			t.sendOut()
		}
		if b.drained() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return canceled(ctx, "")
		}
	}
}

// drained reports whether nothing is deferred, queued or being delivered.
func (b *Bus) drained() bool { return b.intake.quiet() && !b.pending() }

func (b *Bus) pending() bool {
	for _, t := range b.topics {
		if t.pending() {
			return true
		}
	}
	for _, f := range b.anyQueues() {
		if !f.empty() {
			return true
		}
	}
	return false
}
