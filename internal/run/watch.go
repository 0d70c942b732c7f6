package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/load"
)

// A save is often several writes. A run starts when they have been over for quiet, and does not
// wait for longer than patience.
const (
	quiet    = 100 * time.Millisecond
	patience = time.Second
)

// WatchOptions say what to watch and whom to tell.
type WatchOptions struct {
	// Job makes the job anew for each run: the settings may have changed.
	Job func() (*Job, error)
	// Ran is called after each run, also after one for which there was no job.
	Ran func(*Result, error)
	// Watching is called once, with the number of directories.
	Watching func(directories int)
	// Generate says how to generate.
	Generate GenerateOptions
}

// Watch generates, and does so again whenever something changes that the output depends on. It
// ends without an error when ctx does.
func Watch(ctx context.Context, at Place, opts WatchOptions) error {
	notifier, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer notifier.Close()
	w := &watcher{Place: at, opts: opts, notifier: notifier}
	return w.run(ctx)
}

// watcher runs the generator again and again.
type watcher struct {
	Place
	opts     WatchOptions
	notifier *fsnotify.Watcher
	watched  map[string]bool
	outputs  map[string]bool // the files of the last run; none if it failed
}

func (w *watcher) run(ctx context.Context) error {
	for {
		before := w.once(ctx)
		for after := before; after.Sum == before.Sum && !w.deleted(); after = w.look() {
			if ctx.Err() != nil {
				return nil // the user has seen enough
			}
			if err := w.follow(after); err != nil {
				return err
			}
			// What happened before the directories were watched made no event, and may go on.
			missed := w.look().Sum != before.Sum || w.deleted()
			if err := w.settle(ctx, w.notifier.Events, w.notifier.Errors, missed); err != nil {
				return fmt.Errorf("watch: %w", err)
			}
		}
	}
}

// once generates, and returns what the run depends on as it was before.
func (w *watcher) once(ctx context.Context) *load.Snapshot {
	snapshot := w.look()
	w.outputs = nil
	j, err := w.opts.Job()
	var result *Result
	if err == nil {
		result, err = Generate(ctx, j, w.opts.Generate)
	}
	if ctx.Err() != nil {
		return snapshot
	}
	if err == nil {
		w.outputs = wordSet(result.Files)
	}
	w.opts.Ran(result, err)
	return snapshot
}

// deleted reports whether an output is missing that the last run left.
func (w *watcher) deleted() bool {
	for path := range w.outputs {
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return true
		}
	}
	return false
}

// look returns what a run would depend on now. A broken configuration is read again and again
// until it is whole.
func (w *watcher) look() *load.Snapshot {
	query := load.Query{Dir: w.Here}
	if j, err := w.opts.Job(); err == nil {
		query = j.query()
	}
	query.Files = append(query.Files, filepath.Join(w.Here, config.FileName))
	if path, err := config.Find(w.Here); err == nil && path != "" {
		query.Files = append(query.Files, path)
	}
	return load.Take(query)
}

// follow watches the directories of the snapshot and of the outputs, and of those that are not
// there the ones above.
func (w *watcher) follow(s *load.Snapshot) error {
	watched := map[string]bool{}
	dirs := slices.Clone(s.Dirs)
	for path := range w.outputs {
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, dir := range dirs {
		for !isDir(dir) && dir != filepath.Dir(dir) {
			dir = filepath.Dir(dir)
		}
		if watched[dir] {
			continue
		}
		watched[dir] = true
		if err := w.notifier.Add(dir); errors.Is(err, syscall.ENOSPC) {
			return fail(WatchLimit, "watch %s: the system's limit of watched directories is reached", w.rel(dir))
		} else if err != nil && isDir(dir) {
			return fmt.Errorf("watch %s: %w", w.rel(dir), err)
		}
	}
	for dir := range w.watched {
		if !watched[dir] {
			_ = w.notifier.Remove(dir) // it may be gone already
		}
	}
	if w.watched == nil {
		w.opts.Watching(len(watched))
	}
	w.watched = watched
	return nil
}

// settle waits for a change on the disk, unless one has begun, and then until the disk is quiet:
// what is read earlier may be half of a save. What writes an output, such as the run before, is no
// change; what deletes one is.
func (w *watcher) settle(ctx context.Context, events <-chan fsnotify.Event, failures <-chan error, begun bool) error {
	var calm, limit <-chan time.Time
	changed := func() {
		calm = time.After(quiet)
		if limit == nil {
			limit = time.After(patience)
		}
	}
	if begun {
		changed()
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-calm:
			return nil
		case <-limit:
			return nil
		case err := <-failures:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return err
			}
			return nil // too much at once to tell: look at everything
		case event := <-events:
			written := w.outputs[event.Name] && !event.Has(fsnotify.Remove) && !event.Has(fsnotify.Rename)
			if event.Op != fsnotify.Chmod && !written && !strings.HasPrefix(filepath.Base(event.Name), ".") {
				changed()
			}
		}
	}
}

func wordSet(words []string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, word := range words {
		set[word] = true
	}
	return set
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
