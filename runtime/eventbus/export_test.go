package eventbus

import (
	"context"
	"fmt"

	"github.com/eventgen/eventgen/runtime/internal/port"
)

// What tests of the package, which stand outside of it, look at inside.

const (
	MaxTargetName  = port.MaxTargetName
	MaxTargetNames = port.MaxTargetNames
	NestedBatches  = nestedBatches
	SpareDead      = spareDead
	UsualQueue     = usualQueue
)

var (
	EntrySize   = entrySize
	ErrGoexit   = errGoexit
	PackagePath = packagePath
)

// HandleErrors replaces the error handler.
func (b *Bus) HandleErrors(fn func(context.Context, *Error)) { b.config.onError = fn }

// Slots returns how many places there are in the event's list of listeners.
func (b *Bus) Slots(e AnyEvent) int { return len(b.topic(e.core().number).out.list.snapshot()) }

// HeldKeys returns how many keys of an event hold something.
func (b *Bus) HeldKeys(e AnyEvent) int {
	buckets := &b.topic(e.core().number).coalescer.buckets
	return len(buckets.keys) + len(buckets.texts)
}

// HeldByLog returns how many bytes the log holds.
func (b *Bus) HeldByLog() int { return b.log.bytes }

// LogFloor returns the position after which the log is whole.
func (b *Bus) LogFloor() uint64 { return b.log.floor }

// OldestEntry returns the first entry of the log, which must not be empty.
func (b *Bus) OldestEntry() *port.Entry { return b.log.ring[b.log.first&uint64(len(b.log.ring)-1)] }

// LoggedForWindows returns the bytes of the log that are charged to accounts.
func (b *Bus) LoggedForWindows() int { return b.log.costs.logged.Held() }

// CheckLedgers holds the ledgers of the accounts against what there is, and returns where they differ.
func (b *Bus) CheckLedgers() (problems []string) {
	differ := func(what string, ledger, there int) {
		if ledger != there {
			problems = append(problems, fmt.Sprintf("accounts are charged %d %s, there are %d", ledger, what, there))
		}
	}
	l := &b.log
	l.mu.Lock()
	defer l.mu.Unlock()
	charged := 0
	for i := max(l.first, l.costs.settled); i < l.next; i++ {
		if e := l.ring[i&uint64(len(l.ring)-1)]; e.ByClient {
			charged += e.Size
		}
	}
	for _, t := range b.topics {
		if t.coalescer != nil {
			t.coalescer.buckets.all(func(l *bucket) { charged += l.waiting.charge.bytes })
		}
	}
	differ("bytes of the log and of what waits", l.costs.logged.Held(), charged)
	kept := 0
	for _, t := range b.topics {
		if t.store == nil {
			continue
		}
		slots := 0
		for _, v := range t.store.sticky {
			kept += v.size
			if v.d.occ.peer != nil {
				slots++
			}
		}
		for _, r := range t.store.recent {
			if r.by != nil {
				slots++
			}
			for _, v := range r.list {
				kept += v.size
			}
		}
		differ("keys and targets of "+t.info.Name, t.store.windows.Held(), slots)
	}
	differ("bytes of values", l.costs.kept.Held(), kept)
	return problems
}
