package eventbus

import (
	"encoding/json"
	"slices"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/account"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// store keeps what new listeners of an event get: the last value of each key and target if it is sticky,
// the last so many of each target if it replays. The log's lock guards it.
type store struct {
	payloads *payloads
	replay   int // 0: sticky
	sticky   map[slotID]*stored
	recent   map[port.TargetID]*recent

	own     int             // how many keys and targets Go code may hold
	windows account.Ledger  // how many those of windows hold
	kept    *account.Ledger // what the values of windows take, in bytes
}

// recent are the last deliveries to one target.
type recent struct {
	by   *Peer // the window that emitted the first, nil if Go code did
	list []*stored
}

// stored is a delivery that is kept. Once listeners have been given it, only the entry may change.
type stored struct {
	d      delivery
	entry  *port.Entry // what windows get, once it was needed
	size   int         // what it costs the account of the window that emitted it, in bytes
	absent bool        // it cannot be encoded: windows do not get it
	raw    bool        // it came from another node and has not been decoded
	broken bool        // it came from another node and cannot be decoded

	contract string // of the event where it was emitted, if it came from another node
}

func newStore(p *payloads, i *eventdef.Info, kept *account.Ledger) *store {
	own, windows := divide(i)
	s := &store{payloads: p, replay: i.Replay, own: own, windows: account.New(windows), kept: kept}
	if i.Replay > 0 {
		s.recent = map[port.TargetID]*recent{}
	} else {
		s.sticky = map[slotID]*stored{}
	}
	return s
}

// admits reports whether a delivery may be stored without passing the bound of keys and targets.
func (s *store) admits(o *occasion) bool {
	held, by := s.holder(o)
	switch {
	case held && (by == nil) == (o.peer == nil):
		return true
	case o.peer != nil:
		return s.windows.Admits(o.peer.Account, 1)
	}
	return len(s.sticky)+len(s.recent)-s.windows.Held() < s.own
}

// holder returns whether something is stored for the key and target, and which window it was stored for.
func (s *store) holder(o *occasion) (held bool, by *Peer) {
	if s.replay > 0 {
		if r := s.recent[port.ID(o.target)]; r != nil {
			return true, r.by
		}
		return false, nil
	}
	if v := s.sticky[slotID{o.key, port.ID(o.target)}]; v != nil {
		return true, v.d.occ.peer
	}
	return false, nil
}

// put stores a delivery and reports whether there was room.
func (s *store) put(v *stored) bool {
	o := &v.d.occ
	if !s.admits(o) {
		return false
	}
	s.charge(v)
	if s.replay == 0 {
		id := slotID{o.key, port.ID(o.target)}
		if old := s.sticky[id]; old != nil {
			s.uncharge(old)
			s.leave(old.d.occ.peer)
		}
		s.take(o.peer)
		s.sticky[id] = v
		return true
	}
	r := s.recent[port.ID(o.target)]
	if r == nil {
		r = &recent{by: o.peer}
		s.take(r.by)
		s.recent[port.ID(o.target)] = r
	} else if (r.by == nil) != (o.peer == nil) {
		s.leave(r.by)
		r.by = o.peer
		s.take(r.by)
	}
	r.list = append(r.list, v)
	if over := count(r.list) - s.replay; over > 0 {
		old := slices.Clone(r.list)
		r.list = dropFirst(r.list, over)
		for _, v := range old[:len(old)-len(r.list)] {
			s.uncharge(v)
		}
	}
	return true
}

// replace stores a delivery again, which has come back from the log: it is the newest now.
func (s *store) replace(v *stored, seq uint64) {
	again := *v
	again.d.occ.seq = seq
	if s.replay == 0 {
		s.put(&again)
		return
	}
	r := s.recent[port.ID(v.d.occ.target)]
	if r == nil {
		s.put(&again)
		return
	}
	if i := slices.Index(r.list, v); i >= 0 {
		r.list = append(slices.Delete(r.list, i, i+1), &again)
	}
}

// take and leave count the keys and targets of windows.
func (s *store) take(by *Peer) {
	if by != nil {
		s.windows.Take(by.Account, 1)
	}
}

func (s *store) leave(by *Peer) {
	if by != nil {
		s.windows.Give(by.Account, 1)
	}
}

// charge and uncharge count what values of windows take.
func (s *store) charge(v *stored) {
	if p := v.d.occ.peer; p != nil {
		s.kept.Take(p.Account, v.size)
	}
}

func (s *store) uncharge(v *stored) {
	if p := v.d.occ.peer; p != nil {
		s.kept.Give(p.Account, v.size)
	}
}

// count returns how many payloads a list holds.
func count(list []*stored) int {
	n := 0
	for _, v := range list {
		n += v.d.n
	}
	return n
}

// dropFirst removes the first over payloads of a list, as far as whole deliveries go: the oldest batch
// stays whole, and is shortened when it is handed out.
func dropFirst(list []*stored, over int) []*stored {
	drop := 0
	for drop < len(list) && list[drop].d.n <= over {
		over -= list[drop].d.n
		drop++
	}
	return slices.Delete(list, 0, drop)
}

// forget drops what is stored of the keys, or everything.
func (s *store) forget(keys []Key) {
	for id, v := range s.sticky {
		if len(keys) == 0 || slices.Contains(keys, id.key) {
			s.uncharge(v)
			s.leave(v.d.occ.peer)
			delete(s.sticky, id)
		}
	}
	if len(keys) > 0 {
		return
	}
	for id, r := range s.recent {
		for _, v := range r.list {
			s.uncharge(v)
		}
		s.leave(r.by)
		delete(s.recent, id)
	}
}

// forListeners returns what a new Go listener gets, oldest first.
func (s *store) forListeners(allNodes bool) []*stored {
	return s.choose(func(v *stored) bool {
		return v.d.occ.target.IsZero() && !v.broken && (v.d.occ.node == "" || allNodes)
	})
}

// forPeer returns what a window gets when it listens to the wanted keys, oldest first.
func (s *store) forPeer(peer *Peer, wants func(Key) bool) []*stored {
	return s.choose(func(v *stored) bool {
		o := &v.d.occ
		return !v.absent && wants(o.key) && (o.target.IsZero() || port.Matches(&o.target, peer)) &&
			(o.peer == nil || o.peer.ID != peer.ID)
	})
}

// choose returns the matching values that a new listener gets: the newest of each key, or the last so
// many, oldest first.
func (s *store) choose(match func(*stored) bool) []*stored {
	var found []*stored
	if s.replay > 0 {
		for _, r := range s.recent {
			for _, v := range r.list {
				if match(v) {
					found = append(found, v)
				}
			}
		}
		sortStored(found)
		if over := count(found) - s.replay; over > 0 {
			found = dropFirst(found, over)
			found = s.shorten(found, count(found)-s.replay)
		}
		return found
	}
	newest := map[Key]*stored{}
	for id, v := range s.sticky {
		if !match(v) {
			continue
		}
		if old := newest[id.key]; old == nil || old.d.occ.seq < v.d.occ.seq {
			newest[id.key] = v
		}
	}
	for _, v := range newest {
		found = append(found, v)
	}
	sortStored(found)
	return found
}

// shorten leaves out the first over payloads of a list whose first batch is longer than that.
func (s *store) shorten(list []*stored, over int) []*stored {
	if over > 0 {
		list[0] = list[0].tail(s.payloads, list[0].d.n-over)
	}
	return list
}

// tail returns the last n payloads of a stored batch, which has more.
func (v *stored) tail(p *payloads, n int) *stored {
	short := &stored{d: v.d, size: v.size, raw: v.raw, broken: v.broken, absent: v.absent, contract: v.contract}
	short.d.n = n
	if v.d.first != nil {
		short.d.first, short.d.encoded = p.clone(v.d.payload(p, v.d.n-n), n), nil
		return short
	}
	var texts []json.RawMessage
	if json.Unmarshal(v.d.encoded, &texts) != nil || len(texts) < n {
		short.absent, short.broken = true, true
		return short
	}
	text, err := json.Marshal(texts[len(texts)-n:])
	short.d.encoded, short.absent = text, err != nil
	return short
}

func sortStored(list []*stored) {
	slices.SortFunc(list, func(a, b *stored) int {
		switch {
		case a.d.occ.seq < b.d.occ.seq:
			return -1
		case a.d.occ.seq > b.d.occ.seq:
			return 1
		}
		return 0
	})
}
