package parse

import (
	"bufio"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"strconv"

	"golang.org/x/tools/go/gcexportdata"
)

// program holds the packages of a run: the targets from source, and whatever else cannot be
// had otherwise; the rest from export data, read when first imported.
type program struct {
	fset   *token.FileSet
	listed []*listed // dependencies first
	byPath map[string]*listed
	source map[string]*pkg // checked from source, by path
	types  map[string]*types.Package
	// forced are packages beside the targets that are to be checked from source, because
	// export data does not have all that is asked of them.
	forced map[string]bool
}

// pkg is a package checked from source.
type pkg struct {
	*listed
	files  []*sourceFile
	types  *types.Package
	errors []types.Error
}

func newProgram(list []*listed) *program {
	p := &program{
		fset: token.NewFileSet(), listed: list,
		byPath: make(map[string]*listed, len(list)),
		source: map[string]*pkg{}, types: map[string]*types.Package{}, forced: map[string]bool{},
	}
	for _, l := range list {
		p.byPath[l.ImportPath] = l
	}
	return p
}

// check parses and checks every package that needs it, dependencies first.
func (p *program) check() error {
	var packages []*pkg
	for _, l := range p.listed {
		if !p.needsSource(l) {
			continue
		}
		files, err := parseFiles(p.fset, l.files())
		if err != nil {
			return err
		}
		packages = append(packages, &pkg{listed: l, files: files})
	}
	for _, pkg := range packages {
		p.checkPackage(pkg)
	}
	return nil
}

// needsSource reports whether a package is read from source: the targets, so that every
// position and comment is at hand, and what did not compile, maybe only for want of generated
// code, and what imports it.
func (p *program) needsSource(l *listed) bool {
	return len(l.GoFiles)+len(l.CgoFiles) > 0 && (!l.DepOnly || l.Export == "" || p.forced[l.ImportPath])
}

func (p *program) checkPackage(pkg *pkg) {
	files := make([]*ast.File, 0, len(pkg.files))
	for _, f := range pkg.files {
		if f.syntax.Name != nil && f.syntax.Name.Name == pkg.Name {
			files = append(files, f.syntax)
		}
	}
	config := types.Config{
		IgnoreFuncBodies: true,
		FakeImportC:      true,
		Importer:         &packageImporter{p, pkg},
		// The same everywhere, so that the output does not depend on the machine.
		Sizes: types.SizesFor("gc", "amd64"),
		Error: func(err error) {
			if e, ok := errors.AsType[types.Error](err); ok {
				pkg.errors = append(pkg.errors, e)
			}
		},
	}
	pkg.types = types.NewPackage(pkg.ImportPath, pkg.Name)
	p.types[pkg.ImportPath] = pkg.types
	p.source[pkg.ImportPath] = pkg
	// Problems are in pkg.errors; whether they matter depends on what the payloads need.
	_ = types.NewChecker(&config, p.fset, pkg.types, nil).Files(files)
}

// packageImporter resolves the imports of one package.
type packageImporter struct {
	program *program
	from    *pkg
}

// Import implements [types.Importer].
func (i *packageImporter) Import(path string) (*types.Package, error) {
	if mapped, ok := i.from.ImportMap[path]; ok {
		path = mapped
	}
	return i.program.importPackage(path)
}

func (p *program) importPackage(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if t := p.types[path]; t != nil && t.Complete() {
		return t, nil
	}
	l := p.byPath[path]
	switch {
	case l == nil:
		return nil, fmt.Errorf("package %s is not loaded", strconv.Quote(path))
	case l.Export == "":
		if l.Error != nil {
			return nil, errors.New(l.Error.Err)
		}
		return nil, fmt.Errorf("package %s has no export data", strconv.Quote(path))
	}
	return p.readExport(l)
}

func (p *program) readExport(l *listed) (*types.Package, error) {
	file, err := os.Open(l.Export)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r, err := gcexportdata.NewReader(bufio.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("export data of %s: %w", l.ImportPath, err)
	}
	t, err := gcexportdata.Read(r, p.fset, p.types, l.ImportPath)
	if err != nil {
		return nil, fmt.Errorf("export data of %s: %w", l.ImportPath, err)
	}
	return t, nil
}
