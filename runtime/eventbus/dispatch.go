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

// callListenersPlainly calls the plain listeners from slots[i] on. It stops early after a panic and before
// a listener that is not plain, and returns how far it came. One deferred function serves all of them:
// isolation costs the same for one listener and for a hundred.
func (t *topicState[T]) callListenersPlainly(ctx context.Context, payload T, slots []slot[T], i int, in *shard) (next int, odd bool) {
	var doing activity
	defer func() {
		if doing != idle {
			next, odd = t.recovered(ctx, doing, recover(), payload, slots, i, in), false
		}
	}()
	for ; i < len(slots); i++ {
		l := slots[i].Load()
		if l.state.Load() != 0 {
			if l.isDead() {
				continue
			}
			return i, true
		}
		doing = calling
		err := l.fn(ctx, payload)
		if err != nil {
			doing = reporting
			t.listenerFailed(ctx, err, nil)
		}
		doing = idle
	}
	return i, false
}

// activity is what a dispatch is doing: it does not return from a listener that panics or exits, nor from
// an error handler that exits.
type activity uint8

const (
	idle activity = iota
	calling
	reporting
)

// recovered deals with a listener that did not return. After a Goexit it calls the remaining listeners
// itself: the goroutine ends when they have returned.
func (t *topicState[T]) recovered(ctx context.Context, doing activity, reason any, payload T, slots []slot[T], i int, in *shard) int {
	if reason != nil {
		finished := false
		defer func() {
			if !finished { // the error handler called Goexit
				t.callRest(ctx, payload, slots[i+1:], in)
			}
		}()
		t.unreturned(ctx, reason)
		finished = true
		return i + 1
	}
	defer t.callRest(ctx, payload, slots[i+1:], in)
	if doing == calling {
		t.unreturned(ctx, nil)
	}
	return len(slots)
}

// callRest ends an emit whose goroutine is exiting.
func (t *topicState[T]) callRest(ctx context.Context, payload T, slots []slot[T], in *shard) {
	defer t.b.gate.leave(in) // even if a further listener does the same
	t.call(ctx, &delivery[T]{one: payload}, slots)
}

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
			t.unreturned(ctx, reason)
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
			t.unreturned(q.ctx, reason)
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
// Goexit.
func (t *topicBase) unreturned(ctx context.Context, reason any) {
	if reason == nil {
		t.b.fail(ctx, t.err(CodeListener, errGoexit))
		return
	}
	t.b.fail(ctx, t.err(CodePanic, &PanicError{Value: reason, Stack: debug.Stack()}))
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
