package eventbus

import (
	"context"
	"encoding/json"
	"iter"
	"reflect"
	"unsafe"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// This file is the only one that does what the compiler cannot check. All code of the bus but the emit's loop works
// on payloads of types that it does not know, by their addresses, so that it is compiled once however many types a
// program has. What has to hold:
//
//   - An address that belongs to an event points to values of that event's payload type, and so do the functions that
//     its listeners register. Both come from the methods of Event[T], which alone bring them in.
//   - The address that Emit hands over lies on the stack of its caller, and so do a round, a series and a call. The
//     compiler must not see where they go, or it would put them on the heap. Until the call returns they may be read,
//     passed on and kept on that stack; what outlives the call is copied to a place of its own first. What a payload
//     points to is on the heap all the same: that the compiler has to see; see leak.
//   - Definition[T] has the same layout for every T, since T occurs in the types of functions alone; and a function of
//     one pointer is called the same way whatever that points to. Functions are pointers too.

// address is where a payload lies whose type is not known. What has it knows from whom it has it how long the payload
// stays there.
type address = unsafe.Pointer

// unseen returns the address, and the compiler does not see that it does: see strings.Builder for the same. While it is
// a number, nothing may be called, since a call can move the stack that it points into. So a build with -race may put
// no checks of pointers here, which are calls.
//
//go:nosplit
//go:nocheckptr
func unseen(payload address) address {
	number := uintptr(payload)
	return *(*address)(unsafe.Pointer(&number))
}

// leak shows the compiler that what lies at the address points to what outlives the call. It does nothing: never is
// false, and for the compiler a word of a payload is as good as all of them.
func leak(payload address) {
	if never {
		leaked = *(*address)(payload)
	}
}

var never bool

//lint:ignore U1000 that it is written is its use
var leaked address

// opaque is a payload of a type that is not known, where it is only pointed to.
type opaque struct{}

// Event is an event's descriptor: its definition and the calls on it. It is immutable, bound to no bus,
// and safe for concurrent use. The zero Event is not valid; [Define] makes them.
//
// Its methods bring types in and nothing else: what they do stands in their namesakes of an event without a type.
type Event[T any] struct{ described }

// Some methods are not inlined: the compiler would make another copy of each, for the method tables.

// Define returns the descriptor of an event. A definition that breaks a rule is reported by [New], for
// the catalogue that holds it.
func Define[T any](d eventdef.Definition[T]) *Event[T] {
	// The functions are literals here because a function with a type parameter that is passed on is one more call.
	return (*Event[T])(unsafe.Pointer(define((*eventdef.Definition[opaque])(unsafe.Pointer(&d)), reflect.TypeOf((*T)(nil)), typed{
		each: func(s *series) {
			for l := s.listener; *s.done < s.n; *s.done++ {
				ctx, from := s.ctx, s.payload
				if s.items == nil {
					from = unsafe.Add(from, uintptr(*s.done)*unsafe.Sizeof(*(*T)(nil)))
				} else if q := &s.items[*s.done]; q.more == nil {
					ctx, from = q.ctx, q.payload
				} else {
					return
				}
				if l.state.Load() != 0 && !s.chosen {
					return
				}
				if err := (*(*func(context.Context, T) error)(unsafe.Pointer(&l.fn)))(ctx, *(*T)(from)); err != nil {
					s.err = err
					return
				}
			}
		},
		call: func(c *call, to, from address) {
			switch {
			case c == nil:
				*(*T)(to) = *(*T)(from)
			case c.kind == withMeta:
				c.err = (*(*func(context.Context, T, Meta) error)(unsafe.Pointer(&c.fn)))(c.ctx, *(*T)(from), *c.meta)
			case c.kind == wholeBatch:
				c.err = (*(*func(context.Context, []T) error)(unsafe.Pointer(&c.fn)))(c.ctx, unsafe.Slice((*T)(from), c.n))
			default:
				for _, holds := range *(*[]func(T) bool)(c.fn) {
					if !holds(*(*T)(from)) {
						return
					}
				}
				c.ok = true
			}
		},
	})))
}

// Emit sends the payload to all Go listeners and all windows. The bus takes the payload over: nothing
// reachable from it may change afterwards. Synchronous listeners have returned when Emit does.
//
// Emit returns what is known immediately: an [Error] with [CodeClosed], [CodeCanceled], [CodeUnknownEvent], [CodeDirection],
// [CodeAudience] or [CodeTooManyKeys]. What fails later goes to the error handler of the bus.
func (e *Event[T]) Emit(ctx context.Context, b *Bus, payload T) error {
	// The loop takes the payload from here, where registers have put it. A copy that the loop would make is read while
	// it is still being written, which costs as much as five calls if it crosses a cache line.
	t := b.topic(e.event.number)
	if t == nil || t.extra.Load() != 0 {
		return e.event.emitLong(ctx, t, address(&payload))
	}
	return t.emitPlain(ctx, address(&payload), func(r *round) error {
		for i := 0; i < len(r.slots); i = r.current + 1 {
			r.current = i
			l := r.slots[i].Load()
			if s := l.state.Load(); s != 0 {
				if s&listenerDead != 0 {
					continue
				}
				return nil
			}
			if err := (*(*func(context.Context, T) error)(unsafe.Pointer(&l.fn)))(r.ctx, payload); err != nil {
				return err
			}
		}
		r.current = len(r.slots)
		return nil
	})
}

// EmitTo sends the payload to the clients that to addresses, and to no Go listener. It returns what Emit does, and
// [CodeInvalidTarget] for the zero target, or for a predicate where none is allowed. It returns [CodeNoTarget] if the
// event's audience is windows and to addresses no client.
//
//go:noinline
func (e *Event[T]) EmitTo(ctx context.Context, b *Bus, to Target, payload T) error {
	return e.event.emitTo(ctx, b, to, address(&payload))
}

// Listen calls fn with every payload that is delivered. It is refused, and fn never called, if the bus does not know
// the event or is closed, if fn is nil, and if no Go listener can ever get the event, since it is addressed to windows
// and emitted by Go code. The error handler of the bus gets the reason; with [Refused] the caller does.
//
// Unlisten ends it. It is idempotent, never waits and may be called inside a listener; no call of fn
// starts after it has returned, and what was queued for fn is dropped.
func (e *Event[T]) Listen(b *Bus, fn func(ctx context.Context, payload T) error, opts ...ListenOption) (unlisten func()) {
	return e.event.listen(b, eachPayload, *(*address)(unsafe.Pointer(&fn)), opts)
}

// ListenMeta is Listen for those who want to know more of a delivery than its payload.
//
//go:noinline
func (e *Event[T]) ListenMeta(b *Bus, fn func(ctx context.Context, payload T, meta Meta) error, opts ...ListenOption) (unlisten func()) {
	return e.event.listen(b, withMeta, *(*address)(unsafe.Pointer(&fn)), opts)
}

// ListenBatch calls fn with whole batches, as the event's Batch and Wait collect them. The slice is
// shared with the other listeners and must not be modified. Where payloads come singly, because the event
// is not batched or with [EveryEmit], fn gets slices of one.
//
//go:noinline
func (e *Event[T]) ListenBatch(b *Bus, fn func(ctx context.Context, payloads []T) error, opts ...ListenOption) (unlisten func()) {
	return e.event.listen(b, wholeBatch, *(*address)(unsafe.Pointer(&fn)), opts)
}

// Once calls fn with the first payload that is delivered, and then unlistens. Of emits that run at
// the same time, one calls it.
//
//go:noinline
func (e *Event[T]) Once(b *Bus, fn func(ctx context.Context, payload T) error, opts ...ListenOption) (unlisten func()) {
	return e.event.once(b, *(*address)(unsafe.Pointer(&fn)), opts)
}

// Wait returns the next payload that is delivered and for which every where returns true. A sticky or
// replayed value counts. It fails with [CodeCanceled] when ctx is done, and with [CodeClosed] when the bus
// closes.
//
//go:noinline
func (e *Event[T]) Wait(ctx context.Context, b *Bus, where ...func(payload T) bool) (payload T, err error) {
	found, err := e.event.wait(ctx, b, address(&where))
	return *(*T)(found), err
}

// Stream listens from now on and returns the payloads as a sequence, to be ranged over once. It ends
// when ctx is done, when the bus closes and when the loop is left. Payloads wait in a queue of 1024, of
// which the oldest is dropped when it is full; [Async] sets another.
//
//go:noinline
func (e *Event[T]) Stream(ctx context.Context, b *Bus, opts ...ListenOption) iter.Seq[T] {
	sequence := e.event.stream(ctx, b, opts)
	return *(*iter.Seq[T])(unsafe.Pointer(&sequence))
}

// typed is what is compiled for each payload type, beside the methods of [Event].
type typed struct {
	// each calls a listener with the payloads of the series, in their order, up to one for which it returns an error.
	// It ends early where more has to be known: of a payload that waits than its address, or of the listener.
	each func(s *series)
	// call calls a function of another kind with the payload, or with the payloads that lie there. Without a call it
	// copies the payload.
	call func(c *call, to, from address)
}

// round is one payload on its way to plain listeners.
type round struct {
	ctx     context.Context
	slots   []slot
	current int // the listener that is being called; behind the last one, none is
}

// series is payloads on their way to one listener that gets them singly.
type series struct {
	listener *listener
	chosen   bool // it is to be called, even if it is not a plain one
	items    []queued
	ctx      context.Context // without items
	payload  address         // without items: n of them lie together there
	n        int
	done     *int  // how many it has got; the one that it is being called with is not among them
	err      error // what it returned
}

// call is a function that takes more than a payload, or returns something else than an error.
type call struct {
	kind callKind
	fn   address
	ctx  context.Context
	n    int // how many payloads there are
	meta *Meta
	err  error // what the function returned
	ok   bool  // what conditions said
}

// callKind is what a function is called with, and returns.
type callKind uint8

const (
	eachPayload callKind = iota // func(context.Context, T) error
	withMeta                    // func(context.Context, T, Meta) error
	wholeBatch                  // func(context.Context, []T) error
	conditions                  // []func(T) bool, which have to return true
)

// payloads is what the bus does with payloads of one type, by their addresses.
type payloads struct {
	typ, slice reflect.Type
	size       uintptr
	zero       address // a payload that is zero, and stays so
	validates  bool    // it has a method Validate
	codec      *eventdef.Definition[opaque]
	typed
}

// newPayloads returns what is done with payloads of a type, of which it is given a pointer.
func newPayloads(d *eventdef.Definition[opaque], pointer reflect.Type, typed typed) *payloads {
	typ := pointer.Elem()
	return &payloads{
		typ: typ, slice: reflect.SliceOf(typ), size: typ.Size(), zero: reflect.New(typ).UnsafePointer(),
		validates: pointer.Implements(reflect.TypeFor[validator]()), codec: d, typed: typed,
	}
}

type validator interface{ Validate() error }

// callPlain calls plain listeners by the loop of Emit. The round stays on the stack.
func callPlain(r *round, loop func(*round) error) error { return loop((*round)(unseen(address(r)))) }

// callSeries calls a listener with payloads one by one; see typed.
func (p *payloads) callSeries(s *series) { p.each((*series)(unseen(address(s)))) }

// callFunction calls a function of another kind; see typed.
func (p *payloads) callFunction(c *call, payload address) {
	p.call((*call)(unseen(address(c))), nil, payload)
}

// callConditions reports whether all conditions hold for the payload: they are a []func(T) bool.
func (p *payloads) callConditions(list, payload address) bool {
	c := call{kind: conditions, fn: list}
	p.callFunction(&c, payload)
	return c.ok
}

// callOne calls one listener, with n payloads that lie together if it takes batches.
func (p *payloads) callOne(ctx context.Context, l *listener, payload address, n int, meta *Meta) error {
	if l.kind == eachPayload {
		done := 0
		s := series{listener: l, chosen: true, ctx: ctx, payload: payload, n: 1, done: &done}
		p.callSeries(&s)
		return s.err
	}
	c := call{kind: l.kind, fn: l.fn, ctx: ctx, n: n, meta: meta}
	p.callFunction(&c, payload)
	return c.err
}

// sizeOf returns how many bytes a T has.
func sizeOf[T any]() int {
	var zero T
	return int(unsafe.Sizeof(zero))
}

// stackPosition tells goroutines apart, mostly: it is where the caller's stack is.
func stackPosition() uint64 {
	var here byte
	return uint64(uintptr(unsafe.Pointer(&here)))
}

// sliceHeader is how a slice lies in memory.
type sliceHeader struct {
	data     address
	len, cap int
}

// make returns the address of n new payloads that lie together.
func (p *payloads) make(n int) address {
	if n == 1 {
		return reflect.New(p.typ).UnsafePointer()
	}
	return reflect.MakeSlice(p.slice, n, n).UnsafePointer()
}

// copyOne copies a payload.
func (p *payloads) copyOne(to, from address) { p.call(nil, to, from) }

// copy copies n payloads.
func (p *payloads) copy(to, from address, n int) {
	if n == 1 {
		p.copyOne(to, from)
		return
	}
	reflect.Copy(p.sliceOf(to, n), p.sliceOf(from, n))
}

// clear makes n payloads zero.
func (p *payloads) clear(payload address, n int) {
	if n == 1 {
		p.copyOne(payload, p.zero)
		return
	}
	p.sliceOf(payload, n).Clear()
}

// nth returns the address of the i-th of payloads that lie together.
func (p *payloads) nth(payload address, i int) address { return unsafe.Add(payload, uintptr(i)*p.size) }

// clone returns the address of a copy of n payloads.
func (p *payloads) clone(payload address, n int) address {
	to := p.make(n)
	p.copy(to, payload, n)
	return to
}

// box returns a copy of the payload, as a T.
func (p *payloads) box(payload address) any { return reflect.NewAt(p.typ, payload).Elem().Interface() }

// sliceOf returns n payloads, not copied, as a []T.
func (p *payloads) sliceOf(payload address, n int) reflect.Value {
	h := sliceHeader{payload, n, n}
	return reflect.NewAt(p.slice, unsafe.Pointer(&h)).Elem()
}

// boxBatch is sliceOf, boxed.
func (p *payloads) boxBatch(payload address, n int) any { return p.sliceOf(payload, n).Interface() }

// unbox copies a T out of its box, and reports whether it was one.
func (p *payloads) unbox(v any, to address) bool {
	value, place := reflect.ValueOf(v), reflect.NewAt(p.typ, to).Elem()
	switch {
	case p.typ.Kind() != reflect.Interface:
		if !value.IsValid() || value.Type() != p.typ {
			return false
		}
	case !value.IsValid(): // nil is a T if T is an interface
		place.SetZero()
		return true
	case !value.Type().Implements(p.typ):
		return false
	}
	place.Set(value)
	return true
}

// unboxBatch returns what a box holds that may be a []T.
func (p *payloads) unboxBatch(v any) (payload address, n int, ok bool) {
	if value := reflect.ValueOf(v); value.IsValid() && value.Type() == p.slice {
		return value.UnsafePointer(), value.Len(), true
	}
	return nil, 0, false
}

// callKey returns the payload's key, for events that have one.
func (p *payloads) callKey(payload address) Key { return p.codec.Key((*opaque)(payload)) }

// callEncoder appends the payload's JSON.
func (p *payloads) callEncoder(dst []byte, payload address) ([]byte, error) {
	if p.codec.Encode != nil {
		return p.codec.Encode(dst, (*opaque)(payload))
	}
	text, err := json.Marshal(reflect.NewAt(p.typ, payload).Interface())
	return append(dst, text...), err
}

// callDecoder reads the payload from JSON, and if wanted asks it whether it is valid.
func (p *payloads) callDecoder(src []byte, payload address, validate bool) (err error) {
	if p.codec.Decode != nil {
		err = p.codec.Decode(src, (*opaque)(payload))
	} else {
		err = json.Unmarshal(src, reflect.NewAt(p.typ, payload).Interface())
	}
	if err == nil && validate && p.validates {
		err = reflect.NewAt(p.typ, payload).Interface().(validator).Validate()
	}
	return err
}
