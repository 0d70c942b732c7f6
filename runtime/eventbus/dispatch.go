package eventbus

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// delivery is one thing that listeners get: a payload, or a batch of them.
type delivery[T any] struct {
	one   T
	items []T // set if it is a batch
	occ   occasion
	boxed any // the payload, once something asked for it without its type

	encoded []byte // the payload's JSON, if it was made at the emit or came from another node
	count   int    // how many payloads encoded holds, if it is a batch and items is not set
	stored  bool   // it is handed to a new listener out of what is stored
	late    bool   // it was deferred: its emit has returned
}

// round is an emit that calls plain listeners.
type round[T any] struct {
	ctx   context.Context
	slots []slot[T]
	at    int // the listener that is being called; behind the last one, none is
}

// callListeners calls the listeners, up to one that returns an error, or that asks for more than to be called
// with the payload. Being small, it reloads less after each call than the loop would inside Emit.
func (r *round[T]) callListeners(payload T) error {
	for i := 0; i < len(r.slots); i = r.at + 1 {
		r.at = i
		l := r.slots[i].Load()
		if s := l.state.Load(); s != 0 {
			if s&listenerDead != 0 {
				continue
			}
			return nil
		}
		if err := l.fn(r.ctx, payload); err != nil {
			return err
		}
	}
	r.at = len(r.slots)
	return nil
}

// goOn goes on with an emit that has turned out not to be plain: of the listeners that are left, the first one
// returned an error, is to be called once, or was registered just now.
func (t *topicState[T]) goOn(ctx context.Context, left []slot[T], in *shard, err error, payload T) {
	if err == nil {
		t.rest(ctx, left, in, payload)
		return
	}
	defer t.rest(ctx, left[1:], in, payload) // even if the error handler calls Goexit
	t.listenerFailed(ctx, err, nil)
}

// interrupted ends an emit whose listener panicked or called Goexit. The remaining listeners are called before
// the goroutine ends.
func (t *topicState[T]) interrupted(ctx context.Context, left []slot[T], in *shard, reason any, payload T) {
	defer t.rest(ctx, left, in, payload)
	t.unreturned(ctx, reason, nil)
}

// rest ends an emit that is not plain.
func (t *topicState[T]) rest(ctx context.Context, left []slot[T], in *shard, payload T) {
	defer t.b.gate.leave(in) // even if a listener calls Goexit
	d := delivery[T]{one: payload}
	if t.metas.Load() > 0 {
		t.stampLocal(&d)
	}
	t.call(ctx, &d, left)
}

// activity is what a dispatch is doing: it does not return from a listener that panics or exits, nor from
// an error handler that exits.
type activity uint8

const (
	idle activity = iota
	calling
	reporting
)

// call hands the delivery to the listeners in the slots, in order.
func (t *topicState[T]) call(ctx context.Context, d *delivery[T], slots []slot[T]) {
	var at progress
	for at.slot < len(slots) {
		t.callListeners(ctx, d, slots, &at)
	}
}

// progress is how far a dispatch has come.
type progress struct {
	slot  int
	item  int // within a batch, for a listener that gets its payloads singly
	doing activity
}

func (t *topicState[T]) callListeners(ctx context.Context, d *delivery[T], slots []slot[T], at *progress) {
	defer func() {
		if at.doing == idle {
			return
		}
		doing, exiting := at.doing, true
		t.passOver(d, at)
		defer func() {
			for exiting && at.slot < len(slots) {
				t.callListeners(ctx, d, slots, at)
			}
		}()
		if reason := recover(); reason != nil || doing == calling {
			t.unreturned(ctx, reason, d.occ.answers)
			exiting = reason == nil
		}
	}()
	for ; at.slot < len(slots); at.slot++ {
		if l := slots[at.slot].Load(); l.wants(ctx, d) {
			t.callListener(ctx, l, d, at)
		}
		at.item = 0
	}
}

// passOver moves on behind what did not return.
func (t *topicState[T]) passOver(d *delivery[T], at *progress) {
	at.doing = idle
	if at.item++; at.item >= len(d.items) {
		at.slot, at.item = at.slot+1, 0
	}
}

// wants reports whether the delivery is for the listener, now. One that is still being given the stored
// values keeps it for later.
func (l *listener[T]) wants(ctx context.Context, d *delivery[T]) bool {
	if !l.accepts(d) {
		return false
	}
	return l.state.Load()&listenerPriming == 0 || !l.hold(ctx, d)
}

// accepts reports whether the delivery is for the listener at all.
func (l *listener[T]) accepts(d *delivery[T]) bool {
	s := l.state.Load()
	switch {
	case s&listenerDead != 0, d.occ.node != "" && s&listenerAllNodes == 0:
		return false
	case d.occ.seq != 0 && d.occ.seq <= l.since && !d.stored:
		return false
	}
	return true
}

// callListener calls one listener with the delivery.
func (t *topicState[T]) callListener(ctx context.Context, l *listener[T], d *delivery[T], at *progress) {
	switch {
	case d.items == nil:
		if t.claim(l) {
			at.doing = calling
			t.returned(ctx, t.invoke(ctx, l, &d.one, d), d, at)
		}
	case l.batchFn != nil || l.whole:
		if t.claim(l) {
			at.item = len(d.items)
			at.doing = calling
			t.returned(ctx, t.invokeBatch(ctx, l, d), d, at)
		}
	default:
		for at.item < len(d.items) && t.claim(l) {
			at.doing = calling
			single := delivery[T]{occ: d.occ}
			t.returned(ctx, t.invoke(ctx, l, &d.items[at.item], &single), d, at)
			at.item++
		}
	}
}

