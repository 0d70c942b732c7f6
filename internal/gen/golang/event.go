package golang

import (
	"fmt"
	"strconv"
	"time"

	"github.com/dave/jennifer/jen"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/rules"
)

// event writes the descriptor of e and the functions around it.
func (g *pkg) event(e *ir.Event) {
	payload, ok := g.payloadType(e)
	if !ok {
		g.diags.Add(diag.Diagnostic{
			Severity: diag.Error,
			Code:     diag.UnnamedPayload,
			Pos:      e.Pos,
			Message:  fmt.Sprintf("the payload of event %q has a Go type without a name, which generated code cannot write", e.Name),
			Hint:     "declare a type for the payload",
		})
		return
	}
	g.descriptor(e, payload)
	if broadcasts(e) {
		g.emitter(e, payload)
	}
	if e.From.Server() {
		g.emitterTo(e, payload)
	}
	if !listens(e) {
		return
	}
	g.listener(e, payload, "On", "Listen", "calls fn for every "+strconv.Quote(e.Name)+listenedFrom(e)+", until unlisten is called.")
	if e.Batch > 0 {
		g.listenerBatch(e, payload)
	}
	g.listener(e, payload, "Once", "Once", "calls fn for the next "+strconv.Quote(e.Name)+listenedFrom(e)+", unless unlisten is called first.")
}

func listenedFrom(e *ir.Event) string {
	if e.From == ir.FromClient || e.To != ir.ToAny {
		return " that a client emits"
	}
	return ""
}

// payloadType returns the Go type of e's payload.
func (g *pkg) payloadType(e *ir.Event) (string, bool) {
	if e.Payload == nil {
		return g.bus("Empty"), true
	}
	if !e.Const {
		return e.Decl, true
	}
	return g.goType(e.Payload)
}

// descriptor writes the variable that describes e to the runtime. Zero fields are left out.
func (g *pkg) descriptor(e *ir.Event, payload string) {
	g.docComment(fmt.Sprintf("%s describes the event %q.", descriptorName(e), e.Name), e.Doc, true)
	g.file.Var().Id(descriptorName(e)).Op("=").Add(expr(g.bus("Define"))).Call(
		expr(g.def("Definition")).Types(expr(payload)).CustomFunc(jen.Options{
			Open: "{", Close: "}", Separator: ",", Multi: true,
		}, func(fields *jen.Group) { g.definition(fields, e) }),
	)
	g.file.Line()
}

func (g *pkg) definition(fields *jen.Group, e *ir.Event) {
	set := func(name string, value jen.Code) { fields.Id(name).Op(":").Add(value) }
	count := func(name string, n int) {
		if n != 0 {
			set(name, jen.Lit(n))
		}
	}
	duration := func(name string, d time.Duration) {
		if d != 0 {
			set(name, expr(g.duration(d)))
		}
	}
	text := func(name, s string) {
		if s != "" {
			set(name, jen.Lit(s))
		}
	}

	text("Name", e.Name)
	text("Contract", g.contracts[e])
	if c, ok := map[ir.Direction]string{ir.FromClient: "FromClient", ir.FromBoth: "FromBoth"}[e.From]; ok {
		set("From", expr(g.def(c)))
	}
	if c, ok := map[ir.Audience]string{ir.ToWindow: "ToWindow", ir.ToGroup: "ToGroup"}[e.To]; ok {
		set("To", expr(g.def(c)))
	}
	if e.Relay {
		set("Relay", jen.True())
	}
	duration("Throttle", e.Throttle)
	duration("Debounce", e.Debounce)
	if e.Key != nil {
		set("Key", expr(g.keyFunc(e)))
		if e.Keys != rules.DefaultKeys || !heldByKey(e) {
			count("Keys", e.Keys)
		}
	}
	count("Batch", e.Batch)
	if e.Wait != rules.DefaultWait {
		duration("Wait", e.Wait)
	}
	if len(e.Flushes) > 0 {
		set("Flushes", jen.Index().String().ValuesFunc(func(values *jen.Group) {
			for _, name := range e.Flushes {
				values.Lit(name)
			}
		}))
	}
	if e.Sticky {
		set("Sticky", jen.True())
	}
	count("Replay", e.Replay)
	if c, ok := map[ir.SlowPolicy]string{ir.SlowLatest: "SlowLatest", ir.SlowDrop: "SlowDrop"}[e.Slow]; ok {
		set("Slow", expr(g.def(c)))
	}
	if e.Max != 0 {
		set("Max", jen.Op(strconv.FormatInt(e.Max, 10)))
	}
	count("Version", e.Version)
	text("Was", e.Was)
	text("Deprecated", e.Doc.Deprecated)
	if e.Payload != nil {
		set("Encode", expr(g.codecs.encoder(e)))
		if decode := g.codecs.decoder(e); decode != "" {
			set("Decode", expr(decode))
		}
	}
}

