package eventbus

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// What travels between nodes is a message: a head that says who sent it, and envelopes. Numbers are varints, texts have
// their length before them. Targets and peers are JSON, as windows name them.

// messageMagic begins every message, so that what others publish on the same subject is not taken for one.
const messageMagic = "egn1"

// head is what a message begins with.
type head struct {
	node string
	run  string // of the log: each new epoch begins another one
	n    uint64 // the number of the message among those of the run; 0 outside of order
}

func appendHead(dst []byte, h head) []byte {
	dst = append(dst, messageMagic...)
	dst = appendText(dst, h.node)
	dst = appendText(dst, h.run)
	return binary.AppendUvarint(dst, h.n)
}

// envelopeKind says what an envelope holds.
type envelopeKind byte

const (
	kindEvent  envelopeKind = 1 + iota
	kindForget              // stored values, of keys or all
	kindLost                // deliveries that were not published
	kindBeat                // a sign of life, through the log
	kindPeers               // peers that joined and left
	kindHere                // all peers of the node, in one message or several
	kindWho                 // a question for peers
	kindAlive               // a sign of life
	kindGone                // the node closes
)

// What an envelope of kindEvent has, and whom it is for.
const (
	forWindows   = 1 << iota // its target, or everyone
	forListeners             // Go listeners that want what other nodes emit
	hasKey
	hasTarget
	hasPeer
	hasPayload
	isBatch
	isMore // of kindHere: another message of it follows
)

// envelope is one thing in a message.
type envelope struct {
	kind     envelopeKind
	flags    uint64
	event    string
	contract string
	key      Key
	target   Target
	peer     *Peer
	batch    int
	lost     uint64
	time     time.Time
	payload  []byte

	peers []Peer
	left  []leaving
	round uint64 // how many messages of changes the node has published
	total uint64 // of kindHere: how many peers the whole list has
}

// leaving is a peer that left.
type leaving struct {
	id         string
	generation uint64
}

var errEnvelope = errors.New("the message of a node is malformed")

func appendText[T ~string | ~[]byte](dst []byte, s T) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

// append appends the envelope with its length. Targets and peers have JSON: their predicates are resolved.
func (e *envelope) append(dst []byte) ([]byte, error) {
	var room [1024]byte
	body := append(room[:0], byte(e.kind))
	body = binary.AppendUvarint(body, e.flags)
	var err error
	switch e.kind {
	case kindEvent:
		body, err = e.appendEvent(body)
	case kindForget:
		body = appendText(body, e.event)
		if e.flags&hasKey != 0 {
			body = appendText(body, e.key.AppendJSON(nil))
		}
	case kindLost:
		body = appendText(body, e.event)
		body = binary.AppendUvarint(body, e.lost)
	case kindPeers, kindHere, kindAlive:
		body, err = e.appendPeers(body)
	}
	if err != nil {
		return dst, err
	}
	dst = binary.AppendUvarint(dst, uint64(len(body)+len(e.payload)))
	dst = append(dst, body...)
	return append(dst, e.payload...), nil
}

func (e *envelope) appendEvent(body []byte) ([]byte, error) {
	body = appendText(body, e.event)
	body = appendText(body, e.contract)
	body = binary.AppendVarint(body, e.time.UnixNano())
	if e.flags&hasKey != 0 {
		body = appendText(body, e.key.AppendJSON(nil))
	}
	if e.flags&hasTarget != 0 {
		text, err := json.Marshal(e.target)
		if err != nil {
			return nil, err
		}
		body = appendText(body, text)
	}
	if e.flags&hasPeer != 0 {
		text, err := json.Marshal(e.peer)
		if err != nil {
			return nil, err
		}
		body = appendText(body, text)
	}
	if e.flags&isBatch != 0 {
		body = binary.AppendUvarint(body, uint64(e.batch))
	}
	return body, nil
}

func (e *envelope) appendPeers(body []byte) ([]byte, error) {
	body = binary.AppendUvarint(body, e.round)
	body = binary.AppendUvarint(body, e.total)
	body = binary.AppendUvarint(body, uint64(len(e.peers)))
	for i := range e.peers {
		text, err := json.Marshal(e.peers[i])
		if err != nil {
			return nil, err
		}
		body = appendText(body, text)
	}
	body = binary.AppendUvarint(body, uint64(len(e.left)))
	for _, l := range e.left {
		body = appendText(body, l.id)
		body = binary.AppendUvarint(body, l.generation)
	}
	return body, nil
}

// scanner reads what append wrote. Its first error stays.
type scanner struct {
	rest []byte
	err  error
}

