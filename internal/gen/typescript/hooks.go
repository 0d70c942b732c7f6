package typescript

import (
	"maps"
	"slices"

	"github.com/eventgen/eventgen/internal/gen/naming"
)

// framework is what hooks look like in one framework.
type framework struct {
	entry  string // of the runtime
	prefix string // of every hook
	client bool   // begins with 'use client'
	// generic are the runtime's functions over any event, in the order latest, on, history, by
	// key, emit.
	latest, on, history, byKey, emit string
	// exports are passed on from the runtime, so that one module has all hooks.
	exports []string
	// value is the type of a hook's result that holds a value of type t.
	value func(f *file, t string) string
}

var frameworks = map[string]framework{
	"react": {
		entry: "react", prefix: "use", client: true,
		latest: "useEvent", on: "useOnEvent", history: "useEventHistory", byKey: "useEventByKey", emit: "useEmit",
		exports: []string{"EventsProvider", "useClient", "useConnection", "useEmit", "useEvent", "useEventByKey", "useEventHistory", "useOnEvent"},
		value:   func(_ *file, t string) string { return t },
	},
	"vue": {
		entry: "vue", prefix: "use",
		latest: "useEvent", on: "useOnEvent", history: "useEventHistory", byKey: "useEventByKey", emit: "useEmit",
		exports: []string{"EventsProvider", "provideEvents", "useClient", "useConnection", "useEmit", "useEvent", "useEventByKey", "useEventHistory", "useOnEvent"},
		value: func(f *file, t string) string {
			return f.p.global("Readonly") + "<" + f.packageType("vue", "ShallowRef") + "<" + t + ">>"
		},
	},
	"svelte": {
		entry: "svelte", prefix: "use",
		latest: "useEvent", on: "useOnEvent", history: "useEventHistory", byKey: "useEventByKey", emit: "useEmit",
		exports: []string{"provideEvents", "useClient", "useConnection", "useEmit", "useEvent", "useEventByKey", "useEventHistory", "useOnEvent"},
		value:   func(f *file, t string) string { return f.typ("svelte", "Current") + "<" + t + ">" },
	},
	"solid": {
		entry: "solid", prefix: "create",
		latest: "createEvent", on: "createOnEvent", history: "createEventHistory", byKey: "createEventByKey", emit: "createEmit",
		exports: []string{"EventsProvider", "createConnection", "createEmit", "createEvent", "createEventByKey", "createEventHistory", "createOnEvent", "useClient"},
		value:   func(f *file, t string) string { return f.packageType("solid-js", "Accessor") + "<" + t + ">" },
	},
}

// hooksView is the hooks of one framework.
type hooksView struct {
	Client    bool
	Imports   []importView
	Exports   string
	Functions []functionView
}

// hookNames are the hooks of one event; empty for those that it does not have. An event without
// payload has no value to hold.
type hookNames struct{ latest, on, history, byKey, emit string }

func (fw framework) names(e *event) hookNames {
	stem := naming.UpperFirst(e.Go)
	var n hookNames
	if arrives(e.Event) {
		n.on = fw.prefix + "On" + stem
		if e.Payload != nil {
			n.latest, n.history = fw.prefix+stem, fw.prefix+stem+"History"
		}
		if e.Key != nil {
			n.byKey = fw.prefix + stem + "ByKey"
		}
	}
	if e.From.Client() {
		n.emit = fw.prefix + "Emit" + stem
	}
	return n
}

func (n hookNames) list() []string {
	return slices.DeleteFunc([]string{n.latest, n.on, n.history, n.byKey, n.emit}, func(name string) bool { return name == "" })
}

// claimHooks reports the hooks of a framework that would share a name with each other, or with
// what their module imports of events.
func (p *program) claimHooks(name string, types, values *claims) {
	fw := frameworks[name]
	hooks := types.clone()
	maps.Copy(hooks.owners, values.owners)
	for _, export := range fw.exports {
		hooks.owners[export] = claim{what: "the runtime"}
	}
	for _, e := range p.events {
		for _, hook := range fw.names(e).list() {
			hooks.claim(hook, eventClaim(e), eventHint)
		}
	}
}

