package golang

import (
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// An objectPlan is how the properties of an object are told apart: it is settled before the first of
// them is written.
type objectPlan struct {
	groups []propertyGroup
	// late: any property can be the first, so that each brings a comma, and the first comma that is
	// written becomes the brace.
	late bool
	// certain is the first property that is written in any case; nil without one.
	certain *property
}

// A propertyGroup is properties that lie behind the same embedded pointers.
type propertyGroup struct {
	guard string // that no pointer is nil, where that is asked once for several properties
	list  []*property
}

// A property is a field as it is written.
type property struct {
	*ir.Field
	opening string // what stands before its name: a brace or a comma
	cond    string // under which it is written; empty is always
}

func (e *encoder) plan(t *ir.Type, l loc) objectPlan {
	p := objectPlan{late: e.condition(t.Fields[0], l) != ""}
	opening := "{"
	if p.late {
		opening = ","
	}
	for rest := t.Fields; len(rest) > 0; {
		guard := nilGuard(rest[0], l)
		n := 1
		for n < len(rest) && guard != "" && nilGuard(rest[n], l) == guard {
			n++
		}
		group := propertyGroup{}
		if n > 1 {
			group.guard = guard
		}
		for _, f := range rest[:n] {
			one := &property{Field: f, opening: opening, cond: e.condition(f, l)}
			if one.cond == "" && p.certain == nil {
				p.certain = one
			}
			if group.guard != "" {
				one.cond = both(e.omits(f, l)...)
			}
			group.list = append(group.list, one)
			opening = ","
		}
		p.groups = append(p.groups, group)
		rest = rest[n:]
	}
	return p
}

// object writes the properties of a struct.
func (e *encoder) object(t *ir.Type, l loc) {
	if len(t.Fields) == 0 {
		e.lit("{}")
		return
	}
	p := e.plan(t, l)
	if !p.late {
		e.properties(p, l)
		e.lit("}")
		return
	}
	e.flush()
	start := e.local("n")
	e.mark(start)
	pending := e.properties(p, l)
	if p.certain != nil && pending {
		e.flush() // there must be a comma where the brace is put
	}
	closing := e.pending + "}"
	e.pending = ""
	brace := func() { e.line(e.dst, "[", start, "] = '{'") }
	if p.certain != nil {
		brace()
	} else {
		e.either("len("+e.dst+") == "+start, func() { e.line(e.dst, " = append(", e.dst, ", '{')") }, brace)
	}
	e.pending = closing
}

// properties writes the properties of an object, and reports whether the comma of the certain one is
// still held back.
func (e *encoder) properties(p objectPlan, l loc) (pending bool) {
	before := -1
	for _, group := range p.groups {
		write := func() {
			for _, one := range group.list {
				if one == p.certain {
					before = e.flushes
				}
				e.property(one, l)
			}
		}
		if group.guard == "" {
			write()
			continue
		}
		e.flush()
		e.block("if "+group.guard, e.branch("", write))
	}
	return e.flushes == before
}

// property writes a name and a value, if its condition holds.
func (e *encoder) property(p *property, l loc) {
	write := func() {
		e.lit(p.opening + propertyText(p.Name))
		place := l.field(selectors(p.Path))
		for _, s := range p.Path[:len(p.Path)-1] {
			place.addr = place.addr || s.Ptr
		}
		e.within(pathPart{name: p.Name}, func() {
			e.value(p.Type, place, form{quoted: p.Quoted, present: p.OmitsNil()})
		})
	}
	if p.OmitsNil() && e.g.isUnion(p.Type) {
		write = e.dropping(write)
	}
	if p.cond == "" {
		write()
		return
	}
	e.flush()
	e.block("if "+p.cond, e.branch("", write))
}

// isUnion reports whether values of t are variants of a union.
func (g *pkg) isUnion(t *ir.Type) bool {
	d := g.types.Decl(t)
	return !t.Opaque && t.Kind == ir.KindRef && d != nil && d.Union != nil
}

// dropping takes a property back whose value came out as null: a nil pointer in a union is nil.
func (e *encoder) dropping(write func()) func() {
	return func() {
		e.flush()
		n := e.local("n")
		e.mark(n)
		write()
		e.call(e.g.codec("DropNull"), n)
	}
}

func selectors(path []ir.Step) string {
	names := make([]string, len(path))
	for i, s := range path {
		names[i] = s.Name
	}
	return strings.Join(names, ".")
}
