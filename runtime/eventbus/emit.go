package eventbus

import (
	"context"
	"errors"
	"fmt"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// emitPlain is Emit of events of which nothing is asked but to call plain listeners, which the loop does. The payload
// is valid until it returns. One deferred function serves all listeners: isolation costs the same for one and for a
// hundred.
func (t *topic) emitPlain(ctx context.Context, payload address, loop func(*round) error) error {
	if err := ctx.Err(); err != nil {
		return t.refuse(t.err(CodeCanceled, err))
	}
	in := t.b.intake.shard()
	n := in.n.Add(1)
	if n < 0 && !t.b.intake.admitsLate(in) {
		return t.refuse(t.err(CodeClosed, nil))
	}
	var r round
	r.ctx, r.slots = ctx, t.out.list.snapshot()
	leak(payload)
	place := unseen(payload)
	if t.watched != nil && t.watched.emit(in, n == 1) {
		t.rest(ctx, r.slots, in, t.keepPlace(place), true)
		return nil
	}
	defer func() {
		if r.current < len(r.slots) {
			t.interrupted(r.ctx, r.slots[r.current+1:], in, recover(), t.keepPlace(place))
		}
	}()
	if err := callPlain(&r, loop); r.current < len(r.slots) {
		left := r.slots[r.current:]
		r.current = len(r.slots)
		t.goOn(ctx, left, in, err, t.keepPlace(place))
		return nil
	}
	if in.leave() {
		t.b.intake.signal()
	}
	return nil
}

// keepPlace copies the payload of an emit to a place of its own.
func (t *topic) keepPlace(from address) address {
	place := t.places.get()
	t.payloads.copyOne(place, from)
	return place
}

// emitLong is Emit of all other events.
func (e *event) emitLong(ctx context.Context, t *topic, payload address) error {
	if t == nil {
		return e.unknown()
	}
	leak(payload)
	from := unseen(payload)
	if t.coalescer != nil {
		if place := t.coalescer.join(ctx); place != nil {
			t.payloads.copyOne(place, from)
			if t.coalescer.joined(ctx, place) {
				return nil
			}
		}
	}
	place := t.keepPlace(from)
	err := t.emit(ctx, place, Target{})
	t.places.put(place)
	return t.refuse(err)
}

// emitTo is EmitTo with the payload at the address, which is valid until it returns.
func (e *event) emitTo(ctx context.Context, b *Bus, to Target, payload address) error {
	leak(payload)
	from := unseen(payload)
	t := b.topic(e.number)
	if t == nil {
		return e.unknown()
	}
	if to.IsZero() {
		return t.refuse(t.err(CodeInvalidTarget, nil))
	}
	place := t.keepPlace(from)
	err := t.emit(ctx, place, to)
	t.places.put(place)
	return t.refuse(err)
}

// goOn goes on with an emit that has turned out not to be plain: of the listeners that are left, the first one
// returned an error, is to be called once, or was registered just now.
func (t *topic) goOn(ctx context.Context, left []slot, in *shard, err error, payload address) {
	if err == nil {
		t.rest(ctx, left, in, payload, false)
		return
	}
	defer t.rest(ctx, left[1:], in, payload, false) // even if the error handler calls Goexit
	t.listenerFailed(ctx, err, nil)
}

// interrupted ends an emit whose listener panicked or called Goexit. The remaining listeners are called before
// the goroutine ends.
func (t *topic) interrupted(ctx context.Context, left []slot, in *shard, reason any, payload address) {
	defer t.rest(ctx, left, in, payload, false)
	t.unreturned(ctx, reason, nil)
}

// rest ends an emit that is not plain.
func (t *topic) rest(ctx context.Context, left []slot, in *shard, payload address, timed bool) {
	defer t.b.intake.leave(in) // even if a listener calls Goexit
	d := delivery{first: payload, n: 1, timed: timed}
	if t.metas.Load() > 0 {
		t.stampLocal(&d)
	}
	t.call(ctx, &d, left)
	t.places.put(payload)
}

// emit is an emit of Go code: admission, interceptors, and what follows.
func (t *topic) emit(ctx context.Context, payload address, to Target) error {
	if err := t.admit(ctx, to); err != nil {
		return err
	}
	if t.b.emitChain != nil {
		return t.intercept(ctx, Emission{Event: t.info.Name, Target: to, Payload: t.payloads.box(payload)})
	}
	return t.proceed(ctx, payload, to, nil, nil)
}

// admit returns what is wrong with an emit of Go code at once.
func (t *topic) admit(ctx context.Context, to Target) error {
	if !t.b.intake.admits() {
		return t.err(CodeClosed, nil)
	}
	if err := ctx.Err(); err != nil {
		return t.err(CodeCanceled, err)
	}
	if t.info.From == eventdef.FromClient {
		return t.err(CodeDirection, nil)
	}
	return t.checkTarget(to)
}

// checkTarget checks the target against the audience.
func (t *topic) checkTarget(to Target) error {
	switch {
	case to.IsZero():
		if t.info.To != eventdef.ToAny {
			return t.err(CodeAudience, fmt.Errorf("the event must be addressed to a %s", t.info.To))
		}
		return nil
	case !port.Fixed(to) && (t.info.Stored() || t.info.Deferred()):
		return t.err(CodeInvalidTarget, fmt.Errorf("%v: the event is stored or deferred", to))
	case !port.Allows(t.info.To, to):
		return t.err(CodeAudience, fmt.Errorf("the event must be addressed to a %s, not to %v", t.info.To, to))
	}
	if t.info.To == eventdef.ToWindow && !port.Open(to) && !t.info.Stored() && !t.b.peers.any(to) {
		return t.err(CodeNoTarget, fmt.Errorf("%v", to))
	}
	return nil
}

// intercept hands the emit to the interceptors.
func (t *topic) intercept(ctx context.Context, e Emission) (err error) {
	defer t.contain(ctx, &err)
	return t.b.emitChain(ctx, e)
}

// emitAny is proceed for an emit that comes out of the interceptors. It is admitted anew: they may have
// changed it, and may pass it on later, and more than once.
func (t *topic) emitAny(ctx context.Context, e Emission) error {
	place := t.places.get()
	if !t.payloads.unbox(e.Payload, place) {
		return t.err(CodeInternal, fmt.Errorf("an interceptor passed on a %T", e.Payload))
	}
	if e.window == nil {
		if err := t.admit(ctx, e.Target); err != nil {
			return err
		}
		err := t.proceed(ctx, place, e.Target, nil, nil)
		t.places.put(place)
		return err
	}
	if err := t.admitWindow(ctx, port.Incoming{To: e.Target}); err != nil {
		return err
	}
	var said answers
	err := t.proceed(ctx, place, e.Target, e.window, &said)
	t.places.put(place)
	if !e.window.answer(&said) {
		t.missed(ctx, &said)
	}
	return err
}

// missed reports what listeners said to a window that has had its answer already. What is no refusal was
// reported when it was said.
func (t *topic) missed(ctx context.Context, said *answers) {
	if said.rejection != nil {
		t.b.fail(ctx, t.err(CodeListener, said.rejection))
	}
}

// proceed is what an admitted emit does: it resolves the target, shows the payload to the listeners that
// see every emit, and delivers or defers it. The payload stays where it is until proceed returns. said
// collects what listeners say to a window's emit.
func (t *topic) proceed(ctx context.Context, payload address, to Target, from *windowEmit, said *answers) (err error) {
	defer t.contain(ctx, &err)
	if port.Open(to) {
		to = port.Resolve(to, t.b.peers.list())
		if n := port.Resolved(to); n > maxResolved {
			return t.err(CodeInvalidTarget, fmt.Errorf("a predicate holds for %d peers, at most %d can be named: address a group", n, maxResolved))
		}
		if t.info.To == eventdef.ToWindow && port.Nobody(to) {
			return t.err(CodeNoTarget, nil)
		}
	}
	d := delivery{first: payload, n: 1, occ: occasion{target: to, answers: said}}
	if from != nil {
		d.occ.peer = from.peer
	}
	if t.b.config.strict && !t.info.Empty {
		text, err := t.appendPayload(nil, payload)
		if err != nil {
			return err
		}
		d.encoded = text
	}
	if t.info.Keyed {
		d.occ.key = t.payloads.callKey(payload)
	}
	if t.tapped() {
		t.tapEmit(&d)
	}
	if from != nil && (t.coalescer != nil || !to.IsZero()) { // nothing stays of any other emit of a window
		return t.bringCharged(ctx, &d, from.size)
	}
	return t.bring(ctx, &d)
}

// bringCharged is bring for what a window emits, as far as something may stay of it: that is charged to the window's
// account, if it may have that.
func (t *topic) bringCharged(ctx context.Context, d *delivery, size int) error {
	c := charge{d.occ.peer.Account, size}
	if err := t.b.log.reserve(c); err != nil {
		err.Event = t.info.Name
		return err
	}
	d.charge = c
	defer func() { t.b.log.give(d.charge) }() // unless it waits, charged
	return t.bring(ctx, d)
}

// maxResolved is how many peers a predicate may hold for: their ids travel with the delivery.
const maxResolved = 1024

// bring delivers or defers. With a broker there must be room for what is published, before any listener is called.
func (t *topic) bring(ctx context.Context, d *delivery) error {
	if c := t.b.cluster; c != nil {
		if !c.reserve() {
			return t.err(CodeBroker, errQueueFull)
		}
		d.room = true
		defer func() {
			if d.room {
				c.release()
			}
		}()
	}
	return t.bringOn(ctx, d)
}

var errQueueFull = errors.New("the broker is slow or away, and the queue of what is to be published is full")

func (t *topic) bringOn(ctx context.Context, d *delivery) error {
	to, peer := d.occ.target, d.occ.peer
	if t.coalescer != nil {
		if t.every.busy() && (to.IsZero() || peer != nil) {
			if err := t.showEvery(ctx, *d); err != nil {
				return err
			}
		}
		return t.coalescer.emit(ctx, d)
	}
	if t.store != nil && (peer == nil || !to.IsZero()) {
		if err := t.roomToStore(d); err != nil {
			return err
		}
	}
	in := t.b.intake.enter()
	if in == nil {
		return t.err(CodeClosed, nil)
	}
	defer t.b.intake.leave(in)
	if t.watched != nil {
		d.timed = t.watched.emit(in, false)
	}
	t.deliver(ctx, d)
	return nil
}

// showEvery hands the emit to the listeners that see every one of a deferred event.
func (t *topic) showEvery(ctx context.Context, d delivery) error {
	in := t.b.intake.enter()
	if in == nil {
		return t.err(CodeClosed, nil)
	}
	defer t.b.intake.leave(in)
	if t.metas.Load() > 0 {
		t.stampLocal(&d)
	}
	t.hand(ctx, t.every, &d)
	return nil
}

// roomToStore returns why the delivery may not be kept for new listeners, nil if it may.
func (t *topic) roomToStore(d *delivery) error {
	l := &t.b.log
	l.mu.Lock()
	defer l.mu.Unlock()
	o := &d.occ
	switch {
	case !t.store.admits(o):
		return t.noRoom(o.peer)
	case o.peer != nil && !l.costs.kept.Admits(o.peer.Account, d.charge.bytes):
		return t.err(CodeRate, errors.New("the account has its share of what is kept"))
	}
	return nil
}

// noRoom is the error of an emit for whose key or target there is no room.
func (t *topic) noRoom(from *Peer) *Error {
	if from == nil {
		return t.err(CodeTooManyKeys, nil)
	}
	return t.err(CodeRate, errors.New("the account has its share of the keys and targets"))
}
