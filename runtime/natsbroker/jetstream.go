package natsbroker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
)

// JetStream returns a broker on NATS with JetStream, whose stream is the log of all nodes. Each bus needs one of its
// own.
func JetStream(nc *nats.Conn, opts ...Option) broker.Log {
	return &log{core: core{nc: nc, config: configOf(opts)}}
}

const (
	keptSuffix = "_kept"

	headerN      = "Eventgen-N"      // the number of a message in its run
	headerOrigin = "Eventgen-Origin" // the position in the log, of what was copied to the kept ones by hand

	wrongSequence  jetstream.ErrorCode = 10071
	streamTooLarge jetstream.ErrorCode = 10054
)

type log struct {
	core
	js jetstream.JetStream

	mu    sync.Mutex
	epoch string
	run   string // the newest run that something was appended to
	n     uint64 // the newest number of it
	at    uint64 // and where that is
}

// Start subscribes the node.
func (l *log) Start(ctx context.Context, node broker.Node) error {
	js, err := jetstream.New(l.nc)
	if err != nil {
		return fmt.Errorf("natsbroker: %w", err)
	}
	l.js = js
	return l.core.Start(ctx, node)
}

func (l *log) storage() jetstream.StorageType {
	if l.memory {
		return jetstream.MemoryStorage
	}
	return jetstream.FileStorage
}

// stream returns the stream, which is made if there is none.
func (l *log) stream(ctx context.Context) (jetstream.Stream, error) {
	s, err := l.js.Stream(ctx, l.name)
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return s, err
	}
	return l.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: l.name, Description: "what eventgen's nodes have delivered",
		Subjects: []string{l.name + ".log.>", l.name + ".epoch"},
		MaxBytes: l.bytes, MaxAge: l.age, Duplicates: min(l.age, 100*time.Millisecond), // nothing rests on them
		Storage: l.storage(), Replicas: l.replicas, AllowMsgTTL: true,
	})
}

// kept returns the stream of stored values, which is made if there is none.
func (l *log) kept(ctx context.Context, from uint64) (jetstream.Stream, error) {
	name := l.name + keptSuffix
	s, err := l.js.Stream(ctx, name)
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return s, err
	}
	return l.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: name, Description: "the values that eventgen's nodes store",
		Subjects: []string{name + ".>"}, MaxMsgsPerSubject: 1,
		Storage: l.storage(), Replicas: l.replicas, AllowMsgTTL: true,
		Sources: []*jetstream.StreamSource{{
			Name: l.name, OptStartSeq: from,
			SubjectTransforms: []jetstream.SubjectTransformConfig{{
				Source: l.name + ".log.*.k.*.*", Destination: name + ".{{wildcard(2)}}.{{wildcard(3)}}",
			}},
		}},
	})
}

// renewing begins the text of an epoch whose stored values are not there yet.
const renewing = "renewing "

// renewTime is after which somebody else goes on with what a node has begun.
const renewTime = 10 * time.Second

func newEpoch() string { return strings.ToLower(rand.Text()[:12]) }

