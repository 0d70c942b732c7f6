package eventbus_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// pair is a payload that shows whether its place was cleared or used again while somebody read it.
type pair struct {
	a, b int
	text string
}

func pairOf(n int) pair { return pair{n, n, "pair"} }

func (p pair) whole() bool { return p.a > 0 && p.a == p.b && p.text == "pair" }

// Places of payloads, slabs of queues and batches are used again, and never while somebody reads them:
// listeners come and go, emit in turn, and hold what they got.
func TestPlacesLastAsLongAsTheyAreRead(t *testing.T) {
	for name, d := range map[string]eventdef.Definition[pair]{
		"plain": {}, "throttle": {Throttle: time.Microsecond}, "batch": {Batch: 3, Wait: time.Microsecond},
		"sticky": {Sticky: true}, "sticky batch": {Sticky: true, Batch: 3, Wait: time.Microsecond},
		"replay batch": {Replay: 5, Batch: 3, Wait: time.Microsecond},
	} {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			d.Name = "e"
			e := eventbus.Define(d)
			nested := eventbus.Define(eventdef.Definition[pair]{Name: "nested"})
			b, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(e, nested)), eventbus.WithErrorHandler(func(context.Context, *eventbus.Error) {}))
			noError(t, err)
			check := func(_ context.Context, p pair) error {
				if !p.whole() {
					t.Errorf("got %v", p)
				}
				return nil
			}
			nested.ListenMeta(b, func(ctx context.Context, p pair, _ eventbus.Meta) error { return check(ctx, p) })
			e.ListenMeta(b, func(ctx context.Context, p pair, _ eventbus.Meta) error { return nested.Emit(ctx, b, pairOf(p.a+1)) })
			e.ListenMeta(b, func(ctx context.Context, p pair, _ eventbus.Meta) error { return check(ctx, p) })
			var mu sync.Mutex
			var held [][]pair
			e.ListenBatch(b, func(_ context.Context, batch []pair) error {
				mu.Lock()
				defer mu.Unlock()
				held = append(held, batch)
				return nil
			})
			var wg sync.WaitGroup
			const emits = 300
			for range 2 {
				wg.Go(func() {
					for n := 1; n <= emits; n++ {
						_ = e.Emit(background, b, pairOf(n))
					}
				})
			}
			for i := range 4 {
				wg.Go(func() {
					for n := range emits / 4 {
						stop := e.Listen(b, check, eventbus.Async(1+n%5, []eventbus.Overflow{eventbus.DropOldest, eventbus.DropNewest, eventbus.Latest, eventbus.Block}[i]))
						stopBatch := e.ListenBatch(b, func(ctx context.Context, batch []pair) error {
							for _, p := range batch {
								_ = check(ctx, p)
							}
							return nil
						}, eventbus.Async(2, eventbus.DropOldest))
						_ = e.Emit(background, b, pairOf(n+1))
						stop()
						stopBatch()
					}
				})
			}
			wg.Go(func() {
				got := 0
				for p := range e.Stream(background, b, eventbus.Async(3, eventbus.DropOldest)) {
					_ = check(background, p)
					if got++; got == emits {
						return
					}
				}
			})
			done := make(chan struct{})
			go func() { defer close(done); wg.Wait() }()
			for n := 1; ; n++ { // until the stream has had enough
				select {
				case <-done:
				default:
					_ = e.Emit(background, b, pairOf(n))
					continue
				}
				break
			}
			noError(t, b.Close(background))
			for _, batch := range held {
				for _, p := range batch {
					if !p.whole() {
						t.Fatalf("a batch that was kept holds %v", p)
					}
				}
			}
		})
	}
}

// What a listener has in hand is not cleared when it is taken out, though all others have read it.
func TestItemsInHandOutlastTheirListener(t *testing.T) {
	bubble(t, func(t *testing.T) {
		type key struct{}
		e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
		var value any
		b, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(e)), eventbus.WithErrorHandler(func(ctx context.Context, _ *eventbus.Error) {
			if ctx != nil {
				value = ctx.Value(key{})
			}
		}))
		noError(t, err)
		release := make(chan struct{})
		stop := e.Listen(b, func(context.Context, int) error { <-release; return context.Canceled }, eventbus.Async(8, eventbus.Block))
		e.Listen(b, func(context.Context, int) error { return nil }, eventbus.Async(8, eventbus.Block))
		noError(t, e.Emit(context.WithValue(background, key{}, "emit"), b, 1))
		synctest.Wait()
		stop()
		close(release)
		noError(t, b.Close(background))
		if value != "emit" {
			t.Errorf("the error handler got a context with %v", value)
		}
	})
}
