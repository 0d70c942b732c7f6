package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/output"
	"github.com/eventgen/eventgen/internal/run"
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
		result, err := run.Generate(cmd.Context(), j, a.generation(!*noCache))
		if err != nil {
			return err
		}
		r := a.written(result)
		if len(j.Outputs) == 0 && j.Path == "" && flags.config != "none" {
			r.summary += unsaid
		}
		if err := a.report(r); err != nil {
			return err
		}
		if result.Diagnostics.HasErrors() {
			return problems
		}
		return nil
	}
	return cmd
}

// unsaid is what to say where nobody has said whether there is to be TypeScript.
const unsaid = "\nfor TypeScript too, write \"ts: web/src/events\" (the directory) into an eventgen.yaml beside go.mod"

func addCacheFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("no-cache", false, "load the packages even if nothing has changed since the last run")
}

// generation says how to generate.
func (a *app) generation(cached bool) run.GenerateOptions {
	return run.GenerateOptions{
		Cached:  cached,
		Writing: a.write,
		Waiting: func(dir string) {
			if !a.quiet {
				fmt.Fprintf(a.stderr, "eventgen: waiting for another run in %s\n", a.rel(dir))
			}
		},
	}
}

// written is the report of what a run has written.
func (a *app) written(result *run.Result) report {
	r := report{Diagnostics: result.Diagnostics}
	if r.Diagnostics.HasErrors() {
		return r
	}
	written, removed := 0, 0
	for _, c := range result.Changes {
		f := file{Path: a.rel(c.Path), absolute: c.Path}
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
	var parts []string
	for _, part := range []struct {
		n    int
		verb string
	}{{written, "written"}, {removed, "removed"}, {len(result.Files) - written, "unchanged"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.verb))
		}
	}
	r.summary = "eventgen: " + count(len(result.Files), "file") + ", " + strings.Join(parts, ", ")
	return r
}

func count(n int, noun string) string { return plural(n, noun, noun+"s") }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
