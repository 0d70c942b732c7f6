package typescript

import (
	"slices"
	"strconv"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// maxTuple is the longest array that is written out as a tuple.
const maxTuple = 16

// quotedInt is the text of an integer in a string: exactly what TypeScript reads as one.
const quotedInt = "`${bigint}`"

// typer renders type expressions for one file.
type typer struct {
	*program
	// wire renders what travels instead of what the settings make of it in TypeScript.
	wire bool
	// params are the names of the enclosing declaration's type parameters.
	params map[string]string
	// used, if set, learns of every declared type that is mentioned.
	used func(name string)
}

// typ renders t as it stands at a place.
func (r typer) typ(t *ir.Type, at ir.Place) expr {
	if t == nil {
		return unknownExpr
	}
	at.Plain = at.Plain || t.Opaque
	e := r.value(t, at)
	if r.types.Null(t, at) {
		return e.orNull()
	}
	return e
}

// value renders t without the null that stands for nil.
func (r typer) value(t *ir.Type, at ir.Place) expr {
	inner := ir.Place{Plain: at.Plain}
	switch t.Kind {
	case ir.KindBool:
		return r.boolean(at)
	case ir.KindInt, ir.KindUint:
		return r.integer(t, at)
	case ir.KindNumber:
		if at.Quoted {
			return primary("string") // of any size, and a template takes only what is finite
		}
		return primary("number")
	case ir.KindFloat:
		if at.Quoted {
			return primary("`${number}`")
		}
		return primary("number")
	case ir.KindString:
		if at.Quoted {
			return primary("`\"${string}\"`")
		}
		return primary("string")
	case ir.KindBytes:
		return r.bytes(t)
	case ir.KindSlice:
		return r.typ(t.Elem, inner).arrayOf()
	case ir.KindMap:
		return r.mapType(t, inner)
	case ir.KindArray:
		return r.array(t, inner)
	case ir.KindPtr:
		return r.typ(t.Elem, ir.Place{Quoted: at.Quoted, Plain: at.Plain})
	case ir.KindStruct:
		return r.object(t, inner)
	case ir.KindRef:
		return r.reference(t, at)
	case ir.KindParam:
		return r.param(t, at)
	case ir.KindTime:
		return r.time(t)
	case ir.KindText:
		return r.stated(t.TS, primary("string"))
	case ir.KindCustom:
		return r.stated(t.TS, unknownExpr)
	case ir.KindAny:
		return r.oneOf(t, at)
	default: // KindRaw
		return unknownExpr
	}
}

// param names a type parameter.
func (r typer) param(t *ir.Type, at ir.Place) expr {
	name, ok := r.params[t.Param]
	switch {
	case !ok:
		return unknownExpr
	case at.Present: // what its argument is when nil, which leaves the key out
		return primary(r.global("Exclude") + "<" + name + ", null>")
	}
	return primary(name)
}

// oneOf is what a sealed interface can hold that is no union, or anything.
func (r typer) oneOf(t *ir.Type, at ir.Place) expr {
	var texts []string
	for _, form := range t.OneOf {
		e := r.typ(form, ir.Place{Present: true, Plain: at.Plain})
		if e.top {
			return unknownExpr
		}
		if text := e.within(precIntersection); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	if len(texts) == 0 {
		return unknownExpr
	}
	return union(texts...)
}

func (r typer) boolean(at ir.Place) expr {
	if at.Quoted {
		return union("'true'", "'false'")
	}
	return primary("boolean")
}

func (r typer) integer(t *ir.Type, at ir.Place) expr {
	wide := r.types.Wide(t, at)
	switch {
	case wide && r.settings.Int64 == ir.Int64BigInt && !r.wire:
		return primary("bigint")
	case wide || at.Quoted:
		return primary(quotedInt)
	}
	return primary("number")
}

func (r typer) bytes(t *ir.Type) expr {
	if r.settings.Bytes == ir.BytesArray && !r.wire && !t.Plain {
		return primary(r.global("Uint8Array"))
	}
	return primary("string")
}

func (r typer) time(t *ir.Type) expr {
	if r.settings.Time == ir.TimeDate && !r.wire && !t.Plain {
		return primary(r.global("Date"))
	}
	return primary("string")
}

// global names one of TypeScript's own types, past a payload type of the same name.
func (p *program) global(name string) string {
	if p.typed[name] {
		return "globalThis." + name
	}
	return name
}

// stated is TypeScript that the user wrote, of unknown precedence unless it is one word.
func (r typer) stated(ts string, otherwise expr) expr {
	ts = strings.TrimSpace(ts)
	switch {
	case ts == "":
		return otherwise
	case ts == "unknown" || ts == "any":
		return unknownExpr
	}
	for _, word := range identifiers(ts) {
		r.mention(word)
	}
	if isOneOperand(ts) {
		return primary(ts)
	}
	return expr{text: ts, prec: precUnion}
}

func (r typer) mention(name string) {
	if r.used != nil && r.typed[name] {
		r.used(name)
	}
}

// array is a tuple, or where that would be unreadable an array whose length is known.
func (r typer) array(t *ir.Type, at ir.Place) expr {
	if t.Len == 0 {
		return primary("[]") // which mentions no type
	}
	elem := r.typ(t.Elem, at)
	if t.Len > maxTuple {
		return expr{text: elem.arrayOf().text + " & { length: " + strconv.Itoa(t.Len) + " }", prec: precIntersection}
	}
	elems := make([]string, t.Len)
	for i := range elems {
		elems[i] = elem.String()
	}
	return primary("[" + strings.Join(elems, ", ") + "]")
}

// mapType is an object with the keys that the Go key type can produce.
func (r typer) mapType(t *ir.Type, at ir.Place) expr {
	value := r.typ(t.Elem, at)
	key, mapped := r.mapKey(t.Key)
	if mapped {
		return primary("{ [key in " + key + "]?: " + value.String() + " }")
	}
	return primary("{ [key: " + key + "]: " + value.String() + " }")
}

// mapKey is the type of a map's keys; mapped where it is no index signature but a set of names,
// not all of which are there.
func (r typer) mapKey(t *ir.Type) (key string, mapped bool) {
	k := r.types.MapKey(t)
	switch {
	case k.Enum != nil:
		return r.enumKey(t, k)
	case k.Kind == ir.KindInt || k.Kind == ir.KindUint:
		return quotedInt, false
	case k.Kind == ir.KindText && k.Base.TS != "":
		key := r.stated(k.Base.TS, primary("string")).String()
		if k.Pointer {
			key += " | ''"
		}
		return key, true
	case k.Kind == ir.KindParam:
		return "`${" + r.typ(k.Base, ir.Place{}).String() + "}`", true
	case k.Kind == ir.KindString && t.Kind == ir.KindRef:
		return r.typ(t, ir.Place{}).String(), false
	}
	return "string", false
}

func (r typer) enumKey(t *ir.Type, k ir.MapKey) (key string, mapped bool) {
	text := k.Kind == ir.KindString
	switch {
	case k.Enum.Mode == ir.EnumClosed && text:
		return r.typ(t, ir.Place{}).String(), true
	case k.Enum.Mode == ir.EnumClosed:
		return "`${" + r.typ(t, ir.Place{}).String() + "}`", true
	case text:
		return "string", false
	}
	return quotedInt, false
}

// object is an anonymous struct.
func (r typer) object(t *ir.Type, at ir.Place) expr {
	if len(t.Fields) == 0 {
		return primary(emptyObject)
	}
	var b strings.Builder
	documented := false
	fields := r.fields(t, at)
	for _, f := range fields {
		documented = documented || len(f.Doc) > 0
	}
	for i, f := range fields {
		switch {
		case documented:
			b.WriteString("\n")
			if doc := docComment(f.Doc, "  "); doc != "" {
				b.WriteString(doc + "\n")
			}
			b.WriteString("  " + f.Key + ": " + indent(f.Type) + ";")
		case i > 0:
			b.WriteString("; " + f.Key + ": " + f.Type)
		default:
			b.WriteString(" " + f.Key + ": " + f.Type)
		}
	}
	if documented {
		return primary("{" + b.String() + "\n}")
	}
	return primary("{" + b.String() + " }")
}

// emptyObject is an object without properties: unlike {}, it takes nothing else.
const emptyObject = "{ [key: string]: never }"

// fieldView is a property of an object type.
type fieldView struct {
	Doc  []string
	Key  string // quoted where needed, with the ? of an optional one
	Type string
}

func (r typer) fields(t *ir.Type, at ir.Place) []fieldView {
	out := make([]fieldView, 0, len(t.Fields))
	for _, f := range t.Fields {
		place := f.Place()
		place.Plain = at.Plain
		e := r.typ(f.Type, place)
		v := fieldView{Doc: memberDoc(f.Doc), Key: propertyKey(f.Name), Type: e.String()}
		if f.Optional {
			v.Key += "?"
			if objectMembers[f.Name] && !e.top {
				v.Type += " | " + r.global("Object") + "[" + stringLiteral(f.Name) + "]"
			}
		}
		out = append(out, v)
	}
	return out
}

// reference names a declaration.
func (r typer) reference(t *ir.Type, at ir.Place) expr {
	d := r.types.Decl(t)
	if d == nil {
		return unknownExpr
	}
	if at.Quoted {
		return r.quotedReference(t, d, at)
	}
	e := r.named(t, d, at)
	e.top = isTop(r.types.Under(t))
	return e
}

// named is the name of a declaration with its arguments.
func (r typer) named(t *ir.Type, d *ir.Decl, at ir.Place) expr {
	name := r.names[d.ID]
	if r.wire && r.convert.decl(d.ID) {
		name += wireSuffix
	}
	r.mention(name)
	used := usedArgs(d, t.Args)
	if len(used) == 0 {
		return primary(name)
	}
	args := make([]string, len(used))
	for i, a := range used {
		args[i] = r.typ(a, ir.Place{Plain: at.Plain}).String()
	}
	return primary(name + "<" + strings.Join(args, ", ") + ">")
}

// isTop reports whether t is any JSON value.
func isTop(t *ir.Type) bool {
	return t.Kind == ir.KindAny && len(t.OneOf) == 0 || t.Kind == ir.KindRaw || t.Kind == ir.KindCustom && t.TS == ""
}

// quotedReference is a named basic type under ",string".
func (r typer) quotedReference(t *ir.Type, d *ir.Decl, at ir.Place) expr {
	if d.Enum == nil {
		if d.Type.Kind == ir.KindRef {
			return r.reference(d.Type, at)
		}
		if r.types.Wide(d.Type, at) {
			return r.named(t, d, at)
		}
		return r.value(d.Type, at)
	}
	switch {
	case d.Enum.Mode != ir.EnumClosed:
		return r.typ(d.Type, ir.Place{Quoted: true, Plain: true})
	case d.Type.Kind != ir.KindString:
		return primary("`${" + r.named(t, d, at).text + "}`")
	}
	// The string holds the member's JSON, in which some characters are escapes.
	texts, escaped := make([]string, len(d.Enum.Members)), false
	for i, m := range d.Enum.Members {
		text := jsonText(m.Value)
		escaped = escaped || strings.Contains(text, `\`)
		texts[i] = stringLiteral(text)
	}
	if escaped {
		return union(texts...)
	}
	return primary("`\"${" + r.named(t, d, at).text + "}\"`")
}
