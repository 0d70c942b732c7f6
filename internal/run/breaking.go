package run

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/eventgen/eventgen/internal/compat"
	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/output"
)

// BreakingOptions say what to compare with. All but Against say how the job was asked for, so that
// the same can be asked of an older revision.
type BreakingOptions struct {
	Against  string                     // a commit, branch or tag; or a file: a lock, or an exported model
	Patterns []string                   // those that were given; none: those of the settings
	Config   string                     // the settings file that was given; empty: the nearest; "none": none
	Override func(*config.Config) error // what was given beside the settings file
}

// Comparison is what changes break.
type Comparison struct {
	// Diagnostics are problems of today's packages: with an error among them nothing was compared.
	// Otherwise they are warnings about what accepts findings.
	Diagnostics diag.List
	Against     *Baseline
	Findings    []compat.Finding
}

// Breaking compares the events of the job with those of an older revision, or of a file.
func Breaking(ctx context.Context, j *Job, opts BreakingOptions) (*Comparison, error) {
	// What is wrong here is told before anything is said of the past.
	loaded, list, err := j.load(ctx, j.Patterns)
	if err != nil || list.HasErrors() {
		return &Comparison{Diagnostics: list}, err
	}
	c := &comparison{job: j, opts: opts, loaded: loaded}
	before, err := c.baseline(ctx)
	if err != nil {
		return nil, err
	}
	now, list, err := c.today(ctx, before.model, list)
	if err != nil || list.HasErrors() {
		return &Comparison{Diagnostics: list}, err
	}
	if len(now.Packages) == 0 && len(before.model.Packages) == 0 {
		return nil, fail(NoEventsEither, "no events in %s, neither here nor there: %s", strings.Join(j.Patterns, " "), before)
	}
	findings, unused := compat.Compare(before.model, now)
	return &Comparison{Diagnostics: unused, Against: before, Findings: findings}, nil
}

// comparison is one under way: loaded are the job's packages as they are today.
type comparison struct {
	job    *Job
	opts   BreakingOptions
	loaded *ir.Model
}

// today completes the packages of the job with those that share its outputs, and those that the
// model before has and that still exist. All of them come from source where their module is the
// job's: a lock may be older than they are.
func (c *comparison) today(ctx context.Context, before *ir.Model, list diag.List) (*ir.Model, diag.List, error) {
	targets := c.job.open()()
	for _, t := range targets {
		if err := t.read(&ir.Model{}); err != nil {
			return nil, nil, err
		}
	}
	loaded := c.loaded
	if others := c.others(targets, before); len(others) > 0 {
		var err error
		if loaded, list, err = c.job.load(ctx, append(slices.Clone(c.job.Patterns), others...)); err != nil {
			return nil, nil, err
		}
	}
	model, duplicates := join(targets, loaded)
	list.Append(duplicates)
	return model, list.Sorted(), nil
}

// others returns the directories of further packages of the job's module that are to be compared.
func (c *comparison) others(targets []*target, before *ir.Model) []string {
	root := load.ModuleRoot(c.job.From)
	var dirs []string
	for _, t := range targets {
		for _, p := range t.kept(c.loaded) {
			dirs = append(dirs, p.Dir)
		}
	}
	if src, err := os.ReadFile(filepath.Join(root, "go.mod")); err == nil {
		module := modfile.ModulePath(src)
		for _, p := range before.Packages {
			if rest, ok := strings.CutPrefix(p.Path+"/", module+"/"); ok {
				dirs = append(dirs, filepath.Join(root, filepath.FromSlash(rest)))
			}
		}
	}
	slices.Sort(dirs)
	return slices.DeleteFunc(slices.Compact(dirs), func(dir string) bool {
		return slices.Contains(c.loaded.Covered, dir) || load.ModuleRoot(dir) != root || output.IsGone(dir)
	})
}
