//go:build !desktop

package wails2

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/session"
)

var (
	tick   = eventbus.Define(eventdef.Definition[int]{Name: "tick"})
	text   = eventbus.Define(eventdef.Definition[string]{Name: "text"})
	number = eventbus.Define(eventdef.Definition[int]{Name: "number", From: eventdef.FromClient})
)

// wails does with events what Wails does: Go listeners run in goroutines, pages get everything.
type wails struct {
	mu        sync.Mutex
	listeners map[string]map[int]func(...any)
	id        int
	emitted   map[string][]frame // by nonce
}

func (w *wails) on(name string, f func(...any)) func() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.id++
	id := w.id
	if w.listeners[name] == nil {
		w.listeners[name] = map[int]func(...any){}
	}
	w.listeners[name][id] = f
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.listeners[name], id)
	}
}

func (w *wails) offAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.listeners)
}

func (w *wails) emit(name string, data ...any) {
	nonce, ok := strings.CutPrefix(name, downEvent)
	if !ok {
		panic(name)
	}
	f := frame{kind: data[0].(kind), n: data[1].(uint64), got: data[2].(uint64)}
	if len(data) > 3 {
		f.text = data[3]
	}
	if len(data) > 4 {
		f.code = data[4].(int)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.emitted[nonce] = append(w.emitted[nonce], f)
}

// up emits as a page does: what Go gets has been through JSON.
func (w *wails) up(data ...any) {
	encoded, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	var decoded []any
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		panic(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.listeners[upEvent] {
		go f(decoded...)
	}
}

// took returns what a page got since the last call, when nothing more happens.
func (w *wails) took(nonce string) []frame {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	frames := w.emitted[nonce]
	delete(w.emitted, nonce)
	return slices.DeleteFunc(frames, func(f frame) bool { return f.kind == kindBeat })
}

// place is an application whose window is played by the test, in a bubble.
type place struct {
	*wails
	t   *testing.T
	bus *eventbus.Bus
}

func inPlace(t *testing.T, f func(t *testing.T, p *place)) {
	synctest.Test(t, func(t *testing.T) {
		bus, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(tick, text, number)))
		if err != nil {
			t.Fatal(err)
		}
		engine, err := session.New(bus)
		if err != nil {
			t.Fatal(err)
		}
		w := &wails{listeners: map[string]map[int]func(...any){}, emitted: map[string][]frame{}}
		unbind := bind(t.Context(), engine, w)
		f(t, &place{w, t, bus})
		unbind()
		if err := bus.Close(context.Background()); err != nil {
			t.Error(err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if n := len(w.listeners[upEvent]); n != 0 {
			t.Errorf("%d listeners are left", n)
		}
	})
}

// open connects a page that listens to everything.
func (p *place) open(nonce string) {
	p.t.Helper()
	p.up(nonce, kindOpen, 0, 0)
	synctest.Wait()
	p.up(nonce, kindText, 1, 0, `{"hello":{"listen":{"tick":{},"text":{}}}}`)
	if frames := p.took(nonce); len(frames) != 1 || frames[0].n != 1 || !strings.HasPrefix(string(frames[0].text.(json.RawMessage)), `[{"welcome":`) {
		p.t.Fatalf("answered with %v", frames)
	}
	p.up(nonce, kindBeat, 1, 1)
	synctest.Wait()
}

func (p *place) emitTicks(from, to int) {
	for n := from; n <= to; n++ {
		if err := tick.Emit(p.t.Context(), p.bus, n); err != nil {
			p.t.Fatal(err)
		}
	}
}

func TestBindNeedsWhatWailsGives(t *testing.T) {
	if _, err := Bind(t.Context(), new(session.Engine)); err == nil || !strings.Contains(err.Error(), "OnStartup") {
		t.Errorf("got %v", err)
	}
	//lint:ignore SA1029 Wails' key is a string
	if _, err := Bind(context.WithValue(t.Context(), "events", 1), nil); err == nil || !strings.Contains(err.Error(), "engine") {
		t.Errorf("got %v", err)
	}
}

// Wails calls listeners in any order.
func TestFramesArePutInOrder(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		p.open("a")
		var got []int
		number.Listen(p.bus, func(_ context.Context, n int) error { got = append(got, n); return nil })
		for _, n := range []int{4, 3, 3, 2, 6, 5, 4} {
			p.up("a", kindText, n, 1, fmt.Sprintf(`{"emit":"number","id":%d,"payload":%d}`, n, n))
			synctest.Wait()
		}
		if !slices.Equal(got, []int{2, 3, 4, 5, 6}) {
			t.Errorf("Go got %v", got)
		}
		if frames := p.took("a"); len(frames) == 0 || frames[len(frames)-1].got != 6 {
			t.Errorf("the page was told %v", frames)
		}
	})
}

