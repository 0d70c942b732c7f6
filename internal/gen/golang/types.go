package golang

import (
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/eventgen/eventgen/internal/ir"
)

// goType returns the Go type of t as generated code writes it; false when the type has no
// name that could be written here.
func (g *pkg) goType(t *ir.Type) (*jen.Statement, bool) {
	if t.Go != nil {
		return g.goName(t.Go, nil)
	}
	switch t.Kind {
	case ir.KindRef:
		d := g.decls[t.Ref]
		if d == nil {
			return nil, false
		}
		return g.goName(&d.Go, t.Args)
	case ir.KindBool:
		return jen.Bool(), true
	case ir.KindString:
		return jen.String(), true
	case ir.KindInt, ir.KindUint, ir.KindFloat:
		name := string(t.Kind)
		if t.Bits > 0 {
			name += strconv.Itoa(t.Bits)
		}
		return jen.Id(name), true
	case ir.KindBytes, ir.KindSlice:
		return g.composite(jen.Index(), t.Elem)
	case ir.KindArray:
		return g.composite(jen.Index(jen.Lit(t.Len)), t.Elem)
	case ir.KindPtr:
		return g.composite(jen.Op("*"), t.Elem)
	case ir.KindMap:
		key, ok := g.goType(t.Key)
		if !ok {
			return nil, false
		}
		return g.composite(jen.Map(key), t.Elem)
	case ir.KindAny:
		return jen.Any(), true
	case ir.KindRaw:
		return g.qual(jsonPath, "json", "RawMessage"), true
	case ir.KindNumber:
		return g.qual(jsonPath, "json", "Number"), true
	case ir.KindTime:
		return g.qual(timePath, "time", "Time"), true
	}
	return nil, false
}

// composite returns prefix followed by the type of elem; a byte slice may leave elem out.
func (g *pkg) composite(prefix *jen.Statement, elem *ir.Type) (*jen.Statement, bool) {
	if elem == nil {
		return prefix.Byte(), true
	}
	inner, ok := g.goType(elem)
	if !ok {
		return nil, false
	}
	return prefix.Add(inner), true
}

func (g *pkg) goName(n *ir.GoName, args []*ir.Type) (*jen.Statement, bool) {
	if len(n.Args) > 0 {
		args = n.Args
	}
	s := jen.Id(n.Name)
	if n.Path != "" {
		s = g.qual(n.Path, n.Pkg, n.Name)
	}
	if len(args) == 0 {
		return s, true
	}
	list := make([]jen.Code, len(args))
	for i, a := range args {
		c, ok := g.goType(a)
		if !ok {
			return nil, false
		}
		list[i] = c
	}
	return s.Index(jen.List(list...)), true
}
