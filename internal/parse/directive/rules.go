package directive

import (
	"fmt"
	"maps"
	"slices"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// term is an option, or an option with one of its values.
type term struct{ option, word string }

func (t term) in(v Values) bool {
	return v.Has(t.option) && (t.word == "" || v[t.option].Text == t.word)
}

// tried reports whether v has t, or was meant to have it and cannot be read.
func (t term) tried(v Values) bool { return t.in(v) || v[t.option].Broken }

func (t term) String() string {
	if t.word == "" {
		return t.option
	}
	return t.option + "=" + t.word
}

var slowLatest = term{"slow", string(ir.SlowLatest)}

// conflicts are the pairs that exclude each other, and why.
var conflicts = []struct {
	a, b term
	hint string
}{
	{term{"throttle", ""}, term{"debounce", ""}, "throttle delivers at intervals, debounce after a pause: an event does one or the other"},
	{term{"batch", ""}, term{"throttle", ""}, "batch keeps every emit, throttle drops some: an event does one or the other"},
	{term{"batch", ""}, term{"debounce", ""}, "batch keeps every emit, debounce drops some: an event does one or the other"},
	{term{"batch", ""}, slowLatest, "the newest value alone would tear batches apart; slow=resume and slow=drop keep them whole"},
	{term{"sticky", ""}, term{"replay", ""}, "sticky gives a new listener the last value, replay the last few: replay=1 is almost sticky"},
}

// requirements are the options that have an effect only beside one of others.
var requirements = []struct {
	option string
	needs  []term
	hint   string
}{
	{"wait", []term{{"batch", ""}}, "wait bounds how long a batch is collected: add batch=N"},
	{"keys", []term{{"key", ""}}, "keys bounds the number of values of key=Field: add it"},
	{
		"key",
		[]term{{"throttle", ""}, {"debounce", ""}, {"sticky", ""}, slowLatest, {"flushes", ""}},
		"key=Field makes throttle, debounce, sticky, slow=latest and flushes hold per value: add one of them",
	},
}

// From returns who emits the event.
func (v Values) From() ir.Direction {
	if v.Has("from") {
		return ir.Direction(v["from"].Text)
	}
	return ir.FromServer
}

// Check reports the options of an event that exclude or lack each other, at the argument that
// came later. Values that defaults brought (see [Merge]) take part, but are never at fault.
func Check(v Values) diag.List {
	var list diag.List
	for _, c := range conflicts {
		if !c.a.in(v) || !c.b.in(v) {
			continue
		}
		at, other := v[c.a.option], v[c.b.option]
		term, otherTerm := c.a, c.b
		if before(at.Arg.Pos, other.Arg.Pos) {
			at, other, term, otherTerm = other, at, otherTerm, term
		}
		list.Add(diag.Diagnostic{
			Severity: diag.Error, Code: diag.OptionConflict, Pos: at.Arg.Pos,
			Message: fmt.Sprintf("%s excludes %s", term, otherTerm), Hint: c.hint,
			Related: []diag.Related{{Pos: other.Arg.Pos, Message: otherTerm.String() + " is given here"}},
		})
	}
	for _, r := range requirements {
		if v.Has(r.option) && !slices.ContainsFunc(r.needs, func(t term) bool { return t.tried(v) }) {
			list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.OptionAlone, Pos: v[r.option].Arg.Pos,
				Message: fmt.Sprintf("%s has no effect here", r.option), Hint: r.hint,
			})
		}
	}
	if !v["from"].Broken {
		list.Append(checkDirection(v))
	}
	return list
}

func before(a, b diag.Pos) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
}

func checkDirection(v Values) diag.List {
	var list diag.List
	if v.Has("relay") && !v.From().Client() {
		list.Add(diag.Diagnostic{
			Severity: diag.Error, Code: diag.OptionDirection, Pos: v["relay"].Arg.Pos,
			Message: "relay applies to events that windows emit",
			Hint:    "add from=client or from=both",
		})
	}
	if v.From() != ir.FromClient {
		return list
	}
	for _, name := range LookupVerb("event").OptionNames() {
		if value := v[name]; v.Has(name) && !value.Option.Client {
			d := diag.Diagnostic{
				Severity: diag.Error, Code: diag.OptionDirection, Pos: value.Arg.Pos,
				Message: fmt.Sprintf("%s does not apply to an event that windows alone emit", name),
				Hint:    "remove it, or write from=both if Go emits the event too",
			}
			if from := v["from"]; from.Inherited {
				d.Related = []diag.Related{{Pos: from.Arg.Pos, Message: "from=client is the package's default"}}
			}
			list.Add(d)
		}
	}
	return list
}

// CheckDefaults reports the defaults that exclude each other. Options that need another are
// fine: an event may bring it.
func CheckDefaults(v Values) diag.List {
	var list diag.List
	for _, d := range Check(v) {
		if d.Code == diag.OptionConflict {
			list.Add(d)
		}
	}
	return list
}

// CheckOff reports what an event undoes though no default is there to be undone.
func CheckOff(own, defaults Values) diag.List {
	var list diag.List
	for name, value := range own {
		if value.Off && !defaults.Has(name) && !defaults[name].Broken {
			list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.OptionAlone, Pos: value.Arg.Pos,
				Message: fmt.Sprintf("%s=off has no effect here", name),
				Hint:    fmt.Sprintf("it undoes a default, and the package has none for %s", name),
			})
		}
	}
	return list
}

// Merge adds the package's defaults to an event's own options. A default gives way to what the
// event says itself: it is left out where the event has the option, or one that excludes it, or
// lacks the one that it needs, and where it does not fit who emits the event. usable tells
// whether a field that key= names by default can be a key of the event's payload.
func Merge(own, defaults Values, usable func(field string) bool) Values {
	merged := Values{}
	maps.Copy(merged, own)
	add := func(name string) {
		value, ok := defaults[name]
		if _, given := own[name]; given || !ok || value.Off || value.Broken {
			return
		}
		value.Inherited = true
		merged[name] = value
	}
	add("from")
	// An option stands behind those that decide whether it has a place.
	for _, name := range []string{"to", "relay", "batch", "wait", "throttle", "debounce", "sticky", "replay", "slow", "max", "version", "key", "keys"} {
		if name == "key" && (defaults[name].Text == "" || !usable(defaults[name].Text)) {
			continue
		}
		if _, given := own[name]; given {
			continue
		}
		add(name)
		if value := merged[name]; value.Inherited && !fits(merged, name) {
			delete(merged, name)
		}
	}
	return merged
}

// fits reports whether an inherited option has a place beside the others.
func fits(v Values, name string) bool {
	option := v[name].Option
	switch {
	case v.From() == ir.FromClient && !option.Client, name == "relay" && !v.From().Client():
		return false
	}
	for _, c := range conflicts {
		if (c.a.option == name || c.b.option == name) && c.a.in(v) && c.b.in(v) {
			return false
		}
	}
	for _, r := range requirements {
		if r.option == name && !slices.ContainsFunc(r.needs, func(t term) bool { return t.in(v) }) {
			return false
		}
	}
	return true
}
