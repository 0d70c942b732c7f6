package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// Option configures an [Engine]. Transports that make the engine take it among their own options.
type Option interface {
	// Setting has no effect.
	Setting()
	apply(c *config)
}

type optionFunc func(*config)

func (optionFunc) Setting() {}

func (f optionFunc) apply(c *config) { f(c) }

type config struct {
	authorizeListen func(context.Context, eventbus.Peer, string) error
	authorizeEmit   func(context.Context, eventbus.Peer, string, eventbus.Target) error
	labels          LabelPolicy
	stale           StalePolicy
	logger          *slog.Logger

	maxPayload       int
	maxPeers         int
	maxAccountPeers  int // 0 for the default
	maxMemory        int
	maxSubscriptions int
	rate             float64
	burst            int
	queue            int
	heartbeat        time.Duration
	resume           time.Duration
	stall            time.Duration
	drain            time.Duration // negative for the default
}

func defaults() config {
	return config{
		maxPayload:       64 << 10,
		maxPeers:         1 << 16,
		maxMemory:        256 << 20,
		maxSubscriptions: 4096,
		rate:             100,
		burst:            512,
		heartbeat:        25 * time.Second,
		resume:           2 * time.Minute,
		stall:            30 * time.Second,
		drain:            -1,
		logger:           slog.Default(),
	}
}

// WithAuthorizeListen sets who may listen to what: it is asked for every event that a page listens
// to, and again on every resume. Without this option every page may listen to every event that
// Go emits. An error made by [eventbus.Reject] is what the page sees, any other is "forbidden".
func WithAuthorizeListen(f func(ctx context.Context, peer eventbus.Peer, event string) error) Option {
	return optionFunc(func(c *config) { c.authorizeListen = f })
}

// WithAuthorizeEmit sets who may emit what, and to whom: target is zero for an emit that addresses
// no windows. Without this option every page may emit every event declared for clients, and
// none may address other windows: a relay needs it. Errors are shown as for [WithAuthorizeListen].
func WithAuthorizeEmit(f func(ctx context.Context, peer eventbus.Peer, event string, target eventbus.Target) error) Option {
	return optionFunc(func(c *config) { c.authorizeEmit = f })
}

// LabelPolicy says what happens to two live clients of one identity that claim one label. Clients
// of different identities never take a label from each other.
type LabelPolicy uint8

// The label policies. A client that comes back always replaces its own half-open connection.
const (
	ShareLabels   LabelPolicy = iota // both get what is addressed to it
	RefuseLabels                     // the second is closed with 4423
	ReplaceLabels                    // the first is closed with 4409
)

// WithLabels sets the policy for two live clients of one label. The default is [ShareLabels].
func WithLabels(p LabelPolicy) Option { return optionFunc(func(c *config) { c.labels = p }) }

// StalePolicy says what happens to a page that was built against another contract.
type StalePolicy uint8

// The stale policies.
const (
	WarnStale   StalePolicy = iota // it is told, and gets the event all the same
	RefuseStale                    // it is told, and the listen is refused
	AllowStale                     // nothing happens
)

// WithStale sets the policy for pages that were built against another contract. The default is
// [WarnStale].
func WithStale(p StalePolicy) Option { return optionFunc(func(c *config) { c.stale = p }) }

// WithLogger sets what is told of refused origins and failed authentications, at level warn, and of panics in
// authorisations and responses that cannot be streamed, at level error. The default is [slog.Default].
func WithLogger(l *slog.Logger) Option { return optionFunc(func(c *config) { c.logger = l }) }

// WithMaxPayload bounds one payload from a page, in bytes; a message may have 4 KiB more. An event's own max may be
// less. Each connection may hold this much while a message arrives. The default is 64 KiB.
func WithMaxPayload(bytes int) Option { return optionFunc(func(c *config) { c.maxPayload = bytes }) }

// WithMaxPeers bounds the live connections; further ones are asked to come back later, with 4429. When all places are
// taken, an account that has less than an equal part of them gets one of the account that has most. As many sessions
// may be away; of more, one of the account that has most ends, that which left first. The default is 65536.
func WithMaxPeers(n int) Option { return optionFunc(func(c *config) { c.maxPeers = n }) }

// leastAccountPeers is what an account may have of connections by default where that is more than a sixteenth.
const leastAccountPeers = 64

// WithMaxPeersPerAccount bounds the live connections of one account; further ones are asked to come back later, with
// 4429. As many of its sessions may be away; of more, those that left first end. The default is a sixteenth of
// [WithMaxPeers], but at least 64: 4096.
func WithMaxPeersPerAccount(n int) Option {
	return optionFunc(func(c *config) { c.maxAccountPeers = n })
}

