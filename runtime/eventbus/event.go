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
//   - The address that Emit hands over lies on the stack of its caller, and so does a round. The compiler must not see
//     where they go, or it would put them on the heap. Until the call returns they may be read, passed on and kept on
//     that stack; what outlives the call is copied to a place of its own first. What they point to is on the heap all
//     the same: that the compiler has to see, so there is a copy that never runs.
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
func unseen(at address) address {
	number := uintptr(at)
	return *(*address)(unsafe.Pointer(&number))
}

// never is false. What stands under it shows the compiler that what is pointed to outlives a call.
var never bool

// opaque is a payload of a type that is not known, where it is only pointed to.
type opaque struct{}

// Event is an event's descriptor: its definition and the calls on it. It is immutable, bound to no bus,
// and safe for concurrent use. The zero Event is not valid; [Define] makes them.
//
// Its methods bring types in and nothing else: what they do stands in their namesakes of an event without a type.
type Event[T any] struct{ described }

// Define returns the descriptor of an event. A definition that breaks a rule is reported by [New], for
// the catalogue that holds it.
func Define[T any](d eventdef.Definition[T]) *Event[T] {
	return (*Event[T])(unsafe.Pointer(define((*eventdef.Definition[opaque])(unsafe.Pointer(&d)), reflect.TypeFor[T](), typed[T])))
}

// Emit sends the payload to all Go listeners and all windows. The bus takes the payload over: nothing
// reachable from it may change afterwards. Synchronous listeners have returned when Emit does.
//
// Emit returns what is known immediately: an [Error] with [CodeClosed], [CodeCanceled], [CodeUnknownEvent], [CodeDirection],
// [CodeAudience] or [CodeTooManyKeys]. What fails later goes to the error handler of the bus.
func (e *Event[T]) Emit(ctx context.Context, b *Bus, payload T) error {
	if never {
		*(*T)(e.event.payloads.zero) = payload
	}
	return e.event.emit(ctx, b, unseen(address(&payload)))
}

// EmitTo sends the payload to the windows that to addresses, and to no Go listener. Beside what Emit
// returns it returns [CodeInvalidTarget], and [CodeNoTarget] if the event's audience is windows and there is
// none that to addresses.
func (e *Event[T]) EmitTo(ctx context.Context, b *Bus, to Target, payload T) error {
	if never {
		*(*T)(e.event.payloads.zero) = payload
	}
	return e.event.emitTo(ctx, b, to, unseen(address(&payload)))
}

// Listen calls fn with every payload that is delivered. What keeps it from being registered, such as an
// event that the bus does not know, goes to the bus's error handler.
//
// Unlisten ends it. It is idempotent, never waits and may be called inside a listener; no call of fn
// starts after it has returned, and what was queued for fn is dropped.
func (e *Event[T]) Listen(b *Bus, fn func(ctx context.Context, payload T) error, opts ...ListenOption) (unlisten func()) {
	return e.event.listen(b, eachPayload, *(*address)(unsafe.Pointer(&fn)), opts)
}

// ListenMeta is Listen for those who want to know more of a delivery than its payload.
func (e *Event[T]) ListenMeta(b *Bus, fn func(ctx context.Context, payload T, meta Meta) error, opts ...ListenOption) (unlisten func()) {
	return e.event.listen(b, withMeta, *(*address)(unsafe.Pointer(&fn)), opts)
}

// ListenBatch calls fn with whole batches, as the event's Batch and Wait collect them. The slice is
// shared with the other listeners and must not be modified. Where payloads come singly, because the event
// is not batched or with [EveryEmit], fn gets slices of one.
func (e *Event[T]) ListenBatch(b *Bus, fn func(ctx context.Context, payloads []T) error, opts ...ListenOption) (unlisten func()) {
	return e.event.listen(b, wholeBatch, *(*address)(unsafe.Pointer(&fn)), opts)
}