// heldByKey reports whether the bus holds something for each key, so that it has a bound for them.
func heldByKey(e *ir.Event) bool {
	return e.Sticky || e.Replay > 0 || e.Throttle > 0 || e.Debounce > 0 || e.Batch > 0
}

// duration writes d in the largest unit that divides it.
func (g *pkg) duration(d time.Duration) string {
	units := []struct {
		d    time.Duration
		name string
	}{
		{time.Hour, "Hour"}, {time.Minute, "Minute"}, {time.Second, "Second"},
		{time.Millisecond, "Millisecond"}, {time.Microsecond, "Microsecond"}, {time.Nanosecond, "Nanosecond"},
	}
	for _, u := range units {
		switch {
		case d == u.d:
			return g.qual(timePath, "time", u.name)
		case d%u.d == 0:
			return strconv.FormatInt(int64(d/u.d), 10) + " * " + g.qual(timePath, "time", u.name)
		}
	}
	return strconv.FormatInt(int64(d), 10)
}

// Parameters that several functions share. Their names hide no identifier of the package that
// the signature needs: a parameter's scope is the body.
func (g *pkg) ctxParam() *jen.Statement {
	return jen.Id("ctx").Id(g.qual(contextPath, "context", "Context"))
}

func (g *pkg) busParam() *jen.Statement { return jen.Id("b").Op("*").Id(g.bus("Bus")) }

func (g *pkg) emitter(e *ir.Event, payload string) {
	g.docComment(fmt.Sprintf("Emit%s emits %q to everyone who listens.", e.Go, e.Name), e.Doc, false)
	params := []jen.Code{g.ctxParam(), g.busParam()}
	args := []jen.Code{jen.Id("ctx"), jen.Id("b")}
	g.emitFunc("Emit"+e.Go, "Emit", e, params, args, payload)
}

func (g *pkg) emitterTo(e *ir.Event, payload string) {
	g.docComment(fmt.Sprintf("Emit%sTo emits %q to a target alone; Go listeners do not see it.", e.Go, e.Name), e.Doc, false)
	params := []jen.Code{g.ctxParam(), g.busParam(), jen.Id("to").Id(g.bus("Target"))}
	args := []jen.Code{jen.Id("ctx"), jen.Id("b"), jen.Id("to")}
	g.emitFunc("Emit"+e.Go+"To", "EmitTo", e, params, args, payload)
}

func (g *pkg) emitFunc(name, method string, e *ir.Event, params, args []jen.Code, payload string) {
	if e.Payload == nil {
		args = append(args, expr(g.bus("Empty")).Values())
	} else {
		params = append(params, jen.Id("payload").Add(expr(payload)))
		args = append(args, jen.Id("payload"))
	}
	g.file.Func().Id(name).Params(params...).Error().Block(
		jen.Return(jen.Id(descriptorName(e)).Dot(method).Call(args...)),
	)
	g.file.Line()
}

// listener writes On… and Once….
func (g *pkg) listener(e *ir.Event, payload string, prefix, method, sentence string) {
	g.docComment(prefix+e.Go+" "+sentence, e.Doc, false)
	fn, arg := jen.Func().Params(g.ctxParam(), jen.Id("payload").Add(expr(payload))).Error(), jen.Id("fn")
	if e.Payload == nil {
		fn = jen.Func().Params(g.ctxParam()).Error()
		arg = jen.Func().Params(g.ctxParam(), jen.Id("_").Add(expr(payload))).Error().Block(jen.Return(jen.Id("fn").Call(jen.Id("ctx"))))
	}
	g.listenFunc(prefix+e.Go, method, e, fn, arg)
}

func (g *pkg) listenerBatch(e *ir.Event, payload string) {
	g.docComment(fmt.Sprintf("On%sBatch calls fn with every batch of %q, until unlisten is called.", e.Go, e.Name), e.Doc, false)
	fn := jen.Func().Params(g.ctxParam(), jen.Id("payloads").Index().Add(expr(payload))).Error()
	g.listenFunc("On"+e.Go+"Batch", "ListenBatch", e, fn, jen.Id("fn"))
}

func (g *pkg) listenFunc(name, method string, e *ir.Event, fn, arg jen.Code) {
	g.file.Func().Id(name).
		Params(g.busParam(), jen.Id("fn").Add(fn), jen.Id("opts").Op("...").Id(g.bus("ListenOption"))).
		Params(jen.Id("unlisten").Func().Params()).
		Block(jen.Return(jen.Id(descriptorName(e)).Dot(method).Call(jen.Id("b"), arg, jen.Id("opts").Op("..."))))
	g.file.Line()
}
