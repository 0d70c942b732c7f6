package ir

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// text is the canonical text of a wire form: two forms have the same text exactly when they
// stand for the same JSON values with the same meaning, however their types are named and split
// into declarations.
//
// It merges the parts that cannot be told apart from outside, which is what makes the unrolling
// of a recursive type irrelevant, and prints the rest from the root.
func (g *shapeGraph) text(root Slot) string {
	start := g.add(root)
	if !g.refined {
		g.refine()
		g.refined = true
	}
	var b strings.Builder
	numbers := map[int]int{}
	var write func(n *shapeNode)
	write = func(n *shapeNode) {
		if number, ok := numbers[n.class]; ok {
			b.WriteString("#" + strconv.Itoa(number))
			return
		}
		b.WriteString(n.label)
		if len(n.edges) == 0 {
			return
		}
		numbers[n.class] = len(numbers)
		b.WriteByte('(')
		for i, e := range n.edges {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(e.label)
			write(g.nodes[n.to[i]])
		}
		b.WriteByte(')')
	}
	write(g.nodes[start])
	return b.String()
}

// shapeGraph holds the slots that some roots reach. Those of a package share one, so that each
// shared type is visited a single time.
type shapeGraph struct {
	nodes   []*shapeNode
	indexes map[Slot]int
	refined bool // the nodes have their classes
}

func newShapeGraph() *shapeGraph { return &shapeGraph{indexes: map[Slot]int{}} }

type shapeNode struct {
	label string
	edges []shapeEdge
	to    []int // where the edges lead
	class int
}

// add adds a slot with all that it reaches, and returns its index.
func (g *shapeGraph) add(s Slot) int {
	if i, ok := g.indexes[s]; ok {
		return i
	}
	g.refined = false
	i := len(g.nodes)
	n := &shapeNode{label: shapeLabel(s), edges: shapeEdges(s)}
	g.indexes[s] = i
	g.nodes = append(g.nodes, n)
	n.to = make([]int, len(n.edges))
	for j, e := range n.edges {
		n.to[j] = g.add(e.to)
	}
	return i
}

// refine partitions the nodes: two are in one class when no path tells them apart.
func (g *shapeGraph) refine() {
	classes := map[string]int{}
	classOf := func(key []byte) int {
		c, ok := classes[string(key)]
		if !ok {
			c = len(classes)
			classes[string(key)] = c
		}
		return c
	}
	var key []byte
	for _, n := range g.nodes {
		key = append(key[:0], n.label...)
		for _, e := range n.edges {
			key = append(append(key, 0), e.label...)
		}
		n.class = classOf(key)
	}
	g.split(len(classes))
}

// split makes the classes, of which there are count, finer until all nodes of a class lead to the
// same ones. It is Hopcroft's way to minimise an automaton: what a class splits is found from its
// predecessors, and of the two parts of a class the smaller one is enough to look at next.
func (g *shapeGraph) split(count int) {
	type arrow struct{ from, edge int }
	arrows := make([][]arrow, len(g.nodes)) // by where they lead
	for i, n := range g.nodes {
		for j, to := range n.to {
			arrows[to] = append(arrows[to], arrow{i, j})
		}
	}
	members := make([][]int, count)
	place := make([]int, len(g.nodes)) // of a node among the members of its class
	for i, n := range g.nodes {
		place[i] = len(members[n.class])
		members[n.class] = append(members[n.class], i)
	}
	todo := make([]int, count)
	for c := range todo {
		todo[c] = c
	}
	waiting := make([]bool, count)
	for c := range waiting {
		waiting[c] = true
	}
	for len(todo) > 0 {
		splitter := todo[len(todo)-1]
		todo, waiting[splitter] = todo[:len(todo)-1], false
		byEdge := map[int][]int{}
		for _, to := range members[splitter] {
			for _, a := range arrows[to] {
				byEdge[a.edge] = append(byEdge[a.edge], a.from)
			}
		}
		for _, edge := range slices.Sorted(maps.Keys(byEdge)) {
			led := map[int][]int{} // by class, the nodes whose edge leads to the splitter
			for _, from := range byEdge[edge] {
				led[g.nodes[from].class] = append(led[g.nodes[from].class], from)
			}
			for class, part := range led {
				if len(part) == len(members[class]) {
					continue
				}
				fresh := len(members)
				rest := members[class]
				for at, i := range part {
					last := rest[len(rest)-1]
					rest[place[i]], place[last] = last, place[i]
					rest = rest[:len(rest)-1]
					g.nodes[i].class, place[i] = fresh, at
				}
				members[class] = rest
				members = append(members, part)
				waiting = append(waiting, false)
				next := fresh
				if !waiting[class] && len(rest) < len(part) {
					next = class
				}
				todo, waiting[next] = append(todo, next), true
			}
		}
	}
}

