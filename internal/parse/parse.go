// Package parse reads annotated Go packages into the model of package ir.
//
// One go list finds the packages. The targets are parsed and type-checked from source without
// function bodies and without generated files, so that a package which calls emitters that do
// not exist yet can be read; dependencies come from the compiler's export data, or from source
// too where there is none, because they do not compile either. Problems are collected at their
// place; what a payload does not need may be broken.
package parse

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// Options say what to read.
type Options struct {
	// Dir is where patterns and the go command start; empty is the working directory.
	Dir string
	// Patterns are those of the go command; none means the package in Dir.
	Patterns []string
	// Tags are build tags, beside those of GOFLAGS.
	Tags []string
	// Env is the environment of the go command; nil is that of the process.
	Env []string
	// Settings are those of the output; zero fields mean the defaults.
	Settings ir.Settings
	// Int64Stated tells that the user chose Settings.Int64, so that int64-precision is no news.
	Int64Stated bool
	// Types states the TypeScript of Go types with a marshaler of their own, by
	// "import/path.Name". A directive on the type goes before it.
	Types map[string]string
	// TypesHere are the entries of Types that a payload of this run has to have, with their places.
	TypesHere map[string]diag.Pos
}

// Load reads the packages that the options name. The model holds those that declare events, and
// is complete only if the list has no errors. The error is a problem of the environment: no go
// command, no such directory, no module, a cancelled context.
func Load(ctx context.Context, opts Options) (*ir.Model, diag.List, error) {
	if err := opts.complete(); err != nil {
		return nil, nil, err
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
		return nil, nil, err
	}
	if err := listProblems(&opts, listed); err != nil {
		return nil, nil, err
	}
	r := newReader(&opts, files, listed)
	for _, e := range likely {
		r.program.exports[e.ImportPath] = e
	}
	if err := r.read(ctx); err != nil {
		return nil, nil, err
	}
	return r.model, r.list.Sorted(), nil
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
	defaults := ir.DefaultSettings()
	setDefault(&o.Settings.Nil, defaults.Nil)
	setDefault(&o.Settings.Int64, defaults.Int64)
	setDefault(&o.Settings.Time, defaults.Time)
	setDefault(&o.Settings.Bytes, defaults.Bytes)
	return nil
}

func setDefault[S ~string](field *S, value S) {
	if *field == "" {
		*field = value
	}
}
