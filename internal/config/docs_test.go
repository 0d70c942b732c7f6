package config

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestDocs: docs/settings.md has a section for every setting, and its examples are right.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for line := range strings.Lines(string(text)) {
		if key, ok := strings.CutPrefix(line, "### "); ok {
			documented = append(documented, strings.TrimSpace(key))
		}
	}
	want := Keys()
	slices.Sort(want)
	slices.Sort(documented)
	if !slices.Equal(documented, want) {
		t.Errorf("docs/settings.md has\n%v\nwant\n%v", documented, want)
	}
	for i, block := range strings.Split(string(text), "```yaml\n")[1:] {
		source, _, _ := strings.Cut(block, "```")
		if _, list := Parse("/x/eventgen.yaml", []byte(source)); len(list) > 0 {
			t.Errorf("example %d: %v", i+1, list)
		}
	}
}
