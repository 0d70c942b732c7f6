package httptransport

import (
	"errors"
	"sync"
	"testing"

	"github.com/eventgen/eventgen/runtime/session"
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
				case !errors.As(err, &c) || c.code != session.CloseReplaced:
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
		first.wantClosed(session.CloseReplaced)
		last := <-got
		last.cut()
		p.wantPeers(0)
	}
}
