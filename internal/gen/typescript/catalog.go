package typescript

import "strings"

// eventKeys is the map of keyed events to their keys.
const eventKeys = "EventKeys"

// catalogView is catalog.gen.ts.
type catalogView struct {
	Imports     []importView
	Server      []entryView
	Client      []entryView
	Keyed       []entryView
	Meta        string // the type of a delivery's metadata
	EventsType  string
	EventsArgs  string
	CreateValue string
	Descriptors []string
}

// entryView is one event in the maps.
type entryView struct {
	Doc     []string
	Key     string
	Name    string // as a literal
	Payload string
}

func (p *program) catalogFile() []byte {
	f := p.newFile()
	var v catalogView
	var relayed []string
	for _, e := range p.events {
		payload := p.payload(e, f.eventsType).String()
		entry := entryView{
			Doc:     docLines(2, nil, e.Doc.Deprecated),
			Key:     stringLiteral(e.Name),
			Name:    stringLiteral(e.Name),
			Payload: payload,
		}
		if arrives(e.Event) {
			v.Server = append(v.Server, entry)
		}
		if e.From.Client() {
			v.Client = append(v.Client, entry)
		}
		if e.Relay {
			relayed = append(relayed, entry.Name)
		}
		if key := p.keyType(e, f.eventsType); key != "" {
			v.Keyed = append(v.Keyed, entryView{Key: entry.Key, Payload: key})
		}
		v.Descriptors = append(v.Descriptors, f.eventsValue(e.names.descriptor))
	}
	if len(v.Server) > 0 {
		v.Meta = f.runtimeType("EventMeta")
	}
	if len(relayed) == 0 {
		relayed = []string{"never"}
	}
	keys := "{}"
	if len(v.Keyed) > 0 {
		keys = eventKeys
	}
	v.EventsType = f.runtimeType("Events")
	v.EventsArgs = indent(list(len("export type Events =")+len(v.EventsType), "<", []string{"ServerEvents", "ClientEvents", keys, strings.Join(relayed, " | ")}, ">"))
	v.CreateValue = f.runtimeValue("createEvents")
	v.Imports = f.views()
	return render(catalogModule, v)
}
