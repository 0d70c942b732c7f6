package wsconn

import (
	"bytes"
	"io"
	"unicode/utf8"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"
)

// Reader parses a client's frames (RFC 6455 section 5, RFC 7692 without context takeover). It
// is not safe for concurrent use.
type Reader struct {
	// Limit bounds one message in bytes, before and after decompression.
	Limit int
	// Compressed: permessage-deflate was negotiated.
	Compressed bool

	partial []byte // the beginning of a frame whose end has not arrived
	message []byte // the fragments of a message so far
	checked int    // how much of message is known to be UTF-8
	op      ws.OpCode
	state   ws.State
	deflate bool // the message being read is compressed
	closed  bool
	ended   int
	header  [ws.MaxHeaderSize]byte
}

// Feed parses chunk, which it may modify, and calls h for everything that is complete. It
// returns a *[CloseError] if the client broke the protocol, or h's error; the connection is
// to be closed then, and Feed not to be called again.
func (r *Reader) Feed(chunk []byte, h Handler) error {
	if r.closed {
		return nil // RFC 6455 section 5.5.1: what follows a close frame is ignored
	}
	if len(r.partial) > 0 {
		r.partial = append(r.partial, chunk...)
		chunk = r.partial
	}
	for len(chunk) > 0 && !r.closed {
		header, payload, rest, err := r.frame(chunk)
		if err != nil {
			return err
		}
		if rest == nil {
			break
		}
		if err := r.take(header, payload, h); err != nil {
			return err
		}
		if !r.state.Fragmented() {
			r.ended++
		}
		chunk = rest
	}
	r.keep(chunk)
	return nil
}

// Pending reports whether a frame or message has begun and not ended, be it empty so far.
func (r *Reader) Pending() bool { return len(r.partial) > 0 || r.state.Fragmented() }

// Ended counts the messages, and the control frames between them, that have ended: what is pending has begun since the
// last of them.
func (r *Reader) Ended() int { return r.ended }

// Held returns how many bytes are held of what has begun and not ended.
func (r *Reader) Held() int { return cap(r.partial) + cap(r.message) }

// keep holds back what belongs to a frame that is not complete, and no more memory than that.
func (r *Reader) keep(chunk []byte) {
	switch {
	case len(chunk) == 0 || r.closed:
		r.partial = nil
	case len(r.partial) > 0 && &chunk[0] == &r.partial[0]: // nothing was consumed
	default:
		r.partial = bytes.Clone(chunk)
	}
}

// frame splits one frame off the chunk. The rest is nil if the frame is not complete.
func (r *Reader) frame(chunk []byte) (h ws.Header, payload, rest []byte, err error) {
	src := bytes.NewReader(chunk)
	h, err = ws.ReadHeaderBuffer(src, r.header[:])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return h, nil, nil, nil
	}
	if err != nil {
		return h, nil, nil, violation(err.Error())
	}
	if err := r.check(h); err != nil {
		return h, nil, nil, err
	}
	body := chunk[len(chunk)-src.Len():]
	if int64(len(body)) < h.Length {
		return h, nil, nil, nil
	}
	payload, rest = body[:h.Length], body[h.Length:]
	ws.Cipher(payload, h.Mask, 0)
	return h, payload, rest, nil
}

// check refuses a frame by its header alone, before any of its payload is waited for.
func (r *Reader) check(h ws.Header) error {
	state := r.state.Set(ws.StateServerSide)
	rsv := h.Rsv
	if r.Compressed && h.OpCode.IsData() && h.OpCode != ws.OpContinuation {
		h.Rsv &^= ws.Rsv(true, false, false) // RFC 7692 section 6: RSV1 of a message's first frame
	}
	if err := ws.CheckHeader(h, state); err != nil {
		return violation(err.Error())
	}
	h.Rsv = rsv
	if !h.OpCode.IsControl() && h.Length > int64(r.Limit-len(r.message)) {
		return errTooLarge
	}
	return nil
}

