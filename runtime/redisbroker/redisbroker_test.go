//go:build unix

package redisbroker_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/redisbroker"
)

func TestRedis(t *testing.T) {
	eventbustest.TestBroker(t, func(t testing.TB) *eventbustest.Engine { return newServer(t).engine() })
}

// A server that may take away a part of the log is refused.
func TestEvictingServers(t *testing.T) {
	s := newServer(t, "maxmemory-policy allkeys-lru")
	c, err := s.client("node", "")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b := redisbroker.New(c)
	err = b.Start(context.Background(), broker.Node{Name: "n", Run: "r", Receive: func([]byte) {}, Linked: func(bool) {}})
	if err == nil || !strings.Contains(err.Error(), "noeviction") {
		t.Errorf("Start: %v", err)
	}
	if err := b.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// The log is trimmed by its bytes, and what is left is whole.
func TestTrimming(t *testing.T) {
	s := newServer(t)
	c, err := s.client("node", "")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b := redisbroker.New(c, redisbroker.WithLog(1<<20, time.Hour))
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := b.Start(ctx, broker.Node{Name: "n", Run: "r", Receive: func([]byte) {}, Linked: func(bool) {}}); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close(ctx) }()
	begin, err := b.State(ctx)
	if err != nil {
		t.Fatal(err)
	}
	const size, count = 10 << 10, 500
	for n := range count {
		if _, err := b.Append(ctx, broker.Message{Epoch: begin.Epoch, Run: "r", N: uint64(n + 1), Body: make([]byte, size)}); err != nil {
			t.Fatal(err)
		}
	}
	end, err := b.State(ctx)
	if err != nil {
		t.Fatal(err)
	}
	held := end.Last - end.First + 1
	if end.Last != begin.Last+count || held*size < 1<<20 || held*size > 1<<20+1<<16 {
		t.Errorf("the log has %d messages of %d bytes, from %d to %d", held, size, end.First, end.Last)
	}
	next := end.First
	if err := b.Range(ctx, 0, end.Last, func(m broker.Stored) bool {
		if m.Position != next {
			t.Errorf("%d comes, and not %d", m.Position, next)
		}
		next++
		return true
	}); err != nil || next != end.Last+1 {
		t.Errorf("read up to %d: %v", next, err)
	}
}
