package ir

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A shaper turns wire forms into canonical text: two types have the same text exactly when
// they describe the same set of JSON values for the same reasons, however they are named and
// split into declarations.
//
// It builds a graph with one node for each type expression, generics instantiated and null made
// explicit; merges the nodes that cannot be told apart from outside, which is what makes the
// unrolling of a recursive type irrelevant; and prints the rest from the root.
type shaper struct {
	settings Settings
	decls    map[string]*Decl
	nodes    []shapeNode
	ids      map[string]int // by construction, so that recursion ends
	open     map[string]int // declarations being built, with the number of their instances
}

type shapeNode struct {
	label string
	edges []shapeEdge
}

type shapeEdge struct {
	label string
	to    int
}

// Labels of nodes that text resolves; no wire form has them.
const (
	shapeAlias = "alias"
	shapeNull  = "null"
	shapeAny   = "any"
)

// maxInstances bounds how many instances of one generic declaration contain each other. It ends
// instantiation without bound, which the Go compiler refuses but a file made by hand could hold.
const maxInstances = 32

func newShaper(p *Package, s Settings) *shaper {
	sh := &shaper{settings: s, decls: make(map[string]*Decl, len(p.Decls)), ids: map[string]int{}, open: map[string]int{}}
	for _, d := range p.Decls {
		sh.decls[d.ID] = d
	}
	return sh
}

// use says how a type stands where it is used.
type use struct {
	quoted  bool // the field's option ",string" is in effect
	present bool // the field is left out when its value is nil
}

// node returns the node with this label and these edges.
func (sh *shaper) node(label string, edges ...shapeEdge) int {
	var key strings.Builder
	key.WriteString(label)
	for _, e := range edges {
		fmt.Fprintf(&key, "\x00%s\x00%d", e.label, e.to)
	}
	return sh.intern(key.String(), shapeNode{label, edges})
}

func (sh *shaper) intern(key string, n shapeNode) int {
	if id, ok := sh.ids[key]; ok {
		return id
	}
	id := len(sh.nodes)
	sh.nodes = append(sh.nodes, n)
	sh.ids[key] = id
	return id
}

func (sh *shaper) nullable(id int, u use) int {
	if u.present {
		return id
	}
	return sh.node(shapeNull, shapeEdge{to: id})
}

func scalar(label string, quoted bool) string {
	if quoted {
		return label + " quoted"
	}
	return label
}

// build returns the node of t; env holds the nodes of the enclosing declaration's parameters.
func (sh *shaper) build(t *Type, env map[string]int, u use) int {
	if t == nil {
		return sh.node(shapeAny)
	}
	switch t.Kind {
	case KindBool, KindString, KindNumber:
		return sh.node(scalar(string(t.Kind), u.quoted))
	case KindFloat:
		return sh.node(scalar("float"+strconv.Itoa(t.Bits), u.quoted))
	case KindInt, KindUint:
		wide := t.Bits == 0 || t.Bits == 64
		return sh.node(scalar(string(t.Kind)+strconv.Itoa(t.Bits), u.quoted || wide && sh.settings.Int64 != Int64Number))
	case KindBytes:
		return sh.collection(sh.node("bytes"), u)
	case KindSlice:
		return sh.collection(sh.node("list", shapeEdge{to: sh.build(t.Elem, env, use{})}), u)
	case KindMap:
		return sh.collection(sh.node("map",
			shapeEdge{"key", sh.build(t.Key, env, use{})},
			shapeEdge{"value", sh.build(t.Elem, env, use{})}), u)
	case KindArray:
		if t.Len == 0 {
			return sh.node("tuple 0")
		}
		return sh.node("tuple "+strconv.Itoa(t.Len), shapeEdge{to: sh.build(t.Elem, env, use{})})
	case KindPtr:
		return sh.nullable(sh.build(t.Elem, env, use{quoted: u.quoted}), u)
	case KindStruct:
		return sh.object(t, env)
	case KindRef:
		return sh.reference(t, env, u)
	case KindParam:
		if id, ok := env[t.Param]; ok {
			return id
		}
		return sh.node(shapeAny)
	case KindTime, KindText, KindCustom:
		id := sh.node(marshalerLabel(t))
		if t.Marshal != nil && t.Marshal.Nilable {
			return sh.nullable(id, u)
		}
		return id
	default: // KindAny, KindRaw
		return sh.node(shapeAny)
	}
}

func marshalerLabel(t *Type) string {
	switch {
	case t.TS != "":
		return string(t.Kind) + " " + strconv.Quote(t.TS)
	case t.Kind == KindCustom:
		return shapeAny
	}
	return string(t.Kind)
}

// collection makes a slice, map or byte slice nullable where its nil value travels as null.
func (sh *shaper) collection(id int, u use) int {
	if sh.settings.Nil == NilEmpty {
		return id
	}
	return sh.nullable(id, u)
}

func (sh *shaper) object(t *Type, env map[string]int) int {
	edges := make([]shapeEdge, 0, len(t.Fields))
	for _, f := range t.Fields {
		label := strconv.Quote(f.Name)
		if f.Optional {
			label += "?"
		}
		edges = append(edges, shapeEdge{label, sh.build(f.Type, env, use{quoted: f.Quoted, present: f.OmitsNil()})})
	}
	slices.SortFunc(edges, func(a, b shapeEdge) int { return cmp.Compare(a.label, b.label) })
	return sh.node("object", edges...)
}

