package lower

import (
	"go/types"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// A builder lowers the types within one node. It knows the way from the node's type to the
// type at hand, for diagnostics.
type builder struct {
	*Lowerer
	from    *node
	edges   *[]edge
	path    []*types.Var
	quoted  bool // integers are strings here
	plainly bool // the type is plain
	key     bool // the type is the key of a map
	discard bool // problems are told elsewhere
}

// lower returns the wire form of a value of type t. addr tells whether encoding/json can take
// the value's address: the root, what a pointer points to and the elements of a slice are
// addressable; map elements, map keys and the contents of an interface are not; fields and
// array elements are as the struct or array is.
func (b *builder) lower(t types.Type, addr bool) *ir.Type {
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return &ir.Type{Kind: ir.KindParam, Param: t.Obj().Name()}
	case *types.Named:
		return b.namedType(t, addr)
	default:
		return b.form(t, addr)
	}
}

// form lowers a type by its methods or by its structure, whatever it is called.
func (b *builder) form(t types.Type, addr bool) *ir.Type {
	if c := codecOf(t, addr); c != nil {
		return b.codecType(t, c)
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return b.basicType(t, u)
	case *types.Pointer:
		return b.pointerType(t, u)
	case *types.Slice:
		return b.sliceType(u)
	case *types.Array:
		return b.arrayType(u, addr)
	case *types.Map:
		return b.mapType(t, u)
	case *types.Struct:
		if t == types.Type(u) && unmarshalsOnly(t) { // a method reads it that it has by embedding
			inner := *b
			inner.plainly = b.settingsMatter()
			out := inner.structType(u, addr)
			out.Opaque = true
			return out
		}
		return b.structType(u, addr)
	case *types.Interface:
		return &ir.Type{Kind: ir.KindAny}
	default:
		return b.unsupported(t)
	}
}

// namedType lowers a use of a declared type: well-known types, interfaces and the marshalers of
// foreign packages stand in place, everything else is a reference to its declaration.
func (b *builder) namedType(t *types.Named, addr bool) *ir.Type {
	switch typeID(t.Obj()) {
	case "time.Time":
		return b.mark(&ir.Type{Kind: ir.KindTime, Go: b.goName(t), Marshal: &ir.Marshal{Decodes: true}})
	case "encoding/json.RawMessage", "encoding/json/jsontext.Value":
		return &ir.Type{Kind: ir.KindRaw, Go: b.goName(t), Marshal: &ir.Marshal{Decodes: true}}
	case "encoding/json.Number":
		return &ir.Type{Kind: ir.KindNumber, Go: b.goName(t)}
	}
	b.checkOnce(t.Obj())
	if isInterface(t) {
		if b.unionNote(t) == nil {
			return b.interfaceType(t)
		}
		return b.ref(t, true)
	}
	if !b.key {
		b.checkRead(t)
	}
	if c := codecOf(t, addr); c != nil && !b.declared(t) {
		return b.codecType(t, c)
	}
	if b.cfg.Types[typeID(t.Obj())] != "" && codecOf(t, true) == nil {
		b.isStated(t.Obj())
		b.problem(&problem{
			code: diag.InvalidTS, once: ident(t),
			text: b.hasType(t) + ", which has no marshaler: its TypeScript follows from its structure",
			hint: "remove " + typeID(t.Obj()) + " from types in eventgen.yaml",
		})
	}
	return b.ref(t, addr)
}

// declared reports whether a type with a marshaler gets a declaration: a local one, whose name
// and documentation are the user's own, and a generic one whose stated TypeScript may speak of
// its arguments.
func (b *builder) declared(t *types.Named) bool {
	return b.isLocal(t.Obj()) || t.TypeArgs().Len() > 0 && b.stated(t.Obj()) != ""
}

// ref returns a reference to the node of t, which [Lowerer.emit] completes.
func (b *builder) ref(t *types.Named, addr bool) *ir.Type {
	n := b.node(t, addr, b.plainly, b.from)
	out := &ir.Type{Kind: ir.KindRef}
	b.refs[out] = n
	*b.edges = append(*b.edges, edge{to: n, path: b.trail(), quoted: b.quoted})
	return out
}

