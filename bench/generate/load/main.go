// Command load loads the packages of the current module in one of the ways that a generator
// could, and does nothing with them. It is the floor of bench/generate.
package main

import (
	"bytes"
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

	"golang.org/x/tools/go/packages"
)

func main() {
	way := os.Args[1]
	var err error
	switch way {
	case "source":
		err = load(packages.NeedDeps)
	case "export":
		err = load(packages.NeedExportFile)
	case "own":
		err = own()
	default:
		err = fmt.Errorf("unknown way %q", way)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// load is packages.Load with what a generator needs of its targets; extra decides where the
// types of their dependencies come from.
func load(extra packages.LoadMode) error {
	pkgs, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedTypes |
			packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedImports | extra,
		ParseFile: parseFile,
	}, "./...")
	if err != nil {
		return err
	}
	if len(pkgs) == 0 || pkgs[0].Types == nil { // errors of types are what skipped bodies bring
		return errors.New("nothing was loaded")
	}
	return nil
}

// parseFile parses without function bodies.
func parseFile(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
	f, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			fn.Body = nil
		}
	}
	return f, nil
}

// own is go list with export data, and a type check of the targets by hand.
func own() error {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,GoFiles,Export,DepOnly", "./...")
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	exports := map[string]string{}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, Dir, Export string
			GoFiles                 []string
			DepOnly                 bool
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		exports[p.ImportPath] = p.Export
		if p.DepOnly {
			continue
		}
		var files []*ast.File
		for _, name := range p.GoFiles {
			path := filepath.Join(p.Dir, name)
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			f, err := parseFile(fset, path, src)
			if err != nil {
				return err
			}
			files = append(files, f)
		}
		conf := types.Config{Importer: imports, IgnoreFuncBodies: true, Error: func(error) {}}
		info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
		_, _ = conf.Check(p.ImportPath, fset, files, info) // without bodies, imports are unused
	}
}
