package directive

import (
	"slices"

	"github.com/eventgen/eventgen/internal/ir"
)

// Target is a kind of declaration that a directive can stand on.
type Target string

// The targets.
const (
	OnType     Target = "type"
	OnConstant Target = "constant"
	OnField    Target = "field"
	OnPackage  Target = "package"
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
	// TextIs names the text.
	TextIs string
	// TextWord names the word before the text, if there is one.
	TextWord string
	// Example is a correct directive.
	Example string
}

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

// Option is an option of a verb.
type Option struct {
	Name    string
	Kind    Kind
	Words   []string // the values of Kind Word
	Example string
	// Client: events that windows alone emit have it.
	Client bool
	// Default: //eventgen:defaults takes it, and off= undoes it for one event.
	Default bool
}

// Off is the value that undoes a default for one event.
const Off = "off"

var eventOptions = []Option{
	{Name: "name", Kind: Name, Example: "download:progress", Client: true},
	{Name: "ts", Kind: Identifier, Example: "DownloadProgress", Client: true},
	{Name: "from", Kind: Word, Words: words(ir.FromServer, ir.FromClient, ir.FromBoth), Client: true, Default: true},
	{Name: "to", Kind: Word, Words: words(ir.ToAny, ir.ToWindow, ir.ToGroup), Default: true},
	{Name: "relay", Kind: Flag, Client: true, Default: true},
	{Name: "throttle", Kind: Duration, Example: "100ms", Client: true, Default: true},
	{Name: "debounce", Kind: Duration, Example: "300ms", Default: true},
	{Name: "key", Kind: Field, Example: "ID", Client: true, Default: true},
	{Name: "keys", Kind: Count, Example: "4096", Default: true},
	{Name: "batch", Kind: Count, Example: "50", Default: true},
	{Name: "wait", Kind: Duration, Example: "20ms", Default: true},
	{Name: "flushes", Kind: Names, Example: "download:progress"},
	{Name: "sticky", Kind: Flag, Default: true},
	{Name: "replay", Kind: Count, Example: "100", Default: true},
	{Name: "slow", Kind: Word, Words: words(ir.SlowResume, ir.SlowLatest, ir.SlowDrop), Default: true},
	{Name: "max", Kind: Size, Example: "64KiB", Client: true, Default: true},
	{Name: "version", Kind: Count, Example: "2", Client: true, Default: true},
	{Name: "was", Kind: Name, Example: "download:tick", Client: true},
	{Name: "deprecated", Kind: Sentence, Example: `"use download:state"`, Client: true},
}

// Verbs is every verb, in the order of the documentation.
var Verbs = []*Verb{
	{
		Name: "event", On: []Target{OnType, OnConstant}, Options: eventOptions, First: "name",
		Example: "//eventgen:event download:progress throttle=100ms key=ID",
	},
	{
		Name: "union", On: []Target{OnType}, Options: []Option{
			{Name: "tag", Kind: Property, Example: "type"},
			{Name: "content", Kind: Property, Example: "data"},
		},
		Example: "//eventgen:union tag=type content=data",
	},
	{
		Name: "variant", On: []Target{OnType}, Options: []Option{{Name: "name", Kind: Property, Example: "logged-in"}}, First: "name", Needs: "name",
		Example: "//eventgen:variant name=logged-in",
	},
	{
		Name: "enum", On: []Target{OnType}, First: "mode", Needs: "mode", Options: []Option{
			{Name: "mode", Kind: Word, Words: words(ir.EnumClosed, ir.EnumOpen, ir.EnumFlags)},
		},
		Example: "//eventgen:enum open",
	},
	{Name: "ts", On: []Target{OnType}, Text: true, TextIs: "a TypeScript type", Example: "//eventgen:ts [number, number]"},
	{
		Name: "defaults", On: []Target{OnPackage}, Options: defaultOptions(),
		Example: "//eventgen:defaults prefix=download: throttle=50ms",
	},
	{
		Name: "allow", On: []Target{OnType, OnConstant, OnField, OnPackage}, Text: true, TextIs: "a reason behind the rule", TextWord: "rule",
		Example: "//eventgen:allow int64-precision totals stay under 2^53",
	},
}

func defaultOptions() []Option {
	options := []Option{{Name: "prefix", Kind: NamePrefix, Example: "download:"}}
	for _, o := range eventOptions {
		if o.Default {
			options = append(options, o)
		}
	}
	return options
}

func words[W ~string](list ...W) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

// LookupVerb returns the verb with this name, or nil.
func LookupVerb(name string) *Verb {
	for _, v := range Verbs {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// VerbNames returns the names of all verbs.
func VerbNames() []string {
	names := make([]string, len(Verbs))
	for i, v := range Verbs {
		names[i] = v.Name
	}
	return names
}

// Option returns the verb's option with this name, or nil.
func (v *Verb) Option(name string) *Option {
	for i := range v.Options {
		if v.Options[i].Name == name {
			return &v.Options[i]
		}
	}
	return nil
}

// OptionNames returns the names of the verb's options.
func (v *Verb) OptionNames() []string {
	names := make([]string, len(v.Options))
	for i, o := range v.Options {
		names[i] = o.Name
	}
	return names
}

// MayStandOn reports whether the verb applies to this kind of declaration.
func (v *Verb) MayStandOn(t Target) bool { return slices.Contains(v.On, t) }
