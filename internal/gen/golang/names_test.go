package golang_test

import (
	"slices"
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
