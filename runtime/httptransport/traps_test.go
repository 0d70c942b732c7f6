package httptransport

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

// What transports of this kind are known to get wrong, and the test that holds it here. Those of the
// page's side are in runtime/ts/test.
//
//   - A targeted emit reaches others, a plain listen hears events for other windows:
//     TestGuarantee04TargetsReachTheirWindowsAlone.
//   - Registering twice fails, or delivers twice: TestTrapListeningTwice.
//   - An event that nobody declared gets in: TestTrapUndeclaredEvents.
//   - No order: TestGuarantee03ListenAndDeliver, TestGuarantee10FramesAreHandledInOrder.
//   - A bad payload ends the backend: TestTrapBadPayloads, TestGuarantee15PanicsAreContained.
//   - Recovery adds to what listeners get: TestTrapResumedEventsAreTheSame.
//   - Unlisten before the registration has landed fails or leaks: TestTrapUnlistenAtOnce.
//   - A reload leaves old listeners behind: TestTrapReload, TestGuarantee09SessionsEnd.
//   - Events before the listener are lost: TestGuarantee05KeptValuesComeBeforeTheAck.
//   - A reconnect presents the first position for ever: TestTrapSecondReconnect; on the page's side
//     connection.test.ts, "presents the session and the greatest position known".
//   - A server's stream outlives its tab: TestTrapStreamsEndWithTheirTab.
//   - Six connections are all that a browser has: page.test.ts, "another copy of the package joins it"; many
//     events share one, TestTrapOneConnectionCarriesAll.
//   - Retries deliver twice: TestGuarantee11EmitRunsOnce; listen.test.ts, "the same position twice is once".

func TestTrapListeningTwice(t *testing.T) {
	p := newPlace(t)
	pg := p.open(`{"listen":{"tick":{}}}`)
	pg.send(`[{"listen":{"tick":{}},"id":1},{"listen":{"tick":{}},"id":2}]`)
	pg.want(`{"ack":1}`, `{"ack":2}`)
	emit(t, p.bus, tick, 1, 2)
	pg.want(`{"event":"tick","payload":1}`, `{"event":"tick","payload":2}`)
	pg.send(`{"unlisten":["tick"],"id":3}`) // once is enough
	pg.want(`{"ack":3}`)
	if tick.HasListeners(p.bus) {
		t.Error("the bus believes that the page listens")
	}
}

func TestTrapUndeclaredEvents(t *testing.T) {
	p := newPlace(t)
	var seen atomic.Int32
	eventbus.ListenAny(p.bus, func(context.Context, eventbus.Delivery) error { seen.Add(1); return nil })
	bystander := p.open(`{"listen":{"tick":{},"message":{}}}`)
	for _, pg := range []*page{p.open(`{"listen":{}}`), p.stream(`{"listen":{}}`)} {
		for id, event := range []string{"undeclared", "", "tick\x00", "TICK"} {
			pg.send(fmt.Sprintf(`{"emit":%s,"id":%d,"payload":1}`, show(event), id))
			if f := pg.next(); f["error"].(object)["code"] != "unknown_event" {
				t.Errorf("%q is answered with %v", event, f)
			}
		}
	}
	emit(t, p.bus, tick, 1)
	bystander.want(`{"event":"tick","payload":1}`)
	if n := seen.Load(); n != 1 {
		t.Errorf("Go saw %d events, want its own alone", n)
	}
}

func TestTrapBadPayloads(t *testing.T) {
	p := newPlace(t)
	ask.Listen(p.bus, func(context.Context, progress) error { t.Error("a bad payload got through"); return nil })
	pg := p.open(`{"listen":{"tick":{}}}`)
	for _, payload := range []string{
		`7`, `"text"`, `[]`, `{"id":7}`, `{"id":"a","n":"7"}`, `{"id":"a","n":1.5}`, `{"id":"a","n":1e400}`,
		strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000),
	} {
		pg.send(`{"emit":"ask","id":1,"payload":` + payload + `}`)
		f, err := pg.tryNext()
		if err != nil {
			t.Fatalf("%.40s: %v", payload, err)
		}
		if e, _ := f["error"].(object); e["code"] != "invalid_payload" {
			t.Errorf("%.40s: %v", payload, f)
		}
		pg = p.open(`{"listen":{"tick":{}}}`) // ids begin anew
	}
	emit(t, p.bus, tick, 1)
	pg.want(`{"event":"tick","payload":1}`)
}

