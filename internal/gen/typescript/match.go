package typescript

import (
	"fmt"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// matchView is the function that takes a union apart.
type matchView struct {
	Doc     []string
	Head    signature
	Event   string // the parameters
	Unknown string
	Tag     string // access to the tag: ".type"
	Cases   []caseView
	TagType string // the type of an event whose tag is unknown
	Error   string // the constructor of what is thrown
	Name    string // of the union
}

// caseView is one variant.
type caseView struct {
	Tag  string // as a literal
	Call string // "cases.UserLoggedIn(event.data)"
}

// matchView prepares the function for the union d.
func (r typer) matchView(d *ir.Decl) *matchView {
	name := r.names[d.ID]
	taken := func(s string) bool { return r.typed[s] }
	results := resultParams(len(d.Union.Variants), taken)
	fallback := fresh("F", taken)
	event, casesParam, unknown := r.local("event"), r.local("cases"), r.local("unknown")
	m := &matchView{
		Event:   event,
		Unknown: unknown,
		Tag:     member(d.Union.Tag),
		TagType: "{ " + propertyKey(d.Union.Tag) + ": string }",
		Error:   r.globalValue("TypeError"),
		Name:    name,
	}
	var cases strings.Builder
	for i, v := range d.Union.Variants {
		parameter, argument := r.caseParameter(d.Union, v, event)
		fmt.Fprintf(&cases, "\n    %s: (%s) => %s;", propertyKey(v.Name), parameter, results[i])
		m.Cases = append(m.Cases, caseView{Tag: stringLiteral(v.Name), Call: casesParam + member(v.Name) + "(" + argument + ")"})
	}
	m.Doc = docLines(0, []string{
		"Calls the case of `" + event + "`'s variant and returns its result. A variant that this page was built without goes to `" + unknown + "`; without that, it throws.",
	}, d.Doc.Deprecated)
	m.Head = signature{
		Name: matchName(name) + "<" + strings.Join(append(slices.Clone(results), fallback+" = never"), ", ") + ">",
		Params: []string{
			event + ": " + name,
			casesParam + ": {" + cases.String() + "\n  }",
			unknown + "?: (event: " + m.TagType + ") => " + fallback,
		},
		Result: strings.Join(append(results, fallback), " | "),
	}
	return m
}

// caseParameter is the parameter of a variant's case, and what it is called with.
func (r typer) caseParameter(u *ir.Union, v *ir.Variant, event string) (parameter, argument string) {
	switch {
	case u.Content != "":
		return "data: " + r.typ(v.Type, ir.Place{}).String(), event + member(u.Content)
	case r.isEmptyStruct(v.Type):
		return "data: { " + propertyKey(u.Tag) + ": " + stringLiteral(v.Name) + " }", event
	}
	return "data: " + r.typ(v.Type, ir.Place{}).String(), event
}

// globalValue names a global constructor, past a constant of the same name.
func (p *program) globalValue(name string) string {
	for _, d := range p.sorted {
		if hasValues(d) && p.names[d.ID] == name {
			return "globalThis." + name
		}
	}
	return name
}
