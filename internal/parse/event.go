package parse

import (
	"cmp"
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/parse/directive"
	"github.com/eventgen/eventgen/internal/parse/lower"
	"github.com/eventgen/eventgen/internal/rules"
)

const eventbusPath = "github.com/eventgen/eventgen/runtime/eventbus"

// event reads //eventgen:event on a type or constant.
func (t *target) event(d *declaration, dir *directive.Directive, obj types.Object) {
	own, list := directive.Decode(dir)
	t.list.Append(list)
	t.list.Append(directive.CheckOff(own, t.defaults))
	e := &ir.Event{
		Go: capitalised(obj.Name()), Decl: obj.Name(), Pos: dir.Pos,
		Doc: docText(d.doc), Allow: allows(d.directives), Options: map[string]diag.Pos{},
	}
	if own.Has("ts") {
		e.Go = own["ts"].Text
	}
	payload, ok := t.payload(e, obj)
	if !ok {
		return
	}
	if !token.IsExported(e.Go) {
		t.list.Add(diag.Diagnostic{
			Severity: diag.Error, Code: diag.BadEventName, Pos: t.index.pos(obj),
			Message: fmt.Sprintf("%s gives no name to generated functions: it cannot begin with a capital letter", obj.Name()),
			Hint:    "name the event in generated code: ts=Name",
		})
	}
	t.name(e, own, obj)
	if payload != nil {
		e.Payload = t.lowerer.Payload(payload, lower.Use{Pos: e.Pos, Allow: e.Allow, Read: t.from(own).Client()})
	}
	values := directive.Merge(own, t.defaults, func(field string) bool {
		_, problem, _ := t.key(payload, e.Payload, field)
		return problem == ""
	})
	t.list.Append(directive.Check(values))
	t.options(e, values, payload)
	t.out.Events = append(t.out.Events, e)
}

// from is who may emit an event of these options.
func (t *target) from(own directive.Values) ir.Direction {
	values := t.defaults
	if own.Has("from") {
		values = own
	}
	return ir.Direction(cmp.Or(values["from"].Text, string(ir.FromServer)))
}

// payload returns the type that the event carries, nil for one without payload.
func (t *target) payload(e *ir.Event, obj types.Object) (types.Type, bool) {
	pos := t.index.pos(obj)
	fail := func(message, hint string) (types.Type, bool) {
		t.list.Add(diag.Diagnostic{Severity: diag.Error, Code: diag.BadEventType, Pos: pos, Message: message, Hint: hint})
		return nil, false
	}
	switch obj := obj.(type) {
	case *types.TypeName:
		if named, ok := types.Unalias(obj.Type()).(*types.Named); ok && named.TypeParams().Len() > 0 && named.TypeArgs().Len() == 0 {
			return fail("event "+obj.Name()+" is a generic type: its payload is not one type",
				fmt.Sprintf("declare a type for each argument: type %sOfX = %s[X], or a constant of type eventbus.Name[%s[X]]", obj.Name(), obj.Name(), obj.Name()))
		}
		return obj.Type(), true
	case *types.Const:
		named, ok := types.Unalias(obj.Type()).(*types.Named)
		if ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == eventbusPath && named.Obj().Name() == "Name" && named.TypeArgs().Len() == 1 {
			e.Const = true
			payload := named.TypeArgs().At(0)
			if empty, ok := types.Unalias(payload).(*types.Named); ok && empty.Obj().Pkg() == named.Obj().Pkg() && empty.Obj().Name() == "Empty" {
				return nil, true
			}
			return payload, true
		}
		if obj.Type() == types.Typ[types.Invalid] {
			return fail("the type of constant "+obj.Name()+" is not known", "an event declared by a constant has type eventbus.Name[T]; is the import there?")
		}
		return fail(fmt.Sprintf("constant %s has type %s, and so no payload", obj.Name(), types.TypeString(obj.Type(), types.RelativeTo(t.types))),
			fmt.Sprintf("write const %s eventbus.Name[T] = …, where T is the payload's type", obj.Name()))
	}
	return fail(obj.Name()+" is neither a type nor a constant", "")
}

// name settles the wire name.
func (t *target) name(e *ir.Event, own directive.Values, obj types.Object) {
	name, given := own["name"], own.Has("name")
	if given {
		e.Name, e.Pos = name.Text, name.Arg.ValuePos
		if !e.Pos.IsValid() {
			e.Pos = name.Arg.Pos
		}
	}
	if c, ok := obj.(*types.Const); ok {
		if given {
			t.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.BadEventName, Pos: name.Arg.Pos,
				Message: "the name of an event that a constant declares is the constant's value", Hint: "remove it here",
			})
		}
		if c.Val().Kind() == constant.String {
			e.Name = constant.StringVal(c.Val())
		}
		if !directive.ValidName(e.Name) {
			t.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.BadEventName, Pos: t.index.pos(obj),
				Message: fmt.Sprintf("%q is no event name", e.Name), Hint: "names are of letters, digits and _ / : . -",
			})
		}
		return
	}
	if !given && !own["name"].Broken {
		e.Name = t.defaults["prefix"].Text + kebab(e.Go)
	}
}

// capitalised returns a name with its first letter in upper case.
func capitalised(name string) string {
	r, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[size:]
}

// kebab returns a Go identifier in kebab case: HTTPServerUp becomes http-server-up.
func kebab(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 && runes[i-1] != '_' &&
			(!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			b.WriteByte('-')
		}
		if r == '_' {
			r = '-'
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// options copies the decoded options into the event.
func (t *target) options(e *ir.Event, v directive.Values, payload types.Type) {
	for name, value := range v {
		e.Options[name] = value.Arg.Pos
	}
	word := func(name, fallback string) string {
		if v.Has(name) {
			return v[name].Text
		}
		return fallback
	}
	e.From = ir.Direction(word("from", string(ir.FromServer)))
	e.To = ir.Audience(word("to", string(ir.ToAny)))
	e.Slow = ir.SlowPolicy(word("slow", string(ir.SlowResume)))
	e.Relay, e.Sticky = v.Has("relay"), v.Has("sticky")
	e.Throttle, e.Debounce = v["throttle"].Duration, v["debounce"].Duration
	e.Replay, e.Version, e.Max = int(v["replay"].Number), int(v["version"].Number), v["max"].Number
	if e.Was = v["was"].Text; e.Was != "" {
		t.former = append(t.former, former{event: e, pos: v["was"].Arg.ValuePos})
	}
	if v.Has("deprecated") {
		e.Doc.Deprecated = v["deprecated"].Text
	}
	if e.Batch = int(v["batch"].Number); e.Batch > 0 {
		if e.Wait = v["wait"].Duration; e.Wait == 0 {
			e.Wait = rules.DefaultWait
		}
	}
	for _, name := range v["flushes"].Names {
		e.Flushes = append(e.Flushes, name.Name)
		t.flushes = append(t.flushes, flush{event: e, name: name})
	}
	if v.Has("key") {
		t.setKey(e, v, payload)
	}
}
