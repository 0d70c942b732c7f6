package session

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/eventbus/observe"
)

// watcher is an observer that reads.
type watcher struct{ observe.Source }

func (w *watcher) Observe(s observe.Source) { w.Source = s }

func (*watcher) Listened(*eventdef.Info, time.Duration) {}

func (w *watcher) event(name string) observe.Event {
	for _, e := range w.Events() {
		if e.Info.Name == name {
			return e
		}
	}
	return observe.Event{}
}

// lines is a log that tests read.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *lines) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func TestAnObserverSeesClientsComeAndGo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := new(watcher)
		p := newPlace(t, []eventbus.Option{eventbus.WithObserver(w), eventbus.WithLog(1<<20, time.Minute)}, WithResume(time.Hour))
		pg := p.open(`{"window":"main","listen":{"tick":{},"other":{}}}`, eventbus.Peer{Identity: "ann"})
		emit(t, p.bus, tick, 1)
		pg.want(`{"event":"tick","payload":1}`)
		if got := w.Clients(); len(got) != 1 || got[0].State != "live" || got[0].Peer.Window != "main" ||
			got[0].Peer.Identity != "ann" || strings.Join(got[0].Listens, " ") != "other tick" || got[0].Sent == 0 {
			t.Errorf("clients: %+v", got)
		}
		pg.cut()
		<-pg.ended
		if got := w.Clients(); len(got) != 1 || got[0].State != "away" {
			t.Errorf("clients: %+v", got)
		}
		emit(t, p.bus, tick, 2)
		back := p.open(pg.resume(`{"tick":{}}`, pg.at()), eventbus.Peer{Identity: "ann"})
		back.want(`{"event":"tick","payload":1}`, `{"event":"tick","payload":2}`)
		back.cut()
		<-back.ended
		emit(t, p.bus, tick, 3)
		time.Sleep(2 * time.Minute) // the log forgets
		emit(t, p.bus, tick, 4)
		late := p.open(back.resume(`{"tick":{}}`, back.at()), eventbus.Peer{Identity: "ann"})
		if got := w.Clients(); len(got) != 1 || got[0].Resumes != 2 || got[0].Gaps != 1 {
			t.Errorf("clients: %+v", got)
		}
		e := w.Engines()
		if e.Connected != 1 || e.Away != 0 || e.Begun != 1 || e.Resumed != 1 || e.Gapped != 1 || e.Left != 2 || e.Missed+e.Unknown != 1 {
			t.Errorf("counted %+v", e)
		}
		late.cut()
		<-late.ended
		after := w.Engines()
		if e := w.event("tick"); e.Frames != 4 || e.Bytes == 0 {
			t.Errorf("%d frames, want 4", e.Frames)
		}
		if after.Sent < e.Sent || after.Received == 0 || after.Away != 1 || after.Connected != 0 {
			t.Errorf("counted %+v after %+v", after, e)
		}
	})
}

func TestAnObserverSeesRefusals(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := new(watcher)
		p := newPlace(t, []eventbus.Option{eventbus.WithObserver(w)}, WithMaxPeers(1), WithAuthorizeEmit(
			func(context.Context, eventbus.Peer, string, eventbus.Target) error {
				return eventbus.Reject("a code of the application", "no")
			}), WithAuthorizeListen(func(_ context.Context, _ eventbus.Peer, event string) error {
			if event == "other" {
				return eventbus.Reject(eventbus.CodeForbidden, "no")
			}
			return nil
		}))
		pg := p.open(`{"listen":{"other":{}}}`)
		pg.send(`[{"emit":"ask","id":1,"payload":{"id":"a","n":1}},{"listen":{"other":{},"tick":{}},"id":2}]`)
		pg.next()
		pg.next()
		p.connect(eventbus.Peer{}).wantClosed(CloseRateLimited)
		if got, want := w.event("ask").ClientsRefused, map[string]uint64{"other": 1}; !maps.Equal(got, want) {
			t.Errorf("emits: %v, want %v", got, want)
		}
		if got, want := w.event("other").ClientsRefused, map[string]uint64{"forbidden": 2}; !maps.Equal(got, want) {
			t.Errorf("listens: %v, want %v", got, want)
		}
		if got, want := w.Engines().Refused, map[string]uint64{"rate_limited": 1}; !maps.Equal(got, want) {
			t.Errorf("connections: %v, want %v", got, want)
		}
		pg.send(`7`)
		pg.wantClosed(CloseBadFrame)
		if got, want := w.Engines().Closed, map[string]uint64{"bad_frame": 1}; !maps.Equal(got, want) {
			t.Errorf("closed: %v, want %v", got, want)
		}
	})
}

func TestAnObserverSeesWhoIsBehind(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := new(watcher)
		p := newPlace(t, []eventbus.Option{eventbus.WithObserver(w)}, WithQueue(2))
		pg := p.open(`{"window":"slow","listen":{"latest":{}}}`)
		// The pipe takes one message; the page does not read.
		for i := range 10 {
			emit(t, p.bus, latest, progress{"a", i})
			time.Sleep(time.Millisecond)
		}
		e := w.Engines()
		if e.Behind != 1 || e.Lag < 5 || e.LagTime < 5*time.Millisecond {
			t.Errorf("counted %+v", e)
		}
		if got := w.Clients(); got[0].State != "behind" || got[0].Lag != e.Lag {
			t.Errorf("clients: %+v", got)
		}
		for pg.next()["payload"].(object)["n"].(float64) != 9 {
		}
		time.Sleep(time.Millisecond)
		if e := w.Engines(); e.Behind != 0 {
			t.Errorf("counted %+v", e)
		}
		if got := w.event("latest").Skipped; got == 0 {
			t.Error("nothing was skipped")
		}
	})
}

func TestAClientThatTakesNothingIsClosedAsSlow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, log := new(watcher), new(lines)
		p := newPlace(t, []eventbus.Option{eventbus.WithObserver(w)}, WithStall(time.Second), WithLogger(log.logger()))
		pg := p.open(`{"window":"desk","listen":{"tick":{}}}`)
		emit(t, p.bus, tick, 1)
		<-pg.ended
		if got, want := w.Engines().Closed, map[string]uint64{"slow": 1}; !maps.Equal(got, want) {
			t.Errorf("closed: %v, want %v", got, want)
		}
		if text := log.String(); !strings.Contains(text, "level=WARN") || !strings.Contains(text, "window=desk") {
			t.Errorf("the log says %s", text)
		}
	})
}

func TestOneIdentifierFollowsAClientThroughTheLog(t *testing.T) {
	bubble(t, func(t *testing.T) {
		log := new(lines)
		p := newPlace(t, nil, WithLogger(log.logger()))
		pg := p.open(`{"window":"main","listen":{"tick":{}}}`)
		id := p.bus.Peers()[0].ID
		pg.cut()
		<-pg.ended
		back := p.open(pg.resume(`{"tick":{}}`, pg.at()))
		back.send(`7`)
		back.wantClosed(CloseBadFrame)
		var got []string
		for line := range strings.Lines(log.String()) {
			if !strings.Contains(line, "client="+id) || strings.Contains(line, pg.welcome["ticket"].(string)) {
				t.Errorf("a line does not name the client, or names its secret: %s", line)
			}
			_, said, _ := strings.Cut(line, `msg="eventgen: a client `)
			said, _, _ = strings.Cut(said, `"`)
			got = append(got, said)
		}
		if want := "connected, left, resumed, was closed"; strings.Join(got, ", ") != want {
			t.Errorf("the log says %q, want %q", got, want)
		}
	})
}
