package parse

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"sync"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/load"
)

// syntaxIndex finds the source of objects: documentation, directives and places. Dependencies
// that come from export data are parsed only now, and of them only the files asked for. Several
// goroutines may ask.
type syntaxIndex struct {
	program *load.Program
	entries sync.Map // from types.Object to the *entry that was asked for

	mu    sync.Mutex
	files map[string]func() map[lineName][]*entry
}

// lineName finds a declaration by what export data knows of it: line and name.
type lineName struct {
	line int
	name string
}

// entry is the declaration of a type, constant, variable or field.
type entry struct {
	name *ast.Ident
	node ast.Node // *ast.TypeSpec, *ast.ValueSpec or *ast.Field
	file *ast.File
	doc  *ast.CommentGroup
	// comment stands behind the declaration on its line.
	comment *ast.CommentGroup
}

func newSyntaxIndex(p *load.Program) *syntaxIndex {
	return &syntaxIndex{program: p, files: map[string]func() map[lineName][]*entry{}}
}

// entry returns the declaration of an object, or nil if its source is not to be found.
func (s *syntaxIndex) entry(obj types.Object) *entry {
	if e, known := s.entries.Load(obj); known {
		return e.(*entry)
	}
	e := s.find(obj)
	s.entries.Store(obj, e)
	return e
}

func (s *syntaxIndex) find(obj types.Object) *entry {
	name, at, ok := s.program.Place(obj)
	if !ok {
		return nil
	}
	entries := s.file(name)[lineName{at.Line, obj.Name()}]
	i := slices.IndexFunc(entries, func(e *entry) bool { return e.name.Pos() == obj.Pos() })
	if i < 0 && len(entries) > 0 {
		i = 0
	}
	if i < 0 {
		return nil
	}
	return entries[i]
}

// pos returns the place of an object's name.
func (s *syntaxIndex) pos(obj types.Object) diag.Pos {
	if e := s.entry(obj); e != nil {
		return position(s.program.Fset, e.name.Pos(), len(e.name.Name))
	}
	file, at, ok := s.program.Place(obj)
	if !ok {
		return diag.Pos{}
	}
	return diag.Pos{File: file, Line: at.Line, Column: max(at.Column, 1)}
}

// file returns the index of a file, which is made once.
func (s *syntaxIndex) file(name string) map[lineName][]*entry {
	s.mu.Lock()
	index := s.files[name]
	if index == nil {
		index = sync.OnceValue(func() map[lineName][]*entry { return s.indexOf(name) })
		s.files[name] = index
	}
	s.mu.Unlock()
	return index()
}

func (s *syntaxIndex) indexOf(name string) map[lineName][]*entry {
	index := map[lineName][]*entry{}
	// A file that cannot be read has no documentation; nothing else depends on it.
	if f := s.program.File(name); f != nil && f.Syntax != nil {
		indexer := &fileIndexer{fset: s.program.Fset, file: f.Syntax, index: index}
		for _, decl := range f.Syntax.Decls {
			if decl, ok := decl.(*ast.GenDecl); ok {
				indexer.genDecl(decl)
			}
		}
	}
	return index
}

type fileIndexer struct {
	fset  *token.FileSet
	file  *ast.File
	index map[lineName][]*entry
}

func (x *fileIndexer) add(e *entry) {
	e.file = x.file
	key := lineName{x.fset.PositionFor(e.name.Pos(), false).Line, e.name.Name}
	x.index[key] = append(x.index[key], e)
}

func (x *fileIndexer) genDecl(decl *ast.GenDecl) {
	group := decl.Doc
	if decl.Lparen.IsValid() && len(decl.Specs) > 1 {
		group = nil
	}
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			doc := spec.Doc
			if doc == nil {
				doc = group
			}
			x.add(&entry{name: spec.Name, node: spec, doc: doc, comment: spec.Comment})
			x.fields(spec.Type)
		case *ast.ValueSpec:
			doc := spec.Doc
			if doc == nil {
				doc = group
			}
			for _, name := range spec.Names {
				x.add(&entry{name: name, node: spec, doc: doc, comment: spec.Comment})
			}
		}
	}
}

func (x *fileIndexer) fields(expr ast.Expr) {
	ast.Inspect(expr, func(n ast.Node) bool {
		s, ok := n.(*ast.StructType)
		if !ok {
			return true
		}
		for _, f := range s.Fields.List {
			for _, name := range f.Names {
				x.add(&entry{name: name, node: f, doc: f.Doc, comment: f.Comment})
			}
			if name := embeddedName(f.Type); len(f.Names) == 0 && name != nil {
				x.add(&entry{name: name, node: f, doc: f.Doc, comment: f.Comment})
			}
		}
		return true
	})
}

// embeddedName returns the name that an embedded field has by its type.
func embeddedName(expr ast.Expr) *ast.Ident {
	switch t := ast.Unparen(expr).(type) {
	case *ast.Ident:
		return t
	case *ast.StarExpr:
		return embeddedName(t.X)
	case *ast.SelectorExpr:
		return t.Sel
	case *ast.IndexExpr:
		return embeddedName(t.X)
	case *ast.IndexListExpr:
		return embeddedName(t.X)
	}
	return nil
}
