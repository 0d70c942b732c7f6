// Package diag collects positioned diagnostics, sorts and deduplicates them, and prints
// them as text, JSON or GitHub annotations.
//
// A stage of the generator returns its value together with a [List]; it keeps going after a
// problem, so that one run reports all of them. The position is set where the problem is
// found and is never widened by an outer layer.
package diag

import (
	"cmp"
	"slices"
)

// Severity tells whether a diagnostic stops the run.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // no file is written
	Warning Severity = "warning" // reported, the run goes on
)

// Pos is a place in a source file. Line and Column are 1-based; Column and EndColumn count
// bytes, as go/token does. The zero Pos means "nowhere in particular".
type Pos struct {
	File      string `json:"file,omitempty"` // absolute while in memory, printed relative to the working directory
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
	EndColumn int    `json:"endColumn,omitempty"` // exclusive, on the same line; 0 when only a point is known
}

// IsValid reports whether p names a file.
func (p Pos) IsValid() bool { return p.File != "" }

func comparePos(a, b Pos) int {
	return cmp.Or(
		cmp.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Column, b.Column),
	)
}

// Related is a second place that explains a diagnostic.
type Related struct {
	Pos     Pos    `json:"pos"`
	Message string `json:"message"`
}

// Diagnostic is one finding.
type Diagnostic struct {
	Severity Severity  `json:"severity"`
	Code     Code      `json:"code"` // has a paragraph in docs/diagnostics.md
	Pos      Pos       `json:"pos"`
	Message  string    `json:"message"`
	Hint     string    `json:"hint,omitempty"`
	Related  []Related `json:"related,omitempty"`
}

// List collects diagnostics. The zero List is empty and ready for use.
type List []Diagnostic

// Add appends d.
func (l *List) Add(d Diagnostic) { *l = append(*l, d) }

// Append appends all of other.
func (l *List) Append(other List) { *l = append(*l, other...) }

// HasErrors reports whether any diagnostic of l stops the run.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Sorted returns the diagnostics by file, line, column, severity, code and message, each once.
func (l List) Sorted() List {
	out := slices.Clone(l)
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		return cmp.Or(
			comparePos(a.Pos, b.Pos),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(out, func(a, b Diagnostic) bool {
		return a.Pos == b.Pos && a.Code == b.Code && a.Message == b.Message
	})
}
