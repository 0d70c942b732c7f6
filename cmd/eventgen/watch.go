package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/run"
)

func newWatch(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "watch [packages]",
		Short: "Generate whenever a source file changes",
		Long: `watch generates, and does so again whenever something changes that the output depends
on: a source file, a package it imports, go.mod, eventgen.yaml; or when a generated file
is deleted. Problems are printed and it goes on. It ends with Ctrl-C.`,
		Example: `  eventgen watch
  eventgen watch ./internal/... --ts web/src/events`,
		Args: cobra.ArbitraryArgs,
	}
	flags := addOutputFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		job := func() (*run.Job, error) { return a.job(cmd, flags, args) }
		if _, err := job(); err != nil {
			return err // a mistake in the command line is not worth waiting for
		}
		return run.Watch(cmd.Context(), a.place(), run.WatchOptions{
			Job: job, Generate: a.generation(true),
			Ran: func(result *run.Result, err error) {
				if err == nil {
					err = a.report(a.written(result))
				}
				if err != nil {
					a.fail(err)
				}
			},
			Watching: func(directories int) {
				if !a.quiet && a.format == formatText {
					fmt.Fprintf(a.stdout, "eventgen: watching %s\n", plural(directories, "directory", "directories"))
				}
			},
		})
	}
	return cmd
}
