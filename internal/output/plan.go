package output

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/eventgen/eventgen/internal/gen"
)

// Kind is what a change does to a file.
type Kind string

// The kinds of change.
const (
	Create Kind = "create"
	Update Kind = "update"
	Remove Kind = "remove"
)

// Change is one file that differs from what it should be.
type Change struct {
	Kind Kind
	Path string // absolute, as the output names it
	Old  []byte // nil for Create
	New  []byte // nil for Remove

	target string // Path with symbolic links resolved
}

// Plan is what has to change on the disk. The zero Plan changes nothing.
type Plan struct {
	Changes []Change // by path
	Files   []string // all that are to be there, changed or not, in order

	sums map[string]string // of the contents of Files
}

// Planner compares files with the disk as they are rendered, and holds on to what differs alone. It
// writes nothing, and refuses what would destroy a file that is not ours. It may be used by several
// goroutines.
type Planner struct {
	former  map[string]bool
	refused []string // directories that are something else, which has been said

	mu   sync.Mutex
	plan Plan
	errs []error
}

// NewPlanner returns a planner for an output in these directories of TypeScript, absolute; one is
// created with what is missing above it. former are files that may be there from earlier runs,
// absolute: those in the lock, and generated Go files in packages that have no events any more.
func NewPlanner(dirs, former []string) *Planner {
	p := &Planner{former: map[string]bool{}, plan: Plan{sums: map[string]string{}}}
	for _, dir := range dirs {
		p.checkDir(dir)
		for _, path := range Generated(dir) {
			p.former[path] = true
		}
	}
	for _, path := range former {
		p.former[path] = true
	}
	return p
}

// Add compares files that are to be there.
func (p *Planner) Add(files ...gen.File) {
	for _, f := range files {
		if slices.ContainsFunc(p.refused, func(dir string) bool { return strings.HasPrefix(f.Path, dir+string(filepath.Separator)) }) {
			continue
		}
		change, err := p.compare(f)
		sum := sum(f.Content)
		p.mu.Lock()
		p.plan.Files = append(p.plan.Files, f.Path)
		p.plan.sums[f.Path] = sum
		if change != nil {
			p.plan.Changes = append(p.plan.Changes, *change)
		}
		if err != nil {
			p.errs = append(p.errs, err)
		}
		p.mu.Unlock()
	}
}

// Plan returns what has to change, once everything is added: former files that were not added, and
// that carry the header, are removed. An error is an [*Error], or several joined.
func (p *Planner) Plan() (*Plan, error) {
	for path := range p.former {
		if _, wanted := p.plan.sums[path]; wanted {
			continue
		}
		change, err := p.orphan(path)
		if change != nil {
			p.plan.Changes = append(p.plan.Changes, *change)
		}
		if err != nil {
			p.errs = append(p.errs, err)
		}
	}
	slices.SortFunc(p.plan.Changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	slices.Sort(p.plan.Files)
	slices.SortFunc(p.errs, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return &p.plan, errors.Join(p.errs...)
}

func failed(path, message, hint string, err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	return &Error{Path: path, Message: message, Hint: hint, Err: err}
}

// checkDir refuses a directory that is something else, or would have to be made below something
// else. What is missing of it is created when its files are.
func (p *Planner) checkDir(dir string) {
	fail := func(path, message, hint string, err error) {
		p.errs = append(p.errs, failed(path, message, hint, err))
		p.refused = append(p.refused, dir)
	}
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		switch {
		case err == nil && !info.IsDir():
			fail(at, "is a file, but the TypeScript output goes into a directory", "remove the file, or name another directory", nil)
			return
		case err == nil:
			return
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			fail(at, "cannot be read", "", err)
			return
		}
		if _, err := os.Lstat(at); err == nil {
			fail(at, "is a symbolic link to something that does not exist", "remove it", nil)
			return
		}
		if at == filepath.Dir(at) {
			return
		}
	}
}

// compare compares one file with the disk. Nothing is returned of one that is as it should be.
func (p *Planner) compare(f gen.File) (*Change, error) {
	target, err := filepath.EvalSymlinks(f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(f.Path); err == nil {
			return nil, failed(f.Path, "is a symbolic link to a file that does not exist", "remove it", nil)
		}
		return &Change{Kind: Create, Path: f.Path, New: f.Content, target: f.Path}, nil
	case err != nil:
		return nil, failed(f.Path, "cannot be read", "", err)
	}
	if info, err := os.Stat(target); err == nil && !info.Mode().IsRegular() {
		what := "is no regular file"
		if info.IsDir() {
			what = "is a directory"
		}
		return nil, failed(f.Path, what+", but a generated file goes there", "move it away", nil)
	}
	if holds(target, f.Content) {
		return nil, nil
	}
	old, err := os.ReadFile(target)
	switch {
	case err != nil:
		return nil, failed(f.Path, "cannot be read", "", err)
	case same(old, f.Content):
		return nil, nil
	case !p.ours(f, old):
		return nil, failed(f.Path, "is not a generated file: its first line is not the one that eventgen writes", "if its content is not needed, remove it and run again; otherwise move it away", nil)
	}
	return &Change{Kind: Update, Path: f.Path, Old: old, New: f.Content, target: target}, nil
}

// pieces are what files are compared by.
var pieces = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// holds reports whether the file at path has this content, to the byte. It reads piece by piece:
// most files of a run are what they should be, and need not be held.
func holds(path string, content []byte) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	piece := pieces.Get().(*[64 << 10]byte)
	defer pieces.Put(piece)
	for {
		n, err := file.Read(piece[:])
		rest, ok := bytes.CutPrefix(content, piece[:n])
		if !ok || err != nil {
			return ok && len(rest) == 0 && errors.Is(err, io.EOF)
		}
		content = rest
	}
}

