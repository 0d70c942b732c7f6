package sidecar

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Handshake is the line that [Run] prints: where it listens, and what lets a request in.
type Handshake struct {
	URL   string `json:"url"`   // "http://127.0.0.1:41234"
	Token string `json:"token"` // the bearer token of each request
}

// lastRequests is how long requests have to end when Run ends.
const lastRequests = time.Second

// Run serves the handler on a free loopback port, prints the [Handshake], and returns when ctx is done or the parent of
// [WithParent] is gone: nil then, and otherwise why it could not serve. It does not end WebSockets: close the bus, or the
// handler of package httptransport, after it.
//
// A request reaches the handler if it has the token, as a bearer token or as the subprotocol eventgen.bearer of a
// WebSocket, and if it is of no page or of one whose origin [WithOrigins] names. The handler sees it as one of its own
// origin, so that it needs no option for origins.
func Run(ctx context.Context, handler http.Handler, opts ...Option) error {
	config, err := configure(opts)
	if err != nil {
		return err
	}
	if handler == nil {
		return errors.New("sidecar: Run needs a handler")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("sidecar: no port of the loopback interface: %w", err)
	}
	token := rand.Text()
	server := &http.Server{
		Handler:           &guard{handler: handler, token: token, origins: config.origins, log: config.logger},
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(config.logger.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	err = announce(config.output, Handshake{URL: "http://" + listener.Addr().String(), Token: token})
	if err == nil {
		config.watchParent(cancel)
		select {
		case err = <-served:
			return fmt.Errorf("sidecar: %w", err)
		case <-ctx.Done():
		}
	}
	end(server)
	<-served
	return err
}

// announce prints the handshake in one write, so that the shell reads the line whole.
func announce(output io.Writer, h Handshake) error {
	line, err := json.Marshal(h)
	if err == nil {
		_, err = output.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("sidecar: the handshake could not be written: %w", err)
	}
	return nil
}

// end lets the requests end that are under way, for a short time.
func end(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), lastRequests)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close()
	}
}
