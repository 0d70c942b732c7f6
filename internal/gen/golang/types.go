package golang

import (
	"strconv"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// goType returns the Go type of t as generated code writes it; false when the type has no
// name that could be written here.
func (g *pkg) goType(t *ir.Type) (string, bool) {
	imports, named := len(g.imports), len(g.named)
	name, ok := g.typeName(t)
	if !ok {
		g.forget(imports, named)
	}
	return name, ok
}

func (g *pkg) typeName(t *ir.Type) (string, bool) {
	if t.Opaque && t.Go == nil {
		return "", false
	}
	if t.Go != nil {
		return g.goName(t.Go, nil)
	}
	switch t.Kind {
	case ir.KindRef:
		d := g.types.Decl(t)
		if d == nil {
			return "", false
		}
		return g.goName(&d.Go, t.Args)
	case ir.KindBool, ir.KindString, ir.KindInt, ir.KindUint, ir.KindFloat:
		return predeclared(t.Kind, t.Bits), true
	case ir.KindBytes, ir.KindSlice:
		return g.composite("[]", t.Elem)
	case ir.KindArray:
		return g.composite("["+strconv.Itoa(t.Len)+"]", t.Elem)
	case ir.KindPtr:
		return g.composite("*", t.Elem)
	case ir.KindMap:
		key, ok := g.typeName(t.Key)
		if !ok {
			return "", false
		}
		if t.Key.PointerKey() {
			key = "*" + key
		}
		return g.composite("map["+key+"]", t.Elem)
	case ir.KindStruct:
		return "struct{}", len(t.Fields) == 0 // as the argument of a type: others have no name
	case ir.KindAny:
		return "any", true
	}
	return "", false
}

// predeclared returns the name of a basic type.
func predeclared(kind ir.Kind, bits int) string {
	if bits == 0 || kind == ir.KindBool || kind == ir.KindString {
		return string(kind)
	}
	return string(kind) + strconv.Itoa(bits)
}

// composite returns prefix followed by the type of elem; a byte slice may leave elem out.
func (g *pkg) composite(prefix string, elem *ir.Type) (string, bool) {
	if elem == nil {
		return prefix + "byte", true
	}
	inner, ok := g.typeName(elem)
	return prefix + inner, ok
}

func (g *pkg) goName(n *ir.GoName, args []*ir.Type) (string, bool) {
	if len(n.Args) > 0 {
		args = n.Args
	}
	name := n.Name
	if n.Path != "" {
		name = g.qual(n.Path, n.Pkg, n.Name)
	}
	if len(args) == 0 {
		return name, true
	}
	list := make([]string, len(args))
	for i, a := range args {
		arg, ok := g.typeName(a)
		if !ok {
			return "", false
		}
		list[i] = arg
	}
	return name + "[" + strings.Join(list, ", ") + "]", true
}

// converted returns value, which has the predeclared type from, as a value of type t.
func (g *pkg) converted(t *ir.Type, from, value string) string {
	if t.Kind != ir.KindRef && t.Go == nil && predeclared(t.Kind, t.Bits) == from {
		return value
	}
	name, ok := g.goType(t)
	if !ok {
		return value
	}
	return call(name, value)
}
