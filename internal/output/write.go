package output

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"github.com/eventgen/eventgen/internal/gen"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
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
}

// Want is what the disk should hold.
type Want struct {
	// Dirs are the directories of TypeScript, absolute; one is created with what is missing above it.
	Dirs []string
	// Files are the files to be there.
	Files []gen.File
	// Former are files that may be there from earlier runs, absolute: those in the lock, and
	// generated Go files in packages that have no events any more. Those that are not among
	// Files and carry the header are removed.
	Former []string
}

// NewPlan compares out with the disk, and refuses what would destroy a file that is not ours. It
// writes nothing. An error is an [*Error], or several joined.
func NewPlan(out Want) (*Plan, error) {
	p := &planner{former: map[string]bool{}, wanted: map[string]bool{}}
	for _, dir := range out.Dirs {
		p.checkDir(dir)
		out.Former = append(slices.Clone(out.Former), Generated(dir)...)
	}
	for _, path := range out.Former {
		p.former[path] = true
	}
	for _, f := range out.Files {
		p.wanted[f.Path] = true
	}
	if len(p.errs) == 0 {
		for _, f := range out.Files {
			p.file(f)
		}
		for path := range p.former {
			if !p.wanted[path] {
				p.orphan(path)
			}
		}
	}
	slices.SortFunc(p.plan.Changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return &p.plan, errors.Join(p.errs...)
}

type planner struct {
	plan           Plan
	former, wanted map[string]bool
	piece          []byte // of a file that is compared
	errs           []error
}

func (p *planner) fail(path, message, hint string, err error) {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	p.errs = append(p.errs, &Error{Path: path, Message: message, Hint: hint, Err: err})
}

// checkDir refuses a directory that is something else, or would have to be made below something
// else. What is missing of it is created when its files are.
func (p *planner) checkDir(dir string) {
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		switch {
		case err == nil && !info.IsDir():
			p.fail(at, "is a file, but the TypeScript output goes into a directory", "remove the file, or name another directory", nil)
			return
		case err == nil:
			return
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			p.fail(at, "cannot be read", "", err)
			return
		}
		if _, err := os.Lstat(at); err == nil {
			p.fail(at, "is a symbolic link to something that does not exist", "remove it", nil)
			return
		}
		if at == filepath.Dir(at) {
			return
		}
	}
}

// file compares one file with the disk.
func (p *planner) file(f gen.File) {
	target, err := filepath.EvalSymlinks(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(f.Path); err == nil {
			p.fail(f.Path, "is a symbolic link to a file that does not exist", "remove it", nil)
			return
		}
		p.plan.Changes = append(p.plan.Changes, Change{Kind: Create, Path: f.Path, New: f.Content, target: f.Path})
		return
	}
	if err != nil {
		p.fail(f.Path, "cannot be read", "", err)
		return
	}
	if info, err := os.Stat(target); err == nil && !info.Mode().IsRegular() {
		what := "is no regular file"
		if info.IsDir() {
			what = "is a directory"
		}
		p.fail(f.Path, what+", but a generated file goes there", "move it away", nil)
		return
	}
	if p.holds(target, f.Content) {
		return
	}
	old, err := os.ReadFile(target)
	switch {
	case err != nil:
		p.fail(f.Path, "cannot be read", "", err)
	case same(old, f.Content):
	case !p.ours(f, old):
		p.fail(f.Path, "is not a generated file: its first line is not the one that eventgen writes", "if its content is not needed, remove it and run again; otherwise move it away", nil)
	default:
		p.plan.Changes = append(p.plan.Changes, Change{Kind: Update, Path: f.Path, Old: old, New: f.Content, target: target})
	}
}

// holds reports whether the file at path has this content, to the byte. It reads piece by piece:
// most files of a run are what they should be, and need not be held.
func (p *planner) holds(path string, content []byte) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	if p.piece == nil {
		p.piece = make([]byte, 64<<10)
	}
	for {
		n, err := file.Read(p.piece)
		rest, ok := bytes.CutPrefix(content, p.piece[:n])
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
func (p *planner) ours(f gen.File, old []byte) bool {
	return gen.HasHeader(old) || len(old) == 0 || filepath.Base(f.Path) == LockName || !gen.HasHeader(f.Content) && p.former[f.Path]
}

// orphan removes a file of an earlier run, if it still is what that run wrote.
func (p *planner) orphan(path string) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return
	}
	old, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		p.fail(path, "cannot be read", "", err)
	case gen.HasHeader(old):
		p.plan.Changes = append(p.plan.Changes, Change{Kind: Remove, Path: path, Old: old, target: path})
	}
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
