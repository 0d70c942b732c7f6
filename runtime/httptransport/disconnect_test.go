package httptransport

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

func identity(name string) eventbus.Target {
	return eventbus.Where(func(p eventbus.Peer) bool { return p.Identity == name })
}

// An operator ends clients by peer, identity or label, whether they are there or away, over any transport.
func TestGuarantee12Disconnect(t *testing.T) {
	p := newPlace(t, WithAuthenticate(byToken))
	as := func(token, label string) *page {
		return p.open(`{"window":"`+label+`","listen":{"tick":{}}}`, pageOption{protocols: bearer(token)})
	}
	ann, side, bob := as("ann", "main"), as("ann", "side"), as("bob", "main")
	stream := p.stream(`{"window":"main","listen":{"tick":{}}}`, "Authorization", "Bearer ann")
	p.wantSynced()
	if n := p.h.Disconnect(identity("nobody")); n != 0 {
		t.Errorf("%d clients of nobody", n)
	}
	var id string
	for _, peer := range p.bus.Peers() {
		if peer.Window == "side" {
			id = peer.ID
		}
	}
	if n := p.h.Disconnect(eventbus.Where(func(p eventbus.Peer) bool { return p.ID == id })); n != 1 {
		t.Errorf("%d clients of one ID", n)
	}
	side.wantClosed(session.CloseForbidden)
	if n := p.h.Disconnect(identity("ann")); n != 2 {
		t.Errorf("%d clients of ann, want 2", n)
	}
	if n := len(p.bus.Peers()); n != 1 {
		t.Errorf("%d peers are left", n)
	}
	emit(t, p.bus, tick, 1)
	ann.wantClosed(session.CloseForbidden)
	stream.wantClosed(session.CloseForbidden)
	bob.want(`{"event":"tick","payload":1}`)
	if status, _, _ := p.do(http.MethodPost, `{"unlisten":[],"id":1}`, "Eventgen-Peer", stream.welcome["peer"].(string), "Authorization", "Bearer ann"); status != http.StatusConflict {
		t.Errorf("a POST to a stream that was ended: %d", status)
	}
	// The sessions are gone: whoever is let in again begins anew.
	back := p.open(ann.resume(`{"tick":{}}`, ann.at()), pageOption{protocols: bearer("ann")})
	if back.welcome["session"] == ann.welcome["session"] || back.welcome["resumed"] != nil {
		t.Errorf("welcome is %v", back.welcome)
	}
	if n := p.h.Disconnect(eventbus.Window("main")); n != 1 {
		t.Errorf("%d clients of one label, want bob's", n)
	}
	bob.wantClosed(session.CloseForbidden)
	back.cut()
	p.h.Disconnect(eventbus.All)
	for p.h.Stats().Connections > 0 {
		runtime.Gosched()
	}
	if left := p.h.Stats(); left.Away > 0 || left.Sessions > 0 {
		t.Errorf("left are %+v", left)
	}
}

func TestGuarantee12DisconnectEndsWhoIsAway(t *testing.T) {
	p := newPlace(t, WithAuthenticate(byToken))
	var pages []*page
	for _, token := range []string{"ann", "bob"} {
		pg := p.open(`{"window":"w","listen":{"tick":{}}}`, pageOption{protocols: bearer(token)})
		pg.cut()
		pages = append(pages, pg)
	}
	p.wantPeers(0)
	emit(t, p.bus, tick, 1)
	if n := p.h.Disconnect(identity("ann")); n != 1 {
		t.Errorf("%d clients of ann", n)
	}
	for i, token := range []string{"ann", "bob"} {
		back := p.open(pages[i].resume(`{"tick":{}}`, pages[i].at()), pageOption{protocols: bearer(token)})
		if resumed := back.welcome["resumed"] == true; resumed != (token == "bob") {
			t.Errorf("%s: welcome is %v", token, back.welcome)
		}
		back.cut()
	}
	p.wantPeers(0)
	if n := p.h.Disconnect(eventbus.Window("w")); n != 2 {
		t.Errorf("%d clients of one label", n)
	}
	if tick.HasListeners(p.bus) {
		t.Error("subscriptions are left behind")
	}
}

// A client whose credentials were checked before a Disconnect, and which is not connected yet, is checked again.
func TestGuarantee12DisconnectMeetsWhoIsConnecting(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	var banned atomic.Bool
	p := newPlace(t, WithAuthenticate(func(*http.Request) (eventbus.Peer, time.Time, error) {
		if banned.Load() {
			return eventbus.Peer{}, time.Time{}, session.ErrForbidden
		}
		entered <- struct{}{}
		<-leave
		return eventbus.Peer{Identity: "ann"}, time.Time{}, nil
	}))
	for _, open := range []func(){
		func() { p.socket(pageOption{}).wantClosed(session.CloseGoingAway) },
		func() {
			if status, _, _ := p.do(http.MethodPost, `{"hello":{"listen":{}}}`, "Accept", "text/event-stream"); status != http.StatusServiceUnavailable {
				t.Errorf("a stream: %d", status)
			}
		},
	} {
		done := make(chan struct{})
		go func() { defer close(done); open() }()
		<-entered
		p.h.Disconnect(identity("ann"))
		leave <- struct{}{}
		<-done
	}
	banned.Store(true)
	p.socket(pageOption{}).wantClosed(session.CloseForbidden)
	// One that has not said hello is connected.
	banned.Store(false)
	go func() { <-entered; leave <- struct{}{} }()
	pg := p.socket(pageOption{})
	for p.h.Stats().Connections == 0 {
		runtime.Gosched()
	}
	if n := p.h.Disconnect(identity("ann")); n != 1 {
		t.Errorf("%d clients before their hello", n)
	}
	pg.wantClosed(session.CloseForbidden)
}

