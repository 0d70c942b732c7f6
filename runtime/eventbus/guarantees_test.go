package eventbus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Every sentence of doc.go has a test that is called after its number.
func TestGuaranteesHaveTests(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	noError(t, err)
	numbers := regexp.MustCompile(`(?m)^//  (\d+)\. `).FindAllStringSubmatch(string(doc), -1)
	var tests strings.Builder
	files, err := filepath.Glob("*_test.go")
	noError(t, err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		noError(t, err)
		tests.Write(text)
	}
	for i, m := range numbers {
		if m[1] != strconv.Itoa(i+1) {
			t.Errorf("sentence %d is numbered %s", i+1, m[1])
		}
		if !strings.Contains(tests.String(), fmt.Sprintf("func TestGuarantee%02d", i+1)) {
			t.Errorf("sentence %d has no test", i+1)
		}
	}
	if len(numbers) == 0 {
		t.Error("there are no guarantees")
	}
}

func TestGuarantee01OrderForListeners(t *testing.T) {
	x, y := Define(Definition[int]{Name: "x"}), Define(Definition[int]{Name: "y"})
	b, _ := newBus(t, events(x, y))
	var plain, any1, any2 journal
	x.Listen(b, logTo[int](&plain, "x"))
	y.Listen(b, logTo[int](&plain, "y"))
	record := func(j *journal) func(context.Context, Delivery) error {
		return func(_ context.Context, d Delivery) error { j.add("%s %v", d.Event.Name, d.Payload); return nil }
	}
	ListenAny(b, record(&any1))
	ListenAny(b, record(&any2), Async(4, Block))
	var want []string
	for n := range 200 {
		e := []*Event[int]{x, y}[n*n%3%2]
		noError(t, e.Emit(background, b, n))
		want = append(want, fmt.Sprintf("%s %d", e.Name(), n))
	}
	noError(t, b.Flush(background))
	plain.want(t, "listeners", want...)
	any1.want(t, "a synchronous catch-all", want...)
	any2.want(t, "an asynchronous catch-all", want...)
}

