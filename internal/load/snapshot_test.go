package load

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/internal/gen"
)

// project is a module with everything that can change under a run.
var project = map[string]string{
	"app/go.mod": `module example.test/app

go 1.26

ignore ./web

require (
	example.test/lib v1.0.0
	example.test/far v1.0.0
)

replace example.test/lib => ../lib
`,
	"app/go.sum":              "sum",
	"app/eventgen.yaml":       "ts: ts\n",
	"app/a/a.go":              "package a\n\nimport (\n\t\"fmt\"\n\t\"example.test/app/b\"\n\t\"example.test/far/x\"\n)\n",
	"app/a/a_test.go":         "package a\n",
	"app/a/a_windows.go":      "package a\n",
	"app/a/notes.txt":         "",
	"app/a/testdata/x.go":     "package x\n",
	"app/a/inner/inner.go":    "package inner\n",
	"app/b/b.go":              "package b\n\nimport \"example.test/lib/c\"\n",
	"app/other/other.go":      "package other\n",
	"app/web/node/web.go":     "package web\n",
	"app/nested/go.mod":       "module example.test/app/nested\n",
	"app/nested/n.go":         "package nested\n",
	"app/a/" + gen.GoFileName: gen.Header + "\n",
	"lib/go.mod":              "module example.test/lib\n",
	"lib/c/c.go":              "package c\n\nimport \"example.test/lib/d\"\n",
	"lib/d/d.go":              "package d\n",
	"lib/unused/u.go":         "package u\n",
	"goroot/bin/go":           "#!/bin/sh\n",
	"goroot/VERSION":          "go1.26.8",
	"home/.config/go/env":     "",
}

func writeFile(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o777); err != nil {
		t.Fatal(err)
	}
}

func setUp(t *testing.T) (root string, q Query) {
	t.Helper()
	root = t.TempDir()
	for name, text := range project {
		writeFile(t, root, name, text)
	}
	return root, Query{
		Dir:      filepath.Join(root, "app"),
		Patterns: []string{"./a"},
		Env: []string{
			"PATH=" + filepath.Join(root, "goroot", "bin"),
			"GOENV=" + filepath.Join(root, "home", ".config", "go", "env"),
			"HOME=" + filepath.Join(root, "home"),
		},
		Options: "options",
		Files:   []string{filepath.Join(root, "app", "eventgen.yaml")},
	}
}

