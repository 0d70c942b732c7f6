package httptransport

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/httphead"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/session"
)

// In a bubble the network holds nothing: whoever does not read stalls its connection at once.

func TestSlowWindowIsClosedAndResumes(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil, session.WithQueue(10))
		slow := p.open(`{"listen":{"tick":{}}}`)
		healthy := p.open(`{"listen":{"tick":{}}}`)
		emit(t, p.bus, tick, 0)
		time.Sleep(time.Second) // the write of it waits for the slow page
		for i := 1; i <= 20; i++ {
			emit(t, p.bus, tick, i)
			if i == 1 {
				healthy.next()
			}
			healthy.next()
		}
		seq := slow.next()["seq"].(float64)
		slow.wantClosed(4503)
		back := p.open(slow.resume(`{"tick":{}}`, seq))
		for i := 1; i <= 20; i++ {
			if f := back.next(); f["payload"] != float64(i) {
				t.Fatalf("got %v, want %d", f, i)
			}
		}
	})
}

// As many entries as Queue says may wait, from the first one on.
func TestSlowWindowMayBeAsFarBehind(t *testing.T) {
	for behind, fits := range map[int]bool{10: true, 11: false} {
		bubble(t, func(t *testing.T, l *pipeListener) {
			p := newPlaceOn(t, l, nil, session.WithQueue(10))
			pg := p.socket(pageOption{})
			pg.send(`{"hello":{"listen":{"tick":{}}}}`)
			synctest.Wait() // the write of the welcome waits for the page
			for n := range behind {
				emit(t, p.bus, tick, n)
			}
			pg.takeWelcome()
			if !fits {
				pg.wantClosed(session.CloseSlow)
				return
			}
			for n := range behind {
				pg.want(fmt.Sprintf(`{"event":"tick","payload":%d}`, n))
			}
		})
	}
}

func TestSlowWindowGetsTheLatest(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil, session.WithQueue(10))
		pg := p.open(`{"listen":{"latest":{}}}`)
		emit(t, p.bus, latest, progress{"a", 0})
		time.Sleep(time.Second)
		for i := 1; i <= 20; i++ {
			emit(t, p.bus, latest, progress{"a", i}, progress{"b", i})
		}
		pg.want(`{"event":"latest","payload":{"id":"a","n":0}}`,
			`{"event":"latest","payload":{"id":"a","n":20}}`, `{"event":"latest","payload":{"id":"b","n":20}}`)
	})
}

func TestSlowWindowHearsWhatWasDropped(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil, session.WithQueue(10))
		pg := p.open(`{"listen":{"lossy":{}}}`)
		emit(t, p.bus, lossy, "first")
		time.Sleep(time.Second)
		for range 20 {
			emit(t, p.bus, lossy, "lost")
		}
		pg.want(`{"event":"lossy","payload":"first"}`, `{"gap":{"events":{"lossy":20}}}`, `{"at":21}`)
		emit(t, p.bus, lossy, "last")
		pg.want(`{"event":"lossy","payload":"last"}`)
	})
}

// An answer comes after all that came before it, and after what says that some of that does not.
func TestGuarantee07DroppedBeforeAnswers(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil, session.WithQueue(10))
		ask.Listen(p.bus, func(context.Context, progress) error { return nil })
		pg := p.open(`{"listen":{"lossy":{}}}`)
		emit(t, p.bus, lossy, "first")
		synctest.Wait()
		for range 20 {
			emit(t, p.bus, lossy, "lost")
		}
		pg.send(`{"emit":"ask","id":1,"payload":{"id":"a","n":1}}`)
		synctest.Wait()
		pg.want(`{"event":"lossy","payload":"first"}`, `{"gap":{"events":{"lossy":20}}}`, `{"at":21}`, `{"ack":1}`)
	})
}

// A page whose listen has not yet got that far on its connection misses what leaves the log as any other does.
func TestGuarantee07LostBehindTheWelcome(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, []eventbus.Option{eventbus.WithLog(4096, 0)})
		pg := p.socket(pageOption{})
		pg.send(`{"hello":{"listen":{"tick":{}}}}`)
		time.Sleep(time.Second) // the write of the welcome waits for the page
		for n := range 100 {
			emit(t, p.bus, tick, n)
		}
		pg.takeWelcome()
		pg.wantClosed(session.CloseSlow)
		back := p.open(pg.resume(`{"tick":{}}`, pg.at()))
		back.want(`{"gap":{"events":{"tick":null}}}`)
	})
}

