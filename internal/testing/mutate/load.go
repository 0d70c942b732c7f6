package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// A program is the packages that are mutated, and what is needed to check and to test them.
type program struct {
	dir      string // where the go command runs
	packages []*goPackage
	fset     *token.FileSet
	importer types.Importer
	users    map[string][]string // the packages of the module whose tests import a package, however indirectly
}

// A goPackage is what go list says of a package, and its parsed files.
type goPackage struct {
	ImportPath   string
	Dir          string
	Export       string
	GoFiles      []string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Module       *struct{ GoVersion string }

	files []*sourceFile
	info  *types.Info
}

type sourceFile struct {
	path string // absolute
	name string // as it is reported: relative to the folder of the run
	text []byte
	ast  *ast.File
}

// load lists, parses and type-checks the packages that the patterns match from dir.
func load(ctx context.Context, dir string, patterns []string) (*program, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	p := &program{dir: dir, fset: token.NewFileSet()}
	const fields = "-json=ImportPath,Dir,Export,GoFiles,Imports,TestImports,XTestImports,Module"
	if p.packages, err = list(ctx, dir, append([]string{"-find", fields}, patterns...)...); err != nil {
		return nil, err
	}
	all, err := list(ctx, dir, append([]string{"-export", "-deps", fields}, patterns...)...)
	if err != nil {
		return nil, err
	}
	module, err := list(ctx, dir, fields, "./...")
	if err != nil {
		return nil, err
	}
	p.users = users(module)
	exports := map[string]string{}
	for _, pkg := range all {
		exports[pkg.ImportPath] = pkg.Export
	}
	p.importer = importer.ForCompiler(p.fset, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(exports[path])
	})
	for _, pkg := range p.packages {
		if err := p.parse(pkg); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func list(ctx context.Context, dir string, args ...string) ([]*goPackage, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"list"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return nil, fmt.Errorf("go list: %w\n%s", err, exit.Stderr)
		}
		return nil, err
	}
	var packages []*goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		pkg := &goPackage{}
		if err := d.Decode(pkg); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages = append(packages, pkg)
	}
}

// users maps each package to those whose tests are built with it, in the order of their paths.
func users(module []*goPackage) map[string][]string {
	byPath := map[string]*goPackage{}
	for _, pkg := range module {
		byPath[pkg.ImportPath] = pkg
	}
	out := map[string][]string{}
	for _, pkg := range module {
		seen := map[string]bool{}
		var visit func(paths []string)
		visit = func(paths []string) {
			for _, path := range paths {
				if used := byPath[path]; used != nil && !seen[path] {
					seen[path] = true
					visit(used.Imports)
				}
			}
		}
		visit(pkg.Imports)
		visit(pkg.TestImports)
		visit(pkg.XTestImports)
		delete(seen, pkg.ImportPath)
		for path := range seen {
			out[path] = append(out[path], pkg.ImportPath)
		}
	}
	for _, paths := range out {
		slices.Sort(paths)
	}
	return out
}

func (p *program) parse(pkg *goPackage) error {
	for _, base := range pkg.GoFiles {
		f := &sourceFile{path: filepath.Join(pkg.Dir, base)}
		name, err := filepath.Rel(p.dir, f.path)
		if err != nil {
			return err
		}
		f.name = filepath.ToSlash(name)
		if f.text, err = os.ReadFile(f.path); err != nil {
			return err
		}
		if f.ast, err = parser.ParseFile(p.fset, f.path, f.text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
			return err
		}
		pkg.files = append(pkg.files, f)
	}
	pkg.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	if err := p.check(pkg, pkg.info, nil, nil); err != nil {
		return fmt.Errorf("%s does not compile: %w", pkg.ImportPath, err)
	}
	return nil
}

// check type-checks a package, with text in place of one of its files if file is set.
func (p *program) check(pkg *goPackage, info *types.Info, file *sourceFile, text []byte) error {
	files := make([]*ast.File, len(pkg.files))
	for i, f := range pkg.files {
		files[i] = f.ast
		if f == file {
			parsed, err := parser.ParseFile(p.fset, f.path, text, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			files[i] = parsed
		}
	}
	config := types.Config{Importer: p.importer, Sizes: types.SizesFor("gc", runtime.GOARCH)}
	if pkg.Module != nil && pkg.Module.GoVersion != "" {
		config.GoVersion = "go" + strings.TrimPrefix(pkg.Module.GoVersion, "go")
	}
	_, err := config.Check(pkg.ImportPath, p.fset, files, info)
	return err
}
