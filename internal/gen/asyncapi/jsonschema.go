package asyncapi

import (
	"cmp"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// Schema renders m as one JSON Schema 2020-12 document. Its definitions are the payload types by
// name, and the payload of each event under "event:" and its wire name; both have an anchor, the
// type's name or "event." and the event's identifier. The document itself is the schema of one
// event with its payload: {"event": "download:progress", "payload": …}.
func Schema(m *ir.Model, o Options) []byte {
	p := newProgram(m)
	name := cmp.Or(o.Title, title(m))
	b := newSchemas(p, dialect{refs: "#/$defs/", anchor: true})
	events, each := object{}, list{}
	for _, e := range p.events {
		key := "event:" + e.Name
		one := object{{"title", e.Name}, {"type", "object"}, {"properties", object{{"event", object{{"const", e.Name}}}}}, {"required", list{"event"}}}
		if e.payload.Form != nil {
			events = events.with(key, b.payloadSchema(e))
			one[2].value = one[2].value.(object).with("payload", object{{"$ref", "#/$defs" + pointer([]string{key})}})
			one[3].value = list{"event", "payload"}
		}
		each = append(each, one)
	}
	doc := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", cmp.Or(o.ID, "urn:eventgen:"+urn(name))},
		{"title", name},
	}.text("description", packageDocs(m))
	if len(each) > 0 {
		doc = doc.with("oneOf", each)
	}
	return asJSON(doc.with("$defs", append(events, b.definitions()...)))
}

// payloadSchema is the definition of an event's payload.
func (b *schemas) payloadSchema(e *event) object {
	out := append(object{{"$anchor", "event." + e.stem}}, b.documented(e.Name, e.Doc)...)
	out = append(out, b.slot(e.payload)...)
	if _, values := b.samples(e); len(values) > 0 {
		out = out.with("examples", values)
	}
	return out.with(extension, options(e))
}

// urn is a title with what a URI may hold.
func urn(title string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("/.-_~", r) || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '-'
	}, title)
}