func (r *Reader) take(h ws.Header, payload []byte, to Handler) error {
	switch h.OpCode {
	case ws.OpPing:
		return to.Ping(payload)
	case ws.OpPong:
		return to.Pong(payload)
	case ws.OpClose:
		return r.takeClose(payload, to)
	case ws.OpContinuation:
	default:
		r.op, r.deflate = h.OpCode, h.Rsv1()
		if h.Fin && !r.deflate { // the common case: nothing to reassemble
			if r.op == ws.OpText && !utf8.Valid(payload) {
				return errNotUTF8
			}
			return to.Message(r.op, payload)
		}
	}
	r.message = append(r.message, payload...)
	if !h.Fin {
		r.state = r.state.Set(ws.StateFragmented)
		if err := r.checkText(false); err != nil {
			return err
		}
		return to.Fragment(len(payload))
	}
	r.state = r.state.Clear(ws.StateFragmented)
	message, err := r.finish()
	if err != nil {
		return err
	}
	return to.Message(r.op, message)
}

// finish returns the reassembled message and forgets it.
func (r *Reader) finish() ([]byte, error) {
	if !r.deflate {
		if err := r.checkText(true); err != nil {
			return nil, err
		}
		message := r.message
		r.message, r.checked = nil, 0
		return message, nil
	}
	message, err := inflate(r.message, r.Limit)
	r.message, r.checked, r.deflate = nil, 0, false
	if err != nil {
		return nil, err
	}
	if r.op == ws.OpText && !utf8.Valid(message) {
		return nil, errNotUTF8
	}
	return message, nil
}

// checkText fails as soon as the text so far cannot be the beginning of UTF-8. A character
// that a fragment cuts is checked with the next one.
func (r *Reader) checkText(final bool) error {
	if r.op != ws.OpText || r.deflate {
		return nil
	}
	rest := r.message[r.checked:]
	whole := len(rest)
	if !final {
		whole = wholeRunes(rest)
	}
	if !utf8.Valid(rest[:whole]) {
		return errNotUTF8
	}
	r.checked += whole
	return nil
}

// wholeRunes returns the length of p without an incomplete character at its end.
func wholeRunes(p []byte) int {
	for back := 1; back <= min(utf8.UTFMax-1, len(p)); back++ {
		if c := p[len(p)-back]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(p[len(p)-back:]) {
				return len(p) - back
			}
			break
		}
	}
	return len(p)
}

func (r *Reader) takeClose(payload []byte, to Handler) error {
	r.closed = true
	if len(payload) == 0 {
		return to.Close(ws.StatusNormalClosure, "")
	}
	if len(payload) == 1 {
		return violation("close frame of one byte")
	}
	code, reason := ws.ParseCloseFrameData(payload)
	if err := ws.CheckCloseFrameData(code, reason); err != nil {
		if err == ws.ErrProtocolInvalidUTF8 {
			return errNotUTF8
		}
		return violation(err.Error())
	}
	if code < 1000 || code >= 5000 { // RFC 6455 section 7.4.2
		return violation("close code out of range")
	}
	return to.Close(code, reason)
}

func inflate(message []byte, limit int) ([]byte, error) {
	out := bytes.NewBuffer(make([]byte, 0, min(limit, 4*len(message)+64)))
	err := wsflate.DefaultHelper.DecompressTo(&limitedWriter{w: out, left: limit}, message)
	if err == errTooLarge {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, &CloseError{Code: ws.StatusInvalidFramePayloadData, Reason: "message does not inflate"}
	}
	return out.Bytes(), nil
}

// limitedWriter fails once more than left bytes are written: what a small message inflates to
// must not cost more than a large message would.
type limitedWriter struct {
	w    io.Writer
	left int
}

func (l *limitedWriter) Write(p []byte) (int, error) {
	if len(p) > l.left {
		return 0, errTooLarge
	}
	l.left -= len(p)
	return l.w.Write(p)
}
