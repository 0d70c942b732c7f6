package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/output"
	"github.com/eventgen/eventgen/internal/run"
)

// The exit statuses.
const (
	statusDone        = 0
	statusProblems    = 1 // in the source, or the output is stale
	statusEnvironment = 2 // wrong usage, or a problem of the environment
)

// app is one run of the program: where it happens and where it speaks.
type app struct {
	dir            string // working directory, absolute
	env            []string
	stdout, stderr io.Writer
	format         format
	quiet          bool
	writing        chan struct{} // holds a token while files are written
}

func newApp(dir string, env []string, stdout, stderr io.Writer) *app {
	return &app{dir: dir, env: env, stdout: stdout, stderr: stderr, format: formatText, writing: make(chan struct{}, 1)}
}

// place is where use cases run.
func (a *app) place() run.Place { return run.Place{Here: a.dir, Env: a.env} }

// write calls a function that writes files, which no signal interrupts.
func (a *app) write(files func() error) error {
	a.writing <- struct{}{}
	defer func() { <-a.writing }()
	return files()
}

// exit is an error that ends the run with a status of its own.
type exit struct {
	status int
	err    error     // what to say; nil if it has been said
	hint   string    // what to do next
	list   diag.List // what to say of the settings file
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

// problems ends the run with status 1; what is wrong has been said.
var problems = &exit{status: statusProblems}

// usage is an error in how the program was called.
func usage(hint, format string, args ...any) error {
	return &exit{status: statusEnvironment, err: fmt.Errorf(format, args...), hint: hint}
}

// environment is an error of the disk, the go command and the like.
func environment(err error, hint string) error {
	return &exit{status: statusEnvironment, err: err, hint: hint}
}

// run executes the command line and returns the exit status.
func (a *app) run(ctx context.Context, args []string) int {
	root := newRoot(a)
	root.SetArgs(args)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return statusDone
	}
	return a.fail(err)
}

// fail says what is wrong and returns the status for it.
func (a *app) fail(err error) int {
	var e *exit
	if !errors.As(err, &e) {
		// What cobra itself refuses is wrong usage.
		e = &exit{status: statusFor(err), err: err, hint: hintFor(err)}
	}
	if e.err == nil && len(e.list) == 0 {
		return e.status
	}
	if errors.Is(err, context.Canceled) {
		e.err, e.hint = errors.New("interrupted"), "nothing was changed"
	}
	var list []error
	if joined, ok := e.err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	} else if e.err != nil {
		list = []error{e.err}
	}
	out := report{Diagnostics: e.list}
	for _, err := range list {
		out.Errors = append(out.Errors, a.explain(err, e.hint))
	}
	if err := a.report(out); err != nil {
		fmt.Fprintln(a.stderr, "eventgen:", err)
	}
	return e.status
}

// explain puts an error into words for this directory.
func (a *app) explain(err error, hint string) failure {
	text := strings.TrimSpace(err.Error())
	var disk *output.Error
	if errors.As(err, &disk) {
		named := *disk
		named.Path = a.rel(disk.Path)
		text, hint = named.Error(), disk.Hint
	}
	var path *fs.PathError
	if disk == nil && errors.As(err, &path) && err == error(path) {
		text = fmt.Sprintf("%s %s: %v", path.Op, a.rel(path.Path), path.Err)
	}
	return failure{Message: text, Hint: hint}
}

// rel names a file as people call it from here, with slashes.
func (a *app) rel(path string) string {
	return diag.Shorten(path, a.dir)
}
