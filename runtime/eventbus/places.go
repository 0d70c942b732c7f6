package eventbus

import "sync"

// places are payloads for emits to use while they last, so that they need not be allocated.
type places struct {
	of   *payloads
	pool sync.Pool
}

// get returns the address of a zero payload.
func (p *places) get() address {
	if place, ok := p.pool.Get().(address); ok {
		return place
	}
	return p.of.make(1)
}

// put takes back what get returned. An emit that does not come to its end may leave that out.
func (p *places) put(place address) {
	p.of.copyOne(place, p.of.zero)
	p.pool.Put(place)
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
