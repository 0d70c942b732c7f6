package load

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/rules"
)

// patterns queues the directories that the patterns may mean: rather too many than too few.
func (s *scan) patterns() {
	patterns := s.query.Patterns
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	for _, pattern := range patterns {
		s.pattern(filepath.ToSlash(pattern))
	}
}

func (s *scan) pattern(pattern string) {
	literal, _, wild := strings.Cut(pattern, "...")
	dirs := []string{}
	switch {
	case filepath.IsAbs(filepath.FromSlash(pattern)), pattern == ".", pattern == "..", strings.HasPrefix(pattern, "./"), strings.HasPrefix(pattern, "../"):
		dirs = append(dirs, absolute(s.query.Dir, literal))
	default:
		dirs = s.importDirs(strings.TrimSuffix(literal, "/"))
	}
	if len(dirs) == 0 || strings.HasSuffix(pattern, ".go") {
		s.doubt("pattern %s is not known to lie in the module", pattern)
	}
	for _, dir := range dirs {
		if !wild {
			s.enqueue(dir, true)
			continue
		}
		if !strings.HasSuffix(literal, "/") {
			dir = filepath.Dir(dir) // x... means xy/z too
		}
		s.walk(dir)
	}
}

// walk queues dir and the directories below it that a pattern with dots can mean.
func (s *scan) walk(root string) {
	s.watch[root] = true
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		if path != root {
			name := d.Name()
			if name[0] == '.' || name[0] == '_' || name == "testdata" || name == "vendor" || s.ignored(path) {
				return fs.SkipDir
			}
			if s.hasModFile(path) && !s.isLocal(path) {
				return fs.SkipDir // another module
			}
		}
		s.enqueue(path, true)
		return nil
	})
}

// ignored reports whether an ignore line in go.mod keeps dir out of patterns.
func (s *scan) ignored(dir string) bool {
	for _, l := range s.locals {
		rel, err := filepath.Rel(l.dir, dir)
		if err != nil {
			continue
		}
		rel = filepath.ToSlash(rel)
		for _, ignore := range l.ignore {
			at, anywhere := strings.CutPrefix(ignore, "./")
			switch {
			case anywhere && rel == at:
				return true
			case !anywhere && strings.HasSuffix("/"+rel, "/"+ignore):
				return true
			}
		}
	}
	return false
}

func (s *scan) enqueue(dir string, target bool) {
	if target {
		s.targets[dir] = true
	}
	if s.seen[dir] {
		return
	}
	s.seen[dir] = true
	s.queue = append(s.queue, dir)
	// A go.mod on the way up to the module's would take the package out of it.
	for parent := dir; !s.hasModFile(parent) && !s.isLocal(parent) && parent != filepath.Dir(parent); {
		parent = filepath.Dir(parent)
	}
}

func (s *scan) isLocal(dir string) bool {
	return slices.ContainsFunc(s.locals, func(l local) bool { return l.dir == dir })
}

// hasModFile looks for a go.mod in dir, and adds what it finds.
func (s *scan) hasModFile(dir string) bool {
	found, known := s.modFiles[dir]
	if !known {
		path := filepath.Join(dir, "go.mod")
		_, err := os.Stat(path)
		found = err == nil
		s.modFiles[dir] = found
		if found {
			s.text("module file "+path, "present")
		}
	}
	return found
}

// follow reads the queued packages, and then all local packages that they import.
func (s *scan) follow() {
	for len(s.queue) > 0 {
		dirs := s.queue
		s.queue = nil
		packages := make([]packageFiles, len(dirs))
		parallel(len(dirs), func(i int) { packages[i] = readPackage(dirs[i]) })
		for j, p := range packages {
			s.add(dirs[j], p)
		}
	}
}

func (s *scan) add(dir string, p packageFiles) {
	s.watch[dir] = true
	if p.absent {
		s.text(dir, "absent")
	}
	s.entries = append(s.entries, p.entries...)
	for _, path := range p.imports {
		if path == "C" {
			s.doubt("%s uses cgo", dir)
		}
		if s.imported[path] {
			continue
		}
		s.imported[path] = true
		for _, dir := range s.importDirs(path) {
			s.enqueue(dir, false)
		}
	}
}

// packageFiles are the Go files of one directory, whatever their build constraints.
type packageFiles struct {
	absent  bool
	entries []entry
	imports []string
}

// readPackage reads the Go files in dir. Our own output and tests matter to the listing alone, but
// for tests that hold directives, which is a mistake.
func readPackage(dir string) packageFiles {
	files, err := os.ReadDir(dir)
	if err != nil {
		return packageFiles{absent: true}
	}
	var p packageFiles
	for _, file := range files {
		name := file.Name()
		if !strings.HasSuffix(name, ".go") || name[0] == '_' || name[0] == '.' {
			continue
		}
		path := filepath.Join(dir, name)
		e, content := readEntry(path)
		if gen.HasHeader(content) {
			p.entries = append(p.entries, entry{name: path, listing: "generated"})
			continue
		}
		imports, head := importsOf(content)
		e.listing = hash(content[:head])
		if strings.HasSuffix(name, "_test.go") {
			if !bytes.Contains(content, []byte(rules.Prefix)) {
				e.content = ""
			}
		} else {
			p.imports = append(p.imports, imports...)
		}
		p.entries = append(p.entries, e)
	}
	return p
}

// importsOf returns what a file imports, and how long the part is that says so, its build constraint
// included: of a file that cannot be read, all of it.
func importsOf(content []byte) (paths []string, head int) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", content, parser.ImportsOnly|parser.SkipObjectResolution|parser.ParseComments)
	if file == nil {
		return nil, len(content)
	}
	end := file.Name.End()
	for _, spec := range file.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, path)
		}
	}
	for _, decl := range file.Decls {
		end = max(end, decl.End())
	}
	if err != nil || !end.IsValid() {
		return paths, len(content)
	}
	return paths, fset.PositionFor(end, false).Offset
}
