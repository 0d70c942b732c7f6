package compat

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// declaration compares what two forms are called.
func (c *comparison) declaration(at place, o, n *ir.Form) {
	if o.Decl == nil || o.Decl.Value || o.Decl.Plain { // its second form has no name in Go
		return
	}
	if n.Decl == nil {
		if !c.after.types[goID(o.Decl)] {
			c.report(at, diag.TypeRemoved, tsGo, fmt.Sprintf("%s was a %s, a type that is gone", at.subject, o.Decl.Go.Name), "keep the named type")
		}
		return
	}
	was, is := o.Decl.Go, n.Decl.Go
	at = at.at("type "+goID(n.Decl), "type "+is.Name, n.Decl.Pos, n.Decl.Allow)
	if goID(o.Decl) != goID(n.Decl) {
		if c.renamed(o.Decl, n.Decl) {
			c.renames[goID(o.Decl)] = goID(n.Decl)
		}
		switch {
		case c.after.types[goID(o.Decl)]:
			return // another type, not this one under another name
		case was.Name == is.Name:
			c.report(at, diag.TypeMoved, goOnly, fmt.Sprintf("%s has moved from %s to %s", at.subject, was.Path, is.Path), "leave an alias in its former package")
		case c.before.types[goID(n.Decl)]:
			return
		default:
			c.report(at, diag.TypeRenamed, tsGo, fmt.Sprintf("type %s is called %s now", was.Name, is.Name), "keep the name")
		}
	}
	if a, b := params(o.Decl), params(n.Decl); a != b && len(was.Args) == 0 && len(is.Args) == 0 {
		c.reshaped[goID(o.Decl)] = true
		c.report(at, diag.TypeParametersChanged, tsGo, fmt.Sprintf("%s had the parameters [%s] and has [%s] now", at.subject, a, b), "declare a new type")
	}
}

// params spells the type parameters of a declaration without their names.
func params(d *ir.Decl) string {
	list := make([]string, len(d.Params))
	for i, p := range d.Params {
		list[i] = "any"
		if len(p.Constraint) > 0 {
			terms := make([]string, len(p.Constraint))
			for j, t := range p.Constraint {
				terms[j] = goText(t, nil)
			}
			list[i] = strings.Join(terms, "|")
		}
	}
	return strings.Join(list, ", ")
}

// goTypes is a place whose Go types are to be compared when it is known which types were renamed.
type goTypes struct {
	place
	old, new           *ir.Type
	oldOwner, newOwner *ir.Decl // the declarations whose type parameters the types mention, or nil
}

func (c *comparison) compareGoType(at place, o, n *ir.Type, oldOwner, newOwner *ir.Decl) {
	c.goTypes = append(c.goTypes, goTypes{at, o, n, oldOwner, newOwner})
}

// reportGoTypes compares the Go types of fields and payloads. A place that was reported for its
// wire form is not reported again: that finding concerns Go too.
func (c *comparison) reportGoTypes() {
	byKey := map[string][]int{}
	for i, r := range c.raw {
		byKey[r.key] = append(byKey[r.key], i)
	}
	for _, g := range c.goTypes {
		reshaped := false
		was := goText(g.old, func(id string) string {
			reshaped = reshaped || c.reshaped[id]
			return cmp.Or(c.renames[id], paramOf(g.oldOwner, id))
		})
		is := goText(g.new, func(id string) string { return paramOf(g.newOwner, id) })
		if was == is || reshaped {
			continue // the declaration itself is reported where its parameters changed
		}
		told := false
		for _, i := range byKey[g.key] {
			if r := &c.raw[i]; concernsType[r.rule] {
				told = true
				r.levels = inOrder(append(slices.Clone(r.levels), Go), all)
			}
		}
		if !told {
			c.report(g.place, diag.GoTypeChanged, goOnly, fmt.Sprintf("%s was %s in Go and is %s now", g.subject, short(goText(g.old, nil)), short(goText(g.new, nil))),
				"keep the Go type")
		}
	}
}

