package redisbroker

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
)

const (
	maxMessage = 1 << 20
	// block is for how long the server waits for more of the log: a connection that has died is found out.
	block = time.Second
	// page is how many messages are read at a time.
	page = 64
	// serveTime bounds an answer.
	serveTime = 5 * time.Second
	// againTime is after how long the channels are tried again.
	againTime = 100 * time.Millisecond
)

// Broker joins nodes on Redis. It is a [broker.Log].
type Broker struct {
	config
	client rueidis.Client

	node   broker.Node
	ctx    context.Context // done when the broker closes
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	started bool
	asked   uint64
	answers map[uint64]chan string
}

var _ broker.Log = (*Broker)(nil)

// New returns a broker on the server that the client is connected to. Each bus needs one of its own; they may share a
// client.
func New(client rueidis.Client, opts ...Option) *Broker {
	return &Broker{config: configOf(opts), client: client, answers: map[uint64]chan string{}}
}

// MaxMessage is 1 MiB.
func (b *Broker) MaxMessage() int { return maxMessage }

var errClosed = errors.New("redisbroker: closed")

// Start checks the server and subscribes the node.
func (b *Broker) Start(ctx context.Context, node broker.Node) error {
	if err := b.check(); err != nil {
		return err
	}
	if err := b.suits(ctx); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.started {
		return errors.New("redisbroker: a broker starts once")
	}
	b.started, b.node = true, node
	b.ctx, b.cancel = context.WithCancel(context.Background())
	ended, err := b.subscribe(ctx)
	if err != nil {
		return fmt.Errorf("redisbroker: subscribe: %w", err)
	}
	b.work.Go(func() { b.listen(ended) })
	return nil
}

// suits returns why the server cannot keep a log.
func (b *Broker) suits(ctx context.Context) error {
	text, err := b.client.Do(ctx, b.client.B().Info().Build()).ToString()
	if err != nil {
		return fmt.Errorf("redisbroker: ask the server what it is: %w", err)
	}
	info := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		info[name] = value
	}
	version, _, _ := strings.Cut(info["redis_version"], ".")
	if major, err := strconv.Atoi(version); err != nil || major < 7 {
		return fmt.Errorf("redisbroker: the server speaks version %q of the protocol, and not 7 or later", info["redis_version"])
	}
	if policy := info["maxmemory_policy"]; policy != "noeviction" {
		return fmt.Errorf("redisbroker: maxmemory-policy is %q, which may take away a part of the log: set noeviction", policy)
	}
	return nil
}

func (b *Broker) channel(kind, name string) string { return "{" + b.name + "}:" + kind + name }

// subscription is one connection that hears the node's channels.
type subscription struct {
	ended <-chan error
	end   func()
}

// subscribe returns when the server has confirmed all channels.
func (b *Broker) subscribe(ctx context.Context) (s subscription, err error) {
	client, _ := b.client.Dedicate()
	channels := []string{b.channel("pub", ""), b.channel("req:", b.node.Name), b.channel("ans:", b.node.Run)}
	confirmed := make(chan struct{}, 8)
	s.end = client.Close // giving it back would unsubscribe first, which goes wrong while the server is busy
	s.ended = client.SetPubSubHooks(rueidis.PubSubHooks{
		OnMessage: func(m rueidis.PubSubMessage) { b.hear(m.Channel, channels, m.Message) },
		OnSubscription: func(sub rueidis.PubSubSubscription) {
			if sub.Kind == "ssubscribe" {
				select {
				case confirmed <- struct{}{}:
				default:
				}
			}
		},
	})
	ctx, done := context.WithTimeout(ctx, serveTime)
	defer done()
	for _, channel := range channels {
		if err := client.Do(ctx, client.B().Ssubscribe().Channel(channel).Build()).Error(); err != nil {
			s.end()
			return s, err
		}
		select {
		case <-confirmed:
		case err := <-s.ended:
			s.end()
			return s, errors.Join(errors.New("the connection ended"), err)
		case <-ctx.Done():
			s.end()
			return s, ctx.Err()
		}
	}
	return s, nil
}

// listen subscribes again whenever the connection has ended, until the broker closes.
func (b *Broker) listen(s subscription) {
	for {
		select {
		case <-s.ended:
		case <-b.ctx.Done():
		}
		s.end()
		if b.ctx.Err() != nil {
			return
		}
		b.node.Linked(false)
		for {
			var err error
			if s, err = b.subscribe(b.ctx); err == nil {
				break
			}
			select {
			case <-time.After(againTime):
			case <-b.ctx.Done():
				return
			}
		}
		b.node.Linked(true)
	}
}

