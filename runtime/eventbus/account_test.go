package eventbus_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// note is what windows send each other.
type note struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

func noteKey(n *note) eventbus.Key { return eventdef.StringKey(n.ID) }

// windows are peers of accounts, on one bus.
type windows struct {
	t     *testing.T
	b     *eventbus.Bus
	port  port.Port
	peers map[string]eventbus.Peer
}

// newWindows returns windows that one of them, "all", listens to.
func newWindows(t *testing.T, list []eventbus.AnyEvent, opts ...eventbus.Option) *windows {
	t.Helper()
	b, _ := newBus(t, list, opts...)
	w := &windows{t: t, b: b, peers: map[string]eventbus.Peer{}}
	w.port, _ = attach(t, b)
	all := join(t, w.port, eventbus.Peer{Window: "all"})
	for _, e := range list {
		if e.Info().Relay {
			listen(t, w.port, all, e.Info().Name)
		}
	}
	t.Cleanup(w.check)
	return w
}

// check holds the ledgers against what there is.
func (w *windows) check() {
	w.t.Helper()
	for _, p := range w.b.CheckLedgers() {
		w.t.Error(p)
	}
}

// emit has a window of the account emit to all.
func (w *windows) emit(account, event string, payload any, to eventbus.Target) error {
	w.t.Helper()
	peer, ok := w.peers[account]
	if !ok {
		peer = join(w.t, w.port, eventbus.Peer{Identity: account})
		w.peers[account] = peer
	}
	text, err := json.Marshal(payload)
	noError(w.t, err)
	return w.port.Emit(background, peer, port.Incoming{Event: event, Payload: text, To: to})
}

// fill has the account emit until that is refused, and returns how often it was not.
func (w *windows) fill(account, event string, payload func(n int) any) (n int) {
	w.t.Helper()
	for ; n < 10_000; n++ {
		if err := w.emit(account, event, payload(n), eventbus.Window("all")); err != nil {
			wantCode(w.t, err, eventbus.CodeRate)
			return n
		}
	}
	w.t.Errorf("%s is never refused", account)
	return n
}

func kilobyte(int) any { return note{Text: strings.Repeat("x", 1000)} }

func chat() *eventbus.Event[note] {
	return eventbus.Define(eventdef.Definition[note]{Name: "chat", From: eventdef.FromBoth, Relay: true})
}

func TestGuarantee44SharesOfTheLog(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := chat()
		// 32 KiB each.
		w := newWindows(t, events(e), eventbus.WithLog(1<<20, time.Minute))
		if n := w.fill("ann", "chat", kilobyte); n < 20 || n > 32 {
			t.Errorf("one account relays %d KiB, its share is 32", n)
		}
		if n := w.fill("bob", "chat", kilobyte); n < 20 {
			t.Errorf("another account relays %d KiB", n)
		}
		settle(time.Minute + time.Second)
		if n := w.fill("ann", "chat", kilobyte); n < 20 {
			t.Errorf("after the log's age the account relays %d KiB", n)
		}
	})
}

func TestGuarantee44ForAllAccounts(t *testing.T) {
	e := chat()
	w := newWindows(t, events(e), eventbus.WithLog(1<<20, time.Minute))
	for n := range 17 {
		w.fill(fmt.Sprint(n), "chat", kilobyte)
	}
	if n := w.fill("late", "chat", kilobyte); n < 18 || n > 28 {
		t.Errorf("when all is taken an account relays %d KiB, an equal part is 28", n)
	}
}

// An account that has had its share is charged for no longer than the log's age, and two minutes if it has none.
func TestGuarantee44WithoutAnAge(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWindows(t, events(chat()), eventbus.WithLog(1<<20, 0))
		w.fill("ann", "chat", kilobyte)
		settle(2*time.Minute + time.Second)
		if n := w.fill("ann", "chat", kilobyte); n < 20 {
			t.Errorf("after two minutes the account relays %d KiB", n)
		}
	})
}

