package httptransport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// newTLSPlace is a place behind TLS, where requests go over HTTP/2.
func newTLSPlace(t *testing.T, opts ...Option) *place {
	t.Helper()
	var server *httptest.Server
	t.Cleanup(func() { server.Close() }) // after the handler, which ends its streams
	p := newPlace(t, opts...)
	server = httptest.NewUnstartedServer(p.h)
	server.EnableHTTP2 = true
	server.StartTLS()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	p.https = server.Client()
	p.url = server.URL
	p.dial = func() (net.Conn, error) {
		return tls.Dial("tcp", server.Listener.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"})
	}
	return p
}

func TestTLS(t *testing.T) {
	p := newTLSPlace(t)
	ask.Listen(p.bus, func(ctx context.Context, a progress) error { return tick.Emit(ctx, p.bus, a.N) })
	o := pageOption{header: http.Header{"Origin": {p.url}}}
	pages := map[string]*page{
		"WebSocket":    p.open(`{"listen":{"tick":{}}}`, o),
		"event stream": p.stream(`{"listen":{"tick":{}}}`, "Origin", p.url),
	}
	if major := pages["event stream"].answer.ProtoMajor; major != 2 {
		t.Errorf("the stream is of HTTP/%d", major)
	}
	for name, pg := range pages {
		t.Run(name, func(t *testing.T) {
			pg.send(`{"emit":"ask","id":1,"payload":{"id":"a","n":7}}`)
			for _, other := range pages {
				other.want(`{"event":"tick","payload":7}`)
			}
			pg.want(`{"ack":1}`)
			for n := range 500 {
				emit(t, p.bus, tick, n)
			}
			for _, other := range pages {
				for n := range 500 {
					other.want(fmt.Sprintf(`{"event":"tick","payload":%d}`, n))
				}
			}
		})
	}
	pg := pages["WebSocket"]
	pg.send(`{"unlisten":["tick"],"id":2}`)
	pg.want(`{"ack":2}`)
	if _, err := p.trySocket(pageOption{header: http.Header{"Origin": {"http" + p.url[len("https"):]}}}); err == nil {
		t.Error("a page without TLS is taken for the same origin")
	}
}

func TestTLSConnectionsEnd(t *testing.T) {
	p := newTLSPlace(t)
	socket := p.open(`{"listen":{"tick":{}}}`)
	stream := p.stream(`{"listen":{"tick":{}}}`)
	emit(t, p.bus, tick, 1)
	ctx, cancel := context.WithTimeout(background, 20*time.Second)
	defer cancel()
	done := make(chan error)
	go func() { done <- p.h.Close(ctx) }()
	for _, pg := range []*page{socket, stream} {
		pg.want(`{"event":"tick","payload":1}`)
		pg.wantClosed(1001)
	}
	noError(t, <-done)
}
