package ir

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// shapeText is the canonical text of a wire form: two forms have the same text exactly when they
// stand for the same JSON values with the same meaning, however their types are named and split
// into declarations.
//
// It merges the parts that cannot be told apart from outside, which is what makes the unrolling
// of a recursive type irrelevant, and prints the rest from the root.
func shapeText(root Slot) string {
	class := shapeClasses(root)
	var b strings.Builder
	numbers := map[int]int{}
	var write func(s Slot)
	write = func(s Slot) {
		if n, ok := numbers[class[s]]; ok {
			b.WriteString("#" + strconv.Itoa(n))
			return
		}
		b.WriteString(shapeLabel(s))
		edges := shapeEdges(s)
		if len(edges) == 0 {
			return
		}
		numbers[class[s]] = len(numbers)
		b.WriteByte('(')
		for i, e := range edges {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(e.label)
			write(e.to)
		}
		b.WriteByte(')')
	}
	write(root)
	return b.String()
}

// shapeClasses partitions the slots that root reaches: two are in one class when no path tells
// them apart.
func shapeClasses(root Slot) map[Slot]int {
	type node struct {
		slot  Slot
		label string
		edges []shapeEdge
	}
	var nodes []node
	class := map[Slot]int{}
	var visit func(s Slot)
	visit = func(s Slot) {
		if _, ok := class[s]; ok {
			return
		}
		class[s] = 0
		edges := shapeEdges(s)
		label := shapeLabel(s)
		for _, e := range edges {
			label += "\x00" + e.label
		}
		nodes = append(nodes, node{s, label, edges})
		for _, e := range edges {
			visit(e.to)
		}
	}
	visit(root)
	for count := 1; ; {
		next, numbers := make(map[Slot]int, len(nodes)), map[string]int{}
		for _, n := range nodes {
			key := []byte(n.label)
			for _, e := range n.edges {
				key = strconv.AppendInt(append(key, 0), int64(class[e.to]), 10)
			}
			k := string(key)
			if _, ok := numbers[k]; !ok {
				numbers[k] = len(numbers)
			}
			next[n.slot] = numbers[k]
		}
		class = next
		if len(numbers) == count {
			return class
		}
		count = len(numbers)
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
func (s Slot) Shape() string { return shapeText(s) }