// State returns where the stream stands. It keeps the message of the epoch from being the oldest.
func (l *log) State(ctx context.Context) (broker.State, error) {
	if err := l.ready(); err != nil {
		return broker.State{}, err
	}
	s, err := l.stream(ctx)
	if err != nil {
		return broker.State{}, err
	}
	info := s.CachedInfo().State
	m, err := l.epochMessage(ctx, s)
	if err != nil {
		return broker.State{}, err
	}
	epoch := ""
	if m != nil {
		epoch = string(m.Data)
	}
	switch old, found := strings.CutPrefix(epoch, renewing); {
	case m == nil:
		return l.begin(ctx, info)
	case found && time.Since(m.Time) < renewTime:
		return broker.State{}, errors.New("natsbroker: another node renews the log")
	case found:
		if err := l.renew(ctx, s, m.Sequence, old); err != nil {
			return broker.State{}, err
		}
		return l.State(ctx)
	case time.Since(m.Time) > l.age/2 || m.Sequence-info.FirstSeq < (info.LastSeq-info.FirstSeq)/2 && info.Bytes > uint64(l.bytes/2):
		if _, err := l.setEpoch(ctx, epoch, m.Sequence); err != nil && !isCode(err, wrongSequence) {
			return broker.State{}, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch = epoch
	return broker.State{Epoch: epoch, First: max(info.FirstSeq, 1), Last: info.LastSeq}, nil
}

// epochMessage returns the newest message of an epoch, or nil.
func (l *log) epochMessage(ctx context.Context, s jetstream.Stream) (*jetstream.RawStreamMsg, error) {
	m, err := s.GetLastMsgForSubject(ctx, l.name+".epoch")
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	return m, err
}

// setEpoch writes the epoch if the newest message of one is still that at the position.
func (l *log) setEpoch(ctx context.Context, text string, after uint64) (uint64, error) {
	m := nats.NewMsg(l.name + ".epoch")
	m.Data = []byte(text)
	ack, err := l.js.PublishMsg(ctx, m, jetstream.WithExpectLastSequencePerSubject(after), jetstream.WithExpectStream(l.name))
	if err != nil {
		return 0, err
	}
	return ack.Sequence, nil
}

// begin gives a stream that has no epoch one. If nothing is in it, it is new, and what was kept belongs to another.
func (l *log) begin(ctx context.Context, info jetstream.StreamState) (broker.State, error) {
	l.mu.Lock()
	known := l.epoch
	l.mu.Unlock()
	if known != "" && info.LastSeq > 0 { // it has left the stream, and nothing else has happened
		if _, err := l.setEpoch(ctx, known, 0); err != nil && !isCode(err, wrongSequence) {
			return broker.State{}, err
		}
		return l.State(ctx)
	}
	at, err := l.setEpoch(ctx, renewing, 0)
	if isCode(err, wrongSequence) {
		return l.State(ctx)
	}
	if err != nil {
		return broker.State{}, err
	}
	s, err := l.stream(ctx)
	if err != nil {
		return broker.State{}, err
	}
	if err := l.rebuild(ctx, s, at, info.LastSeq == 0); err != nil {
		return broker.State{}, err
	}
	return l.State(ctx)
}

// Renew gives the stream another epoch.
func (l *log) Renew(ctx context.Context, old string) error {
	if err := l.ready(); err != nil {
		return err
	}
	s, err := l.stream(ctx)
	if err != nil {
		return err
	}
	m, err := l.epochMessage(ctx, s)
	if err != nil || m == nil || string(m.Data) != old {
		return err
	}
	return l.renew(ctx, s, m.Sequence, old)
}

// renew takes the renewing over, and does it.
func (l *log) renew(ctx context.Context, s jetstream.Stream, after uint64, old string) error {
	at, err := l.setEpoch(ctx, renewing+old, after)
	if isCode(err, wrongSequence) {
		return nil // somebody else does
	}
	if err != nil {
		return err
	}
	return l.rebuild(ctx, s, at, false)
}

// rebuild makes the stored values those of the log: what is older than it is taken over, the rest comes from it.
func (l *log) rebuild(ctx context.Context, s jetstream.Stream, at uint64, empty bool) error {
	info, err := s.Info(ctx)
	if err != nil {
		return err
	}
	first := max(info.State.FirstSeq, 1)
	var older []*nats.Msg
	name := l.name + keptSuffix
	if old, err := l.js.Stream(ctx, name); err == nil && !empty {
		if err := l.each(ctx, old, 1, func(m jetstream.Msg, _ uint64) bool {
			if origin := originOf(m.Headers()); origin < first {
				copied := nats.NewMsg(m.Subject())
				copied.Data = m.Data()
				copied.Header.Set(headerOrigin, strconv.FormatUint(origin, 10))
				older = append(older, copied)
			}
			return true
		}); err != nil {
			return err
		}
	} else if err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return err
	}
	if err := l.js.DeleteStream(ctx, name); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return err
	}
	if _, err := l.kept(ctx, first); err != nil {
		return err
	}
	for _, m := range older {
		if _, err := l.js.PublishMsg(ctx, m); err != nil {
			return err
		}
	}
	_, err = l.setEpoch(ctx, newEpoch(), at)
	return err
}

