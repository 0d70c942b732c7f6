package typescript

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// decodersView is decoders.gen.ts.
type decodersView struct {
	Imports   []importView
	Wires     []typeView // of declarations that TypeScript sees converted
	Constants []constView
	Events    []schemaView
}

// schemaView is the schema and the guard of one payload.
type schemaView struct {
	SchemaDoc []string
	Schema    string
	Type      string
	Value     string
	Guard     functionView
}

// decoderBuilder renders decoders: one constant for each declaration, one expression for each
// payload.
type decoderBuilder struct {
	p        *program
	file     *file
	params   map[string]string
	declared map[string]bool
	// refs are the declarations whose constants are mentioned, by the one that mentions them;
	// payloads do so under the empty ID.
	refs map[string][]string
	at   string
}

// decodersFile renders twice: the first time tells which declarations have a constant that
// anything needs, so that the second has neither idle ones nor their imports.
func (p *program) decodersFile() []byte {
	_, used := p.renderDecoders(func(string) bool { return true })
	text, _ := p.renderDecoders(func(id string) bool { return used[id] })
	return text
}

func (p *program) renderDecoders(wanted func(id string) bool) (text []byte, used map[string]bool) {
	f := p.newFile()
	b := &decoderBuilder{p: p, file: f, declared: map[string]bool{}, refs: map[string][]string{}}
	var v decodersView
	own := map[string]bool{}
	for _, d := range p.sorted {
		own[p.names[d.ID]+wireSuffix] = p.convert.decl(d.ID)
	}
	mention := func(name string) {
		if !own[name] {
			f.eventsType(name)
		}
	}
	for _, d := range p.sorted {
		if p.convert.decl(d.ID) {
			v.Wires = append(v.Wires, typer{program: p, wire: true, used: mention}.decl(d))
		}
	}
	v.Constants = b.constants(wanted)
	for _, e := range p.events {
		if e.Payload != nil {
			v.Events = append(v.Events, b.schemaView(e, mention))
		}
	}
	v.Imports = f.views()
	return render(decodersModule, v), b.reached()
}

func (b *decoderBuilder) schemaView(e *event, mention func(string)) schemaView {
	output := b.p.payload(e, mention).String()
	input := b.p.wirePayload(e, mention).String()
	types := output
	if input != output {
		types = input + ", " + output
	}
	decoder := b.payload(e)
	wire := "`" + e.Name + "`"
	return schemaView{
		SchemaDoc: docLines(0, []string{"The payload of " + wire + ", as a Standard Schema."}, e.Doc.Deprecated),
		Schema:    e.names.schema,
		Type:      b.file.decodeType("Schema") + "<" + types + ">",
		Value:     pureTree(b.file.decodeValue("schema") + "(" + decoder + ")"),
		Guard: functionView{
			Doc: docLines(0, []string{"Whether a value is the payload of " + wire + " as it travels."}, e.Doc.Deprecated),
			Signature: signature{
				Name:   e.names.guard,
				Params: []string{"value: unknown"},
				Result: "value is " + input,
			},
			Body: b.file.decodeValue("is") + "(" + decoder + ", value)",
		},
	}
}

// wirePayload is the payload of e as it travels.
func (p *program) wirePayload(e *event, used func(string)) expr {
	r := typer{program: p, used: used, wire: true}
	if d := p.types.Decl(e.Payload); d != nil && d.Union != nil {
		return r.named(e.Payload, d, ir.Place{})
	}
	return r.typ(e.Payload, ir.Place{})
}

// payload is the decoder of a payload. One that is a union itself is never null.
func (b *decoderBuilder) payload(e *event) string {
	if d := b.p.types.Decl(e.Payload); d != nil && d.Union != nil {
		return b.named(e.Payload, d, ir.Place{})
	}
	return b.typ(e.Payload, ir.Place{})
}

func (p *program) decoderName(id string) string { return "$decode" + p.names[id] }

// reached returns the declarations whose constants the payloads need.
func (b *decoderBuilder) reached() map[string]bool {
	out := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		for _, next := range b.refs[id] {
			if !out[next] {
				out[next] = true
				visit(next)
			}
		}
	}
	visit("")
	return out
}

// constants renders the decoders of the wanted declarations, dependencies first. A declaration
// whose uses are all quoted or keys needs none.
func (b *decoderBuilder) constants(wanted func(id string) bool) []constView {
	var out []constView
	for _, d := range b.p.dependencyOrder(func(d *ir.Decl) bool { return wanted(d.ID) }) {
		params := usedParams(d)
		b.params = typeParams(params, func(string) bool { return false })
		b.at = d.ID
		body, decoder := b.body(d), b.file.decodeType("Decoder")
		v := constView{Name: b.p.decoderName(d.ID), Type: decoder, Value: pureTree(body)}
		if len(params) > 0 {
			list := make([]string, len(params))
			for i, p := range params {
				list[i] = b.p.convertParam(b.params[p.Name]) + ": " + decoder
			}
			v.Type = ""
			v.Value = "(" + strings.Join(list, ", ") + "): " + decoder + " => " + body
		}
		b.declared[d.ID] = true
		out = append(out, v)
	}
	b.params, b.at = nil, ""
	return out
}

