package httptransport

import (
	"slices"
	"strings"

	"github.com/eventgen/eventgen/runtime/eventbus"
)

// class is what connections have in common that listen to the same: the bytes of a broadcast
// are made once for all of a class. Classes are shared and never change.
type class struct {
	id     string
	format format
	events map[*eventbus.Info]keySet
	refs   int // guarded by Handler.classMu
}

// keySet holds the keys that are listened to; nil means all.
type keySet map[eventbus.Key]struct{}

func (k keySet) has(key eventbus.Key) bool {
	if k == nil {
		return true
	}
	_, ok := k[key]
	return ok
}

// size is what the set counts as a subscription.
func (k keySet) size() int { return max(1, len(k)) }

// wants reports whether the class listens to the entry, whoever it is addressed to.
func (c *class) wants(e *eventbus.Entry) bool {
	keys, ok := c.events[e.Event]
	return ok && keys.has(e.Key)
}

// personal reports whether it depends on the peer who gets the entry.
func personal(e *eventbus.Entry) bool { return !e.Target.IsAll() || e.Peer.ID != "" }

// intern returns the shared class of a format and subscriptions. It is to be released.
func (h *Handler) intern(f format, subscriptions map[string]*subscription) *class {
	id := classID(f, subscriptions)
	h.classMu.Lock()
	defer h.classMu.Unlock()
	c := h.classes[id]
	if c == nil {
		c = &class{id: id, format: f, events: make(map[*eventbus.Info]keySet, len(subscriptions))}
		for _, s := range subscriptions {
			c.events[s.bus.Event] = s.keys
		}
		h.classes[id] = c
	}
	c.refs++
	return c
}

// release gives a class back.
func (h *Handler) release(c *class) {
	if c == nil {
		return
	}
	h.classMu.Lock()
	defer h.classMu.Unlock()
	if c.refs--; c.refs == 0 {
		delete(h.classes, c.id)
	}
}

func classID(f format, subscriptions map[string]*subscription) string {
	parts := make([]string, 0, len(subscriptions))
	for name, s := range subscriptions {
		if s.keys != nil {
			keys := make([]string, 0, len(s.keys))
			for k := range s.keys {
				keys = append(keys, k.String())
			}
			slices.Sort(keys)
			name += " " + strings.Join(keys, " ")
		}
		parts = append(parts, name)
	}
	slices.Sort(parts)
	return string(rune('0'+f)) + strings.Join(parts, "\n")
}
