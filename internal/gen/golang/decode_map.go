package golang

import "github.com/eventgen/eventgen/internal/ir"

// decodesKey reports whether a map with keys of type t can be read: text keys need the method.
func (g *pkg) decodesKey(t *ir.Type) bool {
	k := g.types.Under(t)
	return k.Kind != ir.KindText || k.Marshal != nil && k.Marshal.Decodes
}

// readsKey reports whether a method reads keys of type t that none writes.
func (g *pkg) readsKey(t *ir.Type) bool {
	if d := g.types.Decl(t); d != nil {
		return d.ReadsKeys
	}
	return t.Kind != ir.KindText && t.Marshal != nil && t.Marshal.Decodes
}

// mapping reads the entries of a map.
func (e *decoder) mapping(t *ir.Type, l loc, cond string) {
	e.block("if "+cond, func() {
		e.line(call(e.g.codec("NewMap"), l.pointer()))
		names := ""
		if k := e.g.types.Under(t.Key); k.Kind == ir.KindText && k.Marshal.Nilable {
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
	k := g.types.Under(t.Key)
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
	case g.readsKey(t.Key):
		name, _ := g.goType(t.Key)
		e.line("var ", key, " ", name)
		entered(both(e.read("KeyText", "&"+key), absent(key)), key)
	case k.Kind == ir.KindInt:
		checked(e.read("KeyInt", g.bits(k)), "int64", member)
	case k.Kind == ir.KindUint:
		checked(e.read("KeyUint", g.bits(k)), "uint64", member)
	case k.Kind == ir.KindText && k.Marshal.Nilable:
		name, _ := g.goType(k)
		e.line(key, " := new(", name, ")")
		entered(both(call(names+".Absent", e.d), e.generic("KeyPointer", "&"+key)), key)
	case k.Kind == ir.KindText:
		name, _ := g.goType(t.Key)
		e.line("var ", key, " ", name)
		entered(both(e.read("KeyText", "&"+key), absent(key)), key)
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
