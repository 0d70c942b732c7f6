package main

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
	coderws "github.com/coder/websocket"
	gobwasws "github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	gorillaws "github.com/gorilla/websocket"
	"github.com/lxzan/gws"
	"github.com/olahol/melody"
)

// gobwas is the hub that its users write: one frame for all, a write for each.
type gobwas struct {
	members[*outbox]
}

func newGobwas() (hub, error) { return &gobwas{}, nil }

func (h *gobwas) serve(l net.Listener) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			if _, err := gobwasws.Upgrade(c); err != nil {
				return
			}
			o := newOutbox()
			h.add(o)
			defer h.remove(o)
			go func() {
				defer close(o.gone)
				for {
					if _, _, err := wsutil.ReadClientData(c); err != nil {
						return
					}
				}
			}()
			for {
				select {
				case frame := <-o.queue:
					if _, err := c.Write(frame); err != nil {
						return
					}
				case <-o.gone:
					return
				}
			}
		}()
	}
}

func (h *gobwas) send(messages [][]byte) {
	frames := make([][]byte, len(messages))
	for i, m := range messages {
		frames[i], _ = gobwasws.CompileFrame(gobwasws.NewTextFrame(m))
	}
	h.each(func(o *outbox) {
		for _, f := range frames {
			o.put(f)
		}
	})
}

type coder struct{ queued }

func newCoder() (hub, error) { return &coder{}, nil }

func (h *coder) serve(l net.Listener) error { return http.Serve(l, h) }

func (h *coder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := coderws.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer c.CloseNow()
	ctx := c.CloseRead(context.Background())
	h.write(ctx, func(m []byte) error { return c.Write(ctx, coderws.MessageText, m) })
}

type gorilla struct {
	mu  sync.RWMutex
	all map[chan *gorillaws.PreparedMessage]struct{}
}

func newGorilla() (hub, error) {
	return &gorilla{all: map[chan *gorillaws.PreparedMessage]struct{}{}}, nil
}

func (h *gorilla) serve(l net.Listener) error { return http.Serve(l, h) }

func (h *gorilla) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	upgrader := gorillaws.Upgrader{}
	c, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	out := make(chan *gorillaws.PreparedMessage, queue)
	h.mu.Lock()
	h.all[out] = struct{}{}
	h.mu.Unlock()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				return
			}
		}
	}()
	for {
		select {
		case m := <-out:
			if c.WritePreparedMessage(m) != nil {
				return
			}
		case <-gone:
			go func() { // free whoever is putting
				for range out {
				}
			}()
			h.mu.Lock()
			delete(h.all, out)
			h.mu.Unlock()
			close(out)
			return
		}
	}
}

func (h *gorilla) send(messages [][]byte) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, m := range messages {
		prepared, err := gorillaws.NewPreparedMessage(gorillaws.TextMessage, m)
		if err != nil {
			return
		}
		for out := range h.all {
			out <- prepared
		}
	}
}

type gwsHub struct {
	gws.BuiltinEventHandler
	members[*gws.Conn]
}

func newGWS() (hub, error) { return &gwsHub{}, nil }

func (h *gwsHub) serve(l net.Listener) error {
	upgrader := gws.NewUpgrader(h, nil)
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := upgrader.Upgrade(w, r); err == nil {
			h.add(c)
			go c.ReadLoop()
		}
	}))
}

// OnClose forgets a connection.
func (h *gwsHub) OnClose(c *gws.Conn, _ error) { h.remove(c) }

func (h *gwsHub) send(messages [][]byte) {
	for _, m := range messages {
		b := gws.NewBroadcaster(gws.OpcodeText, m)
		h.each(func(c *gws.Conn) { _ = b.Broadcast(c) })
		_ = b.Close()
	}
}

type melodyHub struct{ *melody.Melody }

func newMelody() (hub, error) {
	m := melody.New()
	m.Config.MessageBufferSize = queue
	return melodyHub{m}, nil
}

func (h melodyHub) serve(l net.Listener) error {
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = h.HandleRequest(w, r) }))
}

func (h melodyHub) send(messages [][]byte) {
	for _, m := range messages {
		_ = h.Broadcast(m)
	}
}

type centrifugeHub struct{ node *centrifuge.Node }

func newCentrifuge() (hub, error) {
	node, err := centrifuge.New(centrifuge.Config{LogLevel: centrifuge.LogLevelNone})
	if err != nil {
		return nil, err
	}
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{
			Credentials:   &centrifuge.Credentials{UserID: "reader"},
			Subscriptions: map[string]centrifuge.SubscribeOptions{"bench": {}},
		}, nil
	})
	return &centrifugeHub{node}, node.Run()
}

func (h *centrifugeHub) serve(l net.Listener) error {
	return http.Serve(l, centrifuge.NewWebsocketHandler(h.node, centrifuge.WebsocketConfig{WriteTimeout: 30 * time.Second}))
}

func (h *centrifugeHub) send(messages [][]byte) {
	for _, m := range messages {
		_, _ = h.node.Publish("bench", m)
	}
}
