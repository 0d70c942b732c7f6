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
	// plain renders a subtree that goes through encoding/json, whatever the settings say.
	plain bool
	// used, if set, learns of every declared type that is mentioned.
	used func(name string)
}

// use says how a type stands where it is used.
type use struct {
	quoted  bool // the option ",string" is in effect
	present bool // the key is left out when the value is nil
}

// nilIsNull reports whether a nil slice or map of type t is null.
func (r typer) nilIsNull(t *ir.Type) bool {
	return r.plain || r.settings.NilIsNull(t)
}

// typ renders t.
func (r typer) typ(t *ir.Type, u use) expr {
	if t == nil {
		return unknownExpr
	}
	r.plain = r.plain || t.Opaque
	switch t.Kind {
	case ir.KindBool:
		return r.boolean(u)
	case ir.KindInt, ir.KindUint:
		return r.integer(t, u)
	case ir.KindNumber:
		if u.quoted {
			return primary("string") // of any size, and a template takes only what is finite
		}
		return primary("number")
	case ir.KindFloat:
		if u.quoted {
			return primary("`${number}`")
		}
		return primary("number")
	case ir.KindString:
		if u.quoted {
			return primary("`\"${string}\"`")
		}
		return primary("string")
	case ir.KindBytes:
		return r.nilable(t, r.bytes(t), u)
	case ir.KindSlice:
		return r.nilable(t, r.typ(t.Elem, use{}).arrayOf(), u)
	case ir.KindMap:
		return r.nilable(t, r.mapType(t), u)
	case ir.KindArray:
		return r.array(t)
	case ir.KindPtr:
		e := r.typ(t.Elem, use{quoted: u.quoted})
		if u.present {
			return e
		}
		return e.orNull()
	case ir.KindStruct:
		return r.object(t)
	case ir.KindRef:
		return r.reference(t, u)
	case ir.KindParam:
		if name, ok := r.params[t.Param]; ok {
			if u.present { // what its argument is when nil, which leaves the key out
				return primary(r.global("Exclude") + "<" + name + ", null>")
			}
			return primary(name)
		}
		return unknownExpr
	case ir.KindTime:
		return r.marshaled(t, u, r.time(t))
	case ir.KindText:
		return r.marshaled(t, u, r.stated(t.TS, primary("string")))
	case ir.KindCustom:
		return r.marshaled(t, u, r.stated(t.TS, unknownExpr))
	case ir.KindAny:
		return r.oneOf(t)
	default: // KindRaw
		return unknownExpr
	}
}