func isCode(err error, code jetstream.ErrorCode) bool {
	e, ok := errors.AsType[*jetstream.APIError](err)
	return ok && e.ErrorCode == code
}

// Append adds a message after the one before it, which is the newest of its run.
func (l *log) Append(ctx context.Context, m broker.Message) (uint64, error) {
	if err := l.ready(); err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.Epoch != l.epoch {
		return 0, broker.ErrEpoch
	}
	if m.Run != l.run {
		l.run, l.n, l.at = m.Run, 0, 0
		if m.N != 1 {
			if err := l.settle(ctx); err != nil {
				return 0, err
			}
		}
	}
	at, err := l.append(ctx, m)
	if err == nil || !isCode(err, wrongSequence) {
		return at, err
	}
	// An answer was lost, or the log has lost something.
	if err := l.settle(ctx); err != nil {
		return 0, err
	}
	return l.append(ctx, m)
}

// settle asks the log what it has of the run. The lock is held.
func (l *log) settle(ctx context.Context) error {
	s, err := l.stream(ctx)
	if err != nil {
		return err
	}
	m, err := s.GetLastMsgForSubject(ctx, l.name+".log."+l.run+".>")
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		l.n, l.at = 0, 0
		return nil
	}
	if err != nil {
		return err
	}
	l.at = m.Sequence
	l.n, err = strconv.ParseUint(m.Header.Get(headerN), 10, 64)
	return err
}

// append adds the message if it is the next one. The lock is held.
func (l *log) append(ctx context.Context, m broker.Message) (uint64, error) {
	switch {
	case m.N == l.n && m.N > 0:
		return l.at, nil
	case m.N != l.n+1:
		return 0, broker.ErrOrder
	}
	msg := nats.NewMsg(l.name + ".log." + m.Run + ".e")
	if m.Slot != (broker.Slot{}) {
		name := whole
		if !m.Forget || m.Slot.Name != "" {
			name = token(m.Slot.Name)
		}
		if m.Forget && name != whole { // what it forgot is older, and gone by then
			msg.Header.Set(jetstream.MsgTTLHeader, max(2*l.age, time.Hour).String())
		}
		msg.Subject = l.name + ".log." + m.Run + ".k." + token(m.Slot.Event) + "." + name
	}
	msg.Data = m.Body
	msg.Header.Set(headerN, strconv.FormatUint(m.N, 10))
	ack, err := l.js.PublishMsg(ctx, msg, jetstream.WithExpectStream(l.name), jetstream.WithRetryAttempts(0),
		jetstream.WithExpectLastSequenceForSubject(l.at, l.name+".log."+m.Run+".>"))
	switch {
	case isCode(err, streamTooLarge):
		return 0, fmt.Errorf("%w: %w", broker.ErrTooLarge, err)
	case err != nil:
		return 0, tooLarge(err)
	}
	l.n, l.at = m.N, ack.Sequence
	return ack.Sequence, nil
}

// Tail hands over what comes after the position.
func (l *log) Tail(ctx context.Context, after uint64, receive func(broker.Stored)) error {
	if err := l.ready(); err != nil {
		return err
	}
	s, err := l.stream(ctx)
	if err != nil {
		return err
	}
	next := after + 1
	err = l.read(ctx, s, next, func(m jetstream.Msg, meta *jetstream.MsgMetadata) error {
		if meta.Sequence.Stream != next {
			return fmt.Errorf("natsbroker: the stream has %d after %d", meta.Sequence.Stream, next-1)
		}
		next++
		if m.Subject() != l.name+".epoch" {
			receive(broker.Stored{Position: meta.Sequence.Stream, Body: m.Data()})
		}
		return nil
	})
	if err == nil {
		err = errClosed
	}
	return err
}

