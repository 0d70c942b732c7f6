package eventbus

import (
	"context"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/broker"
	"github.com/eventgen/eventgen/runtime/eventbus/observe"
)

// Option configures a bus.
type Option interface{ applyBus(c *config) }

type optionFunc func(*config)

func (f optionFunc) applyBus(c *config) { f(c) }

type config struct {
	catalogs     []*Catalog
	onError      func(context.Context, *Error)
	strict       bool
	logBytes     int
	logAge       time.Duration
	share        float64
	interceptors []Interceptor
	cluster      func(*Bus) nodes
	observers    []observe.Observer
	node         string
	keys         [][]byte
	keyed        bool // WithKey gave them
	lease        time.Duration
}

const (
	defaultLogBytes = 16 << 20
	defaultLogAge   = 2 * time.Minute
)

// WithCatalog makes the events of the catalogues known to the bus. An event in none of them is refused
// with [CodeUnknownEvent].
func WithCatalog(catalogs ...*Catalog) Option {
	return optionFunc(func(c *config) { c.catalogs = append(c.catalogs, catalogs...) })
}

// WithErrorHandler sets what receives the failures that no emit returns: listeners' errors and panics,
// payloads that cannot be encoded, overflows. The context carries the values of the emit's. It is called
// from many goroutines at the same time and should not block. The default writes to slog.Default at level error.
func WithErrorHandler(handle func(ctx context.Context, err *Error)) Option {
	return optionFunc(func(c *config) { c.onError = handle })
}

// WithStrictEmit makes every emit encode its payload before it returns, even if nothing needs the encoding. A payload
// that cannot be encoded, or is too large, is then an error of the emit.
func WithStrictEmit() Option {
	return optionFunc(func(c *config) { c.strict = true })
}

// WithLog bounds the log that clients read and resume from: its entries hold at most so many bytes, with their targets,
// keys and peers, and are at most so old. Half of it is for what Go code emits, whatever clients relay. The default is 16 MiB and two minutes. An entry larger than the whole log is kept
// until the next one comes.
func WithLog(bytes int, age time.Duration) Option {
	return optionFunc(func(c *config) { c.logBytes, c.logAge = bytes, age })
}

// WithShare sets how much of the log each account of clients may take up with what it relays, and as much again with
// values that are kept: this part of the clients' half, within the log's age, or within two minutes if the log has no
// age. What goes beyond it is refused with [CodeRate]. When all accounts together have taken up the clients' half,
// each may have an equal part of it. The default is a sixteenth: 512 KiB of 16 MiB. A larger share lets fewer accounts
// fill the half; 1 suits a bus of one user.
func WithShare(part float64) Option {
	return optionFunc(func(c *config) { c.share = part })
}

// WithInterceptor adds interceptors; the first one given is the outermost.
func WithInterceptor(interceptors ...Interceptor) Option {
	return optionFunc(func(c *config) { c.interceptors = append(c.interceptors, interceptors...) })
}

// WithBroker joins the bus with those of other nodes. The bus starts the broker in [New] and closes it in
// [Bus.Close], which waits until what is queued has been published, as long as its context is not done. It needs
// [WithKey].
func WithBroker(b broker.Broker) Option {
	return optionFunc(func(c *config) {
		c.cluster = func(bus *Bus) nodes {
			joined := newCluster(bus, b)
			bus.shared = joined.log != nil
			bus.log.shared = bus.shared
			return joined
		}
	})
}

// WithKey sets the key that all nodes share, of 16 random bytes or more: what clients take from one node to another is
// signed with it, and what nodes ask each other is sealed with it. Old keys are accepted too: give a new key to all
// nodes as an old one first, then make it the key. Without WithKey the key is random, so that no session outlives the bus.
func WithKey(key []byte, old ...[]byte) Option {
	return optionFunc(func(c *config) { c.keys, c.keyed = append([][]byte{key}, old...), true })
}

// WithLease sets after which time of silence a node and its peers count as gone. All nodes should have the same. The
// default is 10 s; the least is 1 s.
func WithLease(d time.Duration) Option {
	return optionFunc(func(c *config) { c.lease = d })
}

// WithNode names this node among those that a broker joins. It must be unique among them; the default is
// random.
func WithNode(id string) Option {
	return optionFunc(func(c *config) { c.node = id })
}
