package run

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/output"
)

// Result is what generate or check come to.
type Result struct {
	Diagnostics diag.List
	// Files are those of the whole output, absolute; none if the diagnostics have errors.
	Files []string
	// Changes have been made by [Generate], and are to be made for [Check]; sorted by path.
	Changes []output.Change
}

// GenerateOptions say how to generate.
type GenerateOptions struct {
	// Cached: a run that would read what an earlier one has read, and that finds what that one
	// left, does nothing. Otherwise nothing is known of earlier runs, and nothing kept for later ones.
	Cached bool
	// Waiting, if set, is called once if another run is in the way, with the directory.
	Waiting func(dir string)
	// Writing, if set, is called to write the files, and calls write.
	Writing func(write func() error) error
}

// Generate loads, renders and writes, unless nothing has changed. On any error among the
// diagnostics no file is written.
func Generate(ctx context.Context, j *Job, opts GenerateOptions) (*Result, error) {
	j.listing = listing{}
	snapshot := load.Take(j.query())
	if opts.Cached {
		if r, ok := j.recorded(snapshot); ok {
			return r, nil
		}
		j.listing.recall(snapshot)
	}
	release, err := output.Exclude(ctx, append(j.outputDirs(), load.ModuleRoot(j.From)), opts.Waiting)
	if err != nil {
		return nil, err
	}
	defer release()
	var after *load.Snapshot
	var looking sync.WaitGroup
	out, err := render(ctx, j, func() {
		if opts.Cached {
			looking.Go(func() { after = load.Take(j.query()) })
		}
	})
	looking.Wait()
	if err != nil || out.list.HasErrors() {
		return out.result(), err
	}
	write := func() error { return out.plan.Apply(ctx) }
	if opts.Writing != nil {
		err = opts.Writing(write)
	} else {
		err = write()
	}
	if err != nil {
		return nil, err
	}
	if after != nil && after.Undisturbed(snapshot) {
		// Without a record the next run loads again, which is no reason to fail.
		_ = output.OpenRecords().Store(snapshot.Sum, output.NewRecord(j.places(snapshot), out.plan, out.kept(), out.list))
		if after.Listing == snapshot.Listing {
			_ = j.listing.keep(snapshot)
		}
	}
	return out.result(), nil
}

// Check is [Generate] without a trace: it takes no lock and keeps no record. Should a run be
// writing at the same time, its answer is about some moment of that.
func Check(ctx context.Context, j *Job, cached bool) (*Result, error) {
	j.listing = listing{}
	if cached {
		snapshot := load.Take(j.query())
		if r, ok := j.recorded(snapshot); ok {
			return r, nil
		}
		j.listing.recall(snapshot)
	}
	out, err := render(ctx, j, func() {})
	return out.result(), err
}

// listing is what the go command says of the job's packages: known from an earlier run, or learned
// in this one.
type listing struct{ known, learned []byte }

func (l *listing) recall(s *load.Snapshot) {
	if s.Doubt == "" {
		l.known = output.OpenRecords().Listing(s.Listing)
	}
}

func (l *listing) keep(s *load.Snapshot) error {
	if l.learned == nil {
		return nil
	}
	return output.OpenRecords().KeepListing(s.Listing, l.learned)
}

// recorded returns the result of an earlier run after which there is nothing to do.
func (j *Job) recorded(s *load.Snapshot) (*Result, bool) {
	if s.Doubt != "" {
		return nil, false
	}
	record, ok := output.OpenRecords().Lookup(s.Sum, j.places(s))
	if !ok {
		return nil, false
	}
	return &Result{Diagnostics: record.Warnings, Files: slices.Sorted(maps.Keys(record.Files))}, true
}

// places are where a run of the job may leave generated files.
func (j *Job) places(s *load.Snapshot) output.Places {
	return output.Places{Dirs: j.outputDirs(), Packages: s.Targets}
}
