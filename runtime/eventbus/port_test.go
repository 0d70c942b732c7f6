package eventbus_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// counter is a sink that counts.
type counter struct{ wakes, shutdowns atomic.Int32 }

func (c *counter) Wake()     { c.wakes.Add(1) }
func (c *counter) Shutdown() { c.shutdowns.Add(1) }

func attach(t testing.TB, b *eventbus.Bus) (port.Port, *counter) {
	t.Helper()
	c := new(counter)
	p, err := b.Attach(c)
	noError(t, err)
	return p, c
}

func join(t testing.TB, p port.Port, peer eventbus.Peer) eventbus.Peer {
	t.Helper()
	peer, err := p.Join(peer)
	noError(t, err)
	return peer
}

func listen(t testing.TB, p port.Port, peer eventbus.Peer, event string, keys ...eventbus.Key) *port.Subscription {
	t.Helper()
	s, err := p.Listen(peer, event, keys...)
	noError(t, err)
	return s
}

// frames reads what the subscriptions want after the position.
func frames(t testing.TB, p port.Port, after uint64, subs ...*port.Subscription) []string {
	t.Helper()
	dst := make([]*port.Entry, 1000)
	n, lost := p.Read(after, dst)
	if lost {
		t.Error("entries are lost")
	}
	var got []string
	for _, e := range dst[:n] {
		for _, s := range subs {
			if s.Wants(e) {
				got = append(got, string(e.Payload))
			}
		}
	}
	return got
}

