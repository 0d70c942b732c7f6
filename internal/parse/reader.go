package parse

import (
	"cmp"
	"context"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/parse/lower"
)

// reader turns loaded packages into the model.
type reader struct {
	opts    *Options
	sources *sources
	program *program
	index   *syntaxIndex
	consts  map[*types.Package]map[*types.TypeName][]lower.Const
	model   *ir.Model
	list    diag.List
	flushes []flush
	former  []former
	// conditions are those of files, and stated the entries of Options.Types that are of use.
	conditions conditions
	stated     map[string]bool
	// misplacedTypes are types in files that only some builds have, which has been told.
	misplacedTypes map[diag.Pos]bool
}

func newReader(opts *Options, s *sources, listed []*listed) *reader {
	p := newProgram(opts, s, listed)
	return &reader{
		opts: opts, sources: s, program: p, index: newSyntaxIndex(p),
		consts: map[*types.Package]map[*types.TypeName][]lower.Const{},
		model:  &ir.Model{Settings: opts.Settings},

		conditions: conditions{}, stated: map[string]bool{}, misplacedTypes: map[diag.Pos]bool{},
	}
}

// read reads the targets: first what their directives stand on, then what that needs.
func (r *reader) read(ctx context.Context) error {
	var targets []*target
	roots := map[string][]string{}
	for _, l := range r.program.listed {
		if l.DepOnly {
			continue
		}
		if l.Dir != "" {
			r.model.Covered = append(r.model.Covered, l.Dir)
		}
		if err := r.hidden(l); err != nil {
			return err
		}
		t, err := r.annotated(l)
		if err != nil {
			return err
		}
		if t == nil {
			continue
		}
		targets = append(targets, t)
		for _, d := range t.declarations {
			if d.name != nil {
				roots[l.ImportPath] = append(roots[l.ImportPath], d.name.Name)
			}
		}
	}
	if err := r.program.load(ctx, roots); err != nil {
		return err
	}
	for _, t := range targets {
		r.target(t)
	}
	r.typeErrors()
	r.relations()
	r.unusedTypes()
	slices.Sort(r.model.Covered)
	slices.SortFunc(r.model.Packages, func(a, b *ir.Package) int { return cmp.Compare(a.Path, b.Path) })
	return nil
}

// typeErrors tells why types do not compile, if that matters to a payload, and which of what the
// payloads need is declared twice.
func (r *reader) typeErrors() {
	told := false
	broken := slices.ContainsFunc(r.list, func(d diag.Diagnostic) bool { return d.Code == diag.BrokenType })
	for path, p := range r.program.source {
		if !r.local(path) {
			continue
		}
		for i, e := range p.errors {
			more := strings.HasPrefix(e.Msg, "\t") // of the error before
			if e.Soft || more || !broken && !declaredTwice(e.Msg) {
				continue
			}
			d := diag.Diagnostic{
				Severity: diag.Error, Code: diag.TypeError, Pos: position(r.sources.fset, e.Pos, 0), Message: e.Msg,
			}
			if i+1 < len(p.errors) && strings.HasPrefix(p.errors[i+1].Msg, "\t") {
				next := p.errors[i+1]
				d.Related = []diag.Related{{Pos: position(r.sources.fset, next.Pos, 0), Message: strings.TrimSpace(next.Msg)}}
			}
			r.list.Add(d)
			told = true
		}
	}
	if told {
		return
	}
	for i, d := range r.list {
		if d.Code == diag.BrokenType {
			r.list[i].Hint = "\"go vet\" on the package that declares it says why"
		}
	}
}

// unusedTypes warns of stated TypeScript that is for no type of a payload.
func (r *reader) unusedTypes() {
	for _, name := range slices.Sorted(maps.Keys(r.opts.TypesHere)) {
		if r.stated[name] {
			continue
		}
		r.list.Add(diag.Diagnostic{
			Severity: diag.Warning, Code: diag.UnusedType, Pos: r.opts.TypesHere[name],
			Message: "no payload has the type " + name + ", of which the TypeScript is stated",
			Hint:    "correct it (an import path, a dot and the name of a type), or remove it",
		})
	}
}

func declaredTwice(message string) bool {
	return strings.Contains(message, "redeclared") || strings.Contains(message, "already declared")
}

// annotated returns a package with its directives; nil if it has none.
func (r *reader) annotated(l *listed) (*target, error) {
	files, err := r.sources.load(l.files())
	if err != nil {
		return nil, err
	}
	t := &target{reader: r, listed: l, files: files, out: &ir.Package{Path: l.ImportPath, Name: l.Name, Dir: l.Dir}}
	mistakes := 0
	for _, f := range files {
		if f.syntax == nil {
			continue
		}
		declarations, list := annotate(r.sources.fset, f.syntax)
		r.conditional(f, declarations)
		t.declarations = append(t.declarations, declarations...)
		r.list.Append(list)
		mistakes += len(list)
	}
	r.undeclared(files, t.declarations)
	// Where files were generated, directives have been: what cannot be read now may be the rest
	// of a save, and is no reason to remove them.
	if generated := len(files) < len(l.files()); len(t.declarations) == 0 && mistakes == 0 && !generated {
		return nil, nil
	}
	for _, f := range files {
		for _, e := range f.errors {
			r.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.SyntaxError, Message: e.Msg,
				Pos: diag.Pos{File: e.Pos.Filename, Line: e.Pos.Line, Column: e.Pos.Column},
			})
		}
	}
	if len(files) > 0 && files[0].syntax != nil {
		t.out.Name = files[0].syntax.Name.Name
	}
	return t, nil
}

// local reports whether a package belongs to the module at work.
func (r *reader) local(path string) bool {
	l := r.program.byPath[path]
	return l != nil && r.program.local(l)
}

// constants returns the constants of a type that its own package declares.
func (r *reader) constants(obj *types.TypeName) []lower.Const {
	pkg := obj.Pkg()
	if pkg == nil {
		return nil
	}
	if r.consts[pkg] == nil {
		var files []*ast.File
		var info *types.Info
		if source := r.program.source[pkg.Path()]; source != nil && source.types == pkg {
			files, info = source.files, source.info
		}
		r.consts[pkg] = lower.Constants(pkg, files, info)
	}
	return r.consts[pkg][obj]
}

// idents returns a package's top-level identifiers.
func (t *target) idents() []ir.Ident {
	var idents []ir.Ident
	add := func(name *ast.Ident) {
		if name.Name != "_" && name.Name != "init" {
			idents = append(idents, ir.Ident{Name: name.Name, Pos: position(t.sources.fset, name.Pos(), len(name.Name))})
		}
	}
	for _, f := range t.files {
		for _, decl := range f.syntax.Decls {
			eachIdent(decl, add)
		}
	}
	slices.SortFunc(idents, func(a, b ir.Ident) int { return cmp.Compare(a.Name, b.Name) })
	return idents
}

// eachIdent calls fn with every identifier that a top-level declaration brings into its package.
func eachIdent(decl ast.Decl, fn func(*ast.Ident)) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			fn(decl.Name)
		}
	case *ast.GenDecl:
		if decl.Tok == token.IMPORT {
			return
		}
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				fn(spec.Name)
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					fn(name)
				}
			}
		}
	}
}
