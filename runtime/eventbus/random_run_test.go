package eventbus_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// witness is somebody who listens: what it got, and what the model says that it should have.
type witness struct {
	name string
	stop func()
	got  []made
	sub  *port.Subscription
	key  string // of a window that wants one alone
	from int    // the model's deliveries from here on
	to   int    // up to here; -1 while it listens
	kind string
	want []made // for every: the emits themselves
}

// runProgram returns what differs.
func runProgram(t *testing.T, s setup, program []action) (diff string) {
	synctest.Test(t, func(t *testing.T) {
		p := &programRun{model: &model{setup: s, lanes: map[place]*modelLane{}}, start: time.Now()}
		d, last := s.definitions()
		p.e, p.l = eventbus.Define(d), eventbus.Define(last)
		b, f := newBus(t, events(p.e, p.l))
		p.b = b
		var err error
		p.port, err = b.Attach(new(counter))
		noError(t, err)
		p.peer = join(t, p.port, eventbus.Peer{Window: "w"})
		p.observe()
		for _, a := range program {
			p.do(a)
			synctest.Wait()
		}
		if len(program)%2 == 0 {
			p.model.flush(func(place) bool { return true })
			noError(t, b.Close(background))
			wantCode(t, p.e.Emit(background, b, step{}), eventbus.CodeClosed)
		} else {
			settle(time.Second)
			p.model.advance(1 << 30)
		}
		settle(time.Minute) // those who take their time
		p.finish()
		for _, w := range p.witnesses {
			if w.stop != nil {
				w.stop()
			}
		}
		settle(0)
		if n := len(f.take()); n != p.model.full {
			p.differ("the error handler got %d errors, want %d", n, p.model.full)
		}
		diff = strings.Join(p.diffs, "\n")
	})
	return diff
}

type programRun struct {
	mu        sync.Mutex // guards what listeners write down
	model     *model
	b         *eventbus.Bus
	e, l      *eventbus.Event[step]
	port      port.Port
	peer      eventbus.Peer
	start     time.Time
	witnesses []*witness
	diffs     []string
}

func (p *programRun) differ(format string, args ...any) {
	p.diffs = append(p.diffs, fmt.Sprintf(format, args...))
}

func (p *programRun) got(w *witness, d made) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.got = append(w.got, d)
}

func (p *programRun) now() int { return int(time.Since(p.start) / time.Millisecond) }

func (p *programRun) add(w *witness) *witness {
	w.from, w.to = len(p.model.made), -1
	w.name = fmt.Sprintf("%s %d", w.kind, len(p.witnesses))
	p.witnesses = append(p.witnesses, w)
	return w
}

// observe listens to everything from the beginning, and so sees the order across events.
func (p *programRun) observe() {
	w := p.add(&witness{kind: "any"})
	w.stop = p.b.ListenAny(func(_ context.Context, d eventbus.Delivery) error {
		items, ok := d.Payload.([]step)
		if !ok {
			items = []step{d.Payload.(step)}
		}
		p.got(w, made{p.now(), d.Meta.Event, p.placeOf(d.Meta.Event, items[0], ""), items})
		return nil
	})
}

func (p *programRun) placeOf(event string, s step, target string) place {
	if event == "last" {
		return place{}
	}
	return p.model.place(s, target)
}

