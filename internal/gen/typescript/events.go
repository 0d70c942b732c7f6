package typescript

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/eventgen/eventgen/internal/gen/naming"
	"github.com/eventgen/eventgen/internal/ir"
)

// eventsView is events.gen.ts.
type eventsView struct {
	Imports   []importView
	Types     []typeView
	Constants []constView
	Events    []eventView
}

// eventView is one event: its descriptor and its functions.
type eventView struct {
	Doc       []string
	Name      string
	Type      string
	Value     string
	Functions []functionView
	Once      *onceView // nil for an event that never arrives
}

// onceView is the constant that waits for one event. Its overloads stand once, in the runtime.
type onceView struct {
	Doc         []string
	Name        string
	Type, Value string
}

// functionView is an exported function of one statement.
type functionView struct {
	Doc       []string
	Signature signature
	Body      string
}

// signature is the head of a function.
type signature struct {
	Name   string // with type parameters
	Params []string
	Result string
}

func (p *program) eventsFile() []byte {
	f := p.newFile()
	v := eventsView{}
	for _, d := range p.sorted {
		v.Types = append(v.Types, typer{program: p}.decl(d))
	}
	var payloads []*ir.Type
	for _, e := range p.events {
		payloads = append(payloads, e.Payload)
	}
	c := &converter{p: p, file: f, declared: map[string]bool{}}
	v.Constants = c.constants(p.neededConversions(payloads))
	for _, e := range p.events {
		v.Events = append(v.Events, p.eventView(f, c, e))
	}
	v.Imports = f.views()
	return render(eventsModule, v)
}

// eventView prepares one event.
func (p *program) eventView(f *file, c *converter, e *event) eventView {
	payload := p.payload(e, nil)
	b := eventBuilder{program: p, file: f, event: e, payload: payload.String(), payloads: payload.arrayOf().String(), key: p.keyType(e, nil)}
	v := eventView{Doc: b.descriptorDoc(), Name: e.names.descriptor}
	kind := b.kind()
	args := []string{stringLiteral(e.Name), b.payload}
	if b.key != "" {
		args = append(args, b.key)
	}
	v.Type = f.runtimeType(naming.UpperFirst(kind)) + "<" + strings.Join(args, ", ") + ">"
	call := []string{stringLiteral(e.Name), stringLiteral(e.contract)}
	if options := b.options(c); len(options) > 0 {
		call = append(call, indent(list(len("  "), "{", options, "}")))
	} else if kind == "serverEvent" {
		kind = "plainEvent" // what it leaves out costs a page as much as ten events
	}
	v.Value = pure(f.runtimeValue(kind) + indent(list(len(pureMark)+len(kind)+len("  $;"), "(", call, ")")))
	if arrives(e.Event) {
		v.Functions = append(v.Functions, b.on())
		if e.Batch > 0 {
			v.Functions = append(v.Functions, b.onBatch())
		}
		v.Functions = append(v.Functions, b.stream())
		v.Once = b.once()
	}
	if e.names.emit != "" {
		v.Functions = append(v.Functions, b.emit())
	}
	if e.names.emitTo != "" {
		v.Functions = append(v.Functions, b.emitTo())
	}
	return v
}

// payload is the payload of e in TypeScript: undefined where there is none. A payload that is a
// union itself is never nil: there is no event without a variant.
func (p *program) payload(e *event, used func(string)) expr {
	if e.Payload == nil {
		return primary("undefined")
	}
	r := typer{program: p, used: used}
	if d := p.types.Decl(e.Payload); d != nil && d.Union != nil {
		return r.named(e.Payload, d, ir.Place{})
	}
	return r.typ(e.Payload, ir.Place{})
}

// keyType is the type of the key that listeners may ask for; "" for an event without. It is the
// wire form where TypeScript sees an object, which has no identity.
func (p *program) keyType(e *event, used func(string)) string {
	if e.Key == nil || !arrives(e.Event) {
		return ""
	}
	r := typer{program: p, used: used, wire: !p.types.Wide(e.Key.Type, ir.Place{})}
	return r.typ(e.Key.Type, ir.Place{Quoted: p.keyQuoted(e)}).String()
}

