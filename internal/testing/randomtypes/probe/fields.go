package probe

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// A property is a field of a struct that encoding/json writes.
type property struct {
	name                        string
	index                       []int
	tagged                      bool
	omitEmpty, omitZero, quoted bool
}

// of returns the field of v; false if an embedded pointer above it is nil.
func (f property) of(v reflect.Value) (reflect.Value, bool) {
	for i, n := range f.index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.Field(n)
	}
	return v, true
}

// fieldsOf returns the properties of a struct: of each name the least nested, of those the tagged
// one, and none if there are several.
func fieldsOf(t reflect.Type) []property {
	var all []property
	collect(t, nil, []reflect.Type{t}, &all)
	byName := map[string][]property{}
	for _, f := range all {
		byName[f.name] = append(byName[f.name], f)
	}
	var out []property
	for _, list := range byName {
		rank := func(f property) int {
			if f.tagged {
				return 2 * len(f.index)
			}
			return 2*len(f.index) + 1
		}
		slices.SortFunc(list, func(a, b property) int { return cmp.Compare(rank(a), rank(b)) })
		if len(list) == 1 || rank(list[0]) != rank(list[1]) {
			out = append(out, list[0])
		}
	}
	slices.SortFunc(out, func(a, b property) int { return slices.Compare(a.index, b.index) })
	return out
}

// collect finds the fields of t and of what it embeds. A type that embeds itself is nearest where
// it is met first, so what is above is not visited again.
func collect(t reflect.Type, index []int, above []reflect.Type, out *[]property) {
	for i := range t.NumField() {
		f := t.Field(i)
		elem := f.Type
		if elem.Kind() == reflect.Pointer {
			elem = elem.Elem()
		}
		if !f.IsExported() && (!f.Anonymous || elem.Kind() != reflect.Struct) {
			continue
		}
		tag := f.Tag.Get("json")
		if tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		at := append(slices.Clone(index), i)
		if name == "" && f.Anonymous && elem.Kind() == reflect.Struct {
			if !slices.Contains(above, elem) {
				collect(elem, at, append(slices.Clone(above), elem), out)
			}
			continue
		}
		list := strings.Split(options, ",")
		*out = append(*out, property{
			name: cmp.Or(name, f.Name), tagged: name != "", index: at,
			omitEmpty: slices.Contains(list, "omitempty"), omitZero: slices.Contains(list, "omitzero"), quoted: slices.Contains(list, "string"),
		})
	}
}
