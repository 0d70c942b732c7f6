package eventbus_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

func TestGuarantee01OrderForListeners(t *testing.T) {
	x, y := eventbus.Define(eventdef.Definition[int]{Name: "x"}), eventbus.Define(eventdef.Definition[int]{Name: "y"})
	b, _ := newBus(t, events(x, y))
	var plain, any1, any2 journal
	x.Listen(b, logTo[int](&plain, "x"))
	y.Listen(b, logTo[int](&plain, "y"))
	record := func(j *journal) func(context.Context, eventbus.Delivery) error {
		return func(_ context.Context, d eventbus.Delivery) error {
			j.add("%s %v", d.Meta.Event, d.Payload)
			return nil
		}
	}
	b.ListenAny(record(&any1))
	b.ListenAny(record(&any2), eventbus.Async(4, eventbus.Block))
	var want []string
	for n := range 200 {
		e := []*eventbus.Event[int]{x, y}[n*n%3%2]
		noError(t, e.Emit(background, b, n))
		want = append(want, fmt.Sprintf("%s %d", e.Name(), n))
	}
	noError(t, b.Flush(background))
	plain.want(t, "listeners", want...)
	any1.want(t, "a synchronous catch-all", want...)
	any2.want(t, "an asynchronous catch-all", want...)
}

func TestGuarantee02OrderForWindows(t *testing.T) {
	x, y := eventbus.Define(eventdef.Definition[string]{Name: "x"}), eventbus.Define(eventdef.Definition[string]{Name: "y"})
	b, _ := newBus(t, events(x, y), eventbus.WithLog(64<<20, 0))
	p, _ := attach(t, b)
	peer := join(t, p, eventbus.Peer{})
	subs := []*port.Subscription{listen(t, p, peer, "x"), listen(t, p, peer, "y")}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for n := range 200 {
				e := []*eventbus.Event[string]{x, y}[n*n%3%2]
				noError(t, e.Emit(background, b, fmt.Sprintf("%d %03d", g, n)))
			}
		})
	}
	wg.Wait()
	last := map[byte]string{}
	got := frames(t, p, 0, subs...)
	for _, f := range got {
		if f <= last[f[1]] {
			t.Errorf("%s comes after %s", f, last[f[1]])
		}
		last[f[1]] = f
	}
	if len(got) != 800 {
		t.Errorf("windows got %d", len(got))
	}
}

func TestGuarantee03OrderOfCoalesced(t *testing.T) {
	for name, d := range map[string]eventdef.Definition[step]{
		"throttle": {Throttle: time.Millisecond, Key: stepKey},
		"debounce": {Debounce: time.Millisecond, Key: stepKey},
		"batch":    {Batch: 3, Wait: time.Millisecond, Key: nil},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				d.Name = "e"
				e := eventbus.Define(d)
				b, _ := newBus(t, events(e))
				var mu sync.Mutex
				running, last := map[string]bool{}, map[string]int{}
				e.Listen(b, func(_ context.Context, s step) error {
					mu.Lock()
					if running[s.Key] {
						t.Error("two deliveries at once")
					}
					if s.N <= last[s.Key] {
						t.Errorf("%d comes after %d", s.N, last[s.Key])
					}
					running[s.Key], last[s.Key] = true, s.N
					mu.Unlock()
					time.Sleep(time.Duration(s.N%4) * time.Millisecond)
					mu.Lock()
					running[s.Key] = false
					mu.Unlock()
					return nil
				})
				keys := []string{"a", "b"}
				if name == "batch" {
					keys = keys[:1] // one bucket
				}
				for _, k := range keys {
					go func() {
						for n := range 100 {
							noError(t, e.Emit(background, b, step{k, n + 1}))
							time.Sleep(time.Duration(n%3) * 700 * time.Microsecond)
						}
					}()
				}
				settle(time.Minute)
				for _, k := range keys {
					if last[k] != 100 {
						t.Errorf("%s ends with %d", k, last[k])
					}
				}
			})
		})
	}
}

func TestGuarantee04Flushes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		byText := eventbus.Define(eventdef.Definition[step]{Name: "text", Throttle: time.Hour, Key: stepKey})
		byNumber := eventbus.Define(eventdef.Definition[step]{Name: "number", Debounce: time.Hour, Key: func(s *step) eventbus.Key { return eventdef.IntKey(int64(s.N)) }})
		end := eventbus.Define(eventdef.Definition[step]{Name: "end", Sticky: true, Key: stepKey, Flushes: []string{"text", "number"}})
		b, _ := newBus(t, events(byText, byNumber, end))
		p, _ := attach(t, b)
		peer := join(t, p, eventbus.Peer{})
		subs := []*port.Subscription{listen(t, p, peer, "text"), listen(t, p, peer, "number"), listen(t, p, peer, "end")}
		var j journal
		b.ListenAny(func(_ context.Context, d eventbus.Delivery) error {
			j.add("%s %v", d.Meta.Event, d.Payload)
			return nil
		})
		for n := range 2 {
			noError(t, byText.Emit(background, b, step{"a", n}))
			noError(t, byText.Emit(background, b, step{"b", n}))
		}
		noError(t, byNumber.Emit(background, b, step{"c", 5}))
		j.take()
		noError(t, end.Emit(background, b, step{"a", 9}))
		j.want(t, "listeners", "text {a 1}", "number {c 5}", "end {a 9}")
		got := frames(t, p, 0, subs...)
		wantFrames(t, "windows", got[len(got)-3:], `{"Key":"a","N":1}`, `{"Key":"c","N":5}`, `{"Key":"a","N":9}`)
	})
}

func TestGuarantee05DepthFirst(t *testing.T) {
	outer, inner := eventbus.Define(eventdef.Definition[string]{Name: "outer"}), eventbus.Define(eventdef.Definition[string]{Name: "inner"})
	b, _ := newBus(t, events(outer, inner))
	p, _ := attach(t, b)
	peer := join(t, p, eventbus.Peer{})
	subs := []*port.Subscription{listen(t, p, peer, "outer"), listen(t, p, peer, "inner")}
	var j journal
	outer.Listen(b, func(ctx context.Context, s string) error { return inner.Emit(ctx, b, "in "+s) })
	inner.Listen(b, logTo[string](&j, "inner"))
	outer.Listen(b, logTo[string](&j, "outer"))
	noError(t, outer.Emit(background, b, "x"))
	j.want(t, "listeners", "inner in x", "outer x")
	wantFrames(t, "windows", frames(t, p, 0, subs...), `"x"`, `"in x"`)
}

func TestGuarantee06SubscriptionOrder(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	var got, want []int // unguarded: all in this goroutine
	var stops []func()
	for i := range 300 {
		stops = append(stops, e.Listen(b, func(context.Context, int) error { got = append(got, i); return nil }))
		if i%3 != 1 {
			want = append(want, i)
		}
	}
	for i := 1; i < 300; i += 3 {
		stops[i]()
	}
	noError(t, e.Emit(background, b, 1))
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
