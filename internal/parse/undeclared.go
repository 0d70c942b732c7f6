package parse

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/load"
)

// undeclared warns of constants that have the type of an event declaration and no directive: on
// the wire, and in every catalogue, there is no such event.
func (r *reader) undeclared(files []*load.File, declarations []*declaration) {
	settled := map[*ast.Ident]bool{}
	for _, d := range declarations {
		for _, dir := range d.directives {
			if dir.Verb.Name == "event" || dir.Verb.Name == "allow" && dir.Text.Word == string(diag.UndeclaredName) {
				settled[d.name] = true
			}
		}
	}
	for _, f := range files {
		bus := importedAs(f.Syntax, eventbusPath)
		if bus == "" {
			continue
		}
		for _, decl := range f.Syntax.Decls {
			decl, ok := decl.(*ast.GenDecl)
			if !ok || decl.Tok != token.CONST {
				continue
			}
			for _, spec := range decl.Specs {
				spec := spec.(*ast.ValueSpec)
				if !declaresEvent(spec, bus) || settled[spec.Names[0]] {
					continue
				}
				name := spec.Names[0]
				r.list.Add(diag.Diagnostic{
					Severity: diag.Warning, Code: diag.UndeclaredName, Pos: position(r.program.Fset, name.Pos(), len(name.Name)),
					Message: fmt.Sprintf("constant %s has the type of an event, but is none", name.Name),
					Hint:    "put //eventgen:event above it",
				})
			}
		}
	}
}

// importedAs returns the name that a file has for a package, or "".
func importedAs(file *ast.File, path string) string {
	for _, spec := range file.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err != nil || p != path {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return "eventbus"
	}
	return ""
}

// declaresEvent reports whether a constant has the type bus.Name[T], stated or by conversion.
func declaresEvent(spec *ast.ValueSpec, bus string) bool {
	if len(spec.Names) > 1 {
		return false
	}
	if spec.Type != nil || len(spec.Values) == 0 {
		return isEventName(spec.Type, bus)
	}
	call, ok := spec.Values[0].(*ast.CallExpr)
	return ok && isEventName(call.Fun, bus)
}

// isEventName reports whether a type is written bus.Name[T].
func isEventName(expr ast.Expr, bus string) bool {
	index, ok := expr.(*ast.IndexExpr)
	if !ok {
		return false
	}
	selector, ok := index.X.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "Name" {
		return false
	}
	x, ok := selector.X.(*ast.Ident)
	return ok && x.Name == bus
}
