package eventbus

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/eventgen/eventgen/runtime/internal/port"
)

// source is where an envelope comes from.
type source struct {
	node     string
	own      bool    // this node published it
	position uint64  // in the log that all nodes share; 0 if there is none
	kept     *stored // what was stored of it here when it was published
}

// occasionOf returns what an envelope says of a delivery. Its node is empty if it was this one.
func (t *topic) occasionOf(env *envelope, from source) (occasion, error) {
	o := occasion{key: env.key, target: env.target, peer: env.peer, time: env.time, node: from.node}
	if from.own {
		o.node = ""
	}
	if o.peer != nil {
		o.peer.Account = port.AccountOf(o.peer)
	}
	if !utf8.Valid(env.payload) {
		return o, errNotUTF8
	}
	return o, nil
}

// storedOf returns the delivery of an envelope as it is stored: not decoded.
func (t *topic) storedOf(env *envelope, from source) (*stored, error) {
	v := &stored{raw: true, contract: env.contract, broken: env.contract != t.info.Contract}
	d := &v.d
	d.stored, d.encoded, d.n, d.batch = true, env.payload, max(env.batch, 1), env.batch > 0
	var err error
	d.occ, err = t.occasionOf(env, from)
	return v, err
}

// remote takes in what another node delivered or, out of a log that all nodes share, what this one did.
func (t *topic) remote(env *envelope, from source) {
	v, err := t.storedOf(env, from)
	if err != nil {
		t.b.fail(context.Background(), t.err(CodeInvalidPayload, fmt.Errorf("node %s: %w", from.node, err)))
		return
	}
	if !from.own && t.watched != nil {
		t.watched.received.Add(1)
	}
	if env.flags&forWindows != 0 {
		l := &t.b.log
		l.mu.Lock()
		full := t.recordLocked(v, from)
		l.mu.Unlock()
		if full {
			t.b.fail(context.Background(), t.noRoom(v.d.occ.peer))
		}
		l.wake()
	}
	if !from.own {
		t.tap(&v.d)
	}
	if from.own || env.flags&forListeners == 0 || t.everywhere.Load() == 0 {
		return
	}
	if env.contract != t.info.Contract {
		if t.foreign == env.contract {
			return
		}
		t.foreign = env.contract
		t.b.fail(context.Background(), t.err(CodeContract,
			fmt.Errorf("node %s has contract %q, this one %q: its listeners here do not get it", from.node, env.contract, t.info.Contract)))
		return
	}
	t.handRemote(v.d)
}

// handRemote hands what another node delivered to the Go listeners that want it.
func (t *topic) handRemote(d delivery) {
	in := t.b.intake.enter()
	if in == nil {
		return
	}
	defer t.b.intake.leave(in)
	d.stored = false
	if err := t.decodeDelivery(&d); err != nil {
		t.b.fail(context.Background(), err)
		return
	}
	d.occ.target = Target{}
	if d.occ.seq == 0 && t.metas.Load() > 0 {
		t.stampLocal(&d)
	}
	t.hand(context.Background(), &t.out, &d)
}

// recordLocked logs and stores what came from the broker, and reports whether there was no room to store it. The log's
// lock is held.
func (t *topic) recordLocked(v *stored, from source) (full bool) {
	l := &t.b.log
	o := &v.d.occ
	o.seq = l.seq.Add(1)
	position := from.position
	if position == 0 {
		position = o.seq
	}
	v.entry = l.fill(t, position, v.d.encoded, v.d.count(), o)
	v.entry.Contract = v.contract
	v.size = sizeOf[stored]() + v.entry.Size
	l.push(v.entry)
	return !t.putRemote(v, from)
}

// putRemote stores what came from the broker, and reports whether there was room: where windows look, and where Go
// listeners do, who had what this node delivered before it came back. The log's lock is held.
func (t *topic) putRemote(v *stored, from source) bool {
	if t.store == nil {
		return true
	}
	if v.d.n > 1 && t.info.Sticky {
		v = v.tail(t.payloads, 1)
	}
	room := t.shown.put(v)
	switch {
	case t.store == t.shown:
	case from.kept == nil:
		room = t.store.put(v) && room
	default: // it is in its place, unless another node's came in between
		t.store.replace(from.kept, t.b.log.seq.Add(1))
	}
	return room
}

