package parse

import (
	"cmp"
	"context"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/parse/directive"
	"github.com/eventgen/eventgen/internal/parse/lower"
)

// reader turns loaded packages into the model.
type reader struct {
	opts    *Options
	program *program
	model   *ir.Model
	list    diag.List
}

func newReader(opts *Options, listed []*listed) *reader {
	return &reader{opts: opts, program: newProgram(listed)}
}

func (r *reader) read(ctx context.Context) error {
	r.model = &ir.Model{Settings: r.opts.Settings}
	if err := r.program.check(); err != nil {
		return err
	}
	for _, l := range r.program.listed {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if l.DepOnly {
			continue
		}
		if l.Dir != "" {
			r.model.Covered = append(r.model.Covered, l.Dir)
		}
		if pkg := r.program.source[l.ImportPath]; pkg != nil {
			r.target(pkg)
		}
	}
	slices.Sort(r.model.Covered)
	slices.SortFunc(r.model.Packages, func(a, b *ir.Package) int { return cmp.Compare(a.Path, b.Path) })
	return nil
}

// target reads one package of the run.
func (r *reader) target(pkg *pkg) {
	out := &ir.Package{Path: pkg.ImportPath, Name: pkg.Name, Dir: pkg.Dir}
	t := &target{reader: r, pkg: pkg, out: out}
	t.lowerer = lower.New(lower.Config{Package: pkg.types, Settings: r.opts.Settings, Types: r.opts.Types})
	for _, f := range pkg.files {
		declarations, list := annotate(r.program.fset, f.syntax)
		t.declarations = append(t.declarations, declarations...)
		r.list.Append(list)
	}
	t.events()
	if len(out.Events) == 0 {
		return
	}
	out.Decls = t.lowerer.Decls()
	out.Idents = t.idents()
	r.list.Append(t.lowerer.Diagnostics())
	slices.SortStableFunc(out.Events, func(a, b *ir.Event) int { return cmp.Compare(a.Name, b.Name) })
	r.model.Packages = append(r.model.Packages, out)
}

// target is one package while it is read.
type target struct {
	*reader
	pkg          *pkg
	out          *ir.Package
	declarations []*declaration
	lowerer      *lower.Lowerer
}

func (t *target) events() {
	for _, d := range t.declarations {
		if dir := d.directive("event"); dir != nil {
			t.event(d, dir)
		}
	}
}

func (t *target) event(d *declaration, dir *directive.Directive) {
	values, list := directive.Decode(dir)
	t.list.Append(list)
	obj := t.pkg.types.Scope().Lookup(d.name.Name)
	if obj == nil {
		return
	}
	e := &ir.Event{
		Name: values["name"].Text, Go: obj.Name(), Decl: obj.Name(), Pos: dir.Pos,
		From: ir.FromServer, To: ir.ToAny, Slow: ir.SlowResume,
	}
	var payload types.Type = obj.Type()
	e.Payload = t.lowerer.Payload(payload, lower.Use{Pos: e.Pos})
	t.out.Events = append(t.out.Events, e)
}

// idents returns the package's top-level identifiers.
func (t *target) idents() []ir.Ident {
	var idents []ir.Ident
	add := func(name *ast.Ident) {
		if name.Name != "_" && name.Name != "init" {
			idents = append(idents, ir.Ident{Name: name.Name, Pos: position(t.program.fset, name.Pos(), len(name.Name))})
		}
	}
	for _, f := range t.pkg.files {
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
