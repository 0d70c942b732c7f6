package httptransport

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// What transports of this kind are known to get wrong, and the test that holds it here. Those of the
// page's side are in runtime/ts/test.
//
//   - A targeted emit reaches others, a plain listen hears events for other windows:
//     TestGuarantee04TargetsReachTheirWindowsAlone.
//   - Registering twice fails, or delivers twice: TestListeningTwice.
//   - An event that nobody declared gets in: TestUndeclaredEvents.
//   - No order: TestGuarantee03ListenAndDeliver, TestGuarantee10FramesAreHandledInOrder.
//   - A bad payload ends the backend: TestBadPayloads, TestGuarantee15PanicsAreContained.
//   - Recovery adds to what listeners get: TestResumedEventsAreTheSame.
//   - Unlisten before the registration has landed fails or leaks: TestUnlistenAtOnce.
//   - A reload leaves old listeners behind: TestReload, TestGuarantee09SessionsEnd.
//   - Events before the listener are lost: TestGuarantee05KeptValuesComeBeforeTheAck.
//   - A reconnect presents the first position for ever: TestSecondReconnect; on the page's side
//     connection.test.ts, "presents the session and the greatest position known".
//   - A server's stream outlives its tab: TestStreamsEndWithTheirTab.
//   - Six connections are all that a browser has: page.test.ts, "another copy of the package joins it"; many
//     events share one, TestOneConnectionCarriesAll.
//   - Retries deliver twice: TestGuarantee11EmitRunsOnce; listen.test.ts, "the same position twice is once".

func TestGuarantee10FramesAreHandledInOrder(t *testing.T) {
	p := newPlace(t)
	ran := make(chan int, 100)
	ask.Listen(p.bus, func(_ context.Context, a progress) error { ran <- a.N; return nil })
	for _, pg := range []*page{p.open(`{"listen":{}}`), p.stream(`{"listen":{}}`)} {
		for n := range 100 {
			pg.send(fmt.Sprintf(`{"emit":"ask","id":%d,"payload":{"id":"a","n":%d}}`, n, n))
		}
		for n := range 100 {
			pg.want(fmt.Sprintf(`{"ack":%d}`, n))
			if got := <-ran; got != n {
				t.Fatalf("ran %d, want %d", got, n)
			}
		}
	}
}

func TestListeningTwice(t *testing.T) {
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

func TestUndeclaredEvents(t *testing.T) {
	p := newPlace(t)
	var seen atomic.Int32
	p.bus.ListenAny(func(context.Context, eventbus.Delivery) error { seen.Add(1); return nil })
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

func TestBadPayloads(t *testing.T) {
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

func TestUnlistenAtOnce(t *testing.T) {
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

func TestOneConnectionCarriesAll(t *testing.T) {
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
