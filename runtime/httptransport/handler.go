package httptransport

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/internal/account"
)

// Handler serves the windows of a bus on one path. It is made by [New] and safe for concurrent
// use.
type Handler struct {
	config
	bus   *eventbus.Bus
	port  *eventbus.Port
	epoch *epoch

	shards []*shard
	next   atomic.Uint32 // the shard of the next connection

	disconnects, revocations atomic.Uint64 // how often these were called

	farewells atomic.Int64 // how many pages are being told why they are refused

	mu       sync.Mutex
	conns    map[*conn]struct{}
	tokens   map[string]*conn // those that frames come to by POST
	labelled map[labelID]map[*conn]struct{}
	sessions map[string]*session
	away     absent
	places   account.Ledger // of connections
	closed   bool

	memory memory

	classMu sync.Mutex
	classes map[string]*class

	live    sync.WaitGroup // connections, and requests that belong to one; raised under mu
	running sync.WaitGroup // goroutines; raised while live is, or in New
	begun   sync.Once      // shutting down
	stop    chan struct{}  // closed when flushers and janitor may end
	ended   chan struct{}  // closed when all is done
}

// labelID tells windows apart whose labels may not clash.
type labelID struct{ identity, label string }

// New attaches a transport to the bus. It fails on options that are out of range and on a closed
// bus. Closing the bus closes the handler too.
func New(bus *eventbus.Bus, opts ...Option) (*Handler, error) {
	h := &Handler{
		config:   defaults(),
		bus:      bus,
		conns:    make(map[*conn]struct{}),
		tokens:   make(map[string]*conn),
		labelled: make(map[labelID]map[*conn]struct{}),
		sessions: make(map[string]*session),
		away:     newAbsent(),
		classes:  make(map[string]*class),
		stop:     make(chan struct{}),
		ended:    make(chan struct{}),
	}
	for _, o := range opts {
		if o != nil {
			o.apply(&h.config)
		}
	}
	if err := h.check(); err != nil {
		return nil, err
	}
	if h.maxAccountPeers == 0 {
		h.maxAccountPeers = min(h.maxPeers, max(leastAccountPeers, h.maxPeers/account.Parts))
	}
	h.memory.init(h.maxMemory)
	h.places = account.New(account.Bounds{Share: h.maxAccountPeers, Room: h.maxPeers})
	if h.logger == nil {
		h.logger = defaults().logger
	}
	for range shards() {
		h.shards = append(h.shards, newShard(h))
	}
	port, err := bus.Attach(sink{h})
	if err != nil {
		return nil, fmt.Errorf("httptransport: %w", err)
	}
	h.port, h.epoch = port, newEpoch(port.Epoch())
	for _, s := range h.shards {
		s.head = port.At()
		s.kick()
		h.running.Go(s.run)
	}
	h.running.Go(h.sweep)
	return h, nil
}

// mostShards bounds how many there are.
const mostShards = 8

func shards() int { return min(max(runtime.GOMAXPROCS(0), 1), mostShards) }

// sink is the handler as the bus sees it.
type sink struct{ h *Handler }

func (s sink) Wake() {
	for _, shard := range s.h.shards {
		shard.kick()
	}
}

func (s sink) Shutdown() { s.h.begin() }

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
	allow := fmt.Sprintf("httptransport.AllowOrigins(%q)", origin)
	said, answer := "eventgen: a page of a foreign origin was refused", "this origin is not allowed: httptransport.AllowOrigins would name it"
	switch {
	case origin == "" && r.Header.Get("Sec-Fetch-Site") == "":
		said = "eventgen: a request that does not show where it comes from was refused: " +
			"serve over https, open the stream with POST, send a bearer token or an Origin"
		answer = "the request does not show where it comes from"
		allow = fmt.Sprintf("httptransport.AllowOrigins(%q), where no cookie and no network identifies anybody", noOrigin)
	case !strings.Contains(origin, "://"): // "null", or none at all
		allow = "nothing: a sandboxed page, a file or a foreign page without an origin cannot be named"
	}
	h.logger.WarnContext(r.Context(), said, "origin", origin, "host", r.Host, "allow", allow)
	fail(w, http.StatusForbidden, "forbidden", answer)
}

func (h *Handler) preflight(w http.ResponseWriter, foreign bool) {
	if foreign {
		w.Header().Set("Access-Control-Allow-Methods", "POST")
		w.Header().Set("Access-Control-Allow-Headers",
			"authorization, content-type, eventgen-peer, eventgen-session, last-event-id")
		w.Header().Set("Access-Control-Max-Age", "600")
	}
	w.WriteHeader(http.StatusNoContent)
}

