package parse

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/build/constraint"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/load"
)

// This file reports declarations that only some builds have: with them, the output would depend on
// the machine that it is generated on.

// condition says which builds have a Go file: "in a test file, which …"; "" if all have it, those
// with the run's build tags that is.
func condition(file *load.File, tags []string) (why, remedy string) {
	name := filepath.Base(file.Name)
	const move = "move it into a file that every build has"
	if strings.HasSuffix(name, "_test.go") {
		return "in a test file, which the package itself does not have", move + ": one whose name does not end in _test.go"
	}
	if !everywhere(name) {
		stem := strings.TrimSuffix(name, ".go")
		return "in a file that its name gives to some systems alone: the output would depend on the machine", move + fmt.Sprintf(", such as %s.go, and leave in %s what differs", stem[:strings.LastIndexByte(stem, '_')], name)
	}
	expr, line := buildLine(file.Syntax)
	if expr == nil || expr.Eval(func(string) bool { return false }) && expr.Eval(func(string) bool { return true }) {
		return "", ""
	}
	var unknown []string
	holds := func(others bool) bool {
		return expr.Eval(func(tag string) bool {
			if slices.Contains(tags, tag) || tag == "gc" || strings.HasPrefix(tag, "go1.") {
				return true
			}
			unknown = append(unknown, tag)
			return others
		})
	}
	if holds(false) && holds(true) || slices.Equal(unknown, []string{"ignore"}) { // by custom, of no build at all
		return "", ""
	}
	return fmt.Sprintf("in a file that only some builds have (%s): the output would depend on the machine", line), move + ", and leave here what differs; a tag that all your builds have belongs under tags in eventgen.yaml"
}

// everywhere reports whether a file name selects no operating system and no processor.
func everywhere(name string) bool {
	c := build.Context{GOOS: "none", GOARCH: "none", Compiler: "gc", OpenFile: func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("package p\n")), nil
	}}
	match, err := c.MatchFile("", name)
	return match || err != nil
}

// buildLine returns the build constraint of a file, nil if it has none.
func buildLine(file *ast.File) (constraint.Expr, string) {
	if file == nil {
		return nil, ""
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if c.Pos() > file.Package || !constraint.IsGoBuild(c.Text) {
				continue
			}
			line := strings.TrimSpace(c.Text)
			if expr, err := constraint.Parse(line); err == nil {
				return expr, line
			}
			return nil, ""
		}
	}
	return nil, ""
}

// conditions knows which builds have a file, by its path. Several goroutines may ask.
type conditions struct{ known sync.Map }

func (c *conditions) of(file *load.File, tags []string) (why, remedy string) {
	if known, ok := c.known.Load(file.Name); ok {
		known := known.([2]string)
		return known[0], known[1]
	}
	why, remedy = condition(file, tags)
	c.known.Store(file.Name, [2]string{why, remedy})
	return why, remedy
}

// hidden reports the directives in files of a package that this build does not have.
func (r *reader) hidden(t *load.Target) {
	for _, f := range t.Hidden {
		if f.Syntax != nil {
			declarations, _ := r.annotated.in(r.program.Fset, f.Syntax)
			r.conditional(f, declarations)
		}
	}
}

// conditional reports the directives in a file that only some builds have.
func (r *reader) conditional(f *load.File, declarations []*declaration) {
	why, remedy := r.conditions.of(f, r.program.Tags())
	if why == "" {
		return
	}
	for _, d := range declarations {
		if d.name != nil {
			r.misplacedTypes[position(r.program.Fset, d.name.Pos(), len(d.name.Name))] = true
		}
		for _, dir := range d.directives {
			r.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.ConditionalDeclaration, Pos: dir.Pos,
				Message: fmt.Sprintf("//eventgen:%s stands %s", dir.Verb.Name, why),
				Hint:    remedy,
			})
		}
	}
}

// conditionalTypes reports the types that payloads reach in files that only some builds have.
func (t *target) conditionalTypes() {
	for _, d := range t.out.Decls {
		if !t.program.Local(d.Go.Path) || !d.Pos.IsValid() || t.misplacedTypes[d.Pos] {
			continue
		}
		file := t.program.File(d.Pos.File)
		if file == nil {
			continue
		}
		if why, remedy := t.conditions.of(file, t.program.Tags()); why != "" {
			t.list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.ConditionalDeclaration, Pos: d.Pos,
				Message: fmt.Sprintf("type %s of a payload stands %s", d.Go.Name, why),
				Hint:    remedy,
			})
		}
	}
}
