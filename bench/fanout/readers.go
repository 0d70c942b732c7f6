package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventgen/eventgen/bench/internal/measure"
)

// mark stands once in each message, before the time of its emit.
var mark = []byte("^^")

const timeDigits = 19

// block is after how many messages a reader reports progress.
const block = 64

// How long nothing may arrive before the rest counts as lost: where losing is what is measured, and
// where it would be an error.
const (
	patience     = 2 * time.Second
	longPatience = 20 * time.Second
)

// readers are the connections to one server.
type readers struct {
	server *server
	conns  []*reader
	others []net.Conn
	timed  atomic.Bool

	blocks []atomic.Int64 // how many readers have each block
	left   sync.WaitGroup
	target int64
}

// reader is one connection, on cache lines of its own.
type reader struct {
	all   *readers
	conn  net.Conn
	got   atomic.Int64
	times []float64 // microseconds
	_     [64]byte
}

func (b *bench) connect(w way, n int) (*readers, error) {
	s, err := startServer(b.server, w.server, *profile)
	if err != nil {
		return nil, err
	}
	r, err := s.connect(w, n)
	if err != nil {
		s.close()
		return nil, err
	}
	return r, nil
}

// connect opens n connections, and returns when all of them receive.
func (s *server) connect(w way, n int) (*readers, error) {
	r := &readers{server: s, target: -1}
	for range n {
		conn, err := w.open(s.address)
		if err != nil {
			r.close()
			return nil, fmt.Errorf("connection %d: %w", len(r.conns)+1, err)
		}
		c := &reader{all: r, conn: conn}
		r.conns = append(r.conns, c)
	}
	for _, c := range r.conns {
		go c.read()
	}
	if err := r.awake(); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// awake sends messages until every connection has had one, and then waits for quiet.
func (r *readers) awake() error {
	for range 50 {
		if err := r.server.say("send 1 0"); err != nil {
			return err
		}
		before := r.sum()
		for time.Sleep(50 * time.Millisecond); r.sum() != before; time.Sleep(50 * time.Millisecond) {
			before = r.sum()
		}
		if !slices.ContainsFunc(r.conns, func(c *reader) bool { return c.got.Load() == 0 }) {
			return nil
		}
	}
	return errors.New("some connections never got a message")
}

func (r *readers) sum() (n int64) {
	for _, c := range r.conns {
		n += c.got.Load()
	}
	return n
}

func (r *readers) close() {
	for _, c := range r.conns {
		_ = c.conn.Close()
	}
	for _, c := range r.others {
		_ = c.Close()
	}
	r.server.close()
}

func (r *readers) time(on bool) { r.timed.Store(on) }

// begin has the server send; rate 0 is as fast as it goes.
func (r *readers) begin(count, rate int) error {
	r.blocks = make([]atomic.Int64, count/block+1)
	for _, c := range r.conns {
		c.got.Store(0)
		c.times = c.times[:0]
	}
	r.left.Add(len(r.conns))
	atomic.StoreInt64(&r.target, int64(count))
	return r.server.say("send %d %d", count, rate)
}

// send has the server send, and waits until everything has arrived.
func (r *readers) send(count, rate int) error {
	if err := r.begin(count, rate); err != nil {
		return err
	}
	if lost := r.wait(count, longPatience); lost > 0 {
		return fmt.Errorf("%.3f %% of the messages did not arrive", lost*100)
	}
	return nil
}

// sendAndLose sends at full speed, and returns which part did not arrive.
func (r *readers) sendAndLose(count int) float64 {
	if err := r.begin(count, 0); err != nil {
		return 1
	}
	return r.wait(count, patience)
}

func (r *readers) wait(count int, patience time.Duration) (lost float64) {
	done := make(chan struct{})
	go func() { r.left.Wait(); close(done) }()
	tick := time.NewTicker(patience)
	defer tick.Stop()
	for last := int64(-1); ; {
		select {
		case <-done:
			return 0
		case <-tick.C:
			now := r.sum()
			if now == last {
				return 1 - float64(now)/float64(count*len(r.conns))
			}
			last = now
		}
	}
}

// latencies returns quantiles over all connections.
func (r *readers) latencies() measure.Figures {
	var all []float64
	for _, c := range r.conns {
		all = append(all, c.times...)
	}
	return measure.Figures{"p50": measure.Quantile(all, 0.5), "p99": measure.Quantile(all, 0.99)}
}

func (c *reader) read() {
	buf := make([]byte, 64<<10)
	kept := 0
	for {
		n, err := c.conn.Read(buf[kept:])
		if err != nil {
			return
		}
		kept = copy(buf, c.take(buf[:kept+n]))
	}
}

// take counts the messages in text, and returns the end of it that may be the start of another.
func (c *reader) take(text []byte) (rest []byte) {
	if !c.all.timed.Load() {
		if n := bytes.Count(text, mark); n > 0 {
			c.add(int64(n))
		}
		if bytes.HasSuffix(text, mark[:1]) && !bytes.HasSuffix(text, mark) {
			return text[len(text)-1:]
		}
		return nil
	}
	now := time.Now().UnixNano()
	n := int64(0)
	for {
		i := bytes.Index(text, mark)
		if i < 0 {
			rest = text[max(len(text)-1, 0):]
			break
		}
		if len(text) < i+len(mark)+timeDigits {
			rest = text[i:]
			break
		}
		sent, _ := strconv.ParseInt(string(text[i+len(mark):i+len(mark)+timeDigits]), 10, 64)
		c.times = append(c.times, float64(now-sent)/1e3)
		text = text[i+len(mark)+timeDigits:]
		n++
	}
	if n > 0 {
		c.add(n)
	}
	return rest
}

func (c *reader) add(n int64) {
	r := c.all
	now := c.got.Add(n)
	target := atomic.LoadInt64(&r.target)
	if target < 0 {
		return
	}
	for b := (now - n) / block; b < now/block && int(b) < len(r.blocks); b++ {
		if r.blocks[b].Add(1) == int64(len(r.conns)) {
			_ = r.server.say("progress %d", (b+1)*block)
		}
	}
	if now == target {
		r.left.Done()
	}
}

// addStalled opens a connection that is never read.
func (r *readers) addStalled(w way) error {
	conn, err := w.open(r.server.address)
	if err != nil {
		return err
	}
	r.others = append(r.others, conn)
	return nil
}
