// Package templates holds the layout of generated files. A template decides nothing: it ranges
// over views that a generator has prepared, in which every text is escaped already.
package templates

import "embed"

// TypeScript holds the templates of the TypeScript output, below ts.
//
//go:embed ts/*.tmpl
var TypeScript embed.FS
