package eventbus_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

type order struct {
	N int `json:"n"`
}

func (o *order) Validate() error {
	if o.N < 0 {
		return errors.New("n is negative")
	}
	return nil
}

func TestEmitsOfWindows(t *testing.T) {
	server := eventbus.Define(eventdef.Definition[int]{Name: "server"})
	client := eventbus.Define(eventdef.Definition[order]{Name: "client", From: eventdef.FromClient, Max: 20})
	empty := eventbus.Define(eventdef.Definition[eventbus.Empty]{Name: "empty", From: eventdef.FromClient})
	both := eventbus.Define(eventdef.Definition[order]{Name: "both", From: eventdef.FromBoth, Relay: true})
	own := eventbus.Define(eventdef.Definition[order]{Name: "own", From: eventdef.FromBoth})
	b, f := newBus(t, events(server, client, empty, both, own))
	p, _ := attach(t, b)
	from := join(t, p, eventbus.Peer{Window: "main", Identity: "alice"})
	other := join(t, p, eventbus.Peer{Window: "side"})
	mine, theirs := listen(t, p, from, "both"), listen(t, p, other, "both")
	silent := listen(t, p, other, "own")
	emit := func(event, payload string, to eventbus.Target) error {
		return p.Emit(background, from, port.Incoming{Event: event, Payload: []byte(payload), To: to})
	}
	wantCode(t, emit("client", `{"n":1}`, eventbus.Target{}), eventbus.CodeNoListener)
	var j journal
	fail := map[int]error{5: eventbus.Reject("teapot", "short and stout"), 6: errors.New("secret")}
	listenTo := func(e *eventbus.Event[order], name string) {
		e.ListenMeta(b, func(_ context.Context, o order, m eventbus.Meta) error {
			j.add("%s %d from %s", name, o.N, m.Peer.Identity)
			if !m.FromWindow() || m.Peer.ID != from.ID {
				t.Errorf("the source is %+v", m.Peer)
			}
			return fail[o.N]
		})
	}
	listenTo(client, "client")
	listenTo(both, "both")
	listenTo(own, "own")
	empty.Listen(b, func(context.Context, eventbus.Empty) error { j.add("empty"); return nil })
	side := eventbus.Window("side")
	for _, c := range []struct {
		event, payload string
		to             eventbus.Target
		code           eventbus.Code // what the window sees
		calls          []string
	}{
		{"client", `{"n":1}`, eventbus.Target{}, "", []string{"client 1 from alice"}},
		{"nothing", `{}`, eventbus.Target{}, eventbus.CodeUnknownEvent, nil},
		{"server", `1`, eventbus.Target{}, eventbus.CodeDirection, nil},
		{"client", `{"n":"x"}`, eventbus.Target{}, eventbus.CodeInvalidPayload, nil},
		{"client", `{"n":-1}`, eventbus.Target{}, eventbus.CodeInvalidPayload, nil},
		{"client", `{"n":1}             `, eventbus.Target{}, "", []string{"client 1 from alice"}},
		{"client", `{"n":1}                   `, eventbus.Target{}, eventbus.CodeTooLarge, nil},
		{"client", `{"n":5}`, eventbus.Target{}, "teapot", []string{"client 5 from alice"}},
		{"client", `{"n":6}`, eventbus.Target{}, eventbus.CodeInternal, []string{"client 6 from alice"}},
		{"client", `{"n":1}`, side, eventbus.CodeAudience, nil},
		{"empty", ``, eventbus.Target{}, "", []string{"empty"}},
		{"empty", `7`, eventbus.Target{}, eventbus.CodeInvalidPayload, nil},
		{"own", `{"n":1}`, eventbus.Target{}, "", []string{"own 1 from alice"}},
		{"own", `{"n":1}`, side, eventbus.CodeAudience, nil},
		{"both", `{"n":2}`, eventbus.Target{}, "", []string{"both 2 from alice"}},
		{"both", `{"n":3}`, eventbus.Windows("side", "main"), "", []string{"both 3 from alice"}},
		{"both", `{"n":5}`, side, "teapot", []string{"both 5 from alice"}},
		{"both", `{"n":1}`, eventbus.Window("gone"), eventbus.CodeNoTarget, nil},
		{"both", `{"n":1}`, eventbus.All, eventbus.CodeInvalidTarget, nil},
		{"both", `{"n":1}`, eventbus.Except(side), eventbus.CodeInvalidTarget, nil},
	} {
		err := emit(c.event, c.payload, c.to)
		public := eventbus.Public(err)
		if c.code == "" && err != nil || c.code != "" && (public == nil || public.Code != c.code) {
			t.Errorf("%s %s to %v: got %v, the window sees %v", c.event, c.payload, c.to, err, public)
		}
		if public != nil && public.Code == eventbus.CodeInternal && public.Err != nil {
			t.Errorf("the window sees %v", public.Err)
		}
		j.want(t, c.event+" "+c.payload, c.calls...)
	}
	f.want(t, "failures", eventbus.CodeListener)
	wantFrames(t, "no echo", frames(t, p, 0, mine))
	wantFrames(t, "relayed", frames(t, p, 0, theirs), `{"n":3}`)
	wantFrames(t, "never relayed", frames(t, p, 0, silent))
	if public := eventbus.Public(emit("client", `{"n":5}`, eventbus.Target{})); public.Err == nil || public.Err.Error() != "short and stout" {
		t.Errorf("the message of a rejection is %v", public.Err)
	}
	canceled, cancel := context.WithCancel(background)
	cancel()
	wantCode(t, p.Emit(canceled, from, port.Incoming{Event: "client"}), eventbus.CodeCanceled)
	noError(t, b.Close(background))
	wantCode(t, emit("client", `{"n":1}`, eventbus.Target{}), eventbus.CodeClosed)
}

