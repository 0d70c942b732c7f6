package eventbus

import (
	"context"
	"errors"
	"testing"
	"time"
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
	server := Define(Definition[int]{Name: "server"})
	client := Define(Definition[order]{Name: "client", From: FromClient, Max: 20})
	empty := Define(Definition[Empty]{Name: "empty", From: FromClient})
	both := Define(Definition[order]{Name: "both", From: FromBoth, Relay: true})
	own := Define(Definition[order]{Name: "own", From: FromBoth})
	b, f := newBus(t, events(server, client, empty, both, own))
	p, _ := attach(t, b)
	from := join(t, p, Peer{Window: "main", Identity: "alice"})
	other := join(t, p, Peer{Window: "side"})
	mine, theirs := listen(t, p, from, "both"), listen(t, p, other, "both")
	silent := listen(t, p, other, "own")
	emit := func(event, payload string, to Target) error {
		return p.Emit(background, from, Incoming{Event: event, Payload: []byte(payload), To: to})
	}
	wantCode(t, emit("client", `{"n":1}`, Target{}), CodeNoListener)
	var j journal
	fail := map[int]error{5: Reject("teapot", "short and stout"), 6: errors.New("secret")}
	listenTo := func(e *Event[order], name string) {
		e.ListenMeta(b, func(_ context.Context, o order, m Meta) error {
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
	empty.Listen(b, func(context.Context, Empty) error { j.add("empty"); return nil })
	side := Window("side")
	for _, c := range []struct {
		event, payload string
		to             Target
		code           Code // what the window sees
		calls          []string
	}{
		{"client", `{"n":1}`, Target{}, "", []string{"client 1 from alice"}},
		{"nothing", `{}`, Target{}, CodeUnknownEvent, nil},
		{"server", `1`, Target{}, CodeDirection, nil},
		{"client", `{"n":"x"}`, Target{}, CodeInvalidPayload, nil},
		{"client", `{"n":-1}`, Target{}, CodeInvalidPayload, nil},
		{"client", `{"n":1}             `, Target{}, "", []string{"client 1 from alice"}},
		{"client", `{"n":1}                   `, Target{}, CodeTooLarge, nil},
		{"client", `{"n":5}`, Target{}, "teapot", []string{"client 5 from alice"}},
		{"client", `{"n":6}`, Target{}, CodeInternal, []string{"client 6 from alice"}},
		{"client", `{"n":1}`, side, CodeAudience, nil},
		{"empty", ``, Target{}, "", []string{"empty"}},
		{"empty", `7`, Target{}, CodeInvalidPayload, nil},
		{"own", `{"n":1}`, Target{}, "", []string{"own 1 from alice"}},
		{"own", `{"n":1}`, side, CodeAudience, nil},
		{"both", `{"n":2}`, Target{}, "", []string{"both 2 from alice"}},
		{"both", `{"n":3}`, Windows("side", "main"), "", []string{"both 3 from alice"}},
		{"both", `{"n":5}`, side, "teapot", []string{"both 5 from alice"}},
		{"both", `{"n":1}`, Window("gone"), CodeNoTarget, nil},
		{"both", `{"n":1}`, All, CodeInvalidTarget, nil},
		{"both", `{"n":1}`, Except(side), CodeInvalidTarget, nil},
	} {
		err := emit(c.event, c.payload, c.to)
		public := Public(err)
		if c.code == "" && err != nil || c.code != "" && (public == nil || public.Code != c.code) {
			t.Errorf("%s %s to %v: got %v, the window sees %v", c.event, c.payload, c.to, err, public)
		}
		if public != nil && public.Code == CodeInternal && public.Err != nil {
			t.Errorf("the window sees %v", public.Err)
		}
		j.want(t, c.event+" "+c.payload, c.calls...)
	}
	f.want(t, "failures", CodeListener)
	wantFrames(t, "no echo", frames(t, p, 0, mine))
	wantFrames(t, "relayed", frames(t, p, 0, theirs), `{"n":3}`)
	wantFrames(t, "never relayed", frames(t, p, 0, silent))
	if public := Public(emit("client", `{"n":5}`, Target{})); public.Err == nil || public.Err.Error() != "short and stout" {
		t.Errorf("the message of a rejection is %v", public.Err)
	}
	canceled, cancel := context.WithCancel(background)
	cancel()
	wantCode(t, p.Emit(canceled, from, Incoming{Event: "client"}), CodeCanceled)
	noError(t, b.Close(background))
	wantCode(t, emit("client", `{"n":1}`, Target{}), CodeClosed)
}

func TestThrottledEmitsOfWindows(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := Define(Definition[order]{Name: "e", From: FromBoth, Relay: true, Throttle: time.Second})
		b, f := newBus(t, events(e))
		p, _ := attach(t, b)
		from, other := join(t, p, Peer{Window: "a"}), join(t, p, Peer{Window: "b"})
		s := listen(t, p, other, "e")
		var j journal
		e.Listen(b, func(_ context.Context, o order) error {
			j.add("%d", o.N)
			if o.N == 7 {
				return Reject("no", "seven")
			}
			return nil
		})
		emit := func(payload string, to Target) {
			noError(t, p.Emit(background, from, Incoming{Event: "e", Payload: []byte(payload), To: to}))
		}
		for _, payload := range []string{`{"n":1}`, `{"n":2}`, `{"n":3}`} {
			emit(payload, Window("b"))
		}
		noError(t, e.Emit(background, b, order{10})) // Go code's own lane
		settle(time.Minute)
		j.want(t, "calls", "1", "10", "3")
		wantFrames(t, "relayed", frames(t, p, 0, s), `{"n":1}`, `{"n":10}`, `{"n":3}`)
		emit(`{"n":4}`, Window("b"))
		emit(`{"n":7}`, Window("b")) // its refusal comes too late for an answer
		settle(time.Minute)
		j.want(t, "calls", "4", "7")
		f.want(t, "late refusals", CodeListener)
		wantFrames(t, "vetoed", frames(t, p, 0, s), `{"n":1}`, `{"n":10}`, `{"n":3}`, `{"n":4}`)
	})
}

func TestPublic(t *testing.T) {
	if Public(nil) != nil {
		t.Error("nil is an error")
	}
	wrapped := &Error{Code: CodeListener, Event: "e", Err: Reject("mine", "message")}
	if p := Public(wrapped); p.Code != "mine" || p.Err.Error() != "message" {
		t.Errorf("got %v", p)
	}
	for _, err := range []error{errors.New("x"), &Error{Code: CodeListener, Err: errors.New("x")}, &Error{Code: CodePanic}} {
		if p := Public(err); p.Code != CodeInternal || p.Err != nil {
			t.Errorf("%v becomes %v", err, p)
		}
	}
	// What a listener got from an emit of its own is not the window's business.
	nested := &Error{Code: CodeListener, Err: &Error{Code: CodeTooManyKeys}}
	if p := Public(nested); p.Code != CodeInternal {
		t.Errorf("got %v", p)
	}
}

// A catch-all does not answer for anybody, while it is there and afterwards.
func TestCatchAllsAreNoListeners(t *testing.T) {
	e := Define(Definition[int]{Name: "e", From: FromClient})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	peer := join(t, p, Peer{})
	emit := func() error { return p.Emit(background, peer, Incoming{Event: "e", Payload: []byte("1")}) }
	unlisten := ListenAny(b, func(context.Context, Delivery) error { return nil })
	wantCode(t, emit(), CodeNoListener)
	unlisten()
	wantCode(t, emit(), CodeNoListener)
	defer e.Listen(b, func(context.Context, int) error { return nil })()
	noError(t, emit())
}
