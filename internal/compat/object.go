package compat

import (
	"fmt"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// object compares the properties of two objects.
func (c *comparison) object(at place, o, n *ir.Form) {
	owner := at.subject
	if n.Decl != nil {
		owner = n.Decl.Go.Name
		at = at.at("type "+goID(n.Decl), owner, n.Decl.Pos, n.Decl.Allow)
		c.validation(at, o, n)
	}
	oldProps, newProps := props(o), props(n)
	var removed, added []ir.Prop
	for _, p := range o.Props {
		if _, ok := newProps[p.Field.Name]; !ok {
			removed = append(removed, p)
		}
	}
	for _, p := range n.Props {
		if was, ok := oldProps[p.Field.Name]; ok {
			c.property(c.fieldPlace(at, owner, p), o, n, was, p)
		} else {
			added = append(added, p)
		}
	}
	added, removed = c.renamedFields(at, owner, o, n, added, removed)
	for _, p := range removed {
		c.fieldRemoved(at, owner, p)
	}
	for _, p := range added {
		if !at.receive && !p.Field.Optional {
			c.report(c.fieldPlace(at, owner, p), diag.FieldRequiredAdded, wireTS,
				fmt.Sprintf("field %q of %s is new and required: what clients emit lacks it and is refused", p.Field.Name, owner),
				"make it optional with omitempty")
		}
	}
}

func props(f *ir.Form) map[string]ir.Prop {
	out := make(map[string]ir.Prop, len(f.Props))
	for _, p := range f.Props {
		out[p.Field.Name] = p
	}
	return out
}

// fieldPlace is the place of a field of the type or value called owner.
func (c *comparison) fieldPlace(at place, owner string, p ir.Prop) place {
	allow := append([][]ir.Allow{p.Field.Allow}, at.allow...)
	return at.at(at.key+" ."+p.Field.Name, fmt.Sprintf("field %q of %s", p.Field.Name, owner), p.Field.Pos, allow...)
}

// goField is the Go name of a field.
func goField(f *ir.Field) string {
	if len(f.Path) == 0 {
		return ""
	}
	return f.Path[len(f.Path)-1].Name
}

// property compares one property of two objects.
func (c *comparison) property(at place, before, after *ir.Form, o, n ir.Prop) {
	switch {
	case n.Field.Optional && !o.Field.Optional && at.receive:
		c.report(at, diag.FieldNowOptional, wireTS, at.subject+" can be absent now", "keep it without omitempty, and give it a value in any case")
	case o.Field.Optional && !n.Field.Optional && !at.receive:
		c.report(at, diag.FieldNowRequired, wireTS, at.subject+" may not be absent any more: what clients emit without it is refused", "keep it optional and check it in Validate")
	}
	if was, is := goField(o.Field), goField(n.Field); was != is {
		c.report(at, diag.FieldGoRenamed, goOnly, fmt.Sprintf("%s was %s in Go and is %s now", at.subject, was, is), "keep the Go name")
	}
	c.compareGoType(at, o.Field.Type, n.Field.Type, before.Decl, after.Decl)
	c.slot(at, o.Slot, n.Slot)
}

// renamedFields reports fields that kept their Go name and changed their JSON name, and returns
// the others.
func (c *comparison) renamedFields(at place, owner string, before, after *ir.Form, added, removed []ir.Prop) (restAdded, restRemoved []ir.Prop) {
	renamed := map[string]bool{}
	for _, o := range removed {
		for _, n := range added {
			if goField(o.Field) == "" || goField(o.Field) != goField(n.Field) || renamed[n.Field.Name] {
				continue
			}
			to := c.fieldPlace(at, owner, n)
			c.report(to, diag.FieldRenamed, wireTS, fmt.Sprintf("field %q of %s is called %q now", o.Field.Name, owner, n.Field.Name),
				fmt.Sprintf("keep `json:%q`, or fill both fields until pages know the new one", o.Field.Name))
			c.property(to, before, after, o, n)
			renamed[n.Field.Name], renamed["-"+o.Field.Name] = true, true
			break
		}
	}
	for _, p := range added {
		if !renamed[p.Field.Name] {
			restAdded = append(restAdded, p)
		}
	}
	for _, p := range removed {
		if !renamed["-"+p.Field.Name] {
			restRemoved = append(restRemoved, p)
		}
	}
	return restAdded, restRemoved
}

// fieldRemoved reports a field that is gone, at its type.
func (c *comparison) fieldRemoved(at place, owner string, p ir.Prop) {
	message := fmt.Sprintf("field %q of %s is gone", p.Field.Name, owner)
	levels := tsGo
	if at.receive && !p.Field.Optional {
		levels = all
	}
	at.key += " ." + p.Field.Name
	c.report(at, diag.FieldRemoved, levels, message, "keep it and deprecate it")
}

// validation reports a Validate that did not exist.
func (c *comparison) validation(at place, o, n *ir.Form) {
	if at.receive || o.Decl == nil || o.Decl.Validates || !n.Decl.Validates {
		return
	}
	c.report(at, diag.ValidationAdded, wireOnly, at.subject+" has a Validate method now: it can refuse what clients emit",
		"see that it accepts whatever was accepted before, and accept this")
}
