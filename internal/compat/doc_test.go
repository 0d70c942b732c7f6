package compat_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/eventgen/eventgen/internal/compat"
	"github.com/eventgen/eventgen/internal/diag"
)

// documented is a row of docs/breaking.md.
type documented struct{ rule, summary, sides, levels, remedy string }

var documentation = sync.OnceValues(func() ([]documented, error) {
	src, err := os.ReadFile("../../docs/breaking.md")
	if err != nil {
		return nil, err
	}
	var rows []documented
	for line := range strings.Lines(string(src)) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if len(cells) == 5 && strings.HasPrefix(cells[0], "| `") {
			rows = append(rows, documented{
				rule: strings.Trim(cells[0], "| `"), summary: cells[1], sides: cells[2],
				levels: strings.ToLower(cells[3]), remedy: strings.TrimSuffix(cells[4], " |"),
			})
		}
	}
	return rows, nil
})

// Every rule has its row in docs/breaking.md, and every row its rule.
func TestDocumentation(t *testing.T) {
	rows, err := documentation()
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, r := range diag.Rules {
		want = append(want, string(r.Code)+": "+r.Summary)
	}
	for _, row := range rows {
		got = append(got, row.rule+": "+row.summary)
		if row.remedy == "" {
			t.Errorf("%s: the remedy is missing", row.rule)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("docs/breaking.md has\n%s\nthe rules are\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// felt collects what findings say of the sides and levels of each rule.
type felt struct {
	sync.Mutex
	rules map[string]map[string]bool
}

func (all *felt) add(findings []compat.Finding) {
	all.Lock()
	defer all.Unlock()
	for _, f := range findings {
		if all.rules[string(f.Rule)] == nil {
			all.rules[string(f.Rule)] = map[string]bool{}
		}
		for _, level := range f.Levels {
			all.rules[string(f.Rule)][string(level)] = true
		}
		for _, side := range f.Sides {
			all.rules[string(f.Rule)][string(side)] = true
		}
	}
}

// asDocumented checks that the cases show all that docs/breaking.md says of sides and levels, and
// no more.
func (all *felt) asDocumented(t *testing.T) {
	rows, err := documentation()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		want := append(strings.Split(row.sides, ", "), strings.Split(row.levels, ", ")...)
		slices.Sort(want)
		if got := slices.Sorted(maps.Keys(all.rules[row.rule])); !slices.Equal(got, want) {
			t.Errorf("docs/breaking.md says of %s: %v; its case says: %v", row.rule, want, got)
		}
	}
}
