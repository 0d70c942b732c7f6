package eventbus_test

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// probe is a payload whose codec, key and validation call what the test sets.
type probe int

// callback is a way to have the bus call code of the application. trigger makes it call act, once at least.
type callback struct {
	name    string
	trigger func(t *testing.T, r *rig)
}

// rig is a bus on which act is called where the callback wants it.
type rig struct {
	b     *eventbus.Bus
	e, d  *eventbus.Event[probe] // plain and debounced
	in    *eventbus.Event[probe] // emitted by windows
	key   *eventbus.Event[probe] // throttled by a key
	act   func()
	where string // the callback in which act is called
	port  port.Port
	peer  eventbus.Peer
}

func (r *rig) at(where string) {
	if r.where == where {
		r.act()
	}
}

var callbacks = []callback{
	{name: "listener", trigger: func(t *testing.T, r *rig) {
		r.e.Listen(r.b, func(context.Context, probe) error { r.at("listener"); return nil })
		_ = r.e.Emit(background, r.b, 1)
	}},
	{name: "asynchronous listener", trigger: func(t *testing.T, r *rig) {
		r.e.Listen(r.b, func(context.Context, probe) error { r.at("asynchronous listener"); return nil }, eventbus.Async(4, eventbus.Block))
		_ = r.e.Emit(background, r.b, 1)
	}},
	{name: "deferred listener", trigger: func(t *testing.T, r *rig) {
		r.d.Listen(r.b, func(context.Context, probe) error { r.at("deferred listener"); return nil })
		_ = r.d.Emit(background, r.b, 1)
	}},
	{name: "error handler", trigger: func(t *testing.T, r *rig) {
		r.e.Listen(r.b, func(context.Context, probe) error { return errors.New("failed") })
		_ = r.e.Emit(background, r.b, 1)
	}},
	{name: "error handler", trigger: func(t *testing.T, r *rig) { // of an overflow
		release := make(chan struct{})
		r.e.Listen(r.b, func(context.Context, probe) error { <-release; return nil }, eventbus.Async(1, eventbus.DropOldest))
		for range 5 {
			_ = r.e.Emit(background, r.b, 1)
			synctest.Wait()
		}
		close(release)
	}},
	{name: "error handler", trigger: func(t *testing.T, r *rig) { // of a stream's overflow
		ctx, cancel := context.WithTimeout(background, time.Second)
		defer cancel()
		stream := r.e.Stream(ctx, r.b, eventbus.Async(1, eventbus.DropOldest))
		for range 5 {
			_ = r.e.Emit(background, r.b, 1)
		}
		for range stream {
		}
	}},
	{name: "error handler", trigger: func(t *testing.T, r *rig) { // of an encoder
		r.listen()
		_ = r.e.Emit(background, r.b, -1)
	}},
	{name: "encoder", trigger: func(t *testing.T, r *rig) { r.listen(); _ = r.e.Emit(background, r.b, 1) }},
	{name: "encoder", trigger: func(t *testing.T, r *rig) { r.listen(); _ = r.d.Emit(background, r.b, 1) }},
	{name: "encoder", trigger: func(t *testing.T, r *rig) { _ = r.d.Emit(background, r.b, 1); r.settled(); r.listen() }},
	{name: "decoder", trigger: func(t *testing.T, r *rig) { r.emitAsWindow() }},
	{name: "key", trigger: func(t *testing.T, r *rig) {
		_ = r.key.Emit(background, r.b, 1)
		_ = r.key.Emit(background, r.b, 1)
	}},
	{name: "emit interceptor", trigger: func(t *testing.T, r *rig) { _ = r.e.Emit(background, r.b, 1) }},
	{name: "emit interceptor", trigger: func(t *testing.T, r *rig) { r.emitAsWindow() }},
	{name: "listen interceptor", trigger: func(t *testing.T, r *rig) {
		r.d.Listen(r.b, func(context.Context, probe) error { return nil })
		_ = r.d.Emit(background, r.b, 1)
	}},
	{name: "predicate", trigger: func(t *testing.T, r *rig) {
		_ = r.e.EmitTo(background, r.b, eventbus.Where(func(eventbus.Peer) bool { r.at("predicate"); return true }), 1)
	}},
}

func (r *rig) settled() { time.Sleep(time.Minute); synctest.Wait() }

