package httptransport

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

const bearerProtocol = "eventgen.bearer."

// credentialed returns the request as Authenticate sees it: a token that came as a subprotocol
// is an Authorization header, and the subprotocol is gone.
func credentialed(r *http.Request) *http.Request {
	const header = "Sec-Websocket-Protocol"
	var kept []string
	token, found := "", false
	for _, line := range r.Header[header] {
		for protocol := range strings.SplitSeq(line, ",") {
			protocol = strings.TrimSpace(protocol)
			encoded, ok := strings.CutPrefix(protocol, bearerProtocol)
			if !ok {
				kept = append(kept, protocol)
				continue
			}
			if text, err := base64.RawURLEncoding.DecodeString(encoded); err == nil && utf8.Valid(text) {
				token, found = string(text), true
			}
		}
	}
	if len(kept) == 0 {
		return r
	}
	clean := r.Clone(context.WithoutCancel(r.Context()))
	clean.Header[header] = []string{strings.Join(kept, ", ")}
	if found {
		clean.Header.Set("Authorization", "Bearer "+token)
	}
	return clean
}

// mostKept bounds what is kept of a request for renewals, in bytes.
const mostKept = 16 << 10

// original returns a copy of the request for later renewals. It holds on to nothing of the connection, and of the
// headers has those that Authenticate needs.
func (h *Handler) original(r *http.Request) (kept *http.Request, size int) {
	kept = r.WithContext(context.WithoutCancel(r.Context()))
	kept.Body, kept.GetBody, kept.Response, kept.Trailer = http.NoBody, nil, nil, nil
	kept.Form, kept.PostForm, kept.MultipartForm = nil, nil, nil
	kept.Header = http.Header{}
	size = len(r.RequestURI) + len(r.Host)
	for _, name := range h.renewalHeaders {
		for _, value := range r.Header[name] {
			kept.Header[name] = append(kept.Header[name], strings.Clone(value))
			size += len(value)
		}
	}
	if r.TLS != nil {
		for _, certificate := range r.TLS.PeerCertificates {
			size += len(certificate.Raw)
		}
	}
	return kept, size
}

// newConn returns a connection of whoever the request comes from, without its link, or how it is to be refused.
func (h *Handler) newConn(r *http.Request) (*conn, *closing) {
	disconnects := h.disconnects.Load()
	peer, expires, refusal := h.identify(r)
	if refusal != nil {
		return nil, refusal
	}
	account, ok := h.accountOf(r, peer)
	if !ok {
		return nil, &closing{closeFailed, "internal"}
	}
	peer.Account = account
	c := &conn{
		h: h, token: newSecret(), ctx: context.WithoutCancel(r.Context()), peer: peer, expires: expires, account: account,
		disconnects: disconnects,
	}
	c.tab.memory, c.tab.account = &h.memory, account
	if h.authenticate != nil {
		size := 0
		if c.opened, size = h.original(r); size > mostKept {
			return nil, &closing{closeBadFrame, fmt.Sprintf("bad_frame: the URL and the credentials have %d bytes, the limit is %d", size, mostKept)}
		}
		if !c.tab.change(size) {
			return nil, &tooMuchMemory
		}
	}
	return c, nil
}

// withToken returns the request with another bearer token.
func withToken(r *http.Request, token string) *http.Request {
	renewed := r.Clone(r.Context())
	renewed.Header.Set("Authorization", "Bearer "+token)
	return renewed
}

// identify asks the application who the request comes from, and returns how the connection is to
// be refused if it may not.
func (h *Handler) identify(r *http.Request) (peer eventbus.Peer, expires time.Time, refusal *closing) {
	if h.authenticate == nil {
		return eventbus.Peer{}, time.Time{}, nil
	}
	var err error
	if failed := h.guard(r.Context(), func() { peer, expires, err = h.authenticate(r) }); failed {
		return eventbus.Peer{}, time.Time{}, &closing{closeFailed, "internal"}
	}
	switch {
	case errors.Is(err, ErrForbidden):
		refusal = &closing{closeForbidden, "forbidden"}
	case err != nil:
		refusal = &closing{closeUnauthenticated, "unauthenticated"}
	case !expires.IsZero() && !time.Now().Before(expires):
		err = errors.New("the credentials have expired")
		refusal = &closing{closeUnauthenticated, "unauthenticated"}
	}
	if refusal != nil {
		h.logger.WarnContext(r.Context(), "eventgen: a page was refused", "remote", r.RemoteAddr, "error", err)
		return eventbus.Peer{}, time.Time{}, refusal
	}
	peer.ID, peer.Node, peer.Account = "", "", ""
	return peer, expires, nil
}