// read reads a stream from the position on, until handle fails or ctx is done.
func (l *log) read(ctx context.Context, s jetstream.Stream, from uint64, handle func(jetstream.Msg, *jetstream.MsgMetadata) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(l.ctx, cancel)()
	consumer, err := s.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: from, InactiveThreshold: time.Minute,
	})
	if err != nil {
		return err
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(500))
	if err != nil {
		return err
	}
	defer messages.Stop()
	for {
		m, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return err
		}
		meta, err := m.Metadata()
		if err != nil {
			return err
		}
		if err := handle(m, meta); err != nil {
			return err
		}
	}
}

var errEnough = errors.New("enough")

// each hands over what a stream holds from the position on.
func (l *log) each(ctx context.Context, s jetstream.Stream, from uint64, fn func(jetstream.Msg, uint64) bool) error {
	info, err := s.Info(ctx)
	if err != nil {
		return err
	}
	if info.State.Msgs == 0 || info.State.LastSeq < from {
		return nil
	}
	last := info.State.LastSeq
	err = l.read(ctx, s, from, func(m jetstream.Msg, meta *jetstream.MsgMetadata) error {
		if meta.Sequence.Stream > last || !fn(m, meta.Sequence.Stream) || meta.Sequence.Stream == last || meta.NumPending == 0 {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// Range hands over what the log holds of the positions.
func (l *log) Range(ctx context.Context, after, upTo uint64, receive func(broker.Stored) bool) error {
	if err := l.ready(); err != nil {
		return err
	}
	if after >= upTo {
		return nil
	}
	s, err := l.stream(ctx)
	if err != nil {
		return err
	}
	if upTo == after+1 {
		m, err := s.GetMsg(ctx, upTo)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		if err == nil && m.Subject != l.name+".epoch" {
			receive(broker.Stored{Position: m.Sequence, Body: m.Data})
		}
		return err
	}
	return l.each(ctx, s, after+1, func(m jetstream.Msg, position uint64) bool {
		if position > upTo {
			return false
		}
		return m.Subject() == l.name+".epoch" || receive(broker.Stored{Position: position, Body: m.Data()})
	})
}

// Kept hands over the stored values.
func (l *log) Kept(ctx context.Context, receive func(broker.Stored)) error {
	if err := l.ready(); err != nil {
		return err
	}
	s, err := l.kept(ctx, 0)
	if err != nil {
		return err
	}
	live := map[string]int{} // messages of each event since all of it was forgotten
	over := map[string]uint64{}
	if err := l.each(ctx, s, 1, func(m jetstream.Msg, position uint64) bool {
		subject := m.Subject()
		of := subject[:strings.LastIndexByte(subject, '.')]
		live[of]++
		if strings.HasSuffix(subject, "."+whole) && live[of] > 1 {
			live[of], over[of] = 0, position
		}
		receive(broker.Stored{Position: originOf(m.Headers()), Body: m.Data()})
		return true
	}); err != nil {
		return err
	}
	for of, position := range over { // or forgotten values would be there for ever
		if err := s.Purge(ctx, jetstream.WithPurgeSubject(of+".*"), jetstream.WithPurgeSequence(position)); err != nil {
			return err
		}
	}
	return nil
}

// originOf returns the position in the log of a kept message.
func originOf(h nats.Header) uint64 {
	text := h.Get(headerOrigin)
	if text == "" {
		if fields := strings.Fields(h.Get("Nats-Stream-Source")); len(fields) > 1 {
			text = fields[1]
		}
	}
	position, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0
	}
	return position
}
