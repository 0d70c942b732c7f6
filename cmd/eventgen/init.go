package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/run"
)

func newInit(a *app) *cobra.Command {
	var first run.InitOptions
	var o run.AppOptions
	cmd := &cobra.Command{
		Use:   "init [directory]",
		Short: "Start with a small application, or with a first package of events",
		Long: `init --template writes a whole small application into the directory (default: here): a
Go server, a package of events, eventgen.yaml, a page built with Vite, and a test on each
side. The directory may be empty, or belong to a module: then init adds what is missing.

init without --template writes a package with two events and an example into the directory
(default: events), and eventgen.yaml beside go.mod.

Both add eventgen to go.mod as a tool, and generate. They change no file that is there, but
go.mod and go.sum.`,
		Example: `  eventgen init --template react hello
  eventgen init
  eventgen init internal/events --ts web/src/events`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("run \"eventgen init --help\"", "init takes one directory")
			}
			return nil
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&o.Template, "template", "", "write an application with this `framework`: "+strings.Join(run.Templates, ", "))
	cmd.Flags().StringVar(&o.Module, "module", "", "`path` of the module, where there is none yet (default: example.com/ and the directory's name)")
	cmd.Flags().StringVar(&first.TS, "ts", "", "without --template: `directory` of the TypeScript output (default: ts in the package's directory)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if o.Template != "" {
			if first.TS != "" {
				return usage("leave --ts out; eventgen.yaml of the application says where it is", "--ts is not for --template")
			}
			if o.Dir = "."; len(args) == 1 {
				o.Dir = args[0]
			}
			app, err := run.InitApp(cmd.Context(), a.place(), o)
			if err != nil {
				return err
			}
			return a.reportStarted(a.startedApp(app))
		}
		if first.Dir = "events"; len(args) == 1 {
			first.Dir = args[0]
		}
		s, err := run.Init(cmd.Context(), a.place(), first)
		if err != nil {
			return err
		}
		return a.reportStarted(a.started(s))
	}
	return cmd
}

// reportStarted prints what init came to.
func (a *app) reportStarted(r report) error {
	if r.Diagnostics.HasErrors() {
		r.summary = ""
	}
	if err := a.report(r); err != nil {
		return err
	}
	if r.Diagnostics.HasErrors() {
		return problems
	}
	return nil
}

// started is the report of a first package.
func (a *app) started(s *run.Started) report {
	r := a.written(s.Generated)
	r.Files = append(a.files(stateCreated, s.Created), r.Files...)
	r.summary += fmt.Sprintf(`

Try it:  go test %[1]s
Then change %[2]s and run "go generate %[1]s", or leave "go tool eventgen watch" running.`,
		a.local(filepath.Dir(s.Created[0])), a.rel(s.Created[0]))
	return r
}

// files are lines of a report about files in one state.
func (a *app) files(is state, paths []string) []file {
	var out []file
	for _, path := range paths {
		out = append(out, file{Path: a.rel(path), State: is, absolute: path})
	}
	return out
}

// local names a directory below the working directory as the go command wants it.
func (a *app) local(dir string) string {
	if rel, err := filepath.Rel(a.dir, dir); err == nil && filepath.IsLocal(rel) {
		return "./" + filepath.ToSlash(rel)
	}
	return a.rel(dir)
}

// startedApp is the report of a new application.
func (a *app) startedApp(app *run.StartedApp) report {
	r := a.written(app.Generated)
	r.Files = append(a.files(stateCreated, app.Created), r.Files...)
	r.Files = append(r.Files, a.files(stateKept, app.Kept)...)
	inside := func(path ...string) string { return a.rel(filepath.Join(append([]string{app.Dir}, path...)...)) }
	var text strings.Builder
	if app.Lacks != "" {
		fmt.Fprintf(&text, "\n\n%s was kept. Add \"./jobs\" to its packages, and {packages: [./jobs], %s} to its outputs.", inside(config.FileName), app.Lacks)
	}
	if app.OwnPackages {
		fmt.Fprintf(&text, "\n\n%s was kept: it needs the scripts and packages of a new application; write one elsewhere to compare.", inside("web", "package.json"))
	}
	fmt.Fprintf(&text, "\n\nRun it:\n\n  cd %s\n  npm install\n  npm run dev\n\n", inside("web"))
	fmt.Fprintf(&text, "Then open http://localhost:5173, and change %s and %s while it runs.", inside("jobs", "jobs.go"), a.rel(app.Page))
	r.summary += text.String()
	return r
}