func (r *rig) listen() {
	for _, e := range []*eventbus.Event[probe]{r.e, r.d} {
		_, _ = r.port.Listen(r.peer, e.Name())
	}
	r.settled()
}

func (r *rig) emitAsWindow() {
	_ = r.port.Emit(background, r.peer, port.Incoming{Event: "in", Payload: []byte("1")})
}

// newRig returns a rig that calls act in the callback of that name.
func newRig(t *testing.T, where string, act func(r *rig)) *rig {
	r := &rig{where: where}
	r.act = func() { act(r) }
	define := func(d eventdef.Definition[probe]) *eventbus.Event[probe] {
		d.Encode = func(dst []byte, p *probe) ([]byte, error) {
			r.at("encoder")
			if *p < 0 {
				return dst, errors.New("negative")
			}
			return strconv.AppendInt(dst, int64(*p), 10), nil
		}
		d.Decode = func([]byte, *probe) error { r.at("decoder"); return nil }
		return eventbus.Define(d)
	}
	r.e = define(eventdef.Definition[probe]{Name: "e"})
	r.d = define(eventdef.Definition[probe]{Name: "d", Debounce: time.Second, Sticky: true})
	r.in = define(eventdef.Definition[probe]{Name: "in", From: eventdef.FromClient})
	r.key = define(eventdef.Definition[probe]{Name: "key", Throttle: time.Second, Key: func(*probe) eventbus.Key { r.at("key"); return eventdef.IntKey(1) }})
	opts := []eventbus.Option{
		eventbus.WithCatalog(eventbus.NewCatalog(r.e, r.d, r.in, r.key)),
		eventbus.WithErrorHandler(func(context.Context, *eventbus.Error) { r.at("error handler") }),
	}
	if where == "emit interceptor" || where == "listen interceptor" {
		opts = append(opts, eventbus.WithInterceptor(probing{r}))
	}
	b, err := eventbus.New(opts...)
	noError(t, err)
	r.b = b
	r.port, _ = attach(t, b)
	r.peer = join(t, r.port, eventbus.Peer{Window: "w"})
	r.in.Listen(b, func(context.Context, probe) error { return nil })
	return r
}

// probing is an interceptor that calls the rig's act.
type probing struct{ r *rig }

func (c probing) WrapEmit(next func(context.Context, eventbus.Emission) error) func(context.Context, eventbus.Emission) error {
	return func(ctx context.Context, e eventbus.Emission) error { c.r.at("emit interceptor"); return next(ctx, e) }
}

func (c probing) WrapListen(next func(context.Context, eventbus.Delivery) error) func(context.Context, eventbus.Delivery) error {
	return func(ctx context.Context, d eventbus.Delivery) error {
		c.r.at("listen interceptor")
		return next(ctx, d)
	}
}

// Nothing that is called inside a callback of the bus waits for the callback. A deadlock ends the bubble.
func TestGuarantee43InsideCallbacks(t *testing.T) {
	calls := map[string]func(r *rig){
		"Close":       func(r *rig) { _ = r.b.Close(background) },
		"Flush":       func(r *rig) { _ = r.b.Flush(background) },
		"Event.Flush": func(r *rig) { _, _ = r.e.Flush(background, r.b), r.d.Flush(background, r.b) },
		"Emit":        func(r *rig) { _ = r.e.Emit(background, r.b, 2); _ = r.d.Emit(background, r.b, 2) },
		"Listen": func(r *rig) {
			r.d.Listen(r.b, func(context.Context, probe) error { return nil })()
			r.b.ListenAny(func(context.Context, eventbus.Delivery) error { return nil }, eventbus.Async(1, eventbus.DropOldest))()
		},
	}
	for _, c := range callbacks {
		for name, call := range calls {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					var called atomic.Int32
					r := newRig(t, c.name, func(r *rig) {
						if called.Add(1) == 1 {
							call(r)
						}
					})
					c.trigger(t, r)
					r.settled()
					noError(t, r.b.Close(background))
					if called.Load() == 0 {
						t.Error("it was not called")
					}
					wantCode(t, r.e.Emit(background, r.b, 1), eventbus.CodeClosed)
				})
			})
		}
	}
}