func TestTake(t *testing.T) {
	all := func(q *Query) { q.Patterns = []string{"./..."} }
	env := func(variable string) func(q *Query) { return func(q *Query) { q.Env = append(q.Env, variable) } }
	for _, test := range []struct {
		name    string
		query   func(q *Query) // what to ask, both times
		file    string         // what to write, or to remove if there is no text
		text    string
		change  func(q *Query) // what to ask differently the second time
		changed bool
	}{
		{name: "nothing"},
		{name: "a target's source", file: "app/a/a.go", text: "package a\n// edited\n", changed: true},
		{name: "a new file in a target", file: "app/a/new.go", text: "package a\n", changed: true},
		{name: "a file removed from a target", file: "app/a/a_windows.go", changed: true},
		{name: "a file under a build constraint", file: "app/a/a_windows.go", text: "package a // edited\n", changed: true},
		{name: "a test", file: "app/a/a_test.go", text: "package a // edited\n"},
		{name: "a hidden file", file: "app/a/.a.go", text: "package a\n"},
		{name: "another kind of file", file: "app/a/notes.txt", text: "edited"},
		{name: "our own output", file: "app/a/" + gen.GoFileName, text: gen.Header + "\n// edited\n"},
		{name: "a file in our output's place", file: "app/a/" + gen.GoFileName, text: "package a\n", changed: true},
		{name: "an imported package", file: "app/b/b.go", text: "package b\n", changed: true},
		{name: "a replaced module's package", file: "lib/c/c.go", text: "package c\n", changed: true},
		{name: "a package imported by that", file: "lib/d/d.go", text: "package d // edited\n", changed: true},
		{name: "a replaced module's package that nothing imports", file: "lib/unused/u.go", text: "package u // edited\n"},
		{name: "a replaced module's go.mod", file: "lib/go.mod", text: "module example.test/lib\n\ngo 1.26\n", changed: true},
		{name: "a package that is no target", file: "app/other/other.go", text: "package other // edited\n"},
		{name: "a package below a target", file: "app/a/inner/inner.go", text: "package inner // edited\n"},
		{name: "go.mod", file: "app/go.mod", text: project["app/go.mod"] + "\n// edited\n", changed: true},
		{name: "go.sum", file: "app/go.sum", text: "edited", changed: true},
		{name: "a go.mod in a target", file: "app/a/go.mod", text: "module example.test/app/a\n", changed: true},
		{name: "a go.mod above an imported package", query: func(q *Query) { q.Patterns = []string{"./a/inner"} }, file: "app/a/go.mod", text: "module x\n", changed: true},
		{name: "a workspace", file: "app/go.work", text: "go 1.26\n\nuse .\n", changed: true},
		{name: "a workspace above", file: "go.work", text: "go 1.26\n\nuse ./app\n", changed: true},
		{name: "a workspace, switched off", query: env("GOWORK=off"), file: "go.work", text: "go 1.26\n\nuse ./app\n"},
		{name: "a vendor folder", file: "app/vendor/modules.txt", text: "# example.test/far v1.0.0\n", changed: true},
		{name: "a vendored package", file: "app/vendor/example.test/far/x/x.go", text: "package x\n", changed: true},
		{name: "the configuration", file: "app/eventgen.yaml", text: "ts: other\n", changed: true},
		{name: "the configuration removed", file: "app/eventgen.yaml", changed: true},
		{name: "the Go release", file: "goroot/VERSION", text: "go1.26.9", changed: true},
		{name: "the user's Go settings", file: "home/.config/go/env", text: "GOARCH=arm64\n", changed: true},

		{name: "all targets, another package", query: all, file: "app/other/other.go", text: "package other // edited\n", changed: true},
		{name: "all targets, a new package", query: all, file: "app/fresh/fresh.go", text: "package fresh\n", changed: true},
		{name: "all targets, a nested module", query: all, file: "app/nested/n.go", text: "package nested // edited\n"},
		{name: "all targets, a nested module that is none any more", query: all, file: "app/nested/go.mod", changed: true},
		{name: "all targets, ignored", query: all, file: "app/web/node/web.go", text: "package web // edited\n"},
		{name: "all targets, testdata", query: all, file: "app/a/testdata/x.go", text: "package x // edited\n"},
		{name: "by import path", query: func(q *Query) { q.Patterns = []string{"example.test/app/b"} }, file: "app/b/b.go", text: "package b\n", changed: true},
		{name: "by import path with dots", query: func(q *Query) { q.Patterns = []string{"example.test/app/..."} }, file: "app/other/other.go", text: "package x\n", changed: true},
		{name: "by half a name with dots", query: func(q *Query) { q.Patterns = []string{"./oth..."} }, file: "app/other/other.go", text: "package x\n", changed: true},
		{name: "by absolute path", query: func(q *Query) { q.Patterns = []string{filepath.Join(q.Dir, "other")} }, file: "app/other/other.go", text: "package x\n", changed: true},

		{name: "other patterns", change: all, changed: true},
		{name: "other options", change: func(q *Query) { q.Options = "others" }, changed: true},
		{name: "a variable of the go command", change: env("GOFLAGS=-tags=x"), changed: true},
		{name: "another variable", change: env("LANG=C")},
		{name: "what go generate sets", change: func(q *Query) {
			q.Env = append(q.Env, "GOFILE=a.go", "GOLINE=3", "GOPACKAGE=a", "GOROOT="+filepath.Join(q.Dir, "..", "goroot"))
		}},
		{name: "another system", change: env("GOOS=plan9"), changed: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			root, q := setUp(t)
			if test.query != nil {
				test.query(&q)
			}
			before := Take(q)
			if before.Doubt != "" {
				t.Fatalf("doubt: %s", before.Doubt)
			}
			switch {
			case test.file != "" && test.text == "":
				if err := os.Remove(filepath.Join(root, filepath.FromSlash(test.file))); err != nil {
					t.Fatal(err)
				}
			case test.file != "":
				writeFile(t, root, test.file, test.text)
			}
			if test.change != nil {
				test.change(&q)
			}
			after := Take(q)
			if after.Sum != before.Sum != test.changed {
				t.Errorf("changed: %v, want %v", after.Sum != before.Sum, test.changed)
			}
			if after.Doubt != "" {
				t.Errorf("doubt: %s", after.Doubt)
			}
		})
	}
}

// Declarations are no business of the go command: what it says of packages holds after an edit.
func TestListing(t *testing.T) {
	for _, test := range []struct {
		name       string
		file, text string // what to write, or to remove if there is no text
		changed    bool
	}{
		{"a declaration", "app/a/a.go", project["app/a/a.go"] + "\ntype Edited struct{}\n", false},
		{"an import", "app/a/a.go", strings.Replace(project["app/a/a.go"], "\t\"fmt\"\n", "", 1), true},
		{"a file that does not parse", "app/a/a.go", "package a\n\nimport (\n", true},
		{"a build constraint", "app/a/a_windows.go", "//go:build none\n\npackage a\n", true},
		{"a package's name", "app/b/b.go", "package c\n\nimport \"example.test/lib/c\"\n", true},
		{"a new file", "app/a/new.go", "package a\n", true},
		{"a file removed", "app/a/a_windows.go", "", true},
		{"a test's body", "app/a/a_test.go", "package a\n\nfunc f() {}\n", false},
		{"a test's package", "app/a/a_test.go", "package a_test\n", true},
		{"a new test", "app/a/b_test.go", "package a\n", true},
		{"our own output", "app/a/" + gen.GoFileName, gen.Header + "\n// edited\n", false},
		{"our own output removed", "app/a/" + gen.GoFileName, "", true},
		{"go.mod", "app/go.mod", project["app/go.mod"] + "\n// edited\n", true},
		{"the Go release", "goroot/VERSION", "go1.26.9", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			root, q := setUp(t)
			before := Take(q)
			if test.text != "" {
				writeFile(t, root, test.file, test.text)
			} else if err := os.Remove(filepath.Join(root, filepath.FromSlash(test.file))); err != nil {
				t.Fatal(err)
			}
			if after := Take(q); after.Listing != before.Listing != test.changed {
				t.Errorf("changed: %v, want %v", after.Listing != before.Listing, test.changed)
			}
		})
	}
}

