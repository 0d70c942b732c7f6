package golang

import (
	"slices"
	"strings"
)

// A loc is a place that holds a value: a variable, a field, an element, or what a pointer points to.
type loc struct {
	val string // a value's expression, or
	ptr string // a pointer's
	// addr: encoding/json could take the value's address. Generated code can in any case.
	addr bool
}

func (l loc) value() string {
	if l.ptr != "" {
		return "*" + l.ptr
	}
	return l.val
}

func (l loc) pointer() string {
	if l.ptr != "" {
		return l.ptr
	}
	return "&" + l.val
}

// operand is the value where an operator or a selector follows.
func (l loc) operand() string {
	if l.ptr != "" {
		return "(*" + l.ptr + ")"
	}
	return l.val
}

// selects is what a selector of the value follows: pointers to structs need no star.
func (l loc) selects() string {
	if strings.HasPrefix(l.ptr, "*") {
		return "(" + l.ptr + ")"
	}
	if l.ptr != "" {
		return l.ptr
	}
	return l.val
}

// field returns the place of a field, or of a field's field.
func (l loc) field(path string) loc { return loc{val: l.selects() + "." + path, addr: l.addr} }

// deref returns what the pointer at l points to.
func (l loc) deref() loc { return loc{ptr: l.value(), addr: true} }

// A function is the state of writing one Go function.
type function struct {
	*source
	g    *pkg
	used []string // the names of variables in scope
}

func newFunction(g *pkg, s *source) *function { return &function{source: s, g: g} }

// local returns a name for a variable, which hides nothing that the function needs.
func (f *function) local(name string) string {
	free := disambiguate(name, func(s string) bool { return slices.Contains(f.used, s) || f.g.names.hides(s) })
	f.used = append(f.used, free)
	return free
}

// scope gives the names back that write takes for variables.
func (f *function) scope(write func()) {
	outer := len(f.used)
	write()
	f.used = f.used[:outer]
}

// block writes a statement whose body, a scope of its own, is in braces.
func (f *function) block(head string, body func()) {
	f.source.block(head, func() { f.scope(body) })
}

// clause writes a case of a switch, which is a scope of its own.
func (f *function) clause(head string, body func()) {
	f.source.clause(head, func() { f.scope(body) })
}