func TestGuarantee02OrderForWindows(t *testing.T) {
	x, y := Define(Definition[string]{Name: "x"}), Define(Definition[string]{Name: "y"})
	b, _ := newBus(t, events(x, y), WithLog(64<<20, 0))
	p, _ := attach(t, b)
	peer := join(t, p, Peer{})
	subs := []*Subscription{listen(t, p, peer, "x"), listen(t, p, peer, "y")}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for n := range 200 {
				e := []*Event[string]{x, y}[n*n%3%2]
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
	for name, d := range map[string]Definition[step]{
		"throttle": {Throttle: time.Millisecond, Key: stepKey},
		"debounce": {Debounce: time.Millisecond, Key: stepKey},
		"batch":    {Batch: 3, Wait: time.Millisecond, Key: nil},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				d.Name = "e"
				e := Define(d)
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
					keys = keys[:1] // one lane
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
		byText := Define(Definition[step]{Name: "text", Throttle: time.Hour, Key: stepKey})
		byNumber := Define(Definition[step]{Name: "number", Debounce: time.Hour, Key: func(s *step) Key { return IntKey(int64(s.N)) }})
		end := Define(Definition[step]{Name: "end", Sticky: true, Key: stepKey, Flushes: []string{"text", "number"}})
		b, _ := newBus(t, events(byText, byNumber, end))
		p, _ := attach(t, b)
		peer := join(t, p, Peer{})
		subs := []*Subscription{listen(t, p, peer, "text"), listen(t, p, peer, "number"), listen(t, p, peer, "end")}
		var j journal
		ListenAny(b, func(_ context.Context, d Delivery) error { j.add("%s %v", d.Event.Name, d.Payload); return nil })
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
	outer, inner := Define(Definition[string]{Name: "outer"}), Define(Definition[string]{Name: "inner"})
	b, _ := newBus(t, events(outer, inner))
	p, _ := attach(t, b)
	peer := join(t, p, Peer{})
	subs := []*Subscription{listen(t, p, peer, "outer"), listen(t, p, peer, "inner")}
	var j journal
	outer.Listen(b, func(ctx context.Context, s string) error { return inner.Emit(ctx, b, "in "+s) })
	inner.Listen(b, logTo[string](&j, "inner"))
	outer.Listen(b, logTo[string](&j, "outer"))
	noError(t, outer.Emit(background, b, "x"))
	j.want(t, "listeners", "inner in x", "outer x")
	wantFrames(t, "windows", frames(t, p, 0, subs...), `"x"`, `"in x"`)
}

func TestGuarantee06SubscriptionOrder(t *testing.T) {
	e := Define(Definition[int]{Name: "e"})
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

func TestGuarantee07EmitReturnsAfterListeners(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := Define(Definition[int]{Name: "e"})
		b, _ := newBus(t, events(e))
		returned := false
		e.Listen(b, func(context.Context, int) error { time.Sleep(time.Hour); returned = true; return nil })
		noError(t, e.Emit(background, b, 1))
		if !returned {
			t.Error("Emit returned before its listener")
		}
	})
}

func TestGuarantee08DeliveriesAfterRegistration(t *testing.T) {
	e := Define(Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	var j journal
	e.Once(b, func(context.Context, int) error { e.Listen(b, logTo[int](&j, "new")); return nil })
	noError(t, e.Emit(background, b, 1))
	noError(t, e.Emit(background, b, 2))
	j.want(t, "a listener of a listener", "new 2")
}

func TestGuarantee09NoCallAfterUnlisten(t *testing.T) {
	noLeak(t)
	for _, opts := range [][]ListenOption{nil, {Async(64, Block)}, {Async(8, DropOldest)}} {
		e := Define(Definition[int]{Name: "e"})
		b, f := newBus(t, events(e))
		var stop atomic.Bool
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				for n := 0; !stop.Load(); n++ {
					noError(t, e.Emit(background, b, n))
				}
			})
		}
		for range 300 {
			var ended atomic.Bool
			var inside atomic.Int32
			unlisten := e.Listen(b, func(context.Context, int) error {
				// A call that began before unlisten returned may still run: it has entered by then.
				if inside.Add(1); ended.Load() && inside.Load() > 3 {
					t.Error("called after unlisten")
				}
				inside.Add(-1)
				return nil
			}, opts...)
			runtime.Gosched()
			unlisten()
			ended.Store(true)
		}
		stop.Store(true)
		wg.Wait()
		f.take() // overflows
	}
	// In one goroutine there is no doubt.
	e := Define(Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	var j journal
	unlisten := e.Listen(b, logTo[int](&j, "call"))
	unlisten()
	noError(t, e.Emit(background, b, 1))
	j.want(t, "after unlisten")
	bubble(t, func(t *testing.T) {
		e := Define(Definition[int]{Name: "e"})
		b, _ := newBus(t, events(e))
		unlisten := e.Listen(b, func(_ context.Context, n int) error { time.Sleep(time.Second); j.add("%d", n); return nil }, Async(100, Block))
		for n := range 50 {
			noError(t, e.Emit(background, b, n))
		}
		settle(500 * time.Millisecond)
		unlisten()
		settle(time.Hour)
		j.want(t, "what was queued is dropped", "0")
	})
}

func TestGuarantee10Unlisten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := Define(Definition[int]{Name: "e"})
		b, _ := newBus(t, events(e))
		var unlisten func()
		calls := 0
		unlisten = e.Listen(b, func(context.Context, int) error {
			calls++
			time.Sleep(time.Hour)
			unlisten()
			unlisten()
			return nil
		})
		go func() { noError(t, e.Emit(background, b, 1)) }()
		synctest.Wait()
		start := time.Now()
		unlisten()
		if time.Since(start) != 0 {
			t.Error("unlisten waited")
		}
		settle(2 * time.Hour)
		noError(t, e.Emit(background, b, 2))
		if calls != 1 {
			t.Errorf("called %d times", calls)
		}
	})
}

