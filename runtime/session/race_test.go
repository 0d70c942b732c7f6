package session

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// TestSessionsEndWhileTheyComeBack has what is known of a session go as soon as it is away. A page that comes back gets
// its own by its ticket, which works, and is told of a gap if it does not resume.
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
				if pg.welcome["session"] != old.welcome["session"] {
					t.Errorf("another session than %v: %v", old.welcome, pg.welcome)
				}
				told := pg.welcome["resumed"] == true
				pg.send(fmt.Sprintf(`{"unlisten":[],"id":%d}`, n))
				for {
					f, err := pg.tryNext()
					if err != nil {
						t.Error(err)
						return
					}
					told = told || f["gap"] != nil
					if f["ack"] == float64(n) {
						break
					}
				}
				if !told {
					t.Errorf("neither resumed nor told of a gap: %v", pg.welcome)
				}
			}
		})
	}
	all.Wait()
}