func TestGuarantee44ShareIsAnOption(t *testing.T) {
	w := newWindows(t, events(chat()), eventbus.WithLog(1<<20, time.Minute), eventbus.WithShare(1))
	if n := w.fill("ann", "chat", kilobyte); n < 350 {
		t.Errorf("the one account relays %d KiB of 512", n)
	}
	if _, err := eventbus.New(eventbus.WithShare(0)); err == nil {
		t.Error("a share of nothing")
	}
}

// What is larger than the windows' half never gets in, and says so.
func TestTooLargeForTheLog(t *testing.T) {
	w := newWindows(t, events(chat()), eventbus.WithLog(8<<10, time.Minute))
	wantCode(t, w.emit("ann", "chat", note{Text: strings.Repeat("x", 5000)}, eventbus.Window("all")), eventbus.CodeTooLarge)
	noError(t, w.emit("ann", "chat", note{Text: strings.Repeat("x", 500)}, eventbus.Window("all")))
}

func TestGuarantee45ReachOfTheLog(t *testing.T) {
	e := chat()
	own := eventbus.Define(eventdef.Definition[string]{Name: "own"})
	w := newWindows(t, events(e, own), eventbus.WithLog(1<<20, time.Minute))
	listen(t, w.port, join(t, w.port, eventbus.Peer{}), "own")
	at := w.port.At()
	for range 350 {
		noError(t, own.Emit(background, w.b, strings.Repeat("x", 1000)))
	}
	for n := range 16 {
		w.fill(fmt.Sprint(n), "chat", kilobyte)
	}
	if w.port.Missed(w.port.Lookup(own.Name()), at) {
		t.Error("what windows relay pushed out what Go code had emitted within its half")
	}
}

func TestGuarantee45Keys(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for name, d := range map[string]eventdef.Definition[note]{
			"sticky":    {Sticky: true},
			"throttled": {Throttle: time.Hour},
			"debounced": {Debounce: time.Hour},
			"both":      {Sticky: true, Throttle: time.Hour},
		} {
			d.Name, d.Key, d.Keys, d.From, d.Relay = "state", noteKey, 64, eventdef.FromBoth, true
			e := eventbus.Define(d)
			w := newWindows(t, events(e))
			for n := range 100 {
				key := func(m int) any { return note{ID: fmt.Sprint("of a window ", n, " ", m)} }
				if got, most := w.fill(fmt.Sprint("account ", n), "state", key), 2; n < 8 && got != most || got > most {
					t.Errorf("%s: account %d holds %d keys, its share is %d", name, n, got, most)
				}
			}
			for n := range 32 {
				if err := e.EmitTo(background, w.b, eventbus.Window("all"), note{ID: fmt.Sprint(n)}); err != nil {
					t.Errorf("%s: emit %d of Go code: %v", name, n, err)
				}
			}
			wantCode(t, e.EmitTo(background, w.b, eventbus.Window("all"), note{ID: "more"}), eventbus.CodeTooManyKeys)
			if err := e.EmitTo(background, w.b, eventbus.Window("all"), note{ID: "0"}); err != nil {
				t.Errorf("%s: a key that Go code has: %v", name, err)
			}
		}
	})
}

// A key belongs to whoever emitted last.
func TestGuarantee45KeysChangeHands(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[note]{Name: "state", Key: noteKey, Keys: 64, From: eventdef.FromBoth, Relay: true, Sticky: true})
	w := newWindows(t, events(e))
	for range 3 {
		for n := range 10 {
			noError(t, e.EmitTo(background, w.b, eventbus.Window("all"), note{ID: fmt.Sprint(n)}))
		}
		for n := range 2 {
			noError(t, w.emit("ann", "state", note{ID: fmt.Sprint(n)}, eventbus.Window("all")))
		}
		wantCode(t, w.emit("ann", "state", note{ID: "2"}, eventbus.Window("all")), eventbus.CodeRate)
		w.check()
		e.Forget(w.b, eventdef.StringKey("0"))
		noError(t, w.emit("ann", "state", note{ID: "2"}, eventbus.Window("all")))
		w.check()
	}
}

