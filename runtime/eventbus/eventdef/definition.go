package eventdef

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/eventgen/eventgen/internal/rules"
)

// Definition is what a directive says of an event, and how its payload is encoded. Generated code holds
// one for each event; only fields that differ from zero are written.
type Definition[T any] struct {
	// Name is the wire name: [A-Za-z0-9_/:.-]+.
	Name string
	// Contract is the fingerprint of names, shapes and options, as windows announce it.
	Contract string
	// From says who may emit. The default is FromServer.
	From Direction
	// To says whom the event may be addressed to. The default is ToAny.
	To Audience
	// Relay lets a client address other windows through the bus.
	Relay bool

	// Throttle allows one delivery in this time for each key and target: the first value immediately, and
	// always the latest value when the time is over.
	Throttle time.Duration
	// Debounce makes one delivery, this time after the last emit for each key and target.
	Debounce time.Duration
	// Key reads the key of a payload. Throttle, Debounce, Sticky, SlowLatest and Flushes hold for each key.
	Key func(payload *T) Key
	// Keys bounds how many keys and targets are held at the same time; 0 means 4096.
	Keys int
	// Batch delivers up to this many payloads together, of one key if the event is sticky and keyed.
	Batch int
	// Wait bounds how long a payload waits for its batch; 0 means 20 ms.
	Wait time.Duration
	// Flushes names events. What throttle, debounce or batch holds back of them is delivered before this event is. If
	// both events are keyed, this holds for values of the same key only.
	Flushes []string
	// Sticky gives a new listener the last value of each key immediately.
	Sticky bool
	// Replay gives a new listener the last so many values.
	Replay int
	// Slow says what happens to a client that cannot keep up. The default is SlowResume.
	Slow SlowPolicy
	// Max limits the encoded payload, in bytes; 0 means no limit of the event's own.
	Max int

	// Version is the contract version, for people.
	Version int
	// Was is the event's former wire name.
	Was string
	// Deprecated is why the event should not be used any more, empty if it may.
	Deprecated string

	// Encode appends the payload as JSON. Nil means encoding/json.
	Encode func(dst []byte, payload *T) ([]byte, error)
	// Decode reads a payload that a client emitted. Nil means encoding/json.
	Decode func(src []byte, payload *T) error
}

// Info describes an event to code that does not know its payload type. Its fields mean what those of
// [Definition] do, with the defaults filled in.
type Info struct {
	Name       string
	Contract   string
	From       Direction
	To         Audience
	Relay      bool
	Throttle   time.Duration
	Debounce   time.Duration
	Keyed      bool // there is a Key function
	Keys       int  // 0 unless something is held for each key or target
	Batch      int
	Wait       time.Duration // 0 unless Batch is set
	Flushes    []string
	Sticky     bool
	Replay     int
	Slow       SlowPolicy
	Max        int
	Version    int
	Was        string
	Deprecated string
	Empty      bool // the payload is Empty: the event carries nothing but its name
}

// Clone returns a copy that shares nothing with i.
func (i Info) Clone() Info {
	c := i
	c.Flushes = slices.Clone(i.Flushes)
	return c
}

// Stored reports whether the bus keeps values for new listeners.
func (i Info) Stored() bool { return i.Sticky || i.Replay > 0 }

// Deferred reports whether a delivery may come later than its emit.
func (i Info) Deferred() bool { return i.Throttle > 0 || i.Debounce > 0 || i.Batch > 0 }

// Complete fills in the defaults.
func (i *Info) Complete() {
	if i.Keys == 0 && (i.Stored() || i.Deferred()) {
		i.Keys = rules.DefaultKeys
	}
	if i.Batch > 0 && i.Wait == 0 {
		i.Wait = rules.DefaultWait
	}
}

// Check returns what is wrong with a definition, by the rules that the generator holds too.
func (i Info) Check() error {
	var errs []error
	bad := func(broken bool, what string) {
		if broken {
			errs = append(errs, fmt.Errorf("event %q: %s", i.Name, what))
		}
	}
	bad(!rules.ValidName(i.Name), "the name must match "+rules.NamePattern)
	bad(i.From > FromBoth, "From is invalid")
	bad(i.To > ToGroup, "To is invalid")
	bad(i.Slow > SlowDrop, "Slow is invalid")
	bad(i.Throttle < 0 || i.Debounce < 0 || i.Wait < 0, "a duration is negative")
	bad(i.Keys < 0 || i.Batch < 0 || i.Replay < 0 || i.Max < 0, "a size is negative")
	for _, c := range rules.Excluded(i.has) {
		bad(true, spell(c.A)+" excludes "+spell(c.B))
	}
	for _, n := range rules.Idle(i.has) {
		if n.Option != "keys" { // written by hand, it bounds targets too
			bad(true, fmt.Sprintf("%s needs %s", spell(rules.Term{Option: n.Option}), spellAny(n.OneOf)))
		}
	}
	bad(i.Relay && i.From == FromServer, "Relay needs an event that windows emit")
	if i.From == FromClient {
		for _, o := range rules.Event {
			term := rules.Term{Option: o.Name}
			bad(!o.Client && o.Name != "keys" && i.has(term), "FromClient excludes "+spell(term))
		}
	}
	for _, name := range i.Flushes {
		bad(name == i.Name, "Flushes names the event itself")
	}
	return errors.Join(errs...)
}

// has reports whether a definition has what an option of a directive states.
func (i *Info) has(t rules.Term) bool {
	switch t.Option {
	case "to":
		return i.To != ToAny
	case "relay":
		return i.Relay
	case "throttle":
		return i.Throttle > 0
	case "debounce":
		return i.Debounce > 0
	case "key":
		return i.Keyed
	case "keys":
		return i.Keys > 0
	case "batch":
		return i.Batch > 0
	case "wait":
		return i.Wait > 0
	case "flushes":
		return len(i.Flushes) > 0
	case "sticky":
		return i.Sticky
	case "replay":
		return i.Replay > 0
	case "slow":
		return i.Slow != SlowResume && (t.Word == "" || t.Word == "latest" && i.Slow == SlowLatest)
	}
	return false
}

// spell names what a definition has for an option.
func spell(t rules.Term) string { return title(t.Option) + title(t.Word) }

func title(s string) string {
	if s == "" {
		return ""
	}
	return string(s[0]-'a'+'A') + s[1:]
}

func spellAny(terms []rules.Term) string {
	var b strings.Builder
	for n, t := range terms {
		switch {
		case n == 0:
		case n == len(terms)-1:
			b.WriteString(" or ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(spell(t))
	}
	return b.String()
}
