package typescript

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/gen/naming"
	"github.com/eventgen/eventgen/internal/ir"
)

// lineWidth is the width up to which a declaration stays on one line.
const lineWidth = 100

// typeView is a declared type, ready for the template. Exactly one of Fields, Members and Alias
// is set, and none of them for an interface without properties that extends nothing.
type typeView struct {
	Doc     []string
	Name    string
	Params  string // "<T extends string>", or ""
	Fields  []fieldView
	Members []memberView // of a union, one to a line
	Alias   string
	Values  []valueView // of a numeric enum: the constant beside the type
	Match   *matchView
}

// memberView is one alternative of a union.
type memberView struct {
	Doc  []string
	Type string
}

// valueView is a named constant of a numeric enum.
type valueView struct {
	Doc   []string
	Key   string
	Value string
}

// decl renders the declaration d.
func (r typer) decl(d *ir.Decl) typeView {
	r.params = r.paramNames(d)
	v := typeView{Doc: r.declDoc(d), Name: r.names[d.ID], Params: r.paramList(d)}
	if r.wire {
		v.Name += wireSuffix
		v.Doc = docLines(0, []string{"The wire form of `" + r.names[d.ID] + "`."}, d.Doc.Deprecated)
	}
	switch {
	case d.Union != nil:
		v.Members = r.unionMembers(d.Union)
		if !r.wire {
			v.Match = r.matchView(d)
		}
	case d.Enum != nil:
		r.enum(&v, d)
	case r.circular(d):
		v.Alias = "null"
	case d.Type.Kind == ir.KindStruct && len(d.Type.Fields) > 0:
		v.Fields = r.fields(d.Type, ir.Place{})
	default:
		v.Alias = r.typ(d.Type, ir.Place{Present: true}).String()
	}
	return v
}

func (r typer) declDoc(d *ir.Decl) []string {
	text := []string{d.Doc.Text}
	if d.Value {
		text = append(text, "This is what travels where Go cannot take the value's address, so that the methods of its pointer do not act: in a map, or in an interface.")
	}
	if d.Plain {
		text = append(text, "This is what travels inside a type that no setting of the output reaches.")
	}
	return docLines(0, text, d.Doc.Deprecated)
}

// circular reports whether d is nothing but pointers to itself, whose only finite value is nil.
func (p *program) circular(d *ir.Decl) bool {
	seen := map[string]bool{d.ID: true}
	for t := d.Type; t != nil; {
		switch t.Kind {
		case ir.KindPtr:
			t = t.Elem
		case ir.KindRef:
			if seen[t.Ref] {
				return true
			}
			seen[t.Ref] = true
			next := p.types.Decl(t)
			if next == nil || next.Enum != nil {
				return false
			}
			t = next.Type
		default:
			return false
		}
	}
	return false
}

func (r typer) paramNames(d *ir.Decl) map[string]string {
	if d.Type != nil && d.Type.TS != "" {
		return typeParams(d.Params, func(string) bool { return false }) // the text names them
	}
	stated := statedWords(d)
	return typeParams(d.Params, func(s string) bool { return r.typed[s] || globalTypes[s] || stated[s] })
}

// statedWords are the words of the TypeScript that a user stated for what d's body holds.
func statedWords(d *ir.Decl) map[string]bool {
	words := map[string]bool{}
	for _, t := range declTypes(d) {
		walkTypes(t, func(t *ir.Type) {
			for _, word := range identifiers(t.TS) {
				words[word] = true
			}
		})
	}
	return words
}

// usedParams are the type parameters of d that its form depends on; TypeScript has no others.
func usedParams(d *ir.Decl) []*ir.Param {
	return slices.DeleteFunc(slices.Clone(d.Params), func(p *ir.Param) bool { return p.Unused })
}

// usedArgs are the arguments of a reference to d for its used parameters.
func usedArgs(d *ir.Decl, args []*ir.Type) []*ir.Type {
	var out []*ir.Type
	for i, a := range args {
		if i < len(d.Params) && !d.Params[i].Unused {
			out = append(out, a)
		}
	}
	return out
}

// argsInUse returns the arguments of a reference that its wire form depends on.
func (p *program) argsInUse(t *ir.Type) []*ir.Type {
	if d := p.types.Decl(t); d != nil {
		return usedArgs(d, t.Args)
	}
	return nil
}

