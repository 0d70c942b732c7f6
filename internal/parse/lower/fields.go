package lower

import (
	"cmp"
	"go/types"
	"slices"
)

// A field is a property of a struct's wire form, as encoding/json finds it.
type field struct {
	name   string
	tagged bool // the name comes from the tag
	tag    jsonTag
	index  []int
	path   []*types.Var // the embedded fields above it, and the field itself
	steps  int          // how many of those above it are pointers
}

// obj returns the Go field itself.
func (f *field) obj() *types.Var { return f.path[len(f.path)-1] }

// level is a struct whose fields are to be explored.
type level struct {
	typ   *types.Struct
	key   string
	index []int
	path  []*types.Var
	steps int
}

// structFields returns the fields that encoding/json writes for t, in its order. It follows
// typeFields of encoding/json line by line: breadth first through embedded structs, then for
// each name the one field that dominates, if there is one.
func structFields(t *types.Struct) []*field {
	fields, _ := resolveFields(t)
	return fields
}

// resolveFields is structFields, with the groups of fields that hide one another.
func resolveFields(t *types.Struct) (fields []*field, conflicts [][]*field) {
	var all []*field
	var current []level
	next := []level{{typ: t, key: "."}}
	var count, nextCount map[string]int
	visited := map[string]bool{}

	for len(next) > 0 {
		current, next = next, current[:0:0]
		count, nextCount = nextCount, map[string]int{}
		for _, at := range current {
			if visited[at.key] {
				continue
			}
			visited[at.key] = true
			for i := range at.typ.NumFields() {
				f, inner := explore(at, i)
				if f != nil {
					all = append(all, f)
					if count[at.key] > 1 {
						// The struct is embedded more than once at this depth: a second one
						// makes the name ambiguous.
						all = append(all, f)
					}
				}
				if inner != nil {
					nextCount[inner.key]++
					if nextCount[inner.key] == 1 {
						next = append(next, *inner)
					}
				}
			}
		}
	}
	return dominant(all)
}

// explore looks at one field of a struct: it is a property, or an embedded struct to explore,
// or neither.
func explore(at level, i int) (*field, *level) {
	v := at.typ.Field(i)
	ft := types.Unalias(v.Type())
	elem, isPtr := ft, false
	if p, ok := ft.(*types.Pointer); ok {
		elem, isPtr = types.Unalias(p.Elem()), true
	}
	inner, isStruct := structOf(elem)
	if !v.Exported() && !(v.Embedded() && isStruct) {
		return nil, nil // the fields of an unexported embedded struct may be exported
	}
	tag := parseTag(at.typ.Tag(i))
	if tag.skip {
		return nil, nil
	}
	index := append(slices.Clone(at.index), i)
	path := append(slices.Clone(at.path), v)
	if tag.name == "" && v.Embedded() && isStruct {
		steps := at.steps
		if isPtr {
			steps++
		}
		return nil, &level{typ: inner, key: ident(elem), index: index, path: path, steps: steps}
	}
	return &field{
		name:   cmp.Or(tag.name, v.Name()),
		tagged: tag.name != "",
		tag:    tag,
		index:  index,
		path:   path,
		steps:  at.steps,
	}, nil
}

func structOf(t types.Type) (*types.Struct, bool) {
	if isParam(t) {
		return nil, false
	}
	s, ok := t.Underlying().(*types.Struct)
	return s, ok
}

// dominant keeps for each name the field that hides the others: the least nested one, of those
// the tagged one, and none if that is not unique. The rest is in the order of the source.
func dominant(fields []*field) (out []*field, conflicts [][]*field) {
	slices.SortStableFunc(fields, func(a, b *field) int {
		return cmp.Or(
			cmp.Compare(a.name, b.name),
			cmp.Compare(len(a.index), len(b.index)),
			-compareBool(a.tagged, b.tagged),
			slices.Compare(a.index, b.index),
		)
	})
	for i := 0; i < len(fields); {
		j := i + 1
		for j < len(fields) && fields[j].name == fields[i].name {
			j++
		}
		first := fields[i]
		unique := j == i+1 || len(first.index) != len(fields[i+1].index) || first.tagged != fields[i+1].tagged
		if unique {
			out = append(out, first)
		} else {
			k := i
			for k < j && len(fields[k].index) == len(first.index) && fields[k].tagged == first.tagged {
				k++
			}
			conflicts = append(conflicts, slices.Clone(fields[i:k]))
		}
		i = j
	}
	slices.SortFunc(out, func(a, b *field) int { return slices.Compare(a.index, b.index) })
	return out, conflicts
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
