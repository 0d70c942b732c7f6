package httptransport

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

// answer notes the status of an answer.
type answer struct {
	status int
	header http.Header
}

func (a *answer) Header() http.Header {
	if a.header == nil {
		a.header = http.Header{}
	}
	return a.header
}

func (a *answer) Write(p []byte) (int, error) { return len(p), nil }

func (a *answer) WriteHeader(status int) { a.status = status }

func TestGuarantee15PanicsAreContained(t *testing.T) {
	panics := func(_ context.Context, _ eventbus.Peer, event string) error {
		if event == "other" {
			panic("an authorisation that panics")
		}
		return nil
	}
	p := newPlaceOn(t, nil, []eventbus.Option{eventbus.WithErrorHandler(func(context.Context, *eventbus.Error) {})},
		session.WithAuthorizeListen(panics), session.WithAuthorizeEmit(func(ctx context.Context, peer eventbus.Peer, event string, _ eventbus.Target) error {
			if event == "empty" {
				panic("another")
			}
			return nil
		}))
	ask.Listen(p.bus, func(context.Context, progress) error { panic("a listener that panics") })
	pg := p.open(`{"listen":{"tick":{},"other":{}}}`)
	if got := show(pg.welcome["refused"]); got != `{"other":{"code":"internal"}}` {
		t.Errorf("refused are %s", got)
	}
	pg.send(`[{"listen":{"other":{}},"id":1},{"emit":"empty","id":2},{"emit":"ask","id":3,"payload":{"id":"a","n":1}}]`)
	pg.want(`{"ack":1,"refused":{"other":{"code":"internal"}}}`,
		`{"ack":2,"error":{"code":"internal"}}`, `{"ack":3,"error":{"code":"internal"}}`)
	emit(t, p.bus, tick, 1)
	pg.want(`{"event":"tick","payload":1}`)
	if strings.Count(p.log.String(), "an authorization panicked") != 3 {
		t.Errorf("the log is %s", p.log)
	}
}
