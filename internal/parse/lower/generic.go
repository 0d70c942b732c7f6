package lower

import (
	"go/types"
	"regexp"
	"slices"

	"github.com/eventgen/eventgen/internal/ir"
)

// Every instance of a generic type is lowered for itself. Afterwards it is known whether its
// form is the generic form with the arguments put in: if so the instance is written as such,
// otherwise it is a declaration of its own. Page[User] is faithful, and so is every
// Page[Page[User]]; Page[byte] is not if Page has a []T, which is base64 there.
//
// Recursive types make this a question about the whole graph: an instance is faithful if it
// matches under the assumption that the others are, and the assumption is dropped step by step
// where it fails.

// decide settles the standing of the instances lowered since the last call.
func (l *Lowerer) decide() {
	var open, selves []*node
	for _, n := range l.lowered {
		switch {
		case n.self():
			n.standing = faithful
			selves = append(selves, n)
		case n.instance():
			n.standing = faithful
			open = append(open, n)
		}
	}
	for _, n := range selves {
		n.uses = l.paramUses(n)
	}
	l.closeUses(selves)
	for again := true; again; {
		again = false
		for _, n := range open {
			if n.standing == faithful && !l.matches(n) {
				n.standing = standalone
				again = true
			}
		}
	}
}

// paramUse says what the wire form of a generic type does with a parameter.
type paramUse struct {
	used bool // it depends on it
	key  bool // it uses it as the key of a map
}

// paramUses finds the parameters that the body of a generic form holds itself.
func (l *Lowerer) paramUses(n *node) []paramUse {
	uses := make([]paramUse, n.params().Len())
	eachType(n.body, func(t *ir.Type, key bool) {
		if t.Kind == ir.KindParam {
			i := n.paramIndex(t.Param)
			uses[i].used = true
			uses[i].key = uses[i].key || key
		}
		if t.TS != "" {
			for i := range uses {
				name := n.params().At(i).Obj().Name()
				uses[i].used = uses[i].used || hasWord(t.TS, name)
			}
		}
	})
	return uses
}

// hasWord reports whether TypeScript text names an identifier, outside quotes as far as its
// neighbours tell.
func hasWord(text, name string) bool {
	return regexp.MustCompile(`(^|[^\w$'"])` + regexp.QuoteMeta(name) + `($|[^\w$'"])`).MatchString(text)
}

// closeUses adds what the parameters are used for as arguments of other generic types.
func (l *Lowerer) closeUses(selves []*node) {
	for again := true; again; {
		again = false
		for _, n := range selves {
			eachType(n.body, func(t *ir.Type, _ bool) {
				to := l.refs[t]
				if t.Kind != ir.KindRef || !to.instance() {
					return
				}
				for j, arg := range to.args {
					if j >= len(to.generic.uses) || !to.generic.uses[j].used {
						continue
					}
					key := to.generic.uses[j].key
					l.eachParam(arg, func(name string, direct bool) {
						i := n.paramIndex(name)
						if i < 0 {
							return
						}
						use := paramUse{used: true, key: n.uses[i].key || key && direct}
						again = again || use != n.uses[i]
						n.uses[i] = use
					})
				}
			})
		}
	}
}

// eachParam calls fn for each parameter in an argument; direct tells whether it is all of it.
func (l *Lowerer) eachParam(arg *ir.Type, fn func(name string, direct bool)) {
	eachType(arg, func(t *ir.Type, _ bool) {
		switch t.Kind {
		case ir.KindParam:
			fn(t.Param, t == arg)
		case ir.KindRef:
			for _, inner := range l.refs[t].args {
				l.eachParam(inner, func(name string, _ bool) { fn(name, false) })
			}
		}
	})
}

// eachType calls fn for t and the types within it that may occur on the wire: an array of length 0 has no elements.
// key is true for the key of a map.
func eachType(t *ir.Type, fn func(t *ir.Type, key bool)) {
	var walk func(t *ir.Type, key bool)
	walk = func(t *ir.Type, key bool) {
		if t == nil {
			return
		}
		fn(t, key)
		walk(t.Key, true)
		if t.Kind != ir.KindArray || t.Len > 0 {
			walk(t.Elem, false)
		}
		for _, form := range t.OneOf {
			walk(form, false)
		}
		for _, f := range t.Fields {
			walk(f.Type, false)
		}
	}
	walk(t, false)
}

