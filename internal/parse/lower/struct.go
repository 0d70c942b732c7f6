package lower

import (
	"go/types"
	"slices"
	"strconv"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// structType lowers a struct to its properties.
func (b *builder) structType(u *types.Struct, addr bool) *ir.Type {
	out := &ir.Type{Kind: ir.KindStruct}
	fields, conflicts := resolveFields(u)
	if len(fields) == 0 && hidesAll(u) {
		b.problem(&problem{
			code: diag.UnexportedFields,
			text: "has unexported fields alone, so that it travels as {}",
			hint: "encoding/json sees exported fields alone: export what is to travel, give the type a MarshalJSON, or leave the field out with `json:\"-\"`",
		})
	}
	for _, c := range conflicts {
		b.conflict(c)
	}
	for _, f := range fields {
		// Through an embedded pointer everything is addressable.
		p := b.property(f, addr || f.steps > 0)
		if p == nil {
			continue
		}
		path, ok := b.steps(u, f)
		p.Path = path
		out.Fields = append(out.Fields, p)
		out.Opaque = out.Opaque || !ok
	}
	return out
}

// hidesAll reports whether a struct has fields and exports none.
func hidesAll(u *types.Struct) bool {
	named := false
	for f := range u.Fields() {
		if f.Exported() {
			return false
		}
		named = named || f.Name() != "_"
	}
	return named
}

// property lowers one field; it returns nil if the key is never written.
func (b *builder) property(f *field, addr bool) *ir.Field {
	v := f.obj()
	t := types.Unalias(v.Type())
	if option := f.tag.misspelt; option != "" {
		inner := *b
		inner.path = append(slices.Clone(b.path), f.path...)
		inner.problem(&problem{
			code: diag.UnknownTagOption,
			text: "has the option " + strconv.Quote(option) + " in its json tag, which encoding/json ignores",
			hint: "did you mean " + diag.Nearest(option, tagOptions) + "?",
		})
	}
	zero := zeroMode(t, f.tag)
	if f.tag.omitEmpty && alwaysEmpty(t) || zero == ir.ZeroValue && alwaysZero(t) {
		return nil
	}
	inner := *b
	inner.path = append(slices.Clone(b.path), f.path...)
	inner.quoted = f.tag.quoted && quotes(t, addr)
	out := &ir.Field{
		Name:      f.name,
		Type:      inner.lower(t, addr),
		OmitEmpty: f.tag.omitEmpty && canBeEmpty(t),
		OmitZero:  zero,
		Quoted:    inner.quoted,
		Doc:       b.doc(v),
		Allow:     b.allow(v),
		Pos:       b.pos(v),
	}
	if out.OmitEmpty || zero == ir.ZeroValue {
		out.Under = b.underOf(t, out.Type)
	}
	out.Optional = out.OmitEmpty || out.OmitZero != "" || f.steps > 0
	return out
}

// canBeEmpty reports whether omitempty has an effect: isEmptyValue of encoding/json knows
// false, 0, nil pointers and interfaces, and what has the length 0. The argument of a type
// parameter decides for itself, so that an instance may differ from its generic form.
func canBeEmpty(t types.Type) bool {
	if isParam(t) {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&(types.IsBoolean|types.IsInteger|types.IsFloat|types.IsString) != 0
	case *types.Pointer, *types.Interface, *types.Slice, *types.Map:
		return true
	case *types.Array:
		return u.Len() == 0
	}
	return false
}

// alwaysEmpty reports whether omitempty leaves every value out.
func alwaysEmpty(t types.Type) bool {
	if isParam(t) {
		return false
	}
	a, ok := t.Underlying().(*types.Array)
	return ok && a.Len() == 0
}

// alwaysZero reports whether a type has one value only.
func alwaysZero(t types.Type) bool {
	if isParam(t) {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Array:
		return u.Len() == 0 || alwaysZero(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if !alwaysZero(f.Type()) {
				return false
			}
		}
		return true
	}
	return false
}

// zeroMode tells how omitzero decides for a field of type t, in the order of typeFields.
func zeroMode(t types.Type, tag jsonTag) ir.Zero {
	if !tag.omitZero {
		return ""
	}
	if isParam(t) {
		return ir.ZeroValue
	}
	if isPointer(t) {
		if p, ok := types.Unalias(t).(*types.Pointer); ok && !isPointer(p.Elem()) && !isInterface(p.Elem()) &&
			!isParam(p.Elem()) && isZero(p.Elem()) != nil {
			return ir.ZeroNilMethod
		}
		return ir.ZeroValue
	}
	m := isZero(t)
	switch {
	case m == nil:
		return ir.ZeroValue
	case isInterface(t):
		return ir.ZeroNilMethod
	case m.pointer:
		return ir.ZeroPtrMethod
	}
	return ir.ZeroMethod
}

// quotes reports whether ",string" has an effect on a field: on booleans, numbers and strings
// and unnamed pointers to them, if no marshaler writes them.
func quotes(t types.Type, addr bool) bool {
	if p, ok := t.(*types.Pointer); ok {
		t, addr = types.Unalias(p.Elem()), true
	}
	kind := basicKind(t)
	const quotable = types.IsBoolean | types.IsInteger | types.IsFloat | types.IsString
	return kind != types.Invalid && types.Typ[kind].Info()&quotable != 0 && codecOf(t, addr) == nil
}

// steps returns the Go selectors to a field of u. Selectors that the generated code cannot
// write, because they are unexported in another package, are left out where Go promotes the
// rest; ok is false where it does not.
func (b *builder) steps(u *types.Struct, f *field) (steps []ir.Step, ok bool) {
	ok = true
	var holder types.Type = u
	for i := 0; i < len(f.path); i++ {
		j := i
		for j < len(f.path)-1 && !b.canSelect(f.path[j]) {
			j++
		}
		if j > i && b.promotes(holder, f.path[i:j+1], f.index[i:j+1]) {
			i = j
		}
		v := f.path[i]
		ok = ok && b.canSelect(v)
		step := ir.Step{Name: v.Name()}
		holder = types.Unalias(v.Type())
		if i < len(f.path)-1 {
			if p, isPtr := holder.(*types.Pointer); isPtr {
				step.Ptr = true
				holder = types.Unalias(p.Elem())
			}
			if named, isNamed := holder.(*types.Named); isNamed {
				step.Go = b.goName(named)
			}
		}
		steps = append(steps, step)
	}
	return steps, ok
}

// canSelect reports whether code of the package at work can write the selector.
func (b *builder) canSelect(v *types.Var) bool {
	return v.Exported() || b.isOwn(v.Pkg())
}

// promotes reports whether holder has the last field of path without the selectors before it,
// none of which is a pointer that must be compared with nil.
func (b *builder) promotes(holder types.Type, path []*types.Var, index []int) bool {
	for _, v := range path[:len(path)-1] {
		if _, ok := types.Unalias(v.Type()).(*types.Pointer); ok {
			return false
		}
	}
	_, found, _ := types.LookupFieldOrMethod(holder, true, b.cfg.Package, path[len(path)-1].Name())
	return slices.Equal(found, index)
}

// conflict warns of fields that hide one another.
func (b *builder) conflict(fields []*field) {
	first, last := fields[0], fields[len(fields)-1]
	text := "and " + selector(first) + " both claim the property " + strconv.Quote(last.name) +
		", and neither is nearer to the top: encoding/json writes neither"
	if first == last {
		text = "is embedded more than once at the same depth: encoding/json does not write its property " +
			strconv.Quote(last.name)
	}
	inner := *b
	inner.path = append(slices.Clone(b.path), last.path...)
	inner.problem(&problem{
		code: diag.ConflictingFields,
		text: text,
		hint: "rename one in its json tag, or leave one out with `json:\"-\"`",
	})
}

// selector returns the Go selector of a field.
func selector(f *field) string {
	text := ""
	for i, v := range f.path {
		if i > 0 {
			text += "."
		}
		text += v.Name()
	}
	return text
}
