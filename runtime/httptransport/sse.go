package httptransport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

// stream is the link of an event stream. The request's own goroutine does all the writing.
type stream struct {
	w    http.ResponseWriter
	ctrl *http.ResponseController
	run  chan func() // a drainer that waits for its turn: there is one at most
	done chan struct{}

	mu      sync.Mutex
	writing bool
	over    bool
}

func newStream(w http.ResponseWriter) *stream {
	return &stream{
		w: w, ctrl: http.NewResponseController(w),
		run: make(chan func(), 1), done: make(chan struct{}),
	}
}

// Try takes nothing: a response cannot be tried.
func (*stream) Try([]byte) (int, error) { return 0, nil }

func (s *stream) Spawn(f func()) { s.run <- f }

func (s *stream) Write(p []byte, deadline time.Time) (int, error) {
	if !s.begin(deadline) {
		return 0, net.ErrClosed
	}
	_, err := s.w.Write(p)
	if err == nil {
		err = s.ctrl.Flush()
	}
	s.mu.Lock()
	s.writing = false
	s.mu.Unlock()
	if err != nil {
		return 0, err // what got through of it nobody knows
	}
	return len(p), nil
}

// begin sets the deadline of a write, where there can be one, unless the stream is over.
func (s *stream) begin(deadline time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	s.writing = true
	err := s.ctrl.SetWriteDeadline(deadline)
	return err == nil || errors.Is(err, http.ErrNotSupported)
}

func (s *stream) Shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	s.over = true
	close(s.done)
	if s.writing { // interrupt it
		_ = s.ctrl.SetWriteDeadline(time.Unix(1, 0))
	}
}

// serve writes until the stream is shut or the page has gone.
func (s *stream) serve(ctx context.Context) {
	for {
		select {
		case drain := <-s.run:
			drain()
		case <-s.done:
			return
		case <-ctx.Done():
			return
		}
	}
}

// serveStream opens an event stream. Whatever keeps it from opening is the answer's status.
func (h *Handler) serveStream(w http.ResponseWriter, r *http.Request) {
	// The handler's end does not wait for what is on its way here: [session.Conn.Open] refuses it then.
	if refusal := h.Closed(); refusal != nil {
		failWith(w, *refusal)
		return
	}
	// First who it is: what strangers send is not read.
	c, refusal := h.newConn(r)
	if refusal != nil {
		h.refused(r, *refusal)
		failWith(w, *refusal)
		return
	}
	defer c.End()
	if !canFlush(w) {
		h.Logger().ErrorContext(r.Context(), "eventgen: a response cannot be streamed: something wraps it that has neither Flush nor Unwrap",
			"writer", fmt.Sprintf("%T", w))
		fail(w, http.StatusInternalServerError, "internal", "the response cannot be streamed")
		return
	}
	hello, ok := h.readHello(w, r, c)
	if !ok {
		return
	}
	s := newStream(w)
	if refusal := c.Open(s, formatStream); refusal != nil {
		h.refused(r, *refusal)
		failWith(w, *refusal)
		return
	}
	if why := c.Hello(hello); why != nil {
		h.refused(r, *why)
		failWith(w, *why)
		return
	}
	c.Reachable()

	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store, no-transform")
	header.Set("X-Accel-Buffering", "no")
	// A server's timeouts are for requests that end.
	if err := s.ctrl.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return
	}
	w.WriteHeader(http.StatusOK)
	s.serve(r.Context())
}

// canFlush reports whether what is written to w can be sent before the response ends, as
// [http.ResponseController.Flush] would find out by sending the header.
func canFlush(w http.ResponseWriter) bool {
	for {
		switch t := w.(type) {
		case interface{ FlushError() error }, http.Flusher:
			return true
		case interface{ Unwrap() http.ResponseWriter }:
			w = t.Unwrap()
		default:
			return false
		}
	}
}

