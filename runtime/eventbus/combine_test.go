package eventbus

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Timers of keyed throttles and debounces that are armed when the bus closes fire into nothing.
func TestTimersAgainstClose(t *testing.T) {
	for name, d := range map[string]Definition[step]{
		"throttle": {Throttle: time.Second}, "debounce": {Debounce: time.Second},
		"batch": {Batch: 9, Wait: time.Second, Sticky: true},
	} {
		for _, drains := range []bool{true, false} {
			t.Run(fmt.Sprint(name, " ", drains), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					d.Name, d.Key = "e", stepKey
					e := Define(d)
					b, err := New(WithCatalog(NewCatalog(e)))
					noError(t, err)
					var got atomic.Int64
					e.Listen(b, func(context.Context, step) error { got.Add(1); return nil })
					for n := range 2 {
						for key := range 10 {
							noError(t, e.Emit(background, b, step{fmt.Sprint(key), n}))
						}
						time.Sleep(100 * time.Millisecond)
					}
					before, want := got.Load(), map[string]int64{"throttle": 10, "debounce": 10, "batch": 20}[name]
					time.Sleep(700 * time.Millisecond) // the timer is about to fire
					ctx, cancel := context.WithCancel(background)
					if !drains {
						cancel()
					}
					closing := make(chan struct{})
					go func() { defer close(closing); _ = b.Close(ctx) }()
					settle(time.Hour)
					<-closing
					cancel()
					if got := got.Load(); drains && got-before != want {
						t.Errorf("got %d payloads at the end, want %d", got-before, want)
					}
					after := got.Load()
					wantCode(t, e.Emit(background, b, step{"1", 3}), CodeClosed)
					settle(time.Hour)
					if got := got.Load(); got != after {
						t.Errorf("%d payloads came after Close", got-after)
					}
				})
			})
		}
	}
}

// What a window relays takes the same way as all else: it is coalesced apart from what Go code emits, stored
// for its target, and wrapped by interceptors.
func TestRelayCombinations(t *testing.T) {
	for name, c := range map[string]struct {
		d    Definition[int]
		opts []Option
		want []string
	}{
		"throttle": {Definition[int]{Throttle: time.Second}, nil, []string{"go 1", "window 1", "go 3", "window 3"}},
		"debounce": {Definition[int]{Debounce: time.Second}, nil, []string{"go 3", "window 3"}},
		"batch":    {Definition[int]{Batch: 2, Wait: time.Second}, nil, []string{"go 1", "go 2", "window [1,2]", "go 3", "window [3]"}},
		"sticky":   {Definition[int]{Sticky: true}, nil, []string{"go 1", "window 1", "go 2", "window 2", "go 3", "window 3"}},
		"sticky throttle": {Definition[int]{Sticky: true, Throttle: time.Second}, nil,
			[]string{"go 1", "window 1", "go 3", "window 3"}},
		"replay": {Definition[int]{Replay: 2}, nil, []string{"go 1", "window 1", "go 2", "window 2", "go 3", "window 3"}},
		"strict": {Definition[int]{Batch: 2, Wait: time.Second}, []Option{WithStrictEmit()}, []string{"go 1", "go 2", "window [1,2]", "go 3", "window [3]"}},
		"intercepted": {Definition[int]{Throttle: time.Second}, []Option{WithInterceptor(passing(func(next EmitFunc) EmitFunc {
			return func(ctx context.Context, e Emission) error {
				e.Payload = 10 * e.Payload.(int)
				return next(ctx, e)
			}
		}))}, []string{"go 10", "window 10", "go 30", "window 30"}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c.d.Name, c.d.From, c.d.Relay = "e", FromBoth, true
				e := Define(c.d)
				b, _ := newBus(t, events(e), c.opts...)
				p, _ := attach(t, b)
				from, to, third := join(t, p, Peer{Window: "from"}), join(t, p, Peer{Window: "to"}), join(t, p, Peer{Window: "third"})
				var j journal
				read := uint64(0)
				s, others := listen(t, p, to, "e"), listen(t, p, third, "e")
				drain := func() {
					entries := make([]*Entry, 16)
					n, _ := p.Read(read, entries)
					for _, entry := range entries[:n] {
						read = entry.Seq
						if others.Wants(entry) {
							t.Errorf("another window got %s", entry.Payload)
						}
						if s.Wants(entry) {
							j.add("window %s", entry.Payload)
						}
					}
				}
				e.Listen(b, logTo[int](&j, "go"))
				for n := 1; n <= 3; n++ {
					noError(t, p.Emit(background, from, Incoming{Event: "e", Payload: fmt.Append(nil, n), To: Window("to")}))
					drain()
				}
				settle(time.Minute)
				drain()
				j.want(t, "in order", c.want...)
				values := listen(t, p, to, "e").Values
				if want := min(c.d.Replay, 3); c.d.Replay > 0 && len(values) != want || c.d.Sticky && len(values) != 1 {
					t.Errorf("a later window of the label got %d stored values", len(values))
				}
				if got := listen(t, p, third, "e").Values; len(got) != 0 {
					t.Errorf("another window got %d stored values", len(got))
				}
			})
		})
	}
}

