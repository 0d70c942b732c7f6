package lower

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// Const is a constant of a named type.
type Const struct {
	Obj *types.Const
	// Expr is the expression behind the value, after implicit repetition; nil when there is no
	// syntax.
	Expr ast.Expr
}

// Constants returns the package-level constants of pkg by their type, each type's in source
// order. With the syntax of pkg (files and the Defs of info) the constants carry their
// expressions; without it (nil) they come from the scope of pkg.
func Constants(pkg *types.Package, files []*ast.File, info *types.Info) map[*types.TypeName][]Const {
	out := map[*types.TypeName][]Const{}
	add := func(obj types.Object, expr ast.Expr) {
		c, ok := obj.(*types.Const)
		if !ok {
			return
		}
		named, ok := types.Unalias(c.Type()).(*types.Named)
		if !ok || named.Obj().Pkg() != pkg || named.TypeArgs().Len() > 0 {
			return
		}
		out[named.Obj()] = append(out[named.Obj()], Const{Obj: c, Expr: expr})
	}
	if info == nil {
		for _, name := range pkg.Scope().Names() {
			add(pkg.Scope().Lookup(name), nil)
		}
	} else {
		for _, f := range files {
			for _, decl := range f.Decls {
				if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.CONST {
					eachConst(gen, func(name *ast.Ident, expr ast.Expr) { add(info.Defs[name], expr) })
				}
			}
		}
	}
	for _, consts := range out {
		slices.SortStableFunc(consts, func(a, b Const) int { return cmp.Compare(a.Obj.Pos(), b.Obj.Pos()) })
	}
	return out
}

// eachConst calls fn for each name of a constant declaration that has a value, blank ones
// included, with the expression that it has or repeats.
func eachConst(gen *ast.GenDecl, fn func(*ast.Ident, ast.Expr)) {
	var values []ast.Expr
	for _, spec := range gen.Specs {
		spec, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		if spec.Type != nil || len(spec.Values) > 0 {
			values = spec.Values
		}
		for i, name := range spec.Names {
			if i < len(values) {
				fn(name, values[i])
			}
		}
	}
}