func (p *program) hooksFile(name string) []byte {
	fw := frameworks[name]
	f := p.newFile()
	v := hooksView{Client: fw.client}
	for _, e := range p.events {
		b := hookBuilder{
			eventBuilder: eventBuilder{
				program: p, file: f, event: e,
				payload:  p.payload(e, f.eventsType).String(),
				payloads: p.payload(e, f.eventsType).arrayOf().String(),
				key:      p.keyType(e, f.eventsType),
			},
			fw:    fw,
			names: fw.names(e),
		}
		v.Functions = append(v.Functions, b.functions()...)
	}
	from := " from " + stringLiteral(p.runtimeModule(fw.entry))
	v.Exports = "export " + list(len("export ;")+len(from), "{", fw.exports, "}") + from
	v.Imports = f.views()
	return render("hooks", v)
}

// hookBuilder renders the hooks of one event.
type hookBuilder struct {
	eventBuilder
	fw    framework
	names hookNames
}

func (b hookBuilder) functions() []functionView {
	var out []functionView
	add := func(name string, build func() functionView) {
		if name != "" {
			out = append(out, build())
		}
	}
	add(b.names.latest, b.latestHook)
	add(b.names.on, b.onHook)
	add(b.names.history, b.historyHook)
	add(b.names.byKey, b.byKeyHook)
	add(b.names.emit, b.emitHook)
	return out
}

// hook is a function that hands its arguments to one of the runtime's, behind the descriptor.
func (b hookBuilder) hook(doc, name, generic, result string, params []string, args ...string) functionView {
	call := slices.Concat([]string{b.file.eventsValue(b.event.names.descriptor)}, args)
	return functionView{
		Doc:       b.doc(doc),
		Signature: signature{Name: name, Params: params, Result: result},
		Body:      b.file.value(b.fw.entry, generic) + list(lineWidth/2, "(", call, ")"),
	}
}

// options is the parameter for options of an entry point's type, of the event's key if it has one.
func (b hookBuilder) options(name string) string {
	t := b.file.typ(b.fw.entry, name)
	if b.key != "" {
		t += "<" + b.key + ">"
	}
	return b.optional("options", t)
}

func (b hookBuilder) latestHook() functionView {
	return b.hook("The latest "+b.wireName()+", undefined before the first.", b.names.latest, b.fw.latest,
		b.fw.value(b.file, b.payload+" | undefined"), []string{b.options("HookOptions")}, b.local("options"))
}

func (b hookBuilder) onHook() functionView {
	doc := "Calls `listener` for each " + b.wireName() + "."
	if b.fw.client {
		doc = "Calls `listener`, always the newest one, for each " + b.wireName() + "."
	}
	return b.hook(doc, b.names.on, b.fw.on,
		"void", []string{b.listenerParam(), b.options("OnHookOptions")}, b.listenerValue(), b.local("options"))
}

func (b hookBuilder) historyHook() functionView {
	limit := b.local("limit")
	return b.hook("The last `"+limit+"` of "+b.wireName()+", oldest first.", b.names.history, b.fw.history,
		b.fw.value(b.file, "readonly "+b.payloads), []string{limit + ": number", b.options("HookOptions")}, limit, b.local("options"))
}

func (b hookBuilder) byKeyHook() functionView {
	result := b.global("ReadonlyMap") + "<" + b.key + ", " + b.payload + ">"
	return b.hook("The latest "+b.wireName()+" of each key.", b.names.byKey, b.fw.byKey,
		b.fw.value(b.file, result), []string{b.optional("options", b.file.typ(b.fw.entry, "ByKeyOptions"))}, b.local("options"))
}

func (b hookBuilder) emitHook() functionView {
	payload := "payload: " + b.payload
	if b.event.Payload == nil {
		payload = "payload?: undefined"
	}
	var options string
	if b.event.names.emit == "" {
		options = "options: " + b.file.runtimeType("RelayOptions")
		if b.event.Payload == nil {
			payload = "payload: undefined"
		}
	} else {
		options = "options?: " + b.emitOptions()
	}
	client := b.file.runtimeType("EventsClient")
	return b.hook("A function that emits "+b.wireName()+".", b.names.emit, b.fw.emit,
		"("+payload+", "+options+") => "+b.global("Promise")+"<void>",
		[]string{b.optional("options", "{ readonly client?: "+client+" }")}, b.local("options"))
}
