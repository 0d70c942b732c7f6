package output

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// step is one change in progress.
type step struct {
	Change
	mode fs.FileMode // of the file
	next string      // temporary file with the new content; "" for a removal, and once it is in place
	done bool
}

// transaction carries the changes out.
type transaction struct {
	disk  disk
	steps []*step
	dirs  []string // created, parents first
	lost  []string // changed, and not to be put back
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

// prepare writes the new content beside the file that it is to replace, which is not touched:
// whoever watches it would read the old content, and miss the new one.
func (t *transaction) prepare(c Change) (err error) {
	dir := filepath.Dir(c.target)
	if err := t.mkdir(dir); err != nil {
		return failure(dir, "cannot be created", err)
	}
	t.sweep(dir)
	s := &step{Change: c, mode: modeOf(c.target)}
	t.steps = append(t.steps, s)
	if c.Kind == Remove {
		return nil
	}
	// Everything but the lock can be made again from the source, so only the lock is worth
	// waiting for the disk; that the space is there is known once it is written.
	if s.next, err = stage(t.disk, c.target, c.New, s.mode, rank(c) > 0); err != nil {
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
	s.done, s.next = true, ""
	return nil
}

// rollback puts everything back as it was. What was there is known, so that no copy of it is made
// for a failure that hardly ever happens.
func (t *transaction) rollback(cause error) error {
	for _, s := range slices.Backward(t.steps) {
		switch {
		case s.next != "":
			t.discard(s.next)
		case s.done && s.Kind == Create:
			t.discard(s.target)
		case s.done:
			t.restore(s)
		}
	}
	for _, dir := range slices.Backward(t.dirs) {
		t.discard(dir)
	}
	if len(t.lost) > 0 {
		return &Error{
			Path: t.lost[0], Message: "is already replaced, and cannot be put back", Err: cause,
			Hint: "remove the cause and run again, which makes all files fit each other",
		}
	}
	return cause
}

func (t *transaction) restore(s *step) {
	temp, err := stage(t.disk, s.target, s.Old, s.mode, false)
	if err == nil {
		err = t.disk.Rename(temp, s.target)
	}
	if err != nil {
		t.lost = append(t.lost, s.Path)
	}
}

// finish removes folders that a removal has emptied.
func (t *transaction) finish() {
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
