package httptransport

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
)

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
				case !errors.As(err, &c) || c.code != closeReplaced:
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
		first.wantClosed(closeReplaced)
		last := <-got
		last.cut()
		p.wantPeers(0)
	}
}

// TestSessionsEndWhileTheyComeBack has sessions end as soon as they are away. A page that comes back gets
// its own or a new one, which works, and is told of a gap if it is new.
func TestSessionsEndWhileTheyComeBack(t *testing.T) {
	p := newPlace(t, Resume(0))
	var all, janitor sync.WaitGroup
	done := make(chan struct{})
	janitor.Go(func() { // one who never rests
		for {
			select {
			case <-done:
				return
			default:
				p.h.expire(time.Now())
				runtime.Gosched()
			}
		}
	})
	defer janitor.Wait()
	defer close(done)
	for range 4 {
		all.Go(func() {
			pg := p.open(`{"listen":{"tick":{}}}`)
			for n := range 50 {
				old := pg
				pg = p.socket(pageOption{})
				old.cut()
				pg.send(`{"hello":` + old.resume(`{"tick":{}}`, old.at()) + `}`)
				f, err := pg.tryNext()
				if err != nil {
					t.Error(err)
					return
				}
				pg.welcome, _ = f["welcome"].(object)
				if same := pg.welcome["session"] == old.welcome["session"]; same != (pg.welcome["resumed"] == true) {
					t.Errorf("the same session: %v, but welcome is %v", same, pg.welcome)
				}
				pg.send(fmt.Sprintf(`{"unlisten":[],"id":%d}`, n))
				for {
					f, err := pg.tryNext()
					if err != nil {
						t.Error(err)
						return
					}
					if f["ack"] == float64(n) {
						break
					}
				}
			}
		})
	}
	all.Wait()
}