// guard calls the application's code and reports whether it panicked, which ends neither the
// process nor what others do.
func (h *Handler) guard(ctx context.Context, call func()) (failed bool) {
	defer func() {
		if reason := recover(); reason != nil {
			failed = true
			h.logger.ErrorContext(ctx, "eventgen: an authorization panicked", "reason", fmt.Sprint(reason), "stack", string(debug.Stack()))
		}
	}()
	call()
	return false
}

// mayListen returns why the peer may not listen to the event, nil if it may.
func (h *Handler) mayListen(ctx context.Context, peer eventbus.Peer, event string) *wireError {
	if h.authorizeListen == nil {
		return nil
	}
	var err error
	if failed := h.guard(ctx, func() { err = h.authorizeListen(ctx, peer, event) }); failed {
		return &wireError{Code: eventbus.CodeInternal}
	}
	return forbidden(err)
}

// mayEmit returns why the peer may not emit the event to the target, nil if it may.
func (h *Handler) mayEmit(ctx context.Context, peer eventbus.Peer, event string, to eventbus.Target) *wireError {
	if h.authorizeEmit == nil {
		if !to.IsZero() {
			return &wireError{Code: eventbus.CodeForbidden, Message: "the backend authorizes no relays"}
		}
		return nil
	}
	var err error
	if failed := h.guard(ctx, func() { err = h.authorizeEmit(ctx, peer, event, to) }); failed {
		return &wireError{Code: eventbus.CodeInternal}
	}
	return forbidden(err)
}

// forbidden is what a page may know of a refusal.
func forbidden(err error) *wireError {
	e := publicError(err)
	if e != nil && e.Code == eventbus.CodeInternal {
		return &wireError{Code: eventbus.CodeForbidden}
	}
	return e
}

// renew handles an auth frame: new credentials of the same page.
func (c *conn) renew(token string) {
	h := c.h
	var peer eventbus.Peer
	var expires time.Time
	if c.opened != nil {
		request := withToken(c.opened, token)
		var refusal *closing
		if peer, expires, refusal = h.identify(request); refusal != nil {
			c.close(*refusal)
			return
		}
		if peer.Identity != c.session.owner {
			c.close(closing{closeForbidden, "forbidden: another identity"})
			return
		}
	}
	c.mu.Lock()
	old := c.peer
	peer.ID, peer.Node, peer.Window, peer.Account = old.ID, old.Node, old.Window, old.Account
	c.peer, c.expires = peer, expires
	c.mu.Unlock()
	if !slices.Equal(old.Groups, peer.Groups) || !maps.Equal(old.Attributes, peer.Attributes) {
		h.port.Update(peer)
	}
	c.send(appendAuth(nil, secondsUntil(expires)))
	c.authorizeAgain(peer)
}

// authorizeAgain ends the subscriptions that the peer's new credentials do not cover.
func (c *conn) authorizeAgain(peer eventbus.Peer) {
	s := c.session
	s.mu.Lock()
	events := slices.Sorted(maps.Keys(s.subs))
	s.mu.Unlock()
	refused := map[string]wireError{}
	for _, event := range events {
		if e := c.h.mayListen(c.ctx, peer, event); e != nil {
			refused[event] = *e
		}
	}
	if len(refused) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != c {
		return
	}
	for event := range refused {
		s.dropLocked(event)
	}
	c.change(step{
		class: c.h.intern(c.format, s.subs),
		out:   c.format.append(nil, appendRefused(nil, refused), c.h.epoch, 0),
	})
}
