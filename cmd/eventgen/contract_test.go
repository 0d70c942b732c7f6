package main

import (
	"github.com/eventgen/eventgen/internal/output"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/ir"
)

var (
	goContract = regexp.MustCompile(`\n\tName: +"([^"]+)",\n\tContract: +"([0-9a-f]{8})",\n`)
	tsContract = regexp.MustCompile(`\*/ \$\w+Event\(\s*'([^']+)',\s*'([0-9a-f]{8})'`)
)

// Go and TypeScript carry the fingerprint of the model for each event: what eventgen breaking
// compares, what the backend announces and what a page shows are one.
func TestOutputsCarryTheContract(t *testing.T) {
	var locks []string
	for _, pattern := range []string{"testdata/golden/*/ts", "examples/*/ts"} {
		found, err := filepath.Glob(filepath.Join(repository(t), pattern, output.LockName))
		if err != nil {
			t.Fatal(err)
		}
		if len(found) == 0 {
			t.Fatalf("no outputs in %s", pattern)
		}
		locks = append(locks, found...)
	}
	for _, file := range locks {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(filepath.Dir(dir)), func(t *testing.T) {
			lock, err := output.ReadLock(dir)
			if err != nil {
				t.Fatal(err)
			}
			want, inGo := map[string]string{}, map[string]string{}
			for _, p := range lock.Packages {
				for _, e := range p.Events {
					want[e.Name] = ir.Contract(p.Package, e, lock.Settings)
				}
				maps.Copy(inGo, fingerprintsIn(t, filepath.Join(p.Dir, gen.GoFileName), goContract))
			}
			if !maps.Equal(inGo, want) {
				t.Errorf("Go has %v, the model %v", inGo, want)
			}
			if inTS := fingerprintsIn(t, filepath.Join(dir, "events.gen.ts"), tsContract); !maps.Equal(inTS, want) {
				t.Errorf("TypeScript has %v, the model %v", inTS, want)
			}
		})
	}
}

func fingerprintsIn(t *testing.T, file string, pattern *regexp.Regexp) map[string]string {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, match := range pattern.FindAllStringSubmatch(string(src), -1) {
		out[match[1]] = match[2]
	}
	return out
}
