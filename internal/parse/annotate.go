package parse

import (
	"go/ast"
	"go/token"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/parse/directive"
	"github.com/eventgen/eventgen/internal/rules"
)

// declaration is a package clause, a type, a constant or a field with directives.
type declaration struct {
	target     rules.Target
	name       *ast.Ident // of a type or constant
	spec       ast.Spec   // *ast.TypeSpec or *ast.ValueSpec
	field      *ast.Field
	doc        *ast.CommentGroup
	directives []*directive.Directive
	// node is what the directives speak of, for //eventgen:allow.
	node ast.Node
}

// directive returns the first directive with this verb, or nil.
func (d *declaration) directive(verb string) *directive.Directive {
	for _, dir := range d.directives {
		if dir.Verb.Name == verb {
			return dir
		}
	}
	return nil
}

// annotator attaches the directives of one file to its declarations.
type annotator struct {
	fset *token.FileSet
	file *ast.File
	// comments are the directives of each comment group that are not attached yet.
	comments map[*ast.CommentGroup][]*directive.Directive
	out      []*declaration
	list     diag.List
}

// annotations are the directives of files, each read once. They are read by one goroutine at a time.
type annotations struct{ of map[*ast.File]*annotated }

type annotated struct {
	declarations []*declaration
	list         diag.List
}

// in returns what [annotate] says of a file.
func (a *annotations) in(fset *token.FileSet, file *ast.File) ([]*declaration, diag.List) {
	found := a.of[file]
	if found == nil {
		found = new(annotated)
		found.declarations, found.list = annotate(fset, file)
		a.of[file] = found
	}
	return found.declarations, found.list
}

// roots returns the names of the declarations in a file that have directives.
func (a *annotations) roots(fset *token.FileSet, file *ast.File) []string {
	var names []string
	declarations, _ := a.in(fset, file)
	for _, d := range declarations {
		if d.name != nil {
			names = append(names, d.name.Name)
		}
	}
	return names
}

// annotate returns the declarations of a file that have directives, and every directive that
// is misspelt or stands where it has no meaning.
func annotate(fset *token.FileSet, file *ast.File) ([]*declaration, diag.List) {
	a := &annotator{fset: fset, file: file, comments: map[*ast.CommentGroup][]*directive.Directive{}}
	for _, group := range file.Comments {
		a.read(group)
	}
	if len(a.comments) == 0 {
		return nil, a.list
	}
	a.attach(file.Doc, &declaration{target: rules.OnPackage, node: file})
	for _, decl := range file.Decls {
		a.decl(decl)
	}
	a.floating()
	return a.out, a.list
}

func (a *annotator) read(group *ast.CommentGroup) {
	for _, c := range group.List {
		if !strings.HasPrefix(c.Text, rules.Prefix) {
			a.spelling(c)
			continue
		}
		d, list := directive.Parse(c.Text, a.pos(c.Slash, 0))
		a.list.Append(list)
		if d != nil {
			a.comments[group] = append(a.comments[group], d)
		}
	}
}

func (a *annotator) spelling(c *ast.Comment) {
	if meant := directive.Misspelt(c.Text); meant != "" {
		line, _, _ := strings.Cut(c.Text, "\n")
		a.list.Add(diag.Diagnostic{
			Severity: diag.Error, Code: diag.MisspeltDirective, Pos: a.pos(c.Slash, len(strings.TrimRight(line, " \t\r"))),
			Message: "this comment looks like a directive but is none",
			Hint:    "write " + meant,
		})
	}
}

// pos returns a position of this many bytes on one line, or a point.
func (a *annotator) pos(p token.Pos, length int) diag.Pos { return position(a.fset, p, length) }

func position(fset *token.FileSet, p token.Pos, length int) diag.Pos {
	if !p.IsValid() {
		return diag.Pos{}
	}
	at := fset.PositionFor(p, false)
	pos := diag.Pos{File: at.Filename, Line: at.Line, Column: at.Column}
	if length > 0 {
		pos.EndColumn = at.Column + length
	}
	return pos
}

func (a *annotator) decl(decl ast.Decl) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv != nil {
			a.misplaced(decl.Doc, "method "+decl.Name.Name)
		} else {
			a.misplaced(decl.Doc, "function "+decl.Name.Name)
		}
	case *ast.GenDecl:
		a.genDecl(decl)
	}
}

func (a *annotator) genDecl(decl *ast.GenDecl) {
	group := decl.Doc
	if decl.Lparen.IsValid() && len(decl.Specs) > 1 {
		a.group(decl)
		group = nil
	}
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			d := &declaration{target: rules.OnType, name: spec.Name, spec: spec, node: spec}
			a.attachSpec(spec.Doc, group, d)
			a.beside(spec.Comment, "type "+spec.Name.Name)
			a.typeBody(spec.Type)
		case *ast.ValueSpec:
			if decl.Tok == token.CONST && len(spec.Names) == 1 {
				d := &declaration{target: rules.OnConstant, name: spec.Names[0], spec: spec, node: spec}
				a.attachSpec(spec.Doc, group, d)
				a.beside(spec.Comment, "constant "+spec.Names[0].Name)
				continue
			}
			what := "variable " + spec.Names[0].Name
			if decl.Tok == token.CONST {
				what = "declaration of several constants"
			}
			a.misplaced(spec.Doc, what)
			a.misplaced(group, what)
			a.misplaced(spec.Comment, what)
		case *ast.ImportSpec:
			a.misplaced(spec.Doc, "declaration of imports")
			a.misplaced(group, "declaration of imports")
			a.misplaced(spec.Comment, "declaration of imports")
		}
	}
}

// attachSpec attaches what stands on the declaration inside the parentheses, or else before them.
func (a *annotator) attachSpec(doc, group *ast.CommentGroup, d *declaration) {
	if doc == nil {
		doc, group = group, nil
	}
	d.doc = doc
	if group != nil {
		d.directives = a.take(group, d.target)
	}
	a.attach(doc, d)
}

func (a *annotator) attach(doc *ast.CommentGroup, d *declaration) {
	d.doc = doc
	d.directives = append(d.directives, a.take(doc, d.target)...)
	if len(d.directives) > 0 {
		a.out = append(a.out, d)
	}
}

// take removes a group's directives from what is floating, and returns those that may stand
// on target.
func (a *annotator) take(doc *ast.CommentGroup, target rules.Target) []*directive.Directive {
	directives := a.comments[doc]
	if doc == nil || directives == nil {
		return nil
	}
	delete(a.comments, doc)
	var kept []*directive.Directive
	for _, d := range directives {
		if !d.Verb.MayStandOn(target) {
			a.wrongTarget(d, string(target))
			continue
		}
		kept = append(kept, d)
	}
	return kept
}
