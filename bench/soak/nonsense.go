package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/gobwas/ws"
)

// nonsense are frames that no page sends. Each must end its connection.
var nonsense = []ws.Frame{
	ws.NewTextFrame([]byte(`{"hello":`)),
	ws.NewTextFrame([]byte(`[]`)),
	ws.NewTextFrame([]byte(`{"unheard":"of"}`)),
	ws.NewTextFrame([]byte(`{"hello":{"window":7}}`)),
	ws.NewTextFrame([]byte("\xff\xfe")),
	ws.NewBinaryFrame([]byte(`{}`)),
	ws.NewFrame(ws.OpContinuation, true, []byte("x")),
	ws.NewFrame(ws.OpPing, false, []byte("x")),
	ws.NewTextFrame([]byte(`{"emit":"` + strings.Repeat("x", 1<<20) + `"}`)),
}

// disturb sends one kind of nonsense until ctx is done.
func (s *soak) disturb(ctx context.Context, kind int) {
	for ctx.Err() == nil {
		s.annoy(nonsense[kind])
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

func (s *soak) annoy(f ws.Frame) {
	conn, err := dial(s.address)
	if err != nil {
		s.fail("connect: %w", err)
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(8 * time.Second))
	_ = ws.WriteFrame(conn, ws.MaskFrame(f)) // the server may close before it has read all of it
	if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
		s.fail("a connection that sent %q was not closed", f.Payload[:min(len(f.Payload), 40)])
		return
	}
	s.figures.nonsense.Add(1)
}
