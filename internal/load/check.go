package load

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"os"
	"strconv"

	"golang.org/x/tools/go/gcexportdata"
)

// Checked is a package that was checked from source, as far as the roots need it.
type Checked struct {
	Types  *types.Package
	Syntax []*ast.File // what has been checked
	Info   *types.Info // with Defs alone
	Errors []types.Error

	outline *outline
}

// check checks the needed part of every package that is read from source, dependencies first.
func (p *Program) check(ctx context.Context) error {
	p.types, p.Checked = map[string]*types.Package{}, map[string]*Checked{}
	for _, l := range p.listed {
		o := p.outlines[l.ImportPath]
		if o == nil {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		p.checkPackage(l, &Checked{outline: o})
	}
	return nil
}

func (p *Program) checkPackage(l *listed, pkg *Checked) {
	config := types.Config{
		IgnoreFuncBodies:         true,
		FakeImportC:              true,
		DisableUnusedImportCheck: true,
		Importer:                 &packageImporter{p, pkg},
		// The same everywhere, so that the output does not depend on the machine.
		Sizes: types.SizesFor("gc", "amd64"),
		Error: func(err error) {
			if e, ok := errors.AsType[types.Error](err); ok {
				pkg.Errors = append(pkg.Errors, e)
			}
		},
	}
	pkg.Syntax = pkg.outline.cut()
	pkg.Types = types.NewPackage(l.ImportPath, pkg.outline.name)
	pkg.Info = &types.Info{Defs: map[*ast.Ident]types.Object{}}
	p.types[l.ImportPath] = pkg.Types
	p.Checked[l.ImportPath] = pkg
	// Problems are in pkg.Errors; whether they matter depends on what the payloads need.
	_ = types.NewChecker(&config, p.Fset, pkg.Types, pkg.Info).Files(pkg.Syntax)
}

// packageImporter resolves the imports of one package.
type packageImporter struct {
	program *Program
	from    *Checked
}

// Import implements [types.Importer].
func (i *packageImporter) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	l := i.program.resolve(i.from.outline, path)
	if l == nil {
		return nil, fmt.Errorf("package %s is not loaded", strconv.Quote(path))
	}
	return i.program.importPackage(l)
}

func (p *Program) importPackage(l *listed) (*types.Package, error) {
	if t := p.types[l.ImportPath]; t != nil && t.Complete() {
		return t, nil
	}
	e := p.exports[l.ImportPath]
	switch {
	case l.Error != nil:
		return nil, errors.New(l.Error.Err)
	case e == nil || e.Export == "":
		return nil, fmt.Errorf("package %s cannot be read", strconv.Quote(l.ImportPath))
	}
	return p.readExport(e)
}

func (p *Program) readExport(e *exported) (*types.Package, error) {
	file, err := os.Open(e.Export)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	//lint:ignore SA1019 what go list -export names is an archive
	r, err := gcexportdata.NewReader(bufio.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("export data of %s: %w", e.ImportPath, err)
	}
	t, err := gcexportdata.Read(r, p.Fset, p.types, e.ImportPath)
	if err != nil {
		return nil, fmt.Errorf("export data of %s: %w", e.ImportPath, err)
	}
	return t, nil
}
