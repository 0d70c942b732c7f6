package golang

import (
	"fmt"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// An instance is what one codec function is written for.
type instance struct {
	*ir.Instance
	stem string // of its functions' names
	// recursive: values of the type may contain values of the type.
	recursive bool
	// payload: the encoder is that of an event, and has its shape.
	payload bool
	// fallible: the encoder can refuse a value, or has the shape of one that can.
	fallible bool
}

// function reports whether the type is worth functions of its own; others are written in place.
func (i *instance) function() bool {
	return i.recursive || i.Decl.Union != nil || i.closed() || i.Body.Kind == ir.KindStruct || i.Body.Kind == ir.KindMap
}

// closed reports whether the type is an enum that admits no other values.
func (i *instance) closed() bool { return i.Decl.Enum != nil && i.Decl.Enum.Mode == ir.EnumClosed }

// byValue reports whether codec functions take the value itself rather than a pointer to it.
func (i *instance) byValue() bool { return i.Decl.Union != nil || i.closed() }

// instanceOf returns the instance that a reference without open parameters refers to; nil if the
// model lacks its declaration.
func (g *pkg) instanceOf(t *ir.Type) *instance {
	of := g.types.Instance(t)
	if of == nil {
		return nil
	}
	i, ok := g.instances[of]
	if !ok {
		i = &instance{Instance: of, stem: g.names.codecStem(g.stem(of.Decl, of.Args))}
		g.instances[of] = i
	}
	return i
}

// ref returns a reference that names i, for goType.
func (i *instance) ref() *ir.Type {
	return &ir.Type{Kind: ir.KindRef, Ref: i.Decl.ID, Args: i.Args}
}

// stem returns the name of a type for use in the names of functions: Progress, BillingMoney,
// PageOfOrder.
func (g *pkg) stem(d *ir.Decl, args []*ir.Type) string {
	name := upperFirst(d.Go.Name)
	if d.Go.Path != g.ir.Path {
		name = upperFirst(d.Go.Pkg) + name
	}
	if len(d.Go.Args) > 0 {
		args = d.Go.Args
	}
	for n, a := range args {
		if n == 0 {
			name += "Of"
		} else {
			name += "And"
		}
		name += g.argStem(a)
	}
	if d.Value {
		name += "Value"
	}
	if d.Plain {
		name += "Plain"
	}
	return name
}

func (g *pkg) argStem(t *ir.Type) string {
	switch {
	case t.Go != nil:
		return upperFirst(t.Go.Name)
	case g.types.Decl(t) != nil:
		return g.stem(g.types.Decl(t), t.Args)
	case t.Elem != nil:
		return g.argStem(t.Elem) + upperFirst(string(t.Kind))
	case t.Bits > 0:
		return fmt.Sprintf("%s%d", upperFirst(string(t.Kind)), t.Bits)
	}
	return upperFirst(string(t.Kind))
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

func mapSlice[T, U any](s []T, f func(T) U) []U {
	if s == nil {
		return nil
	}
	out := make([]U, len(s))
	for i, v := range s {
		out[i] = f(v)
	}
	return out
}

// refs calls visit for every instance that the form of t mentions directly.
func (g *pkg) refs(t *ir.Type, visit func(*instance)) {
	if t == nil || t.Opaque {
		return
	}
	switch t.Kind {
	case ir.KindRef:
		if i := g.instanceOf(t); i != nil {
			visit(i)
		}
	case ir.KindStruct:
		for _, f := range t.Fields {
			g.refs(f.Type, visit)
		}
	case ir.KindMap, ir.KindSlice, ir.KindArray, ir.KindPtr:
		g.refs(t.Key, visit)
		g.refs(t.Elem, visit)
	}
}

// parts calls visit for every instance that a value of i can hold directly.
func (g *pkg) parts(i *instance, visit func(*instance)) {
	if i.Decl.Union != nil {
		for _, v := range i.Decl.Union.Variants {
			g.refs(v.Type, visit)
		}
		return
	}
	g.refs(i.Body, visit)
}

// collect makes the instances that the payloads reach, in a fixed order, and settles which are
// recursive and which are fallible.
func (g *pkg) collect() {
	var order []*instance
	seen := map[*instance]bool{}
	var visit func(i *instance)
	visit = func(i *instance) {
		if seen[i] {
			return
		}
		seen[i] = true
		order = append(order, i)
		g.parts(i, visit)
	}
	for _, e := range g.ir.Events {
		g.refs(e.Payload, visit)
		if root := g.rootFunction(e.Payload); root != nil {
			root.payload = true
		}
	}
	g.findRecursive(order)
	// What holds something that can fail can fail. Circles can in any case, so each part is
	// settled before what holds it.
	settled := map[*instance]bool{}
	var settle func(i *instance)
	settle = func(i *instance) {
		if settled[i] {
			return
		}
		settled[i] = true
		if i.fallible = i.recursive || i.byValue() || i.payload; !i.fallible {
			g.parts(i, settle)
			i.fallible = g.fallible(i.Body)
		}
	}
	for _, i := range order {
		settle(i)
	}
}

// findRecursive marks the instances whose values can hold values of the same type: those that lie
// on a circle. It is Tarjan's way to find the circles in one walk.
func (g *pkg) findRecursive(order []*instance) {
	type mark struct {
		number, low int
		open        bool
	}
	marks := map[*instance]*mark{}
	var open []*instance
	var visit func(i *instance) *mark
	visit = func(i *instance) *mark {
		m := &mark{number: len(marks), low: len(marks), open: true}
		marks[i] = m
		open = append(open, i)
		g.parts(i, func(part *instance) {
			i.recursive = i.recursive || part == i
			next := marks[part]
			if next == nil {
				next = visit(part)
			}
			if next.open {
				m.low = min(m.low, next.low)
			}
		})
		if m.low == m.number {
			at := slices.Index(open, i)
			for _, member := range open[at:] {
				marks[member].open = false
				member.recursive = member.recursive || len(open)-at > 1
			}
			open = open[:at]
		}
		return m
	}
	for _, i := range order {
		if marks[i] == nil {
			visit(i)
		}
	}
}

// fallible reports whether the encoder of t can refuse a value, as far as is known of the
// instances it refers to.
func (g *pkg) fallible(t *ir.Type) bool {
	if t.Opaque {
		return true
	}
	switch t.Kind {
	case ir.KindBool, ir.KindInt, ir.KindUint, ir.KindString, ir.KindBytes:
		return false
	case ir.KindSlice, ir.KindArray, ir.KindPtr:
		return g.fallible(t.Elem)
	case ir.KindMap:
		return g.types.Under(t.Key).Kind == ir.KindText || g.fallible(t.Key) || g.fallible(t.Elem)
	case ir.KindStruct:
		return slices.ContainsFunc(t.Fields, func(f *ir.Field) bool { return g.fallible(f.Type) })
	case ir.KindRef:
		i := g.instanceOf(t)
		return i == nil || i.fallible
	}
	return true
}