func TestGuarantee11Once(t *testing.T) {
	e := Define(Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	for range 200 {
		var calls atomic.Int32
		e.Once(b, func(ctx context.Context, n int) error {
			calls.Add(1)
			return e.Emit(ctx, b, n)
		})
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { noError(t, e.Emit(background, b, 1)) })
		}
		wg.Wait()
		if calls.Load() != 1 {
			t.Fatalf("called %d times", calls.Load())
		}
	}
}

func TestGuarantee12Isolation(t *testing.T) {
	noLeak(t)
	failures := []func() error{
		func() error { panic("panic") }, func() error { runtime.Goexit(); return nil },
		func() error { return errors.New("error") }, func() error { return nil },
	}
	for _, opts := range [][]ListenOption{nil, {Async(8, Block)}} {
		for first := range failures {
			for second := range failures {
				e := Define(Definition[int]{Name: "e"})
				b, f := newBus(t, events(e))
				var calls atomic.Int32
				for _, i := range []int{3, first, second, 3} {
					e.Listen(b, func(context.Context, int) error { calls.Add(1); return failures[i]() }, opts...)
				}
				done, returned := make(chan struct{}), false
				go func() {
					defer close(done)
					noError(t, e.Emit(background, b, 1))
					returned = true
				}()
				<-done
				noError(t, b.Flush(background))
				if calls.Load() != 4 {
					t.Errorf("%d and %d: %d calls", first, second, calls.Load())
				}
				if exits := opts == nil && (first == 1 || second == 1); returned == exits {
					t.Errorf("%d and %d: the emit returned: %v", first, second, returned)
				}
				want := 0
				for _, i := range []int{first, second} {
					if i < 3 {
						want++
					}
				}
				noError(t, b.Close(background))
				if got := len(f.take()); got != want {
					t.Errorf("%d and %d: %d failures", first, second, got)
				}
			}
		}
	}
}

func TestGuarantee13Targets(t *testing.T) {
	e := Define(Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	hit, missed := join(t, p, Peer{Window: "hit"}), join(t, p, Peer{Window: "missed"})
	sh, sm := listen(t, p, hit, "e"), listen(t, p, missed, "e")
	e.Listen(b, func(context.Context, int) error { t.Error("a Go listener got it"); return nil })
	noError(t, e.EmitTo(background, b, Window("hit"), 1))
	wantCode(t, e.EmitTo(background, b, Target{}, 2), CodeInvalidTarget)
	wantFrames(t, "the target", frames(t, p, 0, sh), "1")
	wantFrames(t, "another", frames(t, p, 0, sm))
}

func TestGuarantee14Audience(t *testing.T) {
	for _, to := range []Audience{ToWindow, ToGroup} {
		e := Define(Definition[int]{Name: "e", To: to})
		b, _ := newBus(t, events(e))
		wantCode(t, e.Emit(background, b, 1), CodeAudience)
		wantCode(t, e.EmitTo(background, b, All, 1), CodeAudience)
		wantCode(t, e.EmitTo(background, b, Except(Window("x")), 1), CodeAudience)
	}
}

func TestGuarantee15Throttle(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const period = 10 * time.Millisecond
		e := Define(Definition[step]{Name: "e", Throttle: period, Key: stepKey})
		b, _ := newBus(t, events(e))
		last, value := map[string]time.Time{}, map[string]int{}
		e.Listen(b, func(_ context.Context, s step) error {
			if at, ok := last[s.Key]; ok && time.Since(at) < period {
				t.Errorf("%v after %v", s, time.Since(at))
			}
			last[s.Key], value[s.Key] = time.Now(), s.N
			return nil
		})
		for n := range 500 {
			k := string(rune('a' + n*n%3))
			noError(t, e.Emit(background, b, step{k, n}))
			if n < 3 && value[k] != n && n != 2 {
				t.Errorf("the first of %s was held back", k)
			}
			settle(time.Duration(n%13) * time.Millisecond)
		}
		settle(time.Hour)
		if value["a"] != 498 || value["b"] != 499 {
			t.Errorf("the last values are %v", value)
		}
	})
}