// declare lowers the declaration of a node.
func (b *builder) declare(n *node) {
	t := n.named
	if isInterface(t) {
		if note := b.unionNote(t); note != nil {
			n.union = b.unionType(t, note)
			return
		}
	}
	if codecOf(t, !n.value) == nil {
		if basic, ok := t.Underlying().(*types.Basic); ok {
			n.enum = b.enumOf(t, basic)
			if is64(basic) {
				n.wide = n.enum == nil || !isNarrow(n.enum)
				b.quoted = true // told by whoever refers to the type
			}
		}
	}
	b.checkValidate(t)
	if b.bare(t) {
		n.body = b.bareType(t)
		return
	}
	n.body = b.form(t, !n.value)
}

// checkValidate warns of a method Validate that decoders do not call.
func (b *builder) checkValidate(t *types.Named) {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "Validate")
	fn, ok := obj.(*types.Func)
	if !ok || isInterface(t) || isCheck(fn.Signature()) {
		return
	}
	b.problem(&problem{
		code: diag.IgnoredValidate, obj: t.Obj(), once: typeID(t.Obj()), client: true,
		text: "type " + t.Obj().Name() + " has Validate" + strings.TrimPrefix(b.typeString(fn.Signature()), "func") + ", which is not called for what clients emit",
		hint: "write func (" + t.Obj().Name() + ") Validate() error, or give the method another name",
	})
}

func (b *builder) basicType(t types.Type, u *types.Basic) *ir.Type {
	out := basic(u)
	if out == nil {
		return b.unsupported(t)
	}
	b.mark(out)
	if is64(u) && !b.quoted {
		b.problem(&problem{
			code: diag.Int64Precision,
			text: b.hasType(t) + ", which JavaScript rounds past 2^53",
			hint: int64HintOf(b.plainly),
		})
	}
	return out
}

func int64HintOf(plain bool) string {
	if plain {
		return int64PlainHint
	}
	return int64Hint
}

const int64PlainHint = `write the option ",string" in the field's json tag: the setting int64 does not reach what encoding/json reads or writes`

const int64Hint = `write the option ",string" in the field's json tag, or choose int64: string, bigint or number in eventgen.yaml`

// basic returns the wire form of a basic type, or nil if JSON has none.
func basic(t *types.Basic) *ir.Type {
	switch t.Kind() {
	case types.Bool:
		return &ir.Type{Kind: ir.KindBool}
	case types.String:
		return &ir.Type{Kind: ir.KindString}
	case types.Int:
		return &ir.Type{Kind: ir.KindInt}
	case types.Int8:
		return &ir.Type{Kind: ir.KindInt, Bits: 8}
	case types.Int16:
		return &ir.Type{Kind: ir.KindInt, Bits: 16}
	case types.Int32:
		return &ir.Type{Kind: ir.KindInt, Bits: 32}
	case types.Int64:
		return &ir.Type{Kind: ir.KindInt, Bits: 64}
	case types.Uint:
		return &ir.Type{Kind: ir.KindUint}
	case types.Uintptr:
		return &ir.Type{Kind: ir.KindUint, Go: &ir.GoName{Name: "uintptr"}}
	case types.Uint8:
		return &ir.Type{Kind: ir.KindUint, Bits: 8}
	case types.Uint16:
		return &ir.Type{Kind: ir.KindUint, Bits: 16}
	case types.Uint32:
		return &ir.Type{Kind: ir.KindUint, Bits: 32}
	case types.Uint64:
		return &ir.Type{Kind: ir.KindUint, Bits: 64}
	case types.Float32:
		return &ir.Type{Kind: ir.KindFloat, Bits: 32}
	case types.Float64:
		return &ir.Type{Kind: ir.KindFloat, Bits: 64}
	}
	return nil
}

