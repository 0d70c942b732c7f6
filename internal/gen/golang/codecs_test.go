package golang_test

import (
	"bytes"
	"context"
	"flag"
	"go/format"
	"os"
	"testing"

	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/gen/golang"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/output"
	"github.com/eventgen/eventgen/internal/parse"
)

var update = flag.Bool("update", false, "write the generated files of the test packages")

// modelOf reads a package of testdata.
func modelOf(t *testing.T, dir string, s ir.Settings) *ir.Model {
	t.Helper()
	model, diags, err := parse.Load(context.Background(), load.Options{Dir: dir}, parse.Options{Settings: s})
	if err != nil {
		t.Fatal(err)
	}
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return model
}

// TestCodecs holds the committed code of the package that the codecs' own tests are in.
func TestCodecs(t *testing.T) {
	model := modelOf(t, "../../../testdata/codecs", ir.DefaultSettings())
	files, diags := golang.Generate(model, model.Contracts())
	if len(diags) > 0 || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), diags)
	}
	for _, f := range files {
		if *update {
			if err := os.WriteFile(f.Path, f.Content, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		old, err := os.ReadFile(f.Path)
		if err != nil || !bytes.Equal(old, f.Content) {
			t.Errorf("%s is stale: run go test -update", f.Path)
		}
	}
}

// TestFormatted holds that codecs come out as gofmt writes them, though gofmt does not see them.
func TestFormatted(t *testing.T) {
	for _, test := range []struct {
		dir      string
		settings ir.Settings
	}{
		{"codecs", ir.DefaultSettings()},
		{"codecs/strict", ir.Settings{Nil: ir.NilEmpty, Int64: ir.Int64String, RefuseUnknown: true}},
	} {
		model := modelOf(t, "../../../testdata/"+test.dir, test.settings)
		files, diags := golang.Generate(model, model.Contracts())
		if len(diags) > 0 || len(files) == 0 {
			t.Fatalf("%s: %v", test.dir, diags)
		}
		for _, f := range files {
			checkFormatted(t, f)
		}
	}
}

func checkFormatted(t *testing.T, f gen.File) {
	t.Helper()
	formatted, err := format.Source(f.Content)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(f.Content, formatted) {
		change := output.Change{Kind: output.Update, Old: f.Content, New: formatted}
		t.Errorf("not as gofmt writes it:\n%s", change.Diff(gen.GoFileName))
	}
}