func (p *programRun) do(a action) {
	m := p.model
	switch a.verb {
	case "emit":
		for _, w := range p.witnesses {
			if w.kind == "every" && w.to < 0 && m.mode != "none" {
				w.want = append(w.want, made{m.now, "e", place{}, []step{a.step}})
			}
		}
		p.code(a, p.e.Emit(background, p.b, a.step), m.emit(a.step, ""))
	case "emitTo":
		p.code(a, p.e.EmitTo(background, p.b, eventbus.Window(a.target), a.step), m.emit(a.step, a.target))
	case "last":
		p.code(a, p.l.Emit(background, p.b, a.step), "")
		m.last(a.step)
	case "sleep":
		settle(time.Duration(a.n) * time.Millisecond)
		m.advance(m.now + a.n)
	case "flush":
		if err := p.e.Flush(background, p.b); err != nil {
			p.differ("Flush: %v", err)
		}
		m.flush(func(place) bool { return true })
		m.advance(p.now()) // it has waited for slow listeners
	case "forget":
		if m.sticky && m.keyed {
			_ = p.e.Forget(p.b, eventdef.StringKey(a.step.Key))
			m.forget(a.step.Key)
		}
	case "unlisten":
		if w := p.witnesses[a.n%len(p.witnesses)]; w.stop != nil && w.to < 0 && w.kind != "any" {
			w.stop()
			w.to = len(m.made)
		}
	case "window":
		p.window(a)
	case "listen", "once", "every", "async":
		p.listen(a.verb)
	case "slow":
		p.listenSlowly(5 * a.n)
	case "stream":
		p.stream(a.n)
	}
}

func (p *programRun) code(a action, err error, want eventbus.Code) {
	var got eventbus.Code
	if e, ok := errors.AsType[*eventbus.Error](err); ok {
		got = e.Code
	}
	if got != want {
		p.differ("%v: error %v, want code %q", a, err, want)
	}
}

func (p *programRun) listen(kind string) {
	w := p.add(&witness{kind: kind})
	fn := func(_ context.Context, s step) error {
		p.got(w, made{p.now(), "e", place{}, []step{s}})
		return nil
	}
	switch kind {
	case "once":
		w.stop = p.e.Once(p.b, fn)
	case "every":
		w.stop = p.e.Listen(p.b, fn, eventbus.EveryEmit())
	case "async":
		w.stop = p.e.Listen(p.b, fn, eventbus.Async(1000, eventbus.Block))
		synctest.Wait()
	default:
		w.stop = p.e.Listen(p.b, fn)
	}
	want := p.model.initial(func(target string) bool { return target == "" })
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case kind == "once" && len(want) > 0:
		if len(w.got) != 1 {
			p.differ("%s got %v at once, want one of %v", w.name, w.got, want)
		}
	default:
		p.wantInitial(w.name, flatten(w.got), want)
		w.got = nil
	}
}

// listenSlowly registers an asynchronous listener that takes so many milliseconds for each payload, so that it has
// some in hand while others come and go.
func (p *programRun) listenSlowly(ms int) {
	w := p.add(&witness{kind: "slow"})
	for _, s := range p.model.initial(func(target string) bool { return target == "" }) {
		w.want = append(w.want, made{items: []step{s}})
	}
	w.stop = p.e.Listen(p.b, func(_ context.Context, s step) error {
		time.Sleep(time.Duration(ms) * time.Millisecond)
		p.got(w, made{items: []step{s}})
		return nil
	}, eventbus.Async(1000, eventbus.Block))
}

// stream begins a loop that takes so many milliseconds for each payload.
func (p *programRun) stream(ms int) {
	w := p.add(&witness{kind: "stream"})
	for _, s := range p.model.initial(func(target string) bool { return target == "" }) {
		w.want = append(w.want, made{items: []step{s}})
	}
	ctx, cancel := context.WithCancel(background)
	w.stop = cancel
	stream := p.e.Stream(ctx, p.b)
	go func() {
		for s := range stream {
			p.got(w, made{items: []step{s}})
			time.Sleep(time.Duration(ms) * time.Millisecond)
		}
	}()
}

// finishSlow compares what came to somebody who takes its time: everything in the order of the deliveries, or its
// beginning, if it was ended before it had come that far. What is due at the same time in several places has no
// order, and so have sticky values.
func (p *programRun) finishSlow(w *witness, made []made) {
	got, want := flatten(w.got), append(flatten(w.want), flatten(made)...)
	places := []place{{}}
	if p.model.keyed && (p.model.mode != "none" || p.model.sticky) {
		places = []place{{key: "a"}, {key: "b"}, {key: "c"}}
	}
	for _, at := range places {
		elsewhere := func(s step) bool { return at.key != "" && s.Key != at.key }
		got, want := slices.DeleteFunc(slices.Clone(got), elsewhere), slices.DeleteFunc(slices.Clone(want), elsewhere)
		if w.to >= 0 && len(got) < len(want) {
			want = want[:len(got)]
		}
		if !slices.Equal(got, want) {
			p.differ("%s got %v, want %v", w.name, got, want)
		}
	}
}

