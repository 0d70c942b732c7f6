// Package golang renders the Go side of a model, two files for each annotated package: what people
// call (descriptors, a catalogue, emitters, listeners) and how it travels (JSON codecs).
//
// It is pure: the same model gives the same bytes, and nothing is read or written.
package golang

import (
	"bytes"
	"cmp"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/dave/jennifer/jen"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/ir"
)

// Paths of the packages that generated code calls.
const (
	eventbusPath = "github.com/eventgen/eventgen/runtime/eventbus"
	eventdefPath = eventbusPath + "/eventdef"
	codecPath    = "github.com/eventgen/eventgen/runtime/eventbus/codec"
	contextPath  = "context"
	timePath     = "time"
	jsonPath     = "encoding/json"
	strconvPath  = "strconv"
)

// Generate renders m, whose events have these contracts: the files of each package that declares
// events, in the model's order.
// A problem is reported at the event that causes it; the files are of no use then.
func Generate(m *ir.Model, contracts ir.Contracts) ([]gen.File, diag.List) {
	rendered := make([][]gen.File, len(m.Packages))
	lists := make([]diag.List, len(m.Packages))
	limit := make(chan struct{}, runtime.GOMAXPROCS(0))
	var packages sync.WaitGroup
	for i, p := range m.Packages {
		if len(p.Events) == 0 {
			continue
		}
		limit <- struct{}{}
		packages.Go(func() {
			defer func() { <-limit }()
			rendered[i], lists[i] = generatePackage(p, m.Settings, contracts)
		})
	}
	packages.Wait()
	var (
		files []gen.File
		diags diag.List
	)
	for i, p := range m.Packages {
		diags.Append(lists[i])
		if len(p.Events) > 0 && !lists[i].HasErrors() {
			files = append(files, rendered[i]...)
		}
	}
	return files, diags
}

// pkg is the state of rendering one package.
type pkg struct {
	ir        *ir.Package
	settings  ir.Settings
	contracts ir.Contracts
	types     *ir.Types
	names     *namer
	// imported has the packages that either file imports, by path; imports are those of the file at
	// hand, first events_gen.go, then the one of the codecs.
	imported map[string]importSpec
	named    []importSpec // in the order in which they got their names
	imports  []importSpec
	file     *jen.Group // the declarations of events_gen.go
	codecs   *codecs
	// instances are the declared types that payloads reach.
	instances map[*ir.Instance]*instance
	diags     diag.List
}

func generatePackage(p *ir.Package, s ir.Settings, contracts ir.Contracts) ([]gen.File, diag.List) {
	g := &pkg{
		ir:        p,
		settings:  s,
		types:     ir.NewTypes(p, s),
		contracts: contracts,
		names:     newNamer(p),
		file:      jen.NewFile(p.Name).Group,

		instances: map[*ir.Instance]*instance{}, imported: map[string]importSpec{},
	}
	g.diags.Append(g.names.claimEvents(p))
	g.codecs = newCodecs(g)
	g.collect()
	g.handshake()
	g.catalogue()
	for _, e := range p.Events {
		g.event(e)
	}
	calls := g.imports
	g.imports = nil
	g.codecs.write()
	if g.diags.HasErrors() {
		return nil, g.diags
	}
	files, err := g.render(calls)
	if err != nil {
		g.diags.Add(diag.Diagnostic{
			Severity: diag.Error,
			Code:     diag.Internal,
			Message:  fmt.Sprintf("the generated code of package %s does not parse: %v", p.Path, err),
			Hint:     "this is a bug of eventgen; please report it with the package's event declarations",
		})
		return nil, g.diags
	}
	return files, g.diags
}

// render puts the parts of the files together; calls are the imports of events_gen.go. Jennifer
// formats declarations; codecs, which are most of the text, are written as gofmt would.
func (g *pkg) render(calls []importSpec) ([]gen.File, error) {
	var out bytes.Buffer
	g.head(&out, calls, "")
	var declarations bytes.Buffer
	if err := g.file.Render(&declarations); err != nil {
		return nil, err
	}
	out.WriteString("\n")
	out.Write(bytes.TrimSpace(declarations.Bytes()))
	out.WriteString("\n")
	files := []gen.File{{Path: filepath.Join(g.ir.Dir, gen.GoFileName), Content: out.Bytes()}}
	if len(g.codecs.text) == 0 {
		return files, nil
	}
	codecs, err := g.renderCodecs()
	return append(files, gen.File{Path: filepath.Join(g.ir.Dir, gen.GoCodecFileName), Content: codecs}), err
}

