package eventbus_test

import (
	"os"
	"strings"
	"testing"
)

// The code in the package's documentation is that of the example, which is compiled and run.
func TestDocumentationShowsTheExample(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for line := range strings.Lines(string(doc)) {
		if text, shown := strings.CutPrefix(line, "//\t"); shown {
			code.WriteString("\t" + text)
		}
	}
	if code.Len() == 0 || !strings.Contains(string(example), "error {\n"+code.String()+"}\n") {
		t.Errorf("the documentation shows other code than the example:\n%s", code.String())
	}
}
