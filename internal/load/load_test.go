package load_test

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/eventgen/eventgen/internal/load"
)

// roots are all types.
func roots(_ *token.FileSet, file *ast.File) []string {
	var names []string
	for _, decl := range file.Decls {
		if decl, ok := decl.(*ast.GenDecl); ok && decl.Tok == token.TYPE {
			names = append(names, decl.Specs[0].(*ast.TypeSpec).Name.Name)
		}
	}
	return names
}

// module writes a module, and returns how to load all of it without a network.
func module(t *testing.T, text string) load.Options {
	t.Helper()
	dir := t.TempDir()
	for _, f := range append(txtar.Parse([]byte(text)).Files, txtar.File{Name: "go.mod", Data: []byte("module example.test/app\n\ngo 1.26\n")}) {
		write(t, filepath.Join(dir, filepath.FromSlash(f.Name)), string(f.Data))
	}
	return load.Options{
		Dir: dir, Patterns: []string{"./..."}, Roots: roots,
		Env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off"),
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func mustLoad(t *testing.T, opts load.Options) *load.Program {
	t.Helper()
	p, err := load.Load(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	for path, c := range p.Checked {
		for _, e := range c.Errors {
			t.Errorf("%s: %v", path, e)
		}
	}
	return p
}

const app = `
-- a/a.go --
package a

import "time"

type A struct{ At time.Time }
-- b/b.go --
package b

import "example.test/app/a"

type B struct{ A a.A }
`

// TestKnown: what an earlier run has learned of the go command is not asked again, and is of no use
// when export data has gone.
func TestKnown(t *testing.T) {
	opts := module(t, app)
	var known []byte
	opts.Learned = func(text []byte) { known = text }
	mustLoad(t, opts)
	if known == nil {
		t.Fatal("nothing is learned")
	}
	write(t, filepath.Join(opts.Dir, "a", "a.go"), "package a\n\nimport \"time\"\n\ntype A struct{ At, Then time.Time }\n")

	opts.Known, opts.Learned = known, nil
	opts.Env = append(opts.Env, "GOENV=off", "GOFLAGS=-no-such-flag") // whoever asks the go command fails
	p := mustLoad(t, opts)
	if got := p.Checked["example.test/app/b"].Types.Scope().Lookup("B").Type().Underlying().String(); !strings.Contains(got, "a.A") {
		t.Errorf("B is %s", got)
	}
	if got := p.Checked["example.test/app/a"].Types.Scope().Lookup("A").Type().Underlying().String(); !strings.Contains(got, "Then time.Time") {
		t.Errorf("A is %s: the edit is not read", got)
	}

	opts.Known = []byte(strings.ReplaceAll(string(known), "\"Export\":\"", "\"Export\":\"/none"))
	if _, err := load.Load(t.Context(), opts); err == nil {
		t.Error("export data that has gone is not missed")
	}
}

// TestLearned: where the go command complains, it is asked again.
func TestLearned(t *testing.T) {
	opts := module(t, app+"-- c/c.go --\npackage c\n\nimport _ \"example.test/none\"\n")
	opts.Learned = func([]byte) { t.Error("a complaint is learned") }
	mustLoad(t, opts)
}

// TestSequence: a package is checked after what it imports, however many are checked at a time, and
// packages that import each other are no reason to wait for ever.
func TestSequence(t *testing.T) {
	var text strings.Builder
	for i := range 40 {
		name := "p" + string(rune('a'+i%26)) + string(rune('a'+i/26))
		text.WriteString("-- " + name + "/x.go --\npackage " + name + "\n\n")
		if i > 0 {
			before := "p" + string(rune('a'+(i-1)%26)) + string(rune('a'+(i-1)/26))
			text.WriteString("import \"example.test/app/" + before + "\"\n\ntype X struct{ Before " + before + ".X }\n")
		} else {
			text.WriteString("type X struct{}\n")
		}
	}
	p := mustLoad(t, module(t, text.String()))
	if len(p.Checked) != 40 || len(p.Targets) != 40 {
		t.Errorf("%d packages are checked of %d", len(p.Checked), len(p.Targets))
	}

	circle := module(t, "-- a/a.go --\npackage a\n\nimport \"example.test/app/b\"\n\ntype A struct{ B b.B }\n-- b/b.go --\npackage b\n\nimport \"example.test/app/a\"\n\ntype B struct{ A a.A }\n")
	p, err := load.Load(t.Context(), circle)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, c := range p.Checked {
		for _, e := range c.Errors {
			said = append(said, e.Msg)
		}
	}
	if !slices.ContainsFunc(said, func(msg string) bool { return strings.Contains(msg, "could not import example.test/app/") }) {
		t.Errorf("of a circle it is said: %q", said)
	}
}

// TestNeeded: what the roots need is checked, across packages, and nothing else.
func TestNeeded(t *testing.T) {
	opts := module(t, `
-- a/a.go --
package a

import (
	"example.test/app/b"
	. "example.test/app/c"
)

type Root struct {
	Beside
	Far b.Far
	Dot Dot
}

type Beside []Next

type Next int

const One Next = 1

type Other struct{ Broken Nothing }

func (Next) MarshalText() ([]byte, error) { return nil, nil }

func (Next) Unrelated(Nothing) {}
-- b/b.go --
package b

type Far int

type Other struct{ Broken Nothing }
-- c/c.go --
package c

type Dot int

type Other struct{ Broken Nothing }
`)
	opts.Roots = func(_ *token.FileSet, file *ast.File) []string {
		if file.Name.Name != "a" {
			return nil
		}
		return []string{"Root"}
	}
	p := mustLoad(t, opts)
	for path, want := range map[string][]string{"a": {"Beside", "Next", "One", "Root"}, "b": {"Far"}, "c": {"Dot"}} {
		if got := p.Checked["example.test/app/"+path].Types.Scope().Names(); !slices.Equal(got, want) {
			t.Errorf("of %s is checked: %v, want %v", path, got, want)
		}
	}
}
