package lower

import (
	"go/types"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// spelling is how generated code writes a declared type. It is found once for each instance: the
// arguments of arguments would be spelt again and again.
type spelling struct {
	name     *ir.GoName
	writable bool
}

// goName returns the Go name of a declared type.
func (l *Lowerer) goName(t *types.Named) *ir.GoName { return l.spell(t).name }

// writable reports whether the generated code can write t down, its arguments included: a struct
// or a function among these has no name.
func (l *Lowerer) writable(t *types.Named) bool { return l.spell(t).writable }

func (l *Lowerer) spell(t *types.Named) *spelling {
	s := l.spelling[t]
	if s == nil {
		name := l.nameOf(t)
		s = &spelling{name: name, writable: l.nameable(t) && l.spellable(name)}
		l.spelling[t] = s
	}
	return s
}

func (l *Lowerer) nameOf(t *types.Named) *ir.GoName {
	out := &ir.GoName{Name: t.Obj().Name()}
	if pkg := t.Obj().Pkg(); pkg != nil {
		out.Path, out.Pkg = pkg.Path(), pkg.Name()
	}
	for arg := range t.TypeArgs().Types() {
		out.Args = append(out.Args, l.goType(arg))
	}
	return out
}

// goType returns a type expression that only spells the Go type: declared types are KindAny
// with their Go name. It reaches no declaration.
func (l *Lowerer) goType(t types.Type) *ir.Type {
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return &ir.Type{Kind: ir.KindParam, Param: t.Obj().Name()}
	case *types.Named:
		return &ir.Type{Kind: ir.KindAny, Go: l.goName(t), Opaque: !l.writable(t)}
	case *types.Basic:
		if out := basic(t); out != nil {
			return out
		}
		return &ir.Type{Kind: ir.KindAny, Opaque: t.Kind() == types.UnsafePointer || t.Kind() == types.Invalid, Go: &ir.GoName{Name: basicName(t)}}
	case *types.Pointer:
		return l.around(ir.Type{Kind: ir.KindPtr}, t.Elem())
	case *types.Slice:
		if basicKind(types.Unalias(t.Elem())) == types.Uint8 {
			return l.around(ir.Type{Kind: ir.KindBytes}, t.Elem())
		}
		return l.around(ir.Type{Kind: ir.KindSlice}, t.Elem())
	case *types.Array:
		return l.around(ir.Type{Kind: ir.KindArray, Len: int(t.Len())}, t.Elem())
	case *types.Map:
		key := l.goType(t.Key())
		out := l.around(ir.Type{Kind: ir.KindMap, Key: key}, t.Elem())
		out.Opaque = out.Opaque || key.Opaque
		return out
	case *types.Struct:
		return &ir.Type{Kind: ir.KindStruct, Opaque: t.NumFields() > 0}
	case *types.Interface:
		return &ir.Type{Kind: ir.KindAny, Opaque: t.NumMethods() > 0}
	}
	return &ir.Type{Kind: ir.KindAny, Opaque: true}
}

func (l *Lowerer) around(out ir.Type, elem types.Type) *ir.Type {
	out.Elem = l.goType(elem)
	out.Opaque = out.Elem.Opaque
	return &out
}

// isOwn reports whether pkg is the package that the generated code belongs to.
func (l *Lowerer) isOwn(pkg *types.Package) bool {
	return pkg != nil && l.cfg.Package != nil && pkg.Path() == l.cfg.Package.Path()
}

// nameable reports whether the generated code can write the name of t.
func (l *Lowerer) nameable(t types.Type) bool {
	return !mentions(t, func(t types.Type) bool {
		named, ok := t.(*types.Named)
		if !ok || named.Obj().Pkg() == nil || l.isOwn(named.Obj().Pkg()) {
			return false
		}
		obj := named.Obj()
		return !obj.Exported() || obj.Parent() != obj.Pkg().Scope() || !l.importable(obj.Pkg())
	})
}

// importable reports whether the package at work may import pkg: commands and the internal
// packages of others are out of reach.
func (l *Lowerer) importable(pkg *types.Package) bool {
	return l.importablePath(pkg.Path(), pkg.Name())
}

func (l *Lowerer) importablePath(path, name string) bool {
	if name == "main" || path == "C" || strings.HasPrefix(path, "vendor/") {
		return false
	}
	for rest, from := path, 0; ; {
		i := strings.Index(rest[from:], "internal")
		if i < 0 {
			return true
		}
		i += from
		end := i + len("internal")
		from = end
		if i > 0 && rest[i-1] != '/' || end < len(rest) && rest[end] != '/' {
			continue
		}
		parent := strings.TrimSuffix(rest[:i], "/")
		if l.cfg.Package == nil {
			return false
		}
		own := l.cfg.Package.Path()
		if own != parent && !strings.HasPrefix(own, parent+"/") || parent == "" {
			return false
		}
	}
}

// typeString spells a type for people: the names of other packages are short.
func (l *Lowerer) typeString(t types.Type) string {
	return types.TypeString(t, func(pkg *types.Package) string {
		if l.isOwn(pkg) {
			return ""
		}
		return pkg.Name()
	})
}
