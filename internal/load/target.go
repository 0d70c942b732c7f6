package load

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"

	"github.com/eventgen/eventgen/internal/rules"
)

// Target is a package that the patterns name.
type Target struct {
	Path string
	Name string // empty if no file has one
	Dir  string // absolute; empty if there is none
	// Files are those of this build, generated ones excepted.
	Files []*File
	// Hidden are the files with directives that this build does not have.
	Hidden []*File
	// Generated: the package has generated files.
	Generated bool
}

// readTargets parses the files of the targets, all of them together, and returns the names of
// their roots by package path.
func (p *Program) readTargets() (roots map[string][]string, err error) {
	var targets []*listed
	var names []string
	for _, l := range p.listed {
		if !l.DepOnly {
			targets = append(targets, l)
			names = append(names, l.files()...)
		}
	}
	hidden := make([][]string, len(targets))
	parallel(len(targets), func(i int) { hidden[i] = targets[i].hidden() })
	if _, err := p.sources.load(slices.Concat(names, slices.Concat(hidden...))); err != nil {
		return nil, err
	}
	roots = map[string][]string{}
	for i, l := range targets {
		t := &Target{Path: l.ImportPath, Name: l.Name, Dir: l.Dir}
		if t.Files, err = p.sources.load(l.files()); err != nil {
			return nil, err
		}
		if t.Hidden, err = p.sources.load(hidden[i]); err != nil {
			return nil, err
		}
		t.Generated = len(t.Files) < len(l.files())
		if len(t.Files) > 0 && t.Files[0].Syntax != nil {
			t.Name = t.Files[0].Syntax.Name.Name // the go command may have it from a stale generated file
		}
		p.Targets = append(p.Targets, t)
		for _, f := range t.Files {
			if f.Syntax != nil {
				roots[l.ImportPath] = append(roots[l.ImportPath], p.opts.Roots(p.Fset, f.Syntax)...)
			}
		}
	}
	return roots, nil
}

// hidden returns the files of a package that hold directives and that this build does not have.
// Whether another one can be read is no concern of this build.
func (p *listed) hidden() []string {
	var names []string
	for _, name := range slices.Concat(p.IgnoredGoFiles, p.TestGoFiles, p.XTestGoFiles) {
		path := filepath.Join(p.Dir, name)
		if src, err := os.ReadFile(path); err == nil && bytes.Contains(src, []byte(rules.Prefix)) {
			names = append(names, path)
		}
	}
	return names
}
