package main

import (
	"context"
	"fmt"
	"github.com/eventgen/eventgen/internal/output"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/load"
)

func newCheck(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check [packages]",
		Short: "Tell whether the generated files are up to date",
		Long: `check does all that eventgen does but write: it prints a unified diff of every file
that is stale, names those that are missing or orphaned, and exits with status 1 if
there are any. Run it in CI.`,
		Example: `  eventgen check
  eventgen check ./internal/... --ts web/src/events
  eventgen check --format github             # annotations in a pull request`,
		Args: cobra.ArbitraryArgs,
	}
	flags := addOutputFlags(cmd)
	noCache := addCacheFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		j, err := a.job(cmd, flags, args)
		if err != nil {
			return err
		}
		out, err := a.check(cmd.Context(), j, !*noCache)
		if err != nil {
			return err
		}
		r := out.verdict()
		if err := a.report(r); err != nil {
			return err
		}
		if out.list.HasErrors() || len(r.Files) > 0 {
			return problems
		}
		return nil
	}
	return cmd
}

// check is generate without a trace: it takes no lock and keeps no record. Should a run be
// writing at the same time, its answer is about some moment of that.
func (a *app) check(ctx context.Context, j *job, cached bool) (*outcome, error) {
	if cached {
		if record, ok := recorded(j, load.Take(a.query(j))); ok {
			return &outcome{app: a, list: record.Warnings, paths: slices.Sorted(maps.Keys(record.Files))}, nil
		}
	}
	return a.render(ctx, j)
}

// verdict tells what is wrong with the files on the disk.
func (o *outcome) verdict() report {
	r := report{Diagnostics: o.list}
	if o.list.HasErrors() {
		return r
	}
	if o.plan != nil {
		for _, c := range o.plan.Changes {
			f := file{Path: o.app.rel(c.Path), absolute: c.Path}
			switch c.Kind {
			case output.Create:
				f.State = stateMissing
			case output.Update:
				f.State = stateStale
				f.Diff = c.Diff(f.Path)
			case output.Remove:
				f.State = stateOrphaned
			}
			r.Files = append(r.Files, f)
		}
	}
	if len(r.Files) == 0 {
		r.summary = fmt.Sprintf("eventgen: %s, all up to date", count(len(o.paths), "file"))
	} else {
		r.summary = fmt.Sprintf("eventgen: %s to change; run eventgen with the same arguments", count(len(r.Files), "file"))
	}
	return r
}