// keyQuoted reports whether the payload's field that is the key has the option ",string".
func (p *program) keyQuoted(e *event) bool {
	t := p.types.Under(e.Payload)
	for i, name := range e.Key.JSON {
		for t.Kind == ir.KindPtr {
			t = p.types.Under(t.Elem)
		}
		n := slices.IndexFunc(t.Fields, func(f *ir.Field) bool { return f.Name == name })
		if n < 0 {
			return false
		}
		if i == len(e.Key.JSON)-1 {
			return t.Fields[n].Quoted
		}
		t = p.types.Under(t.Fields[n].Type)
	}
	return false
}

// eventBuilder renders what belongs to one event.
type eventBuilder struct {
	*program
	file     *file
	event    *event
	payload  string // its type
	payloads string // the type of an array of them
	key      string // the type of its key; "" for none
}

// kind is the runtime's function that makes the descriptor.
func (b eventBuilder) kind() string {
	switch {
	case !b.event.From.Client():
		return "serverEvent"
	case arrives(b.event.Event):
		return "sharedEvent"
	}
	return "clientEvent"
}

// options are the properties of the descriptor's third argument.
func (b eventBuilder) options(c *converter) []string {
	e := b.event
	var out []string
	if b.key != "" {
		path := make([]string, len(e.Key.JSON))
		for i, name := range e.Key.JSON {
			path[i] = stringLiteral(name)
		}
		out = append(out, "key: ["+strings.Join(path, ", ")+"]")
	}
	if e.Batch > 0 && arrives(e.Event) {
		out = append(out, "batch: true")
	}
	if e.Payload == nil {
		out = append(out, "empty: true")
	}
	if e.Sticky {
		out = append(out, "sticky: true")
	}
	if e.Replay > 0 {
		out = append(out, "replay: "+strconv.Itoa(e.Replay))
	}
	if conv := c.typ(e.Payload); conv != "" {
		if arrives(e.Event) {
			out = append(out, "read: "+pureTree(b.file.decodeValue(convertRead)+"("+conv+")"))
		}
		if e.From.Client() {
			out = append(out, "write: "+pureTree(b.file.decodeValue(convertWrite)+"("+conv+")"))
		}
	}
	return out
}

// wireName is the event's name as it appears in documentation.
func (b eventBuilder) wireName() string { return "`" + b.event.Name + "`" }

func (b eventBuilder) doc(paragraphs ...string) []string {
	return docLines(0, paragraphs, b.event.Doc.Deprecated)
}

// descriptorDoc tells what the event is and what to expect of its delivery.
func (b eventBuilder) descriptorDoc() []string {
	return b.doc("The event "+b.wireName()+". "+b.delivery(), b.event.Doc.Text)
}

// delivery says in words what the directive's options mean for a listener.
func (b eventBuilder) delivery() string {
	e := b.event
	var out []string
	each := ""
	if e.Key != nil {
		each = " for each `" + strings.Join(e.Key.JSON, ".") + "`"
	}
	switch {
	case e.From == ir.FromClient && !e.Relay:
		out = append(out, "Clients emit it, and the server alone receives it.")
	case e.From == ir.FromClient:
		out = append(out, "Clients emit it, to the server and to other windows.")
	case e.From == ir.FromBoth:
		out = append(out, "Clients emit it too.")
	}
	if e.Throttle > 0 {
		out = append(out, "At most one in "+duration(e.Throttle)+each+", the latest always.")
	}
	if e.Debounce > 0 {
		out = append(out, "One delivery"+each+", "+duration(e.Debounce)+" after the last emit.")
	}
	if e.Batch > 0 {
		out = append(out, fmt.Sprintf("It comes in batches of at most %d, none waiting longer than %s.", e.Batch, duration(e.Wait)))
	}
	if e.Sticky {
		out = append(out, "A new listener gets the last value"+each+" immediately.")
	}
	if e.Replay > 0 {
		out = append(out, fmt.Sprintf("A new listener gets the last %d.", e.Replay))
	}
	return strings.Join(out, " ")
}

// duration spells d as a reader would: 100 ms, 2 s.
func duration(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return strconv.FormatInt(int64(d/time.Hour), 10) + " h"
	case d%time.Minute == 0:
		return strconv.FormatInt(int64(d/time.Minute), 10) + " min"
	case d%time.Second == 0:
		return strconv.FormatInt(int64(d/time.Second), 10) + " s"
	case d%time.Millisecond == 0:
		return strconv.FormatInt(int64(d/time.Millisecond), 10) + " ms"
	case d%time.Microsecond == 0:
		return strconv.FormatInt(int64(d/time.Microsecond), 10) + " µs"
	}
	return strconv.FormatInt(int64(d), 10) + " ns"
}
