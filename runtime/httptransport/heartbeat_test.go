package httptransport

import (
	"testing"
	"time"
)

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
