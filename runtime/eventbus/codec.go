package eventbus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/eventgen/eventgen/runtime/eventbus/codec"
)

// scratch is what encoding a payload needs: a buffer, and a place for the payload that its address may be
// taken of.
type scratch[T any] struct {
	buf []byte
	one T
}

// keepScratch bounds the buffers that are kept for reuse.
const keepScratch = 64 << 10

type scratchPool[T any] struct{ pool sync.Pool }

func (p *scratchPool[T]) get() *scratch[T] {
	s, ok := p.pool.Get().(*scratch[T])
	if !ok {
		s = &scratch[T]{buf: make([]byte, 0, 512)}
	}
	return s
}

func (p *scratchPool[T]) put(s *scratch[T]) {
	if cap(s.buf) > keepScratch {
		return
	}
	var zero T
	s.one, s.buf = zero, s.buf[:0]
	p.pool.Put(s)
}

// appendPayload appends the payload's JSON. It fails if the payload cannot be encoded or is larger than the
// event allows; dst is then what it was.
func (t *topicState[T]) appendPayload(dst []byte, payload *T) (out []byte, err *Error) {
	defer func() {
		if reason := recover(); reason != nil {
			out, err = dst, t.encodeError(fmt.Errorf("the encoder panicked: %v", reason))
		}
	}()
	var cause error
	if t.def.Encode != nil {
		out, cause = t.def.Encode(dst, payload)
	} else {
		var text []byte
		text, cause = json.Marshal(payload)
		out = append(dst, text...)
	}
	if cause != nil {
		return dst, t.encodeError(cause)
	}
	if n := len(out) - len(dst); t.info.Max > 0 && n > t.info.Max {
		return dst, t.err(CodeTooLarge, fmt.Errorf("%d bytes, the limit is %d", n, t.info.Max))
	}
	return out, nil
}

func (t *topicState[T]) encodeError(cause error) *Error {
	e := t.err(CodeEncode, cause)
	e.Path = pathOf(cause)
	return e
}

// encode makes the JSON of what is delivered, in s's buffer or as it was made at the emit: the payload, or
// for batches the array of those payloads that can be encoded.
func (t *topicState[T]) encode(s *scratch[T], d *delivery[T], report func(*Error)) encoded {
	if d.encoded != nil {
		return encoded{text: d.encoded, n: max(len(d.items), d.count), ok: true, done: true}
	}
	if d.items == nil {
		if t.info.Empty {
			return encoded{ok: true, done: true}
		}
		s.one = d.one
		text, err := t.appendPayload(s.buf[:0], &s.one)
		s.buf = text
		if err != nil {
			report(err)
		}
		return encoded{text: text, ok: err == nil, done: true}
	}
	n := 0
	buf := append(s.buf[:0], '[')
	for i := range d.items {
		mark := len(buf)
		if n > 0 {
			buf = append(buf, ',')
		}
		next, err := t.appendPayload(buf, &d.items[i])
		if err != nil {
			report(err)
			buf = buf[:mark]
			continue
		}
		buf = next
		n++
	}
	s.buf = append(buf, ']')
	return encoded{text: s.buf, n: n, ok: n > 0, done: true}
}

// decode reads a payload that came as JSON, and validates it if it is not known to be valid.
func (t *topicState[T]) decode(src []byte, payload *T, validate bool) (err *Error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = t.err(CodeInternal, fmt.Errorf("the decoder panicked: %v", reason))
		}
	}()
	if t.info.Empty {
		if text := bytes.TrimSpace(src); len(text) > 0 && string(text) != "null" && string(text) != "{}" {
			return t.err(CodeInvalidPayload, errors.New("the event has no payload"))
		}
		return nil
	}
	var cause error
	if t.def.Decode != nil {
		cause = t.def.Decode(src, payload)
	} else {
		cause = json.Unmarshal(src, payload)
	}
	if cause == nil && validate {
		if v, ok := any(payload).(interface{ Validate() error }); ok {
			cause = v.Validate()
		}
	}
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
