package wails2

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	// credit is how many bytes of messages are on their way to a page at most.
	credit = 256 << 10
	// chunk is how many bytes of messages one frame has at most. A longer message comes in parts.
	chunk = 64 << 10
	// together is how many frames may be on their way while messages still go immediately. After that they wait for an
	// answer of the page, which comes for each eight messages, and go together.
	together = 16
	// gone is how long a page may say nothing.
	gone = 20 * time.Second
	// lost is how long a number may be missing.
	lost = 3 * beat
	// waiting bounds the bytes from a page that are not handled yet, beside one message. A page of our own sends no more
	// than its credit.
	waiting = 1 << 20
)

var (
	errGone = errors.New("wails2: the page says nothing any more")
	errLost = errors.New("wails2: frames of the page were lost")
	errMany = errors.New("wails2: the page sends more than it may")
)

// page is the stream of one connection. Messages are put into frames by Send, and sent by write, in one goroutine.
type page struct {
	emit    func(frame)
	longest int           // bytes of a message that the engine takes
	wake    chan struct{} // something is to be written
	room    chan struct{} // there is credit
	news    chan struct{} // there is something to receive
	over    chan struct{} // closed when the stream is

	mu        sync.Mutex
	queue     []outgoing
	sent      uint64 // the number of the last frame that was sent
	unhandled []int  // the bytes of the frames that were sent and are not handled, the oldest first
	bytes     int    // of queue and unhandled
	beats     bool   // a beat is due
	closing   *frame

	in    inbox
	heard time.Time
	err   error // what Receive returns after what is there
}

// outgoing is a frame that waits.
type outgoing struct {
	kind kind
	text []byte
}

// data is what a frame carries of it. Messages are JSON already.
func (o outgoing) data() any {
	if o.kind != kindText {
		return string(o.text)
	}
	return json.RawMessage(append(append(make([]byte, 0, len(o.text)+2), '['), append(o.text, ']')...))
}

func newPage(longest int, emit func(frame)) *page {
	return &page{
		emit: emit, longest: longest, heard: time.Now(), beats: true, in: inbox{early: map[uint64]frame{}},
		wake: make(chan struct{}, 1), room: make(chan struct{}, 1), news: make(chan struct{}, 1), over: make(chan struct{}),
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Send puts a message into frames. It waits while there is no credit.
func (p *page) Send(ctx context.Context, msg []byte) error {
	if len(msg) <= chunk {
		return p.put(ctx, kindText, msg)
	}
	for len(msg) > chunk {
		end := chunk
		for !utf8.RuneStart(msg[end]) {
			end--
		}
		if err := p.put(ctx, kindPart, msg[:end]); err != nil {
			return err
		}
		msg = msg[end:]
	}
	return p.put(ctx, kindLast, msg)
}

func (p *page) put(ctx context.Context, k kind, text []byte) error {
	for {
		if ok, err := p.tryPut(k, text); ok || err != nil {
			return err
		}
		select {
		case <-p.room:
		case <-p.over:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *page) tryPut(k kind, text []byte) (ok bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closing != nil {
		return false, io.ErrClosedPipe
	}
	if p.bytes > 0 && p.bytes+len(text) > credit {
		return false, nil
	}
	p.bytes += len(text)
	if last := len(p.queue) - 1; k == kindText && last >= 0 && p.queue[last].kind == kindText && len(p.queue[last].text)+len(text) < chunk {
		p.queue[last].text = append(append(p.queue[last].text, ','), text...)
		p.bytes++
	} else {
		p.queue = append(p.queue, outgoing{k, append([]byte(nil), text...)})
	}
	signal(p.wake)
	return true, nil
}

// Close tells the page what is still queued, and that it is over.
func (p *page) Close(code int, reason string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end(code, reason, io.EOF)
	return nil
}

// end ends the stream: what was received before is still to be had, and then err. Called with the lock held.
func (p *page) end(code int, reason string, err error) {
	if p.closing != nil {
		return
	}
	p.closing = &frame{kind: kindClose, code: code, text: reason}
	p.err = err
	close(p.over)
	signal(p.wake)
	signal(p.news)
}

// write sends frames until the stream is closed.
func (p *page) write() {
	again := time.NewTicker(beat)
	defer again.Stop()
	for {
		for {
			f, ok := p.next()
			if !ok {
				break
			}
			p.emit(f)
			if f.kind == kindClose {
				return
			}
		}
		select {
		case <-p.wake:
		case <-again.C:
			p.look()
		}
	}
}

// next takes a frame that is to be sent now. What a closed stream still has goes before its end.
func (p *page) next() (f frame, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f.got = p.in.got()
	switch {
	case len(p.queue) > 0 && (p.closing != nil || len(p.unhandled) < together || len(p.queue) > 1):
		first := p.queue[0]
		p.queue = p.queue[1:]
		p.sent++
		p.unhandled = append(p.unhandled, len(first.text))
		f.kind, f.n, f.text = first.kind, p.sent, first.data()
	case p.closing != nil:
		f = *p.closing
		f.n = p.sent
	case p.beats || p.in.unsaid >= chunk:
		f.kind, f.n = kindBeat, p.sent
	default:
		return f, false
	}
	p.beats = false
	p.in.unsaid = 0
	return f, true
}

// look ends the stream if the page is gone or something got lost, and says that we are there.
func (p *page) look() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.beats = true
	switch {
	case time.Since(p.heard) > gone:
		p.queue = nil
		p.end(0, "nothing came from the page", errGone)
	case p.in.missing(time.Now()):
		p.end(0, "frames were lost", errLost)
	}
}

// take handles a frame of the page.
func (p *page) take(f frame) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = time.Now()
	p.handled(f.got)
	if f.kind == kindClose {
		p.queue = nil
		p.end(0, "", io.EOF)
		return
	}
	p.in.put(f, p.heard)
	if p.in.bytes > waiting+p.longest {
		p.end(0, "too much at a time", errMany)
	}
	signal(p.news)
}

// handled returns the credit of the frames up to a number.
func (p *page) handled(n uint64) {
	for first := p.sent - uint64(len(p.unhandled)) + 1; first <= min(n, p.sent); first++ {
		p.bytes -= p.unhandled[0]
		p.unhandled = p.unhandled[1:]
	}
	signal(p.wake)
	signal(p.room)
}

// Receive waits for a message of the page.
func (p *page) Receive(ctx context.Context) ([]byte, error) {
	for {
		if text, ok, err := p.tryReceive(); ok || err != nil {
			return text, err
		}
		select {
		case <-p.news:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (p *page) tryReceive() (text []byte, ok bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if text, ok = p.in.next(); ok {
		signal(p.wake)
		return text, true, nil
	}
	if p.closing != nil {
		signal(p.news) // for whoever asks again
	}
	return nil, false, p.err
}