func TestGuarantee44KeptValues(t *testing.T) {
	for name, d := range map[string]eventdef.Definition[note]{"sticky": {Sticky: true, Key: noteKey}, "replay": {Replay: 1000}} {
		d.Name, d.From, d.Relay = "state", eventdef.FromBoth, true
		e := eventbus.Define(d)
		bubble(t, func(t *testing.T) {
			w := newWindows(t, events(e), eventbus.WithLog(1<<20, time.Minute))
			next := 0
			big := func(int) any { next++; return note{fmt.Sprint(next), strings.Repeat("x", 1000)} }
			kept := w.fill("ann", "state", big)
			settle(time.Minute + time.Second) // the log is empty now, and the values are still there
			if more := w.fill("ann", "state", big); kept < 15 || kept+more > 32 {
				t.Errorf("%s: %d and %d KiB of one account are kept, its share is 32", name, kept, more)
			}
			if n := w.fill("bob", "state", big); n < 15 {
				t.Errorf("%s: another account keeps %d KiB", name, n)
			}
			if name == "sticky" {
				e.Forget(w.b)
				settle(time.Minute + time.Second)
				if n := w.fill("ann", "state", big); n < 15 {
					t.Errorf("%s: when all is forgotten the account keeps %d KiB", name, n)
				}
			}
		})
	}
}

// What waits for a throttle, a debounce or a batch is charged, and no longer than that.
func TestGuarantee44WhatWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for name, d := range map[string]eventdef.Definition[note]{
			"throttled": {Throttle: time.Second, Key: noteKey},
			"debounced": {Debounce: time.Second, Key: noteKey},
			"batched":   {Batch: 100, Wait: time.Second},
		} {
			d.Name, d.From, d.Relay = "state", eventdef.FromBoth, true
			e := eventbus.Define(d)
			w := newWindows(t, events(e), eventbus.WithLog(1<<20, time.Minute))
			big := func(n int) any { return note{fmt.Sprint(n), strings.Repeat("x", 1000)} }
			if n := w.fill("ann", "state", big); n < 15 || n > 32 {
				t.Errorf("%s: %d KiB wait, the share is 32", name, n)
			}
			for n := range 5 { // what replaces what waits is charged in its place
				if name != "batched" && w.emit("bob", "state", note{"same", strings.Repeat("x", 1000*n)}, eventbus.Window("all")) != nil {
					t.Errorf("%s: the value of one key, again", name)
				}
			}
			settle(2 * time.Minute)
			noError(t, e.EmitTo(background, w.b, eventbus.Window("all"), note{})) // so that the log ages
			settle(2 * time.Second)
			w.check()
			if n := w.fill("ann", "state", big); n < 15 {
				t.Errorf("%s: later %d KiB wait", name, n)
			}
			settle(2 * time.Second)
			w.check()
		}
	})
}

// What is emitted while a batch is delivered may be more than the next one takes.
func TestGuarantee44BatchesAreDivided(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[note]{Name: "state", From: eventdef.FromBoth, Relay: true, Batch: 2, Wait: time.Second})
		w := newWindows(t, events(e), eventbus.WithLog(1<<20, time.Minute))
		emit := func(n int) {
			noError(t, w.emit("ann", "state", note{fmt.Sprint(n), strings.Repeat("x", 1000)}, eventbus.Target{}))
		}
		var sizes []int
		e.ListenBatch(w.b, func(_ context.Context, batch []note) error {
			sizes = append(sizes, len(batch))
			for n := range 5 {
				if len(sizes) == 1 {
					emit(n)
				}
			}
			return nil
		})
		emit(0)
		emit(1)
		settle(time.Hour)
		if !slices.Equal(sizes, []int{2, 2, 2, 1}) {
			t.Errorf("batches of %v", sizes)
		}
	})
}

