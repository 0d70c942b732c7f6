package main

import (
	"bytes"
	"encoding/json"
	"github.com/eventgen/eventgen/internal/output"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"
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
		out, err := a.loadModel(cmd, flags, args)
		if err != nil {
			return err
		}
		return a.export(*output, func(w io.Writer) error {
			encoder := json.NewEncoder(w)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			return encoder.Encode(out.model.WithoutPositions())
		})
	}
	return cmd
}

// addExportFlag adds the flag that [app.export] takes.
func addExportFlag(cmd *cobra.Command) *string {
	return cmd.Flags().StringP("output", "o", "", "write to this `file` instead of standard output")
}

// export lets write print to the named file, or to standard output if name is empty. A file is
// there only when all of it could be written.
func (a *app) export(name string, write func(io.Writer) error) error {
	if name == "" {
		return write(a.stdout)
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(a.dir, name)
	}
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	if err := output.Replace(name, text.Bytes()); err != nil {
		return environment(err, "")
	}
	return nil
}
