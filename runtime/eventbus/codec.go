package eventbus

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/eventgen/eventgen/runtime/eventbus/codec"
)

// appendPayload appends the payload's JSON. It fails if the payload cannot be encoded or is larger than the
// event allows; dst is then what it was.
func (t *topic) appendPayload(dst []byte, payload address) (out []byte, err *Error) {
	defer func() {
		if reason := recover(); reason != nil {
			out, err = dst, t.encodeError(fmt.Errorf("the encoder panicked: %w", panicked(reason)))
		}
	}()
	out, cause := t.payloads.callEncoder(dst, payload)
	if cause != nil {
		return dst, t.encodeError(cause)
	}
	// One frame that a window cannot read would end its connections for ever.
	if !utf8.Valid(out[len(dst):]) {
		return dst, t.encodeError(errNotUTF8)
	}
	if n := len(out) - len(dst); t.info.Max > 0 && n > t.info.Max {
		return dst, t.err(CodeTooLarge, fmt.Errorf("%d bytes, the limit is %d", n, t.info.Max))
	}
	return out, nil
}

var errNotUTF8 = errors.New("the text is not UTF-8")

func (t *topic) encodeError(cause error) *Error {
	e := t.err(CodeEncode, cause)
	e.Path = pathOf(cause)
	return e
}

// encoded is the JSON of a delivery.
type encoded struct {
	text []byte // nil if the event has no payload
	n    int    // how many payloads a batch has
	ok   bool   // there is something to send
	done bool   // it has been tried
}

// encode makes the JSON of what is delivered, in the buffer or as it was made at the emit: the payload, or
// for batches the array of those payloads that can be encoded.
func (t *topic) encode(buf *buffer, d *delivery, report func(*Error)) encoded {
	if d.encoded != nil {
		return encoded{text: d.encoded, n: d.count(), ok: true, done: true}
	}
	if !d.batch {
		if t.info.Empty {
			return encoded{ok: true, done: true}
		}
		text, err := t.appendPayload(buf.bytes[:0], d.first)
		buf.bytes = text
		if err != nil {
			report(err)
		}
		return encoded{text: text, ok: err == nil, done: true}
	}
	n := 0
	text := append(buf.bytes[:0], '[')
	for i := range d.n {
		mark := len(text)
		if n > 0 {
			text = append(text, ',')
		}
		next, err := t.appendPayload(text, d.payload(t.payloads, i))
		if err != nil {
			report(err)
			text = text[:mark]
			continue
		}
		text = next
		n++
	}
	buf.bytes = append(text, ']')
	return encoded{text: buf.bytes, n: n, ok: n > 0, done: true}
}

// decode reads a payload that came as JSON, and validates it if it is not known to be valid.
func (t *topic) decode(src []byte, payload address, validate bool) (err *Error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = t.err(CodePanic, fmt.Errorf("the decoder panicked: %w", panicked(reason)))
		}
	}()
	if !utf8.Valid(src) {
		return t.err(CodeInvalidPayload, errNotUTF8)
	}
	if t.info.Empty {
		if text := bytes.TrimSpace(src); len(text) > 0 && string(text) != "null" && string(text) != "{}" {
			return t.err(CodeInvalidPayload, errors.New("the event has no payload"))
		}
		return nil
	}
	cause := t.payloads.callDecoder(src, payload, validate)
	if cause != nil {
		e := t.err(CodeInvalidPayload, cause)
		e.Path = pathOf(cause)
		return e
	}
	return nil
}

// pathOf returns the JSON pointer that an error of a codec names.
func pathOf(err error) string {
	if e, ok := errors.AsType[*codec.Error](err); ok {
		return e.Path
	}
	return ""
}