func is64(t *types.Basic) bool { return t.Kind() == types.Int64 || t.Kind() == types.Uint64 }

func (b *builder) pointerType(t types.Type, u *types.Pointer) *ir.Type {
	// type P *P has the value nil and cycles alone.
	seen := map[string]bool{}
	for at := u; ; {
		elem := types.Unalias(at.Elem())
		if isParam(elem) {
			break
		}
		next, ok := elem.Underlying().(*types.Pointer)
		if !ok {
			break
		}
		key := ident(elem)
		if seen[key] || len(seen) > maxInstanceDepth {
			return b.unsupported(t)
		}
		seen[key] = true
		at = next
	}
	return &ir.Type{Kind: ir.KindPtr, Elem: b.lower(u.Elem(), true)}
}

// sliceType lowers a slice. Elements of a byte kind make it base64, whatever they are called,
// unless they have a marshaler.
func (b *builder) sliceType(u *types.Slice) *ir.Type {
	elem := types.Unalias(u.Elem())
	if basicKind(elem) == types.Uint8 && codecOf(elem, true) == nil {
		return b.mark(&ir.Type{Kind: ir.KindBytes, Elem: b.plain(elem)})
	}
	return b.mark(&ir.Type{Kind: ir.KindSlice, Elem: b.elements().lower(elem, true)})
}

func (b *builder) arrayType(u *types.Array, addr bool) *ir.Type {
	inner := b.elements()
	if u.Len() == 0 {
		// No element is ever written, so it may be of any kind.
		inner.edges, inner.discard = new([]edge), true
		return &ir.Type{Kind: ir.KindArray, Elem: inner.lower(u.Elem(), addr)}
	}
	return &ir.Type{Kind: ir.KindArray, Len: int(u.Len()), Elem: inner.lower(u.Elem(), addr)}
}

// elements returns a builder for what a composite type holds, which ",string" does not reach.
func (b *builder) elements() *builder {
	inner := *b
	inner.quoted = false
	return &inner
}

func (b *builder) mapType(t types.Type, u *types.Map) *ir.Type {
	key := b.mapKey(u.Key())
	if key == nil {
		return b.unsupported(t)
	}
	return b.mark(&ir.Type{Kind: ir.KindMap, Key: key, Elem: b.elements().lower(u.Elem(), false)})
}

// mapKey lowers the key of a map, or returns nil if encoding/json refuses it. A string kind is
// written as it is, methods or not; then MarshalText on the value counts; then integer kinds.
func (b *builder) mapKey(t types.Type) *ir.Type {
	t = types.Unalias(t)
	if p, ok := t.(*types.TypeParam); ok {
		return &ir.Type{Kind: ir.KindParam, Param: p.Obj().Name()}
	}
	kind := basicKind(t)
	if kind == types.String {
		return b.plainKey(t)
	}
	if text := b.textKey(t); text != nil {
		return text
	}
	if info := types.Typ[kind].Info(); kind != types.Invalid && info&types.IsInteger != 0 {
		return b.plainKey(t)
	}
	return nil
}

// plainKey lowers a key that is written as the value of its basic kind. UnmarshalText reads it
// all the same, if there is one.
func (b *builder) plainKey(t types.Type) *ir.Type {
	out := b.basicKey(t)
	if out.Kind != ir.KindRef && unmarshalText(t) != nil {
		out.Marshal = &ir.Marshal{Decodes: true}
	}
	return out
}

func (b *builder) basicKey(t types.Type) *ir.Type {
	if named, ok := t.(*types.Named); ok && codecOf(t, true) == nil && typeID(named.Obj()) != "encoding/json.Number" {
		inner := *b
		inner.quoted, inner.key = true, true
		return inner.lower(t, true)
	}
	return b.plain(t)
}

// plain returns the basic kind of a type that is written as such where it stands.
func (b *builder) plain(t types.Type) *ir.Type {
	out := basic(t.Underlying().(*types.Basic))
	if named, ok := t.(*types.Named); ok {
		out.Go = b.goName(named)
	}
	return out
}