// readHello returns the hello of a request: its body, or of a GET request, which tools make that cannot send one, its
// query. It answers the request if there is none.
func (h *Handler) readHello(w http.ResponseWriter, r *http.Request, c *session.Conn) (hello *session.Hello, ok bool) {
	var refusal *session.Closing
	if r.Method == http.MethodPost {
		body, ok := h.readMessage(w, r, c)
		if !ok {
			return nil, false
		}
		hello, refusal = session.ParseHello(body)
	} else {
		query := r.URL.Query()
		hello, refusal = h.HelloOf(query.Get("window"), query["listen"], r.Header.Get("Last-Event-ID"), r.Header.Get("Eventgen-Ticket"))
	}
	if refusal != nil {
		failWith(w, *refusal)
		return nil, false
	}
	return hello, true
}

// bodyTime is how long a page has to send a body.
const bodyTime = 30 * time.Second

// readMessage reads the body of a POST, which the connection holds meanwhile. It answers the request if that is no text.
func (h *Handler) readMessage(w http.ResponseWriter, r *http.Request, c *session.Conn) (body []byte, ok bool) {
	// A form of another site can send neither this type nor ask for leave to.
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		fail(w, http.StatusUnsupportedMediaType, "unsupported_media_type", "send application/json")
		return nil, false
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
	most := int64(h.MaxMessage())
	room := most
	if r.ContentLength >= 0 {
		room = min(most, r.ContentLength)
	}
	if refusal := c.Hold(int(room)); refusal != nil {
		failWith(w, *refusal)
		return nil, false
	}
	defer c.Hold(-int(room))
	read := bytes.NewBuffer(make([]byte, 0, room+bytes.MinRead))
	if _, err := read.ReadFrom(http.MaxBytesReader(w, r.Body, most)); err != nil {
		if long, ok := errors.AsType[*http.MaxBytesError](err); ok {
			fail(w, http.StatusRequestEntityTooLarge, "too_large", "the limit is "+strconv.FormatInt(long.Limit, 10)+" bytes")
		} else {
			failWith(w, badFrame("the body did not arrive"))
		}
		return nil, false
	}
	body = read.Bytes()
	if !utf8.Valid(body) { // a WebSocket's text has been checked by then
		failWith(w, badFrame("the body is not UTF-8"))
		return nil, false
	}
	return body, true
}

// servePost takes frames of a page that has an event stream.
func (h *Handler) servePost(w http.ResponseWriter, r *http.Request) {
	peer, _, refusal := h.identify(r)
	if refusal != nil {
		failWith(w, *refusal)
		return
	}
	name := r.Header.Get("Eventgen-Peer")
	c := h.Find(name)
	if c == nil {
		h.forwardPost(w, r, peer, name)
		return
	}
	if peer.Identity != c.Identity() {
		failWith(w, session.OtherIdentity)
		return
	}
	body, ok := h.readMessage(w, r, c)
	if !ok {
		return
	}
	known, refusal := h.Post(name, body)
	answerPost(w, known, refusal)
}

// forwardPost hands what came to the node that has the page's stream.
func (h *Handler) forwardPost(w http.ResponseWriter, r *http.Request, peer eventbus.Peer, name string) {
	if !h.Elsewhere(name) {
		failUnknown(w)
		return
	}
	account, ok := h.accountOf(r, peer)
	if !ok {
		failWith(w, session.Closing{Code: session.CloseFailed, Reason: "internal"})
		return
	}
	holder, refusal := h.Prepare(session.Client{Peer: peer, Account: account, Context: context.WithoutCancel(r.Context())})
	if refusal != nil {
		failWith(w, *refusal)
		return
	}
	defer holder.End()
	body, ok := h.readMessage(w, r, holder)
	if !ok {
		return
	}
	known, refusal := h.Forward(r.Context(), name, peer.Identity, body)
	answerPost(w, known, refusal)
}

func answerPost(w http.ResponseWriter, known bool, refusal *session.Closing) {
	switch {
	case !known:
		failUnknown(w)
	case refusal != nil:
		failWith(w, *refusal)
	default:
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusAccepted)
	}
}

func failUnknown(w http.ResponseWriter) {
	fail(w, http.StatusConflict, "unknown_peer", "the stream is gone: open another")
}

func badFrame(what string) session.Closing {
	return session.Closing{Code: session.CloseBadFrame, Reason: "bad_frame: " + what}
}
