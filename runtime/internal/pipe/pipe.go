// Package pipe is a message stream in memory, for tests: what one end sends the other receives, and whoever sends waits
// until it has been received.
package pipe

import (
	"context"
	"io"
	"sync"
)

// End is one end of a pipe.
type End struct {
	out, in chan []byte
	*state
}

type state struct {
	once   sync.Once
	closed chan struct{}
	code   int
	reason string
}

// New returns both ends of a pipe.
func New() (a, b *End) {
	there, back := make(chan []byte), make(chan []byte)
	s := &state{closed: make(chan struct{})}
	return &End{there, back, s}, &End{back, there, s}
}

// Send waits until the other end has received the message.
func (e *End) Send(ctx context.Context, msg []byte) error {
	select {
	case <-e.closed:
		return io.ErrClosedPipe
	default:
	}
	select {
	case e.out <- append([]byte(nil), msg...):
		return nil
	case <-e.closed:
		return io.ErrClosedPipe
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Receive waits for a message. It returns io.EOF when the pipe is closed.
func (e *End) Receive(ctx context.Context) ([]byte, error) {
	select {
	case msg := <-e.in:
		return msg, nil
	case <-e.closed:
		return nil, io.EOF
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close ends both ends.
func (e *End) Close(code int, reason string) error {
	e.once.Do(func() {
		e.code, e.reason = code, reason
		close(e.closed)
	})
	return nil
}

// Reason returns what the pipe was closed with. It waits for that.
func (e *End) Reason() (code int, reason string) {
	<-e.closed
	return e.code, e.reason
}
