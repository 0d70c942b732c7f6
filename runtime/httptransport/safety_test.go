package httptransport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
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

func TestGuarantee13Origins(t *testing.T) {
	p := newPlace(t, WithAllowOrigins("https://*.example.com", "http://localhost:*"))
	for origin, want := range map[string]bool{
		"":                          true,
		p.url:                       true,
		"https://app.example.com":   true,
		"https://APP.example.com":   true,
		"http://localhost:5173":     true,
		"http://app.example.com":    false,
		"https://example.com":       false,
		"https://a.b.example.com":   false,
		"https://app.example.com.x": false,
		"https://evil.example":      false,
		"null":                      false,
	} {
		o := pageOption{header: http.Header{}}
		if origin != "" {
			o.header.Set("Origin", origin)
		}
		pg, err := p.trySocket(o)
		if (err == nil) != want {
			t.Errorf("%q: %v", origin, err)
		}
		if err == nil {
			pg.cut()
		}
	}
	if !strings.Contains(p.log.String(), `httptransport.WithAllowOrigins(\"https://evil.example\")`) {
		t.Errorf("the log is %s", p.log)
	}
	if strings.Contains(p.log.String(), `WithAllowOrigins(\"null`) {
		t.Error("the log tells to allow what New refuses")
	}
	status, _, answer := p.do("OPTIONS", "", "Origin", "https://app.example.com")
	if h := answer.Header; status != 204 || h.Get("Access-Control-Allow-Origin") != "https://app.example.com" ||
		h.Get("Access-Control-Allow-Credentials") != "true" || h.Get("Vary") != "Origin" {
		t.Errorf("preflight: %d %v", status, h)
	}
	if _, _, answer := p.do("GET", "", "Origin", "https://evil.example"); answer.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a refused origin gets CORS headers")
	}
	if status, _, _ := p.do("GET", "", "Sec-Fetch-Site", "cross-site"); status != 403 {
		t.Errorf("a cross-site request without an origin: %d", status)
	}
}

// Over plain http and away from localhost, a browser sends neither Origin nor Sec-Fetch-Site with a GET that a page of
// another port or site makes without CORS, and sends the visitor's cookies with it.
func TestGuarantee13RequestsShowWhereTheyComeFrom(t *testing.T) {
	for _, c := range []struct {
		name   string
		header []string
		opts   []Option
		status int
	}{
		{"nothing", nil, nil, 403},
		{"a cookie", []string{"Cookie", "session=victim"}, nil, 403},
		{"a password that the browser keeps", []string{"Authorization", "Basic YTpi"}, nil, 403},
		{"no token", []string{"Authorization", "Bearer "}, nil, 403},
		{"a token", []string{"Authorization", "Bearer t"}, nil, 406},
		{"the same origin", []string{"Sec-Fetch-Site", "same-origin"}, nil, 406},
		{"the address bar", []string{"Sec-Fetch-Site", "none"}, nil, 406},
		{"the same site", []string{"Sec-Fetch-Site", "same-site"}, nil, 403},
		{"another site, with a token", []string{"Sec-Fetch-Site", "cross-site", "Authorization", "Bearer t"}, nil, 403},
		{"allowed by name", nil, []Option{WithAllowOrigins("none")}, 406},
		{"another site, allowed by name", []string{"Sec-Fetch-Site", "cross-site"}, []Option{WithAllowOrigins("none")}, 403},
		{"a sandbox, allowed by name", []string{"Origin", "null"}, []Option{WithAllowOrigins("none")}, 403},
		{"everyone is allowed", nil, []Option{WithAllowOrigins("*")}, 406},
		{"others are allowed", nil, []Option{WithAllowOrigins("https://app.example.com")}, 403},
	} {
		p := newPlace(t, c.opts...)
		if status, body, _ := p.do("GET", "", c.header...); status != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, status, body, c.status)
		}
		told := strings.Contains(p.log.String(), `allow="httptransport.WithAllowOrigins(\"none\")`) &&
			strings.Contains(p.log.String(), "open the stream with POST")
		if site := strings.Join(c.header, " "); told != (c.status == 403 && !strings.Contains(site, "Sec-Fetch-Site") && !strings.Contains(site, "Origin")) {
			t.Errorf("%s: the log is %s", c.name, p.log)
		}
	}
	// A browser sends an Origin with every handshake and every POST: without one, it was none.
	p := newPlace(t)
	p.open(`{"listen":{}}`)
	p.stream(`{"listen":{}}`)
}

// The scheme of a shell is not the handler's own, whatever the host.
func TestGuarantee13ShellsAreNamed(t *testing.T) {
	p := newPlace(t)
	_, host, _ := strings.Cut(p.url, "://")
	for _, scheme := range []string{"app", "tauri", "file", "ws", "chrome-extension"} {
		o := pageOption{header: http.Header{"Origin": {scheme + "://" + host}}}
		if pg, err := p.trySocket(o); err == nil {
			pg.cut()
			t.Errorf("%s: passes as the handler's own origin", scheme)
		}
	}
	q := newPlace(t, WithAllowOrigins("app://*:*"))
	q.open(`{"listen":{}}`, pageOption{header: http.Header{"Origin": {"app://localhost:1"}}})
}

func TestSchemeIsPartOfTheOrigin(t *testing.T) {
	for _, c := range []struct {
		origin, host, proto string
		want                bool
	}{
		{"https://a.example", "a.example", "https", true},
		{"https://a.example", "a.example:443", "https", true},
		{"http://a.example", "a.example", "https", false},
		{"https://a.example:8443", "a.example", "https", false},
		{"https://a.example", "a.example", "", true},
		{"https://a.example", "a.example", "https, http", true},
		{"http://a.example", "a.example", "https, http", false},
		{"http://[::1]:80", "[::1]", "http", true},
	} {
		r := &http.Request{Host: c.host, Header: http.Header{"X-Forwarded-Proto": {c.proto}}}
		if got := sameOrigin(r, c.origin); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

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

// bubble runs a test in a bubble of its own time, with a network in memory.
func bubble(t *testing.T, test func(t *testing.T, l *pipeListener)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newPipe()) })
}

func TestHeartbeatTellsThePosition(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil)
		pg := p.open(`{"listen":{"tick":{}}}`)
		p.open(`{"listen":{"other":{}}}`)
		emit(t, p.bus, other, "not for the first page")
		start := time.Now()
		pg.want(`{"at":1}`)
		if d := time.Since(start); d > 25*time.Second || d < 20*time.Second {
			t.Errorf("after %v", d)
		}
		stream := p.stream(`{"listen":{"tick":{}}}`)
		stream.want(`{"at":1}`)
	})
}

func TestSilentPagesAreClosed(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil)
		start := time.Now()
		p.socket(pageOption{}).wantClosed(4408)
		if d := time.Since(start); d != 10*time.Second {
			t.Errorf("waited %v for a hello", d)
		}
		pg := p.open(`{"listen":{}}`)
		time.Sleep(3 * time.Minute) // it reads nothing and answers no ping
		if n := len(p.bus.Peers()); n != 0 {
			t.Errorf("%d peers", n)
		}
		pg.cut()
	})
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