// returned deals with what a listener returned.
func (t *topicState[T]) returned(ctx context.Context, err error, d *delivery[T], at *progress) {
	if err != nil {
		at.doing = reporting
		t.listenerFailed(ctx, err, d.occ.answers)
	}
	at.doing = idle
}

// invoke calls the listener's function with one payload.
func (t *topicState[T]) invoke(ctx context.Context, l *listener[T], payload *T, d *delivery[T]) error {
	switch {
	case l.fn != nil:
		return l.fn(ctx, *payload)
	case l.metaFn != nil:
		return l.metaFn(ctx, *payload, t.meta(&d.occ))
	case l.batchFn != nil:
		return l.batchFn(ctx, []T{*payload})
	}
	if l.whole && t.info.Batch > 0 {
		return l.wrapped(ctx, Delivery{Event: t.info, Meta: t.meta(&d.occ), Payload: []T{*payload}})
	}
	if d.boxed == nil {
		d.boxed = *payload
	}
	return l.wrapped(ctx, Delivery{Event: t.info, Meta: t.meta(&d.occ), Payload: d.boxed})
}

func (t *topicState[T]) invokeBatch(ctx context.Context, l *listener[T], d *delivery[T]) error {
	if l.batchFn != nil {
		return l.batchFn(ctx, d.items)
	}
	if d.boxed == nil {
		d.boxed = d.items
	}
	return l.wrapped(ctx, Delivery{Event: t.info, Meta: t.meta(&d.occ), Payload: d.boxed})
}

func (t *topicState[T]) meta(o *occasion) Meta {
	m := Meta{Event: t.info.Name, Seq: o.seq, Time: o.time, Key: o.key, Node: o.node}
	if o.peer != nil {
		m.Peer = *o.peer
	}
	return m
}

// claim reports whether the listener may be called now. Of those who would call a listener that is to be
// called once, one gets true, and takes it out.
func (t *topicState[T]) claim(l *listener[T]) bool {
	for {
		s := l.state.Load()
		switch {
		case s&listenerDead != 0:
			return false
		case s&listenerOnce == 0:
			return true
		case l.state.CompareAndSwap(s, s|listenerDead):
			t.drop(l)
			return true
		}
	}
}

// callListenerQueued hands queued deliveries to an asynchronous listener, from *pos on. It returns early
// after a panic, behind the delivery that panicked.
func (t *topicState[T]) callListenerQueued(l *listener[T], items []queued[T], pos *int, at *progress) {
	defer func() {
		if at.doing == idle {
			return
		}
		doing := at.doing
		q := &items[*pos]
		at.doing = idle
		if at.item++; q.more == nil || at.item >= len(q.more.items) {
			at.item = 0
			*pos++
		}
		if reason := recover(); reason != nil || doing == calling {
			t.unreturned(q.ctx, reason, nil)
		}
	}()
	for ; *pos < len(items); *pos++ {
		q := &items[*pos]
		if q.more == nil && l.state.Load() == 0 {
			at.doing = calling
			if err := l.fn(q.ctx, q.one); err != nil {
				at.doing = reporting
				t.listenerFailed(q.ctx, err, nil)
			}
			at.doing = idle
			continue
		}
		d := delivery[T]{one: q.one}
		if q.more != nil {
			d = *q.more
		}
		if l.accepts(&d) {
			t.callListener(q.ctx, l, &d, at)
		}
		at.item = 0
	}
}

// listenerFailed reports what a listener returned. A refusal that a window waits for is an answer, not a
// failure.
func (t *topicBase) listenerFailed(ctx context.Context, err error, to *answers) {
	if to != nil && to.add(err) {
		return
	}
	t.b.fail(ctx, t.err(CodeListener, err))
}

var errGoexit = errors.New("the listener called runtime.Goexit")

// unreturned reports a listener that did not return: reason is what it panicked with, and nil after a
// Goexit. A window that waits learns that its emit failed.
func (t *topicBase) unreturned(ctx context.Context, reason any, to *answers) {
	err := t.err(CodeListener, errGoexit)
	if reason != nil {
		err = t.err(CodePanic, &PanicError{Value: reason, Stack: debug.Stack()})
	}
	if to != nil && to.failure == nil {
		to.failure = err
	}
	t.b.fail(ctx, err)
}

// PanicError is the cause of an [Error] with [CodePanic].
type PanicError struct {
	// Value is what the listener panicked with.
	Value any
	// Stack is the stack at the panic, as debug.Stack formats it.
	Stack []byte
}

// Error returns the value and the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("%v\n\n%s", e.Value, e.Stack) }

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// answers collects what the synchronous listeners say to an emit of a window.
type answers struct {
	rejection error // the first refusal that is meant for the window
	failure   error // the first other error
}

// add reports whether err was a rejection, which concerns the window alone.
func (a *answers) add(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok && e.rejected {
		if a.rejection == nil {
			a.rejection = err
		}
		return true
	}
	if a.failure == nil {
		a.failure = err
	}
	return false
}

// err is what the emit fails with.
func (a *answers) err() error {
	if a.rejection != nil {
		return a.rejection
	}
	return a.failure
}
