// Package account bounds what each account may hold of something that all of them share. An account is whom the
// costs of a client are charged to; here it is a name.
package account

// Parts is how many accounts it takes to fill what they share.
const Parts = 16

// Bounds are those of one thing.
type Bounds struct {
	// Share is what one account may hold. 0 means a sixteenth of Room.
	Share int
	// Room is what accounts may hold together by their shares. When it is taken, each may hold an equal part of it, and
	// no more: those that come later, too.
	Room int
	// Limit is what accounts never hold more of together, however many they are. 0 means that there is no limit.
	Limit int
}

// Ledger says who holds how much of one thing, in bytes or in pieces. It is not safe for concurrent use.
type Ledger struct {
	bounds Bounds
	held   int
	by     map[string]int // never 0
}

// New returns a ledger in which nobody holds anything.
func New(b Bounds) Ledger {
	if b.Share == 0 {
		b.Share = max(1, b.Room/Parts)
	}
	return Ledger{bounds: b, by: map[string]int{}}
}

// Admits reports whether the account may hold n more. The first that it holds may be larger than its share, if there
// is room.
func (l *Ledger) Admits(name string, n int) bool {
	mine, known := l.by[name]
	room := l.held+n <= l.bounds.Room
	switch {
	case l.bounds.Limit > 0 && l.held+n > l.bounds.Limit:
		return false
	case !known && room:
		return true
	}
	active := len(l.by)
	if !known {
		active++
	}
	return mine+n <= l.bounds.Share && (room || mine+n <= max(1, l.bounds.Room/active))
}

// Take charges the account.
func (l *Ledger) Take(name string, n int) {
	if n == 0 {
		return
	}
	l.held += n
	l.by[name] += n
}

// Give takes back what Take charged, or a part of it.
func (l *Ledger) Give(name string, n int) {
	if n == 0 {
		return
	}
	l.held -= n
	if l.by[name] -= n; l.by[name] == 0 {
		delete(l.by, name)
	}
}

// Held returns what all accounts hold together.
func (l *Ledger) Held() int { return l.held }

// Of returns what the account holds.
func (l *Ledger) Of(name string) int { return l.by[name] }

// Greatest returns the account that holds most, if there is one.
func (l *Ledger) Greatest() (name string, n int) {
	for other, m := range l.by {
		if m > n || m == n && other < name {
			name, n = other, m
		}
	}
	return name, n
}
