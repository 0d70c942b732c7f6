package httptransport

import (
	"container/list"
	"net/http"
	"net/netip"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// accountOf returns whom the costs of a connection are charged to, and false if the application failed to say.
func (h *Handler) accountOf(r *http.Request, peer eventbus.Peer) (account string, ok bool) {
	if h.account == nil {
		return defaultAccount(r, peer), true
	}
	failed := h.guard(r.Context(), func() { account = h.account(r, peer) })
	return account, !failed
}

// defaultAccount is the identity, and of pages without one the address: the network of an IPv6 address, of which a
// page may have as many as it likes.
func defaultAccount(r *http.Request, peer eventbus.Peer) string {
	if peer.Identity != "" {
		return "identity " + peer.Identity
	}
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "address " + r.RemoteAddr
	}
	address := at.Addr().Unmap()
	if address.Is4() {
		return "address " + address.String()
	}
	network, err := address.WithZone("").Prefix(64)
	if err != nil { // an IPv6 address has 128 bits
		return "address " + address.String()
	}
	return "address " + network.String()
}

// takePlaceLocked counts a connection in, if its account may have one more. When all places are taken, an account
// that has less than an equal part of them gets one of the account that has most.
func (h *Handler) takePlaceLocked(c *conn) (evicted *conn, ok bool) {
	who := c.account
	if !h.places.Admits(who, 1) {
		return nil, false
	}
	if h.places.Held() >= h.maxPeers {
		greatest, n := h.places.Greatest()
		if n <= h.places.Of(who)+1 {
			return nil, false
		}
		if evicted = h.anyOfLocked(greatest); evicted == nil {
			return nil, false
		}
		h.leavePlaceLocked(evicted)
	}
	h.places.Take(who, 1)
	c.placed = true
	return evicted, true
}

func (h *Handler) anyOfLocked(account string) *conn {
	for c := range h.conns {
		if c.placed && c.account == account {
			return c
		}
	}
	return nil
}

func (h *Handler) leavePlaceLocked(c *conn) {
	if c.placed {
		c.placed = false
		h.places.Give(c.account, 1)
	}
}

// absent are the sessions that are away.
type absent struct {
	all *list.List            // in the order in which they left
	of  map[string]*list.List // those of each account
}

func newAbsent() absent { return absent{list.New(), map[string]*list.List{}} }

func (a *absent) add(s *session) {
	own := a.of[s.account]
	if own == nil {
		own = list.New()
		a.of[s.account] = own
	}
	s.left = time.Now()
	s.away, s.awayOfAccount = a.all.PushBack(s), own.PushBack(s)
}

// remove reports whether the session was there.
func (a *absent) remove(s *session) bool {
	if s.away == nil {
		return false
	}
	a.all.Remove(s.away)
	own := a.of[s.account]
	if own.Remove(s.awayOfAccount); own.Len() == 0 {
		delete(a.of, s.account)
	}
	s.away, s.awayOfAccount = nil, nil
	return true
}

// surplus returns a session of the account that has to end before another of the same may be away, or if there are
// too many in all, one of the account that has most. The one that left first goes first.
func (a *absent) surplus(account string, share, most int) *session {
	own := a.of[account]
	switch {
	case own != nil && own.Len() > share:
	case a.all.Len() > most:
		for _, other := range a.of {
			if own == nil || other.Len() > own.Len() {
				own = other
			}
		}
	default:
		return nil
	}
	s, _ := own.Front().Value.(*session)
	return s
}

// oldest returns the session that left first, if it has been away for so long.
func (a *absent) oldest(now time.Time, longest time.Duration) *session {
	if e := a.all.Front(); e != nil {
		if s, _ := e.Value.(*session); now.Sub(s.left) >= longest {
			return s
		}
	}
	return nil
}
