package load

import (
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
)

// Place returns the file that declares an object, and where. Export data may have it without its
// directory, or with that of the machine where it was compiled. ok is false if its source is not
// to be found.
func (p *Program) Place(obj types.Object) (file string, at token.Position, ok bool) {
	if obj.Pkg() == nil || !obj.Pos().IsValid() {
		return "", token.Position{}, false
	}
	l := p.byPath[obj.Pkg().Path()]
	if l == nil {
		return "", token.Position{}, false
	}
	at = p.Fset.PositionFor(obj.Pos(), false)
	base := filepath.Base(filepath.ToSlash(at.Filename))
	if !slices.Contains(l.GoFiles, base) && !slices.Contains(l.CgoFiles, base) {
		return "", token.Position{}, false
	}
	return filepath.Join(l.Dir, base), at, true
}

// File returns the file of this absolute name, which is parsed now if it has not been. It is nil
// for a generated file and for one that cannot be read.
func (p *Program) File(name string) *File {
	files, err := p.sources.load([]string{name})
	if err != nil || len(files) == 0 {
		return nil
	}
	return files[0]
}
