package eventbus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
)

// Bounds of what a node publishes.
const (
	maxQueued      = 16384     // envelopes that wait
	maxQueuedBytes = 32 << 20  // what they hold
	maxEnvelopes   = 256       // in one message: a position has a byte for the index
	maxMessage     = 512 << 10 // bytes in one message
	headRoom       = 4 << 10   // of a message, for what is not a payload
)

// outbox is the queue of what this node publishes, and sends it: one message is on its way at any time, with all that
// was queued when it left, as far as that fits.
type outbox struct {
	c *cluster

	mu       sync.Mutex
	queue    []outgoing
	bytes    int
	reserved int
	lost     map[*topic]uint64 // deliveries for which there was no room
	working  bool
	stopped  bool

	run    string // the log's numbers count from the beginning of it
	n      uint64
	sent   atomic.Uint64 // without a log: the newest number that was published
	flight []flight      // with a log: what has not come back, from the oldest on

	queued   uint64 // how many were queued ever
	returned uint64 // how many of them came back, or never will
	waiting  []settling
}

// outgoing is an envelope that waits.
type outgoing struct {
	text   []byte
	slot   broker.Slot
	forget bool
	v      *stored // what is stored of it here
	beat   bool
}

// flight is a message that has not come back.
type flight struct {
	run   string
	n     uint64
	items []outgoing
	taken bool // the engine has said that it has it
}

// settling waits until so many have returned.
type settling struct {
	at   uint64
	done chan struct{}
}

func (o *outbox) init(c *cluster) { o.c, o.run, o.lost = c, c.first, map[*topic]uint64{} }

func (c *cluster) reserve() bool { return c.out.reserve() }

func (o *outbox) reserve() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stopped || len(o.queue)+o.reserved >= maxQueued || o.bytes >= maxQueuedBytes {
		return false
	}
	o.reserved++
	return true
}

func (c *cluster) release() {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	c.out.reserved--
}

func (o *outbox) size() (envelopes, bytes int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.queue), o.bytes
}

// publish queues a delivery. Without room it is counted, and every window is told of it when there is some.
func (c *cluster) publish(t *topic, o occasion, room bool, e encoded, v *stored) {
	flags := uint64(0)
	if o.peer == nil || !o.target.IsZero() {
		flags |= forWindows
	}
	if o.peer != nil || o.target.IsZero() {
		flags |= forListeners
	}
	if !room && !c.out.reserve() {
		c.out.lose(t, max(1, e.n))
		return
	}
	items, err := c.pack(t, o, e, flags, v)
	if err != nil {
		c.b.fail(context.Background(), t.err(CodeTooLarge, err))
		c.release()
		c.out.lose(t, max(1, e.n))
		return
	}
	c.out.add(true, items...)
}

// pack returns the envelopes of a delivery: a batch that is too large for one is split.
func (c *cluster) pack(t *topic, o occasion, e encoded, flags uint64, v *stored) ([]outgoing, error) {
	env := t.eventEnvelope(&o, e, flags)
	text, err := env.append(make([]byte, 0, len(e.text)+len(t.info.Name)+64))
	if err != nil {
		return nil, err
	}
	if len(text)+headSize <= c.most {
		item := outgoing{text: text, v: v}
		if flags&forWindows != 0 && t.info.Sticky {
			item.slot = broker.Slot{Event: t.info.Name, Name: slotName(o.key, o.target)}
		}
		return []outgoing{item}, nil
	}
	if e.n < 2 {
		return nil, fmt.Errorf("an envelope of %d bytes, and the broker takes messages of at most %d", len(text), c.most)
	}
	var texts []json.RawMessage
	if err := json.Unmarshal(e.text, &texts); err != nil {
		return nil, err
	}
	var items []outgoing
	for _, part := range [][]json.RawMessage{texts[:len(texts)/2], texts[len(texts)/2:]} {
		half, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		more, err := c.pack(t, o, encoded{text: half, n: len(part), ok: true, done: true}, flags, nil)
		if err != nil {
			return nil, err
		}
		items = append(items, more...)
	}
	return items, nil
}

// headSize is more than a head takes beside the node's name, which is at most as long as it again.
const headSize = 512

func (c *cluster) forget(t *topic, keys []Key) {
	envs := []envelope{{kind: kindForget, event: t.info.Name}}
	if len(keys) > 0 {
		envs = envs[:0]
		for _, key := range keys {
			envs = append(envs, envelope{kind: kindForget, flags: hasKey, event: t.info.Name, key: key})
		}
	}
	for i := range envs {
		text, err := envs[i].append(nil)
		if err != nil {
			c.fail(t.info.Name, err)
			continue
		}
		item := outgoing{text: text, forget: true, slot: broker.Slot{Event: t.info.Name}}
		if len(keys) > 0 {
			item.slot.Name = slotName(envs[i].key, Target{})
		}
		if !t.info.Sticky {
			item.forget, item.slot = false, broker.Slot{} // the log alone holds what is replayed
		}
		c.out.add(false, item)
	}
}