func wantFrames(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func TestLogHoldsWhatWindowsListenTo(t *testing.T) {
	var encoded atomic.Int32
	e := eventbus.Define(eventdef.Definition[step]{Name: "e", Sticky: true, Key: stepKey, Encode: func(dst []byte, s *step) ([]byte, error) {
		encoded.Add(1)
		return fmt.Appendf(dst, `{"n":%d}`, s.N), nil
	}})
	other := eventbus.Define(eventdef.Definition[int]{Name: "other"})
	b, _ := newBus(t, events(e, other))
	p, c := attach(t, b)
	q, d := attach(t, b)
	one := join(t, p, eventbus.Peer{Window: "main"})
	two := join(t, q, eventbus.Peer{Window: "side"})
	noError(t, e.Emit(background, b, step{"a", 1}))
	noError(t, other.Emit(background, b, 1))
	if encoded.Load() != 0 || p.At() == 0 {
		t.Error("encoded without need")
	}
	s := listen(t, p, one, "e")
	keyed := listen(t, q, two, "e", eventdef.StringKey("b"))
	if len(s.Values) != 1 || len(keyed.Values) != 0 || string(s.Values[0].Frame) != `{"event":"e","seq":1,"payload":{"n":1}}` {
		t.Errorf("values are %v and %v", s.Values, keyed.Values)
	}
	p.Read(0, make([]*port.Entry, 4))
	q.Read(0, make([]*port.Entry, 4))
	encoded.Store(0)
	noError(t, e.Emit(background, b, step{"a", 2}))
	noError(t, e.Emit(background, b, step{"b", 3}))
	noError(t, e.EmitTo(background, b, eventbus.Window("side"), step{"b", 4}))
	noError(t, other.Emit(background, b, 1))
	if n := encoded.Load(); n != 3 {
		t.Errorf("encoded %d times", n)
	}
	if c.wakes.Load() != 1 || d.wakes.Load() != 1 {
		t.Errorf("woken %d and %d times before a read", c.wakes.Load(), d.wakes.Load())
	}
	wantFrames(t, "all keys", frames(t, p, 0, s), `{"n":2}`, `{"n":3}`)
	wantFrames(t, "one key", frames(t, q, 0, keyed), `{"n":3}`, `{"n":4}`)
	again := listen(t, q, two, "e")
	if len(again.Values) != 2 || string(again.Values[1].Payload) != `{"n":4}` || again.Values[1].Seq > again.At {
		t.Errorf("values are %v", again.Values)
	}
	keyed.Close()
	keyed.Close()
	again.Close()
	s.Close()
	encoded.Store(0)
	noError(t, e.Emit(background, b, step{"a", 5}))
	if encoded.Load() != 0 {
		t.Error("encoded though nobody listens any more")
	}
}

// Events that are listened to together hold from one position, however long it takes to encode what is kept of them.
func TestGuarantee32ListenAllIsOneMoment(t *testing.T) {
	var b *eventbus.Bus
	second := eventbus.Define(eventdef.Definition[int]{Name: "second"})
	first := eventbus.Define(eventdef.Definition[int]{Name: "first", Sticky: true, Encode: func(dst []byte, n *int) ([]byte, error) {
		if *n == 1 {
			noError(t, second.Emit(background, b, 2))
		}
		return strconv.AppendInt(dst, int64(*n), 10), nil
	}})
	b, _ = newBus(t, events(first, second))
	p, _ := attach(t, b)
	peer := join(t, p, eventbus.Peer{})
	noError(t, first.Emit(background, b, 1))
	subs, at, err := p.ListenAll(peer, []port.Interest{{Event: "first"}, {Event: "second"}})
	noError(t, err)
	if subs[0].At != at || subs[1].At != at || len(subs[0].Values) != 1 {
		t.Errorf("they hold from %d and %d, at %d; kept are %v", subs[0].At, subs[1].At, at, subs[0].Values)
	}
	wantFrames(t, "the log", frames(t, p, at, subs...), "2")
	if _, newest, err := p.ListenAll(peer, nil); err != nil || newest != p.At() {
		t.Errorf("nothing is listened to at %d, %v", newest, err)
	}
	if _, _, err := p.ListenAll(peer, []port.Interest{{Event: "second"}, {Event: "nothing"}}); eventbus.CodeOf(err) != eventbus.CodeUnknownEvent {
		t.Errorf("an unknown event: %v", err)
	}
	for _, s := range subs {
		s.Close()
	}
	if second.HasListeners(b) {
		t.Error("a listen that failed has left a subscription behind")
	}
}

func TestFramesAreJSON(t *testing.T) {
	plain := eventbus.Define(eventdef.Definition[string]{Name: "plain"})
	empty := eventbus.Define(eventdef.Definition[eventbus.Empty]{Name: "empty"})
	batch := eventbus.Define(eventdef.Definition[int]{Name: "batch", Batch: 2})
	b, _ := newBus(t, events(plain, empty, batch))
	p, _ := attach(t, b)
	peer := join(t, p, eventbus.Peer{})
	for _, name := range []string{"plain", "empty", "batch"} {
		listen(t, p, peer, name)
	}
	long := strings.Repeat("x", 100_000)
	noError(t, plain.Emit(background, b, long))
	noError(t, plain.Emit(background, b, "<a>"))
	noError(t, empty.Emit(background, b, eventbus.Empty{}))
	noError(t, batch.Emit(background, b, 1))
	noError(t, batch.Emit(background, b, 2))
	dst := make([]*port.Entry, 10)
	n, _ := p.Read(0, dst)
	var got []string
	for _, e := range dst[1:n] {
		if !json.Valid(e.Frame) {
			t.Errorf("%s is not JSON", e.Frame)
		}
		got = append(got, string(e.Frame))
	}
	wantFrames(t, "frames", got, `{"event":"plain","seq":2,"payload":"\u003ca\u003e"}`,
		`{"event":"empty","seq":3}`, `{"event":"batch","seq":4,"batch":[1,2]}`)
	if dst[3].Batch != 2 || len(dst[0].Payload) != len(long)+2 {
		t.Error("the entries are wrong")
	}
}

func TestEncodingFailures(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[any]{Name: "e", Max: 10, Sticky: true})
	batch := eventbus.Define(eventdef.Definition[any]{Name: "batch", Batch: 3})
	b, f := newBus(t, events(e, batch))
	p, _ := attach(t, b)
	peer := join(t, p, eventbus.Peer{})
	s, sb := listen(t, p, peer, "e"), listen(t, p, peer, "batch")
	var j journal
	e.Listen(b, logTo[any](&j, "listener"))
	noError(t, e.Emit(background, b, func() {}))
	f.want(t, "a function", eventbus.CodeEncode)
	noError(t, e.Emit(background, b, "0123456789"))
	f.want(t, "too long", eventbus.CodeTooLarge)
	noError(t, e.Emit(background, b, "01234567"))
	if n := len(j.take()); n != 3 {
		t.Errorf("a listener got %d", n)
	}
	for _, v := range []any{1, make(chan int), 3} {
		noError(t, batch.Emit(background, b, v))
	}
	f.want(t, "one of a batch", eventbus.CodeEncode)
	wantFrames(t, "windows", frames(t, p, 0, s, sb), `"01234567"`, `[1,3]`)

	strict, _ := newBus(t, events(e, batch), eventbus.WithStrictEmit())
	wantCode(t, e.Emit(background, strict, func() {}), eventbus.CodeEncode)
	wantCode(t, e.Emit(background, strict, "0123456789"), eventbus.CodeTooLarge)
	wantCode(t, batch.Emit(background, strict, func() {}), eventbus.CodeEncode)
}

func TestStrictEmitEncodesOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var encoded atomic.Int32
		encode := func(dst []byte, n *int) ([]byte, error) { encoded.Add(1); return fmt.Append(dst, *n), nil }
		plain := eventbus.Define(eventdef.Definition[int]{Name: "plain", Encode: encode})
		throttled := eventbus.Define(eventdef.Definition[int]{Name: "throttled", Throttle: time.Second, Encode: encode})
		batched := eventbus.Define(eventdef.Definition[int]{Name: "batched", Batch: 2, Encode: encode})
		b, _ := newBus(t, events(plain, throttled, batched), eventbus.WithStrictEmit())
		p, _ := attach(t, b)
		peer := join(t, p, eventbus.Peer{})
		subs := []*port.Subscription{listen(t, p, peer, "plain"), listen(t, p, peer, "throttled"), listen(t, p, peer, "batched")}
		for n := range 3 {
			noError(t, plain.Emit(background, b, n))
			noError(t, throttled.Emit(background, b, n))
			noError(t, batched.Emit(background, b, n))
		}
		settle(time.Minute)
		wantFrames(t, "frames", frames(t, p, 0, subs...), "0", "0", "1", "[0,1]", "2", "[2]", "2")
		if n := encoded.Load(); n != 9 {
			t.Errorf("encoded %d times", n)
		}
	})
}

func TestTargets(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[string]{Name: "e"})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	names := []string{"main", "side", "other"}
	subs := map[string]*port.Subscription{}
	for i, name := range names {
		peer := eventbus.Peer{Window: name, Identity: fmt.Sprint("user", i)}
		if i > 0 {
			peer.Groups = []string{"g"}
		}
		subs[name] = listen(t, p, join(t, p, peer), "e")
	}
	user0 := eventbus.Where(func(p eventbus.Peer) bool { return p.Identity == "user0" })
	for _, c := range []struct {
		to   eventbus.Target
		want []string
	}{
		{eventbus.All, names},
		{eventbus.Window("side"), []string{"side"}},
		{eventbus.Windows("other", "main", "main"), []string{"main", "other"}},
		{eventbus.Windows("main"), []string{"main"}},
		{eventbus.Windows(), nil},
		{eventbus.Group("g"), []string{"side", "other"}},
		{eventbus.Except(eventbus.Group("g")), []string{"main"}},
		{user0, []string{"main"}},
		{eventbus.Except(user0), []string{"side", "other"}},
		{eventbus.Except(eventbus.Except(eventbus.Window("main"))), []string{"main"}},
	} {
		at := p.At()
		noError(t, e.EmitTo(background, b, c.to, c.to.String()))
		var got []string
		for _, name := range names {
			if len(frames(t, p, at, subs[name])) > 0 {
				got = append(got, name)
			}
		}
		wantFrames(t, c.to.String(), got, c.want...)
	}
}

func TestLogIsBounded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := eventbus.Define(eventdef.Definition[string]{Name: "e"})
		rare := eventbus.Define(eventdef.Definition[string]{Name: "rare"})
		b, _ := newBus(t, events(e, rare), eventbus.WithLog(10*(eventbus.EntrySize+1100), time.Minute))
		p, _ := attach(t, b)
		peer := join(t, p, eventbus.Peer{})
		listen(t, p, peer, "e")
		listen(t, p, peer, "rare")
		at := p.At()
		noError(t, rare.Emit(background, b, "x"))
		first := p.At()
		for range 100 {
			noError(t, e.Emit(background, b, strings.Repeat("x", 1000)))
		}
		dst := make([]*port.Entry, 200)
		n, lost := p.Read(first, dst)
		if n < 9 || n > 11 || !lost {
			t.Errorf("read %d, lost is %v", n, lost)
		}
		if p.CanResume(p.Epoch(), first) || !p.CanResume(p.Epoch(), dst[0].Seq) || p.CanResume("other", dst[0].Seq) {
			t.Error("CanResume is wrong")
		}
		if p.CanResume(p.Epoch(), p.At()+1) {
			t.Error("CanResume accepts the future")
		}
		if !p.Missed(p.Lookup(rare.Name()), at) || p.Missed(p.Lookup(rare.Name()), first) || !p.Missed(p.Lookup(e.Name()), first) {
			t.Error("Missed is wrong")
		}
		last := p.At()
		settle(2 * time.Minute)
		if !p.CanResume(p.Epoch(), last) || p.CanResume(p.Epoch(), last-1) {
			t.Error("the log does not age")
		}
	})
}

