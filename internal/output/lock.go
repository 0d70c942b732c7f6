package output

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"

	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/ir"
)

// LockName is the name of the lock file in an output's directory.
const LockName = "eventgen.lock.json"

// lockVersion is the format of the lock file. A file of another version is refused.
const lockVersion = 1

// Lock is what eventgen.lock.json remembers of an output: the model it was rendered from,
// package by package and without positions, and the files it owns. It makes runs that name only
// some packages possible, and tells orphans.
type Lock struct {
	Settings ir.Settings
	Packages []LockedPackage // by path
	Files    []string        // beside the Go files of each package; relative to the lock, with slashes, sorted

	texts [][]byte // of the packages, once they are encoded
}

// LockedPackage is a package in the lock.
type LockedPackage struct {
	*ir.Package
	Rel string // its directory, relative to the lock, with slashes
}

// NewLock returns the lock of an output in dir that is rendered from m. Its Files are for the caller
// to set; m's packages have their Dir set.
func NewLock(dir string, m *ir.Model) (*Lock, error) {
	l := &Lock{Settings: m.Settings}
	for _, p := range m.Packages {
		rel, err := filepath.Rel(dir, p.Dir)
		if err != nil {
			return nil, &Error{Path: p.Dir, Message: "cannot be reached from " + dir, Err: err}
		}
		l.Packages = append(l.Packages, LockedPackage{Package: p, Rel: filepath.ToSlash(rel)})
	}
	slices.SortFunc(l.Packages, func(a, b LockedPackage) int { return cmp.Compare(a.Path, b.Path) })
	return l, nil
}

// Own sets the files beside the Go files, absolute, of an output in dir.
func (l *Lock) Own(dir string, files []string) error {
	l.Files = nil
	for _, f := range files {
		rel, err := filepath.Rel(dir, f)
		if err != nil {
			return &Error{Path: f, Message: "cannot be reached from " + dir, Err: err}
		}
		l.Files = append(l.Files, filepath.ToSlash(rel))
	}
	slices.Sort(l.Files)
	return nil
}

// ReadLock reads the lock in dir, an absolute directory. Without one it returns an empty lock.
func ReadLock(dir string) (*Lock, error) {
	t, err := OpenLock(dir)
	if err != nil {
		return nil, err
	}
	return t.Lock(func(string) bool { return false })
}

// LockText is a lock whose packages are still text: a run that loads them anew need not read them.
type LockText struct {
	dir  string
	file lockJSON
}

// OpenLock is the first half of [ReadLock], which needs no knowledge of the packages at hand.
func OpenLock(dir string) (LockText, error) {
	name := filepath.Join(dir, LockName)
	src, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return LockText{dir: dir}, nil // what stands in the directory's place is the planner's to tell
	}
	if err != nil {
		return LockText{}, &Error{Path: name, Message: "cannot be read", Err: errors.Unwrap(err)}
	}
	t := LockText{dir: dir}
	if t.file, err = parseLock(src); err != nil {
		return LockText{}, unreadable(name, err)
	}
	return t, nil
}

// Lock reads the packages. Of those for whose directories skip holds it tells no more than that
// they are there.
func (t LockText) Lock(skip func(dir string) bool) (*Lock, error) {
	l, err := t.file.lock(func(rel string) bool { return skip(filepath.Join(t.dir, filepath.FromSlash(rel))) })
	if err != nil {
		return nil, unreadable(filepath.Join(t.dir, LockName), err)
	}
	l.resolve(t.dir)
	return l, nil
}

func unreadable(name string, err error) error {
	return &Error{
		Path: name, Message: "is no lock file that this eventgen can read", Err: err,
		Hint: "resolve the conflict or get it back from version control; or delete it and run eventgen for all packages of this output together",
	}
}

// ParseLock reads the text of a lock file. The packages' directories are not resolved.
func ParseLock(src []byte) (*Lock, error) {
	file, err := parseLock(src)
	if err != nil {
		return nil, err
	}
	return file.lock(func(string) bool { return false })
}

// lockJSON is a lock file.
type lockJSON struct {
	Version  int               `json:"eventgen"`
	Settings ir.Settings       `json:"settings"`
	Files    []string          `json:"files"`
	Packages []json.RawMessage `json:"packages"` // each a lockedPackageJSON
}

func parseLock(src []byte) (lockJSON, error) {
	file, ok := splitLock(src)
	if !ok {
		if err := decodeStrictly(src, &file); err != nil {
			return lockJSON{}, err
		}
	}
	if file.Version != lockVersion {
		return lockJSON{}, fmt.Errorf("it has format %d, not %d: another version of eventgen wrote it", file.Version, lockVersion)
	}
	return file, nil
}

func decodeStrictly(src []byte, v any) error {
	decoder := json.NewDecoder(bytes.NewReader(src))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows its end")
	}
	return nil
}

func (f *lockJSON) lock(skip func(rel string) bool) (*Lock, error) {
	l := &Lock{Settings: f.Settings, Files: f.Files}
	for _, text := range f.Packages {
		var p lockedPackageJSON
		if rel, ok := lockedDir(text); ok && skip(rel) {
			p.Dir = rel
		} else if err := decodeStrictly(text, &p); err != nil {
			return nil, err
		}
		l.Packages = append(l.Packages, LockedPackage{
			Package: &ir.Package{Path: p.Path, Name: p.Name, Doc: p.Doc, Allow: p.Allow, Events: p.Events, Decls: p.Decls},
			Rel:     p.Dir,
		})
	}
	return l, nil
}

