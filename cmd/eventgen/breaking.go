package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/compat"
	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/run"
)

func newBreaking(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "breaking --against REF|FILE [packages]",
		Short: "Show what a change breaks, and for whom",
		Long: `breaking compares the events with those of a commit, or of a file, and shows what the
change breaks: on the wire, for pages that were built before and are still open, and in
TypeScript or Go source that uses the bindings.

--against names a commit, branch or tag of the git repository. Its eventgen.lock.json is
read if the output has one there; otherwise its source is, in a temporary directory. The
work tree and the index are left alone. Or it names a file: a lock file, or what
"eventgen export ir" wrote.

Write "//eventgen:allow RULE reason" where a finding points to accept it. docs/breaking.md
explains every rule. The exit status is 1 if anything breaks that is not accepted.`,
		Example: `  eventgen breaking --against origin/main
  eventgen breaking --against v1.4.0 --format github
  eventgen breaking --against released.lock.json ./...`,
		Args: cobra.ArbitraryArgs,
	}
	flags := addReadFlags(cmd)
	against := cmd.Flags().String("against", "", "`commit`, branch, tag or file to compare with")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *against == "" {
			return usage("name a commit or a file: eventgen breaking --against origin/main", "breaking needs --against")
		}
		j, err := a.job(cmd, flags, args)
		if err != nil {
			return err
		}
		c, err := run.Breaking(cmd.Context(), j, run.BreakingOptions{
			Against: *against, Patterns: args, Config: flags.config,
			Override: func(settings *config.Config) error { return flags.applyRead(cmd, settings) },
		})
		if err != nil {
			return err
		}
		return a.reportBreaking(c)
	}
	return cmd
}

// breakingReport is the result of breaking, as --format json prints it.
type breakingReport struct {
	Against *run.Baseline `json:"against"`
	// Breaking is the number of findings that are not accepted.
	Breaking    int              `json:"breaking"`
	Findings    []compat.Finding `json:"findings"`
	Diagnostics diag.List        `json:"diagnostics"` // warnings about directives
}

func (a *app) reportBreaking(c *run.Comparison) error {
	if c.Against == nil {
		if err := a.report(report{Diagnostics: c.Diagnostics}); err != nil {
			return err
		}
		return problems
	}
	r := breakingReport{Against: c.Against, Findings: append([]compat.Finding{}, c.Findings...), Diagnostics: c.Diagnostics}
	for _, f := range c.Findings {
		if f.Accepted == nil {
			r.Breaking++
		}
	}
	if err := a.printBreaking(r); err != nil {
		return err
	}
	if r.Breaking > 0 {
		return problems
	}
	return nil
}

func (a *app) printBreaking(r breakingReport) error {
	if a.format == formatJSON {
		r.Diagnostics = append(diag.List{}, r.Diagnostics.Relative(a.dir)...)
		for i := range r.Findings {
			f := &r.Findings[i]
			f.Pos.File = a.rel(f.Pos.File)
			if f.Accepted != nil {
				accepted := *f.Accepted
				accepted.Pos.File = a.rel(accepted.Pos.File)
				f.Accepted = &accepted
			}
		}
		encoder := json.NewEncoder(a.stdout)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	}
	var list diag.List
	for _, f := range r.Findings {
		if f.Accepted == nil || !a.quiet {
			list.Add(f.Diagnostic())
		}
	}
	list.Append(r.Diagnostics)
	return a.report(report{Diagnostics: list, summary: r.summary()})
}

func (r breakingReport) summary() string {
	text, accepted := "nothing breaks", len(r.Findings)-r.Breaking
	switch {
	case r.Breaking > 0 && accepted > 0:
		text = fmt.Sprintf("%s, and %d accepted,", count(r.Breaking, "breaking change"), accepted)
	case r.Breaking > 0:
		text = count(r.Breaking, "breaking change")
	case accepted > 0:
		text = "nothing breaks but " + count(accepted, "accepted change")
	}
	return "eventgen: " + text + " since " + r.Against.String()
}
