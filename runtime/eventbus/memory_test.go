package eventbus_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// blob is a payload of which a test can see whether something keeps it.
type blob struct{ data [1 << 10]byte }

// wantGone fails the test if what p points to is still reachable.
func wantGone(t *testing.T, what string, p weak.Pointer[blob]) {
	t.Helper()
	for range 3 { // pools let go in the second collection
		runtime.GC()
	}
	if p.Value() != nil {
		t.Errorf("%s: the bus keeps it", what)
	}
}

// emitBlob emits a blob that the caller does not hold.
//
//go:noinline
func emitBlob(t *testing.T, e *eventbus.Event[*blob], b *eventbus.Bus) weak.Pointer[blob] {
	t.Helper()
	v := new(blob)
	noError(t, e.Emit(background, b, v))
	return weak.Make(v)
}

func TestGuarantee31Memory(t *testing.T) {
	plain := eventbus.Define(eventdef.Definition[*blob]{Name: "plain"})
	throttled := eventbus.Define(eventdef.Definition[*blob]{Name: "throttled", Throttle: time.Hour})
	batched := eventbus.Define(eventdef.Definition[*blob]{Name: "batched", Batch: 2, Wait: time.Hour})
	b, _ := newBus(t, events(plain, throttled, batched))
	for _, e := range []*eventbus.Event[*blob]{plain, throttled, batched} {
		nothing := func(context.Context, *blob) error { return nil }
		e.Listen(b, nothing)
		e.Listen(b, nothing, eventbus.Async(8, eventbus.Block))
		e.ListenBatch(b, func(context.Context, []*blob) error { return nil })
	}
	gone := map[string]weak.Pointer[blob]{
		"an emitted payload":      emitBlob(t, plain, b),
		"a throttled payload":     emitBlob(t, throttled, b),
		"one that took its place": emitBlob(t, throttled, b),
		"a batched payload":       emitBlob(t, batched, b),
	}
	for name, opts := range map[string][]eventbus.ListenOption{"plain": nil, "async": {eventbus.Async(8, eventbus.Block)}, "every": {eventbus.EveryEmit()}} {
		for _, e := range []*eventbus.Event[*blob]{plain, throttled} {
			gone["a listener of "+e.Name()+", "+name] = listenBriefly(e, b, opts)
		}
	}
	noError(t, b.Flush(background))
	for what, p := range gone {
		wantGone(t, what, p)
	}
	runtime.KeepAlive(b)
}

// An emit to a target borrows a place for its payload. It gives it back, empty.
func TestGuarantee31PlacesOfEmits(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[*blob]{Name: "e"})
	b, _ := newBus(t, events(e))
	gone := func() weak.Pointer[blob] {
		v := new(blob)
		noError(t, e.EmitTo(background, b, eventbus.Window("main"), v))
		return weak.Make(v)
	}()
	runtime.GC() // once: the place is still in the pool
	if gone.Value() != nil {
		t.Error("the place of an emit keeps its payload")
	}
	if n := testing.AllocsPerRun(1000, func() { noError(t, e.EmitTo(background, b, eventbus.Window("main"), nil)) }); n != 0 {
		t.Errorf("an emit to a target makes %v allocations", n)
	}
	runtime.KeepAlive(b)
}

// What is queued for a listener that passes over the rest is its own: the others' payloads are let go meanwhile.
func TestGuarantee31DroppedPayloads(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[*blob]{Name: "e"})
		b, f := newBus(t, events(e))
		release := make(chan struct{})
		var got []byte
		e.Listen(b, func(_ context.Context, v *blob) error {
			<-release
			got = append(got, v.data[0])
			return nil
		}, eventbus.Async(100, eventbus.DropNewest))
		e.Listen(b, func(context.Context, *blob) error { return nil }, eventbus.Async(1024, eventbus.Block))
		var dropped weak.Pointer[blob]
		for n := range 250 {
			p := emitNumberedBlob(t, e, b, byte(n))
			if n == 120 { // what is queued ends in the same chunk
				dropped = p
			}
			synctest.Wait()
		}
		wantGone(t, "what one listener has dropped and another has had", dropped)
		close(release)
		noError(t, b.Flush(background))
		for i, n := range got {
			if int(n) != i {
				t.Errorf("got %d in place of %d", n, i)
			}
		}
		if len(got) != 101 { // one in hand and what was queued
			t.Errorf("got %d payloads", len(got))
		}
		f.want(t, "drops", eventbus.CodeOverflow)
	})
}

//go:noinline
func emitNumberedBlob(t *testing.T, e *eventbus.Event[*blob], b *eventbus.Bus, n byte) weak.Pointer[blob] {
	t.Helper()
	v := &blob{data: [1 << 10]byte{n}}
	noError(t, e.Emit(background, b, v))
	return weak.Make(v)
}

// listenBriefly registers a listener that holds a blob, and ends it.
//
//go:noinline
func listenBriefly(e *eventbus.Event[*blob], b *eventbus.Bus, opts []eventbus.ListenOption) weak.Pointer[blob] {
	v := new(blob)
	e.Listen(b, func(context.Context, *blob) error { runtime.KeepAlive(v); return nil }, opts...)()
	return weak.Make(v)
}

func TestGuarantee31StoredValuesOfAsyncListeners(t *testing.T) {
	for name, opts := range map[string][]eventbus.ListenOption{
		"plain": nil, "async": {eventbus.Async(8, eventbus.Block)}, "one at a time": {eventbus.Async(1, eventbus.DropOldest)},
	} {
		e := eventbus.Define(eventdef.Definition[*blob]{Name: "e", Sticky: true})
		b, _ := newBus(t, events(e))
		old := emitBlob(t, e, b)
		got := 0
		e.Listen(b, func(context.Context, *blob) error { got++; return nil }, opts...)
		noError(t, b.Flush(background))
		emitBlob(t, e, b)
		noError(t, b.Flush(background))
		if got != 2 {
			t.Fatalf("%s: got %d values, want 2", name, got)
		}
		wantGone(t, name, old)
		runtime.KeepAlive(b)
	}
}

func TestGuarantee31Streams(t *testing.T) {
	for name, d := range map[string]eventdef.Definition[*blob]{"single": {}, "batch": {Batch: 1}} {
		bubble(t, func(t *testing.T) {
			d.Name = "e"
			e := eventbus.Define(d)
			b, _ := newBus(t, events(e))
			got := 0
			seq := e.Stream(background, b)
			go func() {
				for range seq {
					got++
				}
			}()
			old := emitBlob(t, e, b)
			settle(time.Second) // it waits for the next
			if got != 1 {
				t.Fatalf("%s: got %d payloads, want 1", name, got)
			}
			wantGone(t, name, old)
			noError(t, b.Close(background))
		})
	}
}

func TestGuarantee31PanickingKey(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[*blob]{Name: "e", Throttle: time.Hour, Key: func(p **blob) eventbus.Key {
		if (*p).data[0] == 1 {
			panic("no key")
		}
		return eventdef.IntKey(0)
	}})
	b, f := newBus(t, events(e))
	emitBlob(t, e, b)
	old := func() weak.Pointer[blob] {
		v := &blob{data: [1 << 10]byte{1}}
		wantCode(t, e.Emit(background, b, v), eventbus.CodePanic)
		return weak.Make(v)
	}()
	f.want(t, "the panic", eventbus.CodePanic)
	wantGone(t, "the payload", old)
	runtime.KeepAlive(b)
	emitBlob(t, e, b) // nothing is locked
}
