package golang

import "github.com/eventgen/eventgen/internal/ir"

// mapKeys is how the entries of a map come in the order of their names.
type mapKeys struct {
	kind   ir.Kind
	list   string // the sorted keys, in Go
	name   string // of the entry at hand
	lookup string // the key of the entry at hand, as the map has it
	// byRef: the loop takes the address of each key rather than copy it.
	byRef bool
	// pooled: the list is given back after the loop.
	pooled bool
}

// mapping writes the entries of a map in the order of their keys.
func (e *encoder) mapping(t *ir.Type, l loc) {
	keys, i, key := e.local("keys"), e.local("i"), e.local("key")
	e.lit("{")
	e.flush()
	k := e.sorted(t, l, keys, key)
	variables := i + ", " + key
	if k.byRef {
		variables = i
	}
	e.block("for "+variables+" := range "+k.list, func() {
		e.comma(i)
		if k.byRef {
			e.line(key, " := &", k.list, "[", i, "]")
		}
		e.within(pathPart{nameExpr: k.name}, func() {
			e.entryName(t, k, key)
			e.lit(":")
			e.flush()
			e.entryValue(t, l, k)
			e.flush()
		})
	})
	if k.pooled {
		e.line(keys, ".Free()")
	}
	e.lit("}")
}

// sorted writes the statement that sorts the keys of a map. keys and key are the variables of the
// list and of the key at hand.
func (e *encoder) sorted(t *ir.Type, l loc, keys, key string) mapKeys {
	g := e.g
	k := g.types.MapKey(t.Key)
	sort := func(name string) string { return call(g.codec(name), l.value()) }
	switch {
	case k.Kind == ir.KindInt:
		e.line(keys, " := ", sort("SortInts"))
		lookup := g.converted(t.Key, "int64", key+".Int()")
		return mapKeys{kind: k.Kind, list: keys + ".List", name: "string(" + key + ".Text())", lookup: lookup, byRef: true, pooled: true}
	case k.Kind == ir.KindUint:
		e.line(keys, " := ", sort("SortUints"))
		lookup := g.converted(t.Key, "uint64", key+".Uint()")
		return mapKeys{kind: k.Kind, list: keys + ".List", name: "string(" + key + ".Text())", lookup: lookup, byRef: true, pooled: true}
	case k.Kind == ir.KindText:
		by := "SortTexts"
		if k.Pointer {
			by = "SortPointerTexts"
		}
		err := e.local("err")
		e.line(keys, ", ", err, " := ", sort(by))
		e.block("if "+err+" != nil", func() { e.fail(err) })
		return mapKeys{kind: k.Kind, list: keys, name: key + ".Text", lookup: key + ".Key"}
	}
	by := "SortStrings"
	if k.Reads {
		by = "SortReadStrings"
	}
	e.line(keys, " := ", sort(by))
	return mapKeys{kind: k.Kind, list: keys + ".List", name: key, lookup: g.converted(t.Key, "string", key), pooled: true}
}

// entryName writes the name of the entry at hand. A closed enum's own encoder refuses what is no member.
func (e *encoder) entryName(t *ir.Type, k mapKeys, key string) {
	number := k.kind == ir.KindInt || k.kind == ir.KindUint
	enum := e.g.closedEnum(t.Key)
	switch {
	case enum != nil && k.kind != ir.KindText:
		e.quote(number, func() { e.try(e.g.codecs.encodeFunc(enum), k.lookup) })
	case number:
		e.call(e.g.codec("AppendIntKey"), key)
	default:
		e.call(e.g.codec("AppendString"), k.name)
	}
}

// entryValue writes the value of the entry at hand.
func (e *encoder) entryValue(t *ir.Type, l loc, k mapKeys) {
	x, assign := "", " := "
	if e.depth != "" && e.g.recursive(t.Elem) {
		// What a loop declares and hands to the function that it is in goes to the heap.
		if typ, ok := e.g.goType(t.Elem); ok {
			x, assign = e.hoist("x", typ), " = "
		}
	}
	if x == "" {
		x = e.local("x")
	}
	if !e.g.constant(t.Elem) {
		e.line(x, assign, l.operand(), "[", k.lookup, "]")
	}
	e.value(t.Elem, loc{val: x}, form{})
}

// recursive reports whether values of t are handed by pointer to a function that may call itself.
func (g *pkg) recursive(t *ir.Type) bool {
	if t.Kind != ir.KindRef || t.Opaque {
		return false
	}
	i := g.instanceOf(t)
	return i != nil && i.recursive && !i.byValue()
}

// closedEnum returns the instance of a closed enum that t refers to, or nil.
func (g *pkg) closedEnum(t *ir.Type) *instance {
	if t.Kind != ir.KindRef {
		return nil
	}
	if i := g.instanceOf(t); i != nil && i.closed() {
		return i
	}
	return nil
}