// oneOf is what a sealed interface can hold that is no union, or anything.
func (r typer) oneOf(t *ir.Type) expr {
	var texts []string
	for _, form := range t.OneOf {
		e := r.typ(form, use{present: true})
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
	return union(texts...).orNull()
}

// nilable adds null to a slice, map or byte slice.
func (r typer) nilable(t *ir.Type, e expr, u use) expr {
	if u.present || !r.nilIsNull(t) {
		return e
	}
	return e.orNull()
}

func (r typer) marshaled(t *ir.Type, u use, e expr) expr {
	if t.Marshal != nil && t.Marshal.Nilable && !u.present {
		return e.orNull()
	}
	return e
}

func (r typer) boolean(u use) expr {
	if u.quoted {
		return union("'true'", "'false'")
	}
	return primary("boolean")
}

func (r typer) integer(t *ir.Type, u use) expr {
	quoted := r.wide(t)
	switch {
	case quoted && r.settings.Int64 == ir.Int64BigInt && !r.wire:
		return primary("bigint")
	case quoted || u.quoted:
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
func (r typer) array(t *ir.Type) expr {
	if t.Len == 0 {
		return primary("[]") // which mentions no type
	}
	elem := r.typ(t.Elem, use{})
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
func (r typer) mapType(t *ir.Type) expr {
	value := r.typ(t.Elem, use{})
	key, mapped := r.mapKey(t.Key)
	if mapped {
		return primary("{ [key in " + key + "]?: " + value.String() + " }")
	}
	return primary("{ [key: " + key + "]: " + value.String() + " }")
}

// mapKey is the type of a map's keys; mapped where it is no index signature but a set of names,
// not all of which are there.
func (r typer) mapKey(t *ir.Type) (key string, mapped bool) {
	if t.Kind == ir.KindRef {
		if d := r.decls[t.Ref]; d != nil && d.Enum != nil {
			return r.enumKey(t, d)
		}
	}
	base := r.under(t)
	if base == nil {
		return "string", false
	}
	switch base.Kind {
	case ir.KindInt, ir.KindUint:
		return quotedInt, false
	case ir.KindText:
		if base.TS != "" {
			key := r.stated(base.TS, primary("string")).String()
			if base.Marshal != nil && base.Marshal.Nilable {
				key += " | ''"
			}
			return key, true
		}
	case ir.KindParam:
		return "`${" + r.typ(base, use{}).String() + "}`", true
	case ir.KindString:
		if t.Kind == ir.KindRef {
			return r.typ(t, use{}).String(), false
		}
	}
	return "string", false
}

func (r typer) enumKey(t *ir.Type, d *ir.Decl) (key string, mapped bool) {
	text := d.Type.Kind == ir.KindString
	switch {
	case d.Enum.Mode == ir.EnumClosed && text:
		return r.reference(t, use{}).String(), true
	case d.Enum.Mode == ir.EnumClosed:
		return "`${" + r.reference(t, use{}).String() + "}`", true
	case text:
		return "string", false
	}
	return quotedInt, false
}

// object is an anonymous struct.
func (r typer) object(t *ir.Type) expr {
	if len(t.Fields) == 0 {
		return primary(emptyObject)
	}
	var b strings.Builder
	documented := false
	fields := r.fields(t)
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

func (r typer) fields(t *ir.Type) []fieldView {
	out := make([]fieldView, 0, len(t.Fields))
	for _, f := range t.Fields {
		e := r.typ(f.Type, use{quoted: f.Quoted, present: f.OmitsNil()})
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
func (r typer) reference(t *ir.Type, u use) expr {
	d := r.decls[t.Ref]
	if d == nil {
		return unknownExpr
	}
	if u.quoted {
		return r.quotedReference(t, d)
	}
	if base := r.under(t); base != nil && d.Union == nil && d.Enum == nil && isTop(base) {
		e := r.named(t, d)
		e.top = true
		return e
	}
	e := r.named(t, d)
	if r.nilableRef(t, map[string]bool{}) && !u.present {
		return e.orNull()
	}
	return e
}

// named is the name of a declaration with its arguments.
func (r typer) named(t *ir.Type, d *ir.Decl) expr {
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
		args[i] = r.typ(a, use{}).String()
	}
	return primary(name + "<" + strings.Join(args, ", ") + ">")
}

// isTop reports whether t is any JSON value.
func isTop(t *ir.Type) bool {
	return t.Kind == ir.KindAny && len(t.OneOf) == 0 || t.Kind == ir.KindRaw || t.Kind == ir.KindCustom && t.TS == ""
}

// nilableRef reports whether null can stand for the declaration that t names. A declaration's
// own type is written without that null, so that places where it cannot occur can say so.
func (r typer) nilableRef(t *ir.Type, seen map[string]bool) bool {
	d := r.decls[t.Ref]
	if d == nil || d.Enum != nil || seen[t.Ref] {
		return false
	}
	seen[t.Ref] = true
	if d.Union != nil {
		return true
	}
	switch d.Type.Kind {
	case ir.KindAny:
		return len(d.Type.OneOf) > 0
	case ir.KindRef:
		return r.nilableRef(d.Type, seen)
	case ir.KindPtr:
		return true
	case ir.KindBytes, ir.KindSlice, ir.KindMap:
		return r.nilIsNull(d.Type)
	}
	return d.Type.Marshal != nil && d.Type.Marshal.Nilable
}

// quotedReference is a named basic type under ",string".
func (r typer) quotedReference(t *ir.Type, d *ir.Decl) expr {
	if d.Enum == nil {
		if d.Type.Kind == ir.KindRef {
			return r.reference(d.Type, use{quoted: true})
		}
		if r.wide(d.Type) {
			return r.named(t, d)
		}
		return r.typ(d.Type, use{quoted: true})
	}
	switch {
	case d.Enum.Mode != ir.EnumClosed:
		return r.plainly().typ(d.Type, use{quoted: true})
	case d.Type.Kind != ir.KindString:
		return primary("`${" + r.named(t, d).text + "}`")
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
	return primary("`\"${" + r.named(t, d).text + "}\"`")
}

// wide reports whether t travels quoted here.
func (r typer) wide(t *ir.Type) bool { return !r.plain && r.settings.Quotes(t) }

// plainly is r without the settings.
func (r typer) plainly() typer {
	r.plain = true
	return r
}