func TestReadFindsEveryPosition(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[int]{Name: "e"})
	quiet := eventbus.Define(eventdef.Definition[int]{Name: "quiet"})
	b, _ := newBus(t, events(e, quiet), eventbus.WithLog(60*eventbus.EntrySize, 0))
	p, _ := attach(t, b)
	listen(t, p, join(t, p, eventbus.Peer{}), "e")
	b.ListenAny(func(context.Context, eventbus.Delivery) error { return nil }) // gives positions to what is not logged
	var seqs []uint64
	for n := range 500 {
		for range n * n % 7 {
			noError(t, quiet.Emit(background, b, n))
		}
		noError(t, e.Emit(background, b, n))
		seqs = append(seqs, p.At())
		if n%10 != 0 {
			continue
		}
		dst := make([]*port.Entry, 3)
		for after := uint64(0); after <= p.At()+1; after++ {
			oldest := b.OldestEntry().Seq
			i, _ := slices.BinarySearch(seqs, max(after+1, oldest))
			got, lost := p.Read(after, dst)
			if want := min(3, len(seqs)-i); got != want || got > 0 && dst[0].Seq != seqs[i] || lost != (after < b.LogFloor()) {
				t.Fatalf("after %d of %d: read %d, want %d", after, p.At(), got, want)
			}
		}
	}
}

func TestSuperseded(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[step]{Name: "e", Slow: eventdef.SlowLatest, Key: stepKey})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	listen(t, p, join(t, p, eventbus.Peer{}), "e")
	for n := range 2 {
		noError(t, e.Emit(background, b, step{"a", n}))
		noError(t, e.Emit(background, b, step{"b", n}))
	}
	noError(t, e.EmitTo(background, b, eventbus.Window("w"), step{"b", 3}))
	dst := make([]*port.Entry, 9)
	n, _ := p.Read(0, dst)
	var got []bool
	for _, e := range dst[:n] {
		got = append(got, e.Superseded())
	}
	if !slices.Equal(got, []bool{true, true, false, false, false}) {
		t.Errorf("got %v", got)
	}
}

func TestPortTellsOfEventsAndPositions(t *testing.T) {
	e := eventbus.Define(eventdef.Definition[step]{Name: "e", Key: stepKey, Slow: eventdef.SlowLatest})
	b, _ := newBus(t, events(e))
	p, _ := attach(t, b)
	if i := p.Lookup("e"); i == nil || !reflect.DeepEqual(*i, e.Info()) || p.Lookup("unknown") != nil {
		t.Error("Event does not find what there is")
	}
	noError(t, e.Emit(background, b, step{"a", 1})) // nobody listens: not logged
	one := join(t, p, eventbus.Peer{Window: "main"})
	first := listen(t, p, one, "e")
	noError(t, e.Emit(background, b, step{"a", 2}))
	noError(t, e.Emit(background, b, step{"a", 3}))
	second := listen(t, p, one, "e")
	if first.Since != first.At || second.Since != first.At || second.At <= first.At {
		t.Errorf("logged since %d and %d, at %d and %d", first.Since, second.Since, first.At, second.At)
	}
	if n := p.Behind(first.At); n != 2 {
		t.Errorf("%d behind", n)
	}
	first.Close()
	second.Close()
	noError(t, e.Emit(background, b, step{"a", 4}))
	if third := listen(t, p, one, "e"); third.Since != third.At {
		t.Errorf("a break is not seen: %d, %d", third.Since, third.At)
	}
}
