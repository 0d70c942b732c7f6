package asyncapi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/eventgen/eventgen/internal/gen/naming"
	"github.com/eventgen/eventgen/internal/ir"
)

// program is a model made ready: the declarations of all packages once each, events by wire name,
// every name decided.
type program struct {
	settings ir.Settings
	forms    *ir.Forms
	decls    map[string]*ir.Decl // by ID
	names    map[string]string   // of types, by ID
	byName   map[string]*ir.Decl // declarations that are no generic ones
	events   []*event
}

// event is an event with its package.
type event struct {
	*ir.Event
	pkg      *ir.Package
	contract string
	stem     string  // an identifier that no other event has
	payload  ir.Slot // without a form where the event has no payload
}

func newProgram(m *ir.Model) *program {
	p := &program{settings: m.Settings, decls: map[string]*ir.Decl{}, byName: map[string]*ir.Decl{}}
	all := &ir.Package{}
	contracts := m.Contracts()
	for _, pkg := range m.Packages {
		for _, d := range pkg.Decls {
			if p.decls[d.ID] == nil {
				p.decls[d.ID] = d
				all.Decls = append(all.Decls, d)
			}
		}
		for _, e := range pkg.Events {
			p.events = append(p.events, &event{Event: e, pkg: pkg, contract: contracts[e]})
		}
	}
	slices.SortFunc(all.Decls, func(a, b *ir.Decl) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortStableFunc(p.events, func(a, b *event) int { return cmp.Compare(a.Name, b.Name) })
	none := func(string) bool { return false }
	p.names, _ = naming.Types(all.Decls, none, none)
	for _, d := range all.Decls {
		if name := p.names[d.ID]; len(d.Params) == 0 && p.byName[name] == nil {
			p.byName[name] = d
		}
	}
	p.forms = ir.NewForms(all, m.Settings)
	taken := map[string]bool{}
	for _, e := range p.events {
		e.stem = stem(e, taken)
		taken[strings.ToLower(e.stem)] = true
		if e.Payload != nil {
			e.payload = p.payload(e.Payload)
		}
	}
	return p
}

// payload is the form of a payload. One that is a union itself is never null.
func (p *program) payload(t *ir.Type) ir.Slot {
	s := p.forms.Of(t)
	if s.Union != nil && t.Kind == ir.KindRef {
		s.Nullable = false
	}
	return s
}

// stem is what an event's identifiers are made of: its Go name, with the package's before it
// where two packages have one.
func stem(e *event, taken map[string]bool) string {
	name := key(naming.UpperFirst(e.Go))
	if taken[strings.ToLower(name)] {
		name = key(naming.Pascal(e.pkg.Name)) + name
	}
	return unused(name, func(s string) bool { return taken[strings.ToLower(s)] })
}

// unused returns name, or the first of name.2, name.3 … that is not taken.
func unused(name string, taken func(string) bool) string {
	out := name
	for i := 2; taken(out); i++ {
		out = name + "." + strconv.Itoa(i)
	}
	return out
}

// key spells a name with what the keys of AsyncAPI's components and the anchors of JSON Schema
// may consist of: a letter beyond ASCII is its code point in hexadecimal digits, behind "_u".
func key(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			b.WriteRune(r)
		} else {
			b.WriteString("_u" + strconv.FormatInt(int64(r), 16))
		}
	}
	return b.String()
}

// title names a set of packages: the path that they have in common.
func title(m *ir.Model) string {
	var common []string
	for i, p := range m.Packages {
		segments := strings.Split(p.Path, "/")
		if i == 0 {
			common = segments
		}
		n := 0
		for n < len(common) && n < len(segments) && common[n] == segments[n] {
			n++
		}
		common = common[:n]
	}
	return cmp.Or(strings.Join(common, "/"), "events")
}

// options are what the directive says about an event's delivery, as it is written there.
func options(e *event) object {
	o := object{}.text("contract", e.contract).text("from", string(e.From)).text("to", string(e.To)).flag("relay", e.Relay)
	if e.Throttle > 0 {
		o = o.text("throttle", e.Throttle.String())
	}
	if e.Debounce > 0 {
		o = o.text("debounce", e.Debounce.String())
	}
	if e.Key != nil {
		o = o.text("key", pointer(e.Key.JSON)).count("keys", int64(e.Keys))
	}
	o = o.count("batch", int64(e.Batch))
	if e.Batch > 0 {
		o = o.text("wait", e.Wait.String())
	}
	if len(e.Flushes) > 0 {
		o = o.with("flushes", texts(e.Flushes))
	}
	return o.flag("sticky", e.Sticky).count("replay", int64(e.Replay)).text("slow", string(e.Slow)).
		count("max", e.Max).count("version", int64(e.Version)).text("was", e.Was)
}

// pointer is the JSON pointer to a property.
func pointer(path []string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, name := range path {
		b.WriteString("/" + escape.Replace(name))
	}
	return b.String()
}