func TestPartsMakeAMessage(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		p.open("a")
		ready := make(chan int, 1)
		number.Listen(p.bus, func(_ context.Context, n int) error { ready <- n; return nil })
		p.up("a", kindText, 4, 1, `12}`)
		p.up("a", kindPart, 2, 1, `{"emit":"number",`)
		p.up("a", kindPart, 3, 1, `"id":1,"payload":`)
		if n := <-ready; n != 12 {
			t.Errorf("got %d", n)
		}
		long := strings.Repeat("€", chunk)
		if err := text.Emit(t.Context(), p.bus, long); err != nil {
			t.Fatal(err)
		}
		var whole strings.Builder
		for frames := p.took("a"); len(frames) > 0; frames = p.took("a") {
			for _, f := range frames {
				if s, ok := f.text.(string); ok {
					whole.WriteString(s)
				}
			}
			p.up("a", kindBeat, 4, int(frames[len(frames)-1].n))
		}
		if got := whole.String(); !strings.Contains(got, `"payload":"`+long+`"`) {
			t.Errorf("got %d bytes", len(got))
		}
	})
}

// Beside what the page has not handled yet, nothing is sent, and what is sent is bounded.
func TestCredit(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		p.open("a")
		p.emitTicks(1, 20_000)
		sent, last := 0, uint64(0)
		next := func() (bytes int, messages int) {
			for _, f := range p.took("a") {
				if f.n != last+1 && last != 0 {
					t.Fatalf("frame %d after %d", f.n, last)
				}
				last = f.n
				raw := f.text.(json.RawMessage)
				bytes += len(raw) - len("[]")
				messages += strings.Count(string(raw), `"event":"tick"`)
			}
			return bytes, messages
		}
		bytes, messages := next()
		sent += messages
		if bytes > credit || bytes < credit-chunk {
			t.Errorf("%d bytes are on their way", bytes)
		}
		if bytes, _ := next(); bytes != 0 {
			t.Errorf("%d more come without credit", bytes)
		}
		for sent < 20_000 {
			p.up("a", kindBeat, 1, int(last))
			bytes, messages := next()
			if messages == 0 || bytes > credit {
				t.Fatalf("credit brings %d messages of %d bytes; there were %d", messages, bytes, sent)
			}
			sent += messages
		}
	})
}

// What is emitted while frames are on their way goes together.
func TestMessagesGoTogether(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		p.open("a")
		for n := 1; n <= 100; n++ {
			p.emitTicks(n, n)
			synctest.Wait()
		}
		if frames := p.took("a"); len(frames) != together {
			t.Errorf("%d frames went without an answer", len(frames))
		}
		p.up("a", kindBeat, 1, 2)
		if frames := p.took("a"); len(frames) != 1 || strings.Count(string(frames[0].text.(json.RawMessage)), "tick") != 100-together {
			t.Errorf("then came %v", frames)
		}
	})
}