func (s *scanner) fail() { s.err, s.rest = errEnvelope, nil }

func (s *scanner) uint() uint64 {
	n, size := binary.Uvarint(s.rest)
	if size <= 0 {
		s.fail()
		return 0
	}
	s.rest = s.rest[size:]
	return n
}

func (s *scanner) int() int64 {
	n, size := binary.Varint(s.rest)
	if size <= 0 {
		s.fail()
		return 0
	}
	s.rest = s.rest[size:]
	return n
}

func (s *scanner) bytes() []byte {
	n := s.uint()
	if n > uint64(len(s.rest)) {
		s.fail()
		return nil
	}
	text := s.rest[:n:n]
	s.rest = s.rest[n:]
	return text
}

func (s *scanner) text() string { return string(s.bytes()) }

func (s *scanner) json(into any) {
	if text := s.bytes(); s.err == nil {
		if err := json.Unmarshal(text, into); err != nil {
			s.err, s.rest = fmt.Errorf("%w: %w", errEnvelope, err), nil
		}
	}
}

// readHead reads the head of a message, and reports whether it is one.
func readHead(body []byte) (h head, rest []byte, ok bool) {
	if len(body) < len(messageMagic) || string(body[:len(messageMagic)]) != messageMagic {
		return h, nil, false
	}
	s := scanner{rest: body[len(messageMagic):]}
	h = head{node: s.text(), run: s.text(), n: s.uint()}
	return h, s.rest, s.err == nil
}

// nextEnvelope takes the first envelope off what is left of a message. An error concerns that envelope alone, unless
// rest is nil.
func nextEnvelope(body []byte) (e envelope, rest []byte, err error) {
	s := scanner{rest: body}
	item := s.bytes()
	if s.err != nil || len(item) == 0 {
		return e, nil, errEnvelope
	}
	rest = s.rest
	e.kind = envelopeKind(item[0])
	s.rest = item[1:]
	e.flags = s.uint()
	switch e.kind {
	case kindEvent:
		e.readEvent(&s)
	case kindForget:
		e.event = s.text()
		if e.flags&hasKey != 0 {
			e.key = eventdef.JSONKey(s.bytes())
		}
	case kindLost:
		e.event, e.lost = s.text(), s.uint()
	case kindPeers, kindHere, kindAlive:
		e.readPeers(&s)
	}
	return e, rest, s.err
}

func (e *envelope) readEvent(s *scanner) {
	e.event, e.contract, e.time = s.text(), s.text(), time.Unix(0, s.int())
	if e.flags&hasKey != 0 {
		e.key = eventdef.JSONKey(s.bytes())
	}
	if e.flags&hasTarget != 0 {
		s.json(&e.target)
	}
	if e.flags&hasPeer != 0 {
		e.peer = new(Peer)
		s.json(e.peer)
	}
	if e.flags&isBatch != 0 {
		e.batch = int(min(s.uint(), 1<<30))
	}
	if e.flags&hasPayload != 0 {
		e.payload = s.rest
	}
}

func (e *envelope) readPeers(s *scanner) {
	e.round, e.total = s.uint(), s.uint()
	for range s.uint() {
		var peer Peer
		if s.json(&peer); s.err != nil {
			return
		}
		e.peers = append(e.peers, peer)
	}
	for range s.uint() {
		l := leaving{s.text(), s.uint()}
		if s.err != nil {
			return
		}
		e.left = append(e.left, l)
	}
}

// eventEnvelope returns what tells other nodes of a delivery.
func (t *topic) eventEnvelope(o *occasion, e encoded, flags uint64) envelope {
	env := envelope{
		kind: kindEvent, flags: flags, event: t.info.Name, contract: t.info.Contract,
		key: o.key, target: o.target, peer: o.peer, batch: e.n, time: o.time, payload: e.text,
	}
	set := func(has bool, flag uint64) {
		if has {
			env.flags |= flag
		}
	}
	set(!o.key.IsZero(), hasKey)
	set(!o.target.IsZero(), hasTarget)
	set(o.peer != nil, hasPeer)
	set(e.text != nil, hasPayload)
	set(e.n > 0, isBatch)
	return env
}

// slotName names what is stored of a key and target, injectively.
func slotName(key Key, to Target) string {
	text := key.AppendJSON(nil)
	if to.IsZero() {
		return string(text)
	}
	name, err := json.Marshal(to)
	if err != nil { // what is stored has a fixed target
		return string(text)
	}
	return string(append(append(text, ' '), name...))
}