// A workspace may replace a module for all that it uses.
func TestWorkspaceReplacement(t *testing.T) {
	root, q := setUp(t)
	writeFile(t, root, "go.work", "go 1.26\n\nuse ./app\n\nreplace example.test/far => ./far\n")
	writeFile(t, root, "far/go.mod", "module example.test/far\n")
	writeFile(t, root, "far/x/x.go", "package x\n")
	before := Take(q)
	writeFile(t, root, "far/x/x.go", "package x // edited\n")
	after := Take(q)
	if before.Doubt != "" || after.Doubt != "" || after.Sum == before.Sum {
		t.Errorf("an edit of the replacement goes unnoticed; doubts %q, %q", before.Doubt, after.Doubt)
	}
}

func TestDoubt(t *testing.T) {
	for _, test := range []struct {
		name       string
		query      func(q *Query)
		file, text string
		want       string
	}{
		{name: "cgo", file: "app/a/c.go", text: "package a\n\nimport \"C\"\n", want: "uses cgo"},
		{name: "cgo in an imported package", file: "lib/d/c.go", text: "package d\n\nimport \"C\"\n", want: "uses cgo"},
		{name: "an overlay", query: func(q *Query) { q.Env = append(q.Env, "GOFLAGS=-overlay=x.json") }, want: "-overlay"},
		{name: "another go.mod", file: "home/.config/go/env", text: "GOFLAGS=-modfile=x.mod\n", want: "-modfile"},
		{name: "no modules", query: func(q *Query) { q.Env = append(q.Env, "GO111MODULE=off") }, want: "GO111MODULE"},
		{name: "a toolchain from PATH", query: func(q *Query) { q.Env = append(q.Env, "GOTOOLCHAIN=path") }, want: "GOTOOLCHAIN"},
		{name: "a go command that is a script", file: "goroot/VERSION", want: "version"},
		{name: "no go command", query: func(q *Query) { q.Env = []string{"PATH="} }, want: "no go command"},
		{name: "a broken go.mod", file: "app/go.mod", text: "modul\n", want: "is broken"},
		{name: "a broken go.work", file: "app/go.work", text: "use (\n", want: "go.work"},
		{name: "a package of another module", query: func(q *Query) { q.Patterns = []string{"example.org/x"} }, want: "not known"},
		{name: "all", query: func(q *Query) { q.Patterns = []string{"all"} }, want: "not known"},
		{name: "files", query: func(q *Query) { q.Patterns = []string{"./a/a.go"} }, want: "not known"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root, q := setUp(t)
			if test.query != nil {
				test.query(&q)
			}
			if test.file != "" {
				writeFile(t, root, test.file, test.text)
			}
			if got := Take(q).Doubt; !strings.Contains(got, test.want) {
				t.Errorf("doubt %q, want %q in it", got, test.want)
			}
		})
	}
	if got := Take(Query{Dir: t.TempDir()}).Doubt; !strings.Contains(got, "no go.mod") {
		t.Errorf("outside a module: doubt %q", got)
	}
}

func TestUndisturbed(t *testing.T) {
	root, q := setUp(t)
	before := Take(q)
	if !Take(q).Undisturbed(before) {
		t.Error("nothing was written, and it is disturbed")
	}
	// The same text again, and the old time: an edit that a run in between has seen half of.
	path := filepath.Join(root, "app", "b", "b.go")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, root, "app/b/b.go", "package b // for a moment\n")
	writeFile(t, root, "app/b/b.go", project["app/b/b.go"])
	if err := os.Chtimes(path, time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
	after := Take(q)
	if after.Sum != before.Sum {
		t.Error("the sum depends on times")
	}
	if changeTime(info) != "" && after.Undisturbed(before) {
		t.Error("an edit that was taken back goes unnoticed")
	}
}

func TestDirs(t *testing.T) {
	root, q := setUp(t)
	var got []string
	for _, dir := range Take(q).Dirs {
		rel, _ := filepath.Rel(root, dir)
		got = append(got, filepath.ToSlash(rel))
	}
	for _, want := range []string{"app", "app/a", "app/b", "lib", "lib/c", "lib/d"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not watched: %v", want, got)
		}
	}
}

func TestBuildID(t *testing.T) {
	id, err := buildID()
	if err != nil || id == "" {
		t.Errorf("build %q, %v", id, err)
	}
}
