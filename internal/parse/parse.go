// Package parse reads the directives and the types of loaded packages into the model of package ir.
//
// It tells package load which declarations matter, sees what that has brought, and nothing of the
// disk. Problems are collected at their place; what a payload does not need may be broken.
package parse

import (
	"context"
	"go/ast"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/load"
)

// Options say how to read. Zero fields of Settings mean the defaults.
type Options struct {
	// Settings are those of the output.
	Settings ir.Settings
	// Int64Stated tells that the user chose Settings.Int64, so that int64-precision is no news.
	Int64Stated bool
	// Types states the TypeScript of Go types with a marshaler of their own, by
	// "import/path.Name". A directive on the type goes before it.
	Types map[string]string
	// TypesHere are the entries of Types that a payload of this run has to have, with their places.
	TypesHere map[string]diag.Pos
}

// Load loads packages, and reads them. The model holds those of the targets that declare events, and
// is complete only if the list has no errors. The error is one of [load.Load].
func Load(ctx context.Context, from load.Options, opts Options) (*ir.Model, diag.List, error) {
	opts.complete()
	directives := &annotations{of: map[*ast.File]*annotated{}}
	from.Roots = directives.roots
	p, err := load.Load(ctx, from)
	if err != nil {
		return nil, nil, err
	}
	r := newReader(&opts, p, directives)
	r.read()
	return r.model, r.list.Sorted(), nil
}

func (o *Options) complete() {
	defaults := ir.DefaultSettings()
	setDefault(&o.Settings.Nil, defaults.Nil)
	setDefault(&o.Settings.Int64, defaults.Int64)
	setDefault(&o.Settings.Time, defaults.Time)
	setDefault(&o.Settings.Bytes, defaults.Bytes)
}

func setDefault[S ~string](field *S, value S) {
	if *field == "" {
		*field = value
	}
}
