package httptransport

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

// Option configures a [Handler]: an option of this package, or for [New] one of package session.
type Option interface {
	// Setting has no effect.
	Setting()
}

type optionFunc func(*config)

func (optionFunc) Setting() {}

type config struct {
	authenticate   func(*http.Request) (eventbus.Peer, time.Time, error)
	account        func(*http.Request, eventbus.Peer) string
	renewalHeaders []string
	origins        []string
	compress       bool
}

// take applies the options of this package, and returns those of the engine.
func (c *config) take(opts []Option) (engine []session.Option, err error) {
	c.renewalHeaders = []string{"Authorization", "Cookie"}
	for _, o := range opts {
		switch o := o.(type) {
		case nil:
		case optionFunc:
			o(c)
		case session.Option:
			engine = append(engine, o)
		default:
			err = errors.Join(err, fmt.Errorf("httptransport: %T is no option of this package, nor of package session", o))
		}
	}
	return engine, errors.Join(err, c.checkOrigins())
}

// WithAuthenticate sets who may connect: it returns the peer that the request comes from, and
// until when its credentials hold (zero: for ever). It runs before anything else is done for a
// page, again for each POST, and for each renewal with what is kept of the request ([WithRenewalHeaders]). What the page says of itself never reaches
// the peer; its window label alone is the page's to choose, unless the peer has one already.
// ID, Node and Account of the peer are ignored.
//
// A bearer token that a page offers as a WebSocket subprotocol is shown as an Authorization
// header. An error closes the page with 4401, or 4403 if it wraps [session.ErrForbidden]; its text is
// logged and never sent. Without this option every page is let in, anonymous.
func WithAuthenticate(f func(*http.Request) (peer eventbus.Peer, expires time.Time, err error)) Option {
	return optionFunc(func(c *config) { c.authenticate = f })
}

// WithRenewalHeaders names headers that [WithAuthenticate] reads beside Authorization and Cookie. When a page renews its
// credentials, Authenticate is shown the request that the connection was opened with, and of its headers these alone:
// no others are kept. With the URL they have at most 16 KiB; a page with more is refused.
func WithRenewalHeaders(names ...string) Option {
	return optionFunc(func(c *config) {
		for _, name := range names {
			c.renewalHeaders = append(c.renewalHeaders, http.CanonicalHeaderKey(name))
		}
	})
}

// WithAllowOrigins lets in pages of other origins than the handler's own: "https://app.example.com",
// or with one * for any label, "https://*.example.com", or for any port, "http://localhost:*".
// "*" alone lets in everyone, sandboxed pages and files too, which is safe only where no cookie identifies
// anybody. Shells with a scheme of their own are named like any other: "tauri://localhost".
//
// "none" lets in GET requests that do not show where they come from: without Origin, Sec-Fetch-Site and bearer
// token. Tools such as curl make them, and over plain http, away from localhost, EventSource and every page of
// another port or site. So "none" is safe only where neither a cookie nor the network identifies anybody.
func WithAllowOrigins(patterns ...string) Option {
	return optionFunc(func(c *config) { c.origins = append(c.origins, patterns...) })
}

// WithCompress offers permessage-deflate (RFC 7692) without context takeover: each frame is
// compressed once for all clients that accept it. It is off by default: it costs CPU, and
// compressing secrets beside what an attacker controls can reveal them.
func WithCompress() Option { return optionFunc(func(c *config) { c.compress = true }) }

// WithAccount sets whom the costs of a connection are charged to: connections, sessions that are away, memory, and room
// in the bus's log and of what it keeps are shared among accounts, so that one cannot take them from the others. f is
// called once for each connection, after [WithAuthenticate], with the peer that it returned.
//
// The default is the identity, and for pages without one the address that they connect from, of IPv6 the network of 64
// bits. Behind a proxy that is the proxy's: take the address from the header that your proxy sets, and no other. The bounds
// of an account do not hold back somebody who can get any number of accounts: create identities with care.
func WithAccount(f func(r *http.Request, peer eventbus.Peer) string) Option {
	return optionFunc(func(c *config) { c.account = f })
}
