package session

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// TestSessionsEndWhileTheyComeBack has sessions end as soon as they are away. A page that comes back gets
// its own or a new one, which works, and is told of a gap if it is new.
func TestSessionsEndWhileTheyComeBack(t *testing.T) {
	p := newPlace(t, nil, WithResume(0))
	var all, janitor sync.WaitGroup
	done := make(chan struct{})
	janitor.Go(func() { // one who never rests
		for {
			select {
			case <-done:
				return
			default:
				p.e.expire(time.Now())
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
				pg = p.connect(eventbus.Peer{})
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