// fail answers a request with an error.
func fail(w http.ResponseWriter, status int, code, message string) {
	text, err := json.Marshal(map[string]wireError{"error": {Code: eventbus.Code(code), Message: message}})
	if err != nil { // strings always marshal
		text = nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

// failWith answers a request that would have been a connection.
func failWith(w http.ResponseWriter, why closing) {
	switch why.code {
	case closeBadFrame:
		fail(w, http.StatusBadRequest, "bad_frame", why.reason)
	case closeUnauthenticated:
		fail(w, http.StatusUnauthorized, "unauthenticated", why.reason)
	case closeForbidden:
		fail(w, http.StatusForbidden, "forbidden", why.reason)
	case closeWindowTaken:
		fail(w, http.StatusLocked, "window_taken", why.reason)
	case closeRateLimited:
		w.Header().Set("Retry-After", "1")
		fail(w, http.StatusTooManyRequests, "rate_limited", why.reason)
	case closeGoingAway:
		w.Header().Set("Retry-After", "1")
		fail(w, http.StatusServiceUnavailable, "closed", why.reason)
	default:
		fail(w, http.StatusInternalServerError, "internal", why.reason)
	}
}

var (
	shuttingDown = closing{closeGoingAway, "shutting down"}
	comeAgain    = closing{closeGoingAway, "disconnected: come again"}
	tooManyPeers = closing{closeRateLimited, "rate_limited: too many connections"}
	// tooMuchMemory ends what would make an account hold more than its share.
	tooMuchMemory = closing{closeRateLimited, "rate_limited: the account holds too much"}
)

// admit takes a connection in, or says why not. Whoever calls it cleans up after it.
func (h *Handler) admit(c *conn) *closing {
	evicted, refusal := h.enroll(c)
	if evicted != nil {
		evicted.close(tooManyPeers)
	}
	return refusal
}

func (h *Handler) enroll(c *conn) (evicted *conn, refusal *closing) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, &shuttingDown
	}
	if h.disconnects.Load() != c.disconnects { // the credentials may not be good any more
		return nil, &comeAgain
	}
	evicted, ok := h.takePlaceLocked(c)
	if !ok {
		return nil, &tooManyPeers
	}
	h.live.Add(1)
	h.conns[c] = struct{}{}
	c.shard = h.shards[int(h.next.Add(1))%len(h.shards)]
	return evicted, nil
}

// cleanUp forgets a connection that was admitted. It is called once, when nothing reads from it
// any more.
func (h *Handler) cleanUp(c *conn) {
	c.shut()
	c.shard.remove(c)
	if s := c.session; s != nil {
		s.mu.Lock()
		if s.conn == c {
			s.conn = nil
			h.port.Leave(s.peer)
			h.leaveLocked(s)
		}
		s.mu.Unlock()
	}
	h.mu.Lock()
	delete(h.conns, c)
	delete(h.tokens, c.token)
	h.unlabelLocked(c)
	h.leavePlaceLocked(c)
	h.mu.Unlock()
	c.tab.close()
	h.trim(c.account)
	h.live.Done()
}

func (h *Handler) unlabelLocked(c *conn) {
	delete(h.labelled[c.label], c)
	if len(h.labelled[c.label]) == 0 {
		delete(h.labelled, c.label)
	}
}

// enter makes the end of the handler wait for a request, and reports whether there is still time. Whoever enters
// calls live.Done.
func (h *Handler) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.live.Add(1)
	}
	return !h.closed
}

func (h *Handler) isClosed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

// all returns the connections there are.
func (h *Handler) all(dst []*conn) []*conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.conns {
		dst = append(dst, c)
	}
	return dst
}

// Close sends the windows what they still lack, closes them with 1001, so that they try again
// elsewhere or later, and waits until all of that is done. When ctx is done first, what is left
// is cut off. New requests are answered with 503. It is idempotent.
//
// [http.Server.Shutdown] waits for event streams and knows nothing of WebSockets: close the
// handler before, or from [http.Server.RegisterOnShutdown].
func (h *Handler) Close(ctx context.Context) error {
	h.begin()
	select {
	case <-h.ended:
		return nil
	case <-ctx.Done():
	}
	for _, c := range h.all(nil) {
		c.shut()
	}
	return ctx.Err()
}

// begin starts the end of the handler.
func (h *Handler) begin() { h.begun.Do(func() { go h.end() }) }

func (h *Handler) end() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	at := h.port.At()
	for _, c := range h.all(nil) {
		c.closeAfter(at, shuttingDown)
	}
	h.live.Wait() // the janitor shuts whoever does not go
	close(h.stop)
	h.running.Wait()
	h.port.Detach()
	close(h.ended)
}
