package asyncapi_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/eventgen/eventgen/internal/gen/asyncapi"
	"github.com/eventgen/eventgen/internal/gen/asyncapi/schematest"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/parse"
)

func loadFrom(t *testing.T, dir string, patterns ...string) *ir.Model {
	t.Helper()
	model, diags, err := parse.Load(t.Context(), load.Options{Dir: dir, Patterns: patterns}, parse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return model
}

func testdata(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", "..", "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestCorpus holds JSON Schema against encoding/json: what it writes for the corpus is valid,
// what it never writes is not.
func TestCorpus(t *testing.T) {
	model := loadFrom(t, testdata(t), "./corpus")
	cmd := exec.CommandContext(t.Context(), "go", "run", "./corpus/samples")
	cmd.Dir = testdata(t)
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var listed []struct {
		Event     string
		Documents []json.RawMessage
		Never     []string
	}
	if err := json.Unmarshal(text, &listed); err != nil {
		t.Fatal(err)
	}
	if len(listed) < 80 {
		t.Fatalf("the corpus has %d cases", len(listed))
	}
	var samples []schematest.Sample
	for _, l := range listed {
		s := schematest.Sample{Event: l.Event, Never: l.Never}
		for _, d := range l.Documents {
			s.Documents = append(s.Documents, string(d))
		}
		samples = append(samples, s)
	}
	for _, problem := range schematest.Check(t, schematest.Request{Schemas: []schematest.Schema{
		{Name: "corpus", Schema: asyncapi.Schema(model, asyncapi.Options{}), Samples: samples},
	}}) {
		t.Error(problem)
	}
}