func TestGuarantee16Debounce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := Define(Definition[int]{Name: "e", Debounce: 10 * time.Millisecond})
		b, _ := newBus(t, events(e))
		var j journal
		start := time.Now()
		e.Listen(b, func(_ context.Context, n int) error { j.add("%d at %v", n, time.Since(start)); return nil })
		for n := range 10 {
			noError(t, e.Emit(background, b, n))
			settle(9 * time.Millisecond)
		}
		settle(time.Hour)
		j.want(t, "debounced", "9 at 91ms")
	})
}

func TestGuarantee17Batch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const wait = 10 * time.Millisecond
		e := Define(Definition[time.Time]{Name: "e", Batch: 4, Wait: wait})
		b, _ := newBus(t, events(e))
		total := 0
		e.ListenBatch(b, func(_ context.Context, at []time.Time) error {
			total += len(at)
			if len(at) > 4 || len(at) < 4 && time.Since(at[0]) != wait || time.Since(at[0]) > wait {
				t.Errorf("%d after %v", len(at), time.Since(at[0]))
			}
			return nil
		})
		for n := range 300 {
			noError(t, e.Emit(background, b, time.Now()))
			settle(time.Duration(n*n%7) * time.Millisecond)
		}
		settle(time.Hour)
		if total != 300 {
			t.Errorf("delivered %d", total)
		}
	})
}

func TestGuarantee18EveryEmit(t *testing.T) {
	for _, d := range []Definition[int]{{Throttle: time.Hour}, {Debounce: time.Hour}, {Batch: 9, Wait: time.Hour}, {}} {
		bubble(t, func(t *testing.T) {
			d.Name = "e"
			e := Define(d)
			b, _ := newBus(t, events(e))
			var j journal
			e.Listen(b, logTo[int](&j, "every"), EveryEmit())
			for n := range 3 {
				noError(t, e.Emit(background, b, n))
				j.want(t, "at the emit", fmt.Sprint("every ", n))
			}
		})
	}
}

func TestGuarantee19Stored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		sticky := Define(Definition[step]{Name: "sticky", Sticky: true, Key: stepKey, Throttle: time.Hour})
		replay := Define(Definition[int]{Name: "replay", Replay: 2})
		b, _ := newBus(t, events(sticky, replay))
		var j journal
		for n := range 3 {
			noError(t, sticky.Emit(background, b, step{"a", n}))
			noError(t, sticky.Emit(background, b, step{"b", n}))
			noError(t, replay.Emit(background, b, n))
		}
		sticky.Listen(b, logTo[step](&j, "sticky"))
		replay.Listen(b, logTo[int](&j, "replay"))
		j.want(t, "stored", "sticky {a 0}", "sticky {b 0}", "replay 1", "replay 2")
		settle(2 * time.Hour)
		j.want(t, "newer", "sticky {a 2}", "sticky {b 2}")

		release := make(chan struct{})
		go replay.Listen(b, func(_ context.Context, n int) error { <-release; j.add("slow %d", n); return nil })
		synctest.Wait()
		noError(t, replay.Emit(background, b, 3))
		j.want(t, "while a new listener is given what is stored", "replay 3")
		close(release)
		synctest.Wait()
		j.want(t, "then", "slow 1", "slow 2", "slow 3")
	})
}

func TestGuarantee20Contexts(t *testing.T) {
	type key struct{}
	for name, d := range map[string]Definition[int]{
		"throttle": {Throttle: time.Second}, "debounce": {Debounce: time.Second}, "batch": {Batch: 9, Wait: time.Second}, "async": {},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				d.Name = "e"
				e := Define(d)
				b, _ := newBus(t, events(e))
				var last string
				var opts []ListenOption
				if name == "async" {
					opts = append(opts, Async(8, Block))
				}
				e.Listen(b, func(ctx context.Context, n int) error {
					time.Sleep(time.Second)
					last = fmt.Sprint(n, ctx.Value(key{}), ctx.Err())
					return nil
				}, opts...)
				for n := range 3 {
					ctx, cancel := context.WithCancel(context.WithValue(background, key{}, n))
					noError(t, e.Emit(ctx, b, n))
					cancel()
				}
				settle(time.Hour)
				if want := fmt.Sprint(2, 2, nil); last != want {
					t.Errorf("got %q, want %q", last, want)
				}
			})
		})
	}
}