// An emit that a listener refuses, or that nobody listens to, leaves nothing.
func TestGuarantee44Refused(t *testing.T) {
	e := chat()
	quiet := eventbus.Define(eventdef.Definition[note]{Name: "quiet", From: eventdef.FromClient})
	w := newWindows(t, events(e, quiet), eventbus.WithLog(1<<20, time.Minute))
	e.Listen(w.b, func(_ context.Context, n note) error { return eventbus.Reject("no", "never") })
	quiet.Listen(w.b, func(context.Context, note) error { return eventbus.Reject("no", "never") })
	for range 100 {
		wantCode(t, w.emit("ann", "chat", kilobyte(0), eventbus.Window("all")), eventbus.CodeListener)
		wantCode(t, w.emit("ann", "quiet", kilobyte(0), eventbus.Target{}), eventbus.CodeListener)
	}
	if n := w.b.LoggedForWindows(); n != 0 {
		t.Errorf("%d bytes are charged", n)
	}
}

func TestGuarantee27AllOfAnEntryCounts(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[note]{Name: "state", Key: noteKey, From: eventdef.FromBoth, Relay: true, Slow: eventdef.SlowLatest})
	const limit = 1 << 20
	b, _ := newBus(t, events(e), eventbus.WithLog(limit, time.Minute), eventbus.WithShare(1))
	p, _ := attach(t, b)
	listen(t, p, join(t, p, eventbus.Peer{Window: "all"}), "state")
	before := heap()
	for n := range 5000 {
		var names []string
		for i := range 200 {
			names = append(names, fmt.Sprint(n, " ", i))
		}
		err := e.EmitTo(background, b, eventbus.Windows(append(names, "all")...), note{ID: strings.Repeat("k", 100) + fmt.Sprint(n)})
		noError(t, err)
	}
	if used := heap() - before; used > 2*limit {
		t.Errorf("a log of %d bytes takes %d", limit, used)
	}
	before = heap()
	for n := range 5000 {
		peer := eventbus.Peer{ID: fmt.Sprint(n), Window: "w", Groups: []string{strings.Repeat("g", 1000)}, Attributes: map[string]string{"a": strings.Repeat("x", 1000)}}
		err := p.Emit(background, peer, port.Incoming{Event: "state", Payload: []byte(`{"id":"a","text":""}`), To: eventbus.Window("all")})
		if err != nil {
			wantCode(t, err, eventbus.CodeRate)
		}
	}
	if used := heap() - before; used > 2*limit {
		t.Errorf("a log of %d bytes takes %d", limit, used)
	}
	runtime.KeepAlive(b)
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// A value that is kept keeps nothing of the log in memory.
func TestKeptValuesStandAlone(t *testing.T) {
	state := eventbus.Define(eventdef.Definition[note]{Name: "state", Key: noteKey, Sticky: true})
	e := eventbus.Define(eventdef.Definition[string]{Name: "e"})
	b, _ := newBus(t, events(state, e), eventbus.WithLog(64<<10, time.Minute))
	p, _ := attach(t, b)
	peer := join(t, p, eventbus.Peer{})
	listen(t, p, peer, "state")
	listen(t, p, peer, "e")
	before := heap()
	for n := range 500 {
		noError(t, state.Emit(background, b, note{ID: fmt.Sprint(n)}))
		for range 10 {
			noError(t, e.Emit(background, b, strings.Repeat("x", 4000)))
		}
	}
	if used := heap() - before; used > 1<<20 {
		t.Errorf("500 small values take %d bytes", used)
	}
	runtime.KeepAlive(b)
}

func TestGuarantee46Names(t *testing.T) {
	w := newWindows(t, events(chat()))
	noError(t, w.emit("ann", "chat", note{}, eventbus.Windows("all", strings.Repeat("x", eventbus.MaxTargetName))))
	many := []string{"all"}
	for n := range eventbus.MaxTargetNames {
		many = append(many, fmt.Sprint(n))
	}
	for _, to := range []eventbus.Target{eventbus.Windows(many...), eventbus.Windows("all", strings.Repeat("x", eventbus.MaxTargetName+1)), eventbus.Group(strings.Repeat("x", eventbus.MaxTargetName+1))} {
		wantCode(t, w.emit("ann", "chat", note{}, to), eventbus.CodeInvalidTarget)
	}
}
