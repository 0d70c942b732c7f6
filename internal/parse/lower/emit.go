package lower

import (
	"cmp"
	"go/token"
	"slices"

	"github.com/eventgen/eventgen/internal/ir"
)

// emit returns a lowered type with its references resolved, a copy where it has parts, and asks
// for the declarations that it refers to.
func (l *Lowerer) emit(t *ir.Type, want func(*node)) *ir.Type {
	if t == nil || t.Kind != ir.KindRef && t.Key == nil && t.Elem == nil && t.Fields == nil && t.OneOf == nil && (t.Go == nil || l.spellable(t.Go)) {
		return t
	}
	out := *t
	if t.Kind == ir.KindRef {
		l.emitRef(&out, l.refs[t], want)
		return &out
	}
	out.Key = l.emit(t.Key, want)
	out.Elem = l.emit(t.Elem, want)
	if t.Fields != nil {
		out.Fields = make([]*ir.Field, len(t.Fields))
		for i, f := range t.Fields {
			field := *f
			field.Type = l.emit(f.Type, want)
			out.Fields[i] = &field
		}
	}
	out.OneOf = nil
	if !l.holdsUnion(t.OneOf) {
		for _, form := range t.OneOf {
			out.OneOf = append(out.OneOf, l.emit(form, want))
		}
	}
	if t.Go != nil && !l.spellable(t.Go) {
		out.Opaque = true
	}
	return &out
}

func (l *Lowerer) emitRef(out *ir.Type, n *node, want func(*node)) {
	out.Opaque = !l.writable(n.named)
	if !n.instance() || n.standing == standalone {
		want(n)
		out.Ref = n.id()
		return
	}
	want(n.generic)
	out.Ref = n.generic.id()
	for i, arg := range n.args {
		if n.generic.uses[i].used {
			out.Args = append(out.Args, l.emit(arg, want))
		} else {
			out.Args = append(out.Args, l.goType(n.named.TypeArgs().At(i)))
		}
	}
}

// spellable reports whether the generated code can write a Go name.
func (l *Lowerer) spellable(name *ir.GoName) bool {
	if slices.ContainsFunc(name.Args, func(t *ir.Type) bool { return t.Opaque }) {
		return false
	}
	if name.Path == "" || l.cfg.Package != nil && name.Path == l.cfg.Package.Path() {
		return true
	}
	return token.IsExported(name.Name) && l.importablePath(name.Path, name.Pkg)
}

// declOf returns the declaration of a node, and the nodes that it refers to.
func (l *Lowerer) declOf(n *node) (*ir.Decl, []*node) {
	var wanted []*node
	want := func(n *node) { wanted = append(wanted, n) }
	obj := n.obj()
	d := &ir.Decl{
		ID:         n.id(),
		Go:         *l.goName(n.named),
		Doc:        l.doc(obj),
		Pos:        l.pos(obj),
		Value:      n.value,
		Plain:      n.variant,
		Type:       l.emit(n.body, want),
		Enum:       n.enum,
		Unmarshals: unmarshalsOnly(n.named),
		ReadsKeys:  unmarshalsOnly(n.named) && unmarshalText(n.named) != nil,
		Validates:  !isInterface(n.named) && !isPointer(n.named) && validate(n.named) != nil,
		Exported:   obj.Pkg() == nil || obj.Exported(),
		Allow:      l.allow(obj),
	}
	if n.self() {
		d.Go.Args = nil
		for i := range n.params().Len() {
			p := &ir.Param{Name: n.params().At(i).Obj().Name(), Unused: !n.uses[i].used}
			if n.uses[i].used {
				p.Constraint = l.constraint(n, i)
			}
			d.Params = append(d.Params, p)
		}
	}
	if n.union != nil {
		d.Union = &ir.Union{Tag: n.union.note.Tag, Content: n.union.note.Content}
		for _, v := range n.union.variants {
			variant := *v
			variant.Type = l.emit(v.Type, want)
			d.Union.Variants = append(d.Union.Variants, &variant)
		}
		slices.SortStableFunc(d.Union.Variants, func(a, b *ir.Variant) int { return cmp.Compare(a.Name, b.Name) })
	}
	return d, wanted
}

// want adds the declaration of n, and of all that it refers to, to the result.
func (l *Lowerer) want(n *node) {
	todo := []*node{n}
	for len(todo) > 0 {
		n, todo = todo[len(todo)-1], todo[:len(todo)-1]
		if l.emitted[n] {
			continue
		}
		l.emitted[n] = true
		d, more := l.declOf(n)
		l.decls = append(l.decls, d)
		todo = append(todo, more...)
	}
}
