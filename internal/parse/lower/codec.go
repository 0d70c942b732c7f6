package lower

import (
	"go/types"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// known is the TypeScript of marshalers in the standard library.
var known = map[string]string{
	"log/slog.Level": "string",
	"math/big.Int":   "number",
}

// codecType lowers a type that a method writes.
func (b *builder) codecType(t types.Type, c *codec) *ir.Type {
	named, _ := types.Unalias(t).(*types.Named)
	out := &ir.Type{Marshal: &ir.Marshal{
		Pointer: c.pointer,
		Nilable: isInterface(t),
		Decodes: c.decodes(t),
	}}
	b.checkWritten(t, c)
	// What is stated is what MarshalJSON writes, if there is one.
	speaks := !c.text || marshalJSON(t) == nil
	if named != nil {
		out.Go = b.goName(named)
		if speaks {
			out.TS = b.stated(named.Obj())
		}
	}
	origin := c.origin()
	if speaks && out.TS == "" && origin != nil && (named == nil || origin != named.Obj()) {
		out.TS = b.inherited(origin, c)
	}
	if c.text && marshalJSON(t) != nil {
		out.TS = "" // it speaks of MarshalJSON, which does not act here
	}
	id := ""
	if origin != nil {
		id = typeID(origin)
	}
	switch {
	case id == "time.Time" && out.TS == "" && !c.text:
		out.Kind = ir.KindTime
	case id == "encoding/json.RawMessage" && out.TS == "":
		out.Kind = ir.KindRaw
	case c.text:
		out.Kind = ir.KindText
	default:
		out.Kind = ir.KindCustom
		if out.TS == "" {
			b.unstated(t, named)
		}
	}
	return b.mark(out)
}

// decodes reports whether *t has the unmarshaler that matches its marshaler.
func (c *codec) decodes(t types.Type) bool {
	if isInterface(t) {
		return false // there is no value to call it on
	}
	if c.text {
		return unmarshalText(t) != nil
	}
	return unmarshalJSON(t) != nil
}

// isStated tells that an entry of Types is of use.
func (l *Lowerer) isStated(obj *types.TypeName) {
	if l.cfg.Stated != nil {
		l.cfg.Stated(typeID(obj))
	}
}

// stated returns the TypeScript that is stated for a type, or "".
func (l *Lowerer) stated(obj *types.TypeName) string {
	if note := l.annotations(obj).TS; note != nil {
		return note.Text
	}
	if ts := l.cfg.Types[typeID(obj)]; ts != "" {
		l.isStated(obj)
		return ts
	}
	return known[typeID(obj)]
}

// inherited returns the stated TypeScript of the type that a promoted method belongs to.
func (l *Lowerer) inherited(origin *types.TypeName, c *codec) string {
	if named, ok := origin.Type().(*types.Named); ok && named.TypeParams().Len() > 0 {
		return "" // it may speak of parameters that are not known here
	}
	ts := l.stated(origin)
	if c.text && marshalJSON(origin.Type()) != nil {
		return ""
	}
	if ts != "" && c.nested && typeID(origin) == "math/big.Int" {
		return ts + " | null" // its methods know what a nil pointer is
	}
	return ts
}

// unstated warns of a marshaler whose TypeScript nobody has stated.
func (b *builder) unstated(t types.Type, named *types.Named) {
	p := &problem{code: diag.CustomMarshaler, once: ident(t)}
	switch {
	case named != nil && b.isLocal(named.Obj()):
		p.obj = named.Obj()
		p.text = "type " + named.Obj().Name() + " has its own MarshalJSON: TypeScript sees unknown"
		p.hint = `state what it writes with //eventgen:ts "…" above the type`
	case named != nil:
		p.text = b.hasType(t) + ", which has its own MarshalJSON: TypeScript sees unknown"
		p.hint = "state what it writes in eventgen.yaml, under types: " + typeID(named.Obj())
	default:
		p.text = b.hasType(t) + ", which has its own MarshalJSON: TypeScript sees unknown"
		p.hint = `declare the type and state what it writes with //eventgen:ts "…"`
	}
	b.problem(p)
}
