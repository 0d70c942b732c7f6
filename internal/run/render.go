package run

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen/golang"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/output"
)

// rendered is what a job comes to before anything is written.
type rendered struct {
	*reading
	plan *output.Plan // nil if the list has errors
}

// render does everything but write: it reads the packages, renders the files and compares them
// with the disk. It calls loaded once it will read no more source.
func render(ctx context.Context, j *Job, loaded func()) (*rendered, error) {
	read, err := j.read(ctx)
	if err != nil {
		return nil, err
	}
	loaded()
	out := &rendered{reading: read}
	if out.list.HasErrors() {
		return out, nil
	}
	if out.nothing() {
		return nil, fail(NoEvents, "no events in %s", strings.Join(j.Patterns, " "))
	}
	former := out.former()
	for _, t := range out.targets {
		former = append(former, t.lock.Orphans(t.TS, t.model)...)
	}
	planner := output.NewPlanner(j.outputDirs(), former)
	if err := out.renderAll(planner); err != nil || out.list.HasErrors() {
		return out, err
	}
	out.plan, err = planner.Plan()
	return out, err
}

// renderAll renders the outputs and the Go of each package, on all cores. The longest of it, the
// TypeScript, begins.
func (r *rendered) renderAll(planner *output.Planner) error {
	contracts := r.model.Contracts()
	problems := make([]diag.List, len(r.loaded.Packages))
	var tasks []func()
	for _, t := range r.targets {
		tasks = append(tasks, func() { t.renderScripts(contracts, planner) }, t.encodeLock)
	}
	for i, p := range r.loaded.Packages {
		tasks = append(tasks, func() {
			files, list := golang.Generate(&ir.Model{Settings: r.loaded.Settings, Packages: []*ir.Package{p}}, contracts)
			problems[i] = list
			planner.Add(files...)
		})
	}
	inParallel(tasks)
	r.list.Append(slices.Concat(problems...))
	for _, t := range r.targets {
		if err := t.finishLock(planner); err != nil {
			return err
		}
		r.list.Append(t.problems)
	}
	r.list = r.list.Sorted()
	return nil
}

// inParallel does the tasks, beginning with the first, on as many goroutines as there are processors.
func inParallel(tasks []func()) {
	limit := make(chan struct{}, runtime.GOMAXPROCS(0))
	var running sync.WaitGroup
	for _, task := range tasks {
		limit <- struct{}{}
		running.Go(func() {
			task()
			<-limit
		})
	}
	running.Wait()
}

// nothing reports whether there are no events, and nothing is left of an earlier run that had any.
func (r *rendered) nothing() bool {
	return len(r.model.Packages) == 0 && !slices.ContainsFunc(r.former(), output.IsGenerated) &&
		!slices.ContainsFunc(r.targets, func(t *target) bool { return len(t.lock.Packages) > 0 })
}

// result is what the job comes to for the outside; nil of nothing.
func (r *rendered) result() *Result {
	switch {
	case r == nil:
		return nil
	case r.plan == nil:
		return &Result{Diagnostics: r.list}
	}
	return &Result{Diagnostics: r.list, Files: r.plan.Files, Changes: r.plan.Changes}
}