// add queues envelopes, for the first of which there may be room reserved.
func (o *outbox) add(reserved bool, items ...outgoing) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if reserved {
		o.reserved--
	}
	if o.stopped {
		return
	}
	for _, item := range items {
		o.queue = append(o.queue, item)
		o.bytes += len(item.text)
		o.queued++
	}
	o.start()
}

// lose counts deliveries that are not published.
func (o *outbox) lose(t *topic, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lost[t] += uint64(n)
	o.start()
}

// beat queues a sign of life for the log, unless something else is on its way that will do.
func (o *outbox) beat() {
	o.mu.Lock()
	busy := len(o.queue)+len(o.flight) > 0
	o.mu.Unlock()
	if busy {
		return
	}
	env := envelope{kind: kindBeat}
	text, _ := env.append(nil) // nothing of a beat can fail
	o.add(false, outgoing{text: text, beat: true})
}

// start sees to it that there is somebody who sends. The lock is held.
func (o *outbox) start() {
	if !o.working && !o.stopped {
		o.working = true
		o.c.work.Go(o.send)
	}
}

func (o *outbox) stop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stopped = true
	o.queue, o.flight, o.bytes = nil, nil, 0
	o.rest(o.queued)
}

// send sends messages until nothing is queued.
func (o *outbox) send() {
	var backoff time.Duration
	for {
		items := o.next()
		if items == nil {
			return
		}
		for !o.deliver(items) {
			if !o.c.pause(&backoff) {
				o.mu.Lock()
				o.working = false
				o.mu.Unlock()
				return
			}
		}
		backoff = 0
	}
}

// next takes what the next message holds off the queue, or returns nil if there is nothing: then the sender is to end.
func (o *outbox) next() []outgoing {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 {
		o.queueLost()
	}
	n, size := 0, headSize+len(o.c.b.config.node)
	for n < len(o.queue) && n < maxEnvelopes {
		item := &o.queue[n]
		if n > 0 && (size+len(item.text) > o.c.most || item.slot != (broker.Slot{})) {
			break
		}
		size += len(item.text)
		n++
		if item.slot != (broker.Slot{}) { // it travels alone: the engine keeps messages
			break
		}
	}
	if n == 0 {
		o.working = false
		return nil
	}
	items := slices.Clone(o.queue[:n])
	clear(o.queue[:n])
	o.queue = o.queue[n:]
	for _, item := range items {
		o.bytes -= len(item.text)
	}
	o.n++
	o.flight = append(o.flight, flight{run: o.run, n: o.n, items: items})
	return items
}

// queueLost queues what tells of deliveries that were lost. The lock is held.
func (o *outbox) queueLost() {
	lost := slices.SortedFunc(maps.Keys(o.lost), func(a, b *topic) int {
		if a.info.Name < b.info.Name {
			return -1
		}
		return 1
	})
	for _, t := range lost {
		env := envelope{kind: kindLost, event: t.info.Name, lost: o.lost[t]}
		text, _ := env.append(nil) // nothing of it can fail
		o.queue = append(o.queue, outgoing{text: text})
		o.bytes += len(text)
		o.queued++
	}
	clear(o.lost)
}

// deliver hands the newest flight to the engine, and reports whether that has it now, or never will.
func (o *outbox) deliver(items []outgoing) bool {
	c := o.c
	o.mu.Lock()
	run, n := o.run, o.n
	back := o.find(run, n) < 0
	o.mu.Unlock()
	if back { // though no answer came
		return true
	}
	body := appendHead(nil, head{c.b.config.node, run, n})
	for _, item := range items {
		body = append(body, item.text...)
	}
	ctx, cancel := context.WithTimeout(c.ctx, brokerCall)
	defer cancel()
	if c.log == nil {
		if c.callPublish(ctx, body) != nil {
			return false
		}
		o.sent.Store(n)
		o.landed(run, n)
		return true
	}
	epoch, seen := c.reading.stand()
	m := broker.Message{Epoch: epoch, Seen: seen, Run: run, N: n, Slot: items[0].slot, Forget: items[0].forget, Body: body}
	at, err := c.callAppend(ctx, m)
	switch {
	case err == nil:
		if o.taken(run, n); at <= seen { // a position that was given before
			c.reading.interrupt()
		}
		return true
	case errors.Is(err, broker.ErrEpoch):
		c.reading.interrupt()
	case errors.Is(err, broker.ErrOrder):
		o.renumber()
	case errors.Is(err, broker.ErrTooLarge):
		c.fail("", fmt.Errorf("%d envelopes are lost: %w", len(items), err))
		o.refused(items)
		return true
	}
	return false
}

