package lower

import (
	"cmp"
	"go/types"
	"slices"
	"strconv"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// unionBody is a union before its references are resolved.
type unionBody struct {
	note     *UnionNote
	variants []*ir.Variant // the types refer by Lowerer.refs
	types    []*types.Named
}

// unionNote returns the annotation of a union that can be followed, or nil.
func (l *Lowerer) unionNote(t *types.Named) *UnionNote {
	note := l.annotations(t.Obj()).Union
	if note == nil || !isSealed(t) || t.TypeArgs().Len() > 0 {
		return nil
	}
	return note
}

// implementers returns the types of the package of t, in source order, that implement it by
// value or by pointer, and the generic ones that do.
func implementers(t *types.Named) (plain, generic []*types.Named) {
	iface := t.Underlying().(*types.Interface)
	scope := t.Obj().Pkg().Scope()
	for _, name := range scope.Names() {
		obj, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || obj.IsAlias() {
			continue
		}
		named, ok := obj.Type().(*types.Named)
		if !ok || isInterface(named) || !isValid(named) {
			continue
		}
		if named.TypeParams().Len() > 0 {
			if types.Implements(types.NewPointer(selfInstance(named)), iface) {
				generic = append(generic, named)
			}
			continue
		}
		if types.Implements(types.NewPointer(named), iface) {
			plain = append(plain, named)
		}
	}
	slices.SortFunc(plain, func(a, b *types.Named) int { return cmp.Compare(a.Obj().Pos(), b.Obj().Pos()) })
	return plain, generic
}

// isValid reports whether a type compiles: one that does not seems to implement anything.
func isValid(t *types.Named) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return !ok || basic.Kind() != types.Invalid
}

// unionType lowers a sealed interface to its variants.
func (b *builder) unionType(t *types.Named, note *UnionNote) *unionBody {
	iface := t.Underlying().(*types.Interface)
	out := &unionBody{note: note}
	plain, _ := implementers(t)
	for _, v := range plain {
		variant := &ir.Variant{
			Name:    v.Obj().Name(),
			Type:    b.lower(v, true), // our encoder takes a variant's address
			Doc:     b.doc(v.Obj()),
			Pointer: !types.Implements(v, iface),
			Pos:     b.pos(v.Obj()),
		}
		if n := b.annotations(v.Obj()).Variant; n != nil {
			variant.Name = n.Name
		}
		if !b.nameable(v) {
			b.note(&problem{
				code: diag.UnnameableType, pos: b.pos(v.Obj()), obj: v.Obj(),
				text: "variant " + v.Obj().Name() + " of union " + b.typeString(t) +
					" is not exported: the encoder in package " + b.cfg.Package.Name() + " cannot name it",
				hint: "export it, or declare the event in package " + t.Obj().Pkg().Name(),
			})
		}
		out.variants = append(out.variants, variant)
		out.types = append(out.types, v)
	}
	return out
}

// bare reports whether t is a sealed interface whose variants travel as encoding/json writes
// them: one of a local package that is no union and has variants.
func (l *Lowerer) bare(t *types.Named) bool {
	if !isInterface(t) || !l.isLocal(t.Obj()) || !isSealed(t) || t.TypeArgs().Len() > 0 || codecOf(t, false) != nil || l.unionNote(t) != nil {
		return false
	}
	plain, generic := implementers(t)
	return len(plain) > 0 && len(generic) == 0
}

// bareType lowers a sealed interface that is no union to the forms of what it can hold, as
// encoding/json writes them. What is wrong with a variant is no news: its form is any then.
func (b *builder) bareType(t *types.Named) *ir.Type {
	inner := b.elements()
	inner.edges, inner.discard, inner.plainly = new([]edge), true, b.settingsMatter()
	out := &ir.Type{Kind: ir.KindAny, Go: b.goName(t)}
	iface := t.Underlying().(*types.Interface)
	add := func(v *types.Named, addr bool) {
		form := inner.lower(v, addr)
		if !slices.ContainsFunc(out.OneOf, func(known *ir.Type) bool { return b.sameType(known, form) }) {
			out.OneOf = append(out.OneOf, form)
		}
	}
	plain, _ := implementers(t)
	slices.SortFunc(plain, func(a, b *types.Named) int { return cmp.Compare(a.Obj().Name(), b.Obj().Name()) })
	for _, v := range plain {
		if types.Implements(v, iface) {
			add(v, false)
		}
		add(v, true) // a pointer to it implements the interface too
	}
	return out
}

// holdsUnion reports whether a union is in one of these types: encoding/json writes that
// without its tag, so that the forms are not those of the model.
func (l *Lowerer) holdsUnion(list []*ir.Type) bool {
	seen := map[*node]bool{}
	found := false
	var visit func(t *ir.Type)
	visit = func(t *ir.Type) {
		eachType(t, func(t *ir.Type, _ bool) {
			n := l.refs[t]
			if n == nil || seen[n] || found {
				return
			}
			seen[n] = true
			found = n.union != nil
			for _, arg := range n.args {
				visit(arg)
			}
			visit(n.body)
		})
	}
	for _, t := range list {
		visit(t)
	}
	return found
}

// checkUnion tells what is wrong with the variants of a lowered union.
func (l *Lowerer) checkUnion(n *node) {
	u := n.union
	if u.note.Content != "" {
		return
	}
	for i, v := range u.variants {
		obj := u.types[i].Obj()
		body := l.bodyOf(v.Type)
		if body == nil {
			continue
		}
		if body.Kind != ir.KindStruct {
			l.note(&problem{
				code: diag.InvalidUnion, obj: obj, pos: v.Pos,
				text: "variant " + obj.Name() + " of union " + n.obj().Name() + " is not written as an object, so the tag has no place in it",
				hint: "write content=data beside tag=" + u.note.Tag,
				related: []diag.Related{{
					Pos: u.note.TagPos, Message: "the tag",
				}},
			})
			continue
		}
		for _, f := range body.Fields {
			if f.Name != u.note.Tag {
				continue
			}
			l.note(&problem{
				code: diag.InvalidUnion, obj: obj, pos: f.Pos,
				text: "property " + strconv.Quote(f.Name) + " of variant " + obj.Name() + " is the tag of union " + n.obj().Name(),
				hint: "rename one of the two, or write content=data beside tag=" + u.note.Tag,
				related: []diag.Related{{
					Pos: u.note.TagPos, Message: "the tag",
				}},
			})
		}
	}
}

// bodyOf returns the wire form that a lowered type stands for.
func (l *Lowerer) bodyOf(t *ir.Type) *ir.Type {
	for i := 0; t != nil && t.Kind == ir.KindRef && i <= maxInstanceDepth; i++ {
		t = l.refs[t].wireForm()
	}
	return t
}
