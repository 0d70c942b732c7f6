package golang

import (
	"slices"
	"strconv"
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
	used []variable     // those in scope
	last map[string]int // by name, the highest number behind it that is in use; 1 stands for none
}

// A variable is a name in use, with the name that it was made of and the number before it.
type variable struct {
	name, base string
	before     int
}

func newFunction(g *pkg, s *source) *function {
	return &function{source: s, g: g, last: map[string]int{}}
}

// local returns a name for a variable, which hides nothing that the function needs.
func (f *function) local(name string) string { return f.localAfter(name, 0) }

// localAfter is local with a number above the given one.
func (f *function) localAfter(name string, number int) string {
	before := f.last[name]
	free, number := name, max(before, number)+1
	if number > 1 {
		free = name + strconv.Itoa(number)
	}
	for f.g.names.hides(free) {
		number++
		free = name + strconv.Itoa(number)
	}
	f.last[name] = number
	f.used = append(f.used, variable{free, name, before})
	return free
}

// scope gives the names back that write takes for variables.
func (f *function) scope(write func()) {
	outer := len(f.used)
	write()
	for _, v := range slices.Backward(f.used[outer:]) {
		f.last[v.base] = v.before
	}
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
