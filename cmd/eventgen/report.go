package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/diag"
)

// format says for whom results are printed.
type format string

// The formats.
const (
	formatText   format = "text"   // for people: diagnostics on stderr
	formatJSON   format = "json"   // one JSON object on stdout
	formatGitHub format = "github" // workflow commands on stdout
)

var formats = []string{string(formatText), string(formatJSON), string(formatGitHub)}

// String implements pflag.Value.
func (f *format) String() string { return string(*f) }

// Set implements pflag.Value.
func (f *format) Set(text string) error {
	if _, err := config.Words("format", []string{text}, formats); err != nil {
		return err
	}
	*f = format(text)
	return nil
}

// Type implements pflag.Value.
func (f *format) Type() string { return strings.Join(formats, "|") }

// report is the result of a run, as --format json prints it.
type report struct {
	Diagnostics diag.List `json:"diagnostics"`
	Files       []file    `json:"files,omitempty"` // those that were changed, or are to be
	Errors      []failure `json:"errors,omitempty"`
	summary     string
}

// file is a file of the output that differs from what it should be, or did.
type file struct {
	Path  string `json:"path"`
	State state  `json:"state"`
	Diff  string `json:"diff,omitempty"`

	absolute string
}

// state says what is or was wrong with a file.
type state string

// The states: by generate and by check.
const (
	stateCreated state = "created"
	stateUpdated state = "updated"
	stateRemoved state = "removed"
	stateKept    state = "kept" // by init: it was there before

	stateMissing  state = "missing"
	stateStale    state = "stale"
	stateOrphaned state = "orphaned"
)

// failure is a problem that has no place in a source file.
type failure struct {
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// report prints r in the format that was asked for.
func (a *app) report(r report) error {
	switch a.format {
	case formatJSON:
		r.Diagnostics = append(diag.List{}, r.Diagnostics.Relative(a.dir)...)
		encoder := json.NewEncoder(a.stdout)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	case formatGitHub:
		return a.reportGitHub(r)
	case formatText:
	}
	return a.reportText(r)
}

func (a *app) reportText(r report) error {
	var out strings.Builder
	if err := r.Diagnostics.WriteText(&out, a.dir); err != nil {
		return err
	}
	for _, e := range r.Errors {
		fmt.Fprintf(&out, "eventgen: %s\n", e.Message)
		if e.Hint != "" {
			fmt.Fprintf(&out, "hint: %s\n", e.Hint)
		}
	}
	if _, err := io.WriteString(a.stderr, out.String()); err != nil {
		return err
	}
	if a.quiet {
		return nil
	}
	out.Reset()
	for _, line := range fileLines(r.Files) {
		out.WriteString(line + "\n")
	}
	for _, f := range r.Files {
		out.WriteString(f.Diff)
	}
	if r.summary != "" {
		out.WriteString(r.summary + "\n")
	}
	_, err := io.WriteString(a.stdout, out.String())
	return err
}

// fileLines has a line for each file, but one for a folder of the copied runtime.
func fileLines(files []file) []string {
	var lines []string
	for i := 0; i < len(files); {
		f := files[i]
		same := i + 1
		folder, inClient := clientFolder(f.Path)
		for inClient && same < len(files) && files[same].State == f.State && strings.HasPrefix(files[same].Path, folder) {
			same++
		}
		if same > i+1 {
			lines = append(lines, fmt.Sprintf("%-8s %s (%d files)", f.State, folder, same-i))
		} else {
			lines = append(lines, fmt.Sprintf("%-8s %s", f.State, f.Path))
		}
		i = same
	}
	return lines
}

func clientFolder(path string) (string, bool) {
	before, _, found := strings.Cut(path, "client/")
	return before + "client/", found && (before == "" || strings.HasSuffix(before, "/"))
}

func (a *app) reportGitHub(r report) error {
	list := slices.Clone(r.Diagnostics)
	for _, e := range r.Errors {
		list.Add(diag.Diagnostic{Severity: diag.Error, Message: e.Message, Hint: e.Hint})
	}
	for _, f := range r.Files {
		switch f.State {
		case stateMissing, stateStale, stateOrphaned:
			list.Add(diag.Diagnostic{
				Severity: diag.Error, Code: diag.StaleOutput, Pos: diag.Pos{File: f.absolute},
				Message: "generated file is " + string(f.State), Hint: "run eventgen and commit the result",
			})
		case stateCreated, stateUpdated, stateRemoved, stateKept:
		}
	}
	return list.WriteGitHub(a.stdout, a.checkout())
}

// checkout is the root of the repository in a workflow, which annotations are relative to.
func (a *app) checkout() string {
	for _, variable := range a.env {
		if dir, ok := strings.CutPrefix(variable, "GITHUB_WORKSPACE="); ok && dir != "" {
			return dir
		}
	}
	return a.dir
}
