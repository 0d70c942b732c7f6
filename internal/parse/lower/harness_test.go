package lower

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"regexp"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// source is Go source with its directives read in the simplest way that serves the tests; the
// parser proper is not at issue here.
type source struct {
	fset   *token.FileSet
	pkg    *types.Package
	notes  map[types.Object]Annotations
	allows map[types.Object][]ir.Allow
	docs   map[types.Object]string
	consts map[*types.TypeName][]Const
	events []*types.TypeName
	read   map[types.Object]bool // clients send it
}

func newSource(fset *token.FileSet, pkg *types.Package) *source {
	return &source{
		fset:   fset,
		pkg:    pkg,
		notes:  map[types.Object]Annotations{},
		allows: map[types.Object][]ir.Allow{},
		docs:   map[types.Object]string{},
		consts: map[*types.TypeName][]Const{},
		read:   map[types.Object]bool{},
	}
}

func (s *source) add(pkg *types.Package, files []*ast.File, info *types.Info) {
	maps.Copy(s.consts, Constants(pkg, files, info))
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GenDecl:
				for _, spec := range n.Specs {
					if t, ok := spec.(*ast.TypeSpec); ok {
						doc := t.Doc
						if doc == nil {
							doc = n.Doc
						}
						s.directives(info.Defs[t.Name], doc)
					}
				}
			case *ast.Field:
				for _, name := range n.Names {
					s.directives(info.Defs[name], n.Doc)
				}
			}
			return true
		})
	}
}

var argument = regexp.MustCompile(`(\w+)=(\S+)`)

func (s *source) directives(obj types.Object, doc *ast.CommentGroup) {
	if doc == nil || obj == nil {
		return
	}
	s.docs[obj] = strings.TrimSpace(doc.Text())
	for _, c := range doc.List {
		text, ok := strings.CutPrefix(c.Text, "//eventgen:")
		if !ok {
			continue
		}
		verb, rest, _ := strings.Cut(text, " ")
		args := map[string]string{}
		for _, m := range argument.FindAllStringSubmatch(rest, -1) {
			args[m[1]] = m[2]
		}
		pos := s.pos(c.Pos(), len(c.Text))
		a := s.notes[obj]
		switch verb {
		case "event":
			s.events = append(s.events, obj.(*types.TypeName))
			s.read[obj] = args["from"] == "client"
		case "union":
			a.Union = &UnionNote{Tag: args["tag"], Content: args["content"], Pos: pos, TagPos: pos}
		case "enum":
			a.Enum = &EnumNote{Mode: ir.EnumMode(rest), Pos: pos}
		case "variant":
			a.Variant = &VariantNote{Name: args["name"], Pos: pos}
		case "ts":
			a.TS = &TSNote{Text: strings.Trim(rest, `"`), Pos: pos}
		case "allow":
			rule, reason, _ := strings.Cut(rest, " ")
			s.allows[obj] = append(s.allows[obj], ir.Allow{Rule: rule, Reason: reason, Pos: pos})
		}
		s.notes[obj] = a
	}
}

func (s *source) pos(pos token.Pos, width int) diag.Pos {
	p := s.fset.Position(pos)
	if !p.IsValid() {
		return diag.Pos{}
	}
	return diag.Pos{File: p.Filename, Line: p.Line, Column: p.Column, EndColumn: p.Column + width}
}

func (s *source) config() Config {
	return Config{
		Package:     s.pkg,
		Settings:    ir.DefaultSettings(),
		Local:       func(path string) bool { return strings.HasPrefix(path, "example.test/") },
		Annotations: func(t *types.TypeName) Annotations { return s.notes[t] },
		Allow:       func(obj types.Object) []ir.Allow { return s.allows[obj] },
		Doc:         func(obj types.Object) ir.Doc { return ir.Doc{Text: s.docs[obj]} },
		Pos:         func(obj types.Object) diag.Pos { return s.pos(obj.Pos(), len(obj.Name())) },
		Consts: func(t *types.TypeName) []Const {
			if known, ok := s.consts[t]; ok || t.Pkg() == nil {
				return known
			}
			return Constants(t.Pkg(), nil, nil)[t]
		},
	}
}

func (s *source) use(obj types.Object) Use {
	return Use{Pos: s.pos(obj.Pos(), len(obj.Name())), Allow: s.allows[obj], Read: s.read[obj]}
}

var standard = struct {
	sync.Mutex
	fset     *token.FileSet
	importer types.Importer
}{}

// memory imports packages of a test before those of the standard library.
type memory map[string]*types.Package

func (m memory) Import(path string) (*types.Package, error) {
	if pkg := m[path]; pkg != nil {
		return pkg, nil
	}
	return standard.importer.Import(path)
}

// check type-checks packages given as path and text, in the order of their imports; the last
// one is at work. Type errors are ignored, as the parser ignores those that no payload meets.
func check(t *testing.T, pathsAndTexts ...string) *source {
	t.Helper()
	standard.Lock()
	defer standard.Unlock()
	if standard.fset == nil {
		standard.fset = token.NewFileSet()
		standard.importer = importer.ForCompiler(standard.fset, "source", nil)
	}
	fset, known := standard.fset, memory{}
	s := newSource(fset, nil)
	for i := 0; i < len(pathsAndTexts); i += 2 {
		path := pathsAndTexts[i]
		file, err := parser.ParseFile(fset, path[strings.LastIndexByte(path, '/')+1:]+".go", pathsAndTexts[i+1], parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		info := &types.Info{Defs: map[*ast.Ident]types.Object{}}
		conf := types.Config{Importer: known, Error: func(error) {}}
		pkg, _ := conf.Check(path, fset, []*ast.File{file}, info) // errors are the subject of tests
		known[path] = pkg
		s.pkg = pkg
		s.add(pkg, []*ast.File{file}, info)
	}
	return s
}

// load loads the corpus, with what it imports from export data.
func load(t *testing.T) *source {
	t.Helper()
	cfg := &packages.Config{
		Dir: "../../../testdata",
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedTypes |
			packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedImports | packages.NeedExportFile,
	}
	list, err := packages.Load(cfg, "./corpus", "./corpus/billing", "./corpus/wallet")
	if err != nil {
		t.Fatal(err)
	}
	s := newSource(list[0].Fset, nil)
	for _, p := range list {
		if p.Name == "corpus" {
			s.pkg = p.Types
		}
		for _, err := range p.Errors {
			t.Fatal(err)
		}
		s.add(p.Types, p.Syntax, p.TypesInfo)
	}
	return s
}