func TestTrapResumedEventsAreTheSame(t *testing.T) {
	p := newPlace(t)
	witness := p.open(`{"listen":{"tick":{},"other":{}}}`)
	pg := p.open(`{"listen":{"tick":{},"other":{}}}`)
	pg.cut()
	p.wantPeers(1)
	emit(t, p.bus, tick, 1)
	emit(t, p.bus, other, "text")
	back := p.open(pg.resume(`{"tick":{},"other":{}}`, pg.at()))
	for range 2 {
		if got, want := show(back.next()), show(witness.next()); got != want {
			t.Errorf("got %s after a resume, %s without", got, want)
		}
	}
}

func TestTrapUnlistenAtOnce(t *testing.T) {
	p := newPlace(t)
	pg := p.open(`{"listen":{"other":{}}}`)
	pg.send(`[{"unlisten":["tick"],"id":1},{"listen":{"tick":{}},"id":2},{"unlisten":["tick"],"id":3}]`)
	pg.want(`{"ack":1}`, `{"ack":2}`, `{"ack":3}`)
	emit(t, p.bus, tick, 1)
	emit(t, p.bus, other, "still heard")
	pg.want(`{"event":"other","payload":"still heard"}`)
	if tick.HasListeners(p.bus) {
		t.Error("a subscription is left behind")
	}
}

func TestTrapReload(t *testing.T) {
	p := newPlace(t)
	pg := p.open(`{"window":"main","listen":{"tick":{}}}`)
	for range 3 { // a page that is loaded again knows nothing of the session
		pg.cut()
		p.wantPeers(0)
		pg = p.open(`{"window":"main","listen":{"tick":{}}}`)
	}
	p.wantPeers(1)
	emit(t, p.bus, tick, 1)
	noError(t, tick.EmitTo(background, p.bus, eventbus.Window("main"), 2))
	pg.want(`{"event":"tick","payload":1}`, `{"event":"tick","payload":2}`)
	pg.send(`{"unlisten":["tick"],"id":1}`)
	pg.want(`{"ack":1}`)
}

func TestTrapSecondReconnect(t *testing.T) {
	p := newPlace(t)
	pg := p.open(`{"listen":{"tick":{}}}`)
	session, at := pg.welcome["session"], pg.at()
	for n := range 4 {
		pg.cut()
		p.wantPeers(0)
		emit(t, p.bus, tick, n)
		pg = p.open(pg.resume(`{"tick":{}}`, at))
		if pg.welcome["session"] != session || pg.welcome["resumed"] != true {
			t.Errorf("welcome is %v", pg.welcome)
		}
		f := pg.next()
		if f["payload"] != float64(n) {
			t.Fatalf("reconnect %d gets %v", n, f)
		}
		at = f["seq"].(float64)
	}
}

func TestTrapStreamsEndWithTheirTab(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil, session.WithResume(0))
		stream := p.stream(`{"listen":{"tick":{}}}`)
		socket := p.open(`{"listen":{"tick":{}}}`)
		stream.cut()
		socket.cut()
		time.Sleep(2 * time.Second) // the janitor has looked
		if tick.HasListeners(p.bus) || p.h.Stats().Connections != 0 || len(p.bus.Peers()) != 0 || p.h.Stats().Sessions != 0 {
			t.Error("something of the page is left")
		}
	})
}

func TestTrapOneConnectionCarriesAll(t *testing.T) {
	p := newPlace(t)
	for _, pg := range []*page{
		p.open(`{"listen":{"tick":{},"other":{},"lossy":{},"sticky":{},"latest":{},"replay":{}}}`),
		p.stream(`{"listen":{"tick":{},"other":{},"lossy":{},"sticky":{},"latest":{},"replay":{}}}`),
	} {
		peers := p.h.Stats().Connections
		emit(t, p.bus, tick, 1)
		emit(t, p.bus, other, "a")
		emit(t, p.bus, lossy, "b")
		pg.want(`{"event":"tick","payload":1}`, `{"event":"other","payload":"a"}`, `{"event":"lossy","payload":"b"}`)
		if p.h.Stats().Connections != peers {
			t.Errorf("%d connections, want %d", p.h.Stats().Connections, peers)
		}
	}
}
