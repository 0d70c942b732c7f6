package oracle_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/gen/typescript"
	"github.com/eventgen/eventgen/internal/gen/typescript/oracle"
	"github.com/eventgen/eventgen/internal/gen/typescript/tsctest"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/parse"
)

// TestDecodersOnCorpus runs the generated schemas: each takes every document that encoding/json
// writes for its payload.
func TestDecodersOnCorpus(t *testing.T) {
	dir, err := filepath.Abs(filepath.Join("..", "..", "..", "..", "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	model, _, err := parse.Load(context.Background(), load.Options{Dir: dir, Patterns: []string{"./corpus"}}, parse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	files, diags := typescript.Generate(model, model.Contracts(), typescript.Options{
		Dir: filepath.FromSlash("/out"), Decoders: true, ImportExtension: typescript.ExtensionTS,
	})
	for _, d := range diags {
		t.Errorf("%s", d.Message)
	}
	sources := map[string]string{}
	for _, f := range files {
		rel, err := filepath.Rel(filepath.FromSlash("/out"), f.Path)
		if err != nil {
			t.Fatal(err)
		}
		sources[filepath.ToSlash(rel)] = string(f.Content)
	}
	stems := map[string]string{}
	for _, p := range model.Packages {
		for _, e := range p.Events {
			stems[e.Name] = e.Go
		}
	}
	samples := corpusSamples(t, dir)
	sources["main.ts"] = runner(samples, stems)
	work := tsctest.Write(t, sources)
	// Documents are read as JSON, so that a key like __proto__ is one.
	if err := os.WriteFile(filepath.Join(work, "samples.json"), encode(t, samples), 0o644); err != nil {
		t.Fatal(err)
	}
	bundle := exec.Command(filepath.Join(tsctest.RuntimeDir(t), "node_modules", ".bin", "esbuild"),
		"main.ts", "--bundle", "--platform=node", "--format=esm", "--outfile=main.mjs", "--log-level=error")
	bundle.Dir = work
	if out, err := bundle.CombinedOutput(); err != nil {
		t.Fatalf("esbuild: %v\n%s", err, out)
	}
	run := exec.Command("node", "main.mjs")
	run.Dir = work
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		t.Error(strings.TrimSpace(line))
	}
}

func encode(t *testing.T, samples []oracle.Sample) []byte {
	t.Helper()
	documents := make([][]json.RawMessage, len(samples))
	for i, s := range samples {
		for _, d := range s.Documents {
			documents[i] = append(documents[i], json.RawMessage(d))
		}
	}
	text, err := json.Marshal(documents)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// runner prints a line for each document that a guard refuses.
func runner(samples []oracle.Sample, stems map[string]string) string {
	var b strings.Builder
	b.WriteString("import { readFileSync } from 'node:fs';\nimport * as decoders from './decoders.gen.ts';\n")
	b.WriteString("const all: any = decoders;\nconst documents = JSON.parse(readFileSync('samples.json', 'utf8'));\nconst stems = [")
	for _, s := range samples {
		fmt.Fprintf(&b, "%q, ", stems[s.Event])
	}
	b.WriteString(`];
stems.forEach((stem, i) => {
  const schema: any = all[Object.keys(all).find((name) => name.toLowerCase() === stem.toLowerCase() + 'schema')!];
  if (!schema) return console.log(stem + ': no schema');
  for (const document of documents[i] ?? []) {
    const { issues } = schema['~standard'].validate(document);
    if (issues) console.log(stem + ': ' + JSON.stringify(issues[0]) + ' in ' + JSON.stringify(document).slice(0, 300));
  }
});
`)
	return b.String()
}
