package diag

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestDocs: docs/diagnostics.md has a section for every code, and for nothing else.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/diagnostics.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, want []string
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		code, ok := strings.CutPrefix(line, "### ")
		if !ok {
			continue
		}
		documented = append(documented, code)
		if i+1 == len(lines) || strings.TrimSpace(lines[i+1]) == "" {
			t.Errorf("%s has no text", code)
		}
	}
	for _, info := range Codes {
		want = append(want, string(info.Code))
		if info.Summary == "" {
			t.Errorf("%s has no summary", info.Code)
		}
	}
	if !slices.Equal(documented, want) {
		t.Errorf("docs/diagnostics.md has the codes\n%v\nwant, in this order,\n%v", documented, want)
	}
}