// WithMaxMemory bounds what pages make the engine hold, in bytes: what they sent and is not handled, what they were
// sent and do not take, what they listen to, and what is kept so that they can come back. The first 8 KiB of each
// connection, and of each session, are free. An account has a sixteenth; when a half is taken, each account may have an
// equal part of that half. What would be more is refused, or ends the connection with 4429 or 4503. The default is
// 256 MiB.
func WithMaxMemory(bytes int) Option { return optionFunc(func(c *config) { c.maxMemory = bytes }) }

// WithMaxSubscriptions bounds what one page listens to: each event counts as one, or as many as the
// keys that are asked for of it. Listens beyond it are refused with "too_many_listens". The
// default is 4096.
func WithMaxSubscriptions(n int) Option {
	return optionFunc(func(c *config) { c.maxSubscriptions = n })
}

// WithRate bounds the frames from one page: so many a second on average, and burst together. Pings, pongs and
// fragments of a message below 1 KiB count as frames. Emits
// and listens beyond it are refused with "rate_limited"; a page that goes on for another burst
// is closed with 4429. The default is 100 a second and bursts of 512, which is more than a page
// sends together that was offline.
func WithRate(perSecond float64, burst int) Option {
	return optionFunc(func(c *config) { c.rate, c.burst = perSecond, burst })
}

// WithQueue bounds how many log entries a client may have yet to get before the slow policy of the
// events takes effect. The default, 0, means as many as the log holds
// ([eventbus.WithLog]): clients read from the log, so a slow one costs no memory.
func WithQueue(entries int) Option { return optionFunc(func(c *config) { c.queue = entries }) }

// WithHeartbeat sets how often at least a client hears something, so that it knows that the
// connection lives. A WebSocket that has been silent for as long is pinged, and closed with 4408
// after two and a half times that. Proxies that end silent connections must wait for longer. From a millisecond
// to a day; the default is 25 s.
func WithHeartbeat(d time.Duration) Option { return optionFunc(func(c *config) { c.heartbeat = d }) }

// WithResume sets for how long a node holds what it knows of a client that is away: its subscriptions, which keep the
// log going for it ([eventbus.WithLog]), and which of its emits have run. A client that comes back later goes on in the
// same session, is told of a gap where the log cannot tell that nothing is missing, and its emits that were sent and have
// no answer end with outcome_unknown. 0 holds nothing. The default is two minutes, as is the log's.
func WithResume(d time.Duration) Option { return optionFunc(func(c *config) { c.resume = d }) }

// WithStall sets for how long a client may accept nothing of what is written to it, or leave a
// message unfinished, before it is closed. The default is 30 s.
func WithStall(d time.Duration) Option { return optionFunc(func(c *config) { c.stall = d }) }

// WithDrain sets over what time [Engine.Close] closes the clients' connections, so that they do not all come back at the same moment,
// with a code by which they come back within 250 ms; what is left at the end of its context is cut off. The default is
// 5 s if the bus has a broker, and else 0: there is nowhere else to go.
func WithDrain(d time.Duration) Option {
	return optionFunc(func(c *config) {
		if c.drain = d; d < 0 {
			c.drain = math.MinInt64
		}
	})
}

// check reports settings that make no sense.
func (c *config) check() error {
	bad := func(name string, broken bool) error {
		if broken {
			return fmt.Errorf("session: %s is out of range", name)
		}
		return nil
	}
	return errors.Join(
		bad("WithMaxPayload", c.maxPayload <= 0 || c.maxPayload > math.MaxInt32),
		bad("WithMaxPeers", c.maxPeers <= 0),
		bad("WithMaxPeersPerAccount", c.maxAccountPeers < 0 || c.maxAccountPeers > c.maxPeers),
		bad("WithMaxMemory", c.maxMemory <= 0),
		bad("WithMaxSubscriptions", c.maxSubscriptions <= 0),
		bad("WithRate", !(c.rate > 0 && c.rate <= math.MaxFloat64) || c.burst <= 0),
		bad("WithQueue", c.queue < 0),
		bad("WithHeartbeat", c.heartbeat < time.Millisecond || c.heartbeat > 24*time.Hour),
		bad("WithResume", c.resume < 0),
		bad("WithDrain", c.drain == math.MinInt64),
		bad("WithStall", c.stall <= 0),
		bad("WithLabels", c.labels > ReplaceLabels),
		bad("WithStale", c.stale > AllowStale),
	)
}
