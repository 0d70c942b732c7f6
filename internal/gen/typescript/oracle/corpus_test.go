package oracle_test

import (
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/eventgen/eventgen/internal/gen/typescript"
	"github.com/eventgen/eventgen/internal/gen/typescript/oracle"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/parse"
)

// TestCorpus holds the whole way from Go source to TypeScript against encoding/json: the parser
// reads the corpus, and the program beside it marshals values of its types.
func TestCorpus(t *testing.T) {
	dir, err := filepath.Abs(filepath.Join("..", "..", "..", "..", "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	model, diags, err := parse.Load(context.Background(), load.Options{Dir: dir, Patterns: []string{"./corpus"}}, parse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diags {
		if d.Severity == "error" {
			t.Errorf("%s:%d: %s", d.Pos.File, d.Pos.Line, d.Message)
		}
	}
	out := filepath.Join(dir, "out")
	files, diags := typescript.Generate(model, model.Contracts(), typescript.Options{Dir: out, Runtime: typescript.RuntimePackage})
	for _, d := range diags {
		t.Errorf("%s:%d: %s", d.Pos.File, d.Pos.Line, d.Message)
	}
	output := map[string]string{}
	for _, f := range files {
		output[filepath.Base(f.Path)] = string(f.Content)
	}
	samples := corpusSamples(t, dir)
	known := map[string]bool{}
	for _, p := range model.Packages {
		for _, e := range p.Events {
			known[e.Name] = true
		}
	}
	for _, s := range samples {
		if !known[s.Event] {
			t.Errorf("the corpus has samples for %s, which the parser has not found", s.Event)
		}
	}
	oracle.Check(t, output, samples)
}

func corpusSamples(t *testing.T, dir string) []oracle.Sample {
	t.Helper()
	cmd := exec.Command("go", "run", "./corpus/samples")
	cmd.Dir = dir
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("go run ./corpus/samples: %v", err)
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
	var out []oracle.Sample
	for _, l := range listed {
		s := oracle.Sample{Event: l.Event, Never: l.Never}
		for _, d := range l.Documents {
			s.Documents = append(s.Documents, string(d))
		}
		out = append(out, s)
	}
	return out
}
