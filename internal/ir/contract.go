package ir

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// Contracts tells the contracts of the events of one package. It is not safe for concurrent use.
type Contracts struct {
	settings Settings
	forms    *Forms
}

// NewContracts returns the contracts of p's events in an output with these settings.
func NewContracts(p *Package, s Settings) *Contracts { return &Contracts{s, NewForms(p, s)} }

// Contract is [Contracts.Of] for one event: p is the package that declares e, s the output's settings.
func Contract(p *Package, e *Event, s Settings) string { return NewContracts(p, s).Of(e) }

// Of returns the fingerprint of e's contract: 8 hexadecimal digits that both outputs
// carry and that a page shows when it listens or emits. Two builds whose events have the same
// fingerprint understand each other.
//
// It covers what a page relies on: the wire name, who may emit and to whom, relaying, version=
// (absent and 1 are the same), whether unknown properties are refused, the key's path and form, whether deliveries come in batches, and
// the wire form of everything the payload reaches, including the names and values of numeric
// constants, whose meaning is nothing but their name.
//
// It leaves out what cannot make a page wrong: documentation, deprecation, positions, the names
// of Go types and identifiers, the order of members, how types are split into declarations,
// timings and capacities (throttle, debounce, wait, keys, the size of a batch, replay, sticky,
// slow, flushes, max), was=, what only TypeScript sees (time and bytes settings), and the known
// values of an open string enum.
func (c *Contracts) Of(e *Event) string {
	sum := sha256.Sum256([]byte(c.text(e)))
	return hex.EncodeToString(sum[:4])
}

// text is the canonical text that [Contracts.Of] hashes. Its first line versions the text
// itself: changing any rule here makes every page that is open during an upgrade stale.
func (c *Contracts) text(e *Event) string {
	var b strings.Builder
	b.WriteString("eventgen contract 1\nname " + strconv.Quote(e.Name))
	b.WriteString("\nfrom " + string(e.From) + " to " + string(e.To))
	b.WriteString("\nversion " + strconv.Itoa(max(e.Version, 1)))
	if e.Relay {
		b.WriteString("\nrelay")
	}
	if e.Batch > 0 {
		b.WriteString("\nbatch")
	}
	if c.settings.RefuseUnknown && e.From.Client() {
		b.WriteString("\nunknown properties refused")
	}
	if e.Key != nil {
		b.WriteString("\nkey")
		for _, name := range e.Key.JSON {
			b.WriteString(" " + strconv.Quote(name))
		}
		b.WriteString(" " + shapeText(c.forms.Of(e.Key.Type)))
	}
	if e.Payload != nil {
		b.WriteString("\npayload " + shapeText(c.forms.Of(e.Payload)))
	}
	return b.String()
}
