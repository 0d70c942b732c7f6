package run

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/output"
)

// testJob is a run over all packages of a new module with an output in ts.
func testJob(t *testing.T, source string) *Job {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := t.TempDir()
	writeModule(t, dir)
	writeFile(t, dir, "a/a.go", source)
	settings := config.Default()
	settings.Select(filepath.Join(dir, "ts"))
	settings.Outputs[0].Runtime = config.RuntimePackage
	return &Job{Place: testPlace(dir), Config: settings, From: dir, Patterns: []string{"./..."}}
}

const oneEvent = "package a\n\n//eventgen:event a:one sticky\ntype One struct{ N int32 }\n"

// TestUseCases: each is a call that returns a value.
func TestUseCases(t *testing.T) {
	j := testJob(t, oneEvent)
	stale, err := Check(t.Context(), j, false)
	if err != nil || len(stale.Files) == 0 || len(stale.Changes) != len(stale.Files) {
		t.Fatal(stale, err)
	}
	written := 0
	made, err := Generate(t.Context(), j, GenerateOptions{Cached: true, Writing: func(write func() error) error {
		written++
		return write()
	}})
	if err != nil || written != 1 || !slices.Equal(made.Files, stale.Files) {
		t.Fatal(made, written, err)
	}
	if _, found := j.recorded(load.Take(j.query())); !found {
		t.Error("no record is kept")
	}
	again, err := Generate(t.Context(), j, GenerateOptions{Cached: true, Writing: func(func() error) error {
		t.Error("what is as it should be is written")
		return nil
	}})
	if err != nil || len(again.Changes) > 0 || !slices.Equal(again.Files, made.Files) {
		t.Error(again, err)
	}

	rows, _, err := List(t.Context(), j)
	if err != nil || len(rows) != 1 || rows[0].Name != "a:one" || !slices.Equal(rows[0].Options, []string{"sticky"}) {
		t.Error(rows, err)
	}
	text, _, err := Export(t.Context(), j, IR)
	model := new(ir.Model)
	if err != nil || json.Unmarshal(text, model) != nil || len(model.Packages) != 1 {
		t.Errorf("%s, %v", text, err)
	}

	writeFile(t, j.From, "a/a.go", "package a\n\n//eventgen:event a:one\ntype One struct{ N string }\n")
	c, err := Breaking(t.Context(), j, BreakingOptions{Against: filepath.Join(j.From, "ts", output.LockName)})
	if err != nil || c.Against.Read != FromLock || len(c.Findings) != 2 {
		t.Error(c, err)
	}
}

// TestProblems: what is wrong in the source is in the result, and nothing is written.
func TestProblems(t *testing.T) {
	j := testJob(t, "package a\n\n//eventgen:event\ntype One struct{ C chan int }\n")
	result, err := Generate(t.Context(), j, GenerateOptions{Writing: func(func() error) error {
		t.Error("it writes")
		return nil
	}})
	if err != nil || !result.Diagnostics.HasErrors() || len(result.Files) > 0 {
		t.Error(result, err)
	}
}

// TestUncached: a run that is not to be cached leaves nothing for later ones.
func TestUncached(t *testing.T) {
	j := testJob(t, oneEvent)
	if _, err := Generate(t.Context(), j, GenerateOptions{}); err != nil {
		t.Fatal(err)
	}
	if entries, err := filepath.Glob(filepath.Join(os.Getenv("XDG_CACHE_HOME"), "eventgen", "runs", "*")); err != nil || len(entries) > 0 {
		t.Errorf("%v is kept of a run that is not to be cached, %v", entries, err)
	}
}

// TestReasons: what the caller can advise on has a reason.
func TestReasons(t *testing.T) {
	j := testJob(t, "package a\n")
	_, none := Generate(t.Context(), j, GenerateOptions{})
	_, exists := Init(t.Context(), j.Place, InitOptions{Dir: "."})
	_, template := InitApp(t.Context(), j.Place, AppOptions{Template: "angular"})
	for want, err := range map[Reason]error{NoEvents: none, NotBelow: exists, UnknownWord: template} {
		if e, ok := errors.AsType[*Error](err); !ok || e.Reason != want {
			t.Errorf("%v, want the reason %q", err, want)
		}
	}
}