func TestGuarantee22Admission(t *testing.T) {
	e := Define(Definition[step]{Name: "e", Throttle: time.Hour, Key: stepKey, Keys: 1})
	window := Define(Definition[int]{Name: "window", To: ToWindow})
	client := Define(Definition[int]{Name: "client", From: FromClient})
	unknown := Define(Definition[int]{Name: "unknown"})
	b, f := newBus(t, events(e, window, client))
	done, cancel := context.WithCancel(background)
	cancel()
	wantCode(t, e.Emit(done, b, step{"a", 1}), CodeCanceled)
	wantCode(t, unknown.Emit(background, b, 1), CodeUnknownEvent)
	wantCode(t, client.Emit(background, b, 1), CodeDirection)
	wantCode(t, window.Emit(background, b, 1), CodeAudience)
	wantCode(t, window.EmitTo(background, b, Window("x"), 1), CodeNoTarget)
	noError(t, e.Emit(background, b, step{"a", 1}))
	wantCode(t, e.Emit(background, b, step{"b", 1}), CodeTooManyKeys)
	later := Define(Definition[any]{Name: "later"})
	b2, f2 := newBus(t, events(later))
	p, _ := attach(t, b2)
	listen(t, p, join(t, p, Peer{}), "later")
	later.Listen(b2, func(context.Context, any) error { return errors.New("later") })
	noError(t, later.Emit(background, b2, func() {}))
	f2.want(t, "later", CodeEncode, CodeListener)
	noError(t, b.Close(background))
	wantCode(t, e.Emit(background, b, step{"a", 1}), CodeClosed)
	f.want(t, "at once")
}

func TestGuarantee23StrictEmit(t *testing.T) {
	e := Define(Definition[any]{Name: "e", Max: 4})
	b, _ := newBus(t, events(e), WithStrictEmit())
	e.Listen(b, func(_ context.Context, v any) error {
		if v != "ok" {
			t.Errorf("a listener got %v", v)
		}
		return nil
	})
	wantCode(t, e.Emit(background, b, func() {}), CodeEncode)
	wantCode(t, e.Emit(background, b, "long"), CodeTooLarge)
	noError(t, e.Emit(background, b, "ok"))
}

func TestGuarantee24Queues(t *testing.T) {
	for _, n := range []int{1, 5, 64} {
		for _, overflow := range []Overflow{DropOldest, DropNewest, Latest} {
			bubble(t, func(t *testing.T) {
				e := Define(Definition[int]{Name: "e"})
				b, f := newBus(t, events(e))
				release := make(chan struct{})
				calls, last := 0, 0
				e.Listen(b, func(_ context.Context, v int) error { <-release; calls++; last = v; return nil }, Async(n, overflow))
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
				if overflow != DropNewest && last != total-1 {
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
		e := Define(Definition[int]{Name: "e"})
		b, f := newBus(t, events(e))
		release := make(chan struct{})
		calls := 0
		e.Listen(b, func(context.Context, int) error { <-release; calls++; return nil }, Async(2, Block))
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
		f.want(t, "drops", CodeOverflow)
	})
}

func TestGuarantee26Keys(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := Define(Definition[step]{Name: "e", Throttle: time.Second, Key: stepKey, Keys: 10})
		b, _ := newBus(t, events(e))
		for round := range 3 {
			for n := range 20 {
				err := e.Emit(background, b, step{fmt.Sprint(round, n), 1})
				if refused := errors.Is(err, ErrTooManyKeys); refused != (n >= 10) {
					t.Errorf("round %d: key %d: %v", round, n, err)
				}
			}
			settle(time.Minute)
			if c := b.topic(e.ordinal()).late; len(c.lanes.texts) != 0 {
				t.Errorf("%d idle keys", len(c.lanes.texts))
			}
		}
	})
}

func TestGuarantee27Log(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const limit = 100 << 10
		e := Define(Definition[string]{Name: "e"})
		b, _ := newBus(t, events(e), WithLog(limit, time.Minute))
		p, _ := attach(t, b)
		listen(t, p, join(t, p, Peer{}), "e")
		for n := range 5000 {
			noError(t, e.Emit(background, b, strings.Repeat("x", n%300)))
			if b.log.bytes > limit {
				t.Fatalf("%d bytes", b.log.bytes)
			}
			if n%100 == 0 {
				time.Sleep(time.Second)
				if old := time.Since(b.log.ring[b.log.first&uint64(len(b.log.ring)-1)].Time); old > time.Minute+time.Second {
					t.Fatalf("an entry is %v old", old)
				}
			}
		}
	})
}