// call is a call of one of the runtime's combinators.
func (b *decoderBuilder) call(name string, args ...string) string {
	return b.file.decodeValue(name) + "(" + strings.Join(args, ", ") + ")"
}

// body is the decoder of a declaration, without the null that stands where it is used.
func (b *decoderBuilder) body(d *ir.Decl) string {
	switch {
	case d.Union != nil:
		return b.union(d.Union)
	case d.Enum != nil:
		return b.enum(d.Enum, d.Type, false)
	case b.p.circular(d):
		return b.call("oneOf", "[]")
	}
	return b.typ(d.Type, ir.Place{Present: true})
}

func (b *decoderBuilder) union(u *ir.Union) string {
	variants := make([]string, len(u.Variants))
	for i, v := range u.Variants {
		variants[i] = initKey(v.Name) + ": " + b.typ(v.Type, ir.Place{})
	}
	args := []string{stringLiteral(u.Tag), "{ " + strings.Join(variants, ", ") + " }"}
	if u.Content != "" {
		args = append(args, stringLiteral(u.Content))
	}
	return b.call("union", args...)
}

// enum is the decoder of a set of constants; quoted, each of them travels as JSON in a string.
func (b *decoderBuilder) enum(e *ir.Enum, base *ir.Type, quoted bool) string {
	if e.Mode != ir.EnumClosed {
		return b.scalar(base, quoted)
	}
	combinator := "oneOf"
	if quoted && base.Kind == ir.KindString {
		combinator, quoted = "quotedOneOf", false
	}
	members := make([]string, len(e.Members))
	for i, m := range e.Members {
		members[i] = literal(m.Value)
		if quoted {
			members[i] = stringLiteral(m.Value)
		}
	}
	return b.call(combinator, "["+strings.Join(members, ", ")+"]")
}

// typ is the decoder of a type expression at its place.
func (b *decoderBuilder) typ(t *ir.Type, at ir.Place) string {
	if t == nil {
		return b.file.decodeValue("anything")
	}
	at.Plain = at.Plain || t.Opaque
	null := t.Kind != ir.KindAny && b.p.types.Null(t, at) // any value may be null
	return b.orNull(b.value(t, at), null)
}

// value is the decoder of a type expression without the null that stands for nil.
func (b *decoderBuilder) value(t *ir.Type, at ir.Place) string {
	inner := ir.Place{Plain: at.Plain}
	switch t.Kind {
	case ir.KindPtr:
		return b.typ(t.Elem, ir.Place{Quoted: at.Quoted, Plain: at.Plain})
	case ir.KindBytes:
		return b.bytes(t)
	case ir.KindSlice:
		return b.call("list", b.typ(t.Elem, inner))
	case ir.KindMap:
		return b.mapType(t, inner)
	case ir.KindArray:
		return b.call("tuple", b.typ(t.Elem, inner), strconv.Itoa(t.Len))
	case ir.KindStruct:
		return b.object(t, inner)
	case ir.KindRef:
		return b.reference(t, at)
	case ir.KindParam:
		return b.param(t, at)
	case ir.KindTime, ir.KindText:
		return b.text(t)
	case ir.KindInt, ir.KindUint:
		if b.p.types.Wide(t, at) {
			return b.wide(t)
		}
		return b.scalar(t, at.Quoted)
	case ir.KindBool, ir.KindFloat, ir.KindString, ir.KindNumber:
		return b.scalar(t, at.Quoted)
	case ir.KindAny:
		return b.file.decodeValue("value")
	default: // KindRaw, KindCustom: only the backend can tell
		return b.file.decodeValue("anything")
	}
}

// param is the decoder that is handed in for a type parameter.
func (b *decoderBuilder) param(t *ir.Type, at ir.Place) string {
	name, ok := b.params[t.Param]
	switch {
	case !ok:
		return b.file.decodeValue("anything")
	case at.Present:
		return b.p.convertParam(name) + ".present ?? " + b.p.convertParam(name)
	}
	return b.p.convertParam(name)
}

func (b *decoderBuilder) bytes(t *ir.Type) string {
	if b.p.settings.Bytes == ir.BytesArray && !t.Plain {
		return b.file.decodeValue("byteArray")
	}
	return b.file.decodeValue("base64")
}

