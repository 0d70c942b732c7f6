package output

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"github.com/eventgen/eventgen/internal/gen"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// Join returns the model to render the output from: the packages just loaded, and those that the
// lock holds, that the run did not cover and that are still there. Settings are those of loaded.
func (l *Lock) Join(loaded *ir.Model) (*ir.Model, diag.List) {
	kept := l.Kept(loaded)
	m := &ir.Model{Settings: loaded.Settings, Covered: loaded.Covered}
	m.Packages = append(slices.Clone(loaded.Packages), kept...)
	slices.SortFunc(m.Packages, func(a, b *ir.Package) int { return cmp.Compare(a.Path, b.Path) })
	return m, duplicates(loaded.Packages, kept)
}

// Kept returns the packages of the lock that [Lock.Join] adds to loaded.
func (l *Lock) Kept(loaded *ir.Model) []*ir.Package {
	var kept []*ir.Package
	for _, p := range l.Packages {
		again := func(q *ir.Package) bool { return q.Path == p.Path || q.Dir == p.Dir }
		if slices.Contains(loaded.Covered, p.Dir) || slices.ContainsFunc(loaded.Packages, again) || IsGone(p.Dir) {
			continue
		}
		kept = append(kept, p.Package)
	}
	return kept
}

// duplicates reports the events of loaded whose wire name an event of kept has. The parser knows
// only what it loaded itself.
func duplicates(loaded, kept []*ir.Package) diag.List {
	owner := map[string]*ir.Package{}
	for _, p := range kept {
		for _, e := range p.Events {
			owner[e.Name] = p
		}
	}
	var list diag.List
	for _, p := range loaded {
		for _, e := range p.Events {
			other := owner[e.Name]
			if other == nil {
				continue
			}
			list.Add(diag.Diagnostic{
				Severity: diag.Error,
				Code:     diag.DuplicateEvent,
				Pos:      e.Pos,
				Message:  fmt.Sprintf("event %q is declared in package %s too, which shares this output", e.Name, other.Path),
				Hint:     "rename one of them; if it has just moved here, name both packages in one run",
			})
		}
	}
	return list
}

// IsGone reports whether the package in dir declares no event any more: whether no Go file of it
// holds an event directive.
func IsGone(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || slices.Contains(gen.GoFileNames, name) {
			continue
		}
		src, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || bytes.Contains(src, []byte("//eventgen:event")) {
			return false
		}
	}
	return true
}
