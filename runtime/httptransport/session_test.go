package httptransport

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

func TestGuarantee09SessionsEnd(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil)
		pg := p.open(`{"listen":{"tick":{}}}`)
		pg.cut()
		time.Sleep(time.Minute)
		if !tick.HasListeners(p.bus) {
			t.Error("the session is gone too early")
		}
		time.Sleep(time.Minute + 5*time.Second)
		if tick.HasListeners(p.bus) || p.h.Stats().Sessions != 0 {
			t.Error("the session is still there")
		}
	})
}

func TestResumedEventsAreTheSame(t *testing.T) {
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

func TestReload(t *testing.T) {
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

func TestSecondReconnect(t *testing.T) {
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

func TestStreamsEndWithTheirTab(t *testing.T) {
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

// TestSessionHasOneConnection has a page come back over many connections at once. One of them stays, and
// an emit that all of them send runs once.
func TestSessionHasOneConnection(t *testing.T) {
	const at = 6
	p := newPlace(t)
	for round := range 20 {
		first := p.open(`{"window":"w","listen":{"tick":{}}}`)
		hello := first.resume(`{"tick":{}}`, first.at())
		var opened, all sync.WaitGroup
		opened.Add(at)
		got := make(chan *page, at)
		for range at {
			all.Go(func() {
				pg := p.socket(pageOption{})
				pg.send(`{"hello":` + hello + `}`)
				f, err := pg.tryNext()
				opened.Done()
				for err == nil && f["event"] == nil {
					f, err = pg.tryNext()
				}
				var c closed
				switch {
				case err == nil:
					got <- pg
				case !errors.As(err, &c) || c.code != session.CloseReplaced:
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		opened.Wait()
		emit(t, p.bus, tick, round)
		all.Wait()
		if len(got) != 1 {
			t.Fatalf("round %d: %d connections got the event", round, len(got))
		}
		first.wantClosed(session.CloseReplaced)
		last := <-got
		last.cut()
		p.wantPeers(0)
	}
}
