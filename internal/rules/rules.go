// Package rules states the facts about directives once: verbs, options, values, which of them go
// together, defaults and names. The directive parser, the model, the runtime's check of
// definitions and docs/directives.md are held to it. What to say to people stands elsewhere.
package rules

import (
	"slices"
	"time"
)

// Prefix begins every directive.
const Prefix = "//eventgen:"

// Target is a kind of declaration that a directive can stand on.
type Target string

// The targets.
const (
	OnType     Target = "type"
	OnConstant Target = "constant"
	OnField    Target = "field"
	OnPackage  Target = "package"
)

// Kind says what values an option takes.
type Kind string

// The kinds of values.
const (
	Flag       Kind = "flag"       // none: the word alone
	Duration   Kind = "duration"   // 100ms, 1.5s
	Size       Kind = "size"       // 64KiB
	Count      Kind = "count"      // 1, 2, 3, …
	Name       Kind = "name"       // an event's wire name
	Names      Kind = "names"      // wire names, separated by commas
	NamePrefix Kind = "prefix"     // the beginning of wire names
	Word       Kind = "word"       // one of Option.Words
	Identifier Kind = "identifier" // an exported Go identifier
	Field      Kind = "field"      // a Go identifier
	Property   Kind = "property"   // a JSON property or value, any text
	Sentence   Kind = "sentence"   // any text
)

// Verb is the word behind the colon.
type Verb struct {
	Name    string
	On      []Target
	Options []Option
	// First is the option that a first word stands for which is no option itself.
	First string
	// Needs is the option without which the directive says nothing.
	Needs string
	// Text: what follows is free text, not arguments.
	Text bool
}

// Option is an option of a verb.
type Option struct {
	Name  string
	Kind  Kind
	Words []string // the values of Kind Word, the default first
	// Client: events that windows alone emit have it.
	Client bool
	// Default: //eventgen:defaults takes it, and off= undoes it for one event.
	Default bool
}

// Off is the value that undoes a default for one event.
const Off = "off"

// Event are the options of an event, in the order of the documentation.
var Event = []Option{
	{Name: "name", Kind: Name, Client: true},
	{Name: "ts", Kind: Identifier, Client: true},
	{Name: "from", Kind: Word, Words: []string{"server", "client", "both"}, Client: true, Default: true},
	{Name: "to", Kind: Word, Words: []string{"any", "window", "group"}, Default: true},
	{Name: "relay", Kind: Flag, Client: true, Default: true},
	{Name: "throttle", Kind: Duration, Client: true, Default: true},
	{Name: "debounce", Kind: Duration, Default: true},
	{Name: "key", Kind: Field, Client: true, Default: true},
	{Name: "keys", Kind: Count, Default: true},
	{Name: "batch", Kind: Count, Default: true},
	{Name: "wait", Kind: Duration, Default: true},
	{Name: "flushes", Kind: Names},
	{Name: "sticky", Kind: Flag, Default: true},
	{Name: "replay", Kind: Count, Default: true},
	{Name: "slow", Kind: Word, Words: []string{"resume", "latest", "drop"}, Default: true},
	{Name: "max", Kind: Size, Client: true, Default: true},
	{Name: "version", Kind: Count, Client: true, Default: true},
	{Name: "was", Kind: Name, Client: true},
	{Name: "deprecated", Kind: Sentence, Client: true},
}

// Verbs is every verb, in the order of the documentation.
var Verbs = []Verb{
	{Name: "event", On: []Target{OnType, OnConstant}, Options: Event, First: "name"},
	{Name: "union", On: []Target{OnType}, Options: []Option{{Name: "tag", Kind: Property}, {Name: "content", Kind: Property}}},
	{Name: "variant", On: []Target{OnType}, Options: []Option{{Name: "name", Kind: Property}}, First: "name", Needs: "name"},
	{Name: "enum", On: []Target{OnType}, Options: []Option{{Name: "mode", Kind: Word, Words: []string{"closed", "open", "flags"}}}, First: "mode", Needs: "mode"},
	{Name: "ts", On: []Target{OnType}, Text: true},
	{Name: "defaults", On: []Target{OnPackage}, Options: defaults()},
	{Name: "allow", On: []Target{OnType, OnConstant, OnField, OnPackage}, Text: true},
}

func defaults() []Option {
	options := []Option{{Name: "prefix", Kind: NamePrefix}}
	for _, o := range Event {
		if o.Default {
			options = append(options, o)
		}
	}
	return options
}

// The defaults of options that are numbers.
const (
	DefaultKeys = 4096                  // keys and targets that are held at the same time
	DefaultWait = 20 * time.Millisecond // that a batch waits for more
)

// NamePattern is what a wire name looks like.
const NamePattern = "[A-Za-z0-9_/:.-]+"

// ValidName reports whether s can be a wire name.
func ValidName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '_', c == '/', c == ':', c == '.', c == '-':
		default:
			return false
		}
	}
	return s != ""
}

// Term is an option, or an option with one of its values.
type Term struct{ Option, Word string }

// Conflict is a pair of which an event has one at most.
type Conflict struct{ A, B Term }

// Need is an option that has an effect only beside one of others.
type Need struct {
	Option string
	OneOf  []Term
}

// HeldByKey are the options that hold for each value of key=.
var HeldByKey = []Term{{Option: "throttle"}, {Option: "debounce"}, {Option: "sticky"}, {Option: "slow", Word: "latest"}, {Option: "flushes"}}

// Conflicts are all pairs that exclude each other.
var Conflicts = []Conflict{
	{Term{Option: "throttle"}, Term{Option: "debounce"}},
	{Term{Option: "batch"}, Term{Option: "throttle"}},
	{Term{Option: "batch"}, Term{Option: "debounce"}},
	{Term{Option: "batch"}, Term{Option: "slow", Word: "latest"}},
	{Term{Option: "sticky"}, Term{Option: "replay"}},
}

// Needs are all options that need another.
var Needs = []Need{
	{"wait", []Term{{Option: "batch"}}},
	{"keys", []Term{{Option: "key"}}},
	{"key", HeldByKey},
}

// Excluded returns the conflicts among the terms that an event has.
func Excluded(has func(Term) bool) []Conflict {
	var out []Conflict
	for _, c := range Conflicts {
		if has(c.A) && has(c.B) {
			out = append(out, c)
		}
	}
	return out
}

// Idle returns the needs of the terms that an event has and that none of the others meets.
func Idle(has func(Term) bool) []Need {
	var out []Need
	for _, n := range Needs {
		if has(Term{Option: n.Option}) && !slices.ContainsFunc(n.OneOf, has) {
			out = append(out, n)
		}
	}
	return out
}
