package typescript

import (
	"slices"
	"testing"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// TestCollisions: a name that two declarations would generate, or that the runtime has, is an
// error, once for each pair.
func TestCollisions(t *testing.T) {
	named := func(name, id string, from ir.Direction) *ir.Event {
		e := eventOf(name, tString)
		e.Go, e.From = id, from
		e.Pos = diag.Pos{File: "/x/" + name, Line: 1}
		return e
	}
	for _, test := range []struct {
		name  string
		hooks []string
		event []*ir.Event
		want  []string
	}{
		{"the same name", nil, []*ir.Event{named("a", "A", ir.FromBoth), named("b", "A", ir.FromBoth)},
			[]string{`event "b" would generate the TypeScript name aEvent, which event "a" has`}},
		{"a hook", []string{"react"}, []*ir.Event{named("a", "Connection", ir.FromServer)},
			[]string{`event "a" would generate the TypeScript name useConnection, which the runtime has`}},
		{"none", []string{"react", "vue", "svelte", "solid"}, []*ir.Event{named("a", "A", ir.FromBoth), named("b", "B", ir.FromBoth)}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := model(nil, test.event...)
			_, list := Generate(m, m.Contracts(), Options{Dir: "/x", Hooks: test.hooks})
			var got []string
			for _, d := range list {
				if d.Code != diag.NameCollision || d.Severity != diag.Error {
					t.Errorf("unexpected %v", d)
				}
				got = append(got, d.Message)
				if other := len(test.event) > 1; other != (len(d.Related) == 1) {
					t.Errorf("%s: the other is shown at %v", d.Message, d.Related)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%q\nwant\n%q", got, test.want)
			}
		})
	}
}
