package main

import (
	"context"
	"fmt"
	"github.com/eventgen/eventgen/internal/output"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/load"
)

func newGenerate(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "eventgen [packages]",
		Short: "Typed events between Go and TypeScript",
		Long: `eventgen reads Go packages whose types are annotated with //eventgen:event and writes
typed emitters and listeners: events_gen.go in each package, with events_codec_gen.go for
how they travel, and TypeScript into the directories that eventgen.yaml names.

eventgen.yaml stands beside go.mod, or beside the package. Without it, and where flags are
given, flags say the same. Packages are named as for the go command; without any, those of
eventgen.yaml are meant, or the one in the current directory.

  packages: [./download, ./session]
  ts: web/src/events
  hooks: [react]

Two front ends are two outputs:

  packages: [./download, ./session]
  outputs:
    - {ts: web/src/events, hooks: [react]}
    - {ts: admin/src/events, hooks: [vue], packages: [./session]}`,
		Example: `  eventgen init                              # a first package with events, to start from
  eventgen                                   # what eventgen.yaml says
  eventgen ./internal/... --ts web/src/events
  eventgen check                             # in CI: is everything up to date?`,
		Args: cobra.ArbitraryArgs,
	}
	flags := addOutputFlags(cmd)
	noCache := addCacheFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		j, err := a.job(cmd, flags, args)
		if err != nil {
			return err
		}
		out, err := a.generate(cmd.Context(), j, !*noCache)
		if err != nil {
			return err
		}
		if err := a.report(out.report()); err != nil {
			return err
		}
		if out.list.HasErrors() {
			return problems
		}
		return nil
	}
	return cmd
}

func addCacheFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("no-cache", false, "load the packages even if nothing has changed since the last run")
}

// generate does a whole run: it loads, renders and writes, unless nothing has changed.
func (a *app) generate(ctx context.Context, j *job, cached bool) (*outcome, error) {
	snapshot := load.Take(a.query(j))
	if record, ok := recorded(j, snapshot); ok && cached {
		return &outcome{app: a, list: record.Warnings, paths: slices.Sorted(maps.Keys(record.Files)), unsaid: j.unsaid()}, nil
	}
	release, err := a.exclude(ctx, j)
	if err != nil {
		return nil, err
	}
	defer release()
	out, err := a.render(ctx, j)
	if err != nil || out.list.HasErrors() {
		return out, err
	}
	if err := a.apply(ctx, out.plan); err != nil {
		return nil, environment(err, "")
	}
	if cached && load.Take(a.query(j)).Undisturbed(snapshot) {
		record := output.NewRecord(places(j, snapshot), out.files, out.kept(), out.list)
		// Without a record the next run loads again, which is no reason to fail.
		_ = output.OpenRecords().Store(snapshot.Sum, record)
	}
	return out, nil
}

// recorded returns the record of an earlier run after which there is nothing to do.
func recorded(j *job, s *load.Snapshot) (*output.Record, bool) {
	if s.Doubt != "" {
		return nil, false
	}
	return output.OpenRecords().Lookup(s.Sum, places(j, s))
}

// places are where a run of the job may leave generated files.
func places(j *job, s *load.Snapshot) output.Places {
	return output.Places{Dirs: j.dirs(), Packages: s.Targets}
}

// exclude keeps other runs off the module and the outputs while this one works on them.
func (a *app) exclude(ctx context.Context, j *job) (release func(), err error) {
	release, err = output.Exclude(ctx, append(j.dirs(), moduleRoot(j.dir)), func(dir string) {
		if !a.quiet {
			fmt.Fprintf(a.stderr, "eventgen: waiting for another run in %s\n", a.rel(dir))
		}
	})
	if err != nil {
		return nil, environment(err, "")
	}
	return release, nil
}

// report tells what a run has written.
func (o *outcome) report() report {
	r := report{Diagnostics: o.list}
	if o.list.HasErrors() {
		return r
	}
	written, removed := 0, 0
	if o.plan != nil {
		for _, c := range o.plan.Changes {
			f := file{Path: o.app.rel(c.Path), absolute: c.Path}
			switch c.Kind {
			case output.Create:
				f.State = stateCreated
				written++
			case output.Update:
				f.State = stateUpdated
				written++
			case output.Remove:
				f.State = stateRemoved
				removed++
			}
			r.Files = append(r.Files, f)
		}
	}
	var parts []string
	for _, part := range []struct {
		n    int
		verb string
	}{{written, "written"}, {removed, "removed"}, {len(o.paths) - written, "unchanged"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.verb))
		}
	}
	r.summary = "eventgen: " + count(len(o.paths), "file") + ", " + strings.Join(parts, ", ")
	if o.unsaid {
		r.summary += "\nfor TypeScript too, write \"ts: web/src/events\" (the directory) into an eventgen.yaml beside go.mod"
	}
	return r
}

func count(n int, noun string) string { return plural(n, noun, noun+"s") }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
