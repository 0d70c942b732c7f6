// Package load brings packages from the disk: what a run has to load, from source or from export
// data, what of it may be broken, and what has changed since the last run.
//
// [Load] finds the packages with one go list. What the annotated declarations need of them, and of
// their module, is parsed and checked from source, without function bodies and without generated
// files: a package which calls emitters that do not exist yet can be read, and what nothing needs
// may be broken. Other modules come from the compiler's export data, or from source as well where
// there is none, because they do not compile either.
//
// [Take] says, without loading anything, whether a run would find what an earlier one has found.
package load

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"sync"
)

// Options say what to load.
type Options struct {
	// Dir is where patterns and the go command start; empty is the working directory.
	Dir string
	// Patterns are those of the go command; none means the package in Dir.
	Patterns []string
	// Tags are build tags, beside those of GOFLAGS.
	Tags []string
	// Env is the environment of the go command; nil is that of the process.
	Env []string
	// Roots returns the names of the declarations in a file that the run is about. They are checked,
	// with what they need, and nothing else is.
	Roots func(*token.FileSet, *ast.File) []string
	// Known is what Learned was called with in an earlier run of the same options whose snapshot had
	// the same Listing. The go command is not asked again, then. Empty: nothing is known.
	Known []byte
	// Learned, if set, is called with what the go command has said of the packages.
	Learned func(known []byte)
}

// Load loads the packages that the options name. The error is a problem of the environment: no go
// command, no such directory, no module, a cancelled context. Problems in the source are in what
// is returned, for the reader to judge.
func Load(ctx context.Context, opts Options) (*Program, error) {
	if err := opts.complete(); err != nil {
		return nil, err
	}
	if l := opts.known(); l != nil {
		p := newProgram(&opts, newSources(), l.Packages)
		if err := p.loadAll(ctx, l.Exports); err == nil {
			return p, nil
		}
		// Something has changed since; what is wrong will come up again.
	}
	var (
		files   = newSources()
		likely  []*exported
		waiting sync.WaitGroup
	)
	waiting.Go(func() { likely = forecastExports(ctx, &opts, files) })
	listed, err := list(ctx, &opts)
	waiting.Wait()
	if err != nil {
		return nil, err
	}
	if err := listProblems(&opts, listed); err != nil {
		return nil, err
	}
	p := newProgram(&opts, files, listed)
	if err := p.loadAll(ctx, likely); err != nil {
		return nil, err
	}
	p.learn()
	return p, nil
}

// loadAll loads the targets, and what they need; exports are at hand.
func (p *Program) loadAll(ctx context.Context, exports []*exported) error {
	for _, e := range exports {
		p.exports[e.ImportPath] = e
	}
	roots, err := p.readTargets()
	if err != nil {
		return err
	}
	return p.load(ctx, roots)
}

func (o *Options) complete() error {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return fmt.Errorf("find the directory: %w", err)
	}
	o.Dir = dir
	if len(o.Patterns) == 0 {
		o.Patterns = []string{"."}
	}
	return nil
}
