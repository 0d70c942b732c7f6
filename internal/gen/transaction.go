package gen

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// temporary begins the name of every temporary file. It ends in no extension that a compiler
// or a bundler reads.
const temporary = ".eventgen-tmp-"

// disk is the part of package os that writing needs, so that tests can let it fail anywhere.
type disk interface {
	Mkdir(path string) error
	Write(path string, content []byte, mode fs.FileMode, sync bool) error
	Link(from, to string) error
	Rename(from, to string) error
	Remove(path string) error
}

type osDisk struct{}

func (osDisk) Mkdir(path string) error      { return os.Mkdir(path, 0o777) }
func (osDisk) Link(from, to string) error   { return os.Link(from, to) }
func (osDisk) Rename(from, to string) error { return os.Rename(from, to) }
func (osDisk) Remove(path string) error     { return os.Remove(path) }

func (osDisk) Write(path string, content []byte, mode fs.FileMode, sync bool) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err = f.Write(content); err != nil {
		return err
	}
	if sync {
		return f.Sync()
	}
	return nil
}

// step is one change in progress.
type step struct {
	Change
	next   string // temporary file with the new content; "" for a removal
	backup string // temporary file with the old one; "" for a new file
	done   bool
}

// transaction carries the changes out.
type transaction struct {
	disk  disk
	steps []*step
	dirs  []string // created, parents first
}

func (t *transaction) run(ctx context.Context, changes []Change) error {
	for _, c := range order(changes) {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if err := t.prepare(c); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for _, s := range t.steps {
		if err := t.commit(s); err != nil {
			return err
		}
	}
	return nil
}

// order puts the lock file last: should the machine stop in between, the old lock still knows
// what to remove.
func order(changes []Change) []Change {
	out := slices.Clone(changes)
	slices.SortStableFunc(out, func(a, b Change) int { return rank(a) - rank(b) })
	return out
}

func rank(c Change) int {
	if filepath.Base(c.Path) == LockName {
		return 1
	}
	return 0
}

// prepare writes what is needed to make the change and to take it back.
func (t *transaction) prepare(c Change) error {
	dir := filepath.Dir(c.target)
	if err := t.mkdir(dir); err != nil {
		return failure(dir, "cannot be created", err)
	}
	t.sweep(dir)
	s := &step{Change: c}
	t.steps = append(t.steps, s)
	mode := fs.FileMode(0o666)
	if c.Kind != Create {
		if info, err := os.Stat(c.target); err == nil {
			mode = info.Mode().Perm()
		}
		backup := t.temporary(dir)
		if err := t.disk.Link(c.target, backup); err != nil {
			// Not every file system has links; a copy does as well.
			if err := t.disk.Write(backup, c.Old, mode, false); err != nil {
				t.discard(backup)
				return failure(c.Path, "cannot be written", err)
			}
		}
		s.backup = backup
	}
	if c.Kind == Remove {
		return nil
	}
	s.next = t.temporary(dir)
	// Everything but the lock can be made again from the source, so only the lock is worth
	// waiting for the disk; that the space is there is known once it is written.
	if err := t.disk.Write(s.next, c.New, mode, rank(c) > 0); err != nil {
		return failure(c.Path, "cannot be written", err)
	}
	return nil
}

// mkdir creates dir and what is missing above it.
func (t *transaction) mkdir(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := t.mkdir(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := t.disk.Mkdir(dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	t.dirs = append(t.dirs, dir)
	return nil
}

// sweep removes what an earlier run left in dir that was killed.
func (t *transaction) sweep(dir string) {
	if slices.ContainsFunc(t.steps, func(s *step) bool { return filepath.Dir(s.target) == dir }) {
		return
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), temporary) {
			t.discard(filepath.Join(dir, entry.Name()))
		}
	}
}

// discard removes what is of no use any more. That it could not be removed harms nothing: the
// next run sweeps it up.
func (t *transaction) discard(path string) { _ = t.disk.Remove(path) }

func (t *transaction) temporary(dir string) string {
	return filepath.Join(dir, fmt.Sprintf("%s%016x", temporary, rand.Uint64()))
}

func (t *transaction) commit(s *step) error {
	var err error
	if s.Kind == Remove {
		err = t.disk.Remove(s.target)
	} else {
		err = t.disk.Rename(s.next, s.target)
	}
	if err != nil {
		return failure(s.Path, "cannot be replaced", err)
	}
	s.done = true
	return nil
}

// rollback puts everything back as it was.
func (t *transaction) rollback() {
	for _, s := range slices.Backward(t.steps) {
		switch {
		case s.done && s.backup != "":
			_ = t.disk.Rename(s.backup, s.target)
		case s.done:
			t.discard(s.target)
		case s.backup != "":
			t.discard(s.backup)
		}
		if !s.done && s.next != "" {
			t.discard(s.next)
		}
	}
	for _, dir := range slices.Backward(t.dirs) {
		t.discard(dir)
	}
}

// finish removes the backups, and folders that a removal has emptied.
func (t *transaction) finish() {
	for _, s := range t.steps {
		if s.backup != "" {
			t.discard(s.backup)
		}
	}
	for _, s := range t.steps {
		if s.Kind == Remove && strings.HasSuffix(s.target, ".ts") {
			t.discard(filepath.Dir(s.target)) // stays unless it is empty
		}
	}
}

// failure is an error of the disk with the advice that fits it.
func failure(path, message string, err error) error {
	hint := "nothing was changed"
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		hint = "free some space and run again; nothing was changed"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		hint = "make it writable and run again; nothing was changed"
	}
	if cause, ok := errors.AsType[syscall.Errno](err); ok {
		err = cause
	}
	return &Error{Path: path, Message: message, Hint: hint, Err: err}
}
