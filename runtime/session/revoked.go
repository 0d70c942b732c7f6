package session

import (
	"container/list"
	"time"
)

// revoked are the sessions that an operator has ended: their tickets are good for nothing any more.
type revoked struct {
	most  int
	ids   map[string]*list.Element
	order *list.List // of revocation, in the order they were made
	// before is when the tickets were made that all are no good: so much has been revoked since that not every session
	// is remembered.
	before time.Time
}

type revocation struct {
	session string
	at      time.Time
}

func newRevoked(most int) revoked {
	return revoked{most: most, ids: map[string]*list.Element{}, order: list.New()}
}

// add makes the tickets of a session useless.
func (r *revoked) add(session string, now time.Time) {
	if old := r.ids[session]; old != nil {
		r.order.Remove(old)
	}
	r.ids[session] = r.order.PushBack(revocation{session, now})
	for e := r.order.Front(); e != nil; e = r.order.Front() {
		first, _ := e.Value.(revocation)
		outlived := now.Sub(first.at) > ticketLife+2*ticketSkew
		if !outlived && r.order.Len() <= r.most {
			return
		}
		if !outlived {
			r.before = first.at
		}
		r.order.Remove(e)
		delete(r.ids, first.session)
	}
}

// has reports whether the ticket is one of a session that has ended.
func (r *revoked) has(t *ticket) bool {
	return r.ids[t.session] != nil || t.expires.Add(-ticketLife).Before(r.before.Add(ticketSkew)) && !r.before.IsZero()
}
