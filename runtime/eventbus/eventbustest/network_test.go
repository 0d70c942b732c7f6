package eventbustest_test

import (
	"testing"

	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
)

func TestNetwork(t *testing.T) {
	eventbustest.TestBroker(t, func(testing.TB) *eventbustest.Engine { return engineOf(eventbustest.NewNetwork()) })
}

func TestLogNetwork(t *testing.T) {
	eventbustest.TestBroker(t, func(testing.TB) *eventbustest.Engine {
		n := eventbustest.NewLogNetwork()
		e := engineOf(n)
		e.Snapshot, e.Trim, e.Delete = n.Snapshot, n.Trim, n.Delete
		return e
	})
}

func engineOf(n *eventbustest.Network) *eventbustest.Engine {
	return &eventbustest.Engine{Open: n.Broker, Stop: n.Stop, Start: n.Start, Cut: n.Cut, Kick: func() { n.Stop(); n.Start() }}
}
