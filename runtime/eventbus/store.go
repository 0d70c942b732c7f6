package eventbus

import (
	"encoding/json"
	"slices"
)

// store keeps what new listeners of an event get: the last value of each key and target if it is sticky,
// the last so many of each target if it replays. The log's lock guards it.
type store struct {
	payloads payloads
	replay   int // 0: sticky
	keys     int
	sticky   map[slotID]*stored
	recent   map[targetID][]*stored
}

// stored is a delivery that is kept. Once listeners have been given it, only the entry may change.
type stored struct {
	d      delivery
	entry  *Entry // what windows get, once it was needed
	absent bool   // it cannot be encoded: windows do not get it
	raw    bool   // it came from another node and has not been decoded
	broken bool   // it came from another node and cannot be decoded
}

func newStore(p payloads, i *Info) *store {
	s := &store{payloads: p, replay: i.Replay, keys: i.Keys}
	if i.Replay > 0 {
		s.recent = map[targetID][]*stored{}
	} else {
		s.sticky = map[slotID]*stored{}
	}
	return s
}

// admits reports whether a value of the key and target may be stored without passing the bound.
func (s *store) admits(key Key, target Target) bool {
	if s.replay > 0 {
		_, known := s.recent[target.id()]
		return known || len(s.recent) < s.keys
	}
	_, known := s.sticky[slotID{key, target.id()}]
	return known || len(s.sticky) < s.keys
}

// put stores a delivery and reports whether there was room.
func (s *store) put(v *stored) bool {
	key, target := v.d.occ.key, v.d.occ.target
	if !s.admits(key, target) {
		return false
	}
	if s.replay == 0 {
		s.sticky[slotID{key, target.id()}] = v
		return true
	}
	list := append(s.recent[target.id()], v)
	if over := count(list) - s.replay; over > 0 {
		list = dropFirst(list, over)
	}
	s.recent[target.id()] = list
	return true
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
	if len(keys) == 0 {
		clear(s.sticky)
		clear(s.recent)
		return
	}
	for id := range s.sticky {
		if slices.Contains(keys, id.key) {
			delete(s.sticky, id)
		}
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
		return !v.absent && wants(o.key) && (o.target.IsZero() || o.target.matches(peer)) &&
			(o.peer == nil || o.peer.ID != peer.ID)
	})
}

// choose returns the matching values that a new listener gets: the newest of each key, or the last so
// many, oldest first.
func (s *store) choose(match func(*stored) bool) []*stored {
	var found []*stored
	if s.replay > 0 {
		for _, list := range s.recent {
			for _, v := range list {
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
func (v *stored) tail(p payloads, n int) *stored {
	short := &stored{d: v.d, raw: v.raw, broken: v.broken, absent: v.absent}
	short.d.n = n
	if v.d.at != nil {
		short.d.at, short.d.encoded = clone(p, v.d.payload(p, v.d.n-n), n), nil
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