func TestPageThatIsGone(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		p.open("a")
		p.open("b")
		for range gone/time.Second + 2 {
			time.Sleep(time.Second)
			p.up("b", kindBeat, 1, 1)
		}
		synctest.Wait()
		if n := len(p.bus.Peers()); n != 1 {
			t.Errorf("%d pages are there", n)
		}
		frames := p.took("a")
		if len(frames) != 1 || frames[0].kind != kindClose {
			t.Errorf("the page that is gone was told %v", frames)
		}
		p.up("a", kindBeat, 1, 1) // it was frozen alone
		if frames := p.took("a"); len(frames) != 1 || frames[0].kind != kindClose {
			t.Errorf("the page that is back was told %v", frames)
		}
		if frames := p.took("b"); len(frames) != 0 {
			t.Errorf("the other page was told %v", frames)
		}
	})
}

func TestPageThatCloses(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		p.open("a")
		p.up("a", kindClose, 1, 1)
		synctest.Wait()
		if n := len(p.bus.Peers()); n != 0 {
			t.Errorf("%d pages are there", n)
		}
		p.up("x", kindClose, 1, 1)
		if frames := p.took("x"); len(frames) != 0 {
			t.Errorf("a page that closes is answered with %v", frames)
		}
	})
}

func TestFramesThatAreLost(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		p.open("a")
		for n := range 10 {
			p.up("a", kindBeat, 2, 1) // the frame with the number 2 does not come
			time.Sleep(beat)
			if frames := p.took("a"); len(frames) > 0 {
				if f := frames[0]; f.kind != kindClose || f.code != 0 || n < 2 {
					t.Errorf("after %d beats: %v", n, f)
				}
				return
			}
		}
		t.Error("nobody notices")
	})
}

func TestEventsOffAll(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		p.open("a")
		p.offAll()
		p.up("a", kindText, 2, 1, `{"emit":"number","id":1,"payload":1}`) // nobody gets it
		time.Sleep(2 * beat)
		p.up("a", kindBeat, 2, 1)
		time.Sleep(lost + 2*beat)
		if frames := p.took("a"); len(frames) != 1 || frames[0].kind != kindClose {
			t.Errorf("the page was told %v", frames)
		}
		p.open("b")
	})
}

func TestPageThatSendsWithoutEnd(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		p.open("a")
		for n := 3; n < 40; n++ { // 2 is missing
			p.up("a", kindPart, n, 1, strings.Repeat("x", chunk))
		}
		if frames := p.took("a"); len(frames) == 0 || frames[0].kind != kindClose {
			t.Errorf("the page was told %v", frames)
		}
	})
}

func TestWhatIsNoFrame(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		p.open("a")
		for _, data := range [][]any{{}, {"a"}, {"a", "text", "1", 0, "x"}, {1, "text", 1, 0, "x"}, {"", "text", 1, 0}, {"a", 7, 1, 0}, {"a", "text", -5, -7, 1}, {"a", "none", 2, 1, "x"}} {
			p.up(data...)
		}
		if frames := p.took("a"); len(frames) != 0 {
			t.Errorf("the page was told %v", frames)
		}
		if got := slices.Collect(maps.Keys(p.emitted)); len(got) != 0 {
			t.Errorf("somebody was told: %v", got)
		}
	})
}

// What the engine says last arrives after what came before.
func TestTheEndComesLast(t *testing.T) {
	inPlace(t, func(t *testing.T, p *place) {
		p.open("a")
		p.emitTicks(1, 1000)
		if err := p.bus.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		messages, last := 0, frame{}
		for _, f := range p.took("a") {
			if raw, ok := f.text.(json.RawMessage); ok {
				messages += strings.Count(string(raw), `"event":"tick"`)
			}
			last = f
		}
		if messages != 1000 || last.kind != kindClose || last.code != session.CloseGoingAway {
			t.Errorf("%d messages, and then %v", messages, last)
		}
	})
}
