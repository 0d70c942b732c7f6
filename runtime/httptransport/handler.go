package httptransport

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

// Handler serves the windows of a bus on one path, over an engine of package session. It is made by [New] or [Over] and
// safe for concurrent use.
//
// Close ends the engine: it sends the windows what they still lack and closes them; new requests are answered with 503.
// [http.Server.Shutdown] waits for event streams and knows nothing of WebSockets: close the handler before, or from
// [http.Server.RegisterOnShutdown].
type Handler struct {
	*session.Engine
	config

	farewells atomic.Int64 // how many pages are being told why they are refused
}

// New returns a handler with an engine of its own. It fails on options that are out of range and on a closed bus. Closing
// the bus closes the handler too.
func New(bus *eventbus.Bus, opts ...Option) (*Handler, error) {
	h := new(Handler)
	settings, err := h.take(opts)
	if err != nil {
		return nil, err
	}
	h.Engine, err = session.New(bus, settings...)
	if err != nil {
		return nil, fmt.Errorf("httptransport: %w", err)
	}
	return h, nil
}

// Over returns a handler of an engine that other transports may serve too. It takes the options of this package alone.
func Over(engine *session.Engine, opts ...Option) (*Handler, error) {
	h := &Handler{Engine: engine}
	settings, err := h.take(opts)
	if len(settings) > 0 {
		err = errors.Join(err, errors.New("httptransport: options of the engine are for session.New"))
	}
	if err != nil {
		return nil, err
	}
	return h, nil
}

// ServeHTTP serves a WebSocket, an event stream or the frames of a page, as the request asks for.
// See docs/protocol.md, 6.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	origin, foreign, ok := h.allowed(r)
	if !ok {
		h.refuseOrigin(w, r, origin)
		return
	}
	if len(h.origins) > 0 {
		w.Header().Add("Vary", "Origin")
	}
	if foreign {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Allow-Credentials", "true")
	}
	switch {
	case r.Method == http.MethodOptions:
		h.preflight(w, foreign)
	case r.Method == http.MethodGet && upgrades(r):
		h.serveSocket(w, r)
	case r.Method == http.MethodPost && r.Header.Get("Eventgen-Peer") != "":
		h.servePost(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		w.Header().Set("Allow", "GET, POST, OPTIONS")
		fail(w, http.StatusMethodNotAllowed, "method_not_allowed", "GET, POST or OPTIONS")
	case strings.Contains(r.Header.Get("Accept"), "text/event-stream"):
		h.serveStream(w, r)
	default:
		fail(w, http.StatusNotAcceptable, "not_acceptable", "open a WebSocket, or accept text/event-stream")
	}
}

func upgrades(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

func (h *Handler) refuseOrigin(w http.ResponseWriter, r *http.Request, origin string) {
	allow := fmt.Sprintf("httptransport.WithAllowOrigins(%q)", origin)
	said, answer := "eventgen: a page of a foreign origin was refused", "this origin is not allowed: httptransport.WithAllowOrigins would name it"
	switch {
	case origin == "" && r.Header.Get("Sec-Fetch-Site") == "":
		said = "eventgen: a request that does not show where it comes from was refused: " +
			"serve over https, open the stream with POST, send a bearer token or an Origin"
		answer = "the request does not show where it comes from"
		allow = fmt.Sprintf("httptransport.WithAllowOrigins(%q), where no cookie and no network identifies anybody", noOrigin)
	case !strings.Contains(origin, "://"): // "null", or none at all
		allow = "nothing: a sandboxed page, a file or a foreign page without an origin cannot be named"
	}
	h.Refused(session.Closing{Code: session.CloseForbidden})
	h.Logger().WarnContext(r.Context(), said, "origin", origin, "host", r.Host, "remote", r.RemoteAddr, "allow", allow)
	fail(w, http.StatusForbidden, "forbidden", answer)
}

func (h *Handler) preflight(w http.ResponseWriter, foreign bool) {
	if foreign {
		w.Header().Set("Access-Control-Allow-Methods", "POST")
		w.Header().Set("Access-Control-Allow-Headers",
			"authorization, content-type, eventgen-peer, eventgen-ticket, last-event-id")
		w.Header().Set("Access-Control-Max-Age", "600")
	}
	w.WriteHeader(http.StatusNoContent)
}

// problem is an error as the body of an answer has it.
type problem struct {
	Code    string `json:"code"`
	Message string `json:"message,omitempty"`
}

// fail answers a request with an error.
func fail(w http.ResponseWriter, status int, code, message string) {
	text, err := json.Marshal(map[string]problem{"error": {code, message}})
	if err != nil { // strings always marshal
		text = nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

// refused takes note of a client that is not let in. What is wrong with credentials has been logged.
func (h *Handler) refused(r *http.Request, why session.Closing) {
	h.Refused(why)
	if why.Code != session.CloseUnauthenticated && why.Code != session.CloseForbidden {
		h.Logger().WarnContext(r.Context(), "eventgen: a client was refused", "remote", r.RemoteAddr, "reason", why.Reason)
	}
}

// failWith answers a request that would have been a connection.
func failWith(w http.ResponseWriter, why session.Closing) {
	switch why.Code {
	case session.CloseBadFrame:
		fail(w, http.StatusBadRequest, "bad_frame", why.Reason)
	case session.CloseUnauthenticated:
		fail(w, http.StatusUnauthorized, "unauthenticated", why.Reason)
	case session.CloseForbidden:
		fail(w, http.StatusForbidden, "forbidden", why.Reason)
	case session.CloseWindowTaken:
		fail(w, http.StatusLocked, "window_taken", why.Reason)
	case session.CloseRateLimited:
		w.Header().Set("Retry-After", "1")
		fail(w, http.StatusTooManyRequests, "rate_limited", why.Reason)
	case session.CloseGoingAway:
		w.Header().Set("Retry-After", "1")
		fail(w, http.StatusServiceUnavailable, "closed", why.Reason)
	default:
		fail(w, http.StatusInternalServerError, "internal", why.Reason)
	}
}