func (n *node) paramIndex(name string) int {
	for i := range n.params().Len() {
		if n.params().At(i).Obj().Name() == name {
			return i
		}
	}
	return -1
}

// matches reports whether the form of an instance is its generic form with the arguments put in.
func (l *Lowerer) matches(n *node) bool {
	g := n.generic
	if n.renamed {
		return g.body != nil && l.general(g)
	}
	if g.body == nil || n.body == nil || len(n.args) != len(g.uses) {
		return false
	}
	for i, arg := range n.args {
		if g.uses[i].used && !l.satisfies(g, i, arg) {
			return false
		}
	}
	return l.matchType(n, g.body, n.body)
}

// general reports whether the body of a generic form holds no instance that is a declaration of
// its own and depends on a parameter: under other names there is none.
func (l *Lowerer) general(g *node) bool {
	ok := true
	eachType(g.body, func(t *ir.Type, _ bool) {
		if to := l.refs[t]; t.Kind == ir.KindRef && to.standing == standalone && hasParams(to.named) {
			ok = false
		}
	})
	return ok
}

// matchType reports whether the generic type g with the arguments of n put in is c.
func (l *Lowerer) matchType(n *node, g, c *ir.Type) bool {
	if g == nil || c == nil {
		return g == c
	}
	if g.Kind == ir.KindParam {
		i := n.generic.paramIndex(g.Param)
		return i >= 0 && l.sameType(n.args[i], c)
	}
	if g.Kind == ir.KindRef && c.Kind == ir.KindRef {
		return l.matchRef(n, l.refs[g], l.refs[c])
	}
	return sameScalars(g, c) &&
		matchGo(g.Go, c.Go) &&
		l.matchType(n, g.Key, c.Key) &&
		l.matchType(n, g.Elem, c.Elem) &&
		slices.EqualFunc(g.Fields, c.Fields, func(a, b *ir.Field) bool {
			return sameField(a, b) && matchSteps(a.Path, b.Path) && l.matchType(n, a.Type, b.Type) &&
				(a.Type.Kind != ir.KindParam || !a.OmitsNil() || !l.nullInside(b.Type))
		})
}

// nullInside reports whether a pointer can point to what is written as null: a field that is left
// out when the pointer is nil can be null all the same, which the generic form does not tell.
func (l *Lowerer) nullInside(t *ir.Type) bool {
	if body := l.bodyOf(t); body == nil || body.Kind != ir.KindPtr {
		return false
	} else if elem := l.bodyOf(body.Elem); elem != nil {
		switch elem.Kind {
		case ir.KindPtr, ir.KindSlice, ir.KindMap, ir.KindBytes:
			return true
		default:
			return elem.Marshal != nil && elem.Marshal.Nilable
		}
	}
	return true // a union, or what nobody knows
}

func (l *Lowerer) matchRef(n, g, c *node) bool {
	if g == c {
		return g.standing != standalone || !hasParams(g.named)
	}
	if !g.instance() || g.generic != c.generic || g.standing == standalone || c.standing == standalone ||
		len(g.args) != len(c.args) {
		return false
	}
	for i := range g.args {
		if i < len(g.generic.uses) && g.generic.uses[i].used && !l.matchType(n, g.args[i], c.args[i]) {
			return false
		}
	}
	return true
}

// matchGo compares Go names, whose arguments refer to no declaration.
func matchGo(g, c *ir.GoName) bool {
	if g == nil || c == nil {
		return g == c
	}
	return g.Path == c.Path && g.Name == c.Name && len(g.Args) == len(c.Args)
}

func matchSteps(g, c []ir.Step) bool {
	return slices.EqualFunc(g, c, func(a, b ir.Step) bool {
		return a.Name == b.Name && a.Ptr == b.Ptr && matchGo(a.Go, b.Go)
	})
}

// sameType reports whether two lowered types are written alike.
func (l *Lowerer) sameType(a, b *ir.Type) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind == ir.KindRef && b.Kind == ir.KindRef {
		return l.refs[a] == l.refs[b]
	}
	return sameScalars(a, b) && a.Param == b.Param &&
		matchGo(a.Go, b.Go) &&
		l.sameType(a.Key, b.Key) &&
		l.sameType(a.Elem, b.Elem) &&
		slices.EqualFunc(a.Fields, b.Fields, func(a, b *ir.Field) bool {
			return sameField(a, b) && matchSteps(a.Path, b.Path) && l.sameType(a.Type, b.Type)
		})
}

