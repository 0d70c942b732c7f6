package typescript

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/eventgen/eventgen/internal/output"
)

var update = flag.Bool("update", false, "write what is rendered into testdata")

// TestGolden compares what a model with one of everything is rendered as with the files in
// testdata. -update writes them. The golden cases of cmd/eventgen begin at Go source; these are
// beside the code that lays TypeScript out.
func TestGolden(t *testing.T) {
	for _, name := range []string{"default", "native"} {
		t.Run(name, func(t *testing.T) {
			m := kitchenSink()
			m.Settings = allSettings[name]
			files := generate(t, m, Options{Runtime: RuntimePackage, Decoders: true, Hooks: []string{"react", "vue", "svelte", "solid"}})
			dir := filepath.Join("testdata", name)
			if *update {
				writeGolden(t, dir, files)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			var there []string
			for _, e := range entries {
				there = append(there, e.Name())
			}
			if names := slices.Sorted(maps.Keys(files)); !slices.Equal(there, names) || len(names) != 7 {
				t.Errorf("%s holds %v, rendered are %v", dir, there, names)
			}
			for file, got := range files {
				want, err := os.ReadFile(filepath.Join(dir, file))
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					change := output.Change{Kind: output.Update, Old: want, New: []byte(got)}
					t.Errorf("%s differs; run go test ./internal/gen/typescript -update and read what it writes\n%s", file, change.Diff(file))
				}
			}
		})
	}
}

func writeGolden(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
