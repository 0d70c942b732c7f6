package asyncapi

import (
	"regexp"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// A stated is a type of TypeScript that a user wrote, as far as JSON Schema can say the same:
// literals, the basic types, arrays, tuples, objects, records, unions, templates, and names of
// payload types and type parameters.
type stated struct {
	kind   statedKind
	text   string    // of a name
	value  tree      // of a literal
	parts  []*stated // of an array, a tuple, a union, a record (key and value), a template
	fields []statedField
}

type statedKind int

const (
	statedName statedKind = iota
	statedLiteral
	statedArray
	statedTuple
	statedUnion
	statedObject
	statedRecord
	statedTemplate // literal strings and types in turn
)

type statedField struct {
	name     string
	optional bool
	typ      *stated
}

// parseStated reads a type; nil for what is beyond it.
func parseStated(ts string) *stated {
	p := &statedParser{rest: strings.TrimSpace(ts)}
	if p.rest == "" {
		return nil
	}
	t := p.union()
	if p.failed || p.rest != "" {
		return nil
	}
	return t
}

type statedParser struct {
	rest   string
	failed bool
}

func (p *statedParser) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// take reads a token if it comes next.
func (p *statedParser) take(token string) bool {
	rest, ok := strings.CutPrefix(p.rest, token)
	if ok {
		p.rest = rest
		p.space()
	}
	return ok
}

func (p *statedParser) fail() *stated {
	p.failed = true
	return &stated{}
}

func (p *statedParser) need(token string) {
	if !p.take(token) {
		p.fail()
	}
}

func (p *statedParser) union() *stated {
	p.take("|")
	t := p.postfix()
	if !strings.HasPrefix(p.rest, "|") {
		return t
	}
	u := &stated{kind: statedUnion, parts: []*stated{t}}
	for !p.failed && p.take("|") {
		u.parts = append(u.parts, p.postfix())
	}
	return u
}

func (p *statedParser) postfix() *stated {
	t := p.operand()
	for !p.failed && p.take("[") {
		p.need("]")
		t = &stated{kind: statedArray, parts: []*stated{t}}
	}
	return t
}

var (
	statedWord   = regexp.MustCompile(`^[\p{L}_$][\p{L}\p{N}_$]*`)
	statedNumber = regexp.MustCompile(`^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?`)
)

func (p *statedParser) operand() *stated {
	if p.failed || p.rest == "" {
		return p.fail()
	}
	switch c := p.rest[0]; c {
	case '(':
		p.take("(")
		t := p.union()
		p.need(")")
		return t
	case '[':
		return p.tuple()
	case '{':
		return p.object()
	case '\'', '"':
		return &stated{kind: statedLiteral, value: p.quoted(c)}
	case '`':
		return p.template()
	}
	if n := statedNumber.FindString(p.rest); n != "" {
		p.take(n)
		return &stated{kind: statedLiteral, value: number(n)}
	}
	word := statedWord.FindString(p.rest)
	p.take(word)
	switch word {
	case "":
		return p.fail()
	case "true", "false":
		return &stated{kind: statedLiteral, value: word == "true"}
	case "readonly":
		return p.postfix()
	case "Array", "ReadonlyArray", "Record":
		p.need("<")
		t := &stated{kind: statedArray, parts: []*stated{p.union()}}
		if word == "Record" {
			p.need(",")
			t = &stated{kind: statedRecord, parts: append(t.parts, p.union())}
		}
		p.need(">")
		return t
	}
	if strings.HasPrefix(p.rest, "<") || strings.HasPrefix(p.rest, ".") || strings.HasPrefix(p.rest, "=>") {
		return p.fail()
	}
	return &stated{kind: statedName, text: word}
}

func (p *statedParser) tuple() *stated {
	p.take("[")
	t := &stated{kind: statedTuple}
	for !p.failed && !p.take("]") {
		t.parts = append(t.parts, p.union())
		if !p.take(",") && !strings.HasPrefix(p.rest, "]") {
			p.fail()
		}
	}
	return t
}

func (p *statedParser) object() *stated {
	p.take("{")
	t := &stated{kind: statedObject}
	for !p.failed && !p.take("}") {
		p.take("readonly ")
		if p.take("[") { // { [key: string]: T }
			statedKey := statedWord.FindString(p.rest)
			p.take(statedKey)
			if statedKey == "" || !p.take(":") {
				return p.fail()
			}
			record := &stated{kind: statedRecord, parts: []*stated{p.union()}}
			p.need("]")
			p.need(":")
			record.parts = append(record.parts, p.union())
			_ = p.take(";") || p.take(",")
			p.need("}")
			if len(t.fields) > 0 {
				return p.fail()
			}
			return record
		}
		t.fields = append(t.fields, p.field())
		if !p.take(";") && !p.take(",") && !strings.HasPrefix(p.rest, "}") {
			p.fail()
		}
	}
	return t
}

func (p *statedParser) field() (f statedField) {
	if p.rest != "" && strings.ContainsRune(`'"`, rune(p.rest[0])) {
		f.name = p.quoted(p.rest[0])
	} else if f.name = statedWord.FindString(p.rest); f.name == "" {
		p.fail()
		return f
	} else {
		p.take(f.name)
	}
	f.optional = p.take("?")
	p.need(":")
	f.typ = p.union()
	return f
}

// quoted reads a string literal.
func (p *statedParser) quoted(quote byte) string {
	text, ok := p.until(quote)
	if !ok {
		p.fail()
	}
	p.space()
	return text
}

// until reads a literal's text from the delimiter that it begins with up to the next one, or in
// a template to what is inserted. Of escapes it knows those of a delimiter and of a backslash.
func (p *statedParser) until(delimiter byte) (string, bool) {
	p.rest = p.rest[1:]
	var b strings.Builder
	for i := 0; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == delimiter:
			p.rest = p.rest[i+1:]
			return b.String(), true
		case c == '\\':
			if i++; i == len(p.rest) || !strings.ContainsRune("'\"`\\$", rune(p.rest[i])) {
				return "", false
			}
			b.WriteByte(p.rest[i])
		case delimiter == '`' && strings.HasPrefix(p.rest[i:], "${"):
			p.rest = p.rest[i:]
			return b.String(), true
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

func (p *statedParser) template() *stated {
	t := &stated{kind: statedTemplate}
	for !p.failed {
		text, ok := p.until('`')
		if !ok {
			return p.fail()
		}
		t.parts = append(t.parts, &stated{kind: statedLiteral, value: text})
		if !strings.HasPrefix(p.rest, "${") {
			p.space()
			return t
		}
		p.take("${")
		t.parts = append(t.parts, p.union())
		if !strings.HasPrefix(p.rest, "}") {
			return p.fail()
		}
	}
	return t
}

// resolve finds what a name stands for in the declaration of s: a type parameter's argument or
// a payload type. Its form is nil where it is neither.
func (p *program) resolve(s ir.Slot, name string) ir.Slot {
	if s.Decl != nil {
		for i, param := range s.Decl.Params {
			if param.Name == name && i < len(s.Args) {
				return s.Args[i]
			}
		}
	}
	if d := p.byName[name]; d != nil {
		named := p.forms.Of(&ir.Type{Kind: ir.KindRef, Ref: d.ID})
		named.Nullable = false // as the TypeScript of this name is
		return named
	}
	return ir.Slot{}
}

// stated is the schema of a stated type; s is the form that states it.
func (b *schemas) stated(s ir.Slot, t *stated) object {
	all := func(parts []*stated) list {
		out := make(list, len(parts))
		for i, part := range parts {
			out[i] = b.stated(s, part)
		}
		return out
	}
	switch t.kind {
	case statedLiteral:
		return object{{"const", t.value}}
	case statedArray:
		return object{{"type", "array"}, {"items", b.stated(s, t.parts[0])}}
	case statedTuple:
		return b.tuple(all(t.parts))
	case statedUnion:
		return b.statedUnion(s, t)
	case statedRecord:
		out := object{{"type", "object"}, {"additionalProperties", b.stated(s, t.parts[1])}}
		if keys := t.parts[0]; keys.kind != statedName || keys.text != "string" {
			out = out.with("propertyNames", b.stated(s, keys))
		}
		return out
	case statedObject:
		var props, required = object{}, list{}
		for _, f := range t.fields {
			props = props.with(f.name, b.stated(s, f.typ))
			if !f.optional {
				required = append(required, f.name)
			}
		}
		return object{{"type", "object"}, {"properties", props}, {"required", required}, {"additionalProperties", false}}
	case statedTemplate:
		return object{{"type", "string"}, {"pattern", "^" + statedPattern(t) + "$"}}
	}
	switch t.text {
	case "string", "boolean", "number", "null", "object":
		return object{{"type", t.text}}
	}
	if named := b.resolve(s, t.text); named.Form != nil {
		return b.slot(named)
	}
	return object{}
}

// statedUnion is an enum of literals, or any of the schemas.
func (b *schemas) statedUnion(s ir.Slot, t *stated) object {
	literals, schemas := list{}, list{}
	for _, part := range t.parts {
		if part.kind == statedLiteral {
			literals = append(literals, part.value)
		} else {
			schemas = append(schemas, b.stated(s, part))
		}
	}
	if len(literals) > 0 {
		schemas = append(schemas, object{{"enum", literals}})
	}
	if len(schemas) == 1 {
		return schemas[0].(object)
	}
	return object{{"anyOf", schemas}}
}

// statedPattern is the regular expression of a type inside a template.
func statedPattern(t *stated) string {
	switch t.kind {
	case statedLiteral:
		return regexp.QuoteMeta(templateText(list{t.value}))
	case statedTemplate, statedUnion:
		parts := make([]string, len(t.parts))
		for i, part := range t.parts {
			parts[i] = statedPattern(part)
		}
		if t.kind == statedUnion {
			return "(?:" + strings.Join(parts, "|") + ")"
		}
		return strings.Join(parts, "")
	case statedName:
		switch t.text {
		case "number":
			return `-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?`
		case "bigint":
			return `(?:0|-?[1-9][0-9]*)`
		case "boolean":
			return `(?:true|false)`
		}
	}
	return `[\s\S]*`
}