func sameScalars(a, b *ir.Type) bool {
	if (a.Marshal == nil) != (b.Marshal == nil) || a.Marshal != nil && *a.Marshal != *b.Marshal {
		return false
	}
	return a.Kind == b.Kind && a.Bits == b.Bits && a.Len == b.Len && a.TS == b.TS && a.Opaque == b.Opaque && a.Plain == b.Plain
}

func sameField(a, b *ir.Field) bool {
	return a.Name == b.Name && a.OmitEmpty == b.OmitEmpty && a.OmitZero == b.OmitZero &&
		a.Quoted == b.Quoted && a.Optional == b.Optional
}

// constraint returns the union of wire forms that parameter i of a generic form is limited to,
// as far as TypeScript can say it; nil for anything.
func (l *Lowerer) constraint(n *node, i int) []*ir.Type {
	var out []*ir.Type
	if iface, ok := n.params().At(i).Constraint().Underlying().(*types.Interface); ok {
		out = terms(iface, 0)
	}
	for _, t := range out {
		(&builder{Lowerer: l, plainly: n.plain}).mark(t)
	}
	if !n.uses[i].key {
		return out
	}
	if out == nil {
		// An argument that the settings quote has a declaration of its own, so that these are numbers.
		return []*ir.Type{{Kind: ir.KindString}, {Kind: ir.KindInt, Plain: !l.plainInt64()}}
	}
	return slices.DeleteFunc(out, func(t *ir.Type) bool { return !isKeyKind(t.Kind) })
}

func isKeyKind(k ir.Kind) bool {
	return k == ir.KindString || k == ir.KindInt || k == ir.KindUint
}

// terms returns the basic kinds that a constraint lists, or nil if it lists others or none.
func terms(iface *types.Interface, depth int) []*ir.Type {
	if iface.NumEmbeddeds() != 1 || depth > maxInstanceDepth {
		return nil
	}
	var out []*ir.Type
	add := func(t types.Type) bool {
		if isParam(t) {
			return false
		}
		switch u := t.Underlying().(type) {
		case *types.Basic:
			b := basic(u)
			if b == nil {
				return false
			}
			b.Go = nil
			if !slices.ContainsFunc(out, func(t *ir.Type) bool { return t.Kind == b.Kind && t.Bits == b.Bits }) {
				out = append(out, b)
			}
			return true
		case *types.Interface:
			inner := terms(u, depth+1)
			out = append(out, inner...)
			return inner != nil
		}
		return false
	}
	switch e := types.Unalias(iface.EmbeddedType(0)).(type) {
	case *types.Union:
		for term := range e.Terms() {
			if !add(term.Type()) {
				return nil
			}
		}
	default:
		if !add(e) {
			return nil
		}
	}
	return out
}

// satisfies reports whether an argument is within what [Lowerer.constraint] says.
func (l *Lowerer) satisfies(g *node, i int, arg *ir.Type) bool {
	allowed := l.constraint(g, i)
	if allowed == nil {
		return true
	}
	if arg.Kind == ir.KindParam {
		return true // of a form whose own parameter has that constraint, or is used as that key
	}
	if to := l.refs[arg]; g.uses[i].key && to != nil && to.enum != nil {
		return false // as a key it has some of the members, as a value one
	}
	body := l.bodyOf(arg)
	if body == nil {
		return false
	}
	wide := body.Kind == ir.KindInt || body.Kind == ir.KindUint
	wide = wide && (body.Bits == 0 || body.Bits == 64) && !l.plainInt64()
	if to := l.refs[arg]; wide && (g.uses[i].key || to != nil && to.enum != nil) {
		return false // quoted as a value, and not as a key or as a member of an enum
	}
	if g.uses[i].key && terms(ifaceOf(g.params().At(i)), 0) == nil {
		return isKeyKind(body.Kind) || body.Kind == ir.KindText && body.TS == ""
	}
	return slices.ContainsFunc(allowed, func(t *ir.Type) bool { return t.Kind == body.Kind && t.Bits == body.Bits })
}

func ifaceOf(p *types.TypeParam) *types.Interface {
	if iface, ok := p.Constraint().Underlying().(*types.Interface); ok {
		return iface
	}
	return types.NewInterfaceType(nil, nil)
}

func (l *Lowerer) plainInt64() bool {
	return l.cfg.Settings.Int64 == "" || l.cfg.Settings.Int64 == ir.Int64Number
}
