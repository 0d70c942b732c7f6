package main

import (
	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/run"
)

func newExport(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the events for other tools",
		Long: `export writes the model of the packages, and of those that share their output, for
other tools: to standard output, or to the file that --output names.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newExportAsyncAPI(a), newExportSchema(a), newExportIR(a))
	return cmd
}

func newExportIR(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ir [packages]",
		Short: "Write the model as JSON",
		Long: `ir writes the model that all output is rendered from: packages, events, options, and
the wire form of every type that a payload reaches. It is the same on every machine.`,
		Example: `  eventgen export ir | jq '.packages[].events[].name'
  eventgen export ir ./... --output events.json`,
		Args: cobra.ArbitraryArgs,
	}
	flags := addReadFlags(cmd)
	output := addExportFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.export(cmd, flags, args, run.IR, *output)
	}
	return cmd
}

// addExportFlag adds the flag that [app.export] takes.
func addExportFlag(cmd *cobra.Command) *string {
	return cmd.Flags().StringP("output", "o", "", "write to this `file` instead of standard output")
}

// export writes the events in a format to the named file, or to standard output if name is empty.
func (a *app) export(cmd *cobra.Command, flags *outputFlags, args []string, format run.Format, name string) error {
	j, err := a.job(cmd, flags, args)
	if err != nil {
		return err
	}
	text, list, err := run.Export(cmd.Context(), j, format)
	if err != nil {
		return err
	}
	if err := a.refuse(list); err != nil {
		return err
	}
	if name != "" {
		return run.Save(a.place(), name, text)
	}
	_, err = a.stdout.Write(text)
	return err
}

// refuse reports the problems of packages that a command is to show, if there are errors among
// them. Warnings do not concern it.
func (a *app) refuse(list diag.List) error {
	if !list.HasErrors() {
		return nil
	}
	if err := a.report(report{Diagnostics: list}); err != nil {
		return err
	}
	return problems
}
