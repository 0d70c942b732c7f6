// Package asyncapi renders the model for tools of others: as an AsyncAPI 3.0 document
// ([Document]) and as JSON Schema 2020-12 ([Schema]).
//
// Both describe what travels, so settings that only TypeScript sees have no effect. They are
// pure functions: equal models give equal bytes.
package asyncapi

import (
	"cmp"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// extension holds what neither format has a word for.
const extension = "x-eventgen"

// A Server is an address at which an application can be reached.
type Server struct {
	Name     string // [A-Za-z0-9_-]+
	Protocol string // ws, wss, http, https, nats …
	Host     string // with the port, if any
	Path     string
}

// Options say what the model does not know.
type Options struct {
	Title   string // of the document; "" for the path that the packages have in common
	Version string // of the application's contract; "" for 1.0.0. For AsyncAPI alone
	Servers []Server
	ID      string // absolute URI of the schema, without fragment; "" for urn:eventgen: and the title
	JSON    bool   // AsyncAPI as JSON rather than YAML
}

// Document renders m as an AsyncAPI 3.0 document, seen from the application: it sends what
// windows listen to and receives what they emit.
func Document(m *ir.Model, o Options) ([]byte, error) {
	p := newProgram(m)
	b := newSchemas(p, dialect{refs: "#/components/schemas/", draft7: true})
	var channels, operations, messages object
	for _, e := range p.events {
		messages = messages.with(e.stem, b.message(e))
		channels = channels.with(e.stem, channel(e))
		operations = append(operations, operationsOf(e)...)
	}
	doc := object{{"asyncapi", "3.0.0"}, {"info", object{
		{"title", cmp.Or(o.Title, title(m))},
		{"version", cmp.Or(o.Version, "1.0.0")},
	}.text("description", packageDocs(m))}}
	if len(o.Servers) > 0 {
		servers := object{}
		for _, s := range o.Servers {
			servers = servers.with(s.Name, object{{"host", s.Host}, {"protocol", s.Protocol}}.text("pathname", s.Path))
		}
		doc = doc.with("servers", servers)
	}
	doc = doc.with("defaultContentType", "application/json")
	components := object{{"messages", nonNil(messages)}}
	if schemas := b.definitions(); len(schemas) > 0 {
		components = components.with("schemas", schemas)
	}
	doc = append(doc, member{"channels", nonNil(channels)}, member{"operations", nonNil(operations)}, member{"components", components})
	if o.JSON {
		return asJSON(doc), nil
	}
	return asYAML(doc)
}

func nonNil(o object) object {
	if o == nil {
		return object{}
	}
	return o
}

// packageDocs is what the packages say of themselves.
func packageDocs(m *ir.Model) string {
	var out []string
	for _, p := range m.Packages {
		if p.Doc.Text != "" {
			out = append(out, p.Doc.Text)
		}
	}
	return strings.Join(out, "\n\n")
}

// channel is the address of an event: its wire name.
func channel(e *event) object {
	out := object{{"address", e.Name}, {"title", e.Name}}
	out = out.text("description", description(e.Doc))
	return append(out,
		member{"messages", object{{e.stem, object{{"$ref", "#/components/messages/" + e.stem}}}}},
		member{"tags", list{object{{"name", e.pkg.Path}}}},
		member{extension, options(e)},
	)
}

// operationsOf are what the application does with an event.
func operationsOf(e *event) object {
	var out object
	operation := func(action string) {
		out = out.with(action+e.stem, object{
			{"action", action},
			{"channel", object{{"$ref", "#/channels/" + e.stem}}},
			{"messages", list{object{{"$ref", "#/channels/" + e.stem + "/messages/" + e.stem}}}},
		})
	}
	if e.From.Server() || e.Relay {
		operation("send")
	}
	if e.From.Client() {
		operation("receive")
	}
	return out
}

func (b *schemas) message(e *event) object {
	out := object{{"name", e.Name}, {"title", e.stem}}.text("description", description(e.Doc))
	if e.payload.Form == nil {
		return out
	}
	payload := b.slot(e.payload)
	if e.Doc.Deprecated != "" {
		payload = b.annotate(payload, object{{"deprecated", true}})
	}
	out = out.with("payload", payload)
	names, values := b.samples(e)
	examples := list{}
	for i, name := range names {
		examples = append(examples, object{{"name", name}, {"payload", values[i]}})
	}
	if len(examples) > 0 {
		out = out.with("examples", examples)
	}
	return out
}