// lockedDir returns the directory of a package in the lock, which stands near its beginning.
func lockedDir(text []byte) (string, bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if _, err := decoder.Token(); err != nil {
		return "", false
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return "", false
		}
		value, err := decoder.Token()
		text, ok := value.(string)
		if err != nil || !ok || key == "dir" {
			return text, ok && err == nil
		}
	}
	return "", false
}

// lockedPackageJSON is a package as the lock file has it.
type lockedPackageJSON struct {
	Path   string      `json:"path"`
	Name   string      `json:"name"`
	Dir    string      `json:"dir"`
	Doc    ir.Doc      `json:"doc,omitzero"`
	Allow  []ir.Allow  `json:"allow,omitempty"`
	Events []*ir.Event `json:"events"`
	Decls  []*ir.Decl  `json:"decls"`
}

func (l *Lock) resolve(dir string) {
	for _, p := range l.Packages {
		p.Dir = filepath.Join(dir, filepath.FromSlash(p.Rel))
	}
}

// Model returns the model that the output was rendered from, without positions.
func (l *Lock) Model() *ir.Model {
	m := &ir.Model{Settings: l.Settings}
	for _, p := range l.Packages {
		m.Packages = append(m.Packages, p.Package)
	}
	return m
}

// Owned returns the files that the output in dir consists of, absolute.
func (l *Lock) Owned(dir string) []string {
	var out []string
	for _, p := range l.Packages {
		for _, name := range gen.GoFileNames {
			out = append(out, filepath.Join(dir, filepath.FromSlash(path.Join(p.Rel, name))))
		}
	}
	for _, f := range l.Files {
		out = append(out, filepath.Join(dir, filepath.FromSlash(f)))
	}
	return out
}

// Encode renders the packages, which is most of the work of [Lock.File], on all cores.
func (l *Lock) Encode() error {
	l.texts = make([][]byte, len(l.Packages))
	errs := make([]error, len(l.Packages))
	limit := make(chan struct{}, runtime.GOMAXPROCS(0))
	var packages sync.WaitGroup
	for i, p := range l.Packages {
		limit <- struct{}{}
		packages.Go(func() {
			l.texts[i], errs[i] = p.encode()
			<-limit
		})
	}
	packages.Wait()
	return errors.Join(errs...)
}

// encode renders a package. Each event and each declaration has its line, so that version control
// can merge two branches.
func (p LockedPackage) encode() ([]byte, error) {
	w := lockWriters.Get().(*lockWriter)
	defer lockWriters.Put(w)
	w.Reset()
	w.err = nil
	out := p.WithoutPositions()
	w.text("{\"path\": ").value(p.Path).text(", \"name\": ").value(p.Name).text(", \"dir\": ").value(p.Rel)
	if p.Doc != (ir.Doc{}) {
		w.text(", \"doc\": ").value(p.Doc)
	}
	if len(out.Allow) > 0 {
		w.text(", \"allow\": ").value(out.Allow)
	}
	w.text(",\n \"events\": ")
	writeLines(w, " ", out.Events)
	w.text(",\n \"decls\": ")
	writeLines(w, " ", out.Decls)
	w.text("}")
	return bytes.Clone(w.Bytes()), w.err
}

// lockWriters have room for a package already, but for the first.
var lockWriters = sync.Pool{New: func() any { return new(lockWriter) }}

// File returns the lock as a file of the output in dir.
func (l *Lock) File(dir string) (gen.File, error) {
	if l.texts == nil {
		if err := l.Encode(); err != nil {
			return gen.File{}, err
		}
	}
	w := &lockWriter{}
	w.text("{\n\"eventgen\": ").value(lockVersion).text(",\n\"settings\": ").value(l.Settings)
	w.text(",\n\"files\": ")
	writeLines(w, "", l.Files)
	w.text(",\n\"packages\": [")
	size := 0
	for _, text := range l.texts {
		size += len(text) + 2
	}
	w.Grow(size + 5)
	for i, text := range l.texts {
		w.separate(i)
		w.Write(text)
	}
	if len(l.Packages) > 0 {
		w.text("\n")
	}
	w.text("]\n}\n")
	return gen.File{Path: filepath.Join(dir, LockName), Content: w.Bytes()}, w.err
}

// lockWriter writes JSON with lines of our choosing and keeps the first error.
type lockWriter struct {
	bytes.Buffer
	err error
}

func (w *lockWriter) text(s string) *lockWriter {
	w.WriteString(s)
	return w
}

func (w *lockWriter) value(v any) *lockWriter {
	encoder := json.NewEncoder(&w.Buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		w.err = cmp.Or(w.err, err)
	} else {
		w.Truncate(w.Len() - 1) // the newline that Encode adds
	}
	return w
}

func (w *lockWriter) separate(i int) *lockWriter {
	if i > 0 {
		w.WriteByte(',')
	}
	return w.text("\n")
}

func writeLines[T any](w *lockWriter, indent string, values []T) {
	w.text("[")
	for i, v := range values {
		w.separate(i).text(indent + " ").value(v)
	}
	if len(values) > 0 {
		w.text("\n" + indent)
	}
	w.text("]")
}

// Orphans returns the files that the lock of the output in dir owns and that a render of m need
// not write again: those that are left of packages that are gone, and all TypeScript files. The
// Go files of packages that m keeps from the lock are not among them.
func (l *Lock) Orphans(dir string, m *ir.Model) []string {
	here := map[string]bool{}
	for _, p := range m.Packages {
		for _, name := range gen.GoFileNames {
			here[filepath.Join(p.Dir, name)] = true
		}
	}
	return slices.DeleteFunc(l.Owned(dir), func(path string) bool { return here[path] })
}
