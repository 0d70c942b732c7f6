package httptransport

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/runtime/session"
)

func TestLimits(t *testing.T) {
	p := newPlace(t, session.WithMaxPayload(64), session.WithMaxSubscriptions(2), session.WithMaxPeers(2))
	ask.Listen(p.bus, func(context.Context, progress) error { return nil })
	pg := p.open(`{"listen":{"tick":{},"other":{}}}`)
	pg.send(`{"listen":{"replay":{},"tick":{}},"id":1}`)
	pg.want(`{"ack":1,"refused":{"replay":{"code":"too_many_listens"}}}`)
	pg.send(`{"listen":{"nope":{},"ask":{}},"id":2}`)
	pg.want(`{"ack":2,"refused":{"nope":{"code":"unknown_event"},"ask":{"code":"wrong_direction"}}}`)
	pg.send(`{"emit":"ask","id":3,"payload":{"id":"` + strings.Repeat("x", 64) + `","n":1}}`)
	if f := pg.next(); f["error"].(object)["code"] != "too_large" {
		t.Errorf("got %v", f)
	}
	p.open(`{"listen":{}}`)
	p.socket(pageOption{}).wantClosed(4429)
	if status, _, _ := p.do("POST", `{"hello":{"listen":{}}}`, "Accept", "text/event-stream"); status != 429 {
		t.Errorf("a stream too many: %d", status)
	}
	pg.send(`{"emit":"ask","id":4,"payload":"` + strings.Repeat("x", 8000) + `"}`)
	pg.wantClosed(1009)
}

func TestRate(t *testing.T) {
	p := newPlace(t, session.WithRate(0.001, 3))
	ask.Listen(p.bus, func(context.Context, progress) error { return nil })
	pg := p.open(`{"listen":{}}`)
	for id := 1; id <= 7; id++ {
		pg.send(fmt.Sprintf(`{"emit":"ask","id":%d,"payload":{"id":"a","n":1}}`, id))
	}
	pg.want(`{"ack":1}`, `{"ack":2}`, `{"ack":3}`, `{"ack":4,"error":{"code":"rate_limited"}}`)
	pg.wantClosed(4429)
	back := p.open(pg.resume(`{}`, 0))
	back.send(`{"listen":{"tick":{}},"id":9}`)
	back.wantClosed(4429) // coming back does not fill the bucket
}

func TestLabels(t *testing.T) {
	p := newPlace(t, session.WithLabels(session.RefuseLabels))
	one := p.open(`{"window":"main","listen":{}}`)
	two := p.socket(pageOption{})
	two.send(`{"hello":{"window":"main","listen":{}}}`)
	two.wantClosed(4423)
	if status, _, _ := p.do("POST", `{"hello":{"window":"main","listen":{}}}`, "Accept", "text/event-stream"); status != 423 {
		t.Errorf("a stream of a taken label: %d", status)
	}
	back := p.open(strings.Replace(one.resume(`{}`, 0), `"w"`, `"main"`, 1))
	one.wantClosed(4409)
	back.cut()
	p.wantPeers(0)
	for p.h.Stats().Connections > 0 {
		runtime.Gosched()
	}
	p.open(`{"window":"main","listen":{}}`)

	q := newPlace(t, session.WithLabels(session.ReplaceLabels), WithAuthenticate(byToken))
	ann := q.open(`{"window":"main","listen":{}}`, pageOption{protocols: bearer("ann")})
	bob := q.open(`{"window":"main","listen":{"tick":{}}}`, pageOption{protocols: bearer("bob")})
	q.open(`{"window":"main","listen":{}}`, pageOption{protocols: bearer("ann")})
	ann.wantClosed(4409)
	emit(t, q.bus, tick, 1)
	bob.want(`{"event":"tick","payload":1}`)
}

func TestStale(t *testing.T) {
	for policy, want := range map[session.StalePolicy][]string{
		session.WarnStale:   {`{"stale":{"tick":"c0"}}`, `{"ack":1}`},
		session.RefuseStale: {`{"stale":{"tick":"c0"}}`, `{"ack":1,"refused":{"tick":{"code":"stale"}}}`},
		session.AllowStale:  {`{"ack":1}`},
	} {
		p := newPlace(t, session.WithStale(policy))
		pg := p.open(`{"listen":{}}`)
		pg.send(`{"listen":{"tick":{"contract":"old"}},"id":1}`)
		pg.want(want...)
	}
}
