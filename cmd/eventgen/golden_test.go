package main

import (
	"bytes"
	"context"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/output"
	"github.com/eventgen/eventgen/internal/run"
)

// diagnosticsFile holds what a case's run has to say.
const diagnosticsFile = "diagnostics.txt"

func goldenDir(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(repository(tb), "testdata", "golden")
}

// goldenCases returns the cases' directories.
func goldenCases(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(goldenDir(tb), "*", "*"))
	if err != nil {
		tb.Fatal(err)
	}
	var dirs []string
	for _, file := range files {
		dirs = append(dirs, filepath.Dir(file))
	}
	if dirs = slices.Compact(dirs); len(dirs) < 10 {
		tb.Fatalf("there are %d cases in %s", len(dirs), goldenDir(tb))
	}
	return dirs
}

// goldenJob is the run of a case: all of its packages into ts, with its settings, and without a
// copy of the client.
func goldenJob(tb testing.TB, dir string, patterns ...string) *run.Job {
	tb.Helper()
	c := config.Default()
	if path := filepath.Join(dir, config.FileName); exists(path) {
		var list diag.List
		var err error
		if c, list, err = config.Load(path); err != nil || len(list) > 0 {
			tb.Fatal(err, list)
		}
	}
	c.Select(filepath.Join(dir, "ts"))
	c.Outputs[0].Runtime = config.RuntimePackage
	return &run.Job{Place: run.Place{Here: dir, Env: append(os.Environ(), offline(tb)...)}, Config: c, From: dir, Patterns: patterns}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// TestGolden compares what each case generates with the files beside it. -update writes them.
func TestGolden(t *testing.T) {
	for _, dir := range goldenCases(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			j := goldenJob(t, dir, "./...")
			result, err := run.Check(t.Context(), j, false)
			if err != nil {
				t.Fatal(err)
			}
			var text bytes.Buffer
			if err := result.Diagnostics.WriteText(&text, dir); err != nil {
				t.Fatal(err)
			}
			compareDiagnostics(t, filepath.Join(dir, diagnosticsFile), text.Bytes())
			changes, ts := result.Changes, j.Outputs[0].TS
			if result.Diagnostics.HasErrors() {
				changes = removals(t, dir, ts)
			} else if len(result.Files) == 0 {
				t.Error("nothing is generated")
			}
			if *update {
				plan := output.Plan{Changes: changes}
				if err := plan.Apply(context.Background()); err != nil {
					t.Fatal(err)
				}
			} else {
				compareChanges(t, dir, changes)
			}
			compareListing(t, ts, result.Files)
		})
	}
}

// removals are the changes that take away what a case with errors has generated once.
func removals(t *testing.T, dir, ts string) []output.Change {
	t.Helper()
	plan, err := output.NewPlanner([]string{ts}, leftovers(t, dir)).Plan()
	if err != nil {
		t.Fatal(err)
	}
	return plan.Changes
}

func compareDiagnostics(t *testing.T, path string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	switch {
	case !*update:
		t.Errorf("diagnostics:\n%s\nwant:\n%s", got, want)
	case len(got) == 0:
		err = os.Remove(path)
	default:
		err = os.WriteFile(path, got, 0o666)
	}
	if *update && err != nil {
		t.Fatal(err)
	}
}

func compareChanges(t *testing.T, dir string, changes []output.Change) {
	t.Helper()
	for _, c := range changes {
		name := diag.Shorten(c.Path, dir)
		switch c.Kind {
		case output.Create:
			t.Errorf("%s is missing; run go test ./cmd/eventgen -update and read what it writes", name)
		case output.Remove:
			t.Errorf("%s is not generated any more", name)
		case output.Update:
			t.Errorf("%s differs:\n%s", name, c.Diff(name))
		}
	}
}

// compareListing refuses files in the output that nothing has generated.
func compareListing(t *testing.T, dir string, files []string) {
	t.Helper()
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if !slices.Contains(files, path) {
			t.Errorf("%s is not generated", diag.Shorten(path, filepath.Dir(dir)))
		}
		return nil
	})
}

// leftovers returns the generated Go files of a case.
func leftovers(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && slices.Contains(gen.GoFileNames, d.Name()) {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestGoldenCompiles builds and vets what the cases have generated.
func TestGoldenCompiles(t *testing.T) {
	cmd := exec.Command("go", "vet", "./golden/...")
	cmd.Dir = filepath.Dir(goldenDir(t))
	cmd.Env = append(os.Environ(), offline(t)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestGoldenTypeChecks lets tsc read what the cases have generated, and the client: as strictly as
// it can, and as a project without "strict" does.
func TestGoldenTypeChecks(t *testing.T) {
	tsc := filepath.Join(repository(t), "runtime", "ts", "node_modules", ".bin", "tsc")
	if !exists(tsc) {
		t.Fatal("there is no tsc; run make deps")
	}
	for name, flags := range map[string][]string{
		"strict": nil,
		"loose":  {"--strict", "false", "--exactOptionalPropertyTypes", "false", "--isolatedDeclarations", "false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"-p", goldenDir(t)}, flags...)
			if out, err := exec.Command(tsc, args...).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestDeterminism generates every case elsewhere, its packages in another order, and finds the
// same bytes.
func TestDeterminism(t *testing.T) {
	repo := repository(t)
	elsewhere := t.TempDir()
	if err := os.CopyFS(filepath.Join(elsewhere, "golden"), os.DirFS(goldenDir(t))); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(repo, "testdata", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	mod = bytes.Replace(mod, []byte("=> ../"), []byte("=> "+repo), 1)
	if err := os.WriteFile(filepath.Join(elsewhere, "go.mod"), mod, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, dir := range goldenCases(t) {
		name := filepath.Base(dir)
		if exists(filepath.Join(dir, diagnosticsFile)) && !exists(filepath.Join(dir, "ts")) {
			continue // generates nothing
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			copied := filepath.Join(elsewhere, "golden", name)
			if err := os.RemoveAll(filepath.Join(copied, "ts")); err != nil {
				t.Fatal(err)
			}
			var packages []string
			for _, file := range leftovers(t, copied) {
				packages = append(packages, filepath.Dir(file))
			}
			rand.Shuffle(len(packages), func(i, j int) { packages[i], packages[j] = packages[j], packages[i] })
			result, err := run.Generate(t.Context(), goldenJob(t, copied, packages...), run.GenerateOptions{})
			if err != nil || len(result.Files) == 0 {
				t.Fatal(err, result)
			}
			for _, file := range result.Files {
				got, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(dir, strings.TrimPrefix(file, copied))
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					change := output.Change{Kind: output.Update, Path: path, Old: want, New: got}
					t.Errorf("another result elsewhere:\n%s", change.Diff(diag.Shorten(path, dir)))
				}
			}
		})
	}
}
