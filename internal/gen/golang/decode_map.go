package golang

import "github.com/eventgen/eventgen/internal/ir"

// mapping reads the entries of a map.
func (e *decoder) mapping(t *ir.Type, l loc, cond string) {
	e.block("if "+cond, func() {
		e.line(call(e.g.codec("NewMap"), l.pointer()))
		names := ""
		if e.g.types.MapKey(t.Key).Pointer {
			names = e.local("names") // pointers never are equal, so the names are remembered
			e.line("var ", names, " ", e.g.codec("Names"))
		}
		e.block("for "+e.read("Field"), func() { e.entry(t, l, names) })
	})
}

// entry reads one entry, whose name is known. names is a variable that holds the names so far, for
// keys that do not tell.
func (e *decoder) entry(t *ir.Type, l loc, names string) {
	g := e.g
	k := g.types.MapKey(t.Key)
	key := e.local("k")
	// entered writes what is done with the entry of key k, if cond holds.
	entered := func(cond, k string) {
		e.block("if "+cond, func() {
			slot := l.operand() + "[" + k + "]"
			if value, ok := e.scalar(t.Elem, form{}); ok {
				e.line(slot, " = ", value)
				return
			}
			x := e.local("x")
			e.line(x, " := ", call(g.codec("Zero"), l.value()))
			e.value(t.Elem, loc{val: x}, form{})
			e.line(slot, " = ", x)
		})
	}
	absent := func(k string) string { return e.generic("Absent", l.value(), k) }
	// checked writes the entry of a key that read may refuse.
	checked := func(read, from, member string) {
		ok := e.local("ok")
		k := g.converted(t.Key, from, key)
		entered(key+", "+ok+" := "+read+"; "+both(ok, member, absent(k)), k)
	}
	enum := g.closedEnum(t.Key)
	member := ""
	if enum != nil && k.Kind != ir.KindString {
		member = e.generic("KeyMember", key, g.codecs.members(enum))
	}
	switch {
	case k.Reads, k.Kind == ir.KindText && !k.Pointer:
		name, _ := g.goType(t.Key)
		e.line("var ", key, " ", name)
		entered(both(e.read("KeyText", "&"+key), absent(key)), key)
	case k.Kind == ir.KindInt:
		checked(e.read("KeyInt", g.bits(k.Base)), "int64", member)
	case k.Kind == ir.KindUint:
		checked(e.read("KeyUint", g.bits(k.Base)), "uint64", member)
	case k.Pointer:
		name, _ := g.goType(k.Base)
		e.line(key, " := new(", name, ")")
		entered(both(call(names+".Absent", e.d), e.generic("KeyPointer", "&"+key)), key)
	case enum != nil:
		checked(e.read("KeyOneOf", g.codecs.members(enum)), "string", "")
	default:
		name := "string"
		if t.Key.Kind == ir.KindRef || t.Key.Go != nil {
			name, _ = g.goType(t.Key)
		}
		entered(key+" := "+call(name, e.read("Name"))+"; "+absent(key), key)
	}
}