// reference returns the node of a declaration, instantiated.
func (sh *shaper) reference(t *Type, env map[string]int, u use) int {
	d := sh.decls[t.Ref]
	if d == nil || sh.open[d.ID] > maxInstances {
		return sh.node(shapeAny)
	}
	inner := make(map[string]int, len(d.Params))
	key := fmt.Sprintf("ref\x00%s\x00%t\x00%t", t.Ref, u.quoted, u.present)
	for i, p := range d.Params {
		if i < len(t.Args) {
			inner[p.Name] = sh.build(t.Args[i], env, use{})
			key += "\x00" + strconv.Itoa(inner[p.Name])
		}
	}
	if id, ok := sh.ids[key]; ok {
		return id
	}
	id := sh.intern(key, shapeNode{label: shapeAlias})
	sh.open[d.ID]++
	defer func() { sh.open[d.ID]-- }()
	var body int
	switch {
	case d.Union != nil:
		body = sh.nullable(sh.union(d.Union, inner), u)
	case d.Enum != nil:
		body = sh.node(scalar(enumLabel(d), u.quoted))
	default:
		body = sh.build(d.Type, inner, u)
	}
	sh.nodes[id].edges = []shapeEdge{{to: body}}
	return id
}

func (sh *shaper) union(un *Union, env map[string]int) int {
	edges := make([]shapeEdge, 0, len(un.Variants))
	for _, v := range un.Variants {
		edges = append(edges, shapeEdge{strconv.Quote(v.Name), sh.build(v.Type, env, use{})})
	}
	slices.SortFunc(edges, func(a, b shapeEdge) int { return cmp.Compare(a.label, b.label) })
	return sh.node("union "+strconv.Quote(un.Tag)+" "+strconv.Quote(un.Content), edges...)
}

// enumLabel names the base type and what may travel. A string says itself what it means; a
// number means what its constant's name says, so the names of numeric members count.
func enumLabel(d *Decl) string {
	base := "string"
	if d.Type != nil {
		base = string(d.Type.Kind)
		if d.Type.Kind != KindString {
			base += strconv.Itoa(d.Type.Bits)
		}
	}
	text := base == "string"
	if text && d.Enum.Mode == EnumOpen {
		return base
	}
	members := make([]string, 0, len(d.Enum.Members))
	for _, m := range d.Enum.Members {
		if text {
			members = append(members, m.Value)
		} else {
			members = append(members, m.Name+"="+m.Value)
		}
	}
	slices.Sort(members)
	return "enum " + string(d.Enum.Mode) + " " + base + " [" + strings.Join(members, " ") + "]"
}

// text is the canonical text of t.
func (sh *shaper) text(t *Type) string {
	root := sh.resolve(sh.build(t, nil, use{}))
	class := sh.classes(root)
	var b strings.Builder
	seen := map[int]int{}
	var print func(id int)
	print = func(id int) {
		if n, ok := seen[class[id]]; ok {
			b.WriteString("#" + strconv.Itoa(n))
			return
		}
		n := sh.nodes[id]
		b.WriteString(n.label)
		if len(n.edges) == 0 {
			return
		}
		seen[class[id]] = len(seen)
		b.WriteByte('(')
		for i, e := range n.edges {
			if i > 0 {
				b.WriteByte(' ')
			}
			if e.label != "" {
				b.WriteString(e.label + ":")
			}
			print(sh.resolve(e.to))
		}
		b.WriteByte(')')
	}
	print(root)
	return b.String()
}

// resolve follows aliases, and drops a null around what is null or anything itself.
func (sh *shaper) resolve(id int) int {
	for seen := map[int]bool{}; !seen[id]; {
		seen[id] = true
		n := sh.nodes[id]
		switch n.label {
		case shapeAlias:
			id = n.edges[0].to
		case shapeNull:
			inner, ok := sh.follow(n.edges[0].to)
			if ok && sh.nodes[inner].label != shapeNull && sh.nodes[inner].label != shapeAny {
				return id
			}
			id = inner
		default:
			return id
		}
	}
	return sh.node(shapeAny) // a type that consists of nothing but itself
}

// follow returns the node behind aliases; false for a circle of them.
func (sh *shaper) follow(id int) (int, bool) {
	for seen := map[int]bool{}; !seen[id]; id = sh.nodes[id].edges[0].to {
		seen[id] = true
		if sh.nodes[id].label != shapeAlias {
			return id, true
		}
	}
	return id, false
}

// classes partitions the nodes reachable from root: two nodes are in one class when no path
// tells them apart.
func (sh *shaper) classes(root int) map[int]int {
	var reachable []int
	class := map[int]int{}
	var visit func(id int)
	visit = func(id int) {
		if _, ok := class[id]; ok {
			return
		}
		class[id] = 0
		reachable = append(reachable, id)
		for _, e := range sh.nodes[id].edges {
			visit(sh.resolve(e.to))
		}
	}
	visit(root)
	for count := 1; ; {
		next, ids := make(map[int]int, len(reachable)), map[string]int{}
		for _, id := range reachable {
			var key strings.Builder
			fmt.Fprintf(&key, "%d\x00%s", class[id], sh.nodes[id].label)
			for _, e := range sh.nodes[id].edges {
				fmt.Fprintf(&key, "\x00%s\x00%d", e.label, class[sh.resolve(e.to)])
			}
			k := key.String()
			if _, ok := ids[k]; !ok {
				ids[k] = len(ids)
			}
			next[id] = ids[k]
		}
		class = next
		if len(ids) == count {
			return class
		}
		count = len(ids)
	}
}
