package golang

import (
	"maps"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"
)

// expr is Go source of an expression without imported names, as it is built up.
func expr(source string) *jen.Statement { return jen.Op(source) }

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
	g     *pkg
	block *[]jen.Code
	used  map[string]bool
}

func newFunction(g *pkg) *function {
	return &function{g: g, block: new([]jen.Code), used: map[string]bool{}}
}

// local returns a name for a variable, which hides nothing that the function needs.
func (f *function) local(name string) string {
	free := disambiguate(name, func(s string) bool { return f.used[s] || f.g.names.hides(s) })
	f.used[free] = true
	return free
}

func (f *function) add(code ...jen.Code) { *f.block = append(*f.block, code...) }

// nested returns the statements that write adds: a block of their own.
func (f *function) nested(write func()) []jen.Code {
	outer := f.block
	f.block = new([]jen.Code)
	f.scope(write)
	inner := *f.block
	f.block = outer
	return inner
}

// scope gives the names back that write takes for variables.
func (f *function) scope(write func()) {
	outer := maps.Clone(f.used)
	write()
	f.used = outer
}

// text returns s as a Go string literal, raw if that reads better.
func text(s string) *jen.Statement {
	if strings.ContainsAny(s, `"\`) && strconv.CanBackquote(s) {
		return jen.Op("`" + s + "`")
	}
	return jen.Lit(s)
}

func not(cond string) string { return "!" + cond }

func both(conds ...string) string {
	var parts []string
	for _, c := range conds {
		if c != "" {
			parts = append(parts, c)
		}
	}
	return strings.Join(parts, " && ")
}
