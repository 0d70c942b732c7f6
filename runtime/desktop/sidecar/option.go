package sidecar

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
)

// Option configures [Run].
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

type config struct {
	origins []string
	parent  io.Reader
	output  io.Writer
	logger  *slog.Logger
}

// nullOrigin is the origin of pages that have none.
const nullOrigin = "null"

// WithOrigins names the origins of the shell's pages: "tauri://localhost", "http://localhost:5173", or with any port
// "http://localhost:*". Without this option no page gets in, and programs that are no browser need the token alone.
//
// "null" lets in pages without an origin, such as those of file:// URLs in Electron. Sandboxed frames of any web page have
// that origin too, so that the token alone guards there.
func WithOrigins(origins ...string) Option {
	return optionFunc(func(c *config) { c.origins = append(c.origins, origins...) })
}

// WithParent makes [Run] end when r does. With [os.Stdin] that is when the shell has died or closed the pipe, if it
// started the program with a pipe for its input. What r has to say is thrown away. Without this option the program
// outlives a shell that is killed.
func WithParent(r io.Reader) Option { return optionFunc(func(c *config) { c.parent = r }) }

// WithOutput sets where the handshake is written. The default is [os.Stdout].
func WithOutput(w io.Writer) Option { return optionFunc(func(c *config) { c.output = w }) }

// WithLogger sets what is told of refused requests, at level warn. The default is [slog.Default], which writes to
// standard error.
func WithLogger(l *slog.Logger) Option { return optionFunc(func(c *config) { c.logger = l }) }

func configure(opts []Option) (*config, error) {
	c := &config{output: os.Stdout, logger: slog.Default()}
	for _, o := range opts {
		if o != nil {
			o.apply(c)
		}
	}
	if c.output == nil || c.logger == nil {
		return nil, errors.New("sidecar: the writer of WithOutput and the logger of WithLogger may not be nil")
	}
	for i, origin := range c.origins {
		c.origins[i] = strings.ToLower(strings.TrimSuffix(origin, "/"))
		if err := checkOrigin(c.origins[i]); err != nil {
			return nil, fmt.Errorf("sidecar: WithOrigins(%q): %w", origin, err)
		}
	}
	return c, nil
}

func checkOrigin(origin string) error {
	if origin == nullOrigin {
		return nil
	}
	u, err := url.Parse(strings.TrimSuffix(origin, anyPort))
	if err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != strings.TrimSuffix(origin, anyPort) || strings.Contains(u.Host, "*") {
		return errors.New(`an origin is scheme://host, scheme://host:port, scheme://host:* or "null"`)
	}
	return nil
}

// watchParent cancels when the parent is gone. Its goroutine ends with the parent: a read cannot be interrupted.
func (c *config) watchParent(cancel func()) {
	if c.parent == nil {
		return
	}
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, c.parent)
	}()
}
