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

// try takes nothing: a response cannot be tried.
func (*stream) try([]byte) (int, error) { return 0, nil }

func (s *stream) spawn(f func()) { s.run <- f }

func (s *stream) write(p []byte, deadline time.Time) (int, error) {
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

func (s *stream) shut() {
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
	// The handler's end does not wait for what is on its way here: [Handler.admit] refuses it then.
	if h.isClosed() {
		failWith(w, shuttingDown)
		return
	}
	// First who it is: what strangers send is not read.
	c, refusal := h.newConn(r)
	if refusal != nil {
		failWith(w, *refusal)
		return
	}
	defer c.tab.close()
	if !canFlush(w) {
		h.logger.ErrorContext(r.Context(), "eventgen: a response cannot be streamed: something wraps it that has neither Flush nor Unwrap",
			"writer", fmt.Sprintf("%T", w))
		fail(w, http.StatusInternalServerError, "internal", "the response cannot be streamed")
		return
	}
	var hello *helloFrame
	if r.Method == http.MethodPost {
		_, frames, ok := h.readMessage(w, r, &c.tab)
		if !ok {
			return
		}
		if hello = frames[0].Hello; hello == nil || len(frames) > 1 {
			failWith(w, closing{closeBadFrame, "the body is one hello"})
			return
		}
	} else {
		var err error
		if hello, err = h.helloOf(r); err != nil {
			failWith(w, badFrame(err))
			return
		}
	}
	s := newStream(w)
	c.link, c.format = s, formatStream
	if refusal := h.admit(c); refusal != nil {
		failWith(w, *refusal)
		return
	}
	defer h.cleanUp(c)
	if why := c.hello(hello); why != nil {
		failWith(w, *why)
		return
	}
	h.mu.Lock()
	h.tokens[c.token] = c
	h.mu.Unlock()

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

// helloOf makes the hello of a GET request, for tools that cannot send a body.
func (h *Handler) helloOf(r *http.Request) (*helloFrame, error) {
	query := r.URL.Query()
	f := pageFrame{Hello: &helloFrame{Window: query.Get("window"), Listen: map[string]interest{}}}
	for _, event := range query["listen"] {
		f.Hello.Listen[event] = interest{}
	}
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		name, seq, proven, ok := h.epoch.parseID(id)
		if !ok {
			return nil, errors.New("Last-Event-ID is EPOCH:SEQ:PROOF")
		}
		f.Hello.Resume = &resumeFrame{Session: r.Header.Get("Eventgen-Session"), Epoch: name, Seq: seq, proven: proven}
	}
	return f.Hello, f.check()
}

// bodyTime is how long a page has to send a body.
const bodyTime = 30 * time.Second

// readMessage reads the body of a POST, which is on the tab meanwhile. It answers the request if that is not a message.
func (h *Handler) readMessage(w http.ResponseWriter, r *http.Request, tab *tab) (body []byte, frames []pageFrame, ok bool) {
	// A form of another site can send neither this type nor ask for leave to.
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		fail(w, http.StatusUnsupportedMediaType, "unsupported_media_type", "send application/json")
		return nil, nil, false
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
	most := int64(h.maxMessage())
	room := most
	if r.ContentLength >= 0 {
		room = min(most, r.ContentLength)
	}
	if !tab.change(int(room)) {
		failWith(w, tooMuchMemory)
		return nil, nil, false
	}
	defer tab.change(-int(room))
	read := bytes.NewBuffer(make([]byte, 0, room+bytes.MinRead))
	if _, err := read.ReadFrom(http.MaxBytesReader(w, r.Body, most)); err != nil {
		if long, ok := errors.AsType[*http.MaxBytesError](err); ok {
			fail(w, http.StatusRequestEntityTooLarge, "too_large", "the limit is "+strconv.FormatInt(long.Limit, 10)+" bytes")
		} else {
			failWith(w, closing{closeBadFrame, "bad_frame: the body did not arrive"})
		}
		return nil, nil, false
	}
	body = read.Bytes()
	if !utf8.Valid(body) { // a WebSocket's text has been checked by then
		failWith(w, closing{closeBadFrame, "bad_frame: the body is not UTF-8"})
		return nil, nil, false
	}
	frames, err := parseMessage(body)
	if err != nil {
		failWith(w, badFrame(err))
		return nil, nil, false
	}
	return body, frames, true
}

// servePost takes frames of a page that has an event stream.
func (h *Handler) servePost(w http.ResponseWriter, r *http.Request) {
	peer, _, refusal := h.identify(r)
	if refusal != nil {
		failWith(w, *refusal)
		return
	}
	token := r.Header.Get("Eventgen-Peer")
	c := h.connOf(token)
	if c == nil {
		fail(w, http.StatusConflict, "unknown_peer", "the stream is gone: open another")
		return
	}
	if peer.Identity != c.session.owner {
		failWith(w, closing{closeForbidden, "forbidden: another identity"})
		return
	}
	body, frames, ok := h.readMessage(w, r, &c.tab)
	if !ok {
		return
	}
	for i := range frames {
		if frames[i].Hello != nil {
			failWith(w, closing{closeBadFrame, "bad_frame: a second hello"})
			return
		}
	}
	if c = h.hold(token); c == nil {
		fail(w, http.StatusConflict, "unknown_peer", "the stream is gone: open another")
		return
	}
	defer h.live.Done()
	if !c.accept(body) {
		failWith(w, closing{closeRateLimited, "rate_limited: frames wait to be handled"})
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusAccepted)
}

// connOf returns the connection of that name, or nil.
func (h *Handler) connOf(token string) *conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tokens[token]
}

// hold returns the connection of that name, with the handler's live raised, or nil.
func (h *Handler) hold(token string) *conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.tokens[token]
	if c == nil || !c.live() {
		return nil
	}
	h.live.Add(1)
	return c
}
