// Package declared has events over payload types that it does not own.
package declared

import (
	"net/netip"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// LogLine is a line of the log.
//
//eventgen:event
const LogLine eventbus.Name[string] = "log:line"

//eventgen:event
const Tick eventbus.Name[time.Time] = "tick"

//eventgen:event
const Peer eventbus.Name[netip.Addr] = "peer"

//eventgen:event
const Many eventbus.Name[[]time.Time] = "many"

// Ping has no payload.
//
//eventgen:event
const Ping eventbus.Name[eventbus.Empty] = "ping"

//eventgen:event from=client
const Pong eventbus.Name[eventbus.Empty] = "pong"