// Once calls fn with the first payload that is delivered, and then unlistens. Emits that run at once call
// it once all the same.
func (e *Event[T]) Once(b *Bus, fn func(ctx context.Context, payload T) error, opts ...ListenOption) (unlisten func()) {
	return e.event.once(b, *(*address)(unsafe.Pointer(&fn)), opts)
}

// Wait returns the next payload that is delivered and for which every where returns true. A sticky or
// replayed value counts. It fails with [CodeCanceled] when ctx is done, and with [CodeClosed] when the bus
// closes.
func (e *Event[T]) Wait(ctx context.Context, b *Bus, where ...func(payload T) bool) (payload T, err error) {
	err = e.event.wait(ctx, b, address(&payload), address(&where))
	return payload, err
}

// Stream listens from now on and returns the payloads as a sequence, to be ranged over once. It ends
// when ctx is done, when the bus closes and when the loop is left. Payloads wait in a queue of 1024, of
// which the oldest is dropped when it is full; [Async] sets another.
func (e *Event[T]) Stream(ctx context.Context, b *Bus, opts ...ListenOption) iter.Seq[T] {
	sequence := e.event.stream(ctx, b, opts)
	return *(*iter.Seq[T])(unsafe.Pointer(&sequence))
}

// round is one payload on its way to listeners, or to another function that takes it.
type round struct {
	ctx   context.Context
	slots []slot
	at    int   // the listener that is being called; behind the last one, none is
	err   error // what it returned
	only  bool  // there is one listener, and it is to be called whatever its state is

	// If fn is set there are no listeners, but a function of another kind.
	kind callKind
	fn   address
	meta *Meta
	n    int  // how many payloads there are
	ok   bool // what conditions said
}

// callKind is what a function is called with, and returns.
type callKind uint8

const (
	eachPayload callKind = iota // func(context.Context, T) error
	withMeta                    // func(context.Context, T, Meta) error
	wholeBatch                  // func(context.Context, []T) error
	conditions                  // []func(T) bool, which have to return true
)

// typedFunc is what is compiled for each payload type.
type typedFunc func(r *round, to, from address)

// typed calls the listeners with the payload, in their order, up to one that returns an error, or that asks for
// more than to be called with the payload. If the round has a function it calls that alone; if there is no round it
// copies the payload.
func typed[T any](r *round, to, from address) {
	if r == nil {
		*(*T)(to) = *(*T)(from)
		return
	}
	payload := *(*T)(from)
	switch {
	case r.fn == nil:
	case r.kind == withMeta:
		r.err = (*(*func(context.Context, T, Meta) error)(unsafe.Pointer(&r.fn)))(r.ctx, payload, *r.meta)
		return
	case r.kind == wholeBatch:
		r.err = (*(*func(context.Context, []T) error)(unsafe.Pointer(&r.fn)))(r.ctx, unsafe.Slice((*T)(from), r.n))
		return
	default:
		for _, holds := range *(*[]func(T) bool)(r.fn) {
			if !holds(payload) {
				return
			}
		}
		r.ok = true
		return
	}
	for i := 0; i < len(r.slots); i = r.at + 1 {
		r.at = i
		l := r.slots[i].Load()
		if s := l.state.Load(); s != 0 && !r.only {
			if s&listenerDead != 0 {
				continue
			}
			return
		}
		if err := (*(*func(context.Context, T) error)(unsafe.Pointer(&l.fn)))(r.ctx, payload); err != nil {
			r.err = err
			return
		}
	}
	r.at = len(r.slots)
}

// payloads is what the bus does with payloads of one type, by their addresses.
type payloads struct {
	typ, slice reflect.Type
	size       uintptr
	zero       address // a payload that is zero, and stays so
	validates  bool    // it has a method Validate
	codec      *eventdef.Definition[opaque]
	typed      typedFunc
}

