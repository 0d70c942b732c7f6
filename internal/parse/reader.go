package parse

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/parse/lower"
)

// reader turns loaded packages into the model.
type reader struct {
	opts    *Options
	program *load.Program
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

func newReader(opts *Options, p *load.Program) *reader {
	return &reader{
		opts: opts, program: p, index: newSyntaxIndex(p),
		consts: map[*types.Package]map[*types.TypeName][]lower.Const{},
		model:  &ir.Model{Settings: opts.Settings},

		conditions: conditions{}, stated: map[string]bool{}, misplacedTypes: map[diag.Pos]bool{},
	}
}

func (r *reader) read() {
	for _, loaded := range r.program.Targets {
		if loaded.Dir != "" {
			r.model.Covered = append(r.model.Covered, loaded.Dir)
		}
		r.hidden(loaded)
		if t := r.annotated(loaded); t != nil {
			r.target(t)
		}
	}
	r.typeErrors()
	r.relations()
	r.unusedTypes()
	slices.Sort(r.model.Covered)
	slices.SortFunc(r.model.Packages, func(a, b *ir.Package) int { return cmp.Compare(a.Path, b.Path) })
}

// typeErrors tells why types do not compile, if that matters to a payload, and which of what the
// payloads need is declared twice.
func (r *reader) typeErrors() {
	told := false
	broken := slices.ContainsFunc(r.list, func(d diag.Diagnostic) bool { return d.Code == diag.BrokenType })
	for path, p := range r.program.Checked {
		if !r.program.Local(path) {
			continue
		}
		for i, e := range p.Errors {
			more := strings.HasPrefix(e.Msg, "\t") // of the error before
			if e.Soft || more || !broken && !declaredTwice(e.Msg) {
				continue
			}
			d := diag.Diagnostic{
				Severity: diag.Error, Code: diag.TypeError, Pos: position(r.program.Fset, e.Pos, 0), Message: e.Msg,
			}
			if i+1 < len(p.Errors) && strings.HasPrefix(p.Errors[i+1].Msg, "\t") {
				next := p.Errors[i+1]
				d.Related = []diag.Related{{Pos: position(r.program.Fset, next.Pos, 0), Message: strings.TrimSpace(next.Msg)}}
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
func (r *reader) annotated(loaded *load.Target) *target {
	t := &target{reader: r, loaded: loaded, out: &ir.Package{Path: loaded.Path, Name: loaded.Name, Dir: loaded.Dir}}
	mistakes := 0
	for _, f := range loaded.Files {
		if f.Syntax == nil {
			continue
		}
		declarations, list := annotate(r.program.Fset, f.Syntax)
		r.conditional(f, declarations)
		t.declarations = append(t.declarations, declarations...)
		r.list.Append(list)
		mistakes += len(list)
	}
	r.undeclared(loaded.Files, t.declarations)
	// Where files were generated, directives have been: what cannot be read now may be the rest
	// of a save, and is no reason to remove them.
	if len(t.declarations) == 0 && mistakes == 0 && !loaded.Generated {
		return nil
	}
	for _, f := range loaded.Files {
		for _, e := range f.Errors {
			r.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.SyntaxError, Message: e.Msg,
				Pos: diag.Pos{File: e.Pos.Filename, Line: e.Pos.Line, Column: e.Pos.Column},
			})
		}
	}
	return t
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
		if checked := r.program.Checked[pkg.Path()]; checked != nil && checked.Types == pkg {
			files, info = checked.Syntax, checked.Info
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
			idents = append(idents, ir.Ident{Name: name.Name, Pos: position(t.program.Fset, name.Pos(), len(name.Name))})
		}
	}
	for _, f := range t.loaded.Files {
		for _, decl := range f.Syntax.Decls {
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
