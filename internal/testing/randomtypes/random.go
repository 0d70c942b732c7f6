package randomtypes

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Random returns the case of a seed.
func Random(seed uint64) *Case {
	r := rand.New(rand.NewPCG(seed, 17))
	for {
		if c := random(r); c.valid() {
			return c
		}
	}
}

func random(r *rand.Rand) *Case {
	g := &generator{Rand: r}
	for range 1 + g.IntN(5) {
		g.declare()
	}
	root := g.expr(place{depth: 1})
	if !g.one(5) {
		root = g.reference(place{})
	}
	if root.nameless() {
		g.decls = append(g.decls, &Decl{Name: "P", Type: root})
		root = named("P")
	}
	c := &Case{Decls: g.decls, Root: root}
	c.prune()
	return c
}

type generator struct {
	*rand.Rand
	decls []*Decl
}

// place is where a type stands.
type place struct {
	depth  int
	params []Param
	self   *Decl // the declaration that is being made
	far    bool  // behind a pointer, a slice or a map: a type may contain itself
}

func (p place) inside(far bool) place {
	p.depth++
	p.far = p.far || far
	return p
}

func pick[T any](g *generator, of ...T) T { return of[g.IntN(len(of))] }

func (g *generator) one(in int) bool { return g.IntN(in) == 0 }

func named(name string, args ...*Expr) *Expr { return &Expr{Op: Name, Name: name, Args: args} }

// declare makes one more declaration.
func (g *generator) declare() {
	d := &Decl{Name: string(rune('A' + len(g.decls)))}
	if g.one(5) {
		d.Name = string(rune('a' + len(g.decls)))
	}
	switch g.IntN(12) {
	case 0:
		d.Type = named(pick(g, "string", "int", "int64", "uint8"))
		d.Members = pick(g, []string{"1", "2"}, []string{"0", "5", "7"})
		if d.Type.Name == "string" {
			d.Members = pick(g, []string{`"x"`, `"y<"`}, []string{`""`, `"1"`, `"t"`})
		}
	case 1, 2:
		if g.seal(d) {
			return
		}
		d.Type = g.expr(place{self: d})
	case 3:
		d.Type = named(pick(g, "string", "int", "int64", "uint8", "uint64"))
		g.methods(d, true)
	case 4:
		d.Type = &Expr{Op: Struct, Fields: []*Field{{Name: "S", Type: named("string")}}}
		g.methods(d, true)
	case 5, 6:
		d.Params = g.params()
		g.define(d)
	default:
		g.define(d)
	}
	g.decls = append(g.decls, d)
}

func (g *generator) define(d *Decl) {
	p := place{self: d, params: d.Params}
	if g.one(3) {
		if d.Type = g.expr(p); d.Type.Op == Par {
			d.Type = &Expr{Op: Slice, Args: []*Expr{d.Type}}
		}
	} else {
		d.Type = g.structType(p, 1+g.IntN(4))
	}
	for i, param := range d.Params {
		d.Params[i].Key = usesAsKey(d.Type, param.Name)
		if d.Params[i].Key && param.Constraint == "any" {
			d.Params[i].Constraint = "comparable"
		}
	}
	if (d.Type.Op == Struct || d.Type.Op == Slice || d.Type.Op == Map) && g.one(5) {
		g.methods(d, false)
	}
}

func usesAsKey(e *Expr, param string) bool {
	if e.Op == Map && e.Args[0].Op == Par && e.Args[0].Name == param {
		return true
	}
	return slices.ContainsFunc(e.parts(), func(e **Expr) bool { return usesAsKey(*e, param) })
}

// nameless reports whether e is, or is made of, a struct that is not declared.
func (e *Expr) nameless() bool {
	return e.Op == Struct && len(e.Fields) > 0 || slices.ContainsFunc(e.parts(), func(e **Expr) bool { return (*e).nameless() })
}

// parts returns the places of the expressions directly in e.
func (e *Expr) parts() []**Expr {
	var out []**Expr
	for i := range e.Args {
		out = append(out, &e.Args[i])
	}
	for _, f := range e.Fields {
		out = append(out, &f.Type)
	}
	return out
}

func (g *generator) params() []Param {
	out := make([]Param, 1+g.IntN(2))
	for i := range out {
		out[i] = Param{Name: string(rune('T' + i)), Constraint: pick(g, "any", "any", "any", "comparable", "~string", "~int | ~int64", "~string | ~int", "~string | ~uint8")}
	}
	return out
}

