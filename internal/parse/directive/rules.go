package directive

import (
	"fmt"
	"maps"
	"slices"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/rules"
)

// has reports whether v has a term; tried also where it was meant to have it and cannot be read.
func (v Values) has(t rules.Term) bool {
	return v.Has(t.Option) && (t.Word == "" || v[t.Option].Text == t.Word)
}

func (v Values) tried(t rules.Term) bool { return v.has(t) || v[t.Option].Broken }

// spell writes a term as a directive has it.
func spell(t rules.Term) string {
	if t.Word == "" {
		return t.Option
	}
	return t.Option + "=" + t.Word
}

// why says of a pair why its options exclude each other.
var why = map[string]string{
	"throttle debounce": "throttle delivers at intervals, debounce after a pause: an event does one or the other",
	"batch throttle":    "batch keeps every emit, throttle drops some: an event does one or the other",
	"batch debounce":    "batch keeps every emit, debounce drops some: an event does one or the other",
	"batch slow=latest": "the newest value alone would tear batches apart; slow=resume and slow=drop keep them whole",
	"sticky replay":     "sticky gives a new listener the last value, replay the last few: replay=1 is almost sticky",
}

// lacks says of an option what it needs.
var lacks = map[string]string{
	"wait": "wait bounds how long a batch is collected: add batch=N",
	"keys": "keys bounds the number of values of key=Field: add it",
	"key":  "key=Field makes throttle, debounce, sticky, slow=latest and flushes hold per value: add one of them",
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
	for _, c := range rules.Excluded(v.has) {
		at, other := v[c.A.Option], v[c.B.Option]
		term, otherTerm := spell(c.A), spell(c.B)
		hint := why[term+" "+otherTerm]
		if before(at.Arg.Pos, other.Arg.Pos) {
			at, other, term, otherTerm = other, at, otherTerm, term
		}
		list.Add(diag.Diagnostic{
			Severity: diag.Error, Code: diag.OptionConflict, Pos: at.Arg.Pos,
			Message: fmt.Sprintf("%s excludes %s", term, otherTerm), Hint: hint,
			Related: []diag.Related{{Pos: other.Arg.Pos, Message: otherTerm + " is given here"}},
		})
	}
	for _, n := range rules.Idle(v.tried) {
		if v.Has(n.Option) {
			list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.OptionAlone, Pos: v[n.Option].Arg.Pos,
				Message: fmt.Sprintf("%s has no effect here", n.Option), Hint: lacks[n.Option],
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
			Message: "relay applies to events that clients emit",
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
				Message: fmt.Sprintf("%s does not apply to an event that only clients emit", name),
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
	for _, name := range inherited {
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

// inherited are the options that defaults bring, but for from. An option stands after those that
// decide whether it has a place.
var inherited = func() []string {
	var free, needy []string
	for _, o := range rules.Event {
		switch needs := slices.ContainsFunc(rules.Needs, func(n rules.Need) bool { return n.Option == o.Name }); {
		case !o.Default || o.Name == "from":
		case needs:
			needy = append(needy, o.Name)
		default:
			free = append(free, o.Name)
		}
	}
	return append(free, needy...)
}()

// fits reports whether an inherited option has a place beside the others.
func fits(v Values, name string) bool {
	option := v[name].Option
	switch {
	case v.From() == ir.FromClient && !option.Client, name == "relay" && !v.From().Client():
		return false
	}
	concerns := func(c rules.Conflict) bool { return c.A.Option == name || c.B.Option == name }
	if slices.ContainsFunc(rules.Excluded(v.has), concerns) {
		return false
	}
	return !slices.ContainsFunc(rules.Idle(v.has), func(n rules.Need) bool { return n.Option == name })
}
