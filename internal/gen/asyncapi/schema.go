package asyncapi

import (
	"slices"
	"strconv"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// dialect is a JSON Schema draft with the place of its definitions.
type dialect struct {
	refs string // what a reference begins with
	// draft7 is the draft that AsyncAPI's own schemas extend: nothing acts beside a $ref, and
	// tuples are written with items.
	draft7 bool
	anchor bool // definitions have an anchor
}

// maxTuple is the longest array that is written out item by item.
const maxTuple = 16

// schemas builds the schemas of one document.
type schemas struct {
	*program
	dialect
	keys  map[*ir.Form]string // of the definitions
	forms map[string]ir.Slot  // by key
	defs  map[string]object
}

func newSchemas(p *program, d dialect) *schemas {
	return &schemas{program: p, dialect: d, keys: map[*ir.Form]string{}, forms: map[string]ir.Slot{}, defs: map[string]object{}}
}

// definitions are the schemas of all types that were referred to, by key.
func (b *schemas) definitions() object {
	keys := make([]string, 0, len(b.defs))
	for key := range b.defs {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	out := object{}
	for _, key := range keys {
		out = out.with(key, b.defs[key])
	}
	return out
}

// slot is the schema of what travels at a place.
func (b *schemas) slot(s ir.Slot) object {
	schema := b.value(s)
	if !s.Nullable || s.Kind == "" && s.Union == nil { // the latter is null alone
		return schema
	}
	if name, ok := schema.get("type").(string); ok && schema.get("enum") == nil {
		out := slices.Clone(schema)
		for i := range out {
			if out[i].key == "type" {
				out[i].value = list{name, "null"}
			}
		}
		return out
	}
	return object{}.with("anyOf", list{schema, object{{"type", "null"}}})
}

// oneOf is the schema of what a sealed interface can hold that is no union, or of anything.
func (b *schemas) oneOf(s ir.Slot) object {
	forms := make(list, len(s.OneOf))
	for i, form := range s.OneOf {
		forms[i] = b.value(form)
	}
	if len(forms) == 0 {
		return object{}
	}
	return object{}.with("anyOf", forms)
}

func (b *schemas) value(s ir.Slot) object {
	if s.Form == nil {
		return object{}
	}
	if s.Decl != nil && !s.Quoted {
		return b.ref(s)
	}
	return b.form(s)
}

// ref refers to the definition of a declared type, which it makes at the first use.
func (b *schemas) ref(s ir.Slot) object {
	key, ok := b.keys[s.Form]
	if !ok {
		key = b.claim(s)
	}
	return object{{"$ref", b.refs + key}}
}

func (b *schemas) claim(s ir.Slot) string {
	s.Nullable = false
	name := b.typeName(s)
	key := name
	for i := 2; ; i++ {
		former, taken := b.forms[key]
		if !taken {
			break
		}
		if former.Shape() == s.Shape() {
			b.keys[s.Form] = key
			return key
		}
		key = name + "." + strconv.Itoa(i)
	}
	b.keys[s.Form], b.forms[key] = key, s
	schema := object{}
	if b.anchor {
		schema = schema.with("$anchor", key)
	}
	title := b.names[s.Decl.ID]
	if strings.Contains(name, ".") {
		title = name // of an instance
	}
	schema = append(schema, b.documented(title, s.Decl.Doc)...)
	b.defs[key] = append(schema, b.form(s)...)
	return key
}

// typeName is the name of a declared type; that of a generic one has its arguments behind it.
func (b *schemas) typeName(s ir.Slot) string {
	if s.Form == nil || s.Decl == nil {
		return b.formName(s)
	}
	name := key(b.names[s.Decl.ID])
	for i, arg := range s.Args {
		if i < len(s.Decl.Params) && s.Decl.Params[i].Unused {
			continue
		}
		name += "." + b.argName(arg)
	}
	return name
}

func (b *schemas) argName(s ir.Slot) string {
	name := b.typeName(s)
	if s.Quoted {
		name += "String"
	}
	if s.Nullable && s.Kind != "" {
		name = "Nullable" + name
	}
	return name
}

// formName names a form that is written in place.
func (b *schemas) formName(s ir.Slot) string {
	if s.Form == nil {
		return "Any"
	}
	switch s.Kind {
	case ir.KindSlice:
		return b.argName(*s.Elem) + "List"
	case ir.KindArray:
		return b.argName(*s.Elem) + "Array" + strconv.Itoa(s.Len)
	case ir.KindMap:
		return b.argName(*s.Elem) + "Map"
	case ir.KindStruct:
		return "Object"
	case "":
		return "Null"
	}
	name := strings.ToUpper(string(s.Kind[:1])) + string(s.Kind[1:])
	if s.Bits != 0 && (s.Kind == ir.KindInt || s.Kind == ir.KindUint || s.Kind == ir.KindFloat) {
		name += strconv.Itoa(s.Bits)
	}
	return name
}

// documented are the annotations of something documented.
func (b *schemas) documented(title string, doc ir.Doc) object {
	return object{}.text("title", title).text("description", description(doc)).flag("deprecated", doc.Deprecated != "")
}

// description is a documentation as one text.
func description(doc ir.Doc) string {
	if doc.Deprecated == "" {
		return doc.Text
	}
	return strings.TrimPrefix(doc.Text+"\n\nDeprecated: "+doc.Deprecated, "\n\n")
}

// annotate puts annotations beside a schema.
func (b *schemas) annotate(schema, annotations object) object {
	if len(annotations) == 0 {
		return schema
	}
	if b.draft7 && schema.get("$ref") != nil {
		return append(annotations, member{"allOf", list{schema}})
	}
	return append(annotations, schema...)
}

// form is the schema of a form, whatever declaration it comes from.
func (b *schemas) form(s ir.Slot) object {
	switch {
	case s.Union != nil:
		return b.union(s)
	case s.Enum != nil:
		return b.enum(s)
	}
	switch s.Kind {
	case "":
		return object{{"type", "null"}}
	case ir.KindBytes:
		return object{{"type", "string"}, {"contentEncoding", "base64"}, {"pattern", base64Pattern}}
	case ir.KindSlice:
		return object{{"type", "array"}, {"items", b.slot(*s.Elem)}}
	case ir.KindArray:
		return b.array(s)
	case ir.KindMap:
		return b.mapping(s)
	case ir.KindStruct:
		return b.object(object{}, s.Props)
	case ir.KindTime:
		return object{{"type", "string"}, {"format", "date-time"}}
	case ir.KindText:
		if stated := parseStated(s.TS); stated != nil {
			return b.stated(s, stated)
		}
		return object{{"type", "string"}}
	case ir.KindCustom:
		if stated := parseStated(s.TS); stated != nil {
			return b.stated(s, stated)
		}
		return object{} // only the author knows
	case ir.KindAny:
		return b.oneOf(s)
	}
	return basic(s)
}

// array is a tuple, or where that would be unreadable a list whose length is known.
func (b *schemas) array(s ir.Slot) object {
	if s.Len > maxTuple {
		length := number(strconv.Itoa(s.Len))
		return object{{"type", "array"}, {"items", b.slot(*s.Elem)}, {"minItems", length}, {"maxItems", length}}
	}
	items := make(list, s.Len)
	for i := range items {
		items[i] = b.slot(*s.Elem)
	}
	return b.tuple(items)
}

func (b *schemas) tuple(items list) object {
	if len(items) == 0 {
		return object{{"type", "array"}, {"maxItems", number("0")}}
	}
	length := number(strconv.Itoa(len(items)))
	out := object{{"type", "array"}}
	if b.draft7 {
		return append(out, member{"items", items}, member{"additionalItems", false}, member{"minItems", length})
	}
	return append(out, member{"prefixItems", items}, member{"items", false}, member{"minItems", length})
}

// mapping is an object with the keys that the Go key type can produce.
func (b *schemas) mapping(s ir.Slot) object {
	out := object{{"type", "object"}, {"additionalProperties", b.slot(*s.Elem)}}
	if names := b.propertyNames(*s.Key); names != nil {
		out = out.with("propertyNames", names)
	}
	return out
}

// propertyNames is the schema of a map's keys; nil where every string is one.
func (b *schemas) propertyNames(s ir.Slot) object {
	switch {
	case s.Form == nil:
		return nil
	case s.Enum != nil && s.Enum.Mode == ir.EnumClosed:
		members := enumValues(s.Enum)
		for i, m := range s.Enum.Members {
			if s.Kind != ir.KindString {
				members[i] = m.Value
			}
		}
		if len(members) > 0 {
			return object{{"enum", members}}
		}
	case s.Kind == ir.KindText && s.TS != "":
		stated := parseStated(s.TS)
		if stated == nil {
			return nil
		}
		schema := b.stated(s, stated)
		if s.Type != nil && s.Type.PointerKey() {
			schema = object{{"anyOf", list{schema, object{{"const", ""}}}}}
		}
		return schema
	}
	if s.Kind == ir.KindInt || s.Kind == ir.KindUint {
		return object{{"pattern", integerPattern(s.Kind, s.Bits)}}
	}
	return nil
}

// object is an object with these properties after those that are there already.
func (b *schemas) object(first object, props []ir.Prop) object {
	properties, patterns := slices.Clone(first), object{}
	required := list{}
	for _, m := range first {
		required = append(required, m.key)
	}
	for _, p := range props {
		schema := b.annotate(b.slot(p.Slot), b.documented("", p.Field.Doc))
		if p.Field.Name == "__proto__" {
			// In JavaScript, validators do not see a property of this name.
			patterns = patterns.with("^__proto__$", schema)
		} else {
			properties = properties.with(p.Field.Name, schema)
		}
		if !p.Field.Optional {
			required = append(required, p.Field.Name)
		}
	}
	out := object{{"type", "object"}}
	if len(properties) > 0 {
		out = out.with("properties", properties)
	}
	if len(patterns) > 0 {
		out = out.with("patternProperties", patterns)
	}
	if len(required) > 0 {
		out = out.with("required", required)
	}
	return out.with("additionalProperties", false)
}

// union is one schema for each variant: the payload beside its tag, or the tag among its
// properties.
func (b *schemas) union(s ir.Slot) object {
	variants := list{}
	for _, v := range s.Variants {
		tag := object{{s.Union.Tag, object{{"const", v.Variant.Name}}}}
		schema := b.documented(v.Variant.Name, v.Variant.Doc)
		if s.Union.Content != "" {
			schema = append(schema, b.object(tag.with(s.Union.Content, b.slot(v.Slot)), nil)...)
		} else {
			schema = append(schema, b.object(tag, v.Props)...)
		}
		variants = append(variants, schema)
	}
	return object{{"oneOf", variants}}
}

// enum is the set of constants, quoted where they travel as JSON in a string.
func (b *schemas) enum(s ir.Slot) object {
	values := enumValues(s.Enum)
	if s.Quoted {
		for i, m := range s.Enum.Members {
			values[i] = m.Value
		}
	}
	members := list{}
	for _, m := range s.Enum.Members {
		members = append(members, append(object{{"name", m.Name}, {"value", scalar(m.Value)}}, b.documented("", m.Doc)...))
	}
	var out object
	if s.Enum.Mode == ir.EnumClosed && len(values) > 0 {
		out = object{{"enum", values}}
		if name := typeOf(s); name != "" {
			out = object{{"type", name}, {"enum", values}}
		}
	} else {
		out = basic(s)
		if s.Enum.Mode == ir.EnumOpen && len(values) > 0 {
			out = out.with("examples", values)
		}
	}
	return out.with(extension, object{{"enum", string(s.Enum.Mode)}, {"members", members}})
}

func enumValues(e *ir.Enum) list {
	out := make(list, len(e.Members))
	for i, m := range e.Members {
		out[i] = scalar(m.Value)
	}
	return out
}
