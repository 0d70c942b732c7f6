package httptransport

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
	"github.com/eventgen/eventgen/runtime/internal/port"
	"github.com/eventgen/eventgen/runtime/session"
)

// seedsVariable names how many seeds the model of several nodes is played with.
const seedsVariable = "EVENTGEN_MODEL_SEEDS"

// TestGuarantee23Model plays the model of pages on links that are cut anywhere, over every transport, with three nodes of
// which any may be killed, drained or cut off, and a log that loses answers, stalls, stops and rolls back. Each request goes
// to another node. What a page gets comes once and in order, or a gap tells of it; each emit runs once at most and settles.
func TestGuarantee23Model(t *testing.T) {
	seeds := uint64(5)
	if text := os.Getenv(seedsVariable); text != "" {
		var err error
		seeds, err = strconv.ParseUint(text, 10, 32)
		noError(t, err)
	}
	for seed := range seeds {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { playNodes(t, seed) })
	}
}

// nodesRounds is how many rounds are played with several nodes.
const nodesRounds = 8

func playNodes(t *testing.T, seed uint64) {
	network := eventbustest.NewLogNetwork()
	c := newCluster(t, network, 3, session.WithRate(1e6, 1e6), session.WithDrain(20*time.Millisecond))
	random := rand.New(rand.NewPCG(seed, 0))
	m := &nodesModel{t: t, c: c, random: random, ports: map[*clusterNode]port.Port{}}
	m.h = &history{t: t, bus: m.emitter, landed: m.landed, ran: map[string]int{}}
	for _, n := range c.nodes {
		m.attend(n)
	}
	pages := newModelPages(t, m.h, seed, func() *place { return c.turn().place })
	for range nodesRounds {
		playRound(pages, func() {
			m.choose()
			fault := random.IntN(30)
			for i := range 30 {
				if i == fault {
					m.fault()
				}
				m.h.emit(randomRecord(random))
			}
		})
		if t.Failed() {
			return
		}
	}
	m.h.checkEmits(pages)
	m.leaving.Wait()
}

// nodesModel is what happens to the nodes.
type nodesModel struct {
	t       *testing.T
	c       *cluster
	h       *history
	random  *rand.Rand
	ports   map[*clusterNode]port.Port
	at      *clusterNode // who emits
	leaving sync.WaitGroup
}

// attend makes a node one of those that run what pages emit, and that are waited for.
func (m *nodesModel) attend(n *clusterNode) {
	m.h.listen(n.bus)
	p, err := n.bus.Attach(idle{})
	noError(m.t, err)
	m.ports[n] = p
}

func (m *nodesModel) choose() { m.at = m.c.nodes[m.random.IntN(len(m.c.nodes))] }

func (m *nodesModel) emitter() *eventbus.Bus { return m.at.bus }

// landed waits until what was emitted is in the log of each node.
func (m *nodesModel) landed() {
	for settled := m.ports[m.at].Settled(); settled != nil; settled = nil {
		<-settled
	}
	m.at.until("what was emitted comes back", func() bool { return m.at.bus.Health().Broker.Queued == 0 })
	at := m.ports[m.at].At()
	for _, n := range m.c.nodes {
		n.until("a node catches up", func() bool { return m.ports[n].At() >= at })
	}
}

// fault does something to a node or to the network.
func (m *nodesModel) fault() {
	n := m.c.nodes[m.random.IntN(len(m.c.nodes))]
	switch m.random.IntN(6) {
	case 0:
		m.c.kill(n)
		m.end(n)
	case 1:
		m.c.remove(n)
		m.end(n)
	case 2:
		m.c.network.Cut(n.bus.Node(), true)
		m.c.network.Cut(n.bus.Node(), false)
	case 3:
		m.c.network.Stop()
		m.c.network.Start()
	case 4:
		m.c.network.LoseAnswers(1 + m.random.IntN(3))
	default:
		m.rollBack()
	}
	m.choose()
	for _, n := range m.c.nodes {
		n.until("a node is connected", func() bool { return n.bus.Health().Broker.Connected })
	}
}

// end ends a node that gets nothing any more: one that is alive drains. Another takes its place.
func (m *nodesModel) end(n *clusterNode) {
	m.ports[n].Detach()
	delete(m.ports, n)
	m.attend(m.c.add())
	if !n.killed.Load() { // nobody waits for what it has in its log, so nobody is there when the next emit comes
		noError(m.t, n.h.Close(background))
		return
	}
	m.leaving.Go(func() {
		gone, now := context.WithCancel(background)
		now()
		_ = n.h.Close(gone)
	})
}

// rollBack makes the log lose what came last: what is kept is emitted again, as an application would that looks after it.
func (m *nodesModel) rollBack() {
	back := m.c.network.Snapshot()
	for range 3 {
		m.h.emit(randomRecord(m.random))
	}
	old := m.ports[m.at].Epoch()
	back()
	for _, n := range m.c.nodes {
		n.until("a node notices", func() bool { return m.ports[n].Epoch() != old && n.bus.Health().Broker.Connected })
		m.ports[n].Renew()
	}
	for _, key := range []string{"a", "b", "c", "d"} {
		m.h.emit(record{event: "sticky", key: key})
	}
	m.h.emit(record{event: "replay"})
	m.h.emit(record{event: "replay"})
}
