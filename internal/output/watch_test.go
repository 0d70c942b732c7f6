package output

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/fsnotify/fsnotify"
)

// watchedDisk records what a watcher of the output reads at each event of a file. It gets all
// events of an operation before the next one begins.
type watchedDisk struct {
	osDisk
	tb      testing.TB
	watcher *fsnotify.Watcher
	marks   string // a directory that is watched too
	read    map[string][]string
}

func newWatchedDisk(tb testing.TB, paths ...string) *watchedDisk {
	tb.Helper()
	watcher, err := fsnotify.NewBufferedWatcher(64)
	must(tb, err)
	tb.Cleanup(func() { watcher.Close() })
	d := &watchedDisk{tb: tb, watcher: watcher, marks: tb.TempDir(), read: map[string][]string{}}
	for _, path := range append(paths, d.marks) {
		must(tb, watcher.Add(path))
	}
	return d
}

// drain reads at all events up to now: events come in order, so those before a file's that is
// made now are all.
func (d *watchedDisk) drain() {
	mark := filepath.Join(d.marks, "mark")
	must(d.tb, os.Mkdir(mark, 0o777))
	for event := range d.watcher.Events {
		if event.Name == mark {
			break
		}
		if filepath.Dir(event.Name) == d.marks {
			continue
		}
		text, err := os.ReadFile(event.Name)
		if err != nil {
			text = []byte("absent")
		}
		d.read[event.Name] = append(d.read[event.Name], string(text))
	}
	must(d.tb, os.Rename(mark, mark+"-done"))
	must(d.tb, os.Remove(mark+"-done"))
	for event := range d.watcher.Events {
		if event.Name == mark+"-done" && event.Has(fsnotify.Remove) {
			return
		}
	}
}

func (d *watchedDisk) Write(path string, content []byte, mode fs.FileMode, sync bool) error {
	defer d.drain()
	return d.osDisk.Write(path, content, mode, sync)
}

func (d *watchedDisk) Rename(from, to string) error {
	defer d.drain()
	return d.osDisk.Rename(from, to)
}

func (d *watchedDisk) Remove(path string) error {
	defer d.drain()
	return d.osDisk.Remove(path)
}

// A watcher such as Vite's watches folders and files, and reads an output when it is told of it. It
// is told when the new content is there: told before, it would read the old one, and might not
// hear of the new.
func TestApplyIsOneChangeForWatchers(t *testing.T) {
	dir, before, _, out := situation(t)
	p, err := NewPlan(out)
	must(t, err)
	var paths []string
	for name := range before {
		paths = append(paths, filepath.Join(dir, filepath.FromSlash(name)))
	}
	d := newWatchedDisk(t, paths...)
	must(t, p.apply(t.Context(), d))
	seen := 0
	for _, c := range p.Changes {
		want := string(c.New)
		switch {
		case c.Kind == Remove:
			want = "absent"
		case filepath.Base(filepath.Dir(c.Path)) == "core":
			continue // in a folder that nobody watches yet
		}
		got := d.read[c.Path]
		if len(got) == 0 || slices.ContainsFunc(got, func(text string) bool { return text != want }) {
			t.Errorf("%s of %s: a watcher reads %q, want %q", c.Kind, c.Path, got, want)
		}
		seen++
	}
	if seen < 4 {
		t.Errorf("only %d changes", seen)
	}
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	tree{"a.json": "old"}.write(t, dir)
	path := filepath.Join(dir, "a.json")
	must(t, os.Chmod(path, 0o640))
	must(t, Replace(path, []byte("new")))
	must(t, Replace(filepath.Join(dir, "b.json"), []byte("b")))
	if now := readTree(t, dir); now["a.json"] != "new" || now["b.json"] != "b" || len(now) != 2 {
		t.Errorf("got %v", now)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	must(t, os.Mkdir(filepath.Join(dir, "c"), 0o777))
	if err := Replace(filepath.Join(dir, "c"), []byte("c")); err == nil {
		t.Error("a directory is replaced")
	}
	if now := readTree(t, dir); len(now) != 3 {
		t.Errorf("a failure leaves %v", now)
	}
}