// dead is a sink that reads nothing.
type dead struct{}

func (dead) Wake()     {}
func (dead) Shutdown() {}

func TestGuarantee28Sinks(t *testing.T) {
	e := Define(Definition[int]{Name: "e"})
	b, _ := newBus(t, events(e), WithLog(1<<16, 0))
	slow, err := b.Attach(dead{})
	noError(t, err)
	listen(t, slow, join(t, slow, Peer{}), "e")
	quick, _ := attach(t, b)
	s := listen(t, quick, join(t, quick, Peer{}), "e")
	at := quick.At()
	for n := range 10_000 {
		noError(t, e.Emit(background, b, n))
		wantFrames(t, "the other sink", frames(t, quick, at, s), fmt.Sprint(n))
		at = quick.At()
	}
}

func TestGuarantee29Encoding(t *testing.T) {
	var encoded atomic.Int32
	e := Define(Definition[int]{Name: "e", Sticky: true, Encode: func(dst []byte, n *int) ([]byte, error) {
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
		for _, port := range []*Port{p, q} {
			if s := listen(t, port, join(t, port, Peer{}), "e"); len(s.Values) != 1 {
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
	plain := Define(Definition[step]{Name: "plain"})
	throttled := Define(Definition[step]{Name: "throttled", Throttle: time.Hour, Key: stepKey})
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

func TestGuarantee32Subscriptions(t *testing.T) {
	noLeak(t)
	e := Define(Definition[int]{Name: "e", Sticky: true})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	const last = 3000
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 1; n <= last; n++ {
			noError(t, e.Emit(background, b, n))
		}
	})
	for i := range 8 {
		wg.Go(func() {
			for range i * 50 {
				runtime.Gosched()
			}
			s := listen(t, p, join(t, p, Peer{}), "e")
			seen := 0
			take := func(entry *Entry, stored bool) {
				if stored != (entry.Seq <= s.At) {
					t.Errorf("position %d, subscribed at %d", entry.Seq, s.At)
				}
				n, err := strconv.Atoi(string(entry.Payload))
				noError(t, err)
				if seen != 0 && n != seen+1 {
					t.Errorf("got %d after %d", n, seen)
				}
				seen = n
			}
			for _, entry := range s.Values {
				take(entry, true)
			}
			dst := make([]*Entry, 100)
			for at := s.At; seen < last; {
				n, _ := p.Read(at, dst)
				for _, entry := range dst[:n] {
					if at = entry.Seq; s.Wants(entry) {
						take(entry, false)
					}
				}
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
}

func TestGuarantee33Acks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := Define(Definition[order]{Name: "e", From: FromClient})
		b, f := newBus(t, events(e))
		p, _ := attach(t, b)
		peer := join(t, p, Peer{})
		returned := false
		var result error
		e.Listen(b, func(context.Context, order) error {
			time.Sleep(time.Hour)
			if errors.Is(result, errPanic) {
				panic(result)
			}
			returned = true
			return result
		})
		emit := func(payload string) error {
			return p.Emit(background, peer, Incoming{Event: "e", Payload: []byte(payload)})
		}
		if err := emit(`{"n":1}`); err != nil || !returned {
			t.Errorf("got %v, the listener returned: %v", err, returned)
		}
		wantCode(t, emit(`{"n":1`), CodeInvalidPayload)
		wantCode(t, emit(`{"n":-1}`), CodeInvalidPayload)
		result = errors.New("no")
		if err := emit(`{"n":1}`); !errors.Is(err, result) {
			t.Errorf("got %v", err)
		}
		result = errPanic
		if err := emit(`{"n":1}`); !errors.Is(err, errPanic) || Public(err).Code != CodeInternal {
			t.Errorf("got %v", err)
		}
		f.want(t, "the failures", CodeListener, CodePanic)
	})
}

var errPanic = errors.New("a listener panics with it")

func TestGuarantee34Rejections(t *testing.T) {
	e := Define(Definition[int]{Name: "e", From: FromClient})
	b, f := newBus(t, events(e))
	p, _ := attach(t, b)
	peer := join(t, p, Peer{})
	results := []error{
		Reject("busy", "try later"), fmt.Errorf("wrapped: %w", Reject("busy", "try later")),
		errors.New("secret"), &Error{Code: CodeTooManyKeys, Err: errors.New("secret")},
	}
	e.Listen(b, func(_ context.Context, n int) error { return results[n] })
	for n := range results {
		got := Public(p.Emit(background, peer, Incoming{Event: "e", Payload: fmt.Append(nil, n)}))
		if n < 2 && (got.Code != "busy" || got.Err.Error() != "try later") || n >= 2 && (got.Code != CodeInternal || got.Err != nil) {
			t.Errorf("%v becomes %v", results[n], got)
		}
	}
	f.want(t, "failures, not answers", CodeListener, CodeListener)
}

func TestGuarantee35Relay(t *testing.T) {
	relayed := Define(Definition[int]{Name: "relayed", From: FromBoth, Relay: true})
	kept := Define(Definition[int]{Name: "kept", From: FromBoth})
	b, _ := newBus(t, events(relayed, kept))
	p, _ := attach(t, b)
	from, to, other := join(t, p, Peer{Window: "a"}), join(t, p, Peer{Window: "b"}), join(t, p, Peer{Window: "c"})
	var subs [3]*Subscription
	for i, peer := range []Peer{from, to, other} {
		subs[i] = listen(t, p, peer, "relayed")
	}
	silent := listen(t, p, to, "kept")
	atCall := -1
	relayed.Listen(b, func(_ context.Context, n int) error {
		if atCall = len(frames(t, p, 0, subs[1])); n == 2 {
			return Reject("no", "")
		}
		return nil
	})
	kept.Listen(b, func(context.Context, int) error { return nil })
	emit := func(event, payload string, to Target) error {
		return p.Emit(background, from, Incoming{Event: event, Payload: []byte(payload), To: to})
	}
	noError(t, emit("relayed", "1", Windows("a", "b")))
	if atCall != 0 {
		t.Error("relayed before the Go listeners")
	}
	wantCode(t, Public(emit("relayed", "2", Window("b"))), "no")
	noError(t, emit("relayed", "3", Target{}))
	noError(t, emit("kept", "4", Target{}))
	wantCode(t, emit("kept", "5", Window("b")), CodeAudience)
	wantFrames(t, "the source", frames(t, p, 0, subs[0]))
	wantFrames(t, "the target", frames(t, p, 0, subs[1]), "1")
	wantFrames(t, "another", frames(t, p, 0, subs[2]))
	wantFrames(t, "without relay", frames(t, p, 0, silent))
}

func TestGuarantee36Source(t *testing.T) {
	e := Define(Definition[map[string]string]{Name: "e", From: FromClient})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	peer := join(t, p, Peer{Window: "w", Identity: "alice", Groups: []string{"g"}})
	var got Meta
	e.ListenMeta(b, func(_ context.Context, _ map[string]string, m Meta) error { got = m; return nil })
	noError(t, p.Emit(background, peer, Incoming{Event: "e", Payload: []byte(`{"identity":"mallory","peer":"x"}`)}))
	if got.Peer.ID != peer.ID || got.Peer.Identity != "alice" || !got.Peer.In("g") || got.Peer.Node != b.Node() {
		t.Errorf("the source is %+v", got.Peer)
	}
}

func TestGuarantee38Close(t *testing.T) {
	bubble(t, func(t *testing.T) {
		outer := Define(Definition[int]{Name: "outer", Debounce: time.Hour})
		inner := Define(Definition[int]{Name: "inner", Batch: 9, Wait: time.Hour})
		b, _ := newBus(t, events(outer, inner))
		var j journal
		outer.Listen(b, func(ctx context.Context, n int) error {
			time.Sleep(time.Minute)
			return inner.Emit(ctx, b, n)
		}, Async(8, Block))
		inner.Listen(b, func(_ context.Context, n int) error { time.Sleep(time.Minute); j.add("%d", n); return nil })
		noError(t, outer.Emit(background, b, 1))
		go func() {
			time.Sleep(time.Second)
			wantCode(t, outer.Emit(background, b, 2), CodeClosed)
		}()
		noError(t, b.Close(background))
		j.want(t, "what was taken in", "1")
		wantCode(t, inner.Emit(background, b, 3), CodeClosed)
	})
}

func TestGuarantee39CloseWithADeadline(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := Define(Definition[int]{Name: "e"})
		b, err := New(WithCatalog(NewCatalog(e)))
		noError(t, err)
		calls := 0
		e.Listen(b, func(context.Context, int) error { calls++; time.Sleep(time.Hour); return nil }, Async(8, Block))
		for n := range 5 {
			noError(t, e.Emit(background, b, n))
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(background, time.Minute)
		defer cancel()
		if err := b.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		settle(10 * time.Hour)
		if calls != 1 {
			t.Errorf("%d calls", calls)
		}
	})
}

func TestGuarantee40CloseInsideAListener(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := Define(Definition[int]{Name: "e"})
		b, _ := newBus(t, events(e))
		var j journal
		e.Listen(b, func(context.Context, int) error { time.Sleep(time.Minute); j.add("queued"); return nil }, Async(8, Block))
		e.Listen(b, func(ctx context.Context, _ int) error {
			start := time.Now()
			noError(t, b.Close(ctx))
			if time.Since(start) != 0 {
				t.Error("Close waited")
			}
			j.add("returned")
			return nil
		})
		noError(t, e.Emit(background, b, 1))
		noError(t, b.Close(background))
		j.want(t, "order", "returned", "queued")
	})
}

func TestGuarantee41Goroutines(t *testing.T) {
	before := ours()
	e := Define(Definition[int]{Name: "e"})
	d := Define(Definition[int]{Name: "d", Debounce: time.Nanosecond})
	b, _ := newBus(t, events(e, d))
	for range 20 {
		e.Listen(b, func(context.Context, int) error { return nil }, Async(8, Block))
		ListenAny(b, func(context.Context, Delivery) error { return nil }, Async(8, Block))
		d.Listen(b, func(context.Context, int) error { return nil })
	}
	idle := func(when string) {
		t.Helper()
		for range 10_000 {
			if ours() == before {
				return
			}
			runtime.Gosched()
		}
		t.Errorf("%s: %d goroutines", when, ours()-before)
	}
	idle("before an emit")
	for n := range 100 {
		noError(t, e.Emit(background, b, n))
		noError(t, d.Emit(background, b, n))
	}
	noError(t, b.Flush(background))
	idle("when nothing is emitted any more")
	noError(t, b.Close(background))
	idle("after Close")
}

func TestGuarantee42Flush(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := Define(Definition[int]{Name: "e", Throttle: time.Hour})
		b, _ := newBus(t, events(e))
		p, err := b.Attach(dead{})
		noError(t, err)
		listen(t, p, join(t, p, Peer{}), "e")
		var j journal
		e.Listen(b, func(_ context.Context, n int) error { time.Sleep(time.Minute); j.add("%d", n); return nil }, Async(8, Block))
		noError(t, e.Emit(background, b, 1))
		noError(t, e.Emit(background, b, 2))
		start := time.Now()
		noError(t, b.Flush(background))
		if d := time.Since(start); d != 2*time.Minute {
			t.Errorf("waited %v", d)
		}
		j.want(t, "calls", "1", "2")
	})
}
