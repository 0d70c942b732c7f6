package golang_test

import (
	"go/parser"
	"go/types"
	"slices"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/gen/golang"
	"github.com/eventgen/eventgen/internal/ir"
)

const corpusDir = "../../../testdata/corpus"

// TestCorpusCompiles type-checks encoders and decoders of the whole corpus of payload types, each
// event being emitted from both sides.
func TestCorpusCompiles(t *testing.T) {
	source := loadCorpus(t)
	for name, settings := range map[string]ir.Settings{
		"default": ir.DefaultSettings(),
		"refuse":  {Nil: ir.NilNull, Int64: ir.Int64Number, Time: ir.TimeDate, Bytes: ir.BytesArray, RefuseUnknown: true},
	} {
		t.Run(name, func(t *testing.T) {
			model := modelOf(t, corpusDir, settings)
			events := 0
			for _, p := range model.Packages {
				for _, e := range p.Events {
					e.From = ir.FromBoth
					events++
				}
			}
			if events < 80 {
				t.Fatalf("the corpus has %d events", events)
			}
			files, diags := golang.Generate(model, model.Contracts())
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			if len(files) != 2 {
				t.Fatalf("%d files", len(files))
			}
			source.check(t, files)
		})
	}
}

// corpus is the package as written, and what it and generated code import.
type corpus struct {
	*packages.Package
	imports map[string]*types.Package
}

func loadCorpus(t *testing.T) corpus {
	t.Helper()
	const runtime = "github.com/eventgen/eventgen/runtime/eventbus"
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedSyntax |
			packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedExportFile,
		Dir: corpusDir,
	}, ".", runtime, runtime+"/codec", "context")
	if err != nil {
		t.Fatal(err)
	}
	c := corpus{imports: map[string]*types.Package{}}
	for _, p := range loaded {
		c.imports[p.PkgPath] = p.Types
		for path, imported := range p.Imports {
			c.imports[path] = imported.Types
		}
		if p.Name == "corpus" {
			c.Package = p
		}
	}
	return c
}

// Import implements [types.Importer].
func (c corpus) Import(path string) (*types.Package, error) { return c.imports[path], nil }

// check type-checks the package with more files, which are to be formatted.
func (c corpus) check(t *testing.T, more []gen.File) {
	t.Helper()
	all := slices.Clone(c.Syntax)
	for _, f := range more {
		checkFormatted(t, f)
		file, err := parser.ParseFile(c.Fset, f.Path, f.Content, 0)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, file)
	}
	config := types.Config{Importer: c, Error: func(err error) { t.Error(err) }}
	_, _ = config.Check(c.PkgPath, c.Fset, all, nil)
}
