package session

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// listRequest asks for the clients of an engine.
type listRequest struct {
	// Connecting says that clients which are connecting are to be asked for their credentials again, and that those are
	// listed which have not said hello, by the names of their connections.
	Connecting bool `json:"connecting,omitempty"`
	// After is the greatest id that came before.
	After string `json:"after,omitempty"`
}

// listed are clients, by their ids, and whether there are more.
type listed struct {
	Peers []eventbus.Peer `json:"peers"`
	More  bool            `json:"more,omitempty"`
}

// endRequest ends clients, or their subscriptions to events.
type endRequest struct {
	IDs    []string `json:"ids"`
	Events []string `json:"events,omitempty"`
	Revoke bool     `json:"revoke,omitempty"`
}

const (
	// endTime is how long a node has to answer.
	endTime = 2 * time.Second
	// mostListed is how many bytes of peers are listed together, and mostEnded how many are ended.
	mostListed = 128 << 10
	mostEnded  = 1024
)

// everywhere finds clients on all nodes and ends them, and returns how many ends there were.
func (engine *Engine) everywhere(find func(node string) []string, end func(ids []string) *endRequest) (n int) {
	nodes := append(engine.port.Nodes(), engine.bus.Node())
	var mu sync.Mutex
	each := func(f func(node string)) {
		var all sync.WaitGroup
		for _, node := range nodes {
			all.Go(func() { f(node) })
		}
		all.Wait()
	}
	var ids []string
	each(func(node string) {
		found := find(node)
		mu.Lock()
		defer mu.Unlock()
		ids = append(ids, found...)
	})
	slices.Sort(ids)
	ids = slices.Compact(ids)
	each(func(node string) {
		for some := range slices.Chunk(ids, mostEnded) {
			ended := 0
			if node == engine.bus.Node() {
				ended = engine.endClients(end(some))
			} else if err := engine.askToEnd(node, request{End: end(some)}, &ended); err != nil {
				return
			}
			mu.Lock()
			n += ended
			mu.Unlock()
		}
	})
	return n
}

// askToEnd asks another node, and logs that it does not answer.
func (engine *Engine) askToEnd(node string, r request, answer any) error {
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	err := engine.ask(ctx, node, r, answer)
	if err != nil {
		engine.logger.Error("eventgen: clients of a node could not be ended", "node", node, "error", err)
	}
	return err
}

// matching returns the ids of a node's clients that the target addresses.
func (engine *Engine) matching(node string, r *listRequest, who eventbus.Target) (ids []string) {
	for {
		var got listed
		if node == engine.bus.Node() {
			got = engine.list(r)
		} else if engine.askToEnd(node, request{List: r}, &got) != nil {
			return ids
		}
		for _, p := range got.Peers {
			if who.Matches(p) {
				ids = append(ids, p.ID)
			}
		}
		if !got.More || len(got.Peers) == 0 {
			return ids
		}
		r.After = got.Peers[len(got.Peers)-1].ID
	}
}

// list returns clients of this engine, those with greater ids than what came before.
func (engine *Engine) list(r *listRequest) (l listed) {
	if r.Connecting && r.After == "" {
		engine.disconnects.Add(1)
	}
	if r.Connecting {
		for _, c := range engine.all(nil) {
			if s, live := c.joined(); live && s == nil && c.token > r.After {
				p := c.who()
				p.ID = c.token
				l.Peers = append(l.Peers, p)
			}
		}
	}
	for _, s := range engine.allSessions() {
		if s.id > r.After {
			l.Peers = append(l.Peers, s.seenAs())
		}
	}
	slices.SortFunc(l.Peers, func(a, b eventbus.Peer) int { return strings.Compare(a.ID, b.ID) })
	size := 0
	for i := range l.Peers {
		if size += peerSize(&l.Peers[i]); size > mostListed && i > 0 {
			l.Peers, l.More = l.Peers[:i], true
			break
		}
	}
	return l
}

func peerSize(p *eventbus.Peer) int {
	n := 64 + len(p.ID) + len(p.Node) + len(p.Window) + len(p.Identity) + len(p.Account)
	for _, g := range p.Groups {
		n += len(g) + 4
	}
	for name, value := range p.Attributes {
		n += len(name) + len(value) + 8
	}
	return n
}

// endClients ends those that this engine has, or their subscriptions, and makes all of their tickets useless. It returns
// how many it has ended.
func (engine *Engine) endClients(r *endRequest) (n int) {
	if r.Revoke {
		engine.revocations.Add(1)
	} else {
		engine.disconnects.Add(1)
	}
	var found []*session
	now := time.Now()
	engine.mu.Lock()
	for _, id := range r.IDs {
		engine.revoked.add(id, now)
		if s := engine.sessions[id]; s != nil {
			found = append(found, s)
		}
	}
	engine.mu.Unlock()
	for _, s := range found {
		if r.Revoke {
			n += engine.revoke(s, r.Events)
		} else if engine.disconnect(s) {
			n++
		}
	}
	if r.Revoke {
		return n
	}
	for _, c := range engine.all(nil) { // whoever has not said hello
		if _, is := slices.BinarySearch(r.IDs, c.token); is {
			if s, live := c.joined(); live {
				c.close(disconnected)
				if s == nil {
					n++
				}
			}
		}
	}
	return n
}