func (p *programRun) window(a action) {
	w := p.add(&witness{kind: "window"})
	var keys []eventbus.Key
	if a.n%2 == 1 && p.model.keyed {
		w.key, keys = a.step.Key, []eventbus.Key{eventdef.StringKey(a.step.Key)}
	}
	sub, err := p.port.Listen(p.peer, "e", keys...)
	if err != nil {
		p.differ("Port.Listen: %v", err)
		return
	}
	w.sub = sub
	var got []step
	for _, e := range sub.Values {
		got = append(got, decodeEntry(e)...)
	}
	want := p.model.initial(func(target string) bool { return target == "" || target == "w" })
	p.wantInitial(w.name, got, slices.DeleteFunc(want, func(s step) bool { return w.key != "" && s.Key != w.key }))
}

// wantInitial compares what somebody got at first; sticky values come in the order of their deliveries, which
// is open for what was delivered at the same time.
func (p *programRun) wantInitial(name string, got, want []step) {
	if p.model.sticky {
		slices.SortFunc(got, func(a, b step) int { return strings.Compare(a.Key, b.Key) })
	}
	if !slices.Equal(got, want) {
		p.differ("%s got %v at first, want %v", name, got, want)
	}
}

// single takes deliveries apart, as listeners get them that are called with one payload.
func (p *programRun) single(list []made) (out []made) {
	for _, d := range list {
		for _, s := range d.items {
			out = append(out, made{d.at, "e", p.model.place(s, ""), []step{s}})
		}
	}
	return out
}

// finish compares what everybody got.
func (p *programRun) finish() {
	entries := make([]*port.Entry, 10_000)
	n, _ := p.port.Read(0, entries)
	for _, w := range p.witnesses {
		to := w.to
		if to < 0 {
			to = len(p.model.made)
		}
		want := slices.Clone(p.model.made[w.from:to])
		if w.kind == "any" {
			want = slices.DeleteFunc(want, func(d made) bool { return d.target != "" })
			p.compare(w.name, w.got, want)
			continue
		}
		want = slices.DeleteFunc(want, func(d made) bool { return d.event != "e" })
		if w.kind == "window" {
			if w.sub == nil {
				continue
			}
			want = slices.DeleteFunc(want, func(d made) bool { return d.target == "v" || w.key != "" && d.key != w.key })
			for _, e := range entries[:n] {
				if w.sub.Wants(e) {
					items := decodeEntry(e)
					target, _ := e.Target.Label()
					w.got = append(w.got, made{int(e.Time.Sub(p.start) / time.Millisecond), "e", p.model.place(items[0], target), items})
				}
			}
			p.compare(w.name, w.got, want)
			continue
		}
		want = p.single(slices.DeleteFunc(want, func(d made) bool { return d.target != "" }))
		switch {
		case w.kind == "slow" || w.kind == "stream":
			p.finishSlow(w, want)
			continue
		case w.kind == "every" && p.model.mode != "none":
			want = p.single(w.want)
		case w.kind == "once":
			if len(want) > 0 && len(w.got) == 0 || len(w.got) > 1 {
				p.differ("%s got %v, want one of %v", w.name, w.got, want)
			}
			continue
		}
		p.compare(w.name, p.single(w.got), want)
	}
}

func (p *programRun) compare(name string, got, want []made) {
	if g, w := canonical(got), canonical(want); g != w {
		p.differ("%s got\n%swant\n%s", name, g, w)
	}
}

func decodeEntry(e *port.Entry) (items []step) {
	if e.Batch > 0 {
		_ = json.Unmarshal(e.Payload, &items)
		return items
	}
	var s step
	_ = json.Unmarshal(e.Payload, &s)
	return []step{s}
}

func flatten(list []made) (items []step) {
	for _, d := range list {
		items = append(items, d.items...)
	}
	return items
}