// dropTold drops what follows from a finding about the same type expression: that a type which is
// of another kind now is gone, or can be null.
func (c *comparison) dropTold() {
	told := map[string]map[diag.Code]bool{}
	for _, r := range c.raw {
		if told[r.key] == nil {
			told[r.key] = map[diag.Code]bool{}
		}
		told[r.key][r.rule] = true
	}
	c.raw = slices.DeleteFunc(c.raw, func(r raw) bool {
		here := told[r.key]
		switch r.rule {
		case diag.TypeRemoved:
			for rule := range here {
				if rule != diag.TypeRemoved && concernsType[rule] {
					return true
				}
			}
		case diag.NullAdded, diag.NullRemoved:
			return here[diag.TypeChanged] || here[diag.LengthChanged]
		}
		return false
	})
}

// paramOf numbers a type parameter of d, and returns any other name as it is.
func paramOf(d *ir.Decl, name string) string {
	if d != nil {
		for i, p := range d.Params {
			if p.Name == name {
				return "$" + strconv.Itoa(i)
			}
		}
	}
	return name
}

// concernsType holds the rules about the type of a field or payload itself.
var concernsType = map[diag.Code]bool{
	diag.NullAdded: true, diag.NullRemoved: true, diag.TypeChanged: true, diag.NumberWidened: true, diag.NumberNarrowed: true,
	diag.FormatChanged: true, diag.LengthChanged: true, diag.MapKeyChanged: true, diag.StatedTypeChanged: true,
	diag.EnumOpened: true, diag.EnumClosed: true, diag.FieldNowOptional: true, diag.FieldNowRequired: true, diag.TypeRemoved: true,
}

// typeWord is a name in the text of a type, with its path.
var typeWord = regexp.MustCompile(`[^\[\]*, ]+`)

// goText spells the Go type of t. name maps type parameters and names with their path; nil leaves
// them.
func goText(t *ir.Type, name func(string) string) string {
	if t == nil {
		return "byte"
	}
	if name == nil {
		name = func(id string) string { return id }
	}
	args := func(list []*ir.Type) string {
		if len(list) == 0 {
			return ""
		}
		out := make([]string, len(list))
		for i, a := range list {
			out[i] = goText(a, name)
		}
		return "[" + strings.Join(out, ", ") + "]"
	}
	if t.Go != nil {
		if t.Go.Path == "" {
			return t.Go.Name
		}
		return name(t.Go.Path+"."+t.Go.Name) + args(t.Go.Args)
	}
	switch t.Kind {
	case ir.KindRef:
		id := strings.TrimSuffix(strings.TrimSuffix(t.Ref, "~plain"), "~value")
		instance := ""
		if i := strings.IndexByte(id, '['); i >= 0 { // one that stands alone
			id, instance = id[:i], typeWord.ReplaceAllStringFunc(id[i:], name)
		}
		return name(id) + instance + args(t.Args)
	case ir.KindParam:
		return name(t.Param)
	case ir.KindInt, ir.KindUint, ir.KindFloat:
		if t.Bits > 0 {
			return string(t.Kind) + strconv.Itoa(t.Bits)
		}
	case ir.KindBytes, ir.KindSlice:
		return "[]" + goText(t.Elem, name)
	case ir.KindArray:
		return "[" + strconv.Itoa(t.Len) + "]" + goText(t.Elem, name)
	case ir.KindPtr:
		return "*" + goText(t.Elem, name)
	case ir.KindMap:
		return "map[" + goText(t.Key, name) + "]" + goText(t.Elem, name)
	case ir.KindStruct:
		fields := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = goField(f)
		}
		return "struct{" + strings.Join(fields, "; ") + "}"
	case ir.KindRaw:
		return "encoding/json.RawMessage"
	case ir.KindNumber:
		return "encoding/json.Number"
	case ir.KindTime:
		return "time.Time"
	case ir.KindBool, ir.KindString, ir.KindAny, ir.KindText, ir.KindCustom:
	}
	return string(t.Kind)
}

// short drops the directories of import paths.
func short(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		end := strings.IndexAny(text, "[]*, {};")
		word := text
		if end >= 0 {
			word = text[:end]
		}
		b.WriteString(word[strings.LastIndexByte(word, '/')+1:])
		if end < 0 {
			break
		}
		b.WriteByte(text[end])
		text = text[end+1:]
	}
	return b.String()
}

// reach notes which types of the old model an event reaches.
func (c *comparison) reach(p *pair, root ir.Slot) {
	visit(root, func(s ir.Slot) {
		if s.Decl == nil {
			return
		}
		id := goID(s.Decl)
		if c.reached[id] == nil {
			c.reached[id] = map[string]*pair{}
		}
		c.reached[id][p.new.Name] = p
	})
}
