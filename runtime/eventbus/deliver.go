package eventbus

import (
	"context"
	"time"

	"github.com/eventgen/eventgen/runtime/internal/port"
)

// deliver brings a delivery to everyone: first what has to go before it, then windows and other nodes, so
// that they see an event before what its listeners emit in turn, then Go listeners.
func (t *topic) deliver(ctx context.Context, d *delivery) {
	for _, other := range t.flushes {
		other.flushFor(d.occ.key)
	}
	if t.watched != nil && t.coalescer != nil {
		t.watched.delivering(d)
	}
	if d.occ.peer != nil {
		t.deliverFromWindow(ctx, d)
		return
	}
	t.publish(ctx, d)
	t.tap(d)
	if d.occ.target.IsZero() {
		t.hand(ctx, &t.out, d)
	}
}

// deliverFromWindow brings what a window emitted to the Go listeners and, unless one of them refuses it, to
// the windows that it is addressed to.
func (t *topic) deliverFromWindow(ctx context.Context, d *delivery) {
	said := d.occ.answers
	if said == nil && !d.occ.target.IsZero() {
		said = new(answers)
		d.occ.answers = said
	}
	if t.metas.Load() > 0 {
		t.stampLocal(d)
	}
	t.tap(d)
	t.hand(ctx, &t.out, d)
	if said != nil && said.err() != nil {
		if e := said.rejection; e != nil && d.late {
			t.b.fail(ctx, t.err(CodeListener, e)) // the window has its answer already
		}
		return
	}
	if !d.occ.target.IsZero() {
		d.occ.seq = 0
		t.publish(ctx, d)
	} else if t.b.cluster != nil {
		t.tellNodes(ctx, d)
	}
}

// tellNodes tells the Go listeners of other nodes what a window has emitted for nobody but listeners.
func (t *topic) tellNodes(ctx context.Context, d *delivery) {
	if d.occ.time.IsZero() {
		d.occ.time = time.Now()
	}
	buf := newBuffer()
	defer buf.free()
	if e := t.encode(buf, d, func(err *Error) { t.b.fail(ctx, err) }); e.ok {
		t.b.cluster.publish(t, d.occ, d.takeRoom(), e, nil)
	}
}

// stampLocal gives the delivery what listeners may ask for, if nothing else does.
func (t *topic) stampLocal(d *delivery) {
	if d.occ.time.IsZero() {
		d.occ.time = time.Now()
	}
	d.occ.seq = t.b.log.seq.Add(1)
}

// publish stores and logs the delivery and hands it to the broker, as far as anyone needs that. It encodes
// it at most once, and not at all if nobody does.
func (t *topic) publish(ctx context.Context, d *delivery) {
	b := t.b
	logs := !b.shared && (t.interest.Load() > 0 || b.cluster != nil)
	if !logs && b.cluster == nil && t.store == nil {
		if t.metas.Load() > 0 {
			t.stampLocal(d)
		}
		return
	}
	if d.occ.time.IsZero() {
		d.occ.time = time.Now()
	}
	buf := newBuffer()
	defer buf.free()
	report := func(err *Error) { b.fail(ctx, err) }
	var e encoded
	if logs || b.cluster != nil || d.occ.peer != nil {
		e = t.encode(buf, d, report)
	}
	r := t.record(d, e)
	if r.wanted {
		// A window has begun to listen in the meantime.
		e = t.encode(buf, d, report)
		r = t.record(d, e)
	}
	if r.full {
		b.fail(ctx, t.noRoom(d.occ.peer))
	}
	if r.entry != nil {
		b.log.wake()
	}
	if b.cluster != nil && e.ok {
		b.cluster.publish(t, d.occ, d.takeRoom(), e, r.kept)
	}
}

// recorded is what record did.
type recorded struct {
	entry  *port.Entry // what was logged
	full   bool        // there was no room to store it
	kept   *stored     // what was stored
	wanted bool        // nothing was done: the encoding is wanted after all
}

