package asyncapi

import (
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// sampleDepth is how many objects inside each other a sample fills; those further inside hold
// what they must.
const sampleDepth = 2

// sampler makes payloads from the model, the same in every run: each value is the first of its
// kind, a text is the name of the property it stands in.
type sampler struct {
	*program
	full bool              // with all that may be absent, null or empty
	open map[*ir.Form]bool // what is being made
	deep int
}

// samples are payloads of an event: one for each variant of a union, otherwise a full one and,
// where it is another, one with no more than it must have.
func (p *program) samples(e *event) (names []string, values list) {
	if e.payload.Form == nil {
		return nil, nil
	}
	if e.payload.Union != nil && !e.payload.Nullable {
		for _, v := range e.payload.Variants {
			x := &sampler{program: p, full: true, open: map[*ir.Form]bool{e.payload.Form: true}}
			if value, ok := x.variant(e.payload, v); ok {
				names, values = append(names, v.Variant.Name), append(values, value)
			}
		}
		return names, values
	}
	for _, full := range []bool{true, false} {
		x := &sampler{program: p, full: full, open: map[*ir.Form]bool{}}
		value, ok := x.slot(e.payload, "text")
		if !ok || len(values) > 0 && string(asJSON(value)) == string(asJSON(values[0])) {
			continue
		}
		names, values = append(names, map[bool]string{true: "full", false: "minimal"}[full]), append(values, value)
	}
	return names, values
}

// slot makes a value; false if there is none without end.
func (x *sampler) slot(s ir.Slot, name string) (tree, bool) {
	if s.Form == nil {
		return object{}, true
	}
	if s.Nullable && (!x.full || s.Kind == "" && s.Union == nil) {
		return nil, true
	}
	if x.open[s.Form] {
		return nil, s.Nullable
	}
	if s.Decl != nil {
		x.open[s.Form] = true
		defer delete(x.open, s.Form)
	}
	value, ok := x.form(s, name)
	return value, ok || s.Nullable
}

func (x *sampler) form(s ir.Slot, name string) (tree, bool) {
	switch {
	case s.Union != nil:
		for _, v := range s.Variants {
			if value, ok := x.variant(s, v); ok {
				return value, true
			}
		}
		return nil, false
	case s.Enum != nil && len(s.Enum.Members) > 0:
		if s.Quoted {
			return s.Enum.Members[0].Value, true
		}
		return scalar(s.Enum.Members[0].Value), true
	}
	switch s.Kind {
	case ir.KindSlice:
		out := list{}
		if elem, ok := x.slot(*s.Elem, name); ok && x.full {
			out = append(out, elem)
		}
		return out, true
	case ir.KindMap:
		out := object{}
		if elem, ok := x.slot(*s.Elem, name); ok && x.full {
			out = out.with(x.key(*s.Key), elem)
		}
		return out, true
	case ir.KindArray:
		out := list{}
		for range s.Len {
			elem, ok := x.slot(*s.Elem, name)
			if !ok {
				return nil, false
			}
			out = append(out, elem)
		}
		return out, true
	case ir.KindStruct:
		return x.object(object{}, s.Props)
	case ir.KindText, ir.KindCustom:
		if t := parseStated(s.TS); t != nil {
			return x.stated(s, t)
		}
	case ir.KindAny:
		for _, form := range s.OneOf {
			if value, ok := x.slot(form, name); ok && value != nil {
				return value, true
			}
		}
	}
	return x.basic(s, name), true
}

func (x *sampler) object(out object, props []ir.Prop) (tree, bool) {
	full := x.full
	x.full = full && x.deep < sampleDepth
	x.deep++
	defer func() { x.full, x.deep = full, x.deep-1 }()
	for _, p := range props {
		if p.Field.Optional && !x.full {
			continue
		}
		value, ok := x.slot(p.Slot, p.Field.Name)
		if !ok && !p.Field.Optional {
			return nil, false
		}
		if ok {
			out = out.with(p.Field.Name, value)
		}
	}
	return out, true
}

func (x *sampler) variant(s ir.Slot, v ir.FormVariant) (tree, bool) {
	out := object{{s.Union.Tag, v.Variant.Name}}
	if s.Union.Content == "" {
		return x.object(out, v.Props)
	}
	value, ok := x.slot(v.Slot, "text")
	return out.with(s.Union.Content, value), ok
}

func (x *sampler) key(s ir.Slot) string {
	value, ok := x.slot(s, "key")
	switch value := value.(type) {
	case string:
		return value
	case number:
		return string(value)
	}
	if !ok {
		return ""
	}
	return "key"
}

func (x *sampler) basic(s ir.Slot, name string) tree {
	var text string
	switch s.Kind {
	case ir.KindBool:
		text = "true"
	case ir.KindInt, ir.KindUint, ir.KindNumber:
		text = "1"
	case ir.KindFloat:
		text = "1.5"
	case ir.KindString, ir.KindText:
		if s.Quoted {
			return `"` + strings.Map(plain, name) + `"`
		}
		return name
	case ir.KindBytes:
		return "AQID"
	case ir.KindTime:
		return "2006-01-02T15:04:05Z"
	default:
		return object{}
	}
	if s.Quoted {
		return text
	}
	return scalar(text)
}

// plain drops what JSON escapes in a string.
func plain(r rune) rune {
	if r < ' ' || r == '"' || r == '\\' {
		return -1
	}
	return r
}

// stated makes a value of a stated type.
func (x *sampler) stated(s ir.Slot, t *stated) (tree, bool) {
	switch t.kind {
	case statedLiteral:
		return t.value, true
	case statedArray:
		return list{}, true
	case statedRecord:
		return object{}, true
	case statedUnion:
		for _, part := range t.parts {
			if value, ok := x.stated(s, part); ok {
				return value, true
			}
		}
		return nil, false
	case statedTuple, statedTemplate:
		values := list{}
		for _, part := range t.parts {
			value, ok := x.stated(s, part)
			if !ok {
				return nil, false
			}
			values = append(values, value)
		}
		if t.kind == statedTuple {
			return values, true
		}
		return templateText(values), true
	case statedObject:
		out := object{}
		for _, f := range t.fields {
			value, ok := x.stated(s, f.typ)
			if !ok && !f.optional {
				return nil, false
			}
			if ok {
				out = out.with(f.name, value)
			}
		}
		return out, true
	}
	switch t.text {
	case "string":
		return "text", true
	case "number", "bigint":
		return number("1"), true
	case "boolean":
		return true, true
	case "null":
		return nil, true
	}
	return x.slot(x.resolve(s, t.text), "text")
}

// templateText is a template with its values inserted.
func templateText(values list) string {
	var b strings.Builder
	for _, v := range values {
		if s, ok := v.(string); ok {
			b.WriteString(s)
		} else {
			b.WriteString(strings.TrimSpace(string(asJSON(v))))
		}
	}
	return b.String()
}
