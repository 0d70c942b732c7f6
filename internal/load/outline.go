package load

import (
	"go/ast"
	"go/token"
	"strconv"
)

// outline is a package's syntax with an index of its declarations, from which the part is cut
// that payloads need: the rest would only cost time, and bring problems of its own.
type outline struct {
	path  string
	name  string // of the package
	files []*File
	// byName holds the package-level declarations of each name: *ast.TypeSpec, *ast.FuncDecl
	// without receiver, the *ast.ValueSpec of a variable, the *ast.GenDecl of constants.
	byName map[string][]*declared
	// methods are those of each receiver type.
	methods map[string][]*declared
	// mentions are the constant declarations that mention a name.
	mentions map[string][]*declared
	imports  []importSpec
	// seals are the methods of the package's sealed interfaces: what has them may be a variant.
	seals map[string]bool
	// receivers are the types that have a method of each name; embedders are those that get the
	// methods of another type. Both are made at their first use.
	receivers, embedders map[string][]string
}

// declared is a declaration and the file it stands in.
type declared struct {
	node   ast.Node
	file   int
	needed bool
	// implies are declarations that are needed with this one, though it does not mention them.
	implies []string
}

// importSpec is an import of a file.
type importSpec struct {
	spec   *ast.ImportSpec
	file   int
	path   string
	needed bool
}

func newOutline(path string, files []*File) *outline {
	o := &outline{
		path: path, files: files,
		byName: map[string][]*declared{}, methods: map[string][]*declared{}, mentions: map[string][]*declared{},
	}
	for i, f := range files {
		if o.name == "" {
			o.name = f.Syntax.Name.Name
		}
		for _, decl := range f.Syntax.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				o.funcDecl(decl, i)
			case *ast.GenDecl:
				o.genDecl(decl, i)
			}
		}
	}
	o.unions()
	return o
}

func (o *outline) funcDecl(decl *ast.FuncDecl, file int) {
	d := &declared{node: decl, file: file}
	if decl.Recv == nil {
		o.byName[decl.Name.Name] = append(o.byName[decl.Name.Name], d)
		return
	}
	if recv := receiver(decl); recv != "" {
		o.methods[recv] = append(o.methods[recv], d)
	}
}

// receiver returns the name of a method's type.
func receiver(decl *ast.FuncDecl) string {
	if len(decl.Recv.List) == 0 {
		return ""
	}
	for expr := decl.Recv.List[0].Type; ; {
		switch e := expr.(type) {
		case *ast.ParenExpr:
			expr = e.X
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}

func (o *outline) genDecl(decl *ast.GenDecl, file int) {
	if decl.Tok == token.CONST {
		o.constDecl(decl, file)
		return
	}
	for _, spec := range decl.Specs {
		d := &declared{node: spec, file: file}
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			o.byName[spec.Name.Name] = append(o.byName[spec.Name.Name], d)
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				o.byName[name.Name] = append(o.byName[name.Name], d)
			}
		case *ast.ImportSpec:
			if path, err := strconv.Unquote(spec.Path.Value); err == nil {
				o.imports = append(o.imports, importSpec{spec: spec, file: file, path: path})
			}
		}
	}
}

// constDecl indexes a declaration of constants, which stays whole: each value may be that of
// the line before. It is needed for the types that it mentions, because they may be enums.
func (o *outline) constDecl(decl *ast.GenDecl, file int) {
	d := &declared{node: decl, file: file}
	for _, spec := range decl.Specs {
		spec, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for _, name := range spec.Names {
			o.byName[name.Name] = append(o.byName[name.Name], d)
		}
	}
	seen := map[string]bool{}
	eachMention(decl, func(name string) {
		if !seen[name] {
			seen[name] = true
			o.mentions[name] = append(o.mentions[name], d)
		}
	}, func(string, string) {})
}

// eachMention calls name with every identifier that a declaration may refer to, and selected
// with both parts of every x.Sel. Names that are declared inside count too.
func eachMention(node ast.Node, name func(string), selected func(x, sel string)) {
	if node == nil {
		return
	}
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			name(n.Name)
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok {
				name(x.Name)
				selected(x.Name, n.Sel.Name)
				return false
			}
			eachMention(n.X, name, selected)
			return false
		case *ast.Field: // without the field's names
			eachMention(n.Type, name, selected)
			return false
		case *ast.ValueSpec: // without the names it declares
			if n.Type != nil {
				eachMention(n.Type, name, selected)
			}
			for _, v := range n.Values {
				eachMention(v, name, selected)
			}
			return false
		case *ast.TypeSpec:
			if n.TypeParams != nil {
				eachMention(n.TypeParams, name, selected)
			}
			eachMention(n.Type, name, selected)
			return false
		case *ast.FuncDecl:
			eachMention(n.Type, name, selected)
			return false
		case *ast.CommentGroup, *ast.BasicLit:
			return false
		}
		return true
	})
}

// cut returns the files with the needed declarations alone.
func (o *outline) cut() []*ast.File {
	kept := make([][]ast.Decl, len(o.files))
	for i := range o.imports {
		if imp := &o.imports[i]; imp.needed {
			kept[imp.file] = append(kept[imp.file], &ast.GenDecl{TokPos: imp.spec.Pos(), Tok: token.IMPORT, Specs: []ast.Spec{imp.spec}})
		}
	}
	for i, f := range o.files {
		for _, decl := range f.Syntax.Decls {
			if decl := o.keep(decl); decl != nil {
				kept[i] = append(kept[i], decl)
			}
		}
	}
	var files []*ast.File
	for i, f := range o.files {
		if len(kept[i]) > 0 {
			file := *f.Syntax
			file.Decls = kept[i]
			files = append(files, &file)
		}
	}
	return files
}

// keep returns a declaration without what is not needed of it, or nil.
func (o *outline) keep(decl ast.Decl) ast.Decl {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		list := o.byName[decl.Name.Name]
		if decl.Recv != nil {
			list = o.methods[receiver(decl)]
		}
		if !neededNode(list, decl) {
			return nil
		}
		return decl
	case *ast.GenDecl:
		if decl.Tok == token.IMPORT {
			return nil
		}
		cut := *decl
		cut.Specs = nil
		for _, spec := range decl.Specs {
			if o.keepSpec(decl, spec) {
				cut.Specs = append(cut.Specs, spec)
			}
		}
		if len(cut.Specs) == 0 {
			return nil
		}
		return &cut
	}
	return nil
}

func (o *outline) keepSpec(decl *ast.GenDecl, spec ast.Spec) bool {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		return neededNode(o.byName[spec.Name.Name], spec)
	case *ast.ValueSpec:
		if decl.Tok == token.CONST {
			return neededNode(o.byName[spec.Names[0].Name], decl)
		}
		return neededNode(o.byName[spec.Names[0].Name], spec)
	}
	return false
}

func neededNode(list []*declared, node ast.Node) bool {
	for _, d := range list {
		if d.node == node {
			return d.needed
		}
	}
	return false
}
