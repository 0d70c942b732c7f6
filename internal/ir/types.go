package ir

import (
	"fmt"
	"slices"
	"strings"
)

// An Instance is a declaration with its parameters put ts. Of each there is one for equal arguments,
// so that pointers compare.
type Instance struct {
	Decl *Decl
	Args []*Type
	Body *Type // nil for a union
}

// Types says what the type expressions of one package mean in one output: what their references
// name, and where settings, nil and the options of fields tell. It is not safe for concurrent use.
type Types struct {
	settings Settings
	decls    map[string]*Decl
	known    map[string]*Instance
	declared map[*Field]*Field // by a copy with arguments put in
}

// NewTypes returns the types of p in an output with these settings.
func NewTypes(p *Package, s Settings) *Types {
	ts := &Types{settings: s, decls: make(map[string]*Decl, len(p.Decls)), known: map[string]*Instance{}, declared: map[*Field]*Field{}}
	for _, d := range p.Decls {
		ts.decls[d.ID] = d
	}
	return ts
}

// Decl returns the declaration that t refers to; nil if it is no reference, or the model lacks it.
func (ts *Types) Decl(t *Type) *Decl {
	if t == nil || t.Kind != KindRef {
		return nil
	}
	return ts.decls[t.Ref]
}

// Instance returns the instance that a reference names; nil where there is no [Types.Decl]. Parameters
// among its arguments stay as they are.
func (ts *Types) Instance(t *Type) *Instance {
	d := ts.Decl(t)
	if d == nil {
		return nil
	}
	var key strings.Builder
	key.WriteString(d.ID)
	for _, a := range t.Args {
		key.WriteByte(',')
		writeTypeKey(&key, a)
	}
	if i, ok := ts.known[key.String()]; ok {
		return i
	}
	i := &Instance{Decl: d, Args: t.Args}
	ts.known[key.String()] = i
	env := make(map[string]*Type, len(d.Params))
	for n, p := range d.Params {
		if n < len(t.Args) {
			env[p.Name] = t.Args[n]
		}
	}
	i.Body = ts.substitute(d.Type, env)
	return i
}

// Under follows references to the type expression that decides the wire form: a reference alone where
// that is a union, unknown, or nothing but itself. Parameters are not put ts.
func (ts *Types) Under(t *Type) *Type {
	for seen := map[string]bool{}; t.Kind == KindRef && !seen[t.Ref]; {
		seen[t.Ref] = true
		d := ts.decls[t.Ref]
		if d == nil || d.Type == nil {
			break
		}
		t = d.Type
	}
	return t
}

// Declared returns the field of a declaration that f is a copy of, or f itself.
func (ts *Types) Declared(f *Field) *Field {
	if of, ok := ts.declared[f]; ok {
		return of
	}
	return f
}

// substitute returns t with the parameters in env put ts.
func (ts *Types) substitute(t *Type, env map[string]*Type) *Type {
	if t == nil || len(env) == 0 {
		return t
	}
	if t.Kind == KindParam {
		if arg, ok := env[t.Param]; ok {
			return arg
		}
		return t
	}
	each := func(t *Type) *Type { return ts.substitute(t, env) }
	out := *t
	out.Key, out.Elem, out.Go = each(t.Key), each(t.Elem), ts.substituteName(t.Go, env)
	out.Args, out.OneOf = mapEach(t.Args, each), mapEach(t.OneOf, each)
	out.Fields = mapEach(t.Fields, func(f *Field) *Field {
		field := *f
		field.Type = each(f.Type)
		field.Path = slices.Clone(f.Path)
		for i, s := range field.Path {
			field.Path[i].Go = ts.substituteName(s.Go, env)
		}
		ts.declared[&field] = ts.Declared(f)
		return &field
	})
	return &out
}

func (ts *Types) substituteName(n *GoName, env map[string]*Type) *GoName {
	if n == nil || len(n.Args) == 0 {
		return n
	}
	out := *n
	out.Args = mapEach(n.Args, func(t *Type) *Type { return ts.substitute(t, env) })
	return &out
}

// writeTypeKey writes a text that two type expressions share only if they mean the same, in Go and
// on the wire.
func writeTypeKey(b *strings.Builder, t *Type) {
	if t == nil {
		return
	}
	fmt.Fprintf(b, "%s %d %d %s %s %q %t %t", t.Kind, t.Bits, t.Len, t.Ref, t.Param, t.TS, t.Opaque, t.Plain)
	if t.Marshal != nil {
		fmt.Fprintf(b, " %+v", *t.Marshal)
	}
	if t.Go != nil {
		fmt.Fprintf(b, " %s.%s", t.Go.Path, t.Go.Name)
		for _, a := range t.Go.Args {
			b.WriteByte('<')
			writeTypeKey(b, a)
			b.WriteByte('>')
		}
	}
	for _, part := range slices.Concat([]*Type{t.Key, t.Elem}, t.Args, t.OneOf) {
		b.WriteByte('(')
		writeTypeKey(b, part)
		b.WriteByte(')')
	}
	for _, f := range t.Fields {
		fmt.Fprintf(b, "{%q %v %t %s %t %t ", f.Name, f.Path, f.OmitEmpty, f.OmitZero, f.Quoted, f.Optional)
		writeTypeKey(b, f.Type)
		b.WriteByte('}')
	}
}
