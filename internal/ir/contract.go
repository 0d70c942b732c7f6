package ir

import (
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// Contracts are the fingerprints of events ([Contract]).
type Contracts map[*Event]string

// Contracts returns the contracts of all events of m.
func (m *Model) Contracts() Contracts {
	out := make(Contracts)
	var lock sync.Mutex
	var packages sync.WaitGroup
	limit := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, p := range m.Packages {
		limit <- struct{}{}
		packages.Go(func() {
			forms := NewForms(p, m.Settings)
			covered := make([]coveredForms, len(p.Events))
			for i, e := range p.Events {
				covered[i] = cover(forms, e)
			}
			for i, e := range p.Events {
				c := contract(forms, e, covered[i])
				lock.Lock()
				out[e] = c
				lock.Unlock()
			}
			<-limit
		})
	}
	packages.Wait()
	return out
}

// Contract returns the fingerprint of e's contract: 8 hexadecimal digits that both outputs
// carry and that a page shows when it listens or emits. Two builds whose events have the same
// fingerprint understand each other; p is the package that declares e, s the output's settings.
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
func Contract(p *Package, e *Event, s Settings) string {
	forms := NewForms(p, s)
	return contract(forms, e, cover(forms, e))
}

func contract(forms *Forms, e *Event, covered coveredForms) string {
	sum := sha256.Sum256([]byte(contractText(forms, e, covered)))
	return hex.EncodeToString(sum[:4])
}

// coveredForms are the forms that the contract of an event covers.
type coveredForms struct{ key, payload Slot }

// cover resolves the forms that the contract of e covers. Those of all events are known before the
// first is written, so that they are told apart once.
func cover(forms *Forms, e *Event) coveredForms {
	var c coveredForms
	if e.Key != nil {
		c.key = forms.Of(e.Key.Type)
		forms.shapes.add(c.key)
	}
	if e.Payload != nil {
		c.payload = forms.Of(e.Payload)
		forms.shapes.add(c.payload)
	}
	return c
}

// contractText is the canonical text that [Contract] hashes. Its first line versions the text
// itself: changing any rule here makes every page that is open during an upgrade stale.
func contractText(forms *Forms, e *Event, covered coveredForms) string {
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
	if forms.types.settings.RefuseUnknown && e.From.Client() {
		b.WriteString("\nunknown properties refused")
	}
	if e.Key != nil {
		b.WriteString("\nkey")
		for _, name := range e.Key.JSON {
			b.WriteString(" " + strconv.Quote(name))
		}
		b.WriteString(" " + forms.shapes.text(covered.key))
	}
	if e.Payload != nil {
		b.WriteString("\npayload " + forms.shapes.text(covered.payload))
	}
	return b.String()
}