// shapeLabel is what a slot says without its parts.
func shapeLabel(s Slot) string {
	var b strings.Builder
	if s.Nullable {
		b.WriteString("null or ")
	}
	if s.Quoted {
		b.WriteString("quoted ")
	}
	switch {
	case s.Union != nil:
		fmt.Fprintf(&b, "union %q %q", s.Union.Tag, s.Union.Content)
		return b.String()
	case s.Enum != nil:
		b.WriteString(enumText(s.Form))
		return b.String()
	}
	b.WriteString(string(s.Kind))
	switch s.Kind {
	case KindInt, KindUint, KindFloat:
		b.WriteString(strconv.Itoa(s.Bits))
	case KindArray:
		b.WriteString(" of " + strconv.Itoa(s.Len))
	case KindText, KindCustom:
		if s.TS != "" {
			b.WriteString(" " + strconv.Quote(s.TS))
		}
	}
	return b.String()
}

// enumText names the base type and what may travel. A string says itself what it means; a
// number means what its constant's name says, so the names of numeric members count.
func enumText(f *Form) string {
	base, text := string(f.Kind), f.Kind == KindString
	if text && f.Enum.Mode == EnumOpen {
		return base
	}
	if f.Kind == KindInt || f.Kind == KindUint || f.Kind == KindFloat {
		base += strconv.Itoa(f.Bits)
	}
	members := make([]string, 0, len(f.Enum.Members))
	for _, m := range f.Enum.Members {
		if text {
			members = append(members, m.Value)
		} else {
			members = append(members, m.Name+"="+m.Value)
		}
	}
	slices.Sort(members)
	return "enum " + string(f.Enum.Mode) + " " + base + " [" + strings.Join(members, " ") + "]"
}

type shapeEdge struct {
	label string
	to    Slot
}

// shapeEdges are the parts of a slot, in an order that says nothing.
func shapeEdges(s Slot) []shapeEdge {
	var edges []shapeEdge
	if s.Key != nil {
		edges = append(edges, shapeEdge{"key:", *s.Key})
	}
	if s.Elem != nil && (s.Kind != KindArray || s.Len > 0) {
		edges = append(edges, shapeEdge{"", *s.Elem})
	}
	for _, p := range s.Props {
		label := strconv.Quote(p.Field.Name)
		if p.Field.Optional {
			label += "?"
		}
		edges = append(edges, shapeEdge{label + ":", p.Slot})
	}
	for _, form := range s.OneOf {
		edges = append(edges, shapeEdge{"or:", form})
	}
	for _, v := range s.Variants {
		edges = append(edges, shapeEdge{strconv.Quote(v.Variant.Name) + ":", v.Slot})
	}
	if s.Key == nil {
		slices.SortFunc(edges, func(a, b shapeEdge) int { return cmp.Compare(a.label, b.label) })
	}
	return edges
}

// Shape returns a text that two slots share exactly when they stand for the same JSON values with
// the same meaning, however their types are named and split into declarations.
func (s Slot) Shape() string { return newShapeGraph().text(s) }
