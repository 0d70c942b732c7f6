package parse

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/parse/directive"
	"github.com/eventgen/eventgen/internal/rules"
)

func (t *target) setKey(e *ir.Event, v directive.Values, payload types.Type) {
	key, problem, hint := t.key(payload, e.Payload, v["key"].Text)
	if problem != "" {
		pos := v["key"].Arg.ValuePos
		if !pos.IsValid() {
			pos = v["key"].Arg.Pos
		}
		d := diag.Diagnostic{Severity: diag.Error, Code: diag.BadKey, Pos: pos, Message: problem, Hint: hint}
		// Without a field of this name it may be a slip.
		if s := t.structOf(e.Payload); s != nil && !slices.ContainsFunc(s.Fields, func(f *ir.Field) bool { return f.Path[len(f.Path)-1].Name == v["key"].Text }) {
			var names []string
			for _, f := range s.Fields {
				names = append(names, f.Path[len(f.Path)-1].Name)
			}
			if near := diag.Nearest(v["key"].Text, names); near != "" {
				d.Hint = fmt.Sprintf("did you mean %s?", near)
			}
		}
		t.list.Add(d)
		return
	}
	e.Key = key
	if e.Keys = int(v["keys"].Number); e.Keys == 0 {
		e.Keys = rules.DefaultKeys
	}
}

// structOf returns the wire form of a payload that is an object, or nil.
func (t *target) structOf(payload *ir.Type) *ir.Type {
	if payload != nil && payload.Kind == ir.KindRef {
		if d := t.lowerer.Decl(payload.Ref); d != nil {
			payload = d.Type
		}
	}
	if payload == nil || payload.Kind != ir.KindStruct {
		return nil
	}
	return payload
}

// key resolves the field that is an event's key. The problem is empty if there is none.
func (t *target) key(payload types.Type, wire *ir.Type, field string) (key *ir.Key, problem, hint string) {
	s := t.structOf(wire)
	switch {
	case payload == nil:
		return nil, "the event has no payload, and so no field " + field, "without key= the option holds for the event as a whole"
	case s == nil:
		return nil, "the payload is not written as an object, and so has no field " + field, "without key= the option holds for the event as a whole"
	}
	obj, _, _ := types.LookupFieldOrMethod(payload, true, t.types, field)
	variable, ok := obj.(*types.Var)
	if !ok {
		return nil, fmt.Sprintf("the payload has no field %s", field), fieldsHint(s)
	}
	if !types.Comparable(variable.Type()) {
		return nil, fmt.Sprintf("field %s has type %s, whose values cannot be compared", field, types.TypeString(variable.Type(), types.RelativeTo(t.types))),
			"a key is a string, a number, or made of such"
	}
	var found *ir.Field
	for _, f := range s.Fields {
		if f.Path[len(f.Path)-1].Name == field && (found == nil || len(f.Path) < len(found.Path)) {
			found = f
		}
	}
	if found == nil {
		return nil, fmt.Sprintf("field %s does not travel: encoding/json leaves it out", field),
			"windows have to see a key: export the field, and remove the \"-\" from its json tag"
	}
	key = &ir.Key{Field: field, JSON: []string{found.Name}, Type: found.Type}
	for i, step := range found.Path {
		key.Path = append(key.Path, step.Name)
		if i < len(found.Path)-1 {
			key.Nilable = append(key.Nilable, step.Ptr)
		}
	}
	if !slices.Contains(key.Nilable, true) {
		key.Nilable = nil
	}
	return key, "", ""
}

// fieldsHint names the fields that can be keys.
func fieldsHint(s *ir.Type) string {
	const most = 8
	var names []string
	for _, f := range s.Fields {
		names = append(names, f.Path[len(f.Path)-1].Name)
	}
	switch {
	case len(names) == 0:
		return "without key= the option holds for the event as a whole"
	case len(names) > most:
		names = append(names[:most], "…")
	}
	return "its fields are " + strings.Join(names, ", ")
}