// hear takes in what came on a channel.
func (b *Broker) hear(channel string, channels []string, text string) {
	switch channel {
	case channels[0]:
		if run, body, ok := cutText(text); ok && run != b.node.Run {
			b.node.Receive([]byte(body))
		}
	case channels[1]:
		b.serve(text)
	case channels[2]:
		if len(text) < 8 {
			return
		}
		id := binary.BigEndian.Uint64([]byte(text))
		b.mu.Lock()
		answer := b.answers[id]
		b.mu.Unlock()
		if answer != nil {
			select {
			case answer <- text[8:]:
			default: // it has one
			}
		}
	}
}

// cutText takes a text off that has its length, a byte, before it.
func cutText(text string) (first, rest string, ok bool) {
	if text == "" || len(text) < 1+int(text[0]) {
		return "", "", false
	}
	n := 1 + int(text[0])
	return text[1:n], text[n:], true
}

func putText(text string) string { return string([]byte{byte(len(text))}) + text }

// ready returns why nothing can be asked of the server.
func (b *Broker) ready() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || !b.started {
		return errClosed
	}
	return nil
}

// Publish sends a message to all other nodes.
func (b *Broker) Publish(ctx context.Context, body []byte) error {
	if err := b.ready(); err != nil {
		return err
	}
	if len(body) > maxMessage {
		return broker.ErrTooLarge
	}
	_, err := b.send(ctx, b.channel("pub", ""), putText(b.node.Run)+rueidis.BinaryString(body))
	return err
}

// send publishes on a channel and returns how many heard it.
func (b *Broker) send(ctx context.Context, channel, text string) (int64, error) {
	return b.client.Do(ctx, b.client.B().Spublish().Channel(channel).Message(text).Build()).AsInt64()
}

// Request asks a node, and waits for its answer.
func (b *Broker) Request(ctx context.Context, node string, body []byte) ([]byte, error) {
	if err := b.ready(); err != nil {
		return nil, err
	}
	answer := make(chan string, 1)
	b.mu.Lock()
	b.asked++
	id := b.asked
	b.answers[id] = answer
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.answers, id)
	}()
	text := putText(b.node.Run) + string(binary.BigEndian.AppendUint64(nil, id)) + string(body)
	heard, err := b.send(ctx, b.channel("req:", node), text)
	if err == nil && heard == 0 {
		err = errors.New("there is no such node")
	}
	if err != nil {
		return nil, fmt.Errorf("redisbroker: ask %q: %w", node, err)
	}
	select {
	case text := <-answer:
		return []byte(text), nil
	case <-ctx.Done():
		return nil, fmt.Errorf("redisbroker: ask %q: %w", node, ctx.Err())
	case <-b.ctx.Done():
		return nil, errClosed
	}
}

// serve answers a request, apart from the subscription, which goes on.
func (b *Broker) serve(text string) {
	run, rest, ok := cutText(text)
	if !ok || len(rest) < 8 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	b.work.Go(func() {
		ctx, cancel := context.WithTimeout(b.ctx, serveTime)
		defer cancel()
		answer := b.node.Serve(ctx, []byte(rest[8:]))
		_, _ = b.send(ctx, b.channel("ans:", run), rest[:8]+string(answer)) // who asked has a deadline
	})
}

// Close unsubscribes the node, and leaves the client open.
func (b *Broker) Close(context.Context) error {
	b.mu.Lock()
	closed := b.closed
	b.closed = true
	if b.cancel != nil {
		b.cancel()
	}
	b.mu.Unlock()
	if !closed {
		b.work.Wait()
	}
	return nil
}

func newEpoch() string { return strings.ToLower(rand.Text()[:12]) }

// State returns where the log stands. A log that is not there, or of which a part is missing, begins anew.
func (b *Broker) State(ctx context.Context) (s broker.State, err error) {
	if err := b.ready(); err != nil {
		return s, err
	}
	list, err := state.Exec(ctx, b.client, b.keys(b.node.Run, ""), []string{newEpoch()}).AsStrSlice()
	if err != nil {
		return s, fmt.Errorf("redisbroker: %w", err)
	}
	if len(list) != 3 {
		return s, fmt.Errorf("redisbroker: the state of the log is %q", list)
	}
	s.Epoch = list[0]
	if s.First, err = strconv.ParseUint(list[1], 10, 53); err != nil {
		return s, err
	}
	s.Last, err = strconv.ParseUint(list[2], 10, 53)
	return s, err
}

