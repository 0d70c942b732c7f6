package typescript

import "strings"

// listenerType is the type of a listener's function. Its result is unknown, so that it may be
// async: what a promise rejects with is reported as what is thrown is.
func (b eventBuilder) listenerType() string {
	meta := "meta: " + b.file.runtimeType("EventMeta")
	if b.event.Payload == nil {
		return "(" + meta + ") => unknown"
	}
	return "(payload: " + b.payload + ", " + meta + ") => unknown"
}

// listenerValue is what the runtime calls: the listener, or past the payload that is not there.
func (b eventBuilder) listenerValue() string {
	if b.event.Payload == nil {
		return "(_, meta) => listener(meta)"
	}
	return "listener"
}

// optionsType is a type of options, of the event's key if it has one.
func (b eventBuilder) optionsType(name string, args ...string) string {
	if b.key != "" {
		args = append(args, b.key)
	}
	t := b.file.runtimeType(name)
	if len(args) > 0 {
		t += "<" + strings.Join(args, ", ") + ">"
	}
	return t
}

func (b eventBuilder) on() functionView {
	n := b.event.names
	return functionView{
		Doc: b.doc("Calls `listener` for each " + b.wireName() + "."),
		Signature: signature{
			Name:   n.on,
			Params: []string{"listener: " + b.listenerType(), "options?: " + b.optionsType("ListenOptions")},
			Result: b.file.runtimeType("Unlisten"),
		},
		Body: b.file.runtimeValue("listen") + "(" + n.descriptor + ", " + b.listenerValue() + ", options)",
	}
}

func (b eventBuilder) onBatch() functionView {
	n := b.event.names
	return functionView{
		Doc: b.doc("Calls `listener` for each batch of " + b.wireName() + "."),
		Signature: signature{
			Name: n.onBatch,
			Params: []string{
				"listener: (payloads: readonly " + b.payloads + ", meta: " + b.file.runtimeType("EventMeta") + ") => unknown",
				"options?: " + b.optionsType("ListenOptions"),
			},
			Result: b.file.runtimeType("Unlisten"),
		},
		Body: b.file.runtimeValue("listenBatch") + "(" + n.descriptor + ", listener, options)",
	}
}

func (b eventBuilder) once() functionView {
	n := b.event.names
	result, first := b.payload, "first"
	if b.event.Payload == nil {
		result = "void"
		first = "typeof first === 'function' ? (_: undefined, meta: " + b.file.runtimeType("EventMeta") + ") => first(meta) : first"
	}
	promise := b.global("Promise") + "<" + result + ">"
	return functionView{
		Overloads: []signature{
			{
				Doc:    b.doc("Waits for the next " + b.wireName() + "."),
				Name:   n.once,
				Params: []string{"options?: " + b.optionsType("OnceOptions", b.payload)},
				Result: promise,
			},
			{
				Doc:    b.doc("Calls `listener` for the next " + b.wireName() + "."),
				Name:   n.once,
				Params: []string{"listener: " + b.listenerType(), "options?: " + b.optionsType("OnceOptions", b.payload)},
				Result: b.file.runtimeType("Unlisten"),
			},
		},
		Signature: signature{Name: n.once, Params: []string{"first?: any", "options?: any"}, Result: "any"},
		Body:      b.file.runtimeValue("once") + "(" + n.descriptor + ", " + first + ", options)",
	}
}

func (b eventBuilder) stream() functionView {
	n := b.event.names
	return functionView{
		Doc: b.doc("Iterates over " + b.wireName() + ", from this call on."),
		Signature: signature{
			Name:   n.stream,
			Params: []string{"options?: " + b.optionsType("StreamOptions")},
			Result: b.file.runtimeType("EventStream") + "<" + b.payload + ">",
		},
		Body: b.file.runtimeValue("stream") + "(" + n.descriptor + ", options)",
	}
}

// payloadParam is the parameter of emitters that carries the payload, if there is one.
func (b eventBuilder) payloadParam() (params []string, value string) {
	if b.event.Payload == nil {
		return nil, "undefined"
	}
	return []string{"payload: " + b.payload}, "payload"
}

func (b eventBuilder) emit() functionView {
	n := b.event.names
	params, value := b.payloadParam()
	options := b.file.runtimeType("EmitOptions")
	if b.event.Relay {
		options += " | " + b.file.runtimeType("RelayOptions")
	}
	return functionView{
		Doc: b.doc("Emits " + b.wireName() + " to the backend and settles with its answer."),
		Signature: signature{
			Name:   n.emit,
			Params: append(params, "options?: "+options),
			Result: b.global("Promise") + "<void>",
		},
		Body: b.file.runtimeValue("emit") + "(" + n.descriptor + ", " + value + ", options)",
	}
}

func (b eventBuilder) emitTo() functionView {
	n := b.event.names
	params, value := b.payloadParam()
	return functionView{
		Doc: b.doc("Emits " + b.wireName() + " to the windows that `to` names, through the backend."),
		Signature: signature{
			Name:   n.emitTo,
			Params: append(append([]string{"to: " + b.file.runtimeType("Target")}, params...), "options?: "+b.file.runtimeType("EmitOptions")),
			Result: b.global("Promise") + "<void>",
		},
		Body: b.file.runtimeValue("emit") + "(" + n.descriptor + ", " + value + ", { ...options, to })",
	}
}
