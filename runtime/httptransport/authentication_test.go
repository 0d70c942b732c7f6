package httptransport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

// byToken knows pages by their bearer tokens: the identity up to a slash, and groups behind it.
func byToken(r *http.Request) (eventbus.Peer, time.Time, error) {
	token := strings.TrimSpace(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer"))
	for _, protocol := range r.Header["Sec-Websocket-Protocol"] {
		if strings.Contains(protocol, "bearer") {
			return eventbus.Peer{}, time.Time{}, errors.New("the token is shown twice")
		}
	}
	identity, group, _ := strings.Cut(token, "/")
	switch identity {
	case "":
		return eventbus.Peer{}, time.Time{}, errors.New("no token")
	case "forbidden":
		return eventbus.Peer{}, time.Time{}, fmt.Errorf("not here: %w", session.ErrForbidden)
	case "panic":
		panic("an authentication that panics")
	}
	return eventbus.Peer{Identity: identity, Groups: []string{group}}, time.Now().Add(time.Minute), nil
}

func TestGuarantee12StrangersAreNotRead(t *testing.T) {
	p := newPlace(t, WithAuthenticate(byToken))
	for _, header := range []string{"Eventgen-Peer", "Accept"} {
		b := new(body)
		r := p.request(http.MethodPost, "", header, "text/event-stream")
		r.Body = b
		answer := new(answer)
		p.h.ServeHTTP(answer, r)
		if answer.status != http.StatusUnauthorized || b.read {
			t.Errorf("%s: %d, the body was read: %v", header, answer.status, b.read)
		}
	}
}

// body tells whether it has been read.
type body struct{ read bool }

func (b *body) Read([]byte) (int, error) { b.read = true; return 0, io.EOF }

func (b *body) Close() error { return nil }

func TestGuarantee12RefusedPagesLearnWhy(t *testing.T) {
	p := newPlace(t, WithAuthenticate(byToken))
	for token, want := range map[string]int{"": 4401, "forbidden": 4403, "panic": 1011} {
		o := pageOption{}
		if token != "" {
			o.protocols = bearer(token)
		}
		p.socket(o).wantClosed(want)
	}
	pg := p.open(`{"listen":{}}`, pageOption{protocols: bearer("ann/admins")})
	if pg.welcome["expiresIn"].(float64) > 60 {
		t.Errorf("welcome is %v", pg.welcome)
	}
	if peers := p.bus.Peers(); len(peers) != 1 || peers[0].Identity != "ann" || !peers[0].In("admins") {
		t.Errorf("peers are %v", peers)
	}
	if strings.Contains(p.log.String(), "YW5u") {
		t.Error("a token is in the log")
	}
}

func TestRenewalKeepsSubscriptions(t *testing.T) {
	p := newPlace(t, WithAuthenticate(byToken), session.WithAuthorizeListen(func(_ context.Context, peer eventbus.Peer, event string) error {
		if event == "other" && !peer.In("admins") {
			return eventbus.Reject("not_yours", "for admins")
		}
		return nil
	}))
	pg := p.open(`{"listen":{"tick":{},"other":{}}}`, pageOption{protocols: bearer("ann/admins")})
	pg.send(`{"auth":"ann/admins"}`)
	if f := pg.next(); f["auth"] == nil {
		t.Errorf("got %v", f)
	}
	pg.send(`{"auth":"ann/users"}`)
	if f := pg.next(); f["auth"] == nil {
		t.Errorf("got %v", f)
	}
	pg.want(`{"refused":{"other":{"code":"not_yours","message":"for admins"}}}`)
	emit(t, p.bus, other, "secret")
	emit(t, p.bus, tick, 1)
	noError(t, tick.EmitTo(background, p.bus, eventbus.Group("admins"), 2))
	noError(t, tick.EmitTo(background, p.bus, eventbus.Group("users"), 3))
	pg.want(`{"event":"tick","payload":1}`, `{"event":"tick","payload":3}`)
	pg.send(`{"auth":"bob/users"}`)
	pg.wantClosed(4403)

	again := p.open(`{"listen":{}}`, pageOption{protocols: bearer("ann/admins")})
	again.send(`{"auth":""}`)
	again.wantClosed(4401)
}

func TestGuarantee12ResumedEntriesAreAuthorizedAgain(t *testing.T) {
	p := newPlace(t, WithAuthenticate(byToken), session.WithAuthorizeListen(func(_ context.Context, peer eventbus.Peer, event string) error {
		if event == "other" && !peer.In("admins") {
			return errors.New("internal detail")
		}
		return nil
	}))
	pg := p.open(`{"listen":{"tick":{},"other":{}}}`, pageOption{protocols: bearer("ann/admins")})
	at := pg.at()
	pg.cut()
	p.wantPeers(0)
	emit(t, p.bus, other, "secret")
	noError(t, tick.EmitTo(background, p.bus, eventbus.Group("admins"), 1))
	emit(t, p.bus, tick, 2)
	back := p.open(pg.resume(`{"tick":{},"other":{}}`, at), pageOption{protocols: bearer("ann/users")})
	if got := show(back.welcome["refused"]); got != `{"other":{"code":"forbidden"}}` {
		t.Errorf("refused are %s", got)
	}
	back.want(`{"event":"tick","payload":2}`)
}

func TestCredentialsEnd(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil, WithAuthenticate(byToken))
		pg := p.open(`{"listen":{}}`, pageOption{protocols: bearer("ann")})
		start := time.Now()
		pg.wantClosed(4401)
		if d := time.Since(start); d < time.Minute || d > 62*time.Second {
			t.Errorf("after %v", d)
		}
	})
}
