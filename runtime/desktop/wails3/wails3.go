// Package wails3 serves the events of a bus to the windows of a Wails v3 application, over its streams.
//
//	app.HandleStream("eventgen", wails3.Handler[*application.StreamConn](engine))
//
// The page connects with wails() of @eventgen/client. Each connection is a window of its own, and its label is the name of
// the window in Wails: what the page says of itself does not matter. Sessions, resume, authorisation and limits are those
// of package session.
//
// Wails v3 is in beta. This package does not import it: it states the methods of a stream that it needs, and its tests hold
// them to a copy of what v3.0.0-beta.12 publishes. It was not run with the real one.
package wails3

import (
	"context"
	"encoding/json"
	"io"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

// Conn is what is used of *application.StreamConn.
type Conn[W Window] interface {
	// Window is the window whose page opened the connection. It is nil if that is gone.
	Window() W
	// Context is done when the connection has ended.
	Context() context.Context
	// Send queues a message, which belongs to the connection then. It blocks while the page is slow.
	Send(data []byte) error
	// TrySend fails where Send would block.
	TrySend(data []byte) error
	// Receive waits for a message.
	Receive() ([]byte, error)
	// Close ends the connection, and unblocks the others.
	Close() error
}

// Window is what is used of application.Window.
type Window interface {
	comparable
	Name() string
}

// Handler returns what app.HandleStream takes: it serves each connection until that has ended. Messages are charged to an
// account that all windows share. Closing the engine or the bus ends the connections.
func Handler[C Conn[W], W Window](engine *session.Engine) func(C) {
	return func(conn C) {
		var none W
		window := conn.Window()
		if window == none {
			_ = conn.Close()
			return
		}
		// That the page is gone shows in the calls. Why it has ended the page has been told.
		ctx := context.WithoutCancel(conn.Context())
		_ = engine.ServeStream(ctx, &stream[C, W]{conn}, eventbus.Peer{Window: window.Name()})
	}
}

// stream is a connection as the engine knows it. Wails' calls take no context: when that is done, the connection is
// closed, which the engine would do next.
type stream[C Conn[W], W Window] struct{ conn C }

func (s *stream[C, W]) Send(ctx context.Context, msg []byte) error {
	defer context.AfterFunc(ctx, s.shut)()
	if err := s.conn.Send(append([]byte(nil), msg...)); err != nil {
		return s.why(ctx, err)
	}
	return nil
}

func (s *stream[C, W]) Receive(ctx context.Context) ([]byte, error) {
	defer context.AfterFunc(ctx, s.shut)()
	msg, err := s.conn.Receive()
	if err != nil {
		return nil, s.why(ctx, err)
	}
	return msg, nil
}

// why returns what has ended a call: the caller's context, the page, or else the error itself.
func (s *stream[C, W]) why(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case s.conn.Context().Err() != nil:
		return io.EOF
	}
	return err
}

func (s *stream[C, W]) shut() { _ = s.conn.Close() }

// Close says in a last message why, since Wails carries no codes, if there is room for it.
func (s *stream[C, W]) Close(code int, reason string) error {
	if text, err := json.Marshal(lastWords{closing{code, reason}}); err == nil {
		_ = s.conn.TrySend(text)
	}
	return s.conn.Close()
}

// lastWords is the message that wails() knows the end by.
type lastWords struct {
	Close closing `json:"close"`
}

type closing struct {
	Code   int    `json:"code"`
	Reason string `json:"reason,omitempty"`
}
