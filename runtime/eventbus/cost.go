package eventbus

import (
	"errors"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/account"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// Half of the log, of what is kept and of the keys of an event that windows emit is the windows'; the other half is
// what Go code has, whatever windows do. How the accounts of windows share their half, package account says.

const (
	// share is the part of the windows' half that one account may hold, unless WithShare says another.
	share = 1.0 / account.Parts
	// costAge is for how long an entry is charged to its account if the log has no age.
	costAge = defaultLogAge
)

var (
	entrySize = sizeOf[port.Entry]() + 8
	// supersedeSize is what it takes to know which entry of a key and target is the newest.
	supersedeSize = 2 * sizeOf[slotID]()
)

// charge is what an account is charged for something on its way into the log.
type charge struct {
	account string
	bytes   int
}

// costs are what windows hold of the log and of what is kept, in bytes. The log's lock guards them.
type costs struct {
	age     time.Duration
	settled uint64         // entries before this index are not charged any more
	logged  account.Ledger // entries of the last age, and what is on its way there
	kept    account.Ledger // values for new listeners
}

func (c *costs) init(bytes int, age time.Duration, part float64) {
	if c.age = age; age <= 0 {
		c.age = costAge
	}
	half := bytes / 2
	one := max(1, int(float64(half)*part))
	c.logged = account.New(account.Bounds{Share: one, Room: half})
	c.kept = account.New(account.Bounds{Share: one, Room: half / 2, Limit: half})
}

// reserve charges an account for what is on its way into the log, and returns what is wrong if it may not have that.
func (l *eventLog) reserve(c charge) *Error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settle(time.Now())
	switch {
	case l.costs.logged.Admits(c.account, c.bytes):
		l.costs.logged.Take(c.account, c.bytes)
		return nil
	case c.bytes > l.maxBytes/2:
		return &Error{Code: CodeTooLarge, Err: errors.New("it does not fit into the windows' half of the log")}
	}
	return &Error{Code: CodeRate, Err: errors.New("the account has its share of the log")}
}

// give takes back what reserve charged.
func (l *eventLog) give(c charge) {
	if c.bytes == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.costs.logged.Give(c.account, c.bytes)
}

// join adds what has been charged to what waits with it. The account of a window may have changed meanwhile.
func (l *eventLog) join(to *charge, c charge) {
	if c.bytes == 0 {
		return
	}
	if to.account != c.account {
		l.mu.Lock()
		l.costs.logged.Give(to.account, to.bytes)
		l.costs.logged.Take(c.account, to.bytes)
		l.mu.Unlock()
		to.account = c.account
	}
	to.bytes += c.bytes
}

// settle no longer charges for entries that are older than the age of costs. The lock is held.
func (l *eventLog) settle(now time.Time) {
	for c := &l.costs; c.settled < l.next; c.settled++ {
		e := l.ring[c.settled&uint64(len(l.ring)-1)]
		if now.Sub(e.Time) <= c.age {
			return
		}
		l.uncharge(e)
	}
}

func (l *eventLog) uncharge(e *port.Entry) {
	if e.ByClient {
		l.costs.logged.Give(e.Peer.Account, e.Size)
	}
}

// costOf returns how many bytes an entry keeps.
func (t *topic) costOf(frame int, o *occasion) int {
	n := entrySize + frame + o.key.Size() + port.TargetSize(o.target)
	if o.peer != nil {
		n += port.PeerSize(o.peer)
	}
	if t.newest != nil {
		n += supersedeSize
	}
	return n
}

// divide returns how many of the event's keys and targets Go code may hold, and how accounts share the others.
func divide(i *eventdef.Info) (own int, windows account.Bounds) {
	if i.From == eventdef.FromServer {
		return i.Keys, account.Bounds{Share: 1, Room: 1, Limit: 1}
	}
	part := i.Keys
	if i.From == eventdef.FromBoth {
		part = max(1, i.Keys/2)
		own = max(1, i.Keys-part)
	}
	return own, account.Bounds{Share: max(1, part/account.Parts), Room: max(1, part/2), Limit: part}
}
