package lower

import (
	"go/types"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// A node is a named type as it travels: what may become a declaration. Its references to other
// nodes are kept beside the tree (Lowerer.refs) until it is known which instances of generic
// types can be written as the generic form with arguments.
type node struct {
	key   string
	named *types.Named
	value bool // the form of values that are not addressable, which differs from the other one
	plain bool // settings do not reach it
	// variant: it has another form, which they reach.
	variant bool
	local   bool

	// generic is the form with the type's own parameters: set on instances, and on that form
	// itself, which is its own generic form.
	generic *node
	args    []*ir.Type // lowered as addressable values
	parent  *node      // the node that first referred to this one
	// renamed: the arguments are type parameters of another declaration, so that the form is the
	// generic one but for their names. It has no body of its own.
	renamed bool

	body  *ir.Type // nil for a union
	enum  *ir.Enum
	union *unionBody

	// wide: the type is a 64-bit integer that can pass 2^53.
	wide     bool
	problems []*problem
	edges    []edge
	// argEdges are the references that the arguments hold.
	argEdges []edge

	standing standing
	uses     []paramUse // of a generic form, by parameter
}

// standing says how an instance of a generic type is written.
type standing int

const (
	undecided  standing = iota
	faithful            // the generic form with arguments
	standalone          // a declaration of its own
)

// edge is a reference from one node to another.
type edge struct {
	to     *node
	path   []*types.Var // fields from the node's type to the reference; empty for its own elements
	quoted bool         // under ",string", or as a map key: integers are strings there
}

func (n *node) obj() *types.TypeName { return n.named.Obj() }

// self reports whether n is the generic form of its type.
func (n *node) self() bool { return n.generic == n }

// instance reports whether n is an instance of a generic type, its generic form included.
func (n *node) instance() bool { return n.generic != nil }

// id is the ID of the declaration that n becomes, if it does.
func (n *node) id() string {
	id := typeID(n.obj())
	if n.instance() && !n.self() {
		id = ident(n.named)
	}
	if n.value {
		id += "~value"
	}
	if n.variant {
		id += "~plain"
	}
	return id
}

// wireForm is the body of n. The parts of a renamed form speak of the parameters of the generic one.
func (n *node) wireForm() *ir.Type {
	if !n.renamed {
		return n.body
	}
	if body := n.generic.body; body != nil && body.Kind == ir.KindParam {
		return n.args[n.generic.paramIndex(body.Param)]
	}
	return n.generic.body
}

// params returns the type parameters of a generic form.
func (n *node) params() *types.TypeParamList { return n.named.Origin().TypeParams() }

// node returns the node of a named type at a position that is addressable or not, and queues
// its body if it is new.
func (l *Lowerer) node(t *types.Named, addr, plain bool, parent *node) *node {
	value := !addr && l.sensitive.of(t)
	key := ident(t)
	if value {
		key += "~value"
	}
	own := l.settingsMatter() && unmarshalsOnly(t)
	variant := plain && !own && l.touched(t)
	if variant {
		key += "~plain"
	}
	if n, ok := l.nodes[key]; ok {
		return n
	}
	n := &node{key: key, named: t, value: value, local: l.isLocal(t.Obj()), parent: parent, plain: own || variant, variant: variant}
	l.nodes[key] = n
	if t.TypeArgs().Len() == 0 {
		l.queue = append(l.queue, n)
		return n
	}
	origin := t.Origin()
	if isSelf(t) {
		n.generic = n
		l.free = append(l.free, n)
	} else {
		n.generic = l.node(selfInstance(origin), addr, plain, nil)
		if hasParams(t) {
			l.detectExpansion(n)
			l.free = append(l.free, n)
		} else {
			l.queue = append(l.queue, n)
		}
	}
	return n
}

// isSelf reports whether the arguments of t are the parameters of its declaration.
func isSelf(t *types.Named) bool {
	params := t.Origin().TypeParams()
	for i := range params.Len() {
		if types.Unalias(t.TypeArgs().At(i)) != params.At(i) {
			return false
		}
	}
	return true
}

// selfInstance returns the instance of a generic type with its own parameters.
func selfInstance(origin *types.Named) *types.Named {
	params := origin.TypeParams()
	args := make([]types.Type, params.Len())
	for i := range args {
		args[i] = params.At(i)
	}
	t, err := types.Instantiate(nil, origin, args, false)
	if err != nil { // only a wrong number of arguments, which the type checker has reported
		return origin
	}
	return t.(*types.Named)
}

// detectExpansion marks a generic type that contains ever larger instances of itself. Instances
// whose arguments mention parameters are lowered first, so that the mark is there before an
// instance without parameters is unrolled.
func (l *Lowerer) detectExpansion(n *node) {
	if !l.unrolled[n.generic] {
		l.unrolled[n.generic] = true
		return // it is the first
	}
	depth := 0
	for up := n.parent; up != nil; up = up.parent {
		if up.generic != n.generic || !hasParams(up.named) {
			continue
		}
		depth++
		if depth > maxInstanceDepth || grows(up.named.TypeArgs(), n.named.TypeArgs()) {
			l.expanding[n.obj()] = true
			return
		}
	}
}

// maxInstanceDepth bounds how many instances of one generic type may contain one another with
// arguments that depend on a parameter.
const maxInstanceDepth = 32

// grows reports whether every argument of b is or holds that of a, and one is larger.
func grows(a, b *types.TypeList) bool {
	larger := false
	for i := range a.Len() {
		if !holds(b.At(i), a.At(i)) {
			return false
		}
		larger = larger || !types.Identical(a.At(i), b.At(i))
	}
	return larger
}

// drain lowers what is queued, generic forms first.
func (l *Lowerer) drain() {
	for {
		var n *node
		switch {
		case len(l.free) > 0:
			n, l.free = l.free[0], l.free[1:]
		case len(l.queue) > 0:
			n, l.queue = l.queue[0], l.queue[1:]
		default:
			return
		}
		l.build(n)
	}
}

// build lowers the body of a node.
func (l *Lowerer) build(n *node) {
	l.lowered = append(l.lowered, n)
	b := &builder{Lowerer: l, from: n, edges: &n.edges, plainly: n.plain}
	if n.instance() {
		if l.expanding[n.obj()] && !n.self() {
			n.problems = append(n.problems, &problem{
				code: diag.GenericRecursion, obj: n.obj(),
				text: "generic type " + n.obj().Name() + " contains ever larger instances of itself",
				hint: "encoding/json could follow it, but no finite TypeScript describes it",
			})
			n.body = &ir.Type{Kind: ir.KindAny}
			return
		}
		args := &builder{Lowerer: l, from: n, edges: &n.argEdges, discard: true, plainly: n.plain}
		for t := range n.named.TypeArgs().Types() {
			n.args = append(n.args, args.lower(t, true))
		}
	}
	if n.renamed = n.instance() && !n.self() && isRenamed(n.named); !n.renamed {
		b.declare(n)
	}
}

// isRenamed reports whether all arguments of t are type parameters.
func isRenamed(t *types.Named) bool {
	for arg := range t.TypeArgs().Types() {
		if !isParam(arg) {
			return false
		}
	}
	return true
}

func (l *Lowerer) isLocal(obj types.Object) bool {
	return obj.Pkg() != nil && l.cfg.Local != nil && l.cfg.Local(obj.Pkg().Path())
}