func TestThrottledEmitsOfWindows(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[order]{Name: "e", From: eventdef.FromBoth, Relay: true, Throttle: time.Second})
		b, f := newBus(t, events(e))
		p, _ := attach(t, b)
		from, other := join(t, p, eventbus.Peer{Window: "a"}), join(t, p, eventbus.Peer{Window: "b"})
		s := listen(t, p, other, "e")
		var j journal
		e.Listen(b, func(_ context.Context, o order) error {
			j.add("%d", o.N)
			if o.N == 7 {
				return eventbus.Reject("no", "seven")
			}
			return nil
		})
		emit := func(payload string, to eventbus.Target) {
			noError(t, p.Emit(background, from, port.Incoming{Event: "e", Payload: []byte(payload), To: to}))
		}
		for _, payload := range []string{`{"n":1}`, `{"n":2}`, `{"n":3}`} {
			emit(payload, eventbus.Window("b"))
		}
		noError(t, e.Emit(background, b, order{10})) // Go code's own bucket
		settle(time.Minute)
		j.want(t, "calls", "1", "10", "3")
		wantFrames(t, "relayed", frames(t, p, 0, s), `{"n":1}`, `{"n":10}`, `{"n":3}`)
		emit(`{"n":4}`, eventbus.Window("b"))
		emit(`{"n":7}`, eventbus.Window("b")) // its refusal comes too late for an answer
		settle(time.Minute)
		j.want(t, "calls", "4", "7")
		f.want(t, "late refusals", eventbus.CodeListener)
		wantFrames(t, "vetoed", frames(t, p, 0, s), `{"n":1}`, `{"n":10}`, `{"n":3}`, `{"n":4}`)
	})
}

func TestPublic(t *testing.T) {
	if eventbus.Public(nil) != nil {
		t.Error("nil is an error")
	}
	wrapped := &eventbus.Error{Code: eventbus.CodeListener, Event: "e", Err: eventbus.Reject("mine", "message")}
	if p := eventbus.Public(wrapped); p.Code != "mine" || p.Err.Error() != "message" {
		t.Errorf("got %v", p)
	}
	for _, err := range []error{errors.New("x"), &eventbus.Error{Code: eventbus.CodeListener, Err: errors.New("x")}, &eventbus.Error{Code: eventbus.CodePanic}} {
		if p := eventbus.Public(err); p.Code != eventbus.CodeInternal || p.Err != nil {
			t.Errorf("%v becomes %v", err, p)
		}
	}
	// What a listener got from an emit of its own is not the window's business.
	nested := &eventbus.Error{Code: eventbus.CodeListener, Err: &eventbus.Error{Code: eventbus.CodeTooManyKeys}}
	if p := eventbus.Public(nested); p.Code != eventbus.CodeInternal {
		t.Errorf("got %v", p)
	}
}

// A catch-all does not answer for anybody, while it is there and afterwards.
func TestCatchAllsAreNoListeners(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e", From: eventdef.FromClient})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	peer := join(t, p, eventbus.Peer{})
	emit := func() error { return p.Emit(background, peer, port.Incoming{Event: "e", Payload: []byte("1")}) }
	unlisten := b.ListenAny(func(context.Context, eventbus.Delivery) error { return nil })
	wantCode(t, emit(), eventbus.CodeNoListener)
	unlisten()
	wantCode(t, emit(), eventbus.CodeNoListener)
	defer e.Listen(b, func(context.Context, int) error { return nil })()
	noError(t, emit())
}