// Renew gives the log another epoch.
func (b *Broker) Renew(ctx context.Context, old string) error {
	if err := b.ready(); err != nil {
		return err
	}
	return renew.Exec(ctx, b.client, b.keys(b.node.Run, "")[:1], []string{old, newEpoch()}).Error()
}

// Append adds a message.
func (b *Broker) Append(ctx context.Context, m broker.Message) (uint64, error) {
	if err := b.ready(); err != nil {
		return 0, err
	}
	if len(m.Body) > maxMessage {
		return 0, broker.ErrTooLarge
	}
	slot := "0"
	switch {
	case m.Forget:
		slot = "2"
	case m.Slot != (broker.Slot{}):
		slot = "1"
	}
	at, err := add.Exec(ctx, b.client, b.keys(m.Run, m.Slot.Event), []string{
		m.Epoch, strconv.FormatUint(m.Seen, 10), strconv.FormatUint(m.N, 10), rueidis.BinaryString(m.Body),
		slot, m.Slot.Event, m.Slot.Name, strconv.FormatInt(b.bytes, 10), strconv.FormatInt(b.age.Milliseconds(), 10),
	}).AsInt64()
	switch {
	case err != nil:
		return 0, fmt.Errorf("redisbroker: append: %w", err)
	case at == otherEpoch:
		return 0, broker.ErrEpoch
	case at == otherOrder:
		return 0, broker.ErrOrder
	}
	return uint64(at), nil
}

func idOf(position uint64) string { return strconv.FormatUint(position, 10) + "-0" }

// storedOf returns the message of an entry of the stream.
func storedOf(e rueidis.XRangeEntry) (broker.Stored, error) {
	text, _, _ := strings.Cut(e.ID, "-")
	position, err := strconv.ParseUint(text, 10, 53)
	return broker.Stored{Position: position, Body: []byte(e.FieldValues["b"])}, err
}

// Tail hands over what comes after the position.
func (b *Broker) Tail(ctx context.Context, after uint64, receive func(broker.Stored)) error {
	if err := b.ready(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(b.ctx, cancel)()
	key := b.keys("", "")[1]
	for {
		streams, err := b.client.Do(ctx, b.client.B().Xread().Count(page).Block(block.Milliseconds()).Streams().Key(key).Id(idOf(after)).Build()).AsXRead()
		if err != nil && !rueidis.IsRedisNil(err) {
			return fmt.Errorf("redisbroker: read the log: %w", err)
		}
		for _, e := range streams[key] {
			m, err := storedOf(e)
			if err != nil {
				return err
			}
			if m.Position != after+1 {
				return fmt.Errorf("redisbroker: the log has %d after %d", m.Position, after)
			}
			after++
			receive(m)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// Range hands over what the log holds of the positions.
func (b *Broker) Range(ctx context.Context, after, upTo uint64, receive func(broker.Stored) bool) error {
	if err := b.ready(); err != nil {
		return err
	}
	key := b.keys("", "")[1]
	for after < upTo {
		list, err := b.client.Do(ctx, b.client.B().Xrange().Key(key).Start(idOf(after+1)).End(idOf(upTo)).Count(page).Build()).AsXRange()
		if err != nil {
			return fmt.Errorf("redisbroker: read the log: %w", err)
		}
		if len(list) == 0 {
			return nil
		}
		for _, e := range list {
			m, err := storedOf(e)
			if err != nil {
				return err
			}
			if after = m.Position; !receive(m) {
				return nil
			}
		}
	}
	return nil
}

// Kept hands over the stored values, those that were stored before the call: what comes meanwhile is newer.
func (b *Broker) Kept(ctx context.Context, receive func(broker.Stored)) error {
	s, err := b.State(ctx)
	if err != nil {
		return err
	}
	events, err := b.client.Do(ctx, b.client.B().Smembers().Key(b.keys("", "")[4]).Build()).AsStrSlice()
	if err != nil {
		return fmt.Errorf("redisbroker: read stored values: %w", err)
	}
	var all []broker.Stored
	for _, event := range events {
		values, err := b.client.Do(ctx, b.client.B().Hvals().Key(b.keys("", event)[5]).Build()).AsStrSlice()
		if err != nil {
			return fmt.Errorf("redisbroker: read stored values: %w", err)
		}
		for _, value := range values {
			text, body, _ := strings.Cut(value, ":")
			position, err := strconv.ParseUint(text, 10, 53)
			if err == nil && position <= s.Last {
				all = append(all, broker.Stored{Position: position, Body: []byte(body)})
			}
		}
	}
	slices.SortFunc(all, func(a, b broker.Stored) int { return cmp.Compare(a.Position, b.Position) })
	for _, m := range all {
		receive(m)
	}
	return nil
}