// One whose hello or listen is being authorised ends, with what it is about to listen to.
func TestGuarantee12DisconnectMeetsListens(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	p := newPlace(t, session.WithAuthorizeListen(func(context.Context, eventbus.Peer, string) error {
		entered <- struct{}{}
		<-leave
		return nil
	}))
	status := make(chan int)
	go func() {
		got, _, _ := p.do(http.MethodPost, `{"hello":{"window":"w","listen":{"tick":{}}}}`, "Accept", "text/event-stream")
		status <- got
	}()
	<-entered
	pg := p.open(`{"window":"w","listen":{}}`)
	pg.send(`{"listen":{"tick":{}},"id":1}`)
	<-entered
	if n := p.h.Disconnect(eventbus.Window("w")); n != 2 {
		t.Errorf("%d clients that say hello, or listen", n)
	}
	close(leave)
	pg.wantClosed(session.CloseForbidden)
	for p.h.Stats().Connections > 0 {
		runtime.Gosched()
	}
	if got := <-status; got != http.StatusForbidden {
		t.Errorf("answered with %d", got)
	}
	if tick.HasListeners(p.bus) {
		t.Error("a subscription is left behind")
	}
}

func TestGuarantee12Revoke(t *testing.T) {
	revoked := false
	p := newPlace(t, session.WithAuthorizeListen(func(_ context.Context, peer eventbus.Peer, event string) error {
		if revoked && peer.Window == "main" && event == "tick" {
			return errors.New("no longer")
		}
		return nil
	}))
	pg, side := p.open(`{"window":"main","listen":{"tick":{},"other":{}}}`), p.open(`{"window":"side","listen":{"tick":{}}}`)
	emit(t, p.bus, tick, 1)
	pg.want(`{"event":"tick","payload":1}`)
	p.wantSynced()
	revoked = true
	if n := p.h.Revoke(eventbus.Window("main"), "tick", "sticky"); n != 1 {
		t.Errorf("%d subscriptions", n)
	}
	emit(t, p.bus, tick, 2)
	emit(t, p.bus, other, "still")
	pg.want(`{"refused":{"tick":{"code":"forbidden"}}}`, `{"event":"other","payload":"still"}`)
	side.want(`{"event":"tick","payload":1}`, `{"event":"tick","payload":2}`)
	pg.send(`{"listen":{"tick":{}},"id":1}`)
	pg.want(`{"ack":1,"refused":{"tick":{"code":"forbidden"}}}`)
	// Of one that is away, too.
	side.cut()
	p.wantPeers(1)
	if n := p.h.Revoke(eventbus.Window("side"), "tick"); n != 1 {
		t.Errorf("%d subscriptions of a client that is away", n)
	}
	if tick.HasListeners(p.bus) {
		t.Error("a subscription is left behind")
	}
}

// A listen that was authorised before a Revoke, and holds only after it, is authorised again. So is a hello, which
// nothing comes before.
func TestGuarantee12RevokeMeetsListens(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	var asks, revoked atomic.Bool
	p := newPlace(t, session.WithAuthorizeListen(func(_ context.Context, _ eventbus.Peer, event string) error {
		switch {
		case event != "tick":
			return nil
		case revoked.Load():
			return errors.New("no longer")
		case asks.Load():
			entered <- struct{}{}
			<-leave
		}
		return nil
	}))
	old := p.open(`{"window":"w","listen":{"tick":{},"other":{}}}`)
	asks.Store(true)
	pg := p.open(`{"listen":{}}`)
	pg.send(`{"listen":{"tick":{}},"id":1}`)
	<-entered
	back := p.socket(pageOption{})
	back.send(`{"hello":` + old.resume(`{"tick":{},"other":{}}`, old.at()) + `}`)
	<-entered
	revoked.Store(true)
	p.h.Revoke(eventbus.All, "tick")
	emit(t, p.bus, other, "heard")
	close(leave)
	pg.want(`{"ack":1,"refused":{"tick":{"code":"forbidden"}}}`)
	back.takeWelcome()
	if got := show(back.welcome["refused"]); got != `{"tick":{"code":"forbidden"}}` {
		t.Errorf("welcome is %v", back.welcome)
	}
	back.want(`{"event":"other","payload":"heard"}`)
}
