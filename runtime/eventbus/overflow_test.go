package eventbus_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

func TestGuarantee24Queues(t *testing.T) {
	for _, n := range []int{1, 5, 64} {
		for _, overflow := range []eventbus.Overflow{eventbus.DropOldest, eventbus.DropNewest, eventbus.Latest} {
			bubble(t, func(t *testing.T) {
				e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
				b, f := newBus(t, events(e))
				release := make(chan struct{})
				calls, last := 0, 0
				e.Listen(b, func(_ context.Context, v int) error { <-release; calls++; last = v; return nil }, eventbus.Async(n, overflow))
				const total = 500
				for v := range total {
					noError(t, e.Emit(background, b, v))
					synctest.Wait()
				}
				close(release)
				noError(t, b.Flush(background))
				if most := n + max(n/16, 1); calls > most {
					t.Errorf("%d %v: %d calls", n, overflow, calls)
				}
				if overflow != eventbus.DropNewest && last != total-1 {
					t.Errorf("%d %v: the last is %d", n, overflow, last)
				}
				list := f.take()
				if len(list) != 1 || !strings.Contains(list[0].Error(), fmt.Sprintf(": %d dropped", total-calls)) {
					t.Errorf("%d %v: %d calls, reported %v", n, overflow, calls, list)
				}
			})
		}
	}
}

func TestGuarantee25Block(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		b, f := newBus(t, events(e))
		release := make(chan struct{})
		calls := 0
		e.Listen(b, func(context.Context, int) error { <-release; calls++; return nil }, eventbus.Async(2, eventbus.Block))
		start := time.Now()
		for n := range 6 {
			ctx, cancel := context.WithTimeout(background, time.Second)
			noError(t, e.Emit(ctx, b, n))
			cancel()
			synctest.Wait()
		}
		if d := time.Since(start); d != 3*time.Second { // one in hand and two queued do not wait
			t.Errorf("waited %v", d)
		}
		close(release)
		noError(t, b.Flush(background))
		if calls != 3 {
			t.Errorf("%d calls", calls)
		}
		f.want(t, "drops", eventbus.CodeOverflow)
	})
}

func TestGuarantee26Keys(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[step]{Name: "e", Throttle: time.Second, Key: stepKey, Keys: 10})
		b, _ := newBus(t, events(e))
		for round := range 3 {
			for n := range 20 {
				err := e.Emit(background, b, step{fmt.Sprint(round, n), 1})
				if refused := eventbus.CodeOf(err) == eventbus.CodeTooManyKeys; refused != (n >= 10) {
					t.Errorf("round %d: key %d: %v", round, n, err)
				}
			}
			settle(time.Minute)
			if n := b.HeldKeys(e); n != 0 {
				t.Errorf("%d idle keys", n)
			}
		}
	})
}

func TestGuarantee27Log(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const limit = 100 << 10
		e := eventbus.Define(eventdef.Definition[string]{Name: "e"})
		b, _ := newBus(t, events(e), eventbus.WithLog(limit, time.Minute))
		p, _ := attach(t, b)
		listen(t, p, join(t, p, eventbus.Peer{}), "e")
		for n := range 5000 {
			noError(t, e.Emit(background, b, strings.Repeat("x", n%300)))
			if n := b.HeldByLog(); n > limit {
				t.Fatalf("%d bytes", n)
			}
			if n%100 == 0 {
				time.Sleep(time.Second)
				if old := time.Since(b.OldestEntry().Time); old > time.Minute+time.Second {
					t.Fatalf("an entry is %v old", old)
				}
			}
		}
	})
}

// dead is a sink that reads nothing.
type dead struct{}

func (dead) Wake() {}

func (dead) Shutdown() {}

func TestGuarantee28Sinks(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e), eventbus.WithLog(1<<16, 0))
	slow, err := b.Attach(dead{})
	noError(t, err)
	listen(t, slow, join(t, slow, eventbus.Peer{}), "e")
	quick, _ := attach(t, b)
	s := listen(t, quick, join(t, quick, eventbus.Peer{}), "e")
	at := quick.At()
	for n := range 10_000 {
		noError(t, e.Emit(background, b, n))
		wantFrames(t, "the other sink", frames(t, quick, at, s), fmt.Sprint(n))
		at = quick.At()
	}
}

func TestGuarantee29Encoding(t *testing.T) {
	var encoded atomic.Int32
	e := eventbus.Define(eventdef.Definition[int]{Name: "e", Sticky: true, Encode: func(dst []byte, n *int) ([]byte, error) {
		encoded.Add(1)
		return fmt.Append(dst, *n), nil
	}})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	q, _ := attach(t, b)
	e.Listen(b, func(context.Context, int) error { return nil })
	noError(t, e.Emit(background, b, 1))
	if encoded.Load() != 0 {
		t.Error("encoded for nobody")
	}
	for range 5 {
		for _, port := range []port.Port{p, q} {
			if s := listen(t, port, join(t, port, eventbus.Peer{}), "e"); len(s.Values) != 1 {
				t.Error("no value")
			}
		}
	}
	noError(t, e.Emit(background, b, 2))
	if n := encoded.Load(); n != 2 {
		t.Errorf("encoded %d times", n)
	}
}

func TestGuarantee30Allocations(t *testing.T) {
	plain := eventbus.Define(eventdef.Definition[step]{Name: "plain"})
	throttled := eventbus.Define(eventdef.Definition[step]{Name: "throttled", Throttle: time.Hour, Key: stepKey})
	b, _ := newBus(t, events(plain, throttled))
	for range 10 {
		plain.Listen(b, func(context.Context, step) error { return nil })
		throttled.Listen(b, func(context.Context, step) error { return nil })
	}
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	if n := testing.AllocsPerRun(100, func() { noError(t, plain.Emit(ctx, b, step{"a", 1})) }); n != 0 {
		t.Errorf("an emit makes %v allocations", n)
	}
	noError(t, throttled.Emit(ctx, b, step{"a", 1}))
	if n := testing.AllocsPerRun(100, func() { noError(t, throttled.Emit(ctx, b, step{"a", 2})) }); n != 0 {
		t.Errorf("a suppressed emit makes %v allocations", n)
	}
}
