package directive

import (
	"slices"

	"github.com/eventgen/eventgen/internal/rules"
)

// Verb is a verb with what is said of it to people.
type Verb struct {
	rules.Verb
	Options []Option
	// TextIs names the text.
	TextIs string
	// TextWord names the word before the text, if there is one.
	TextWord string
	// Example is a correct directive.
	Example string
}

// Option is an option with an example of its value.
type Option struct {
	rules.Option
	Example string
}

// Off is the value that undoes a default for one event.
const Off = rules.Off

// said is what hints and messages say of a verb.
var said = map[string]Verb{
	"event":    {Example: "//eventgen:event download:progress throttle=100ms key=ID"},
	"union":    {Example: "//eventgen:union tag=type content=data"},
	"variant":  {Example: "//eventgen:variant name=logged-in"},
	"enum":     {Example: "//eventgen:enum open"},
	"ts":       {Example: "//eventgen:ts [number, number]", TextIs: "a TypeScript type"},
	"defaults": {Example: "//eventgen:defaults prefix=download: throttle=50ms"},
	"allow":    {Example: "//eventgen:allow int64-precision totals stay under 2^53", TextIs: "a reason after the rule", TextWord: "rule"},
}

// examples are values, by option; what is common to all verbs has no verb before it.
var examples = map[string]string{
	"name": "download:progress", "ts": "DownloadProgress", "throttle": "100ms", "debounce": "300ms", "key": "ID",
	"keys": "4096", "batch": "50", "wait": "20ms", "flushes": "download:progress", "replay": "100", "max": "64KiB",
	"version": "2", "was": "download:tick", "deprecated": `"use download:state"`, "prefix": "download:",
	"tag": "type", "content": "data", "variant name": "logged-in",
}

// Verbs is every verb, in the order of the documentation.
var Verbs = verbs()

func verbs() []*Verb {
	var out []*Verb
	for _, facts := range rules.Verbs {
		v := said[facts.Name]
		v.Verb = facts
		for _, o := range facts.Options {
			example, ok := examples[facts.Name+" "+o.Name]
			if !ok {
				example = examples[o.Name]
			}
			v.Options = append(v.Options, Option{Option: o, Example: example})
		}
		out = append(out, &v)
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
func (v *Verb) MayStandOn(t rules.Target) bool { return slices.Contains(v.On, t) }
