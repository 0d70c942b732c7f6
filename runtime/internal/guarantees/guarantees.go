// Package guarantees holds a package's numbered guarantees to their tests.
package guarantees

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var sentence = regexp.MustCompile(`(?m)^//  (\d+)\. `)

// Check fails the test unless the guarantees in the doc.go of the package in dir, or of the packages in several
// folders that share one series, are numbered from 1 on, and each has a test in one of them that is called
// TestGuarantee and its number, of two digits, and that can fail: it, or a function of the tests that it calls, has a
// call such as t.Error.
func Check(t testing.TB, dirs ...string) {
	t.Helper()
	problems, err := check(dirs...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

func check(dirs ...string) (problems []string, err error) {
	tests := tests{}
	var numbers []int
	for _, dir := range dirs {
		doc, err := os.ReadFile(filepath.Join(dir, "doc.go"))
		if err != nil {
			return nil, err
		}
		if err := tests.read(dir); err != nil {
			return nil, err
		}
		for _, m := range sentence.FindAllStringSubmatch(string(doc), -1) {
			n, err := strconv.Atoi(m[1])
			if err != nil {
				return nil, err
			}
			numbers = append(numbers, n)
		}
	}
	if len(dirs) > 1 { // each has a part of the series
		slices.Sort(numbers)
	}
	if len(numbers) == 0 {
		return []string{"there are no guarantees"}, nil
	}
	for i, n := range numbers {
		if n != i+1 {
			problems = append(problems, fmt.Sprintf("guarantee %d is numbered %d", i+1, n))
		}
		names := tests.of(i + 1)
		if len(names) == 0 {
			problems = append(problems, fmt.Sprintf("guarantee %d has no test", i+1))
		}
		for _, name := range names {
			if !tests.canFail(name, map[string]bool{}) {
				problems = append(problems, name+" cannot fail")
			}
		}
	}
	return problems, nil
}

// tests are the functions in the test files of a package by their names; methods of one name are
// together.
type tests map[string][]*ast.FuncDecl

func (t tests) read(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return err
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
				t[f.Name.Name] = append(t[f.Name.Name], f)
			}
		}
	}
	return nil
}

// of returns the names of the tests of a guarantee.
func (t tests) of(number int) []string {
	var names []string
	for name := range t {
		rest, ok := strings.CutPrefix(name, fmt.Sprintf("TestGuarantee%02d", number))
		if ok && (rest == "" || rest[0] < '0' || rest[0] > '9') {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// canFail reports whether a function of the tests has a call that can fail a test.
func (t tests) canFail(name string, seen map[string]bool) bool {
	if seen[name] {
		return false
	}
	seen[name] = true
	found := false
	for _, f := range t[name] {
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && !found {
				found = fails(call) || t.canFail(callee(call), seen)
			}
			return !found
		})
	}
	return found
}

func callee(call *ast.CallExpr) string {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return f.Name
	case *ast.IndexExpr:
		if id, ok := f.X.(*ast.Ident); ok {
			return id.Name
		}
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// fails reports whether a call is that of a method that fails a test.
func fails(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	switch f.Sel.Name {
	case "Fatal", "Fatalf", "Errorf", "Fail", "FailNow":
		id, ok := f.X.(*ast.Ident)
		return !ok || id.Name != "fmt"
	case "Error":
		return len(call.Args) > 0 // that of an error has none
	}
	return false
}
