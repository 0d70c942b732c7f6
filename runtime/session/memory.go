package session

import (
	"sync"
	"unsafe"

	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/account"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// memory is what pages make the engine hold: what they sent and is not handled, what they were sent and do not take,
// what they listen to, and what is kept so that they can come back. It is charged to accounts, in bytes.
type memory struct {
	mu     sync.Mutex
	ledger account.Ledger
}

func (m *memory) init(most int) {
	m.ledger = account.New(account.Bounds{Share: max(1, most/account.Parts), Room: most / 2, Limit: most})
}

// exchange makes the account hold n bytes in place of old, and reports whether it may.
func (m *memory) exchange(account string, old, n int, forced bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n > old && !forced && !m.ledger.Admits(account, n-old) {
		return false
	}
	if n > old {
		m.ledger.Take(account, n-old)
	} else {
		m.ledger.Give(account, old-n)
	}
	return true
}

const (
	// freeMemory is what each connection and each session may hold without being charged, so that most never are.
	freeMemory = 8 << 10
	// chargeStep is what is charged at once.
	chargeStep = 4 << 10
)

// tab is what one connection or session holds.
type tab struct {
	memory *memory

	mu      sync.Mutex
	account string // it changes with the lock of the engine
	used    int
	charged int
	closed  bool
}

// change makes the tab hold more, or less, and reports whether its account may hold so much. Less always goes.
func (t *tab) change(n int) bool {
	if n == 0 {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.changeLocked(n, n < 0)
}

// owe is change for what cannot be refused any more.
func (t *tab) owe(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changeLocked(n, true)
}

func (t *tab) changeLocked(n int, forced bool) bool {
	if t.closed {
		return n < 0
	}
	due := 0
	if over := t.used + n - freeMemory; over > 0 {
		due = (over + chargeStep - 1) / chargeStep * chargeStep
	}
	if due != t.charged {
		if !t.memory.exchange(t.account, t.charged, due, forced) {
			return false
		}
		t.charged = due
	}
	t.used += n
	return true
}

// move charges another account from now on.
func (t *tab) move(account string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if account == t.account {
		return
	}
	t.memory.exchange(t.account, t.charged, 0, true)
	t.account = account
	t.memory.exchange(t.account, 0, t.charged, true)
}

// close gives everything back. What is changed later is ignored.
func (t *tab) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.memory.exchange(t.account, t.charged, 0, true)
	t.used, t.charged, t.closed = 0, 0, true
}

// What things take beside the text in them, in bytes.
const (
	stringSize       = int(unsafe.Sizeof(""))
	frameSize        = int(unsafe.Sizeof(pageFrame{}))
	interestSize     = 2*(stringSize+int(unsafe.Sizeof(interest{}))) + 48
	keySize          = 2 * int(unsafe.Sizeof(eventbus.Key{}))
	subscriptionSize = int(unsafe.Sizeof(subscription{})) + int(unsafe.Sizeof(port.Subscription{})) + 4*stringSize + 32
	stepSize         = int(unsafe.Sizeof(step{})) + int(unsafe.Sizeof(class{}))
	classEntrySize   = 64
	outcomeSize      = int(unsafe.Sizeof(outcome{}))
	bodySize         = 4 * stringSize
)

// weightOf is what parsed frames, without a hello, take.
func weightOf(frames []pageFrame) int {
	n := len(frames) * frameSize
	for i := range frames {
		f := &frames[i]
		n += len(f.Payload) + len(f.To) + weightOfInterests(f.Listen)
		if f.Unlisten != nil {
			for _, event := range *f.Unlisten {
				n += stringSize + len(event)
			}
		}
		if f.Auth != nil {
			n += len(*f.Auth)
		}
	}
	return n
}

// weightOfInterests is what a page's interests take, as they came and as they are admitted.
func weightOfInterests(listen map[string]interest) (n int) {
	for event, i := range listen {
		n += interestSize + len(event) + len(i.Contract)
		if i.Keys == nil {
			continue
		}
		for _, key := range *i.Keys {
			n += 2*stringSize + 2*keySize + 2*len(key) // as it came, and as a key
		}
	}
	return n
}

// weightOfSubscription is what a subscription to the event takes.
func weightOfSubscription(event string, keys eventdef.KeySet) int {
	n := subscriptionSize + len(event)
	for key := range keys {
		n += keySize + key.Size()
	}
	return n
}

// weight is what the step takes until it is made.
func (s *step) weight() int {
	n := stepSize + len(s.out)
	if s.class != nil {
		n += classEntrySize * len(s.class.events)
	}
	return n
}
