package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/run"
)

func newList(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list [packages]",
		Short: "Show the catalogue of events",
		Long: `list shows every event of the packages, and of those that share their output: its
name, payload, direction, audience, how it is delivered, and where it is declared.

The contract in --json depends on what the payloads look like on the wire: if that is set
by flags of eventgen and not in eventgen.yaml, give the same flags here.`,
		Example: `  eventgen list
  eventgen list ./... --json | jq -r '.[] | select(.from == "client") | .name'`,
		Args: cobra.ArbitraryArgs,
	}
	flags := addReadFlags(cmd)
	for _, name := range []string{"nil", "int64", "time", "bytes", "unknown", "type"} {
		_ = cmd.Flags().MarkHidden(name) // they change nothing but the contract in --json
	}
	asJSON := cmd.Flags().Bool("json", false, "print a JSON array of the events")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		j, err := a.job(cmd, flags, args)
		if err != nil {
			return err
		}
		rows, list, err := run.List(cmd.Context(), j)
		if err != nil {
			return err
		}
		if err := a.refuse(list); err != nil {
			return err
		}
		for i := range rows {
			if rows[i].Pos.IsValid() {
				rows[i].Pos.File = a.rel(rows[i].Pos.File)
			}
		}
		if *asJSON || a.format == formatJSON {
			return writeRows(a.stdout, rows)
		}
		return writeTable(a.stdout, rows)
	}
	return cmd
}

func writeRows(w io.Writer, rows []run.Row) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(rows)
}

func writeTable(w io.Writer, rows []run.Row) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "EVENT\tPAYLOAD\tFROM\tTO\tOPTIONS\tDECLARED")
	for _, r := range rows {
		where := r.Package
		if r.Pos.IsValid() {
			where = r.Pos.File + ":" + strconv.Itoa(r.Pos.Line)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Name, dash(r.Payload), r.From, r.To, dash(strings.Join(r.Options, " ")), where)
	}
	return table.Flush()
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
