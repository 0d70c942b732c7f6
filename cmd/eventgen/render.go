package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"github.com/eventgen/eventgen/internal/output"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/gen/golang"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/parse"
)

// outcome is what a run comes to.
type outcome struct {
	app     *app
	list    diag.List
	model   *ir.Model // of all outputs, the packages from their locks included
	loaded  *ir.Model // of the packages that the run covers
	targets []*target
	files   []gen.File   // of the whole run, the locks included
	plan    *output.Plan // nil if nothing was compared
	paths   []string     // of the files
	unsaid  bool         // nobody said whether there is to be TypeScript
}

// kept returns the directories of the packages that come from locks.
func (o *outcome) kept() []string {
	var dirs []string
	for _, p := range o.model.Packages {
		if !slices.Contains(o.loaded.Packages, p) {
			dirs = append(dirs, p.Dir)
		}
	}
	return dirs
}

// load reads the packages of the job, and joins them with those that the outputs' locks hold.
func (a *app) load(ctx context.Context, j *job) (*outcome, error) {
	opened := j.open() // while the go command lists packages
	loaded, list, err := a.parse(ctx, j, j.patterns)
	targets := opened()
	if err != nil {
		return nil, err
	}
	var outdated []string
	for _, t := range targets {
		if err := t.read(loaded); err != nil {
			return nil, err
		}
		// What the rest of the output says holds no more under other settings.
		if kept := t.kept(loaded); len(kept) > 0 && t.lock.Settings != j.Settings && !list.HasErrors() {
			dirs, err := a.rest(j, t, kept)
			if err != nil {
				return nil, err
			}
			outdated = append(outdated, dirs...)
		}
	}
	if len(outdated) > 0 {
		if loaded, list, err = a.parse(ctx, j, append(slices.Clone(j.patterns), outdated...)); err != nil {
			return nil, err
		}
	}
	if slices.ContainsFunc(targets, func(t *target) bool { return len(t.kept(loaded)) > 0 }) {
		// What no package of this run has may be in the others.
		list = slices.DeleteFunc(list, func(d diag.Diagnostic) bool { return d.Code == diag.UnusedType })
	}
	model, duplicates := join(targets, loaded)
	list.Append(duplicates)
	return &outcome{app: a, list: list.Sorted(), model: model, loaded: loaded, targets: targets}, nil
}

func (a *app) parse(ctx context.Context, j *job, patterns []string) (*ir.Model, diag.List, error) {
	model, list, err := parse.Load(ctx, load.Options{Dir: j.dir, Patterns: patterns, Tags: j.Tags, Env: a.env}, parse.Options{
		Settings: j.Settings, Int64Stated: j.Int64Stated, Types: j.Types, TypesHere: j.typesHere,
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

// rest returns patterns for the packages kept in the target's lock.
func (a *app) rest(j *job, t *target, kept []*ir.Package) ([]string, error) {
	var patterns []string
	root := moduleRoot(j.dir)
	for _, p := range kept {
		if moduleRoot(p.Dir) != root {
			return nil, usage(
				"give all runs that share it the same nil, int64, time, bytes and unknown",
				"the settings are not those that %s in the output %s was generated with, and it is in another module", p.Path, a.rel(t.TS))
		}
		patterns = append(patterns, p.Dir)
	}
	return patterns, nil
}

// render does everything but write: it loads the packages, renders the files and compares them
// with the disk. The plan is there unless the list has errors.
func (a *app) render(ctx context.Context, j *job) (*outcome, error) {
	out, err := a.load(ctx, j)
	if err != nil || out.list.HasErrors() {
		return out, err
	}
	if out.nothing() {
		return nil, &exit{
			status: statusProblems,
			err:    fmt.Errorf("no events in %s", strings.Join(j.patterns, " ")),
			hint:   "put //eventgen:event above a type, or name the packages that have events; \"eventgen init\" writes a first one",
		}
	}
	want := output.Want{Dirs: j.dirs(), Former: former(out.loaded)}
	var goProblems diag.List
	var rendering sync.WaitGroup
	contracts := out.model.Contracts()
	rendering.Go(func() { want.Files, goProblems = golang.Generate(out.loaded, contracts) })
	var scripts []gen.File
	for _, t := range out.targets {
		files, problems, renderErr := t.render(contracts)
		if renderErr != nil {
			err = renderErr
			break
		}
		out.list.Append(problems)
		scripts = append(scripts, files...)
		want.Former = append(want.Former, t.lock.Orphans(t.TS, t.model)...)
	}
	rendering.Wait()
	if err != nil {
		return nil, environment(err, "")
	}
	out.list.Append(goProblems)
	if out.list = out.list.Sorted(); out.list.HasErrors() {
		return out, nil
	}
	want.Files = append(want.Files, scripts...)
	if out.plan, err = output.NewPlan(want); err != nil {
		return nil, environment(err, "")
	}
	out.files, out.unsaid = want.Files, j.unsaid()
	for _, f := range out.files {
		out.paths = append(out.paths, f.Path)
	}
	return out, nil
}

// nothing reports whether there are no events, and nothing is left of an earlier run that had any.
func (o *outcome) nothing() bool {
	return len(o.model.Packages) == 0 && !slices.ContainsFunc(former(o.loaded), output.IsGenerated) &&
		!slices.ContainsFunc(o.targets, func(t *target) bool { return len(t.lock.Packages) > 0 })
}

// former returns the generated Go files that may be in the packages that a run covered.
func former(loaded *ir.Model) []string {
	var files []string
	for _, dir := range loaded.Covered {
		for _, name := range gen.GoFileNames {
			files = append(files, filepath.Join(dir, name))
		}
	}
	return files
}

// query is what the job depends on.
func (a *app) query(j *job) load.Query {
	options, err := json.Marshal([]any{j.Config, j.typesHere})
	if err != nil {
		panic(err) // plain data
	}
	return load.Query{Dir: j.dir, Patterns: j.patterns, Env: a.env, Options: string(options)}
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
