package httptransport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/session"
	"github.com/gobwas/ws"
)

func TestGuarantee16IdleSocketsAreCheap(t *testing.T) {
	const pages = 100
	p := newPlace(t)
	warm := p.open(`{"listen":{"tick":{}}}`)
	before := heap()
	all := make([]*page, 0, pages)
	for range pages {
		all = append(all, p.open(`{"listen":{"tick":{}}}`))
	}
	emit(t, p.bus, tick, 1)
	for _, pg := range append(all, warm) {
		pg.want(`{"event":"tick","payload":1}`)
		// Each page says something, and what it was read with is collected.
		pg.send(`{"unlisten":[],"id":1}`)
		pg.want(`{"ack":1}`)
		runtime.GC()
		runtime.GC()
	}
	serving := servingGoroutines()
	for range patience / 1000 { // those of the upgrades are ending
		if serving == pages+1 {
			break
		}
		runtime.Gosched()
		serving = servingGoroutines()
	}
	if serving != pages+1 {
		t.Errorf("%d goroutines for %d pages", serving, pages+1)
	}
	// What the pages of the test hold is in it, and yet it is less than half a buffer for each.
	if each := (heap() - before) / pages; each >= bufferSize/2 {
		t.Errorf("%d bytes of heap for each page", each)
	}
	runtime.KeepAlive(all)
}

// servingGoroutines counts those that exist for the sake of a connection.
func servingGoroutines() (n int) {
	stacks := make([]byte, 8<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(stack, "net/http.(*conn).serve") || strings.Contains(stack, "httptransport.(*socketReader)") ||
			strings.Contains(stack, "session.(*Conn)") {
			n++
		}
	}
	return n
}

func TestGuarantee17UnreadAnswersEndTheConnection(t *testing.T) {
	bubble(t, func(t *testing.T, l *pipeListener) {
		p := newPlaceOn(t, l, nil, session.WithRate(1e6, 1e6))
		pg := p.open(`{"listen":{}}`)
		name := strings.Repeat("x", 32<<10) // which comes back, as the name of what is refused
		sent := 2 * mostAnswers / len(name)
		for id := range sent {
			pg.send(fmt.Sprintf(`{"listen":{%q:{}},"id":%d}`, name, id))
			if id == 0 {
				synctest.Wait() // this one is being written, the others wait
			}
		}
		answers := 0
		for {
			f, err := pg.tryNext()
			if err != nil {
				var c closed
				if !errors.As(err, &c) || c.code != session.CloseSlow {
					t.Errorf("ended with %v", err)
				}
				break
			}
			if f["ack"] != float64(answers) {
				t.Fatalf("got %v, want the answer to %d", f["ack"], answers)
			}
			answers++
		}
		if most := mostAnswers/len(name) + 2; answers > most {
			t.Errorf("%d answers of %d bytes were waiting", answers, len(name))
		}
	})
}

func TestGuarantee17PostsWait(t *testing.T) {
	p := newPlace(t)
	leave := make(chan struct{})
	ran := make(chan struct{}, 100)
	ask.Listen(p.bus, func(context.Context, progress) error { ran <- struct{}{}; <-leave; return nil })
	pg := p.stream(`{"listen":{}}`)
	peer := pg.welcome["peer"].(string)
	payload := `{"id":"` + strings.Repeat("x", 60<<10) + `","n":1}`
	post := func(id int) (int, *http.Response) {
		status, _, answer := p.do(http.MethodPost, fmt.Sprintf(`{"emit":"ask","id":%d,"payload":%s}`, id, payload), "Eventgen-Peer", peer)
		return status, answer
	}
	accepted := 0
	for ; ; accepted++ {
		status, answer := post(accepted)
		if status == http.StatusAccepted {
			continue
		}
		if status != http.StatusTooManyRequests || answer.Header.Get("Retry-After") == "" {
			t.Errorf("after %d: %d %v", accepted, status, answer.Header)
		}
		break
	}
	if most := mostInbox / len(payload); accepted == 0 || accepted > most {
		t.Errorf("%d messages were accepted, want at most %d", accepted, most)
	}
	close(leave)
	for id := range accepted {
		pg.want(fmt.Sprintf(`{"ack":%d}`, id))
	}
	pg.send(`{"emit":"ask","id":1000,"payload":{"id":"a","n":1}}`)
	pg.want(`{"ack":1000}`)
	if len(ran) != accepted+1 {
		t.Errorf("%d emits ran, want %d", len(ran), accepted+1)
	}
}

func TestGuarantee18MessagesMustEnd(t *testing.T) {
	masked := func(first, length byte, rest string) []byte {
		return append([]byte{first, 0x80 | length, 0, 0, 0, 0}, rest...)
	}
	for name, c := range map[string]struct {
		sent []byte
		opts []Option
	}{
		// A page that answers pings all the while.
		"the last fragment": {masked(byte(ws.OpText), 1, "{"), nil},
		"an empty fragment": {masked(byte(ws.OpText), 0, ""), nil},
		"half a frame":      {masked(0x80|byte(ws.OpText), 9, "{"), []Option{session.WithHeartbeat(10 * time.Minute)}},
		"half a head":       {[]byte{0x81}, []Option{session.WithHeartbeat(10 * time.Minute)}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *pipeListener) {
				p := newPlaceOn(t, l, nil, c.opts...)
				pg := p.open(`{"listen":{}}`)
				start := time.Now()
				_, err := pg.conn.Write(c.sent)
				noError(t, err)
				pg.wantClosed(session.CloseNoHello)
				if d := time.Since(start); d < 30*time.Second || d > 32*time.Second {
					t.Errorf("after %v", d)
				}
			})
		})
	}
}

// The time begins anew with each message, and while one is handled none has begun: a page that always has one on its
// way is not closed.
func TestGuarantee18BusyPagesStay(t *testing.T) {
	compile := func(f ws.Frame) []byte {
		frame, err := ws.CompileFrame(ws.MaskFrame(f))
		noError(t, err)
		return frame
	}
	emits := func(id int) ws.Frame {
		payload := progress{"quick", id}
		if id%20 == 19 {
			payload.ID = "slow"
		}
		return ws.NewTextFrame([]byte(show(object{"emit": "ask", "id": id, "payload": payload})))
	}
	for name, frame := range map[string]func(id int) ws.Frame{
		"messages": emits,
		"pongs":    func(int) ws.Frame { return ws.NewPongFrame([]byte("pong")) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *pipeListener) {
				p := newPlaceOn(t, l, nil, session.WithHeartbeat(10*time.Minute))
				ask.Listen(p.bus, func(_ context.Context, a progress) error {
					if a.ID == "slow" {
						time.Sleep(time.Minute)
					}
					return nil
				})
				pg := p.open(`{"listen":{}}`)
				acks := make(chan float64, 100)
				go func() {
					defer close(acks)
					for f, err := pg.tryNext(); err == nil; f, err = pg.tryNext() {
						acks <- f["ack"].(float64)
					}
				}()
				rest := []byte(nil)
				for id := range 60 { // the end of one and the beginning of the next arrive together
					next := compile(frame(id))
					_, err := pg.conn.Write(append(rest, next[:7]...))
					noError(t, err)
					rest = next[7:]
					time.Sleep(time.Second)
				}
				_, err := pg.conn.Write(append(rest, compile(emits(60))...))
				noError(t, err)
				for ack := range acks {
					if ack == 60 {
						return
					}
				}
				t.Error("the page was closed")
			})
		})
	}
}
