package load

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/tools/go/gcexportdata"
)

// Checked is a package that was checked from source, as far as the roots need it.
type Checked struct {
	Types  *types.Package
	Syntax []*ast.File // what has been checked
	Info   *types.Info // with Defs alone
	Errors []types.Error

	listed   *listed
	outline  *outline
	position int           // in the sequence
	behind   []*Checked    // what packages that it imports, and that are not checked, refer to
	done     chan struct{} // closed when it is checked
}

// check checks the needed part of every package that is read from source, each after what it
// imports, on all cores.
func (p *Program) check(ctx context.Context) error {
	p.types, p.Checked = map[string]*types.Package{}, map[string]*Checked{}
	limit := make(chan struct{}, runtime.GOMAXPROCS(0))
	var checking sync.WaitGroup
	defer checking.Wait()
	for _, c := range p.sequence() {
		select {
		case limit <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		checking.Go(func() {
			for _, b := range c.behind {
				<-b.done
			}
			p.checkPackage(c)
			close(c.done)
			<-limit
		})
	}
	return nil
}

// sequence returns the packages that are read from source, each behind what it imports, and makes
// them known.
func (p *Program) sequence() []*Checked {
	var all []*Checked
	behind := map[string][]*Checked{} // of packages that are not checked
	for _, l := range p.listed {
		var refers []*Checked
		o := p.outlines[l.ImportPath]
		for _, path := range l.Imports {
			if mapped, ok := l.ImportMap[path]; ok {
				path = mapped
			}
			refers = append(refers, behind[path]...)
			if c := p.Checked[path]; c != nil && o == nil {
				refers = append(refers, c)
			}
		}
		if len(refers) > 1 {
			slices.SortFunc(refers, func(a, b *Checked) int { return a.position - b.position })
			refers = slices.Compact(refers)
		}
		if o == nil {
			behind[l.ImportPath] = refers
			continue
		}
		c := &Checked{listed: l, outline: o, position: len(all), behind: refers, done: make(chan struct{})}
		c.Types = types.NewPackage(l.ImportPath, o.name)
		p.types[l.ImportPath], p.Checked[l.ImportPath] = c.Types, c
		all = append(all, c)
	}
	return all
}

func (p *Program) checkPackage(pkg *Checked) {
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
	pkg.Info = &types.Info{Defs: map[*ast.Ident]types.Object{}}
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
	if c := i.program.Checked[l.ImportPath]; c != nil && c.position < i.from.position {
		<-c.done
		return c.Types, nil
	}
	return i.program.importExport(l)
}

// importExport returns a package from its export data. What that refers to among the packages that
// are checked is done: whoever imports it has waited for them.
func (p *Program) importExport(l *listed) (*types.Package, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.types[l.ImportPath]; t != nil && p.Checked[l.ImportPath] == nil && t.Complete() {
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
