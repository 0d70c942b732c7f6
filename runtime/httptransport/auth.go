package httptransport

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
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

// newConn returns a connection of whoever the request comes from, which is not open yet, or how it is to be refused.
func (h *Handler) newConn(r *http.Request) (*session.Conn, *session.Closing) {
	since := h.Now()
	peer, expires, refusal := h.identify(r)
	if refusal != nil {
		return nil, refusal
	}
	account, ok := h.accountOf(r, peer)
	if !ok {
		return nil, &session.Closing{Code: session.CloseFailed, Reason: "internal"}
	}
	who := session.Client{
		Peer: peer, Account: account, Expires: expires, Since: since, Context: context.WithoutCancel(r.Context()),
	}
	if h.authenticate != nil {
		opened, size := h.original(r)
		if size > mostKept {
			return nil, &session.Closing{
				Code:   session.CloseBadFrame,
				Reason: fmt.Sprintf("bad_frame: the URL and the credentials have %d bytes, the limit is %d", size, mostKept),
			}
		}
		who.Kept = size
		who.Renew = func(token string) (eventbus.Peer, time.Time, *session.Closing) {
			return h.identify(withToken(opened, token))
		}
	}
	return h.Prepare(who)
}

// withToken returns the request with another bearer token.
func withToken(r *http.Request, token string) *http.Request {
	renewed := r.Clone(r.Context())
	renewed.Header.Set("Authorization", "Bearer "+token)
	return renewed
}

// identify asks the application who the request comes from, and returns how the connection is to
// be refused if it may not.
func (h *Handler) identify(r *http.Request) (peer eventbus.Peer, expires time.Time, refusal *session.Closing) {
	if h.authenticate == nil {
		return eventbus.Peer{}, time.Time{}, nil
	}
	var err error
	if failed := h.Guard(r.Context(), func() { peer, expires, err = h.authenticate(r) }); failed {
		return eventbus.Peer{}, time.Time{}, &session.Closing{Code: session.CloseFailed, Reason: "internal"}
	}
	if refusal = session.Verdict(false, err, expires); refusal != nil && err == nil {
		err = errors.New("the credentials have expired")
	}
	if refusal != nil {
		h.Logger().WarnContext(r.Context(), "eventgen: the credentials of a client were refused", "remote", r.RemoteAddr, "error", err)
		return eventbus.Peer{}, time.Time{}, refusal
	}
	return peer, expires, nil
}
