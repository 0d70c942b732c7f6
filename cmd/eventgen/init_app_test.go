package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTemplateTypes: the pages that tsc can read agree with what is generated for them. All
// templates are built, run and opened by examples/e2e/templates.spec.ts; this takes seconds.
func TestTemplateTypes(t *testing.T) {
	repo := repository(t)
	modules := filepath.Join(repo, "runtime", "ts", "node_modules")
	for _, template := range []string{"react", "solid", "vanilla"} {
		t.Run(template, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var stderr strings.Builder
			a := newApp(dir, append(os.Environ(), offline(t)...), &stderr, &stderr)
			if status := a.run(t.Context(), []string{"init", "--template", template}); status != statusDone {
				t.Fatalf("status %d\n%s", status, stderr.String())
			}
			web := filepath.Join(dir, "web")
			if err := os.Remove(filepath.Join(web, "vite.config.ts")); err != nil {
				t.Fatal(err) // its plugins are not among the packages here
			}
			if err := os.Symlink(modules, filepath.Join(web, "node_modules")); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(filepath.Join(modules, ".bin", "tsc"), "-p", web).CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
