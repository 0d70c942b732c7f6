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
	listener, meta := b.local("listener"), b.local("meta")
	if b.event.Payload == nil {
		return "(_, " + meta + ") => " + listener + "(" + meta + ")"
	}
	return listener
}

// listenerParam is the parameter that takes a listener.
func (b eventBuilder) listenerParam() string { return b.local("listener") + ": " + b.listenerType() }

// optional is a parameter that may be left out.
func (b eventBuilder) optional(name, t string) string { return b.local(name) + "?: " + t }

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

// call is a call of one of the runtime's functions with the descriptor.
func (b eventBuilder) call(function string, args ...string) string {
	return b.file.runtimeValue(function) + "(" + b.event.names.descriptor + ", " + strings.Join(args, ", ") + ")"
}

func (b eventBuilder) on() functionView {
	n := b.event.names
	return functionView{
		Doc: b.doc("Calls `listener` for each " + b.wireName() + "."),
		Signature: signature{
			Name:   n.on,
			Params: []string{b.listenerParam(), b.optional("options", b.optionsType("ListenOptions"))},
			Result: b.file.runtimeType("Unlisten"),
		},
		Body: b.call("listen", b.listenerValue(), b.local("options")),
	}
}

func (b eventBuilder) onBatch() functionView {
	n := b.event.names
	return functionView{
		Doc: b.doc("Calls `listener` for each batch of " + b.wireName() + "."),
		Signature: signature{
			Name: n.onBatch,
			Params: []string{
				b.local("listener") + ": (payloads: readonly " + b.payloads + ", meta: " + b.file.runtimeType("EventMeta") + ") => unknown",
				b.optional("options", b.optionsType("ListenOptions")),
			},
			Result: b.file.runtimeType("Unlisten"),
		},
		Body: b.call("listenBatch", b.local("listener"), b.local("options")),
	}
}

func (b eventBuilder) once() *onceView {
	var t, function string
	if b.event.Payload == nil {
		t, function = b.file.runtimeType("OnceEmpty"), "onceEmptyOf"
	} else {
		t, function = b.optionsType("Once", b.payload), "onceOf"
	}
	return &onceView{
		Doc:   b.doc("Waits for the next " + b.wireName() + ", or calls a listener for it."),
		Name:  b.event.names.once,
		Type:  t,
		Value: pure(b.file.runtimeValue(function) + "(" + b.event.names.descriptor + ")"),
	}
}

func (b eventBuilder) stream() functionView {
	n := b.event.names
	return functionView{
		Doc: b.doc("Iterates over " + b.wireName() + ", from this call on."),
		Signature: signature{
			Name:   n.stream,
			Params: []string{b.optional("options", b.optionsType("StreamOptions"))},
			Result: b.file.runtimeType("EventStream") + "<" + b.payload + ">",
		},
		Body: b.call("stream", b.local("options")),
	}
}

// payloadParam is the parameter of emitters that carries the payload, if there is one.
func (b eventBuilder) payloadParam() (params []string, value string) {
	if b.event.Payload == nil {
		return nil, "undefined"
	}
	value = b.local("payload")
	return []string{value + ": " + b.payload}, value
}

// emitOptions is the type of an emitter's options, which may name a target where the event is relayed.
func (b eventBuilder) emitOptions() string {
	if b.event.Relay {
		return b.file.runtimeType("EmitOptions") + " | " + b.file.runtimeType("RelayOptions")
	}
	return b.file.runtimeType("EmitOptions")
}

func (b eventBuilder) emit() functionView {
	n := b.event.names
	params, value := b.payloadParam()
	return functionView{
		Doc: b.doc("Emits " + b.wireName() + " to the backend and settles with its answer."),
		Signature: signature{
			Name:   n.emit,
			Params: append(params, b.optional("options", b.emitOptions())),
			Result: b.global("Promise") + "<void>",
		},
		Body: b.call("emit", value, b.local("options")),
	}
}

func (b eventBuilder) emitTo() functionView {
	n := b.event.names
	params, value := b.payloadParam()
	to, options := b.local("to"), b.local("options")
	target := "to"
	if to != target {
		target += ": " + to
	}
	return functionView{
		Doc: b.doc("Emits " + b.wireName() + " to the windows that `" + to + "` names, through the server."),
		Signature: signature{
			Name:   n.emitTo,
			Params: append(append([]string{to + ": " + b.file.runtimeType("Target")}, params...), b.optional("options", b.file.runtimeType("EmitOptions"))),
			Result: b.global("Promise") + "<void>",
		},
		Body: b.call("emit", value, "{ ..."+options+", "+target+" }"),
	}
}
