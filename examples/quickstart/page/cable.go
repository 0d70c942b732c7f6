package page

import (
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
)

// Cables are the networks between the windows of a page and the server. A request belongs to
// the cable that its query names: /events?cable=left. POST /cable?cable=left&state=cut ends every connection
// of that cable as a broken line does, without a word, and each further one until state=whole.
type Cables struct {
	mu    sync.Mutex
	lines map[string]*line
}

type line struct {
	cut   bool
	conns []net.Conn // the newest ones
}

const connsPerLine = 16

type connKey struct{}

// ConnContext is for [http.Server.ConnContext]: it lets Cables know the connections.
func ConnContext(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// Through serves next to the windows whose cable is whole.
func (c *Cables) Through(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _ := r.Context().Value(connKey{}).(net.Conn)
		if name := r.URL.Query().Get("cable"); name != "" && conn != nil && !c.enter(name, conn) {
			reset(conn)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ServeHTTP cuts a cable, or mends it.
func (c *Cables) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, _ := r.Context().Value(connKey{}).(net.Conn)
	switch query := r.URL.Query(); query.Get("state") {
	case "cut":
		c.set(query.Get("cable"), true, conn)
	case "whole":
		c.set(query.Get("cable"), false, conn)
	default:
		http.Error(w, "state is cut or whole", http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (c *Cables) enter(name string, conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.line(name)
	if l.cut {
		return false
	}
	if !slices.Contains(l.conns, conn) {
		l.conns = append(l.conns, conn)
		l.conns = l.conns[max(0, len(l.conns)-connsPerLine):]
	}
	return true
}

// set cuts the cable, or mends it, but for the connection that asks for it.
func (c *Cables) set(name string, cut bool, asking net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.line(name)
	l.cut = cut
	if !cut {
		return
	}
	for _, conn := range l.conns {
		if conn != asking {
			reset(conn)
		}
	}
	l.conns = nil
}

func (c *Cables) line(name string) *line {
	if c.lines == nil {
		c.lines = map[string]*line{}
	}
	l := c.lines[name]
	if l == nil {
		l = &line{}
		c.lines[name] = l
	}
	return l
}

// reset ends a connection without the handshake by which its other side would know that this
// was meant.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
