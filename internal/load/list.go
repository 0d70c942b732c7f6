package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// listed is what go list tells about one package.
type listed struct {
	ImportPath     string
	Name           string
	Dir            string
	GoFiles        []string
	CgoFiles       []string
	IgnoredGoFiles []string
	TestGoFiles    []string
	XTestGoFiles   []string
	Imports        []string
	ImportMap      map[string]string
	Standard       bool
	DepOnly        bool
	Module         *listedModule
	Error          *listError
}

type listedModule struct {
	Path string
	Main bool
}

// listError is a package's first loading problem, as go list reports it.
type listError struct {
	ImportStack []string
	Pos         string
	Err         string
}

// list runs go list over the patterns and their dependencies. Packages come after everything
// they import. Nothing is compiled: the targets have usually been edited since they last were,
// and their importers with them.
func list(ctx context.Context, opts *Options) ([]*listed, error) {
	return goList[listed](ctx, opts, opts.Patterns, "-deps",
		"-json=ImportPath,Name,Dir,GoFiles,CgoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles,Imports,ImportMap,Standard,DepOnly,Module,Error")
}

// exported is the compiler's output for a package: a file with its types.
type exported struct {
	ImportPath string
	Export     string // empty if the package does not compile
	Error      *listError
}

// listExports compiles packages, unless that has been done before, and tells where their types
// are.
func listExports(ctx context.Context, opts *Options, paths []string) ([]*exported, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	return goList[exported](ctx, opts, paths, "-export", "-json=ImportPath,Export,Error")
}

// goList runs go list with these flags and patterns.
func goList[T any](ctx context.Context, opts *Options, patterns []string, flags ...string) ([]*T, error) {
	args := append([]string{"list", "-e", "-pgo=off"}, flags...)
	if len(opts.Tags) > 0 {
		args = append(args, "-tags="+strings.Join(opts.Tags, ","))
	}
	args = append(append(args, "--"), patterns...)

	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = opts.Dir
	cmd.Env = append(opts.environ(), "PWD="+opts.Dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("run go list: %w", err)
	}
	if err := cmd.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, errors.New("the go command is not in PATH; eventgen needs it to find packages")
		}
		return nil, fmt.Errorf("run go list: %w", err)
	}
	pkgs, decodeErr := decodeList[T](out)
	if decodeErr != nil {
		_, _ = io.Copy(io.Discard, out) // let the command end
	}
	if err := cmd.Wait(); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, fmt.Errorf("go list: %s", failure(stderr.String(), err))
	}
	if decodeErr != nil {
		return nil, fmt.Errorf("read the output of go list: %w", decodeErr)
	}
	return pkgs, nil
}

func decodeList[T any](r io.Reader) ([]*T, error) {
	var pkgs []*T
	for dec := json.NewDecoder(r); ; {
		p := new(T)
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			return pkgs, nil
		} else if err != nil {
			return nil, err
		}
		pkgs = append(pkgs, p)
	}
}

// failure is the text of a go command that ended with an error.
func failure(stderr string, err error) string {
	text := strings.TrimSpace(stderr)
	text = strings.TrimPrefix(text, "go: ")
	if text == "" {
		return err.Error()
	}
	return text
}

func (o *Options) environ() []string {
	if o.Env != nil {
		return append([]string(nil), o.Env...)
	}
	return os.Environ()
}

// files returns the absolute names of the Go files of p, those that import "C" included.
func (p *listed) files() []string {
	names := make([]string, 0, len(p.GoFiles)+len(p.CgoFiles))
	for _, list := range [][]string{p.GoFiles, p.CgoFiles} {
		for _, name := range list {
			if !filepath.IsAbs(name) {
				name = filepath.Join(p.Dir, name)
			}
			names = append(names, name)
		}
	}
	return names
}

// listProblems returns what keeps the go command from finding the packages that the patterns
// name. Problems inside packages are for the reader to judge.
func listProblems(opts *Options, pkgs []*listed) error {
	var errs []error
	targets := 0
	for _, p := range pkgs {
		switch {
		case p.DepOnly:
		case len(p.GoFiles)+len(p.CgoFiles) > 0:
			targets++
		case p.Error != nil:
			targets++
			errs = append(errs, errors.New(p.Error.Err))
		}
	}
	if targets == 0 {
		errs = append(errs, fmt.Errorf("%s: no packages with Go files", strings.Join(opts.Patterns, " ")))
	}
	return errors.Join(errs...)
}
