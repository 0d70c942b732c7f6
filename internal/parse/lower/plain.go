package lower

import (
	"go/types"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// Some types travel as encoding/json writes them, whatever the output's settings are: those that
// a method of theirs reads and none writes, because such a method reads what encoding/json
// writes; and the variants of a sealed interface that is no union, which encoding/json writes.
// What they hold does so too. Such a type is plain; one that occurs both ways has two forms, if
// the settings make a difference to it.

// settingsMatter reports whether the settings make a difference to any type.
func (l *Lowerer) settingsMatter() bool {
	return l.cfg.Settings.Nil == ir.NilEmpty || !l.plainInt64() || l.cfg.Settings.Time == ir.TimeDate || l.cfg.Settings.Bytes == ir.BytesArray
}

// mark returns a lowered type as one that no setting reaches, in a plain type.
func (b *builder) mark(t *ir.Type) *ir.Type {
	if !b.plainly {
		return t
	}
	s := b.cfg.Settings
	switch t.Kind {
	case ir.KindInt, ir.KindUint:
		t.Plain = !b.plainInt64() && (t.Bits == 0 || t.Bits == 64)
	case ir.KindSlice, ir.KindMap:
		t.Plain = s.Nil == ir.NilEmpty
	case ir.KindBytes:
		t.Plain = s.Nil == ir.NilEmpty || s.Bytes == ir.BytesArray
	case ir.KindTime:
		t.Plain = s.Time == ir.TimeDate
	}
	return t
}

// touched reports whether the settings make a difference to the form of t.
func (l *Lowerer) touched(t types.Type) bool {
	seen := map[string]bool{}
	var visit func(t types.Type) bool
	visit = func(t types.Type) bool {
		t = types.Unalias(t)
		if isParam(t) {
			return true
		}
		named, _ := t.(*types.Named)
		if named != nil {
			if typeID(named.Obj()) == "time.Time" {
				return l.cfg.Settings.Time == ir.TimeDate
			}
			if seen[ident(named)] {
				return false
			}
			seen[ident(named)] = true
		}
		if isInterface(t) || codecOf(t, true) != nil && codecOf(t, false) != nil {
			return false
		}
		switch u := t.Underlying().(type) {
		case *types.Basic:
			return l.touchedBasic(named, u)
		case *types.Pointer:
			return visit(u.Elem())
		case *types.Slice:
			bytes := basicKind(u.Elem()) == types.Uint8 && l.cfg.Settings.Bytes == ir.BytesArray
			return l.cfg.Settings.Nil == ir.NilEmpty || bytes || visit(u.Elem())
		case *types.Array:
			return visit(u.Elem())
		case *types.Map:
			return l.cfg.Settings.Nil == ir.NilEmpty || visit(u.Elem())
		case *types.Struct:
			for f := range u.Fields() {
				if visit(f.Type()) {
					return true
				}
			}
		}
		return false
	}
	return visit(t)
}

func (l *Lowerer) touchedBasic(named *types.Named, u *types.Basic) bool {
	switch u.Kind() {
	case types.Int, types.Int64, types.Uint, types.Uint64, types.Uintptr:
		return !l.plainInt64() && (named == nil || l.enumOf(named, u) == nil)
	}
	return false
}

// oneWay warns of a type whose values clients send in another form than they get.
func (b *builder) oneWay(t types.Type, text, hint string) {
	p := &problem{code: diag.OneWayMethod, client: true, once: ident(t), text: text, hint: hint}
	if named, ok := types.Unalias(t).(*types.Named); ok && b.isLocal(named.Obj()) {
		p.obj = named.Obj()
		p.text = "type " + named.Obj().Name() + " " + text
	} else {
		p.text = b.hasType(t) + ", which " + text
	}
	b.problem(p)
}

// checkUnionsRead warns of types that clients send, that a method reads and none writes, and that
// hold a union: the model's form of it has a tag, of which encoding/json knows nothing.
func (r *reporter) checkUnionsRead() {
	for n := range r.decoded() {
		if n.named == nil || !n.local || !unmarshalsOnly(n.named) || !r.holdsUnion([]*ir.Type{n.body}) || allows(r.allow(n.obj()), diag.OneWayMethod) {
			continue
		}
		r.add(diag.OneWayMethod, r.pos(n.obj()), "type "+n.obj().Name()+" is read by a method of its own and holds a union, whose tag that method must read itself",
			"remove the method, and the generated decoder reads the union", "", nil)
	}
}

// checkWritten warns of a type that the method c writes and none reads.
func (b *builder) checkWritten(t types.Type, c *codec) {
	reader := unmarshalJSON(t)
	if reader == nil && c.text {
		reader = unmarshalText(t)
	}
	switch {
	case isInterface(t):
	case reader != nil && reader.nested:
		b.oneWay(t, "is read by the "+reader.fn.Name()+" of a pointer that it embeds, which is nil then", "embed no pointer, or give the field a name")
	case reader != nil:
	case c.text && basicKind(t) == types.String:
		b.oneWay(t, "has MarshalText and no UnmarshalText: what a client sends is taken as it is",
			"give it an UnmarshalText that reads what MarshalText writes")
	case c.text:
		b.oneWay(t, "has MarshalText and no UnmarshalText: nothing that a client sends for it can be read",
			"give it an UnmarshalText that reads what MarshalText writes")
	default:
		b.oneWay(t, "has MarshalJSON and no UnmarshalJSON: what a client sends is read by its structure",
			"give it an UnmarshalJSON that reads what MarshalJSON writes")
	}
}

// checkRead warns of a declared type that a method reads and none writes, if it cannot read what
// is written.
func (b *builder) checkRead(t *types.Named) {
	if !unmarshalsOnly(t) {
		return
	}
	m := unmarshalJSON(t)
	if m == nil {
		m = unmarshalText(t)
	}
	if m.nested {
		b.oneWay(t, "is read by the "+m.fn.Name()+" of a pointer that it embeds, which is nil then", "embed no pointer, or give the field a name")
		return
	}
	if m.origin() != nil && m.origin() != t.Origin().Obj() {
		b.oneWay(t, "is read by the "+m.fn.Name()+" of the "+m.origin().Name()+" that it embeds, which knows nothing of the rest",
			"give it an "+m.fn.Name()+" of its own, or a name to the field")
		return
	}
	if unmarshalJSON(t) == nil && basicKind(t) != types.String {
		b.oneWay(t, "has UnmarshalText and no MarshalText, and is no string: nothing that a client sends for it can be read",
			"give it a MarshalText that writes what UnmarshalText reads")
	}
}
