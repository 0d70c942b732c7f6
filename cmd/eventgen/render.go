package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/fresh"
	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/gen/golang"
	"github.com/eventgen/eventgen/internal/gen/typescript"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/parse"
)

// outcome is what a run comes to.
type outcome struct {
	app   *app
	list  diag.List
	model *ir.Model  // of the whole output, the packages from its lock included
	files []gen.File // of the whole run, the lock included
	kept  []string   // directories of the packages from the lock
	plan  *gen.Plan  // nil if nothing was compared
	total int        // number of files
}

// load reads the packages of the job, and joins them with those that the output's lock holds.
func (a *app) load(ctx context.Context, j *job) (out *outcome, loaded *ir.Model, lock *gen.Lock, err error) {
	var text gen.LockText
	var lockErr error
	var reading sync.WaitGroup
	if j.TS != "" {
		reading.Go(func() { text, lockErr = gen.OpenLock(j.TS) }) // while the go command lists packages
	}
	loaded, list, err := a.parse(ctx, j, j.patterns)
	reading.Wait()
	if err != nil {
		return nil, nil, nil, err
	}
	if lockErr == nil {
		lock, lockErr = text.Lock(func(dir string) bool { return slices.Contains(loaded.Covered, dir) })
	}
	if lockErr != nil {
		return nil, nil, nil, environment(lockErr, "")
	}
	if kept := lock.Kept(loaded); len(kept) > 0 && lock.Settings != j.Settings && !list.HasErrors() {
		// What the rest of the output says holds no more under these settings.
		patterns, err := a.whole(j, kept)
		if err != nil {
			return nil, nil, nil, err
		}
		if loaded, list, err = a.parse(ctx, j, patterns); err != nil {
			return nil, nil, nil, err
		}
	}
	model, duplicates := lock.Join(loaded)
	list.Append(duplicates)
	out = &outcome{app: a, list: list.Sorted(), model: model}
	for _, p := range lock.Kept(loaded) {
		out.kept = append(out.kept, p.Dir)
	}
	return out, loaded, lock, nil
}

func (a *app) parse(ctx context.Context, j *job, patterns []string) (*ir.Model, diag.List, error) {
	model, list, err := parse.Load(ctx, parse.Options{
		Dir: j.dir, Patterns: patterns, Tags: j.Tags, Env: a.env, Settings: j.Settings,
		Int64Stated: j.Int64Stated, Types: j.Types,
	})
	if err != nil {
		return nil, nil, environment(err, moduleHint(err))
	}
	return model, list, nil
}

// moduleHint is what to do where the go command refuses go.mod or go.sum. It looks at them when a
// package imports another module, and generated code does: so a first run may pass where the next
// one does not.
func moduleHint(err error) string {
	text := err.Error()
	for _, sign := range []string{"missing go.sum entry", "updates to go.mod needed", "inconsistent vendoring"} {
		if strings.Contains(text, sign) {
			return "go.mod and go.sum have to hold what generated code imports too: add eventgen to the module and run \"go mod tidy\", or \"go mod vendor\" where the module vendors"
		}
	}
	return ""
}

// whole returns patterns for the job and the packages kept in its lock.
func (a *app) whole(j *job, kept []*ir.Package) ([]string, error) {
	patterns := slices.Clone(j.patterns)
	root := moduleRoot(j.dir)
	for _, p := range kept {
		if moduleRoot(p.Dir) != root {
			return nil, usage(
				"give all runs that share it the same nil, int64, time, bytes and unknown",
				"the settings are not those that %s in the output %s was generated with, and it is in another module", p.Path, a.rel(j.TS))
		}
		patterns = append(patterns, p.Dir)
	}
	return patterns, nil
}

// render does everything but write: it loads the packages, renders the files and compares them
// with the disk. The plan is there unless the list has errors.
func (a *app) render(ctx context.Context, j *job) (*outcome, error) {
	out, loaded, lock, err := a.load(ctx, j)
	if err != nil || out.list.HasErrors() {
		return out, err
	}
	if len(out.model.Packages) == 0 && len(lock.Packages) == 0 && !anyGenerated(loaded.Covered) {
		return nil, &exit{
			status: statusProblems,
			err:    fmt.Errorf("no events in %s", strings.Join(j.patterns, " ")),
			hint:   "put //eventgen:event above a type, or name the packages that have events; \"eventgen init\" writes a first one",
		}
	}
	var (
		files, scripts         []gen.File
		goProblems, tsProblems diag.List
		rendering              sync.WaitGroup
	)
	contracts := out.model.Contracts()
	rendering.Go(func() { files, goProblems = golang.Generate(loaded, contracts) })
	if j.TS != "" {
		scripts, tsProblems, err = typeScript(j, out.model, contracts)
	}
	rendering.Wait()
	if err != nil {
		return nil, environment(err, "")
	}
	out.list.Append(goProblems)
	out.list.Append(tsProblems)
	output := gen.Output{Dir: j.TS, Files: append(files, scripts...), Former: former(loaded)}
	if j.TS != "" {
		output.Former = append(output.Former, lock.Orphans(j.TS, out.model)...)
	}
	if out.list = out.list.Sorted(); out.list.HasErrors() {
		return out, nil
	}
	if out.plan, err = gen.NewPlan(output); err != nil {
		return nil, environment(err, "")
	}
	out.files, out.total = output.Files, len(output.Files)
	return out, nil
}

// typeScript renders the TypeScript of the output, and its lock.
func typeScript(j *job, m *ir.Model, contracts ir.Contracts) ([]gen.File, diag.List, error) {
	scripts, problems := typescript.Generate(m, contracts, typescript.Options{
		Dir: j.TS, Hooks: j.Hooks, Decoders: j.Decoders,
		ImportExtension: j.ImportExtension, Runtime: j.Runtime, Transports: j.Transports,
	})
	lock, err := gen.NewLock(j.TS, m, scripts)
	if err != nil {
		return nil, nil, err
	}
	file, err := lock.File(j.TS)
	return append(scripts, file), problems, err
}

// former returns the generated Go files that may be in the packages that a run covered.
func former(loaded *ir.Model) []string {
	files := make([]string, len(loaded.Covered))
	for i, dir := range loaded.Covered {
		files[i] = filepath.Join(dir, gen.GoFileName)
	}
	return files
}

func anyGenerated(dirs []string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return gen.IsGenerated(filepath.Join(dir, gen.GoFileName)) })
}

// query is what the job depends on.
func (a *app) query(j *job) fresh.Query {
	options, err := json.Marshal(j.Config)
	if err != nil {
		panic(err) // plain data
	}
	return fresh.Query{Dir: j.dir, Patterns: j.patterns, Env: a.env, Options: string(options), Output: j.TS}
}

// moduleRoot is the nearest directory with a go.mod, or dir if there is none.
func moduleRoot(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); !errors.Is(err, os.ErrNotExist) {
			return at
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}
