package load

import (
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/rules"
)

// unions finds the types that may be variants of the package's unions and other sealed
// interfaces, by syntax: nothing mentions a variant, yet it is needed wherever the interface is.
func (o *outline) unions() {
	o.seals = map[string]bool{}
	for _, f := range o.files {
		for _, decl := range f.Syntax.Decls {
			decl, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range decl.Specs {
				spec, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				if seals := o.sealsOf(spec); isUnion(spec.Doc) || isUnion(decl.Doc) || slices.ContainsFunc(slices.Collect(maps.Keys(seals)), unexported) {
					o.union(spec, seals)
				}
			}
		}
	}
}

func isUnion(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if strings.HasPrefix(c.Text, rules.Prefix+"union") {
			return true
		}
	}
	return false
}

func unexported(name string) bool { return !token.IsExported(name) }

// sealsOf returns the names of the methods of an interface; none for another type.
func (o *outline) sealsOf(spec *ast.TypeSpec) map[string]bool {
	seals := map[string]bool{}
	o.methodNames(spec.Name.Name, seals, map[string]bool{})
	return seals
}

func (o *outline) union(spec *ast.TypeSpec, seals map[string]bool) {
	for name := range seals {
		o.seals[name] = true
	}
	for _, d := range o.byName[spec.Name.Name] {
		if d.node == spec {
			d.implies = o.implementors(seals)
		}
	}
}

// methodNames adds the names of an interface's methods, embedded ones of this package included.
func (o *outline) methodNames(name string, out, seen map[string]bool) {
	if seen[name] {
		return
	}
	seen[name] = true
	for _, d := range o.byName[name] {
		spec, ok := d.node.(*ast.TypeSpec)
		if !ok {
			continue
		}
		switch t := ast.Unparen(spec.Type).(type) {
		case *ast.Ident:
			o.methodNames(t.Name, out, seen)
		case *ast.InterfaceType:
			for _, field := range t.Methods.List {
				for _, method := range field.Names {
					out[method.Name] = true
				}
				if embedded, ok := ast.Unparen(field.Type).(*ast.Ident); ok && len(field.Names) == 0 {
					o.methodNames(embedded.Name, out, seen)
				}
			}
		}
	}
}

// implementors returns the types that have one of these methods, their own or by embedding.
func (o *outline) implementors(methods map[string]bool) []string {
	var found []string
	isFound := map[string]bool{}
	add := func(name string) {
		if !isFound[name] {
			isFound[name] = true
			found = append(found, name)
		}
	}
	o.relate()
	for method := range methods {
		for _, name := range o.receivers[method] {
			add(name)
		}
	}
	for i := 0; i < len(found); i++ { //nolint:intrange // found grows
		for _, name := range o.embedders[found[i]] {
			add(name)
		}
	}
	return found
}

// relate finds the receivers of methods, and the types that get the methods of another: those that
// embed it, and those that are defined by it.
func (o *outline) relate() {
	if o.receivers != nil {
		return
	}
	o.receivers = map[string][]string{}
	for name, list := range o.methods {
		for _, d := range list {
			method := d.node.(*ast.FuncDecl).Name.Name
			o.receivers[method] = append(o.receivers[method], name)
		}
	}
	out := map[string][]string{}
	for name, list := range o.byName {
		for _, d := range list {
			spec, ok := d.node.(*ast.TypeSpec)
			if !ok {
				continue
			}
			switch t := ast.Unparen(spec.Type).(type) {
			case *ast.StructType:
				for _, field := range t.Fields.List {
					if embedded := typeName(field.Type); len(field.Names) == 0 && embedded != "" {
						out[embedded] = append(out[embedded], name)
					}
				}
			default:
				if other := typeName(t); other != "" {
					out[other] = append(out[other], name)
				}
			}
		}
	}
	o.embedders = out
}

// typeName returns the name of a type of this package, behind a pointer or with arguments too.
func typeName(expr ast.Expr) string {
	switch t := ast.Unparen(expr).(type) {
	case *ast.Ident:
		return t.Name
	case *ast.StarExpr:
		return typeName(t.X)
	case *ast.IndexExpr:
		return typeName(t.X)
	case *ast.IndexListExpr:
		return typeName(t.X)
	}
	return ""
}
