package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// window is one page: it listens, is cut off, and comes back to its session.
type window struct {
	soak   *soak
	label  string
	random *rand.Rand

	ticket, epoch string
	seq           int64 // where to resume
	last          int64 // the number delivered last; 0 before the first
	missing       int64 // what gaps have told since
	unknown       bool  // a gap came since whose count is not known
}

func newWindow(s *soak, i int) *window {
	return &window{soak: s, label: fmt.Sprint("window-", i), random: rand.New(rand.NewPCG(1, uint64(i)))}
}

// frame is what the server sends.
type frame struct {
	Welcome *struct {
		Ticket, Epoch string
		At            int64
		Resumed       bool
	}
	Event   string
	Seq     int64
	Payload struct{ N int64 }
	Gap     *struct{ Events map[string]*int64 }
	At      *int64
}

// run goes through connections until ctx is done, and then gets what is still missing.
func (w *window) run(ctx context.Context, last <-chan struct{}) {
	for ctx.Err() == nil {
		w.connection(ctx, w.between(time.Second, 40*time.Second), 0)
		pause := w.between(0, 2*time.Second)
		if w.random.IntN(20) == 0 {
			pause = w.between(8*time.Second, 15*time.Second) // longer than the log reaches back
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
	<-last
	// Nothing more comes, so the end has been reached when the last number has.
	deadline := time.Now().Add(20 * time.Second)
	for w.last < w.soak.emitted.Load() && !w.accounted() {
		if time.Now().After(deadline) {
			w.soak.fail("%s: got %d of %d at the end, and gaps told of %d", w.label, w.last, w.soak.emitted.Load(), w.missing)
			return
		}
		w.connection(context.Background(), 3*time.Second, w.soak.emitted.Load())
	}
}

// accounted reports whether gaps told of everything after the last delivery.
func (w *window) accounted() bool {
	return w.last == 0 || w.unknown || w.last+w.missing >= w.soak.emitted.Load()
}

func (w *window) between(low, high time.Duration) time.Duration {
	return low + time.Duration(w.random.Int64N(int64(high-low)))
}

// connection lives for as long as given, or until the delivery numbered until, if that is not 0.
func (w *window) connection(ctx context.Context, life time.Duration, until int64) {
	conn, err := dial(w.soak.address)
	if err != nil {
		w.soak.fail("%s: connect: %w", w.label, err)
		return
	}
	defer conn.Close()
	end := time.Now().Add(life)
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(end) {
		end = deadline
	}
	_ = conn.SetDeadline(end)
	resume := ""
	if w.ticket != "" {
		resume = fmt.Sprintf(`,"resume":{"ticket":%q,"epoch":%q,"seq":%d}`, w.ticket, w.epoch, w.seq)
	}
	hello := fmt.Sprintf(`{"hello":{"window":%q,"listen":{%q:{}}%s}}`, w.label, eventName, resume)
	if err := wsutil.WriteClientText(conn, []byte(hello)); err != nil {
		return
	}
	slow := until == 0 && w.random.IntN(20) == 0
	for {
		text, _, err := wsutil.ReadServerData(conn)
		if err != nil {
			if time.Now().Before(end) {
				w.soak.figures.refused.Add(1) // the server ended it
			} else {
				w.soak.figures.cuts.Add(1)
			}
			return
		}
		if !w.message(text) {
			return
		}
		if until > 0 && (w.last >= until || w.accounted()) {
			return
		}
		if slow && w.random.IntN(100) == 0 {
			w.soak.figures.stalls.Add(1)
			select {
			case <-time.After(w.between(2*time.Second, 8*time.Second)):
			case <-ctx.Done():
			}
		}
	}
}

// message takes a message: a frame, or an array of frames.
func (w *window) message(text []byte) bool {
	frames := []frame{{}}
	var err error
	if len(text) > 0 && text[0] == '[' {
		err = json.Unmarshal(text, &frames)
	} else {
		err = json.Unmarshal(text, &frames[0])
	}
	if err != nil {
		w.soak.fail("%s: %q: %w", w.label, text[:min(len(text), 200)], err)
		return false
	}
	for i := range frames {
		w.frame(&frames[i])
	}
	return true
}

func (w *window) frame(f *frame) {
	switch {
	case f.Welcome != nil:
		w.welcome(f)
	case f.At != nil:
		w.seq = max(w.seq, *f.At)
	case f.Gap != nil:
		count, ok := f.Gap.Events[eventName]
		if !ok {
			return
		}
		w.soak.figures.gaps.Add(1)
		if count == nil {
			w.unknown = true
			w.soak.figures.unknown.Add(1)
			return
		}
		w.missing += *count
		w.soak.figures.told.Add(*count)
	case f.Event == eventName:
		w.delivery(f)
	}
}

func (w *window) welcome(f *frame) {
	switch {
	case w.ticket == "":
	case f.Welcome.Resumed:
		w.soak.figures.resumed.Add(1)
	default:
		w.soak.figures.anew.Add(1)
	}
	w.ticket, w.epoch, w.seq = f.Welcome.Ticket, f.Welcome.Epoch, f.Welcome.At
}

// delivery checks that nothing between the last delivery and this one was lost silently.
func (w *window) delivery(f *frame) {
	n := f.Payload.N
	hole := n - w.last - 1
	switch {
	case w.last == 0: // the first one ever may be any
	case hole < 0:
		w.soak.fail("%s: %d came after %d", w.label, n, w.last)
	case w.unknown:
	case hole != w.missing:
		w.soak.fail("%s: %d deliveries are missing between %d and %d, and gaps told of %d", w.label, hole, w.last, n, w.missing)
	}
	w.last, w.missing, w.unknown = n, 0, false
	w.seq = max(w.seq, f.Seq)
	w.soak.figures.delivered.Add(1)
}

// dial opens a WebSocket.
func dial(address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	d := ws.Dialer{Protocols: []string{"eventgen.v1"}}
	conn, buffered, _, err := d.Dial(ctx, "ws://"+address+"/events")
	if err == nil && buffered != nil {
		conn.Close()
		return nil, fmt.Errorf("the server spoke before the hello")
	}
	return conn, err
}