// record gives the delivery its position, stores it and logs it, in one step.
func (t *topic) record(d *delivery, e encoded) (r recorded) {
	l := &t.b.log
	l.mu.Lock()
	defer l.mu.Unlock()
	logs := !t.b.shared
	if logs && !e.done && t.interest.Load() > 0 {
		return recorded{wanted: true}
	}
	d.occ.seq = l.seq.Add(1)
	if logs && e.ok {
		r.entry = l.fill(t, d.occ.seq, e.text, e.n, &d.occ)
		l.push(r.entry)
	}
	if t.store == nil {
		return r
	}
	if d.occ.peer != nil {
		r.kept = t.keepText(d, e, r.entry)
		r.full = !t.store.put(r.kept)
		return r
	}
	v := t.keep(d)
	if v.d.n == max(1, e.n) { // not a part of it
		v.entry = r.entry
	}
	v.absent = e.done && !e.ok
	r.kept, r.full = v, !t.store.put(v)
	return r
}

// keepText returns what a window emitted as it is stored: as text, of which it is known what it costs. Only windows get
// it. The log's lock is held.
func (t *topic) keepText(d *delivery, e encoded, entry *port.Entry) *stored {
	v := &stored{d: *d, absent: !e.ok}
	v.d.stored, v.d.first, v.d.boxed, v.d.occ.answers, v.d.encoded = true, nil, nil, nil, nil
	if !e.ok {
		v.size = sizeOf[stored]()
		return v
	}
	v.d.n = max(1, e.n)
	if e.n > 1 && t.info.Sticky {
		v.d.encoded = e.text
		v = v.tail(t.payloads, 1)
		e.text, e.n = v.d.encoded, 1
		entry = nil
	}
	if entry == nil {
		entry = t.b.log.fill(t, d.occ.seq, e.text, e.n, &v.d.occ)
	}
	v.entry, v.d.encoded = entry, entry.Payload
	v.size = sizeOf[stored]() + entry.Size
	return v
}

// keep returns the delivery as it is stored, in a place of its own: for a sticky event of a batch the last
// payload alone.
func (t *topic) keep(d *delivery) *stored {
	v := &stored{d: *d}
	v.d.stored, v.d.boxed, v.d.occ.answers = true, nil, nil
	if d.n > 1 && t.info.Sticky {
		return v.tail(t.payloads, 1)
	}
	v.d.first = t.payloads.clone(d.first, d.n)
	return v
}

// show returns the entry of a stored delivery, which is made when it is first needed, or nil if there is
// none to be had.
func (t *topic) show(v *stored) *port.Entry {
	t.showing.Lock()
	defer t.showing.Unlock()
	l := &t.b.log
	l.mu.Lock()
	entry, absent := v.entry, v.absent
	l.mu.Unlock()
	if entry != nil || absent {
		return entry
	}
	buf := newBuffer()
	defer buf.free()
	e := t.encode(buf, &v.d, func(err *Error) { t.b.fail(context.Background(), err) })
	l.mu.Lock()
	defer l.mu.Unlock()
	if v.absent = !e.ok; e.ok {
		v.entry = l.fill(t, v.d.occ.seq, e.text, e.n, &v.d.occ)
	}
	return v.entry
}

// subscribe counts a subscription in and returns what is stored for it. The log's lock is held.
func (t *topic) subscribe(s *port.Subscription) []*stored {
	s.At = t.b.log.position()
	if t.interest.Add(1) == 1 {
		t.extra.Add(1)
		t.since = s.At
	}
	if s.Since = t.since; t.b.shared {
		s.Since = 0 // everything is logged
	}
	if t.shown == nil {
		return nil
	}
	return t.shown.forPeer(s.Peer(), s.Keys.Has)
}

// showAll returns the entries of stored deliveries, of those that have one.
func (t *topic) showAll(chosen []*stored) (entries []*port.Entry) {
	for _, v := range chosen {
		if e := t.show(v); e != nil {
			entries = append(entries, e)
		}
	}
	return entries
}
