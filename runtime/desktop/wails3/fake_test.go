package wails3_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
)

// What Wails v3 publishes of streams, as testdata/application.go.txt has it, and a page for it.

var (
	errClosed = errors.New("wails: stream connection closed")
	errFull   = errors.New("wails: stream send buffer full")
)

// outQueueDepth is how many frames wait for a page.
const outQueueDepth = 8

type App struct{ handlers map[string]StreamHandler }

func (a *App) HandleStream(name string, handler StreamHandler) {
	if a.handlers == nil {
		a.handlers = map[string]StreamHandler{}
	}
	a.handlers[name] = handler
}

type StreamHandler func(*StreamConn)

type Window interface {
	Name() string
}

type StreamConn struct {
	name   string
	window Window
	ctx    context.Context
	cancel context.CancelFunc
	out    chan []byte
	in     chan []byte
	once   sync.Once
}

func (c *StreamConn) Name() string { return c.name }

func (c *StreamConn) Context() context.Context { return c.ctx }

func (c *StreamConn) Window() Window { return c.window }

func (c *StreamConn) Send(data []byte) error {
	if c.ctx.Err() != nil {
		return errClosed
	}
	select {
	case c.out <- data:
		return nil
	case <-c.ctx.Done():
		return errClosed
	}
}

func (c *StreamConn) TrySend(data []byte) error {
	if c.ctx.Err() != nil {
		return errClosed
	}
	select {
	case c.out <- data:
		return nil
	default:
		return errFull
	}
}

func (c *StreamConn) SendJSON(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.Send(data)
}

func (c *StreamConn) Receive() ([]byte, error) {
	select {
	case data := <-c.in:
		return data, nil
	case <-c.ctx.Done():
		return nil, errClosed
	}
}

func (c *StreamConn) ReceiveJSON(v any) error {
	data, err := c.Receive()
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

func (c *StreamConn) Close() error {
	c.once.Do(func() {
		c.cancel()
		close(c.in)
	})
	return nil
}

// label is a window that has nothing but a name.
type label string

func (l label) Name() string { return string(l) }

// open is what a page's Stream(name) does. The handler runs until ended is closed.
func (a *App) open(name string, window Window) (conn *StreamConn, ended chan struct{}) {
	ctx, cancel := context.WithCancel(context.Background())
	conn = &StreamConn{
		name: name, window: window, ctx: ctx, cancel: cancel, out: make(chan []byte, outQueueDepth), in: make(chan []byte),
	}
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		defer conn.Close()
		a.handlers[name](conn)
	}()
	return conn, ended
}