func (g *pkg) renderCodecs() ([]byte, error) {
	var out bytes.Buffer
	out.Grow(len(g.codecs.text) + 4096)
	remark := ""
	if sendsDeprecated(g.ir) {
		remark = "//lint:file-ignore SA1019 Fields that are deprecated are sent all the same.\n"
	}
	g.head(&out, g.imports, remark)
	out.Write(g.codecs.text)
	if len(g.codecs.variables) > 0 {
		out.WriteString("\n// The names that decoders know: properties, members of enums and variants of unions.\n")
		if err := jen.Var().Defs(g.codecs.variables...).Render(&out); err != nil {
			return nil, err
		}
		out.WriteString("\n")
	}
	return out.Bytes(), nil
}

// head writes a file's first lines up to the imports, those of the standard library first.
func (g *pkg) head(out *bytes.Buffer, imports []importSpec, remark string) {
	fmt.Fprintf(out, "%s\n%s\npackage %s\n", gen.Header, remark, g.ir.Name)
	slices.SortFunc(imports, func(a, b importSpec) int {
		return cmp.Or(cmp.Compare(a.group(), b.group()), strings.Compare(a.path, b.path))
	})
	if len(imports) == 0 {
		return
	}
	out.WriteString("\nimport (\n")
	for n, i := range imports {
		if n > 0 && i.group() != imports[n-1].group() {
			out.WriteString("\n")
		}
		fmt.Fprintf(out, "\t%s\n", i)
	}
	out.WriteString(")\n")
}

// importSpec is a package that the file imports.
type importSpec struct {
	path string
	name string // what the file calls it
	own  string // what it calls itself
}

// group is 0 for the standard library, and 1 for modules, which have a dot in their first element.
func (i importSpec) group() int {
	first, _, _ := strings.Cut(i.path, "/")
	if strings.Contains(first, ".") {
		return 1
	}
	return 0
}

// String is the line of the import: with a name only where the package's own is taken.
func (i importSpec) String() string {
	if i.name == i.own {
		return strconv.Quote(i.path)
	}
	return i.name + " " + strconv.Quote(i.path)
}

// qual refers to a name of another package and sees to its import.
func (g *pkg) qual(path, pkgName, name string) string {
	if path == g.ir.Path {
		return name
	}
	i, known := g.imported[path]
	if !known {
		i = importSpec{path: path, name: g.names.importName(pkgName), own: pkgName}
		g.imported[path] = i
		g.named = append(g.named, i)
	}
	if !slices.Contains(g.imports, i) {
		g.imports = append(g.imports, i)
	}
	return i.name + "." + name
}

// forget takes back all imports but the first ones of the file, and of both.
func (g *pkg) forget(imports, named int) {
	for _, i := range g.named[named:] {
		delete(g.imported, i.path)
		delete(g.names.imported, i.name)
	}
	g.named, g.imports = g.named[:named], g.imports[:imports]
}

func (g *pkg) bus(name string) string   { return g.qual(eventbusPath, "eventbus", name) }
func (g *pkg) def(name string) string   { return g.qual(eventdefPath, "eventdef", name) }
func (g *pkg) codec(name string) string { return g.qual(codecPath, "codec", name) }

// expr is Go source of an expression or a type, for jennifer.
func expr(source string) *jen.Statement { return jen.Op(source) }

// handshake writes the constant whose absence stops the compiler under too old a runtime.
func (g *pkg) handshake() {
	g.comment("A compile error on the next line means that the eventgen runtime in go.mod is older than the\n" +
		"generator: run \"go get github.com/eventgen/eventgen@latest\".")
	g.file.Const().Id("_").Op("=").Add(expr(g.def("IsAtLeastV1")))
	g.file.Line()
}

// catalogue writes the variable that holds all events of the package.
func (g *pkg) catalogue() {
	g.comment("Events is the catalogue of this package's events: pass it to eventbus.WithCatalog.")
	g.file.Var().Id(catalogueName).Op("=").Add(expr(g.bus("NewCatalog"))).CustomFunc(jen.Options{
		Open: "(", Close: ")", Separator: ",", Multi: true,
	}, func(group *jen.Group) {
		for _, e := range g.ir.Events {
			group.Id(descriptorName(e))
		}
	})
	g.file.Line()
}

// sendsDeprecated reports whether payloads have deprecated fields of other packages, which
// linters do not want to see used.
func sendsDeprecated(p *ir.Package) bool {
	return slices.ContainsFunc(p.Decls, func(d *ir.Decl) bool {
		return d.Go.Path != p.Path && d.Type != nil &&
			slices.ContainsFunc(d.Type.Fields, func(f *ir.Field) bool { return f.Doc.Deprecated != "" })
	})
}