// What is dropped is told before anything newer, with the position behind it: a page that is cut off in between
// neither misses it silently nor gets it beside the gap.
func TestGuarantee07DroppedBeforeNewer(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil, session.WithQueue(10))
		pg := p.open(`{"listen":{"lossy":{},"latest":{}}}`)
		emit(t, p.bus, lossy, "first")
		time.Sleep(time.Second)
		for range 20 {
			emit(t, p.bus, lossy, "lost")
		}
		emit(t, p.bus, latest, progress{"a", 1})
		pg.want(`{"event":"lossy","payload":"first"}`)
		text, err := pg.read()
		noError(t, err)
		if got, want := string(text), `[{"gap":{"events":{"lossy":20}}},{"at":21}]`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		pg.want(`{"event":"latest","payload":{"id":"a","n":1}}`)
	})
}

func TestGuarantee18StalledWindowIsShut(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil, session.WithHeartbeat(10*time.Minute))
		p.open(`{"listen":{"tick":{}}}`)
		emit(t, p.bus, tick, 1)
		time.Sleep(29 * time.Second)
		if n := len(p.bus.Peers()); n != 1 {
			t.Errorf("%d peers before the stall", n)
		}
		time.Sleep(2 * time.Second)
		if n := len(p.bus.Peers()); n != 0 {
			t.Errorf("%d peers after the stall", n)
		}
	})
}

func TestCompressionIsNegotiated(t *testing.T) {
	long := strings.Repeat("compress me ", 100)
	for _, on := range []bool{false, true} {
		var opts []Option
		if on {
			opts = append(opts, WithCompress())
		}
		p := newPlace(t, opts...)
		dialer := ws.Dialer{Protocols: []string{Protocol}, Extensions: []httphead.Option{wsflate.DefaultParameters.Option()}}
		conn, _, handshake, err := dialer.Dial(background, "ws"+strings.TrimPrefix(p.url, "http"))
		noError(t, err)
		defer conn.Close()
		if got := len(handshake.Extensions) == 1; got != on {
			t.Fatalf("compression is %v, want %v", got, on)
		}
		frame := ws.MaskFrame(ws.NewTextFrame([]byte(`{"hello":{"listen":{"other":{}}}}`)))
		noError(t, ws.WriteFrame(conn, frame))
		readFrame(t, conn)
		emit(t, p.bus, other, long)
		f := readFrame(t, conn)
		if compressed := f.Header.Rsv1(); compressed != on {
			t.Fatalf("compressed: %v, want %v", compressed, on)
		}
		if on {
			if f, err = wsflate.DecompressFrame(f); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.Contains(string(f.Payload), long) {
			t.Errorf("got %s", f.Payload)
		}
	}
}

func readFrame(t *testing.T, src io.Reader) ws.Frame {
	t.Helper()
	h, err := ws.ReadHeader(src)
	noError(t, err)
	payload := make([]byte, h.Length)
	_, err = io.ReadFull(src, payload)
	noError(t, err)
	return ws.Frame{Header: h, Payload: payload}
}

// TestPagesComeAndGo cuts connections at random and sends nonsense while events are emitted. Every page
// gets each event once and in order, over all its connections.
func TestPagesComeAndGo(t *testing.T) {
	const pages, cuts, total = 8, 12, 4000
	p := newPlace(t, session.WithRate(1e6, 1e6))
	ready, done := make(chan struct{}, pages), make(chan struct{})
	var all sync.WaitGroup
	for n := range pages {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 1))
			pg := p.open(`{"window":"w","listen":{"tick":{}}}`)
			ready <- struct{}{}
			seq, got := pg.at(), 0
			for cut := 0; got < total; {
				if cut < cuts && random.IntN(total/cuts/4) == 0 {
					cut++
					switch {
					case random.IntN(2) == 0:
						pg.cut()
					case pg.cancel == nil:
						pg.send(`{"nonsense":`)
					}
					hello := pg.resume(`{"tick":{}}`, seq)
					if random.IntN(2) == 0 {
						pg = p.stream(hello)
					} else {
						pg = p.open(hello)
					}
					if pg.welcome["resumed"] != true {
						t.Errorf("page %d: not resumed: %v", n, pg.welcome)
						return
					}
				}
				f, err := pg.tryNext()
				if err != nil {
					t.Errorf("page %d: %v", n, err)
					return
				}
				if f["event"] == nil {
					continue
				}
				if f["payload"] != float64(got) {
					t.Errorf("page %d: got %v, want %d", n, f, got)
					return
				}
				got++
				seq = f["seq"].(float64)
			}
		})
	}
	for range pages {
		<-ready
	}
	go func() { defer close(done); emitAll(t, p.bus, total) }()
	all.Wait()
	<-done
}

func emitAll(t *testing.T, b *eventbus.Bus, total int) {
	for i := range total {
		if err := tick.Emit(background, b, i); err != nil {
			t.Error(err)
		}
	}
}