// A panic in a callback fails what it happened in. It crosses no call of the bus, locks nothing, and the error
// handler learns of it.
func TestGuarantee12PanicsInCallbacks(t *testing.T) {
	for _, c := range callbacks {
		if c.name == "error handler" { // its panics are logged; see TestErrorHandlerThatPanics
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				cause := errors.New("the cause")
				r := newRig(t, c.name, func(*rig) { panic(cause) })
				var reported []*eventbus.Error
				r.b.HandleErrors(func(_ context.Context, err *eventbus.Error) { reported = append(reported, err) })
				c.trigger(t, r)
				r.settled()
				if len(reported) == 0 {
					t.Fatal("the error handler was not told")
				}
				for _, err := range reported {
					if p, ok := errors.AsType[*eventbus.PanicError](err); !ok || p.Value != cause || !errors.Is(err, cause) {
						t.Errorf("the error handler got %v", err)
					}
				}
				r.where = ""
				for _, e := range []*eventbus.Event[probe]{r.e, r.d, r.key} {
					noError(t, e.Emit(background, r.b, 1))
				}
				noError(t, r.port.Emit(background, r.peer, port.Incoming{Event: "in", Payload: []byte("1")}))
				noError(t, r.b.Close(background))
			})
		})
	}
}

// An emit fails with the panic of what it passes on its way: to the emitter as panic, to a window as internal.
func TestGuarantee12PanicsFailTheEmit(t *testing.T) {
	for _, where := range []string{"emit interceptor", "key", "decoder", "predicate"} {
		bubble(t, func(t *testing.T) {
			r := newRig(t, where, func(*rig) { panic(where) })
			emits := map[string]func() error{
				"emit interceptor": func() error { return r.e.Emit(background, r.b, 1) },
				"key":              func() error { return r.key.Emit(background, r.b, 1) },
				"decoder": func() error {
					return r.port.Emit(background, r.peer, port.Incoming{Event: "in", Payload: []byte("1")})
				},
				"predicate": func() error {
					return r.e.EmitTo(background, r.b, eventbus.Where(func(eventbus.Peer) bool { r.act(); return true }), 1)
				},
			}
			err := emits[where]()
			wantCode(t, err, eventbus.CodePanic)
			wantCode(t, eventbus.Public(err), eventbus.CodeInternal)
			r.where = ""
			noError(t, r.b.Close(background))
		})
	}
}

// The bus cannot see that a listener waits for the goroutine that calls Close. It drains all else meanwhile, and
// Close ends with its context.
func TestGuarantee43CloseInAGoroutineOfAListener(t *testing.T) {
	for name, opts := range map[string][]eventbus.ListenOption{"synchronous": nil, "asynchronous": {eventbus.Async(4, eventbus.Block)}} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				e, other := eventbus.Define(eventdef.Definition[int]{Name: "e"}), eventbus.Define(eventdef.Definition[int]{Name: "other", Debounce: time.Hour})
				last := eventbus.Define(eventdef.Definition[int]{Name: "last", Batch: 9, Wait: time.Hour})
				b, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(e, other, last)))
				noError(t, err)
				var j, next journal
				e.Listen(b, func(context.Context, int) error {
					ctx, cancel := context.WithTimeout(background, time.Second)
					defer cancel()
					result := make(chan error)
					go func() { result <- b.Close(ctx) }()
					j.add("%v", <-result)
					return nil
				}, opts...)
				e.Listen(b, logTo[int](&next, "next"), opts...)
				other.Listen(b, func(ctx context.Context, n int) error { j.add("other"); return last.Emit(ctx, b, n) })
				last.Listen(b, logTo[int](&j, "last"), eventbus.Async(1, eventbus.Block))
				noError(t, other.Emit(background, b, 1))
				noError(t, e.Emit(background, b, 1))
				settle(time.Minute)
				j.want(t, "calls", "other", "last 1", "eventbus: canceled: context deadline exceeded")
				next.want(t, "the other listener", "next 1")
				if err := b.Close(background); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Close returned %v", err)
				}
			})
		})
	}
}

// Close waits for a listener that is being given the stored values.
func TestGuarantee38WaitsForStoredValues(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[int]{Name: "e", Sticky: true})
		b, _ := newBus(t, events(e))
		noError(t, e.Emit(background, b, 1))
		var returned atomic.Bool
		go e.Listen(b, func(context.Context, int) error { time.Sleep(time.Hour); returned.Store(true); return nil })
		synctest.Wait()
		noError(t, b.Close(background))
		if !returned.Load() {
			t.Error("Close did not wait")
		}
	})
}
