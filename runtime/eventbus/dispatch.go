package eventbus

import (
	"context"
	"errors"
)

// delivery is one thing that listeners get: a payload, or a batch of them. Where the payloads lie they stay
// until the delivery ends; whoever keeps a delivery for longer copies them.
type delivery struct {
	first address // nil if it came from another node and has not been decoded
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
	waited  bool   // it has been kept for the listener that it is handed to
}

// payload returns the address of the i-th payload.
func (d *delivery) payload(p *payloads, i int) address {
	return p.nth(d.first, i)
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

// walk is how far the delivery of one thing to listeners has come.
type walk struct {
	round
	item  int // within a batch, for a listener that gets its payloads singly
	doing activity
}

// activity is what a walk is doing: it does not return from a listener that panics or exits, nor from an error
// handler that exits.
type activity uint8

const (
	idle activity = iota
	calling
	reporting
)

// call hands the delivery to the listeners in the slots, in order. If one of them calls Goexit, the others are called
// before the goroutine ends.
func (t *topic) call(ctx context.Context, d *delivery, slots []slot) {
	var w walk
	w.ctx, w.slots = ctx, slots
	for w.current < len(slots) {
		t.callListeners(d, &w)
	}
}

// callListeners is the loop that delivers to listeners. It returns early after a panic, having passed over what
// panicked.
func (t *topic) callListeners(d *delivery, w *walk) {
	defer func() {
		if w.doing == idle {
			return
		}
		doing, exiting := w.doing, true
		w.passOver(d)
		defer func() {
			for exiting && w.current < len(w.slots) {
				t.callListeners(d, w)
			}
		}()
		if reason := recover(); reason != nil || doing == calling {
			t.unreturned(w.ctx, reason, d.occ.answers)
			exiting = reason == nil
		}
	}()
	for ; w.current < len(w.slots); w.current, w.item = w.current+1, 0 {
		if l := w.slots[w.current].Load(); l.wants(w.ctx, d) {
			if d.timed {
				t.callTimed(l, d, w)
			} else {
				t.callListener(l, d, w)
			}
		}
	}
}

// passOver moves on to what comes after what did not return.
func (w *walk) passOver(d *delivery) {
	w.doing = idle
	if w.item++; w.item >= d.n {
		w.current, w.item = w.current+1, 0
	}
}

// wants reports whether the delivery is for the listener, now. One that is still being given the stored
// values keeps for later what has not waited for it yet.
func (l *listener) wants(ctx context.Context, d *delivery) bool {
	if !l.accepts(d) {
		return false
	}
	return l.state.Load()&listenerPriming == 0 || d.waited || !l.postpone(ctx, d)
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
func (t *topic) callListener(l *listener, d *delivery, w *walk) {
	switch {
	case !d.batch:
		if t.claim(l) {
			w.doing = calling
			t.returned(t.invoke(w.ctx, l, d.first, &d.occ, &d.boxed), d, w)
		}
	case l.whole:
		if t.claim(l) {
			w.item = d.n
			w.doing = calling
			t.returned(t.invokeBatch(w.ctx, l, d), d, w)
		}
	default:
		for w.item < d.n {
			if l.state.Load() == 0 {
				w.doing = calling
				s := series{listener: l, ctx: w.ctx, payload: d.first, n: d.n, done: &w.item}
				if t.payloads.callSeries(&s); s.err != nil {
					t.returned(s.err, d, w)
					w.item++
				}
				w.doing = idle
				continue
			}
			if !t.claim(l) {
				return
			}
			w.doing = calling
			var boxed any
			t.returned(t.invoke(w.ctx, l, d.payload(t.payloads, w.item), &d.occ, &boxed), d, w)
			w.item++
		}
	}
}

// returned deals with what a listener returned.
func (t *topic) returned(err error, d *delivery, w *walk) {
	if err != nil {
		w.doing = reporting
		t.listenerFailed(w.ctx, err, d.occ.answers)
	}
	w.doing = idle
}

// invoke calls the listener's function with one payload, which is boxed once at most.
func (t *topic) invoke(ctx context.Context, l *listener, payload address, o *occasion, boxed *any) error {
	if l.seen != nil {
		l.seen(payload)
		return nil
	}
	if l.wrapped == nil {
		switch l.kind {
		case withMeta:
			meta := t.meta(o)
			return t.payloads.callOne(ctx, l, payload, 1, &meta)
		case wholeBatch:
			payload = t.payloads.clone(payload, 1)
		}
		return t.payloads.callOne(ctx, l, payload, 1, nil)
	}
	value := *boxed
	switch {
	case l.whole && t.info.Batch > 0:
		value = t.payloads.boxBatch(t.payloads.clone(payload, 1), 1)
	case value == nil:
		value = t.payloads.box(payload)
		*boxed = value
	}
	return l.wrapped(ctx, Delivery{Meta: t.meta(o), Payload: value})
}

func (t *topic) invokeBatch(ctx context.Context, l *listener, d *delivery) error {
	if l.wrapped == nil {
		return t.payloads.callOne(ctx, l, d.first, d.n, nil)
	}
	if d.boxed == nil {
		d.boxed = t.payloads.boxBatch(d.first, d.n)
	}
	return l.wrapped(ctx, Delivery{Meta: t.meta(&d.occ), Payload: d.boxed})
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

// callQueued hands queued deliveries to their listener, from *next on. It returns early after a panic. What did not
// return has been passed over.
func (t *topic) callQueued(l *listener, items []queued, next *int) {
	for *next < len(items) {
		if t.callPayloads(l, items, next); *next == len(items) {
			return
		}
		q := &items[*next]
		*next++
		d := q.delivery()
		d.waited = true
		t.call(q.ctx, &d, l.self[:])
	}
}

// callPayloads calls the listener with payloads from *next on, as long as it is plain and they are.
func (t *topic) callPayloads(l *listener, items []queued, next *int) {
	s := series{listener: l, items: items, n: len(items), done: next}
	doing := calling
	defer func() {
		if doing == idle {
			return
		}
		q := &items[*next]
		*next++
		if reason := recover(); reason != nil || doing == calling {
			t.unreturned(q.ctx, reason, nil)
		}
	}()
	for t.payloads.callSeries(&s); s.err != nil; t.payloads.callSeries(&s) {
		err := s.err
		doing, s.err = reporting, nil
		t.listenerFailed(items[*next].ctx, err, nil)
		doing = calling
		*next++
	}
	doing = idle
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