func (r typer) paramList(d *ir.Decl) string {
	params := usedParams(d)
	if len(params) == 0 {
		return ""
	}
	list := make([]string, len(params))
	for i, p := range params {
		list[i] = r.params[p.Name]
		if len(p.Constraint) == 0 {
			continue
		}
		var members []string
		seen := map[string]bool{}
		for _, t := range p.Constraint {
			if text := r.typ(t, ir.Place{}).String(); !seen[text] {
				seen[text] = true
				members = append(members, text)
			}
		}
		list[i] += " extends " + strings.Join(members, " | ")
	}
	return "<" + strings.Join(list, ", ") + ">"
}

// enum renders a set of constants: as literals, and numbers by name too, as a constant beside
// the type.
func (r typer) enum(v *typeView, d *ir.Decl) {
	text := d.Type.Kind == ir.KindString
	base := r.typ(d.Type, ir.Place{Plain: true}).String()
	if d.Enum.Mode == ir.EnumFlags || len(d.Enum.Members) == 0 {
		v.Alias = base
	} else {
		for _, m := range d.Enum.Members {
			member := memberView{Type: literal(m.Value)}
			if text {
				member.Doc = memberDoc(m.Doc)
			}
			v.Members = append(v.Members, member)
		}
		if d.Enum.Mode == ir.EnumOpen {
			v.Members = append(v.Members, memberView{Type: "(" + base + " & {})"})
		}
	}
	if text || d.Type.Kind == ir.KindBool {
		return
	}
	for i, key := range memberKeys(d) {
		m := d.Enum.Members[i]
		v.Values = append(v.Values, valueView{Doc: memberDoc(m.Doc), Key: initKey(key), Value: literal(m.Value)})
	}
}

// memberKeys names the members of an enum inside its constant: without the type's name, where
// all of them begin or all of them end with it and an identifier remains.
func memberKeys(d *ir.Decl) []string {
	full := make([]string, len(d.Enum.Members))
	for i, m := range d.Enum.Members {
		full[i] = m.Name
	}
	name := naming.UpperFirst(d.Go.Name)
	for _, cut := range []func(string) string{
		func(s string) string { return strings.TrimPrefix(naming.UpperFirst(s), name) },
		func(s string) string { return strings.TrimSuffix(s, name) },
	} {
		short := make([]string, len(full))
		usable := true
		for i, s := range full {
			short[i] = strings.TrimLeft(cut(s), "_")
			usable = usable && short[i] != naming.UpperFirst(s) && short[i] != s && isPlainIdent(short[i])
		}
		if usable && distinct(short) {
			return short
		}
	}
	return full
}

func distinct(words []string) bool {
	return len(wordSet(words...)) == len(words)
}

// literal is a JSON scalar as a TypeScript literal type.
func literal(value string) string {
	var s string
	if json.Unmarshal([]byte(value), &s) == nil && strings.HasPrefix(value, `"`) {
		return stringLiteral(s)
	}
	return value
}

// jsonText returns a string's JSON as encoding/json writes it.
func jsonText(value string) string {
	var s string
	if json.Unmarshal([]byte(value), &s) != nil {
		return value
	}
	text, err := json.Marshal(s)
	if err != nil {
		return value
	}
	return string(text)
}

// unionMembers renders the variants: the payload beside its tag, or the tag among its properties.
func (r typer) unionMembers(u *ir.Union) []memberView {
	out := make([]memberView, 0, len(u.Variants))
	for _, v := range u.Variants {
		tag := propertyKey(u.Tag) + ": " + stringLiteral(v.Name)
		m := memberView{Doc: memberDoc(v.Doc)}
		switch {
		case u.Content != "":
			m.Type = fmt.Sprintf("{ %s; %s: %s }", tag, propertyKey(u.Content), r.typ(v.Type, ir.Place{}))
		case r.isEmptyStruct(v.Type):
			m.Type = "{ " + tag + " }" // whose type is not mentioned, so that no file imports it
		default:
			m.Type = "({ " + tag + " } & " + r.typ(v.Type, ir.Place{}).within(precIntersection) + ")"
		}
		out = append(out, m)
	}
	return out
}

// isEmptyStruct reports whether t is an object that never has properties.
func (p *program) isEmptyStruct(t *ir.Type) bool {
	base := p.types.Under(t)
	return base.Kind == ir.KindStruct && len(base.Fields) == 0
}
