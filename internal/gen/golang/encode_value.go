package golang

import (
	"strconv"

	"github.com/eventgen/eventgen/internal/ir"
)

// form is how a value is held at its place.
type form struct {
	quoted  bool // the option ",string" is in effect
	present bool // the value is not nil: its key is absent otherwise
	named   bool // the Go type at hand is a declared one, whatever the wire form says
	enum    bool // the value is one of an enum, whose numbers no setting quotes

	as *ir.Type // the declared type at hand, for decoders
}

func (f form) place() ir.Place { return ir.Place{Quoted: f.quoted, Present: f.present} }

// value writes the wire form of the value at l.
func (e *encoder) value(t *ir.Type, l loc, f form) {
	g := e.g
	f.named = f.named || t.Go != nil && t.Go.Path != ""
	if t.Opaque {
		e.opaque(l)
		return
	}
	switch t.Kind {
	case ir.KindBool:
		e.quote(f.quoted, func() { e.call(g.codec("AppendBool"), e.as(t, "bool", f, l)) })
	case ir.KindInt:
		e.quote(f.quoted || !f.enum && g.types.Wide(t, ir.Place{}), func() { e.call(g.codec("AppendInt"), e.as(t, "int64", f, l)) })
	case ir.KindUint:
		e.quote(f.quoted || !f.enum && g.types.Wide(t, ir.Place{}), func() { e.call(g.codec("AppendUint"), e.as(t, "uint64", f, l)) })
	case ir.KindFloat:
		bits := strconv.Itoa(t.Bits)
		e.quote(f.quoted, func() { e.try(g.codec("AppendFloat"+bits), e.as(t, "float"+bits, f, l)) })
	case ir.KindString:
		if f.quoted {
			e.call(g.codec("AppendQuotedString"), e.as(t, "string", f, l))
		} else {
			e.call(g.codec("AppendString"), e.as(t, "string", f, l))
		}
	case ir.KindNumber:
		e.quote(f.quoted, func() { e.try(g.codec("AppendNumber"), l.value()) })
	case ir.KindBytes:
		e.nilable(l, f, e.nilText(t, `""`), func() { e.call(g.codec("AppendBytes"), l.value()) })
	case ir.KindSlice:
		e.nilable(l, f, e.nilText(t, "[]"), func() { e.scope(func() { e.list(t, l) }) })
	case ir.KindArray:
		if t.Len == 0 {
			e.lit("[]")
			return
		}
		e.scope(func() { e.list(t, l) })
	case ir.KindMap:
		if t.Key.Opaque {
			e.opaque(l)
			return
		}
		e.nilable(l, f, e.nilText(t, "{}"), func() { e.mapping(t, l) })
	case ir.KindPtr:
		elem := l.deref()
		if f.named && !g.constant(t.Elem) { // a declared pointer type has no methods; what it points to may have some
			if name, ok := g.goType(t.Elem); ok {
				elem = loc{ptr: "(*" + name + ")(" + l.value() + ")", addr: true}
			}
		}
		e.nilable(l, f, "null", func() { e.value(t.Elem, elem, form{quoted: f.quoted}) })
	case ir.KindStruct:
		e.object(t, l)
	case ir.KindRef:
		e.ref(t, l, f)
	case ir.KindTime, ir.KindRaw, ir.KindText, ir.KindCustom:
		e.marshaler(t, l, f)
	case ir.KindAny:
		e.try(g.codec("AppendAny"), l.value())
	default:
		e.opaque(l)
	}
}

// as returns the value as the predeclared type called name.
func (e *encoder) as(t *ir.Type, name string, f form, l loc) string {
	own := predeclared(t.Kind, t.Bits)
	if t.Go != nil && t.Go.Path == "" {
		own = t.Go.Name
	}
	if own == name && !f.named {
		return l.value()
	}
	return call(name, l.value())
}

// opaque leaves the value to encoding/json.
func (e *encoder) opaque(l loc) {
	if l.addr {
		e.try(e.g.codec("AppendJSON"), l.pointer())
	} else {
		e.try(e.g.codec("AppendJSON"), l.value())
	}
}

func (e *encoder) quote(quoted bool, write func()) {
	if quoted {
		e.lit(`"`)
	}
	write()
	if quoted {
		e.lit(`"`)
	}
}

// nilText is what a nil slice or map is on the wire.
func (e *encoder) nilText(t *ir.Type, empty string) string {
	if e.g.types.Null(t, ir.Place{}) {
		return "null"
	}
	return empty
}

// nilable writes null for nil and otherwise what write writes.
func (e *encoder) nilable(l loc, f form, null string, write func()) {
	if f.present {
		write()
		return
	}
	prefix := e.pending
	e.pending = ""
	e.either(l.value()+" == nil", e.branch(prefix+null, func() {}), e.branch(prefix, write))
}
