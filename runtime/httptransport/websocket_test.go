package httptransport

import (
	"context"
	"errors"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

func TestGuarantee03ListenAndDeliver(t *testing.T) {
	p := newPlace(t)
	pg := p.open(`{"window":"main","listen":{"tick":{"contract":"c0"}}}`)
	if pg.welcome["epoch"] != p.epoch() || pg.welcome["heartbeat"] != 25.0 || pg.welcome["max"] != 69632.0 {
		t.Errorf("welcome is %v", pg.welcome)
	}
	emit(t, p.bus, tick, 1, 2)
	emit(t, p.bus, other, "unheard")
	pg.want(`{"event":"tick","payload":1}`, `{"event":"tick","payload":2}`)

	pg.send(`{"listen":{"other":{"contract":""}},"id":1}`)
	pg.want(`{"ack":1}`)
	emit(t, p.bus, other, "heard")
	emit(t, p.bus, tick, 3)
	pg.want(`{"event":"other","payload":"heard"}`, `{"event":"tick","payload":3}`)

	pg.send(`{"unlisten":["tick","never"],"id":2}`)
	pg.want(`{"ack":2}`)
	emit(t, p.bus, tick, 4)
	emit(t, p.bus, other, "still")
	pg.want(`{"event":"other","payload":"still"}`)

	noError(t, private.EmitTo(background, p.bus, eventbus.Window("main"), 1))
	pg.send(`[{"listen":{"private":{}},"id":3},{"unlisten":["other"],"id":4}]`)
	pg.want(`{"ack":3}`, `{"ack":4}`)
	noError(t, private.EmitTo(background, p.bus, eventbus.Window("main"), 2))
	pg.want(`{"event":"private","payload":2}`)
}

func TestGuarantee04TargetsReachTheirWindowsAlone(t *testing.T) {
	p := newPlace(t)
	main := p.open(`{"window":"main","listen":{"tick":{}}}`)
	side := p.open(`{"window":"side","listen":{"tick":{}}}`)
	noError(t, tick.EmitTo(background, p.bus, eventbus.Window("side"), 1))
	noError(t, tick.EmitTo(background, p.bus, eventbus.Except(eventbus.Window("side")), 2))
	noError(t, tick.EmitTo(background, p.bus, eventbus.Where(func(p eventbus.Peer) bool { return p.Window == "side" }), 3))
	emit(t, p.bus, tick, 4)
	main.want(`{"event":"tick","payload":2}`, `{"event":"tick","payload":4}`)
	side.want(`{"event":"tick","payload":1}`, `{"event":"tick","payload":3}`, `{"event":"tick","payload":4}`)
}

func TestKeysAreFilteredHere(t *testing.T) {
	p := newPlace(t)
	emit(t, p.bus, sticky, progress{"a", 1}, progress{"b", 2}, progress{"c", 3})
	pg := p.open(`{"listen":{"sticky":{"keys":["a"]}}}`)
	pg.want(`{"event":"sticky","payload":{"id":"a","n":1}}`)
	emit(t, p.bus, sticky, progress{"b", 4}, progress{"a", 5})
	pg.want(`{"event":"sticky","payload":{"id":"a","n":5}}`)
	pg.send(`{"listen":{"sticky":{"keys":["a","b"]}},"id":1}`)
	pg.want(`{"event":"sticky","payload":{"id":"b","n":4}}`, `{"ack":1}`)
	pg.send(`{"listen":{"sticky":{}},"id":2}`)
	pg.want(`{"event":"sticky","payload":{"id":"c","n":3}}`)
}

func TestGuarantee05KeptValuesComeBeforeTheAck(t *testing.T) {
	p := newPlace(t)
	emit(t, p.bus, replay, 1, 2, 3)
	emit(t, p.bus, sticky, progress{"a", 1}, progress{"a", 2})
	pg := p.open(`{"listen":{}}`)
	pg.send(`{"listen":{"replay":{},"sticky":{}},"id":1}`)
	pg.want(`{"event":"replay","payload":2}`, `{"event":"replay","payload":3}`,
		`{"event":"sticky","payload":{"id":"a","n":2}}`, `{"ack":1}`)
	pg.send(`{"listen":{"replay":{},"sticky":{}},"id":2}`)
	pg.want(`{"ack":2}`)
}

func TestGuarantee10ListenersRunBeforeTheAck(t *testing.T) {
	p := newPlace(t)
	failing := errors.New("not the page's business")
	ask.Listen(p.bus, func(ctx context.Context, a progress) error {
		switch a.ID {
		case "reject":
			return eventbus.Reject("busy", "come back later")
		case "fail":
			return failing
		}
		return tick.Emit(ctx, p.bus, a.N)
	})
	pg := p.open(`{"window":"main","listen":{"tick":{}}}`)
	pg.send(`{"emit":"ask","id":1,"payload":{"id":"a","n":7}}`)
	pg.want(`{"event":"tick","payload":7}`, `{"ack":1}`)
	pg.send(`[{"emit":"ask","id":2,"payload":{"id":"reject","n":1}},{"emit":"ask","id":3,"payload":{"id":"fail","n":1}}]`)
	pg.want(`{"ack":2,"error":{"code":"busy","message":"come back later"}}`, `{"ack":3,"error":{"code":"internal"}}`)
	pg.send(`{"emit":"ask","id":4,"payload":{"id":7}}`)
	if f := pg.next(); f["ack"] != 4.0 || f["error"].(object)["code"] != "invalid_payload" {
		t.Errorf("got %v", f)
	}
	pg.send(`{"emit":"empty","id":5}`)
	pg.want(`{"ack":5,"error":{"code":"no_listener"}}`)
	pg.send(`{"emit":"tick","id":6,"payload":1}`)
	pg.want(`{"ack":6,"error":{"code":"wrong_direction"}}`)
	pg.send(`{"emit":"nope","id":7,"payload":1}`)
	pg.want(`{"ack":7,"error":{"code":"unknown_event"}}`)
}

func TestGuarantee06ResumeWithoutLossOrRepeat(t *testing.T) {
	p := newPlace(t)
	listen := `{"tick":{},"sticky":{}}`
	pg := p.open(`{"window":"w","listen":` + listen + `}`)
	emit(t, p.bus, tick, 1)
	seq := pg.next()["seq"].(float64)
	pg.cut()
	p.wantPeers(0)
	emit(t, p.bus, tick, 2)
	emit(t, p.bus, sticky, progress{"a", 1})
	noError(t, tick.EmitTo(background, p.bus, eventbus.Window("w"), 3))
	noError(t, tick.EmitTo(background, p.bus, eventbus.Window("x"), 4))

	back := p.open(pg.resume(listen, seq))
	if back.welcome["resumed"] != true || back.at() != seq || back.welcome["session"] != pg.welcome["session"] {
		t.Errorf("welcome is %v", back.welcome)
	}
	if back.welcome["peer"] == pg.welcome["peer"] {
		t.Error("the connection's name is that of the last one")
	}
	emit(t, p.bus, tick, 5)
	back.want(`{"event":"tick","payload":2}`, `{"event":"sticky","payload":{"id":"a","n":1}}`,
		`{"event":"tick","payload":3}`, `{"event":"tick","payload":5}`)
}

func TestGuarantee08ResumeReplacesAHalfOpenConnection(t *testing.T) {
	p := newPlace(t)
	pg := p.open(`{"listen":{"tick":{}}}`)
	back := p.open(pg.resume(`{"tick":{}}`, pg.at()))
	pg.wantClosed(4409)
	emit(t, p.bus, tick, 1)
	back.want(`{"event":"tick","payload":1}`)
	p.wantPeers(1)
}

func TestGuarantee07ResumeTellsOfGaps(t *testing.T) {
	p := newPlaceOn(t, nil, []eventbus.Option{eventbus.WithLog(4096, 0)})
	pg := p.open(`{"listen":{"tick":{},"other":{},"sticky":{}}}`)
	emit(t, p.bus, other, "seen")
	seq := pg.next()["seq"].(float64)
	pg.cut()
	p.wantPeers(0)
	for i := range 100 {
		emit(t, p.bus, tick, i)
	}
	emit(t, p.bus, other, "lost")
	emit(t, p.bus, sticky, progress{"a", 1})
	back := p.open(pg.resume(`{"tick":{},"other":{},"sticky":{}}`, seq))
	if back.welcome["resumed"] != nil || back.welcome["session"] != pg.welcome["session"] {
		t.Errorf("welcome is %v", back.welcome)
	}
	back.want(`{"gap":{"events":{"tick":null,"other":1,"sticky":1}}}`, `{"event":"sticky","payload":{"id":"a","n":1}}`)
	emit(t, p.bus, tick, 7)
	back.want(`{"event":"tick","payload":7}`)

	stranger := p.open(`{"listen":{"tick":{}},"resume":{"ticket":"unknown","epoch":"another","seq":3}}`)
	stranger.want(`{"gap":{"events":{"tick":null}}}`)
	if stranger.welcome["session"] == "unknown" {
		t.Error("a session that the page made up")
	}
}

func TestGuarantee11EmitRunsOnce(t *testing.T) {
	p := newPlace(t)
	ran := 0
	entered, leave := make(chan struct{}, 1), make(chan struct{})
	ask.Listen(p.bus, func(context.Context, progress) error {
		ran++
		entered <- struct{}{}
		<-leave
		return nil
	})
	pg := p.open(`{"listen":{}}`)
	pg.send(`{"emit":"ask","id":5,"payload":{"id":"a","n":1}}`)
	<-entered
	back := p.open(pg.resume(`{}`, pg.at()))
	back.send(`{"emit":"ask","id":5,"payload":{"id":"a","n":1}}`)
	close(leave)
	back.want(`{"ack":5}`)
	back.send(`[{"emit":"ask","id":5,"payload":{"id":"a","n":1}},{"emit":"ask","id":4,"payload":{"id":"a","n":1}}]`)
	back.want(`{"ack":5}`)
	if f := back.next(); f["ack"] != 4.0 || f["error"].(object)["code"] != "outcome_unknown" {
		t.Errorf("got %v", f)
	}
	if ran != 1 {
		t.Errorf("ran %d times", ran)
	}
}

func TestRelayNeedsAuthorization(t *testing.T) {
	p := newPlace(t)
	pg := p.open(`{"window":"a","listen":{"message":{}}}`)
	pg.send(`{"emit":"message","id":1,"payload":"hi","to":{"window":"a"}}`)
	pg.want(`{"ack":1,"error":{"code":"forbidden","message":"the backend authorizes no relays"}}`)

	q := newPlace(t, session.WithAuthorizeEmit(func(_ context.Context, peer eventbus.Peer, event string, to eventbus.Target) error {
		if label, _ := to.Label(); label == "secret" || event != "message" {
			return errors.New("no")
		}
		return nil
	}))
	one := q.open(`{"window":"a","listen":{"message":{}}}`)
	two := q.open(`{"window":"a","listen":{"message":{}}}`)
	one.send(`{"emit":"message","id":1,"payload":"hi","to":{"window":"a"}}`)
	one.want(`{"ack":1}`)
	two.want(`{"event":"message","payload":"hi"}`)
	one.send(`{"emit":"message","id":2,"payload":"hi","to":{"window":"secret"}}`)
	one.want(`{"ack":2,"error":{"code":"forbidden"}}`)
	one.send(`{"emit":"message","id":3,"payload":"hi","to":{"window":"nobody"}}`)
	one.want(`{"ack":3,"error":{"code":"no_target"}}`)
	one.send(`{"emit":"message","id":4,"payload":"hi","to":{"all":true}}`)
	one.want(`{"ack":4,"error":{"code":"invalid_target"}}`)
	one.send(`{"emit":"ask","id":5,"payload":{"id":"a","n":1},"to":{"window":"a"}}`)
	one.want(`{"ack":5,"error":{"code":"wrong_audience","message":"the event is not relayed to windows"}}`)
}