// renumber begins a run for what is on its way, since the log has lost what was before it.
func (o *outbox) renumber() {
	o.mu.Lock()
	defer o.mu.Unlock()
	last := len(o.flight) - 1
	if last < 0 || o.flight[last].n != o.n {
		return // it has come back meanwhile
	}
	this := o.flight[last]
	o.drop(o.flight[:last])
	o.run, o.n = newRun(), 1
	this.run, this.n = o.run, o.n
	o.flight = append(o.flight[:0], this)
}

// refused tells of what the engine does not take.
func (o *outbox) refused(items []outgoing) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, item := range items {
		if env, _, err := nextEnvelope(item.text); err == nil && env.kind == kindEvent {
			if t := o.c.b.topics[env.event]; t != nil {
				o.lost[t] += uint64(max(1, env.batch))
			}
		}
	}
	if last := len(o.flight) - 1; last >= 0 {
		o.drop(o.flight[last:])
		o.flight = o.flight[:last]
		o.n-- // the number was not used
	}
}

// taken takes note that the engine has a message.
func (o *outbox) taken(run string, n uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if i := o.find(run, n); i >= 0 {
		o.flight[i].taken = true
	}
}

// find returns the index of a message that is on its way, or -1. The lock is held.
func (o *outbox) find(run string, n uint64) int {
	return slices.IndexFunc(o.flight, func(f flight) bool { return f.run == run && f.n == n })
}

// forgetFlights drops what the engine had and has lost. What the sender still tries may come.
func (o *outbox) forgetFlights() {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for n < len(o.flight) && o.flight[n].taken {
		n++
	}
	o.drop(o.flight[:n])
	o.flight = slices.Delete(o.flight, 0, n)
}

// drop counts what will not come back as returned. The lock is held.
func (o *outbox) drop(flights []flight) {
	for _, f := range flights {
		o.rest(o.returned + uint64(len(f.items)))
	}
}

// items returns what a message that is on its way was made of, if it is known.
func (o *outbox) items(run string, n uint64) []outgoing {
	o.mu.Lock()
	defer o.mu.Unlock()
	if i := o.find(run, n); i >= 0 {
		return o.flight[i].items
	}
	return nil
}

// landed takes note that a message has come back, and those before it.
func (o *outbox) landed(run string, n uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := o.find(run, n)
	if i < 0 {
		return
	}
	o.drop(o.flight[:i+1])
	o.flight = slices.Delete(o.flight, 0, i+1)
}

// rest takes note that so many have returned. The lock is held.
func (o *outbox) rest(returned uint64) {
	o.returned = returned
	done := 0
	for done < len(o.waiting) && o.waiting[done].at <= returned {
		close(o.waiting[done].done)
		done++
	}
	o.waiting = slices.Delete(o.waiting, 0, done)
}

func (c *cluster) settled() <-chan struct{} {
	o := &c.out
	o.mu.Lock()
	defer o.mu.Unlock()
	if c.log == nil || o.returned >= o.queued || !c.connected.Load() {
		return nil
	}
	return o.wait()
}

// wait returns what is closed when all that is queued has returned, or after some time. The lock is held.
func (o *outbox) wait() <-chan struct{} {
	if n := len(o.waiting); n > 0 && o.waiting[n-1].at == o.queued {
		return o.waiting[n-1].done
	}
	done := make(chan struct{})
	o.waiting = append(o.waiting, settling{o.queued, done})
	time.AfterFunc(settleTime, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if i := slices.IndexFunc(o.waiting, func(s settling) bool { return s.done == done }); i >= 0 {
			close(done)
			o.waiting = slices.Delete(o.waiting, i, i+1)
		}
	})
	return done
}

func (c *cluster) flush(ctx context.Context) error { return c.out.flush(ctx) }

// flush waits until everything is published and has come back, or ctx is done.
func (o *outbox) flush(ctx context.Context) error {
	for {
		o.mu.Lock()
		if o.stopped || o.returned >= o.queued && len(o.lost) == 0 {
			o.mu.Unlock()
			return nil
		}
		done := o.wait()
		o.mu.Unlock()
		select {
		case <-done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// callPublish and callAppend call the broker, whose panics end there.
func (c *cluster) callPublish(ctx context.Context, body []byte) (err error) {
	defer containBroker(&err)
	return c.broker.Publish(ctx, body)
}

func (c *cluster) callAppend(ctx context.Context, m broker.Message) (position uint64, err error) {
	defer containBroker(&err)
	return c.log.Append(ctx, m)
}

func containBroker(err *error) {
	if reason := recover(); reason != nil {
		*err = fmt.Errorf("the broker panicked: %w", panicked(reason))
	}
}
