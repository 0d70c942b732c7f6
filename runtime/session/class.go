package session

import (
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
	"github.com/eventgen/eventgen/runtime/internal/port"
)

// class is what connections have in common that listen to the same: the bytes of a broadcast
// are made once for all of a class. Classes are shared and never change.
type class struct {
	id     string
	format Format
	events map[*eventdef.Info]eventdef.KeySet
	refs   int // guarded by Engine.classMu
}

// countOf is what a set of keys counts as a subscription.
func countOf(k eventdef.KeySet) int { return max(1, len(k)) }

// sumOf tells sets of keys apart, and is empty for all keys.
func sumOf(k eventdef.KeySet) string {
	if k == nil {
		return ""
	}
	keys := make([]string, 0, len(k))
	for key := range k {
		keys = append(keys, key.String())
	}
	slices.Sort(keys)
	sum := sha256.Sum256([]byte(strings.Join(keys, "\n"))) // JSON has no line breaks
	return string(sum[:])
}

// wants reports whether the class listens to the entry, whoever it is addressed to.
func (c *class) wants(e *port.Entry) bool {
	keys, ok := c.events[e.Event]
	return ok && e.Of(keys)
}

// frameOf returns what a page gets of an entry. One that was emitted at another node under another contract, in the time
// of a deployment, is like an event of a page that has another: with [RefuseStale] the page gets a gap in its place.
func (engine *Engine) frameOf(e *port.Entry) []byte {
	if engine.stale != RefuseStale || !e.Foreign() {
		return e.Frame
	}
	one := uint64(1)
	return together(appendGap(nil, map[string]*uint64{e.Event.Name: &one}), appendAt(nil, e.Seq))
}

// personal reports whether it depends on the peer who gets the entry.
func personal(e *port.Entry) bool { return !e.Target.IsAll() || e.Peer.ID != "" }

// intern returns the shared class of a format and subscriptions. It is to be released.
func (engine *Engine) intern(f Format, subscriptions map[string]*subscription) *class {
	id := classID(f, subscriptions)
	engine.classMu.Lock()
	defer engine.classMu.Unlock()
	c := engine.classes[id]
	if c == nil {
		c = &class{id: id, format: f, events: make(map[*eventdef.Info]eventdef.KeySet, len(subscriptions))}
		for _, s := range subscriptions {
			c.events[s.bus.Event] = s.bus.Keys
		}
		engine.classes[id] = c
	}
	c.refs++
	return c
}

// release gives a class back.
func (engine *Engine) release(c *class) {
	if c == nil {
		return
	}
	engine.classMu.Lock()
	defer engine.classMu.Unlock()
	if c.refs--; c.refs == 0 {
		delete(engine.classes, c.id)
	}
}

// classID is the same for those that listen to the same in one format, however long that is.
func classID(f Format, subscriptions map[string]*subscription) string {
	parts := make([]string, 0, len(subscriptions))
	for name, s := range subscriptions {
		parts = append(parts, name+" "+s.sum) // no name has a space
	}
	slices.Sort(parts)
	sum := sha256.Sum256([]byte(f.Name() + "\n" + strings.Join(parts, "\n")))
	return string(sum[:])
}
