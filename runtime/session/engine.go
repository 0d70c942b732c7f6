package session

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/internal/account"
	"github.com/eventgen/eventgen/runtime/internal/loglimit"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// Engine serves the windows of a bus, over whatever transports. It is made by [New] and safe for concurrent use.
type Engine struct {
	config
	bus  *eventbus.Bus
	port port.Port
	era  atomic.Pointer[Epoch] // what the log is now
	keys *keyring
	// suffix is what the names of connections end with: nothing unless there are other nodes.
	suffix string

	shards []*shard
	next   atomic.Uint32 // the shard of the next connection

	disconnects, revocations atomic.Uint64 // how often these were called

	mu       sync.Mutex
	conns    map[*Conn]struct{}
	tokens   map[string]*Conn // those that frames come to by POST
	labelled map[labelID]map[*Conn]struct{}
	sessions map[string]*session
	revoked  revoked
	away     absent
	places   account.Ledger // of connections
	closed   bool

	memory memory
	counts counts

	classMu sync.Mutex
	classes map[string]*class

	live    sync.WaitGroup // connections, and requests that belong to one; raised under mu
	running sync.WaitGroup // goroutines; raised while live is, or in New
	begun   sync.Once      // shutting down
	renewed chan struct{}  // holds one: the log has begun anew
	hurried sync.Once
	hurry   chan struct{} // closed when a drain is to end
	stop    chan struct{} // closed when flushers and janitor may end
	ended   chan struct{} // closed when all is done
}

// New attaches an engine to the bus. It fails on options that are out of range and on a closed
// bus. Closing the bus closes the engine too.
func New(bus *eventbus.Bus, opts ...Option) (*Engine, error) {
	engine := &Engine{
		config:   defaults(),
		bus:      bus,
		conns:    make(map[*Conn]struct{}),
		tokens:   make(map[string]*Conn),
		labelled: make(map[labelID]map[*Conn]struct{}),
		sessions: make(map[string]*session),
		away:     newAbsent(),
		classes:  make(map[string]*class),
		renewed:  make(chan struct{}, 1),
		hurry:    make(chan struct{}),
		stop:     make(chan struct{}),
		ended:    make(chan struct{}),
	}
	for _, o := range opts {
		if o != nil {
			o.apply(&engine.config)
		}
	}
	if err := engine.check(); err != nil {
		return nil, err
	}
	engine.revoked = newRevoked(engine.maxPeers)
	if bus.Health().Broker != nil {
		engine.suffix = suffixOf(bus.Node())
	}
	if engine.drain < 0 {
		if engine.drain = 0; engine.suffix != "" {
			engine.drain = defaultDrain
		}
	}
	if engine.maxAccountPeers == 0 {
		engine.maxAccountPeers = min(engine.maxPeers, max(leastAccountPeers, engine.maxPeers/account.Parts))
	}
	engine.memory.init(engine.maxMemory)
	engine.places = account.New(account.Bounds{Share: engine.maxAccountPeers, Room: engine.maxPeers})
	if engine.logger == nil {
		engine.logger = defaults().logger
	}
	engine.logger = loglimit.New(engine.logger)
	for range shards() {
		engine.shards = append(engine.shards, newShard(engine))
	}
	port, err := bus.Attach(sink{engine})
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	engine.keys = newKeyring(port.Keys)
	engine.port = port
	engine.era.Store(newEpoch(port.Epoch(), engine.keys))
	for _, s := range engine.shards {
		s.head, s.epoch = port.At(), engine.era.Load()
		s.kick()
		engine.running.Go(s.run)
	}
	engine.running.Go(engine.sweep)
	return engine, nil
}

// mostShards bounds how many there are.
const mostShards = 8

func shards() int { return min(max(runtime.GOMAXPROCS(0), 1), mostShards) }

// sink is the engine as the bus sees it.
type sink struct{ engine *Engine }

func (s sink) Wake() {
	for _, shard := range s.engine.shards {
		shard.kick()
	}
}

func (s sink) Shutdown() { s.engine.begin(0) }

var (
	shuttingDown = Closing{CloseGoingAway, "shutting down"}
	comeAgain    = Closing{CloseGoingAway, "disconnected: come again"}
	tooManyPeers = Closing{CloseRateLimited, "rate_limited: too many connections"}
	// tooMuchMemory ends what would make an account hold more than its share.
	tooMuchMemory = Closing{CloseRateLimited, "rate_limited: the account holds too much"}
)

func refuse(why Closing) *Closing { return &why }

// all returns the connections there are.
func (engine *Engine) all(dst []*Conn) []*Conn {
	engine.mu.Lock()
	defer engine.mu.Unlock()
	for c := range engine.conns {
		dst = append(dst, c)
	}
	return dst
}

// Close takes nobody in any more, sends the windows what they still lack, closes them, and waits until all of that is
// done. With [WithDrain] it closes one after the other, with a code by which they come back soon, at another node, and
// hands their sessions over; without, all of them with 1001, so that they try again elsewhere or later. When ctx is done
// first, what is left is cut off. It is idempotent. Close the engine before its bus: that ends it without a drain.
func (engine *Engine) Close(ctx context.Context) error {
	engine.begin(engine.drain)
	select {
	case <-engine.ended:
		return nil
	case <-ctx.Done():
	}
	engine.hurried.Do(func() { close(engine.hurry) })
	for _, c := range engine.all(nil) {
		c.shut()
	}
	return ctx.Err()
}

// begin starts the end of the engine, with a drain of so long.
func (engine *Engine) begin(drain time.Duration) {
	engine.begun.Do(func() { go engine.end(drain) })
}

func (engine *Engine) end(drain time.Duration) {
	engine.mu.Lock()
	engine.closed = true
	engine.mu.Unlock()
	if drain > 0 {
		engine.sendAway(drain)
	}
	at := engine.port.At()
	for _, c := range engine.all(nil) {
		c.closeAfter(at, shuttingDown)
	}
	engine.live.Wait() // the janitor shuts whoever does not go
	if drain > 0 {
		engine.handOver()
	}
	close(engine.stop)
	engine.running.Wait()
	engine.port.Detach()
	close(engine.ended)
}