// A listener that is slow on its stored values does not make emits wait, and what waits for it is bounded.
func TestGuarantee19Backlog(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := Define(Definition[int]{Name: "e", Sticky: true})
		b, f := newBus(t, events(e))
		noError(t, e.Emit(background, b, -1))
		release := make(chan struct{})
		var got []int
		go e.Listen(b, func(_ context.Context, n int) error { <-release; got = append(got, n); return nil })
		synctest.Wait()
		const over = 10
		for n := range usualQueue + over {
			noError(t, e.Emit(background, b, n))
		}
		close(release)
		synctest.Wait()
		if len(got) != 1+usualQueue || got[0] != -1 || got[1] != over || got[usualQueue] != usualQueue+over-1 {
			t.Errorf("got %d payloads, of which the second is %d", len(got), got[1])
		}
		list := f.take()
		if len(list) != 1 || list[0].Code != CodeOverflow ||
			list[0].Err.Error() != "the queue of 1024 of a listener was full: 10 dropped (drop-oldest)" {
			t.Errorf("the error handler got %v", list)
		}
	})
}

// A flush takes all that waits, even if listeners have added more than one batch to it.
func TestGuarantee42FlushOfManyBatches(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := Define(Definition[int]{Name: "e", Batch: 2, Wait: time.Hour})
		b, _ := newBus(t, events(e))
		var j journal
		release := make(chan struct{})
		e.ListenBatch(b, func(ctx context.Context, batch []int) error {
			j.add("%v", batch)
			if batch[0] == 1 {
				for n := 3; n <= 7; n++ {
					noError(t, e.Emit(ctx, b, n))
				}
				<-release
			}
			return nil
		})
		noError(t, e.Emit(background, b, 1))
		go func() { noError(t, e.Emit(background, b, 2)) }()
		synctest.Wait()
		flushed := make(chan struct{})
		go func() { defer close(flushed); noError(t, b.Flush(background)) }()
		synctest.Wait()
		close(release)
		<-flushed
		j.want(t, "flushed", "[1 2]", "[3 4]", "[5 6]", "[7]")
	})
}

// When Close gives up, what is queued for catch-all listeners is dropped like all else.
func TestGuarantee39CatchAllQueues(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := Define(Definition[int]{Name: "e"})
		b, err := New(WithCatalog(NewCatalog(e)))
		noError(t, err)
		var j journal
		release := make(chan struct{})
		ListenAny(b, func(_ context.Context, d Delivery) error { <-release; j.add("%v", d.Payload); return nil }, Async(8, Block))
		for n := range 3 {
			noError(t, e.Emit(background, b, n))
			synctest.Wait()
		}
		ctx, cancel := context.WithTimeout(background, time.Second)
		defer cancel()
		if err := b.Close(ctx); err != context.DeadlineExceeded {
			t.Errorf("Close returned %v", err)
		}
		close(release)
		synctest.Wait()
		j.want(t, "what was under way alone", "0")
	})
}

// Batches that come while a listener is slow on its stored values are still what they were when it gets them.
func TestGuarantee19BatchesMeanwhile(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := Define(Definition[int]{Name: "e", Replay: 4, Batch: 2, Wait: time.Second})
		b, _ := newBus(t, events(e))
		emit := func(from int) {
			noError(t, e.Emit(background, b, from))
			noError(t, e.Emit(background, b, from+1))
		}
		emit(1)
		release := make(chan struct{})
		var j journal
		go e.Listen(b, func(_ context.Context, n int) error { <-release; j.add("%d", n); return nil })
		synctest.Wait()
		for n := 3; n < 9; n += 2 {
			emit(n)
		}
		close(release)
		synctest.Wait()
		j.want(t, "everything", "1", "2", "3", "4", "5", "6", "7", "8")
	})
}