// same compares two texts but for the line ends, which version control may have changed.
func same(old, content []byte) bool {
	return bytes.Equal(old, content) || bytes.Contains(old, []byte("\r\n")) && bytes.Equal(bytes.ReplaceAll(old, []byte("\r\n"), []byte("\n")), content)
}

// ours reports whether f may replace what is there. The lock file, which has no header, has been
// read as such before.
func (p *Planner) ours(f gen.File, old []byte) bool {
	return gen.HasHeader(old) || len(old) == 0 || filepath.Base(f.Path) == LockName || !gen.HasHeader(f.Content) && p.former[f.Path]
}

// orphan removes a file of an earlier run, if it still is what that run wrote.
func (p *Planner) orphan(path string) (*Change, error) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil
	}
	old, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, failed(path, "cannot be read", "", err)
	case !gen.HasHeader(old):
		return nil, nil
	}
	return &Change{Kind: Remove, Path: path, Old: old, target: path}, nil
}

// Generated returns the TypeScript files in dir and in its client folder that carry the header.
// Those of a run whose lock was lost are found by it.
func Generated(dir string) []string {
	var out []string
	for _, root := range []string{dir, filepath.Join(dir, "client")} {
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return fs.SkipDir
			case d.IsDir() && path != dir && (root == dir || isOutput(path)):
				return fs.SkipDir
			case d.Type().IsRegular() && strings.HasSuffix(d.Name(), ".ts") && IsGenerated(path):
				out = append(out, path)
			}
			return nil
		})
	}
	return out
}

// IsGenerated reports whether the file at path begins with the header.
func IsGenerated(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	line := make([]byte, len(gen.Header)+2)
	n, _ := io.ReadFull(f, line)
	return gen.HasHeader(line[:n])
}

// isOutput reports whether dir is an output of its own.
func isOutput(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, LockName))
	return err == nil
}

// Apply makes the changes, all or none: everything is written to temporary files beside the
// destinations first, and only when that has succeeded are they renamed, which cannot run out of
// space. A destination is not touched before, so that whoever watches it reads the new content at
// the first change. If a rename fails or ctx is done before the first, the old files are what they
// were. An error is an [*Error] or ctx's.
func (p *Plan) Apply(ctx context.Context) error { return p.apply(ctx, osDisk{}) }

func (p *Plan) apply(ctx context.Context, d disk) error {
	if len(p.Changes) == 0 {
		return nil
	}
	t := &transaction{disk: d}
	if err := t.run(ctx, p.Changes); err != nil {
		return t.rollback(err)
	}
	t.finish()
	return nil
}
