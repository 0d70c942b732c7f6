package golang_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen/golang"
	"github.com/eventgen/eventgen/internal/ir"
)

// TestCollisions: a name that two events would generate, or that the package has, is an error at
// the later event, once for each pair.
func TestCollisions(t *testing.T) {
	event := func(line int, name, id string) *ir.Event {
		return &ir.Event{Name: name, Go: id, Decl: id, Const: true, From: ir.FromServer, To: ir.ToAny, Slow: ir.SlowResume, Pos: diag.Pos{File: "/x/x.go", Line: line}}
	}
	batched := event(1, "a", "A")
	batched.Batch = 10
	for _, test := range []struct {
		name   string
		events []*ir.Event
		idents []ir.Ident
		want   []string
	}{
		{"the same name", []*ir.Event{event(1, "a", "A"), event(2, "b", "A")}, nil,
			[]string{`event "b" would generate AEvent, EmitA, EmitATo, OnA, OnceA, which event "a" generates too`}},
		{"with a target", []*ir.Event{event(1, "a", "A"), event(2, "b", "ATo")}, nil,
			[]string{`event "b" would generate EmitATo, which event "a" generates too`}},
		{"a batch", []*ir.Event{batched, event(2, "b", "ABatch")}, nil,
			[]string{`event "b" would generate OnABatch, which event "a" generates too`}},
		{"declared", []*ir.Event{event(1, "a", "A")}, []ir.Ident{{Name: "EmitA"}, {Name: "A"}},
			[]string{`event "a" would generate EmitA, which the package declares already`}},
		{"the catalogue", []*ir.Event{event(1, "a", "A")}, []ir.Ident{{Name: "Events"}},
			[]string{`the package declares Events, which is the name of the generated catalogue`}},
		{"none", []*ir.Event{event(1, "a", "A"), event(2, "b", "B")}, []ir.Ident{{Name: "Emit"}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := &ir.Package{Path: "example.com/x", Name: "x", Dir: "/x", Events: test.events, Idents: test.idents}
			model := &ir.Model{Settings: ir.DefaultSettings(), Packages: []*ir.Package{p}}
			_, list := golang.Generate(model, model.Contracts())
			var got []string
			for _, d := range list {
				if d.Code != diag.NameCollision || d.Severity != diag.Error {
					t.Errorf("unexpected %v", d)
				}
				got = append(got, d.Message)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%q\nwant\n%q", got, test.want)
			}
		})
	}
}

// TestImportNames: a package is imported under another name where a parameter or variable of a
// generated function would hide it.
func TestImportNames(t *testing.T) {
	for pkg, want := range map[string]string{
		"b": "bpkg", "ctx": "ctxpkg", "p": "ppkg", "payload": "payloadpkg", "to": "topkg", "fn": "fnpkg", "opts": "optspkg", "x2": "x2pkg", "shop": "",
	} {
		e := &ir.Event{Name: "a", Go: "A", Decl: "A", Const: true, From: ir.FromServer, To: ir.ToAny, Slow: ir.SlowResume,
			Payload: &ir.Type{Kind: ir.KindString, Go: &ir.GoName{Path: "example.com/" + pkg, Pkg: pkg, Name: "T"}}}
		p := &ir.Package{Path: "example.com/x", Name: "x", Dir: "/x", Events: []*ir.Event{e}}
		model := &ir.Model{Settings: ir.DefaultSettings(), Packages: []*ir.Package{p}}
		files, list := golang.Generate(model, model.Contracts())
		if len(list) > 0 || len(files) == 0 {
			t.Fatal(list)
		}
		line := "\t" + strings.TrimSpace(want+` "example.com/`+pkg+`"`) + "\n"
		if !strings.Contains(string(files[0].Content), line) {
			t.Errorf("package %s: no line %q in\n%s", pkg, line, files[0].Content)
		}
	}
}
