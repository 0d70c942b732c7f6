package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/output"
	"github.com/eventgen/eventgen/internal/run"
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
		result, err := run.Check(cmd.Context(), j, !*noCache)
		if err != nil {
			return err
		}
		r := a.verdict(result)
		if err := a.report(r); err != nil {
			return err
		}
		if result.Diagnostics.HasErrors() || len(r.Files) > 0 {
			return problems
		}
		return nil
	}
	return cmd
}

// verdict tells what is wrong with the files on the disk.
func (a *app) verdict(result *run.Result) report {
	r := report{Diagnostics: result.Diagnostics}
	if r.Diagnostics.HasErrors() {
		return r
	}
	for _, c := range result.Changes {
		f := file{Path: a.rel(c.Path), absolute: c.Path}
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
	if len(r.Files) == 0 {
		r.summary = fmt.Sprintf("eventgen: %s, all up to date", count(len(result.Files), "file"))
	} else {
		r.summary = fmt.Sprintf("eventgen: %s to change; run eventgen with the same arguments", count(len(r.Files), "file"))
	}
	return r
}
