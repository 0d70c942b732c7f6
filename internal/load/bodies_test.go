package load

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// blanked is src as the parser proper would blank it.
func blanked(t *testing.T, src []byte) string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "a.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	offset := func(pos token.Pos) int { return fset.PositionFor(pos, false).Offset }
	out := []byte(string(src))
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		for i := offset(f.Body.Lbrace) + 1; i < offset(f.Body.Rbrace); i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
		for _, group := range file.Comments {
			for _, c := range group.List {
				if c.Pos() > f.Body.Lbrace && c.End() < f.Body.Rbrace && strings.HasPrefix(c.Text, "//eventgen:") {
					copy(out[offset(c.Pos()):], c.Text)
				}
			}
		}
	}
	return string(out)
}

// TestBlankBodies holds the quick reader of bodies to the parser proper, on the sources of the standard library.
func TestBlankBodies(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, pattern := range []string{"go/*", "encoding/*", "text/*", "net/http", "sync", "sort", "strconv", "time", "reflect", "unicode"} {
		found, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(root)), "src", filepath.FromSlash(pattern), "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want := blanked(t, src)
			blankBodies(src)
			if string(src) != want {
				t.Errorf("%s: bodies are blanked otherwise than the parser has them", name)
			}
			files++
		}
	}
	if files < 100 {
		t.Fatalf("found %d files", files)
	}
}

func TestBlankOddBodies(t *testing.T) {
	for name, body := range map[string]string{
		"a directive":           "func f() {\n\t//eventgen:event a\n\ttype a struct{}\n}",
		"a comment of no tool":  "func f() {\n\t// } {\n\t/* } */\n}",
		"braces in literals":    "func f() { _ = \"}\\\"}\" + `}` + string('}') + string('\\'') }",
		"a struct result":       "func f() struct{ a int } { return struct{ a int }{1} }",
		"an interface argument": "func f(a interface{ M() }) (b struct{}) { return }",
		"no body":               "func f(a struct{ b int })\n\nfunc g() { h() }",
		"generic":               "func f[T interface{ ~int | ~[]byte }](a T) { _ = a }",
		"a method":              "func (a *b[T]) f() { a.f() }",
		"a function value":      "var f = func() { g() }\n\nfunc g() { f() }",
		"in a group":            "var (\n\tf = func() int { return 1 }\n)\n\nfunc g() {}",
		"semicolons":            "func f() { g() }; func g() { f() }\nvar a int; func h() { g() }",
		"tabs and returns":      "func\tf()\t{\r\n\tg()\r\n}\r\n\nfunc g()\r\n",
		"a type named f":        "type f func() struct{}\n\nfunc g() { _ = f(nil) }",
		"a block comment":       "func f() /* a b */ { g() }\n/* c */ func g() { f() }",
		"a lone word":           "const a = 1\nfunc f() { _ = a }",
		"a closing bracket":     "var a [2]int\nfunc f() { _ = a }\nvar b = [...]int{1}\nfunc g() { _ = b }",
	} {
		src := []byte("package p\n\n" + body + "\n")
		want := blanked(t, src)
		if blankBodies(src); string(src) != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, src, want)
		}
	}
	for _, src := range []string{"package p\n\nfunc f() {\n\tg()\n", "package p\n\nfunc f() { \"", "package p\n\nfunc f() { `", "package p\n\nfunc f() { /*", "package p\n\nfunc", ""} {
		got := []byte(src)
		if blankBodies(got); string(got) != src {
			t.Errorf("what is not closed is changed: %q to %q", src, got)
		}
	}
}