// textKey lowers a key that has MarshalText, or returns nil. Keys are not addressable.
func (b *builder) textKey(t types.Type) *ir.Type {
	elem, isPtr := t, false
	if p, ok := t.Underlying().(*types.Pointer); ok {
		if _, named := t.(*types.Named); named {
			return nil // a named pointer type has no methods
		}
		elem, isPtr = types.Unalias(p.Elem()), true
		if isParam(elem) || isPointer(elem) || isInterface(elem) {
			return nil
		}
	}
	m := marshalText(elem)
	if m == nil || m.pointer && !isPtr {
		return nil
	}
	out := &ir.Type{Kind: ir.KindText, Marshal: &ir.Marshal{
		Pointer: m.pointer,
		Nilable: isPtr,
		Decodes: unmarshalText(elem) != nil,
	}}
	if named, ok := elem.(*types.Named); ok && marshalJSON(elem) == nil {
		if !isPtr && !isInterface(named) && b.isLocal(named.Obj()) && !b.sensitive.of(named) {
			inner := *b
			return inner.lower(t, true)
		}
		out.TS = b.stated(named.Obj())
		out.Go = b.goName(named)
	} else if ok {
		out.Go = b.goName(named)
	}
	return out
}

func (b *builder) interfaceType(t *types.Named) *ir.Type {
	if c := codecOf(t, false); c != nil {
		return b.codecType(t, c)
	}
	if t.Underlying().(*types.Interface).NumMethods() > 0 {
		b.oneWay(t, "is an interface: nothing says of which type a value is that a client sends",
			"declare a type with an UnmarshalJSON that finds out, or make it a union: //eventgen:union tag=type content=data")
	}
	if b.isLocal(t.Obj()) && isSealed(t) {
		b.problem(&problem{
			code: diag.SealedInterface,
			obj:  t.Obj(),
			text: "sealed interface " + t.Obj().Name() + " travels without the name of its variant, which nothing but its form tells then",
			hint: "//eventgen:union tag=type content=data above it makes it a union",
		})
	}
	if b.bare(t) {
		return b.ref(t, true)
	}
	return &ir.Type{Kind: ir.KindAny, Go: b.goName(t)}
}

// isSealed reports whether only the package of t can implement it.
func isSealed(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	if !ok {
		return false
	}
	for m := range i.Methods() {
		if !m.Exported() {
			return true
		}
	}
	return false
}

// unsupported reports a type that encoding/json refuses.
func (b *builder) unsupported(t types.Type) *ir.Type {
	p := &problem{code: diag.UnsupportedType, text: b.hasType(t) + ", which JSON cannot carry", hint: unsupportedHint}
	switch u := t.Underlying().(type) {
	case *types.Map:
		p.hint = "keys must be strings or integers or have MarshalText; `json:\"-\"` leaves the field out"
	case *types.Pointer:
		p.text = b.hasType(t) + ", which points to itself alone"
	case *types.Basic:
		if u.Kind() == types.Invalid {
			p.code, p.text, p.hint = diag.BrokenType, "has a type that does not compile", "the compiler's words for it are among these errors"
		}
	}
	b.problem(p)
	return &ir.Type{Kind: ir.KindAny}
}

const unsupportedHint = "`json:\"-\"` leaves the field out, and a MarshalJSON on its type says what to write"

// hasType says that the field at hand, or the node's own type, is t or holds it.
func (b *builder) hasType(t types.Type) string {
	if len(b.path) == 0 {
		if named, ok := types.Unalias(t).(*types.Named); ok && named == b.from.named {
			t = named.Underlying()
		}
		if b.from.named == nil || types.Identical(t, b.from.named.Underlying()) {
			return "is " + b.typeString(t)
		}
		return "holds " + b.typeString(t)
	}
	outer := b.path[len(b.path)-1].Type()
	if types.Identical(outer, t) {
		return "has type " + b.typeString(t)
	}
	return "has type " + b.typeString(outer) + ", which holds " + b.typeString(t)
}
