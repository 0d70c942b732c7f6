package run

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/gen/golang"
	"github.com/eventgen/eventgen/internal/output"
)

// rendered is what a job comes to before anything is written.
type rendered struct {
	*reading
	files []gen.File   // of the whole run, the locks included
	plan  *output.Plan // nil if the list has errors
}

// render does everything but write: it reads the packages, renders the files and compares them
// with the disk.
func render(ctx context.Context, j *Job) (*rendered, error) {
	read, err := j.read(ctx)
	if err != nil {
		return nil, err
	}
	out := &rendered{reading: read}
	if out.list.HasErrors() {
		return out, nil
	}
	if out.nothing() {
		return nil, fail(NoEvents, "no events in %s", strings.Join(j.Patterns, " "))
	}
	want := output.Want{Dirs: j.outputDirs(), Former: out.former()}
	var rendering sync.WaitGroup
	contracts := out.model.Contracts()
	rendering.Go(func() {
		files, problems := golang.Generate(out.loaded, contracts)
		want.Files = files
		out.list.Append(problems)
	})
	for _, t := range out.targets {
		rendering.Go(func() { t.render(contracts) })
	}
	rendering.Wait()
	for _, t := range out.targets {
		if t.err != nil {
			return nil, t.err
		}
		out.list.Append(t.problems)
		want.Files = append(want.Files, t.files...)
		want.Former = append(want.Former, t.lock.Orphans(t.TS, t.model)...)
	}
	if out.list = out.list.Sorted(); out.list.HasErrors() {
		return out, nil
	}
	out.files = want.Files
	out.plan, err = output.NewPlan(want)
	return out, err
}

// nothing reports whether there are no events, and nothing is left of an earlier run that had any.
func (r *rendered) nothing() bool {
	return len(r.model.Packages) == 0 && !slices.ContainsFunc(r.former(), output.IsGenerated) &&
		!slices.ContainsFunc(r.targets, func(t *target) bool { return len(t.lock.Packages) > 0 })
}

// result is what the job comes to for the outside; nil of nothing.
func (r *rendered) result() *Result {
	if r == nil {
		return nil
	}
	result := &Result{Diagnostics: r.list}
	if r.plan == nil {
		return result
	}
	result.Changes = r.plan.Changes
	for _, f := range r.files {
		result.Files = append(result.Files, f.Path)
	}
	return result
}
