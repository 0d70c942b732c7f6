package eventbus

import (
	"context"
	"fmt"
)

// Emit sends the payload to all Go listeners and all windows. The bus takes the payload over: nothing
// reachable from it may change afterwards. Synchronous listeners have returned when Emit does.
//
// Emit returns what is known at once: [ErrClosed], [ErrCanceled], [ErrUnknownEvent], [ErrDirection],
// [ErrAudience], [ErrTooManyKeys]. What fails later goes to the error handler of the bus.
func (e *Event[T]) Emit(ctx context.Context, b *Bus, payload T) error {
	t := topicOf(b, e)
	if t == nil {
		return e.unknown()
	}
	if t.extra.Load() != 0 {
		return t.emit(ctx, payload)
	}
	// The short way of events of which nothing is asked but to call plain listeners. One deferred function
	// serves all of them: isolation costs the same for one listener and for a hundred. It captures addresses
	// as far as it can: variables would be copied in every emit.
	if err := ctx.Err(); err != nil {
		return t.err(CodeCanceled, err)
	}
	in := b.gate.shard()
	if in.enter() && !b.gate.admitsLate(in) {
		return t.err(CodeClosed, nil)
	}
	var r round[T]
	r.ctx, r.slots = ctx, t.out.list.snapshot()
	p := &payload
	defer func() {
		if r.at < len(r.slots) {
			t.interrupted(r.ctx, r.slots[r.at+1:], in, recover(), *p)
		}
	}()
	if err := r.callListeners(payload); r.at < len(r.slots) {
		left := r.slots[r.at:]
		r.at = len(r.slots)
		t.goOn(ctx, left, in, err, payload)
		return nil
	}
	if in.leave() {
		b.gate.signal()
	}
	return nil
}

// emit is Event.Emit for all other events.
func (t *topicState[T]) emit(ctx context.Context, payload T) error {
	if t.late != nil && t.late.hold(ctx, payload) {
		return nil
	}
	return t.emitAnyhow(ctx, payload, Target{})
}

// emitTo is Event.EmitTo.
func (t *topicState[T]) emitTo(ctx context.Context, to Target, payload T) error {
	if to.IsZero() {
		return t.err(CodeInvalidTarget, nil)
	}
	return t.emitAnyhow(ctx, payload, to)
}

// emitAnyhow is an emit of Go code: admission, interceptors, and what follows.
func (t *topicState[T]) emitAnyhow(ctx context.Context, payload T, to Target) error {
	if t.info.From == FromClient {
		return t.err(CodeDirection, nil)
	}
	if err := t.admit(ctx, to); err != nil {
		return err
	}
	if t.b.emitChain != nil {
		return t.b.emitChain(ctx, Emission{Event: t.info, Target: to, Payload: payload})
	}
	return t.proceed(ctx, payload, to, nil, nil)
}

// admit returns what is wrong with an emit of Go code at once.
func (t *topicState[T]) admit(ctx context.Context, to Target) error {
	if !t.b.gate.admits() {
		return t.err(CodeClosed, nil)
	}
	if err := ctx.Err(); err != nil {
		return t.err(CodeCanceled, err)
	}
	return t.address(to)
}

// address checks the target against the audience.
func (t *topicState[T]) address(to Target) error {
	switch {
	case to.IsZero():
		if t.info.To != ToAny {
			return t.err(CodeAudience, fmt.Errorf("the event must be addressed to a %s", t.info.To))
		}
		return nil
	case !to.valid():
		return t.err(CodeInvalidTarget, nil)
	case !to.fixed() && (t.info.stored() || t.info.deferred()):
		return t.err(CodeInvalidTarget, fmt.Errorf("%v: the event is stored or deferred", to))
	case !t.info.To.allows(to):
		return t.err(CodeAudience, fmt.Errorf("the event must be addressed to a %s, not to %v", t.info.To, to))
	}
	if t.info.To == ToWindow && !to.open() && !t.info.stored() && !t.b.peers.any(to) {
		return t.err(CodeNoTarget, fmt.Errorf("%v", to))
	}
	return nil
}

func (a Audience) allows(to Target) bool {
	switch a {
	case ToWindow:
		return to.kind == targetWindow || to.kind == targetWindows || to.kind == targetWhere
	case ToGroup:
		return to.kind == targetGroup || to.kind == targetWhere
	}
	return true
}

// emitAny is proceed for an emit that comes out of the interceptors, which may have changed it.
func (t *topicState[T]) emitAny(ctx context.Context, e Emission) error {
	payload, ok := e.Payload.(T)
	if !ok {
		return t.err(CodeInternal, fmt.Errorf("an interceptor passed on a %T", e.Payload))
	}
	if e.window != nil {
		return t.proceed(ctx, payload, e.Target, e.window.peer, e.window.said)
	}
	if err := t.admit(ctx, e.Target); err != nil {
		return err
	}
	return t.proceed(ctx, payload, e.Target, nil, nil)
}

// proceed is what an admitted emit does: it resolves the target, shows the payload to the listeners that
// see every emit, and delivers or defers it. said collects what listeners say to a window's emit.
func (t *topicState[T]) proceed(ctx context.Context, payload T, to Target, peer *Peer, said *answers) error {
	if to.open() {
		to = to.resolve(t.b.peers.list())
		if t.info.To == ToWindow && len(to.more.names) == 0 {
			return t.err(CodeNoTarget, nil)
		}
	}
	d := delivery[T]{one: payload, occ: occasion{target: to, peer: peer, answers: said}}
	if t.b.config.strict && !t.info.Empty {
		if err := t.encodeAtOnce(&d); err != nil {
			return err
		}
	}
	if t.late != nil {
		if t.every.busy() && (to.IsZero() || peer != nil) {
			if err := t.showEvery(ctx, d); err != nil {
				return err
			}
		}
		return t.late.emit(ctx, payload, &d)
	}
	if t.def.Key != nil {
		keyed := payload
		d.occ.key = t.def.Key(&keyed)
	}
	if t.store != nil && (peer == nil || !to.IsZero()) && !t.roomToStore(&d.occ) {
		return t.err(CodeTooManyKeys, nil)
	}
	in := t.b.gate.enter()
	if in == nil {
		return t.err(CodeClosed, nil)
	}
	defer t.b.gate.leave(in)
	t.deliver(ctx, &d)
	return nil
}

// encodeAtOnce encodes the payload in the emit, whether or not anything will need it.
func (t *topicState[T]) encodeAtOnce(d *delivery[T]) error {
	s := t.pool.get()
	defer t.pool.put(s)
	s.one = d.one
	text, err := t.appendPayload(nil, &s.one)
	if err != nil {
		return err
	}
	d.encoded = text
	return nil
}

// showEvery hands the emit to the listeners that see every one of a deferred event.
func (t *topicState[T]) showEvery(ctx context.Context, d delivery[T]) error {
	in := t.b.gate.enter()
	if in == nil {
		return t.err(CodeClosed, nil)
	}
	defer t.b.gate.leave(in)
	if t.metas.Load() > 0 {
		t.stampLocal(&d)
	}
	if t.def.Key != nil {
		keyed := d.one
		d.occ.key = t.def.Key(&keyed)
	}
	t.hand(ctx, t.every, &d)
	return nil
}

func (t *topicState[T]) roomToStore(o *occasion) bool {
	l := &t.b.log
	l.mu.Lock()
	defer l.mu.Unlock()
	return t.store.admits(o.key, o.target)
}