// methods gives a type some of those that encoding/json looks for.
func (g *generator) methods(d *Decl, text bool) {
	pointer := g.one(2)
	sets := [][]string{{"MarshalJSON", "UnmarshalJSON"}, {"MarshalJSON", "UnmarshalJSON"}, {"UnmarshalJSON"}, {"MarshalJSON"}, {"IsZero"}}
	if text {
		sets = [][]string{
			{"MarshalText", "UnmarshalText"}, {"MarshalText", "UnmarshalText"}, {"MarshalText", "UnmarshalText"}, {"MarshalText"}, {"UnmarshalText"},
			{"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText"}, {"MarshalJSON", "UnmarshalJSON"}, {"UnmarshalJSON"}, {"MarshalJSON"}, {"IsZero"}, {"MarshalText", "UnmarshalText", "IsZero"},
		}
	}
	for _, name := range pick(g, sets...) {
		d.Methods = append(d.Methods, Method{Name: name, Pointer: pointer || name[0] == 'U'})
	}
}

// seal makes d a sealed interface of the declarations so far; false if there are none.
func (g *generator) seal(d *Decl) bool {
	for _, v := range g.decls {
		if len(v.Params) > 0 || v.Sealed || v.Type.Op == Pointer || v.Type.Op == Name && v.Type.Name != "string" && v.Type.Name != "int" {
			continue
		}
		d.Variants = append(d.Variants, Variant{Type: v.Name, Pointer: g.one(3)})
	}
	if len(d.Variants) == 0 {
		return false
	}
	d.Sealed = true
	if g.one(3) {
		g.decls = append(g.decls, d)
		return true
	}
	d.Tag, d.Content = "type", "data"
	objects := !slices.ContainsFunc(d.Variants, func(v Variant) bool {
		of := g.decl(v.Type)
		return of.Type.Op != Struct || len(of.Methods) > 0
	})
	if objects && g.one(2) {
		d.Tag, d.Content = "kind", ""
	}
	g.decls = append(g.decls, d)
	return true
}

