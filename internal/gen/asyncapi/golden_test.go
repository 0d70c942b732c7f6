package asyncapi_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/gen/asyncapi"
	"github.com/eventgen/eventgen/internal/gen/asyncapi/schematest"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/parse"
)

var update = flag.Bool("update", false, "write what is rendered into the expectations")

// settings with which every case is rendered besides its own.
var settings = map[string]ir.Settings{
	"default": ir.DefaultSettings(),
	"strict":  {Nil: ir.NilEmpty, Int64: ir.Int64String, Time: ir.TimeDate, Bytes: ir.BytesArray},
}

// TestValid lets the validators read what the generator's golden cases and the examples of the
// repository are exported as. The sample payloads in it are checked too.
func TestValid(t *testing.T) {
	var request schematest.Request
	for name, model := range cases(t) {
		for mode, s := range settings {
			model.Settings = s
			request.Schemas = append(request.Schemas, schematest.Schema{Name: name + " " + mode, Schema: asyncapi.Schema(model, asyncapi.Options{})})
		}
		model.Settings = ir.DefaultSettings()
		addDocument(t, &request, name, model)
	}
	for _, config := range examples(t) {
		dir := filepath.Dir(config)
		name, model := filepath.Base(dir), loadFrom(t, dir, "./...")
		for mode, s := range settings {
			model.Settings = s
			request.Schemas = append(request.Schemas, schematest.Schema{Name: name + " " + mode, Schema: asyncapi.Schema(model, asyncapi.Options{})})
		}
		addDocument(t, &request, name, model)
	}
	if len(request.Schemas) < 30 {
		t.Fatalf("found %d documents", len(request.Schemas))
	}
	for _, problem := range schematest.Check(t, request) {
		t.Error(problem)
	}
}

// examples are the settings of the repository's examples, each of which is an output of its own.
func examples(t *testing.T) []string {
	t.Helper()
	configs, err := filepath.Glob(filepath.Join(testdata(t), "..", "examples", "*", "eventgen.yaml"))
	if err != nil || len(configs) == 0 {
		t.Fatalf("found %d examples, %v", len(configs), err)
	}
	return configs
}

// cases are the generator's golden cases. They are loaded together, which is quicker by far; that
// some of them share wire names is no matter then.
func cases(t *testing.T) map[string]*ir.Model {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(testdata(t), "golden", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var patterns []string
	for _, dir := range dirs {
		if name := filepath.Base(dir); filepath.Ext(name) == "" && name != "mistakes" {
			patterns = append(patterns, "./golden/"+name+"/...")
		}
	}
	all, _, err := parse.Load(t.Context(), load.Options{Dir: testdata(t), Patterns: patterns}, parse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*ir.Model{}
	for _, p := range all.Packages {
		_, path, _ := strings.Cut(p.Path, "/golden/")
		name, _, _ := strings.Cut(path, "/")
		if out[name] == nil {
			out[name] = &ir.Model{Settings: all.Settings}
		}
		out[name].Packages = append(out[name].Packages, p)
	}
	return out
}

func addDocument(t *testing.T, r *schematest.Request, name string, model *ir.Model) {
	t.Helper()
	var texts []string
	for _, asJSON := range []bool{false, true} {
		o := asyncapi.Options{JSON: asJSON, Servers: []asyncapi.Server{{Name: "local", Protocol: "ws", Host: "localhost:8080", Path: "/events"}}}
		text, err := asyncapi.Document(model, o)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	r.AsyncAPI = append(r.AsyncAPI, schematest.AsyncAPI{Name: name, Text: texts[0], Same: texts[1]})
}

// TestGolden compares what some of the generator's cases are exported as with the files in
// testdata/golden. -update writes them.
func TestGolden(t *testing.T) {
	models := cases(t)
	for _, name := range []string{"basic", "delivery", "directions", "enums", "generics", "shapes", "union_adjacent", "union_internal"} {
		model := models[name]
		if model == nil {
			t.Fatalf("there is no case %s", name)
		}
		document, err := asyncapi.Document(model, asyncapi.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for file, got := range map[string][]byte{name + ".asyncapi.yaml": document, name + ".schema.json": asyncapi.Schema(model, asyncapi.Options{})} {
			path := filepath.Join("testdata", "golden", file)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs; run go test ./internal/gen/asyncapi -update and read what it writes\n%s", file, got)
			}
		}
	}
}
