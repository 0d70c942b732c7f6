// Package compat compares two models of one output and tells what the way from the older to the
// newer one breaks.
//
// It takes the usual order for granted: the server is replaced first, and pages that were built
// before go on talking to it until they are reloaded. So for what the server emits, what the new
// server writes must fit what an old page expects; for what clients emit, what an old page writes
// must fit what the new server accepts. Beside the wire, a finding can concern TypeScript or Go
// source that was written against the old bindings and no longer compiles.
package compat

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// Level is where a change is felt.
type Level string

// The levels.
const (
	Wire       Level = "wire"       // at run time, by pages that were built before or by listeners
	TypeScript Level = "typescript" // when TypeScript is compiled against the new bindings
	Go         Level = "go"         // when Go is compiled against the new bindings and types
)

// Side is a side that breaks.
type Side string

// The sides.
const (
	Client Side = "client" // pages, and the source they are built from
	Server Side = "server" // Go code that listens or emits
)

// Finding is one change that breaks somebody.
type Finding struct {
	Rule    diag.Code `json:"rule"`
	Levels  []Level   `json:"levels"` // those of all Events, in the order of their declaration
	Sides   []Side    `json:"sides"`
	Events  []string  `json:"events"` // wire names of today, of an event that is gone its last one; sorted
	Pos     diag.Pos  `json:"pos,omitzero"`
	Message string    `json:"message"`
	Hint    string    `json:"hint,omitempty"`
	// Accepted is the directive that accepts the finding.
	Accepted *ir.Allow `json:"accepted,omitempty"`
}

// Compare returns what the way from before to after breaks, sorted by position. Findings about
// one declaration that several events reach are one finding.
//
// An event whose version= went up is compared in Go source alone: the bump says that both sides
// are to be rebuilt, and the fingerprint tells the pages that have not been.
//
// The list warns about each //eventgen:allow of after that accepts none of the findings.
func Compare(before, after *ir.Model) ([]Finding, diag.List) {
	c := &comparison{
		before: index(before), after: index(after),
		settings:  after.Settings,
		forms:     map[*ir.Package]*ir.Forms{},
		seen:      map[seenForms]bool{},
		reached:   map[string]map[string]*pair{},
		renames:   map[string]string{},
		reshaped:  map[string]bool{},
		replacing: map[seenForms]bool{},
		used:      map[diag.Pos]bool{},
	}
	for _, p := range c.pairs() {
		c.event(p)
	}
	c.changedSettings(before.Settings, after.Settings)
	c.qualified()
	return c.findings(), c.unused()
}

// comparison is the state of one [Compare].
type comparison struct {
	before, after modelIndex
	settings      ir.Settings // of after: both models are resolved with them
	forms         map[*ir.Package]*ir.Forms
	matched       []*pair
	seen          map[seenForms]bool
	reached       map[string]map[string]*pair // Go type -> event -> the pair, for types of before
	renames       map[string]string           // Go types of before that are called otherwise now
	reshaped      map[string]bool             // Go types of before that have other type parameters now
	replacing     map[seenForms]bool          // different types whose comparison is under way
	used          map[diag.Pos]bool           // directives that accept something
	raw           []raw
	goTypes       []goTypes
}

// pair is an event before and after.
type pair struct {
	oldPkg, newPkg *ir.Package
	old, new       *ir.Event
}

// bumped reports whether the event's contract changed on purpose.
func (p *pair) bumped() bool { return max(p.new.Version, 1) > max(p.old.Version, 1) }

// received reports whether pages receive the event in both models, from the server or from each
// other; sent whether they emit it.
func (p *pair) received() bool { return arrives(p.old) && arrives(p.new) }
func (p *pair) sent() bool     { return p.old.From.Client() && p.new.From.Client() }

// modelIndex finds things in a model.
type modelIndex struct {
	model  *ir.Model
	events map[string]*pair // with old and new both set
	types  map[string]bool  // Go path and name of every declaration
}

func index(m *ir.Model) modelIndex {
	ix := modelIndex{m, map[string]*pair{}, map[string]bool{}}
	for _, p := range m.Packages {
		for _, e := range p.Events {
			ix.events[e.Name] = &pair{p, p, e, e}
		}
		for _, d := range p.Decls {
			ix.types[goID(d)] = true
		}
	}
	return ix
}

// goID names the Go type of a declaration, whatever its arguments and form.
func goID(d *ir.Decl) string { return d.Go.Path + "." + d.Go.Name }

// pairs matches the events of the two models, by wire name and then by was=, and reports those
// that are gone. The result is sorted by the new name.
func (c *comparison) pairs() []*pair {
	var pairs []*pair
	took := map[string]bool{} // new names
	var gone []*pair
	for name, o := range c.before.events {
		if n, ok := c.after.events[name]; ok {
			pairs = append(pairs, &pair{o.oldPkg, n.newPkg, o.old, n.new})
			took[name] = true
		} else {
			gone = append(gone, o)
		}
	}
	slices.SortFunc(gone, func(a, b *pair) int { return cmp.Compare(a.old.Name, b.old.Name) })
	renamed := map[string]*pair{} // by old name
	for name, n := range c.after.events {
		if was := n.new.Was; was != "" && !took[name] {
			if other, ok := renamed[was]; !ok || name < other.new.Name {
				renamed[was] = n
			}
		}
	}
	for _, o := range gone {
		if n, ok := renamed[o.old.Name]; ok {
			pairs = append(pairs, &pair{o.oldPkg, n.newPkg, o.old, n.new})
			continue
		}
		c.eventRemoved(o)
	}
	slices.SortFunc(pairs, func(a, b *pair) int { return cmp.Compare(a.new.Name, b.new.Name) })
	c.matched = pairs
	return pairs
}

