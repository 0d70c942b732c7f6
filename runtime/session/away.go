package session

import (
	"container/list"
	"time"
)

// absent are the sessions that are away.
type absent struct {
	all *list.List            // in the order in which they left
	of  map[string]*list.List // those of each account
}

func newAbsent() absent { return absent{list.New(), map[string]*list.List{}} }

func (a *absent) add(s *session) {
	own := a.of[s.tab.account]
	if own == nil {
		own = list.New()
		a.of[s.tab.account] = own
	}
	s.left = time.Now().UnixNano()
	s.away, s.awayOfAccount = a.all.PushBack(s), own.PushBack(s)
}

// remove reports whether the session was there.
func (a *absent) remove(s *session) bool {
	if s.away == nil {
		return false
	}
	a.all.Remove(s.away)
	own := a.of[s.tab.account]
	if own.Remove(s.awayOfAccount); own.Len() == 0 {
		delete(a.of, s.tab.account)
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
		if s, _ := e.Value.(*session); now.Sub(time.Unix(0, s.left)) >= longest {
			return s
		}
	}
	return nil
}