// recordLost puts into the log that deliveries were lost: every window is told. The log's lock is held.
func (t *topic) recordLost(n, position uint64) {
	l := &t.b.log
	seq := l.seq.Add(1)
	if position == 0 {
		position = seq
	}
	l.push(t.lostEntry(n, position))
}

// lostEntry returns what tells a window that n deliveries, or an unknown number if it is 0, were lost. The log's lock is
// held.
func (t *topic) lostEntry(n, position uint64) *port.Entry {
	e := t.b.log.newEntry(true)
	e.Seq, e.Event, e.Target, e.Owner, e.Lost, e.Contract = position, t.info, All, t, true, t.info.Contract
	e.Time = time.Now()
	e.Frame = append([]byte(`{"gap":{"events":{`), t.prefix[len(`{"event":`):len(t.prefix)-len(`,"seq":`)]...)
	if e.Frame = append(e.Frame, ':'); n > 0 {
		e.Frame = strconv.AppendUint(e.Frame, n, 10)
	} else {
		e.Frame = append(e.Frame, "null"...)
	}
	e.Frame = append(e.Frame, "}}}"...)
	e.Size = t.costOf(len(e.Frame), &occasion{target: All})
	return e
}

// tellLost tells every window that deliveries were lost: n, or an unknown number if it is 0.
func (t *topic) tellLost(n, position uint64) {
	l := &t.b.log
	l.mu.Lock()
	t.recordLost(n, position)
	l.mu.Unlock()
	l.wake()
}

// decodeDelivery decodes what came as JSON.
func (t *topic) decodeDelivery(d *delivery) *Error {
	if !d.batch {
		d.first = t.payloads.make(1)
		return t.decode(d.encoded, d.first, false)
	}
	var texts []json.RawMessage
	if err := json.Unmarshal(d.encoded, &texts); err != nil {
		return t.err(CodeInvalidPayload, err)
	}
	if len(texts) != d.n {
		return t.err(CodeInvalidPayload, fmt.Errorf("the batch is said to have %d payloads, and has %d", d.n, len(texts)))
	}
	d.first = t.payloads.make(d.n)
	for i, text := range texts {
		if err := t.decode(text, d.payload(t.payloads, i), false); err != nil {
			return err
		}
	}
	return nil
}

// decodeStored decodes what is stored of another node, for a listener that wants it.
func (t *topic) decodeStored(v *stored) {
	l := &t.b.log
	l.mu.Lock()
	d := v.d
	l.mu.Unlock()
	err := t.decodeDelivery(&d)
	l.mu.Lock()
	if v.raw {
		v.raw, v.broken = false, err != nil
		v.d.first = d.first
	}
	l.mu.Unlock()
	if err != nil {
		t.b.fail(context.Background(), err)
	}
}

// forget drops what is stored, here and on other nodes.
func (t *topic) forget(keys []Key) {
	t.forgetHere(keys, false)
	if t.store != nil && t.b.cluster != nil {
		t.b.cluster.forget(t, keys)
	}
}

// forgetHere drops what is stored of the keys, or all. Where windows look, the log says when.
func (t *topic) forgetHere(keys []Key, fromLog bool) {
	l := &t.b.log
	l.mu.Lock()
	defer l.mu.Unlock()
	t.forgetLocked(keys, fromLog)
}

func (t *topic) forgetLocked(keys []Key, fromLog bool) {
	if t.store == nil {
		return
	}
	t.store.forget(keys)
	if fromLog || !t.b.shared {
		t.shown.forget(keys)
	}
}

// forgetStored drops all that is stored. The log's lock is held.
func (t *topic) forgetStored() { t.forgetLocked(nil, true) }
