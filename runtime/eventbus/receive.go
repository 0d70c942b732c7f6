package eventbus

import (
	"context"
	"errors"
	"fmt"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// receive takes in what a window emits. What it returns is the answer to the window, before [Public] has
// made it fit to be shown.
func (t *topic) receive(ctx context.Context, from *Peer, in port.Incoming) error {
	if err := t.admitWindow(ctx, in); err != nil {
		return err
	}
	place := t.places.get()
	if err := t.decode(in.Payload, place, true); err != nil {
		if err.Code == CodePanic {
			t.b.fail(ctx, err)
		}
		return err
	}
	w := &windowEmit{peer: from, size: t.costOf(len(t.prefix)+len(in.Payload), &occasion{target: in.To, peer: from})}
	var err error
	if t.b.emitChain != nil {
		err = t.intercept(ctx, Emission{
			Event: t.info.Name, Target: in.To, Payload: t.payloads.box(place), Peer: *from, window: w,
		})
	} else {
		err = t.proceed(ctx, place, in.To, w, &w.said)
	}
	t.places.put(place)
	said := w.end()
	switch {
	case err != nil:
		return err
	case said != nil:
		return t.err(CodeListener, said)
	}
	return nil
}

// admitWindow returns what is wrong with an emit of a window before its payload is looked at.
func (t *topic) admitWindow(ctx context.Context, in port.Incoming) error {
	switch {
	case !t.b.intake.admits():
		return t.err(CodeClosed, nil)
	case ctx.Err() != nil:
		return t.err(CodeCanceled, ctx.Err())
	case t.info.From == eventdef.FromServer:
		return t.err(CodeDirection, nil)
	case t.info.Max > 0 && len(in.Payload) > t.info.Max:
		return t.err(CodeTooLarge, fmt.Errorf("%d bytes, the limit is %d", len(in.Payload), t.info.Max))
	case in.To.IsZero():
		if !t.attended() && t.b.cluster == nil {
			return t.err(CodeNoListener, nil)
		}
		return nil
	case !t.info.Relay:
		return t.err(CodeAudience, errors.New("the event is not relayed to windows"))
	}
	if !port.Named(in.To) {
		return t.err(CodeInvalidTarget, errors.New("a window addresses windows or a group"))
	}
	if !port.Short(in.To) {
		return t.err(CodeInvalidTarget, fmt.Errorf("a window addresses at most %d names of at most %d bytes", port.MaxTargetNames, port.MaxTargetName))
	}
	if !port.Allows(t.info.To, in.To) {
		return t.err(CodeAudience, fmt.Errorf("the event must be addressed to a %s, not to %v", t.info.To, in.To))
	}
	if !t.b.peers.any(in.To) {
		return t.err(CodeNoTarget, fmt.Errorf("%v", in.To))
	}
	return nil
}
