package session

import (
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/observe"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// counts are what happens on an engine, for those who observe the bus.
type counts struct {
	begun, resumed, gapped, missed, unknown, left, received atomic.Uint64

	mu              sync.Mutex
	closed, refused map[string]uint64 // by reason

	sent uint64 // bytes, by connections that have ended; guarded by Engine.mu
}

func (n *counts) byReason(m *map[string]uint64, why Closing) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if *m == nil {
		*m = map[string]uint64{}
	}
	(*m)[observe.Reason(why.Code)]++
}

// told counts what a page is told to have missed.
func (n *counts) told(missed map[string]*uint64) {
	for _, count := range missed {
		if count == nil {
			n.unknown.Add(1)
		} else {
			n.missed.Add(*count)
		}
	}
}

// Refused counts a connection that a transport does not open.
func (engine *Engine) Refused(why Closing) { engine.counts.byReason(&engine.counts.refused, why) }

// opened takes note of a hello that was answered.
func (c *Conn) opened(o *opening) {
	n := &c.engine.counts
	switch {
	case o.resumed:
		n.resumed.Add(1)
	case len(o.gap) > 0:
		n.gapped.Add(1)
	default:
		n.begun.Add(1)
	}
	n.told(o.gap)
	c.refusedListens(o.a)
	level, said := slog.LevelDebug, "eventgen: a client connected"
	if o.resumed {
		said = "eventgen: a client resumed"
	} else if len(o.gap) > 0 {
		level, said = slog.LevelInfo, "eventgen: a client came back too late and was told of a gap"
	}
	c.log(level, said, slog.String("transport", c.format.Name()), slog.Any("missed", slices.Sorted(maps.Keys(o.gap))))
}

// refusedListens counts what a page may not listen to.
func (c *Conn) refusedListens(a *admission) {
	for event, err := range a.refused {
		c.engine.port.Refused(event, string(err.Code))
	}
}

// ended takes note of a connection that has ended.
func (c *Conn) ended() {
	n := &c.engine.counts
	c.mu.Lock()
	why, greeted := c.why, c.greeted
	c.mu.Unlock()
	switch {
	case why == nil:
		n.left.Add(1)
		if greeted {
			c.log(slog.LevelDebug, "eventgen: a client left")
		}
	case why.Code == CloseSlow, why.Code == CloseRateLimited, why.Code == CloseNoHello:
		c.log(slog.LevelWarn, "eventgen: a client was closed", slog.Int("code", why.Code), slog.String("reason", why.Reason))
	default:
		c.log(slog.LevelDebug, "eventgen: a client was closed", slog.Int("code", why.Code), slog.String("reason", why.Reason))
	}
}

// written returns how many bytes were written.
func (c *Conn) written() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent
}

// log writes a line about the connection. What names the client is the id of its peer, which all connections of its
// session have.
func (c *Conn) log(level slog.Level, said string, about ...slog.Attr) {
	if !c.engine.logger.Enabled(c.ctx, level) {
		return
	}
	peer := c.who()
	c.engine.logger.LogAttrs(c.ctx, level, said, append([]slog.Attr{slog.String("client", peer.ID), slog.String("window", peer.Window)}, about...)...)
}

// CountClients adds what this engine has counted.
func (s sink) CountClients(all *observe.Engines) {
	engine := s.engine
	n := &engine.counts
	engine.mu.Lock()
	all.Away += engine.away.all.Len()
	all.Draining = all.Draining || engine.closed
	all.Sent += n.sent
	conns := slices.Collect(maps.Keys(engine.conns))
	engine.mu.Unlock()
	all.Begun += n.begun.Load()
	all.Resumed += n.resumed.Load()
	all.Gapped += n.gapped.Load()
	all.Missed += n.missed.Load()
	all.Unknown += n.unknown.Load()
	all.Left += n.left.Load()
	all.Received += n.received.Load()
	n.mu.Lock()
	for reason, count := range n.closed {
		all.Closed[reason] += count
	}
	for reason, count := range n.refused {
		all.Refused[reason] += count
	}
	n.mu.Unlock()
	now := time.Now()
	for _, c := range conns {
		lag, age, sent := c.behind(now)
		all.Connected++
		all.Sent += sent
		if lag > 0 {
			all.Behind++
			all.Lag, all.LagTime = max(all.Lag, lag), max(all.LagTime, age)
		}
	}
}

// behind returns how many entries the connection has yet to get, how old the first of them is, and how many bytes it has
// got.
func (c *Conn) behind(now time.Time) (lag int, age time.Duration, sent uint64) {
	c.mu.Lock()
	cursor, draining, sent := c.cursor, c.mode == modeDraining && c.greeted, c.sent
	c.mu.Unlock()
	if !draining { // its shard takes it along
		return 0, 0, sent
	}
	var first [1]*port.Entry
	if n, _ := c.engine.port.Read(cursor, first[:]); n == 0 {
		return 0, 0, sent
	}
	return c.engine.port.Behind(cursor), max(0, now.Sub(first[0].Time)), sent
}

// ListClients returns the clients of this engine.
func (s sink) ListClients() []observe.Client {
	now := time.Now()
	sessions := s.engine.allSessions()
	clients := make([]observe.Client, 0, len(sessions))
	for _, s := range sessions {
		clients = append(clients, s.shown(now))
	}
	return clients
}

func (s *session) shown(now time.Time) observe.Client {
	peer := s.seenAs()
	s.mu.Lock()
	c := s.conn
	shown := observe.Client{
		Peer: peer, State: "away", Resumes: s.resumes, Gaps: s.gaps, Listens: slices.Sorted(maps.Keys(s.subs)),
	}
	s.mu.Unlock()
	if c == nil {
		return shown
	}
	c.mu.Lock()
	shown.State, shown.Format, shown.Since = "live", c.format.Name(), c.since
	if c.ending {
		shown.State = "closing"
	}
	c.mu.Unlock()
	if shown.Lag, _, shown.Sent = c.behind(now); shown.Lag > 0 && shown.State == "live" {
		shown.State = "behind"
	}
	return shown
}