func newPayloads(d *eventdef.Definition[opaque], typ reflect.Type, typed typedFunc) *payloads {
	return &payloads{
		typ: typ, slice: reflect.SliceOf(typ), size: typ.Size(), zero: reflect.New(typ).UnsafePointer(),
		validates: reflect.PointerTo(typ).Implements(reflect.TypeFor[validator]()), codec: d, typed: typed,
	}
}

type validator interface{ Validate() error }

// keptRound stays empty; see never.
//
//lint:ignore U1000 it is written for the compiler alone
var keptRound round

// callInOrder calls plain listeners; see typed. The round stays on the stack.
func (p *payloads) callInOrder(r *round, payload address) {
	if never {
		keptRound = *r
	}
	p.typed((*round)(unseen(address(r))), nil, payload)
}

// callConditions reports whether all conditions hold for the payload: they are a []func(T) bool.
func (p *payloads) callConditions(list, payload address) bool {
	r := round{kind: conditions, fn: list}
	p.callInOrder(&r, payload)
	return r.ok
}

// callOne calls one listener, with n payloads that lie together if it takes batches.
func (p *payloads) callOne(ctx context.Context, l *listener, payload address, n int, meta *Meta) error {
	var r round
	if r.ctx = ctx; l.kind == eachPayload {
		r.slots, r.only = l.self[:], true
	} else {
		r.kind, r.fn, r.meta, r.n = l.kind, l.fn, meta, n
	}
	p.callInOrder(&r, payload)
	return r.err
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
func (p *payloads) copyOne(to, from address) { p.typed(nil, to, from) }

// copy copies n payloads.
func (p *payloads) copy(to, from address, n int) {
	for i := range n {
		p.copyOne(p.nth(to, i), p.nth(from, i))
	}
}

// clear makes n payloads zero.
func (p *payloads) clear(at address, n int) {
	for i := range n {
		p.copyOne(p.nth(at, i), p.zero)
	}
}

// nth returns the address of the i-th of payloads that lie together.
func (p *payloads) nth(at address, i int) address { return unsafe.Add(at, uintptr(i)*p.size) }

// clone returns the address of a copy of n payloads.
func (p *payloads) clone(at address, n int) address {
	to := p.make(n)
	p.copy(to, at, n)
	return to
}

// box returns a copy of the payload, as a T.
func (p *payloads) box(at address) any { return reflect.NewAt(p.typ, at).Elem().Interface() }

// boxBatch returns n payloads, not copied, as a []T.
func (p *payloads) boxBatch(at address, n int) any {
	h := sliceHeader{at, n, n}
	return reflect.NewAt(p.slice, unsafe.Pointer(&h)).Elem().Interface()
}

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
func (p *payloads) unboxBatch(v any) (at address, n int, ok bool) {
	if value := reflect.ValueOf(v); value.IsValid() && value.Type() == p.slice {
		return value.UnsafePointer(), value.Len(), true
	}
	return nil, 0, false
}

// callKey returns the payload's key, for events that have one.
func (p *payloads) callKey(at address) Key { return p.codec.Key((*opaque)(at)) }

// callEncoder appends the payload's JSON.
func (p *payloads) callEncoder(dst []byte, at address) ([]byte, error) {
	if p.codec.Encode != nil {
		return p.codec.Encode(dst, (*opaque)(at))
	}
	text, err := json.Marshal(reflect.NewAt(p.typ, at).Interface())
	return append(dst, text...), err
}

// callDecoder reads the payload from JSON, and if wanted asks it whether it is valid.
func (p *payloads) callDecoder(src []byte, at address, validate bool) (err error) {
	if p.codec.Decode != nil {
		err = p.codec.Decode(src, (*opaque)(at))
	} else {
		err = json.Unmarshal(src, reflect.NewAt(p.typ, at).Interface())
	}
	if err == nil && validate && p.validates {
		err = reflect.NewAt(p.typ, at).Interface().(validator).Validate()
	}
	return err
}
