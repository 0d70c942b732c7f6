package parse

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/parse/directive"
	"github.com/eventgen/eventgen/internal/rules"
)

// This file reports the directives that stand where they have no meaning.

// misplaced reports the directives of a comment on something that takes none.
func (a *annotator) misplaced(doc *ast.CommentGroup, on string) {
	if doc == nil {
		return
	}
	for _, d := range a.comments[doc] {
		a.wrongTarget(d, on)
	}
	delete(a.comments, doc)
}

func (a *annotator) wrongTarget(d *directive.Directive, on string) {
	targets := make([]string, len(d.Verb.On))
	for i, t := range d.Verb.On {
		targets[i] = targetNames[t]
	}
	a.list.Add(diag.Diagnostic{
		Severity: diag.Error, Code: diag.MisplacedDirective, Pos: d.Pos,
		Message: fmt.Sprintf("//eventgen:%s does not apply to a %s", d.Verb.Name, on),
		Hint:    "it belongs on " + strings.Join(targets, " or "),
	})
}

var targetNames = map[rules.Target]string{
	rules.OnType:     "a type",
	rules.OnConstant: "a constant of type eventbus.Name[T]",
	rules.OnField:    "a struct field",
	rules.OnPackage:  "the package clause",
}

// group reports directives before the parenthesis of several declarations.
func (a *annotator) group(decl *ast.GenDecl) {
	for _, d := range a.comments[decl.Doc] {
		a.list.Add(diag.Diagnostic{
			Severity: diag.Error, Code: diag.MisplacedDirective, Pos: d.Pos,
			Message: fmt.Sprintf("//eventgen:%s stands on a group of declarations", d.Verb.Name),
			Hint:    "move it inside the parentheses, onto the declaration that it is meant for",
		})
	}
	delete(a.comments, decl.Doc)
}

// beside reports directives behind a declaration on its last line.
func (a *annotator) beside(comment *ast.CommentGroup, what string) {
	if comment == nil {
		return
	}
	for _, d := range a.comments[comment] {
		a.list.Add(diag.Diagnostic{
			Severity: diag.Error, Code: diag.MisplacedDirective, Pos: d.Pos,
			Message: fmt.Sprintf("//eventgen:%s stands after %s", d.Verb.Name, what),
			Hint:    "move it to a line of its own above the declaration",
		})
	}
	delete(a.comments, comment)
}

// typeBody attaches the directives inside a type: those of struct fields.
func (a *annotator) typeBody(expr ast.Expr) {
	ast.Inspect(expr, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.StructType:
			for _, f := range n.Fields.List {
				if a.comments[f.Doc] != nil {
					a.attach(f.Doc, &declaration{target: rules.OnField, field: f, node: f})
				}
				a.beside(f.Comment, "a field")
			}
		case *ast.InterfaceType:
			for _, f := range n.Methods.List {
				what := "member of an interface"
				a.misplaced(f.Doc, what)
				a.misplaced(f.Comment, what)
			}
		}
		return true
	})
}

// floating reports what is left: directives that no declaration follows.
func (a *annotator) floating() {
	for _, group := range a.file.Comments {
		for _, d := range a.comments[group] {
			a.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.FloatingDirective, Pos: d.Pos,
				Message: fmt.Sprintf("//eventgen:%s is attached to nothing", d.Verb.Name),
				Hint:    a.floatingHint(group, d),
			})
		}
	}
}

func (a *annotator) floatingHint(group *ast.CommentGroup, d *directive.Directive) string {
	if slices.Contains(d.Verb.On, rules.OnPackage) && len(d.Verb.On) == 1 {
		if group.End() < a.file.Package {
			return "remove the blank line between the comment and the package clause"
		}
		return "move it into the comment right above the package clause"
	}
	for _, decl := range a.file.Decls {
		if decl.Pos() <= group.Pos() && group.End() <= decl.End() {
			if f, ok := decl.(*ast.FuncDecl); ok {
				return fmt.Sprintf("declarations inside a function cannot be events; move it out of %s", f.Name.Name)
			}
			return "move it into the comment right above a declaration"
		}
	}
	for _, decl := range a.file.Decls {
		start := decl.Pos()
		if doc := docOf(decl); doc != nil {
			start = doc.Pos()
		}
		if start > group.End() {
			if g, ok := decl.(*ast.GenDecl); ok && g.Tok != token.IMPORT && g.Tok != token.VAR {
				return "remove the blank line between the directive and the declaration"
			}
			break
		}
	}
	return "move it into the comment right above a declaration"
}

func docOf(decl ast.Decl) *ast.CommentGroup {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		return decl.Doc
	case *ast.GenDecl:
		return decl.Doc
	}
	return nil
}