// orNull is a decoder that takes null too, if it may.
func (b *decoderBuilder) orNull(decoder string, null bool) string {
	nullable := "$nullable("
	if !null || decoder == "$anything" || strings.HasPrefix(decoder, nullable) {
		return decoder
	}
	return b.call("nullable", decoder)
}

func (b *decoderBuilder) text(t *ir.Type) string {
	switch {
	case t.Kind == ir.KindText:
		return b.file.decodeValue("string")
	case b.p.settings.Time == ir.TimeDate && !t.Plain:
		return b.file.decodeValue("date")
	}
	return b.file.decodeValue("time")
}

func bitsOf(t *ir.Type) string {
	if t.Bits == 0 {
		return "64"
	}
	return strconv.Itoa(t.Bits)
}

// wide is an integer that the settings quote.
func (b *decoderBuilder) wide(t *ir.Type) string {
	names := map[ir.Kind]string{ir.KindInt: "quotedInt", ir.KindUint: "quotedUint"}
	if b.p.settings.Int64 == ir.Int64BigInt {
		names = map[ir.Kind]string{ir.KindInt: "bigInt", ir.KindUint: "bigUint"}
	}
	return b.call(names[t.Kind], bitsOf(t))
}

// scalar is a basic kind, in quotes or not.
func (b *decoderBuilder) scalar(t *ir.Type, quoted bool) string {
	var plain, inQuotes string
	switch t.Kind {
	case ir.KindBool:
		plain, inQuotes = "boolean", "quotedBoolean"
	case ir.KindString:
		plain, inQuotes = "string", "quotedString"
	case ir.KindNumber:
		plain, inQuotes = "numeral", "quotedNumeral"
	case ir.KindFloat:
		plain, inQuotes = "number", "quotedNumber"
		if t.Bits == 32 {
			plain, inQuotes = "float32", "quotedFloat32"
		}
	default:
		plain, inQuotes = "int", "quotedInt"
		if t.Kind == ir.KindUint {
			plain, inQuotes = "uint", "quotedUint"
		}
		if quoted {
			return b.call(inQuotes, bitsOf(t))
		}
		return b.call(plain, bitsOf(t))
	}
	if quoted {
		return b.file.decodeValue(inQuotes)
	}
	return b.file.decodeValue(plain)
}

func (b *decoderBuilder) object(t *ir.Type, at ir.Place) string {
	fields := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		place := f.Place()
		place.Plain = at.Plain
		decoder := b.typ(f.Type, place)
		if f.Optional {
			decoder = b.call("optional", decoder)
		}
		fields[i] = initKey(f.Name) + ": " + decoder
	}
	if len(fields) == 0 {
		return b.call("object", "{}")
	}
	return b.call("object", "{ "+strings.Join(fields, ", ")+" }")
}

// mapType decodes a map, its keys as far as they are no plain strings.
func (b *decoderBuilder) mapType(t *ir.Type, at ir.Place) string {
	args := []string{b.typ(t.Elem, at)}
	switch k := b.p.types.MapKey(t.Key); {
	case k.Enum != nil: // a number is its digits, a string itself
		args = append(args, b.enum(k.Enum, k.Base, k.Kind != ir.KindString))
	case k.Kind == ir.KindParam:
		args = append(args, b.typ(k.Base, ir.Place{})+".key")
	case k.Kind == ir.KindInt:
		args = append(args, b.call("quotedInt", bitsOf(k.Base)))
	case k.Kind == ir.KindUint:
		args = append(args, b.call("quotedUint", bitsOf(k.Base)))
	}
	return b.call("map", args...)
}

func (b *decoderBuilder) reference(t *ir.Type, at ir.Place) string {
	d := b.p.types.Decl(t)
	if d == nil {
		return b.file.decodeValue("anything")
	}
	if at.Quoted {
		return b.quotedReference(d, at)
	}
	return b.named(t, d, at)
}

// quotedReference is a named basic type under ",string".
func (b *decoderBuilder) quotedReference(d *ir.Decl, at ir.Place) string {
	if d.Enum != nil {
		return b.enum(d.Enum, d.Type, true)
	}
	return b.value(d.Type, at)
}

// named is the constant of a declaration, behind a function where it stands further down.
func (b *decoderBuilder) named(t *ir.Type, d *ir.Decl, at ir.Place) string {
	b.refs[b.at] = append(b.refs[b.at], d.ID)
	name := b.p.decoderName(d.ID)
	if used := usedArgs(d, t.Args); len(used) > 0 {
		args := make([]string, len(used))
		for i, a := range used {
			args[i] = b.typ(a, ir.Place{Plain: at.Plain})
		}
		name = fmt.Sprintf("%s(%s)", name, strings.Join(args, ", "))
	}
	if b.declared[d.ID] {
		return name
	}
	return b.call("lazy", "() => "+name)
}
