package run

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/parse"
)

// reading is what a job has read.
type reading struct {
	list    diag.List
	model   *ir.Model // of all outputs, the packages from their locks included
	loaded  *ir.Model // of the packages that the run covers
	targets []*target
}

// Model reads the packages of the job, and those that share an output with them. It is complete
// only if the list has no errors.
func Model(ctx context.Context, j *Job) (*ir.Model, diag.List, error) {
	read, err := j.read(ctx)
	if err != nil {
		return nil, nil, err
	}
	return read.model, read.list, nil
}

// read reads the packages of the job, and joins them with those that the outputs' locks hold.
func (j *Job) read(ctx context.Context) (*reading, error) {
	opened := j.open() // while the go command lists packages
	loaded, list, err := j.load(ctx, j.Patterns)
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
			dirs, err := j.rest(t, kept)
			if err != nil {
				return nil, err
			}
			outdated = append(outdated, dirs...)
		}
	}
	if len(outdated) > 0 {
		if loaded, list, err = j.load(ctx, append(slices.Clone(j.Patterns), outdated...)); err != nil {
			return nil, err
		}
	}
	if slices.ContainsFunc(targets, func(t *target) bool { return len(t.kept(loaded)) > 0 }) {
		// What no package of this run has may be in the others.
		list = slices.DeleteFunc(list, func(d diag.Diagnostic) bool { return d.Code == diag.UnusedType })
	}
	model, duplicates := join(targets, loaded)
	list.Append(duplicates)
	return &reading{list: list.Sorted(), model: model, loaded: loaded, targets: targets}, nil
}

// load reads the packages that the patterns name.
func (j *Job) load(ctx context.Context, patterns []string) (*ir.Model, diag.List, error) {
	from := load.Options{Dir: j.From, Patterns: patterns, Tags: j.Tags, Env: j.Env}
	if slices.Equal(patterns, j.Patterns) {
		from.Known, from.Learned = j.listing.known, func(text []byte) { j.listing.learned = text }
	}
	model, list, err := parse.Load(ctx, from, parse.Options{
		Settings: j.Settings, Int64Stated: j.Int64Stated, Types: j.Types, TypesHere: j.TypesHere,
	})
	if err != nil && untidy(err) {
		err = &Error{Reason: Untidy, Err: err}
	}
	return model, list, err
}

// untidy reports whether the go command refuses go.mod or go.sum. It looks at them when a package
// imports another module, and generated code does: so a first run may pass where the next one
// does not.
func untidy(err error) bool {
	return slices.ContainsFunc([]string{"missing go.sum entry", "updates to go.mod needed", "inconsistent vendoring"}, func(sign string) bool {
		return strings.Contains(err.Error(), sign)
	})
}

// rest returns patterns for the packages kept in the target's lock.
func (j *Job) rest(t *target, kept []*ir.Package) ([]string, error) {
	var patterns []string
	root := load.ModuleRoot(j.From)
	for _, p := range kept {
		if load.ModuleRoot(p.Dir) != root {
			return nil, fail(OtherSettings, "the settings are not those that %s in the output %s was generated with, and it is in another module", p.Path, j.rel(t.TS))
		}
		patterns = append(patterns, p.Dir)
	}
	return patterns, nil
}

// kept returns the directories of the packages that come from locks.
func (r *reading) kept() []string {
	var dirs []string
	for _, p := range r.model.Packages {
		if !slices.Contains(r.loaded.Packages, p) {
			dirs = append(dirs, p.Dir)
		}
	}
	return dirs
}

// former returns the generated Go files that may be in the packages that the run covers.
func (r *reading) former() []string {
	var files []string
	for _, dir := range r.loaded.Covered {
		for _, name := range gen.GoFileNames {
			files = append(files, filepath.Join(dir, name))
		}
	}
	return files
}