// resolve returns the resolver of p's types.
func (c *comparison) resolve(p *ir.Package) *ir.Forms {
	fs := c.forms[p]
	if fs == nil {
		fs = ir.NewForms(p, c.settings)
		c.forms[p] = fs
	}
	return fs
}

// place is where two things are compared.
type place struct {
	event *pair
	// receive: pages read what is here; otherwise they write it.
	receive bool
	// subject is what messages call the place.
	subject string
	// note is what a message adds that holds in one direction alone.
	note string
	// key is the type expression that the place belongs to: a field, a payload, a declaration.
	key   string
	pos   diag.Pos
	allow [][]ir.Allow
}

// at returns the place of a declaration's own matters inside p.
func (p place) at(key, subject string, pos diag.Pos, allow ...[]ir.Allow) place {
	p.key, p.subject, p.allow = key, subject, allow
	if pos.IsValid() {
		p.pos = pos
	}
	return p
}

// part returns the place of a part of the same type expression.
func (p place) part(name string) place {
	p.subject = name + " " + p.subject
	return p
}

// raw is a finding about one event.
type raw struct {
	place
	rule          diag.Code
	levels        []Level
	sides         []Side // nil: what the levels say
	message, hint string
}

// report notes a finding. The levels that a version bump covers are left out.
func (c *comparison) report(at place, rule diag.Code, levels []Level, message, hint string) {
	c.reportSides(at, rule, levels, nil, message, hint)
}

func (c *comparison) reportSides(at place, rule diag.Code, levels []Level, sides []Side, message, hint string) {
	if at.event.bumped() && rule != diag.EventRenamed {
		levels = slices.DeleteFunc(slices.Clone(levels), func(l Level) bool { return l != Go })
	}
	if len(levels) > 0 {
		c.raw = append(c.raw, raw{at, rule, levels, sides, message, hint})
	}
}

// The usual levels.
var (
	wireOnly = []Level{Wire}
	tsOnly   = []Level{TypeScript}
	goOnly   = []Level{Go}
	wireTS   = []Level{Wire, TypeScript}
	tsGo     = []Level{TypeScript, Go}
	all      = []Level{Wire, TypeScript, Go}
)

// findings merges what was reported about one place for several events.
func (c *comparison) findings() []Finding {
	c.reportGoTypes()
	c.dropTold()
	type id struct {
		rule         diag.Code
		key, message string
		accepted     bool
	}
	merged := map[id]*Finding{}
	var out []*Finding
	for _, r := range c.raw {
		accepted := c.acceptedBy(r)
		k := id{r.rule, r.key, r.message, accepted != nil}
		f := merged[k]
		if f == nil {
			f = &Finding{Rule: r.rule, Pos: r.pos, Message: r.message, Hint: r.hint, Accepted: accepted}
			merged[k] = f
			out = append(out, f)
		}
		if !strings.HasSuffix(f.Message, r.note) {
			f.Message += r.note
		}
		f.Levels = append(f.Levels, r.levels...)
		f.Sides = append(f.Sides, r.bothSides()...)
		f.Events = append(f.Events, r.event.new.Name)
	}
	findings := make([]Finding, len(out))
	for i, f := range out {
		f.Levels = inOrder(f.Levels, all)
		f.Sides = inOrder(f.Sides, []Side{Client, Server})
		slices.Sort(f.Events)
		f.Events = slices.Compact(f.Events)
		findings[i] = *f
	}
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			compareBool(!a.Pos.IsValid(), !b.Pos.IsValid()),
			cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message), slices.Compare(a.Events, b.Events),
		)
	})
	return findings
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// inOrder returns each of have once, in the given order.
func inOrder[T comparable](have, order []T) []T {
	var out []T
	for _, v := range order {
		if slices.Contains(have, v) {
			out = append(out, v)
		}
	}
	return out
}

func (r raw) bothSides() []Side {
	if r.sides != nil {
		return r.sides
	}
	var sides []Side
	if slices.Contains(r.levels, Wire) || slices.Contains(r.levels, TypeScript) {
		sides = append(sides, Client)
	}
	if slices.Contains(r.levels, Go) {
		sides = append(sides, Server)
	}
	return sides
}

// Diagnostic returns f as an error, or as a warning if it is accepted.
func (f Finding) Diagnostic() diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Error, Code: f.Rule, Pos: f.Pos, Message: f.describe(), Hint: f.Hint}
	if f.Accepted != nil {
		d.Severity = diag.Warning
		d.Message += "; accepted: " + f.Accepted.Reason
		d.Hint = ""
	}
	return d
}

// describe is the message with whom it concerns.
func (f Finding) describe() string {
	quoted := make([]string, len(f.Events))
	for i, e := range f.Events {
		quoted[i] = strconv.Quote(e)
	}
	const shown = 3
	if more := len(quoted) - shown; more > 1 {
		quoted = append(quoted[:shown], fmt.Sprintf("%d other events", more))
	}
	levels := make([]string, len(f.Levels))
	for i, l := range f.Levels {
		levels[i] = map[Level]string{Wire: "wire", TypeScript: "TypeScript", Go: "Go"}[l]
	}
	sides := make([]string, len(f.Sides))
	for i, s := range f.Sides {
		sides[i] = "the " + string(s)
	}
	return fmt.Sprintf("%s; this breaks %s of %s (%s)", f.Message, list(sides), list(quoted), strings.Join(levels, ", "))
}

// list joins words as a sentence does.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
