package eventbus

import (
	"context"
	"encoding/json"
	"sync"
	"unsafe"
)

// address is where a payload lies whose type is not known: a *T. What has it knows from whom it has it how
// long the payload stays there.
type address = unsafe.Pointer

// payloads is what the bus does with payloads of one type, by their addresses. Only [Event] and what is in
// this file know the type; all else is compiled once, however many payload types a program has.
type payloads interface {
	// stride is the distance of payloads that lie together, in bytes.
	stride() uintptr
	// make returns the address of n new payloads that lie together.
	make(n int) address
	// copy copies n payloads.
	copy(to, from address, n int)
	// clear makes n payloads zero.
	clear(at address, n int)

	// box returns a copy of the payload, as a T.
	box(at address) any
	// boxBatch returns n payloads, not copied, as a []T.
	boxBatch(at address, n int) any
	// unbox copies a T out of its box, and reports whether it was one.
	unbox(v any, to address) bool
	// unboxBatch returns what a box holds that may be a []T.
	unboxBatch(v any) (at address, n int, ok bool)

	// callKey returns the payload's key, for events that have one.
	callKey(at address) Key
	// callEncoder appends the payload's JSON.
	callEncoder(dst []byte, at address) ([]byte, error)
	// callDecoder reads the payload from JSON, and if wanted asks it whether it is valid.
	callDecoder(src []byte, at address, validate bool) error

	// call calls a listener's fn with the payload.
	call(ctx context.Context, l *listener, at address) error
}

// payloadsOf are the payloads of an event.
type payloadsOf[T any] Definition[T]

// functionListener is a listener with the function that is called with each payload.
type functionListener[T any] struct {
	listener
	fn func(context.Context, T) error
}

// function returns a listener's fn. The listener must be one of an event of that type, and not special.
func function[T any](l *listener) func(context.Context, T) error {
	return (*functionListener[T])(unsafe.Pointer(l)).fn
}

func (*payloadsOf[T]) stride() uintptr {
	var zero T
	return unsafe.Sizeof(zero)
}

func (*payloadsOf[T]) make(n int) address { return address(unsafe.SliceData(make([]T, n))) }

func (*payloadsOf[T]) copy(to, from address, n int) {
	if n == 1 {
		*(*T)(to) = *(*T)(from)
		return
	}
	copy(unsafe.Slice((*T)(to), n), unsafe.Slice((*T)(from), n))
}

func (*payloadsOf[T]) clear(at address, n int) { clear(unsafe.Slice((*T)(at), n)) }

func (*payloadsOf[T]) box(at address) any { return *(*T)(at) }

func (*payloadsOf[T]) boxBatch(at address, n int) any { return unsafe.Slice((*T)(at), n) }

func (*payloadsOf[T]) unbox(v any, to address) bool {
	payload, ok := v.(T)
	if ok = ok || v == nil && any(payload) == nil; ok { // nil is a T if T is an interface
		*(*T)(to) = payload
	}
	return ok
}

func (*payloadsOf[T]) unboxBatch(v any) (at address, n int, ok bool) {
	batch, ok := v.([]T)
	return address(unsafe.SliceData(batch)), len(batch), ok
}

func (p *payloadsOf[T]) callKey(at address) Key { return p.Key((*T)(at)) }

func (p *payloadsOf[T]) callEncoder(dst []byte, at address) ([]byte, error) {
	if p.Encode != nil {
		return p.Encode(dst, (*T)(at))
	}
	text, err := json.Marshal((*T)(at))
	return append(dst, text...), err
}

func (p *payloadsOf[T]) callDecoder(src []byte, at address, validate bool) (err error) {
	if p.Decode != nil {
		err = p.Decode(src, (*T)(at))
	} else {
		err = json.Unmarshal(src, (*T)(at))
	}
	if v, ok := any((*T)(at)).(interface{ Validate() error }); ok && err == nil && validate {
		err = v.Validate()
	}
	return err
}

func (*payloadsOf[T]) call(ctx context.Context, l *listener, at address) error {
	return function[T](l)(ctx, *(*T)(at))
}

// nth returns the address of the i-th of payloads that lie together.
func nth(p payloads, at address, i int) address { return unsafe.Add(at, uintptr(i)*p.stride()) }

// clone returns the address of a copy of n payloads.
func clone(p payloads, at address, n int) address {
	to := p.make(n)
	p.copy(to, at, n)
	return to
}

// places are payloads for emits to use while they last, so that they need not be allocated.
type places struct {
	of   payloads
	pool sync.Pool
}

// get returns the address of a zero payload.
func (p *places) get() address {
	if at, ok := p.pool.Get().(address); ok {
		return at
	}
	return p.of.make(1)
}

// put takes back what get returned. An emit that does not come to its end may leave that out.
func (p *places) put(at address) {
	p.of.clear(at, 1)
	p.pool.Put(at)
}

// keepBuffer bounds the buffers that are kept for reuse, in bytes.
const keepBuffer = 64 << 10

// buffer is where payloads are encoded.
type buffer struct{ bytes []byte }

var buffers sync.Pool

func newBuffer() *buffer {
	if b, ok := buffers.Get().(*buffer); ok {
		return b
	}
	return &buffer{make([]byte, 0, 512)}
}

func (b *buffer) free() {
	if cap(b.bytes) <= keepBuffer {
		b.bytes = b.bytes[:0]
		buffers.Put(b)
	}
}
