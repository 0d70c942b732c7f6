package session

import (
	"fmt"
	"strings"
)

// What a connection and a session take at most beside what is charged: stacks, buffers of 16 KiB while something is read
// and of as much while a listener is called, what the bus knows of the peer, and what is free. TLS, and what the HTTP
// server holds for a stream, are not in it.
const (
	connectionCost = 64<<10 + freeMemory
	sessionCost    = 8<<10 + freeMemory
)

// Limits is what clients can make an engine and its bus hold at most, in bytes, as the options say. What applications
// keep for clients is not in it, nor is what Go code emits beyond the log: kept values, and queues of listeners.
type Limits struct {
	// Connections are stacks and buffers of as many connections as [MaxPeers] allows.
	Connections int
	// Sessions are as many sessions that are away.
	Sessions int
	// Farewells are refused pages that a transport tells why; [Engine.Limits] knows of none.
	Farewells int
	// Charged is what [WithMaxMemory] allows.
	Charged int
	// Batches are what is being written to many pages at the same time.
	Batches int
	// Log is what [eventbus.WithLog] allows.
	Log int
	// Waiting is what pages relay and waits for a listener, a throttle or a batch: half as much as the log.
	Waiting int
	// Kept are the values that the bus keeps of what pages relay: half as much as the log.
	Kept int
}

// Stats is what an engine holds now.
type Stats struct {
	// Connections are those that are open.
	Connections int
	// Behind are those of them that have not been sent all that there is for them.
	Behind int
	// Sessions are those of open connections, and those that are away.
	Sessions int
	// Away are the sessions without a connection.
	Away int
	// Charged is what is charged to accounts, in bytes.
	Charged int
}

// Stats returns what the engine holds.
func (engine *Engine) Stats() Stats {
	behind := 0
	for _, c := range engine.all(nil) {
		c.mu.Lock()
		if c.mode == modeDraining {
			behind++
		}
		c.mu.Unlock()
	}
	engine.mu.Lock()
	defer engine.mu.Unlock()
	engine.memory.mu.Lock()
	defer engine.memory.mu.Unlock()
	return Stats{
		Connections: engine.places.Held(),
		Behind:      behind,
		Sessions:    len(engine.sessions),
		Away:        engine.away.all.Len(),
		Charged:     engine.memory.ledger.Held(),
	}
}

// Limits returns the bounds that the engine's options, and those of its bus, set.
func (engine *Engine) Limits() Limits {
	log := engine.bus.LogLimit()
	return Limits{
		Connections: engine.maxPeers * connectionCost,
		Sessions:    engine.maxPeers * sessionCost,
		Charged:     engine.maxMemory,
		Batches:     mostShards * 2 * (maxBuilt + mostWrite),
		Log:         log,
		Waiting:     log / 2,
		Kept:        log / 2,
	}
}

// Total returns the sum.
func (l Limits) Total() int {
	return l.Connections + l.Sessions + l.Farewells + l.Charged + l.Batches + l.Log + l.Waiting + l.Kept
}

// String returns a table of the limits, and their sum.
func (l Limits) String() string {
	var s strings.Builder
	for _, row := range []struct {
		name  string
		bytes int
	}{
		{"connections", l.Connections},
		{"sessions away", l.Sessions},
		{"farewells", l.Farewells},
		{"charged", l.Charged},
		{"batches", l.Batches},
		{"log", l.Log},
		{"waiting", l.Waiting},
		{"kept", l.Kept},
		{"total", l.Total()},
	} {
		fmt.Fprintf(&s, "%-14s %10.1f MiB\n", row.name, float64(row.bytes)/(1<<20))
	}
	return s.String()
}
