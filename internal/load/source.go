package load

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/eventgen/eventgen/internal/gen"
)

// File is a parsed Go file, without function bodies.
type File struct {
	Name   string    // absolute
	Syntax *ast.File // nil if nothing could be made of it
	Errors scanner.ErrorList
}

// sources reads and parses files, each once.
type sources struct {
	fset  *token.FileSet
	mu    sync.Mutex
	files map[string]*File // nil for a generated file
}

func newSources() *sources {
	fset := token.NewFileSet()
	fset.AddFile("", -1, 1) // parseFile needs room below the first file
	return &sources{fset: fset, files: map[string]*File{}}
}

// load returns the named files in this order, generated ones excepted. Positions are in this
// order too, whatever order the files are parsed in.
func (s *sources) load(names []string) ([]*File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		_, ok := s.files[name]
		return ok
	})
	if err := s.read(missing); err != nil {
		return nil, err
	}
	files := make([]*File, 0, len(names))
	for _, name := range names {
		if f := s.files[name]; f != nil {
			files = append(files, f)
		}
	}
	return files, nil
}

func (s *sources) read(names []string) error {
	contents := make([][]byte, len(names))
	errs := make([]error, len(names))
	parallel(len(names), func(i int) { contents[i], errs[i] = readSource(names[i]) })
	if err := errors.Join(errs...); err != nil {
		return err
	}
	bases := make([]int, len(names))
	base := s.fset.Base()
	for i := range names {
		bases[i] = base
		base += len(contents[i]) + 1
	}
	files := make([]*File, len(names))
	added := make([]*token.File, len(names))
	parallel(len(names), func(i int) {
		if !isGenerated(names[i], contents[i]) {
			files[i], added[i] = parseFile(names[i], contents[i], bases[i])
		}
	})
	s.fset.AddExistingFiles(slices.DeleteFunc(added, func(f *token.File) bool { return f == nil })...)
	for i, name := range names {
		s.files[name] = files[i]
	}
	return nil
}

// readSource reads a file; of one that this tool has written, only the line that says so.
func readSource(name string) ([]byte, error) {
	if !slices.Contains(gen.GoFileNames, filepath.Base(name)) {
		return os.ReadFile(name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	line := make([]byte, len(gen.Header)+len("\r\n"))
	n, _ := io.ReadFull(f, line)
	if gen.HasHeader(line[:n]) {
		return line[:n], nil
	}
	return os.ReadFile(name)
}

// parallel calls fn with 0 to n-1, on as many goroutines as there are processors.
func parallel(n int, fn func(int)) {
	work := make(chan int, n)
	for i := range n {
		work <- i
	}
	close(work)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			for i := range work {
				fn(i)
			}
		})
	}
	workers.Wait()
}

// parseFile parses src, which it overwrites. Positions start at base.
func parseFile(name string, src []byte, base int) (*File, *token.File) {
	f := &File{Name: name}
	blankBodies(src)
	fset := token.NewFileSet()
	fset.AddFile("", 1, base-2) // so that the next file starts at base
	var err error
	f.Syntax, err = parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil && !errors.As(err, &f.Errors) {
		f.Errors = scanner.ErrorList{{Pos: token.Position{Filename: name, Line: 1, Column: 1}, Msg: err.Error()}}
	}
	return f, fset.File(token.Pos(base))
}

// isGenerated reports whether a file is this tool's own output. What stands in the place of
// the output and is no Go file, such as one that was cut off while being written, counts too.
func isGenerated(name string, src []byte) bool {
	if gen.HasHeader(src) {
		return true
	}
	if !slices.Contains(gen.GoFileNames, filepath.Base(name)) {
		return false
	}
	_, err := parser.ParseFile(token.NewFileSet(), name, src, parser.PackageClauseOnly)
	return err != nil
}

// hints are what every directive has one of, misspelt ones included, and every declaration of
// an event by a constant.
var hints = [][]byte{
	[]byte("eventgen"), []byte(":event"), []byte(":union"), []byte(":variant"), []byte(":enum"), []byte(":defaults"),
}

// anyHints reports for each list of files whether one of them can have anything to do with this
// tool. Most have not, and need no closer look. A file that cannot be read gets that look.
func anyHints(lists [][]string) []bool {
	found := make([]bool, len(lists))
	parallel(len(lists), func(i int) {
		found[i] = slices.ContainsFunc(lists[i], func(name string) bool {
			src, err := readSource(name)
			return err != nil || slices.ContainsFunc(hints, func(hint []byte) bool { return bytes.Contains(src, hint) })
		})
	})
	return found
}