func (g *generator) decl(name string) *Decl {
	i := slices.IndexFunc(g.decls, func(d *Decl) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return g.decls[i]
}

var basics = []string{
	"bool", "string", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr", "float32", "float64",
}

var library = []string{"time.Time", "json.RawMessage", "json.Number", "any", "netip.Addr", "big.Int", "struct{}"}

// expr makes a type.
func (g *generator) expr(p place) *Expr {
	if p.depth > 4 {
		return named(pick(g, basics...))
	}
	if len(p.params) > 0 && g.one(2) {
		return &Expr{Op: Par, Name: pick(g, p.params...).Name}
	}
	switch g.IntN(14) {
	case 0, 1:
		return named(pick(g, basics...))
	case 2:
		return named(pick(g, library...))
	case 3:
		return &Expr{Op: Pointer, Args: []*Expr{g.expr(p.inside(true))}}
	case 4, 5:
		return &Expr{Op: Slice, Args: []*Expr{g.expr(p.inside(true))}}
	case 6:
		return &Expr{Op: Array, Len: g.IntN(3), Args: []*Expr{g.expr(p.inside(false))}}
	case 7:
		return &Expr{Op: Map, Args: []*Expr{g.key(p), g.expr(p.inside(true))}}
	case 8:
		return g.structType(p, g.IntN(3))
	}
	return g.reference(p)
}

// reference names a declaration.
func (g *generator) reference(p place) *Expr {
	if p.self != nil && p.far && g.one(4) && p.self.Name != "" {
		args := make([]*Expr, len(p.self.Params))
		for i, param := range p.self.Params {
			args[i] = &Expr{Op: Par, Name: param.Name}
		}
		return named(p.self.Name, args...)
	}
	if len(g.decls) == 0 {
		return named(pick(g, basics...))
	}
	d := g.decls[max(g.IntN(len(g.decls)), g.IntN(len(g.decls)))]
	args := make([]*Expr, len(d.Params))
	for i, param := range d.Params {
		args[i] = g.arg(param, p.inside(true))
	}
	return named(d.Name, args...)
}

// arg makes an argument for a type parameter.
func (g *generator) arg(param Param, p place) *Expr {
	p.self = nil
	for _, outer := range p.params {
		if outer.Constraint == param.Constraint && g.one(2) {
			return &Expr{Op: Par, Name: outer.Name}
		}
	}
	switch {
	case param.Key && param.Constraint == "comparable":
		p.params = nil
		return g.key(p)
	case param.Constraint == "any":
		return g.expr(p)
	case param.Constraint == "comparable":
		p.params = nil
		return g.key(p)
	}
	kinds := map[string][]string{
		"~string": {"string"}, "~int | ~int64": {"int", "int64"}, "~string | ~int": {"string", "int"}, "~string | ~uint8": {"string", "uint8"},
	}[param.Constraint]
	for _, d := range g.decls {
		if len(d.Params) == 0 && !d.Sealed && d.Type.Op == Name && slices.Contains(kinds, d.Type.Name) && g.one(2) {
			return named(d.Name)
		}
	}
	return named(pick(g, kinds...))
}

// key makes a type that encoding/json takes as the key of a map.
func (g *generator) key(p place) *Expr {
	for _, param := range p.params {
		if param.Constraint != "any" && g.one(2) || g.one(3) {
			return &Expr{Op: Par, Name: param.Name}
		}
	}
	for _, d := range g.decls {
		if len(d.Params) > 0 || d.Sealed || !g.one(2) {
			continue
		}
		text := slices.IndexFunc(d.Methods, func(m Method) bool { return m.Name == "MarshalText" })
		switch {
		case text >= 0 && (d.Type.Op != Struct || !d.Methods[text].Pointer):
			if d.Type.Op == Struct && g.one(3) {
				return &Expr{Op: Pointer, Args: []*Expr{named(d.Name)}}
			}
			return named(d.Name)
		case d.Type.Op == Name && slices.Contains([]string{"string", "int", "int64", "uint8"}, d.Type.Name):
			return named(d.Name)
		}
	}
	return named(pick(g, "string", "string", "int", "int64", "uint8", "uint64"))
}

func (g *generator) structType(p place, n int) *Expr {
	e := &Expr{Op: Struct}
	for i := range n {
		if f := g.embedded(p); f != nil && !slices.ContainsFunc(e.Fields, func(o *Field) bool { return o.Name == "" }) {
			e.Fields = append(e.Fields, f)
			continue
		}
		f := &Field{Name: fmt.Sprintf("F%d", i), Type: g.expr(p.inside(false))}
		f.Tag = pick(g, "", "", "a", "b", "x y", "toString", "ä", "-,")
		if f.Tag != "" && slices.ContainsFunc(e.Fields, func(o *Field) bool { return o.Tag == f.Tag }) {
			f.Tag = ""
		}
		f.Tag += pick(g, "", "", "", ",omitempty", ",omitempty", ",omitzero", ",string", ",omitempty,omitzero", ",string,omitempty")
		e.Fields = append(e.Fields, f)
	}
	return e
}

// embedded makes an embedded field, sometimes.
func (g *generator) embedded(p place) *Field {
	if !g.one(6) || len(g.decls) == 0 {
		return nil
	}
	d := pick(g, g.decls...)
	if u := g.under(d); u != nil && (u.Op == Pointer || u.Op == Par) || d.Name[0] >= 'a' && (d.Type == nil || d.Type.Op != Struct) {
		return nil
	}
	args := make([]*Expr, len(d.Params))
	for i, param := range d.Params {
		args[i] = g.arg(param, p.inside(true))
	}
	t := named(d.Name, args...)
	if !d.Sealed && d.Name[0] < 'a' && g.one(3) {
		t = &Expr{Op: Pointer, Args: []*Expr{t}}
	}
	return &Field{Type: t, Tag: pick(g, "", "", "", "a", ",omitempty")}
}

// under returns what a declared type is beneath the names of others; nil for an interface.
func (g *generator) under(d *Decl) *Expr {
	for d.Type != nil && d.Type.Op == Name {
		next := g.decl(d.Type.Name)
		if next == nil {
			break
		}
		d = next
	}
	return d.Type
}

// prune removes what the payload does not reach.
func (c *Case) prune() {
	reached := map[string]bool{}
	var visit func(e *Expr)
	visit = func(e *Expr) {
		if e == nil {
			return
		}
		if e.Op == Name && !reached[e.Name] {
			reached[e.Name] = true
			for _, d := range c.Decls {
				if d.Name == e.Name {
					visit(d.Type)
					for _, v := range d.Variants {
						visit(named(v.Type))
					}
				}
			}
		}
		for _, part := range e.parts() {
			visit(*part)
		}
	}
	visit(c.Root)
	c.Decls = slices.DeleteFunc(c.Decls, func(d *Decl) bool { return !reached[d.Name] })
}
