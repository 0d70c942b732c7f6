package main

import (
	"context"
	"encoding/json"
	"fmt"
	"github.com/eventgen/eventgen/internal/output"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/modfile"

	"github.com/eventgen/eventgen/internal/compat"
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

func newBreaking(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "breaking --against REF|FILE [packages]",
		Short: "Tell what the events' changes break, and for whom",
		Long: `breaking compares the events with those of a commit, or of a file, and tells what the
way from there to here breaks: on the wire, for pages that were built before and are still
open, in TypeScript source or in Go source that uses the bindings.

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
		// What is wrong here is told before anything is said of the past.
		loaded, list, err := a.parse(cmd.Context(), j, j.patterns)
		if err != nil {
			return err
		}
		now := &outcome{list: list, model: loaded}
		var before *baseline
		if !list.HasErrors() {
			if before, err = a.baseline(cmd.Context(), *against, &request{cmd: cmd, flags: flags, args: args, job: j, loaded: loaded}); err != nil {
				return err
			}
			if now, err = a.today(cmd.Context(), j, loaded, list, before.model); err != nil {
				return err
			}
		}
		if now.list.HasErrors() {
			if err := a.report(report{Diagnostics: now.list}); err != nil {
				return err
			}
			return problems
		}
		if len(now.model.Packages) == 0 && len(before.model.Packages) == 0 {
			return &exit{
				status: statusProblems,
				err:    fmt.Errorf("no events in %s, neither here nor there: %s", strings.Join(j.patterns, " "), before),
				hint:   "name the packages that have events",
			}
		}
		findings, unused := compat.Compare(before.model, now.model)
		return a.reportBreaking(before, findings, unused)
	}
	return cmd
}

// today completes the packages of the job with those that share its outputs, and those that the
// model before has and that still exist. All of them come from source where their module is the
// job's: a lock may be older than they are.
func (a *app) today(ctx context.Context, j *job, loaded *ir.Model, list diag.List, before *ir.Model) (*outcome, error) {
	targets := j.open()()
	for _, t := range targets {
		if err := t.read(&ir.Model{}); err != nil {
			return nil, err
		}
	}
	if others := others(j, loaded, targets, before); len(others) > 0 {
		var err error
		if loaded, list, err = a.parse(ctx, j, append(slices.Clone(j.patterns), others...)); err != nil {
			return nil, err
		}
	}
	model, duplicates := join(targets, loaded)
	list.Append(duplicates)
	return &outcome{app: a, list: list.Sorted(), model: model}, nil
}

// others returns the directories of further packages of the job's module that are to be compared.
func others(j *job, loaded *ir.Model, targets []*target, before *ir.Model) []string {
	root := moduleRoot(j.dir)
	var dirs []string
	for _, t := range targets {
		for _, p := range t.kept(loaded) {
			dirs = append(dirs, p.Dir)
		}
	}
	if src, err := os.ReadFile(filepath.Join(root, "go.mod")); err == nil {
		module := modfile.ModulePath(src)
		for _, p := range before.Packages {
			if rest, ok := strings.CutPrefix(p.Path+"/", module+"/"); ok {
				dirs = append(dirs, filepath.Join(root, filepath.FromSlash(rest)))
			}
		}
	}
	slices.Sort(dirs)
	return slices.DeleteFunc(slices.Compact(dirs), func(dir string) bool {
		return slices.Contains(loaded.Covered, dir) || moduleRoot(dir) != root || output.IsGone(dir)
	})
}

// breakingReport is the result of breaking, as --format json prints it.
type breakingReport struct {
	Against *baseline `json:"against"`
	// Breaking is the number of findings that are not accepted.
	Breaking    int              `json:"breaking"`
	Findings    []compat.Finding `json:"findings"`
	Diagnostics diag.List        `json:"diagnostics"` // warnings about directives
}

func (a *app) reportBreaking(before *baseline, findings []compat.Finding, unused diag.List) error {
	r := breakingReport{Against: before, Findings: append([]compat.Finding{}, findings...), Diagnostics: unused}
	for _, f := range findings {
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
