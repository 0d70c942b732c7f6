package httptransport_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/broker"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/httptransport"
)

// cut is a broker that tests disconnect.
type cut struct {
	broker.Broker
	linked func(bool)
}

func (c *cut) Start(ctx context.Context, node broker.Node) error {
	c.linked = node.Linked
	return c.Broker.Start(ctx, node)
}

// answers asks both probes.
func answers(t *testing.T, h *httptransport.Handler) string {
	t.Helper()
	var got []string
	for _, probe := range []http.Handler{h.Live(), h.Ready()} {
		w := httptest.NewRecorder()
		probe.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		got = append(got, http.StatusText(w.Code)+" "+strings.TrimSpace(w.Body.String()))
	}
	return strings.Join(got, ", ")
}

func TestProbes(t *testing.T) {
	link := &cut{Broker: eventbustest.NewNetwork().Broker()}
	bus, err := eventbus.New(eventbus.WithBroker(link), eventbus.WithKey([]byte("a key of at least thirty-two bytes")))
	if err != nil {
		t.Fatal(err)
	}
	h, err := httptransport.New(bus)
	if err != nil {
		t.Fatal(err)
	}
	const unavailable = "Service Unavailable "
	for _, step := range []struct {
		what string
		do   func()
		want string
	}{
		{"at first", func() {}, `OK {"status":"ok"}, OK {"status":"ok"}`},
		{"without the broker", func() { link.linked(false) }, `OK {"status":"ok"}, ` + unavailable + `{"status":"no broker"}`},
		{"with it again", func() { link.linked(true) }, `OK {"status":"ok"}, OK {"status":"ok"}`},
		{"while it drains", func() { _ = h.Close(context.Background()) }, `OK {"status":"ok"}, ` + unavailable + `{"status":"draining"}`},
		{"after the bus", func() { _ = bus.Close(context.Background()) }, unavailable + `{"status":"closed"}, ` + unavailable + `{"status":"closed"}`},
	} {
		step.do()
		if got := answers(t, h); got != step.want {
			t.Errorf("%s: %s, want %s", step.what, got, step.want)
		}
	}
}
