package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/internal/pipe"
)

func TestServeStream(t *testing.T) {
	p := newPlace(t, nil)
	ask.Listen(p.bus, func(context.Context, progress) error { return nil })
	pg := p.open(`{"window":"main","listen":{"tick":{}}}`, eventbus.Peer{Identity: "ann"})
	emit(t, p.bus, tick, 1, 2)
	pg.want(`{"event":"tick","payload":1}`, `{"event":"tick","payload":2}`)
	pg.send(`[{"emit":"ask","id":1,"payload":{"id":"a","n":1}},{"unlisten":["tick"],"id":2}]`)
	pg.want(`{"ack":1}`, `{"ack":2}`)
	if peers := p.bus.Peers(); len(peers) != 1 || peers[0].Window != "main" || peers[0].Account != "identity ann" {
		t.Errorf("peers are %+v", peers)
	}
	pg.cut()
	if err := <-pg.ended; err != nil {
		t.Errorf("the page closed: %v", err)
	}
	emit(t, p.bus, tick, 3)
	back := p.open(pg.resume(`{"tick":{}}`, pg.at()), eventbus.Peer{Identity: "ann", Window: "ours"})
	if back.welcome["session"] != pg.welcome["session"] {
		t.Errorf("welcome is %v", back.welcome)
	}
	if peers := p.bus.Peers(); len(peers) != 1 || peers[0].Window != "ours" {
		t.Errorf("the label that the application set is not used: %+v", peers)
	}
}

func TestServeStreamEnds(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct {
		message string
		code    int
	}{
		"no hello":         {`{"unlisten":[],"id":1}`, CloseBadFrame},
		"no frame":         {`7`, CloseBadFrame},
		"no UTF-8":         {"{\"hello\":{\"window\":\"\xff\"}}", CloseBadFrame},
		"a long message":   {`{"auth":"` + long + `"}`, CloseTooLarge},
		"a second hello":   {`[{"hello":{}},{"hello":{}}]`, CloseBadFrame},
		"a label too long": {`{"hello":{"window":"` + long[:200] + `"}}`, CloseBadFrame},
	} {
		t.Run(name, func(t *testing.T) {
			pg := newPlace(t, nil).connect(eventbus.Peer{})
			pg.send(c.message)
			pg.wantClosed(c.code)
		})
	}
}

func TestServeStreamWithoutHello(t *testing.T) {
	bubble(t, func(t *testing.T) {
		start := time.Now()
		newPlace(t, nil).connect(eventbus.Peer{}).wantClosed(CloseNoHello)
		if d := time.Since(start); d != HelloTime {
			t.Errorf("after %v", d)
		}
	})
}

func TestServeStreamOfAClosedEngine(t *testing.T) {
	p := newPlace(t, nil)
	pg := p.open(`{"listen":{"tick":{}}}`)
	emit(t, p.bus, tick, 1)
	done := make(chan error)
	go func() { done <- p.e.Close(background) }()
	pg.want(`{"event":"tick","payload":1}`)
	pg.wantClosed(CloseGoingAway)
	noError(t, <-done)
	p.connect(eventbus.Peer{}).wantClosed(CloseGoingAway)
}

func TestServeStreamEndsWithItsContext(t *testing.T) {
	p := newPlace(t, nil)
	_, theirs := pipe.New()
	ctx, cancel := context.WithCancel(background)
	cancel()
	if err := p.e.ServeStream(ctx, theirs, eventbus.Peer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A page that takes nothing is closed after the time of WithStall, and costs nobody else anything.
func TestGuarantee18StreamsThatStall(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newPlace(t, nil)
		slow, good := p.open(`{"listen":{"tick":{}}}`), p.open(`{"listen":{"tick":{}}}`)
		start := time.Now()
		emit(t, p.bus, tick, 1)
		good.want(`{"event":"tick","payload":1}`)
		<-slow.ended
		if d := time.Since(start); d != 30*time.Second {
			t.Errorf("after %v", d)
		}
	})
}

func TestWithRenew(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newPlace(t, nil)
		open := func() *page {
			pg := p.connect(eventbus.Peer{Identity: "ann"}, WithRenew(time.Now().Add(time.Minute), func(token string) (eventbus.Peer, time.Time, error) {
				switch token {
				case "forbidden":
					return eventbus.Peer{}, time.Time{}, fmt.Errorf("not here: %w", ErrForbidden)
				case "old":
					return eventbus.Peer{Identity: "ann"}, time.Now(), nil
				case "panic":
					panic("no")
				}
				return eventbus.Peer{Identity: token, Groups: []string{"admins"}}, time.Now().Add(time.Hour), nil
			}))
			pg.send(`{"hello":{"listen":{}}}`)
			if f := pg.next(); f["welcome"].(object)["expiresIn"] != 60.0 {
				t.Errorf("got %v", f)
			}
			return pg
		}
		pg := open()
		pg.send(`{"auth":"ann"}`)
		pg.want(`{"auth":{"expiresIn":3600}}`)
		if peers := p.bus.Peers(); !peers[0].In("admins") {
			t.Errorf("peers are %v", peers)
		}
		for token, code := range map[string]int{"bob": CloseForbidden, "forbidden": CloseForbidden, "old": CloseUnauthenticated, "panic": CloseFailed} {
			pg := open()
			pg.send(fmt.Sprintf(`{"auth":%q}`, token))
			pg.wantClosed(code)
		}
		start := time.Now()
		open().wantClosed(CloseUnauthenticated)
		if d := time.Since(start); d < time.Minute || d > 62*time.Second {
			t.Errorf("after %v", d)
		}
	})
}

// Messages are put together from whatever parts they are written in.
func TestStreamsAreCutAnywhere(t *testing.T) {
	l := &streamLink{ctx: background}
	var f streamFormat
	all := f.Append(f.Append(f.Append(nil, []byte("one"), nil, 0), nil, nil, 0), []byte(strings.Repeat("x", 1000)), nil, 0)
	all = f.AppendClose(all, Closing{4000, "over"})
	for size := 1; size < 1100; size += 7 {
		ours, theirs := pipe.New()
		l.stream = theirs
		got := make(chan []string)
		go func() {
			var texts []string
			for {
				text, err := ours.Receive(background)
				if err != nil {
					got <- texts
					return
				}
				texts = append(texts, string(text))
			}
		}()
		for rest := all; len(rest) > 0; {
			n, err := l.Write(rest[:min(size, len(rest))], time.Now().Add(time.Minute))
			noError(t, err)
			rest = rest[n:]
		}
		texts := <-got
		if code, reason := ours.Reason(); len(texts) != 3 || texts[0] != "one" || texts[1] != "" || len(texts[2]) != 1000 || code != 4000 || reason != "over" {
			t.Fatalf("in parts of %d: %d messages, %d %s", size, len(texts), code, reason)
		}
	}
}
