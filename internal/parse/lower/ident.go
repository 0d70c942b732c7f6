package lower

import (
	"fmt"
	"go/types"
	"strconv"
	"strings"
)

// ident returns text that is the same for identical types and different for others: aliases
// are resolved, packages are full paths, and a type parameter belongs to its declaration. It is
// the key of every table here and, for instances, a part of the declaration's ID.
func ident(t types.Type) string {
	var b strings.Builder
	writeIdent(&b, t)
	return b.String()
}

func writeIdent(b *strings.Builder, t types.Type) {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		b.WriteString(basicName(t))
	case *types.Named:
		writeNamed(b, t)
	case *types.TypeParam:
		fmt.Fprintf(b, "$%s@%p", t.Obj().Name(), t) // parameters of different declarations differ
	case *types.Pointer:
		b.WriteByte('*')
		writeIdent(b, t.Elem())
	case *types.Slice:
		b.WriteString("[]")
		writeIdent(b, t.Elem())
	case *types.Array:
		b.WriteString("[" + strconv.FormatInt(t.Len(), 10) + "]")
		writeIdent(b, t.Elem())
	case *types.Map:
		b.WriteString("map[")
		writeIdent(b, t.Key())
		b.WriteByte(']')
		writeIdent(b, t.Elem())
	case *types.Chan:
		b.WriteString([...]string{types.SendRecv: "chan ", types.SendOnly: "chan<- ", types.RecvOnly: "<-chan "}[t.Dir()])
		b.WriteByte('(')
		writeIdent(b, t.Elem())
		b.WriteByte(')')
	case *types.Struct:
		writeStruct(b, t)
	case *types.Interface:
		writeInterface(b, t)
	case *types.Signature:
		b.WriteString("func")
		writeSignature(b, t)
	default: // unions of constraints, which no value has
		b.WriteString(t.String())
	}
}

// basicName returns the name of a basic type with byte and rune resolved.
func basicName(t *types.Basic) string {
	if t.Kind() == types.UnsafePointer {
		return "unsafe.Pointer"
	}
	return types.Typ[t.Kind()].Name()
}

func writeNamed(b *strings.Builder, t *types.Named) {
	if pkg := t.Obj().Pkg(); pkg != nil {
		b.WriteString(pkg.Path())
		b.WriteByte('.')
	}
	b.WriteString(t.Obj().Name())
	if args := t.TypeArgs(); args.Len() > 0 {
		b.WriteByte('[')
		for i := range args.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			writeIdent(b, args.At(i))
		}
		b.WriteByte(']')
	}
}

func writeStruct(b *strings.Builder, t *types.Struct) {
	b.WriteString("struct{")
	for i := range t.NumFields() {
		if i > 0 {
			b.WriteString("; ")
		}
		f := t.Field(i)
		if !f.Embedded() {
			writeName(b, f)
			b.WriteByte(' ')
		}
		writeIdent(b, f.Type())
		if tag := t.Tag(i); tag != "" {
			b.WriteString(" " + strconv.Quote(tag))
		}
	}
	b.WriteByte('}')
}

func writeInterface(b *strings.Builder, t *types.Interface) {
	b.WriteString("interface{")
	for i := range t.NumMethods() {
		if i > 0 {
			b.WriteString("; ")
		}
		m := t.Method(i)
		writeName(b, m)
		writeSignature(b, m.Signature())
	}
	for embedded := range t.EmbeddedTypes() {
		if u, ok := embedded.(*types.Union); ok {
			b.WriteString("; " + u.String())
		}
	}
	b.WriteByte('}')
}

func writeSignature(b *strings.Builder, t *types.Signature) {
	writeTuple(b, t.Params(), t.Variadic())
	writeTuple(b, t.Results(), false)
}

func writeTuple(b *strings.Builder, t *types.Tuple, variadic bool) {
	b.WriteByte('(')
	for i := range t.Len() {
		if i > 0 {
			b.WriteString(", ")
		}
		if variadic && i == t.Len()-1 {
			b.WriteString("...")
		}
		writeIdent(b, t.At(i).Type())
	}
	b.WriteByte(')')
}

// writeName writes the name of a field or method, which the package is a part of when it is
// not exported.
func writeName(b *strings.Builder, obj types.Object) {
	if !obj.Exported() && obj.Pkg() != nil {
		b.WriteString(obj.Pkg().Path() + ".")
	}
	b.WriteString(obj.Name())
}

// typeID returns the Go path and name of a declared type.
func typeID(obj *types.TypeName) string {
	if obj.Pkg() == nil {
		return obj.Name()
	}
	return obj.Pkg().Path() + "." + obj.Name()
}

// hasParams reports whether t mentions a type parameter.
func hasParams(t types.Type) bool {
	return mentions(t, func(t types.Type) bool {
		_, ok := t.(*types.TypeParam)
		return ok
	})
}

// holds reports whether part occurs in whole, as the whole or within it.
func holds(whole, part types.Type) bool {
	return mentions(whole, func(t types.Type) bool { return types.Identical(t, part) })
}

// mentions reports whether found holds for a type or for one that it is written with. It does
// not look into the declarations of named types.
func mentions(t types.Type, found func(types.Type) bool) bool {
	t = types.Unalias(t)
	if found(t) {
		return true
	}
	switch t := t.(type) {
	case *types.Named:
		for arg := range t.TypeArgs().Types() {
			if mentions(arg, found) {
				return true
			}
		}
	case *types.Pointer:
		return mentions(t.Elem(), found)
	case *types.Slice:
		return mentions(t.Elem(), found)
	case *types.Array:
		return mentions(t.Elem(), found)
	case *types.Chan:
		return mentions(t.Elem(), found)
	case *types.Map:
		return mentions(t.Key(), found) || mentions(t.Elem(), found)
	case *types.Struct:
		for field := range t.Fields() {
			if mentions(field.Type(), found) {
				return true
			}
		}
	case *types.Signature:
		return mentionsTuple(t.Params(), found) || mentionsTuple(t.Results(), found)
	case *types.Interface:
		for i := range t.NumMethods() {
			if mentions(t.Method(i).Type(), found) {
				return true
			}
		}
	}
	return false
}

func mentionsTuple(t *types.Tuple, found func(types.Type) bool) bool {
	for v := range t.Variables() {
		if mentions(v.Type(), found) {
			return true
		}
	}
	return false
}
