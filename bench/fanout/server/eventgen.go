package main

import (
	"context"
	"net"
	"net/http"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/httptransport"
	"github.com/eventgen/eventgen/runtime/session"
)

// eventgenHub is a bus and its transport with everything on: targets, filters by event and
// authorisation, heartbeat, resume and the bound of slow windows.
type eventgenHub struct {
	bus   *eventbus.Bus
	http  http.Handler
	event *eventbus.Event[[]byte]
}

func newEventgen() (hub, error) {
	event := eventbus.Define(eventdef.Definition[[]byte]{
		Name:   "bench:message",
		Encode: func(dst []byte, p *[]byte) ([]byte, error) { return append(dst, *p...), nil },
	})
	other := eventbus.Define(eventdef.Definition[[]byte]{Name: "bench:other"})
	bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(event, other)))
	if err != nil {
		return nil, err
	}
	h, err := httptransport.New(bus,
		session.WithMaxPeers(20_000),
		session.WithAuthorizeListen(func(context.Context, eventbus.Peer, string) error { return nil }))
	if err != nil {
		return nil, err
	}
	return &eventgenHub{bus: bus, http: h, event: event}, nil
}

func (h *eventgenHub) serve(l net.Listener) error { return http.Serve(l, h.http) }

func (h *eventgenHub) send(messages [][]byte) {
	ctx := context.Background()
	for _, m := range messages {
		_ = h.event.Emit(ctx, h.bus, m)
	}
}
