package eventbus

import (
	"context"
	"errors"
)

// delivery is one thing that listeners get: a payload, or a batch of them. Where the payloads lie they stay
// until the delivery ends; whoever keeps a delivery for longer copies them.
type delivery struct {
	at    address // nil if it came from another node and has not been decoded
	n     int     // how many payloads there are
	batch bool
	occ   occasion

	charge charge // what its account is charged while it is on its way
	room   bool   // there is room for it among what is to be published
	boxed  any    // the payload, or the batch, once something asked for it by its type

	encoded []byte // the JSON, if it was made at the emit or came from another node
	stored  bool   // it is handed to a new listener out of what is stored
	late    bool   // it was deferred: its emit has returned
	timed   bool   // how long its listeners take is measured
}

// payload returns the address of the i-th payload.
func (d *delivery) payload(p *payloads, i int) address {
	return p.nth(d.at, i)
}

// count returns the number of payloads of a batch, as the wire has it: 0 if it is none.
func (d *delivery) count() int {
	if d.batch {
		return d.n
	}
	return 0
}

// takeRoom returns whether there is room for what is to be published of the delivery, once.
func (d *delivery) takeRoom() bool {
	room := d.room
	d.room = false
	return room
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
func (t *topic) call(ctx context.Context, d *delivery, slots []slot) {
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

func (t *topic) callListeners(ctx context.Context, d *delivery, slots []slot, at *progress) {
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
			if d.timed {
				t.callTimed(ctx, l, d, at)
			} else {
				t.callListener(ctx, l, d, at)
			}
		}
		at.item = 0
	}
}

// passOver moves on behind what did not return.
func (t *topic) passOver(d *delivery, at *progress) {
	at.doing = idle
	if at.item++; at.item >= d.n {
		at.slot, at.item = at.slot+1, 0
	}
}

// wants reports whether the delivery is for the listener, now. One that is still being given the stored
// values keeps it for later.
func (l *listener) wants(ctx context.Context, d *delivery) bool {
	if !l.accepts(d) {
		return false
	}
	return l.state.Load()&listenerPriming == 0 || !l.hold(ctx, d)
}

// accepts reports whether the delivery is for the listener at all.
func (l *listener) accepts(d *delivery) bool {
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
func (t *topic) callListener(ctx context.Context, l *listener, d *delivery, at *progress) {
	switch {
	case !d.batch:
		if t.claim(l) {
			at.doing = calling
			t.returned(ctx, t.invoke(ctx, l, d.at, &d.occ, &d.boxed), d, at)
		}
	case l.whole:
		if t.claim(l) {
			at.item = d.n
			at.doing = calling
			t.returned(ctx, t.invokeBatch(ctx, l, d), d, at)
		}
	default:
		for at.item < d.n && t.claim(l) {
			at.doing = calling
			var boxed any
			t.returned(ctx, t.invoke(ctx, l, d.payload(t.payloads, at.item), &d.occ, &boxed), d, at)
			at.item++
		}
	}
}

// returned deals with what a listener returned.
func (t *topic) returned(ctx context.Context, err error, d *delivery, at *progress) {
	if err != nil {
		at.doing = reporting
		t.listenerFailed(ctx, err, d.occ.answers)
	}
	at.doing = idle
}

// invoke calls the listener's function with one payload, which is boxed once at most.
func (t *topic) invoke(ctx context.Context, l *listener, at address, o *occasion, boxed *any) error {
	if l.seen != nil {
		l.seen(at)
		return nil
	}
	if l.wrapped == nil {
		switch l.kind {
		case withMeta:
			meta := t.meta(o)
			return t.payloads.callOne(ctx, l, at, 1, &meta)
		case wholeBatch:
			at = t.payloads.clone(at, 1)
		}
		return t.payloads.callOne(ctx, l, at, 1, nil)
	}
	payload := *boxed
	switch {
	case l.whole && t.info.Batch > 0:
		payload = t.payloads.boxBatch(t.payloads.clone(at, 1), 1)
	case payload == nil:
		payload = t.payloads.box(at)
		*boxed = payload
	}
	return l.wrapped(ctx, Delivery{Event: t.info, Meta: t.meta(o), Payload: payload})
}

func (t *topic) invokeBatch(ctx context.Context, l *listener, d *delivery) error {
	if l.wrapped == nil {
		return t.payloads.callOne(ctx, l, d.at, d.n, nil)
	}
	if d.boxed == nil {
		d.boxed = t.payloads.boxBatch(d.at, d.n)
	}
	return l.wrapped(ctx, Delivery{Event: t.info, Meta: t.meta(&d.occ), Payload: d.boxed})
}

func (t *topic) meta(o *occasion) Meta {
	m := Meta{Event: t.info.Name, Seq: o.seq, Time: o.time, Key: o.key, Node: o.node}
	if o.peer != nil {
		m.Peer = *o.peer
	}
	return m
}

// claim reports whether the listener may be called now. Of those who would call a listener that is to be
// called once, one gets true, and takes it out.
func (t *topic) claim(l *listener) bool {
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
func (t *topic) callListenerQueued(l *listener, items []queued, pos *int, at *progress) {
	defer func() {
		if at.doing == idle {
			return
		}
		doing := at.doing
		q := &items[*pos]
		at.doing = idle
		if at.item++; q.more == nil || at.item >= q.more.n {
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
			if err := t.payloads.callOne(q.ctx, l, q.at, 1, nil); err != nil {
				at.doing = reporting
				t.listenerFailed(q.ctx, err, nil)
			}
			at.doing = idle
			continue
		}
		d := q.delivery()
		switch {
		case !l.accepts(&d):
		case d.timed:
			t.callTimed(q.ctx, l, &d, at)
		default:
			t.callListener(q.ctx, l, &d, at)
		}
		at.item = 0
	}
}

// listenerFailed reports what a listener returned. A refusal that a window waits for is an answer, not a
// failure.
func (t *topic) listenerFailed(ctx context.Context, err error, to *answers) {
	if to != nil && to.add(err) {
		return
	}
	t.b.fail(ctx, t.err(CodeListener, err))
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
