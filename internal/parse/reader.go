package parse

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/parse/lower"
)

// reader turns loaded packages into the model.
type reader struct {
	opts      *Options
	program   *load.Program
	annotated *annotations
	index     *syntaxIndex
	consts    sync.Map // from *types.Package to a function that returns the constants of its types
	model     *ir.Model
	findings
	conditions conditions
	// misplacedTypes are types in files that only some builds have, which has been told.
	misplacedTypes map[diag.Pos]bool
}

// findings are what the reading of packages comes to beside the model.
type findings struct {
	list    diag.List
	flushes []flush
	former  []former
	useful  map[string]bool // the entries of Options.Types that are of use
}

func newReader(opts *Options, p *load.Program, directives *annotations) *reader {
	return &reader{
		opts: opts, program: p, annotated: directives, index: newSyntaxIndex(p), model: &ir.Model{Settings: opts.Settings},
		findings: findings{useful: map[string]bool{}}, misplacedTypes: map[diag.Pos]bool{},
	}
}

// read reads the targets: first what directives stand on, then, on all cores, the types.
func (r *reader) read() {
	var targets []*target
	for _, loaded := range r.program.Targets {
		if loaded.Dir != "" {
			r.model.Covered = append(r.model.Covered, loaded.Dir)
		}
		r.hidden(loaded)
		if t := r.declarations(loaded); t != nil {
			targets = append(targets, t)
		}
	}
	var reading sync.WaitGroup
	limit := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, t := range targets {
		limit <- struct{}{}
		reading.Go(func() {
			t.read()
			<-limit
		})
	}
	reading.Wait()
	for _, t := range targets {
		r.add(t)
	}
	r.typeErrors()
	r.relations()
	r.unusedTypes()
	slices.Sort(r.model.Covered)
	slices.SortFunc(r.model.Packages, func(a, b *ir.Package) int { return cmp.Compare(a.Path, b.Path) })
}

// add adds what a target has come to.
func (r *reader) add(t *target) {
	r.list.Append(t.list)
	r.flushes = append(r.flushes, t.flushes...)
	r.former = append(r.former, t.former...)
	maps.Copy(r.useful, t.useful)
	if len(t.out.Events) > 0 {
		r.model.Packages = append(r.model.Packages, t.out)
	}
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
		if r.useful[name] {
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

// declarations returns a package with its directives; nil if it has none.
func (r *reader) declarations(loaded *load.Target) *target {
	t := &target{reader: r, loaded: loaded, findings: findings{useful: map[string]bool{}}, out: &ir.Package{Path: loaded.Path, Name: loaded.Name, Dir: loaded.Dir}}
	mistakes := 0
	for _, f := range loaded.Files {
		if f.Syntax == nil {
			continue
		}
		declarations, list := r.annotated.in(r.program.Fset, f.Syntax)
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
	constants, _ := r.consts.LoadOrStore(pkg, sync.OnceValue(func() map[*types.TypeName][]lower.Const {
		var files []*ast.File
		var info *types.Info
		if checked := r.program.Checked[pkg.Path()]; checked != nil && checked.Types == pkg {
			files, info = checked.Syntax, checked.Info
		}
		return lower.Constants(pkg, files, info)
	}))
	return constants.(func() map[*types.TypeName][]lower.Const)()[obj]
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
