package compat_test

import (
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

// asDocumented checks that findings say of sides and levels nothing that their row does not.
func asDocumented(t *testing.T, findings []compat.Finding) {
	t.Helper()
	rows, err := documentation()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		i := slices.IndexFunc(rows, func(r documented) bool { return r.rule == string(f.Rule) })
		if i < 0 {
			continue
		}
		for _, level := range f.Levels {
			if !slices.Contains(strings.Split(rows[i].levels, ", "), string(level)) {
				t.Errorf("docs/breaking.md does not tell that %s is felt at level %s", f.Rule, level)
			}
		}
		for _, side := range f.Sides {
			if rows[i].sides != "who emits" && !slices.Contains(strings.Split(rows[i].sides, ", "), string(side)) {
				t.Errorf("docs/breaking.md does not tell that %s breaks the %s", f.Rule, side)
			}
		}
		if f.Hint == "" {
			t.Errorf("%s does not say what to do instead", f.Rule)
		}
	}
}
