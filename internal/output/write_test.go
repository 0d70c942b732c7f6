package output

import (
	"context"
	"errors"
	"fmt"
	"github.com/eventgen/eventgen/internal/gen"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// tree is the content of a directory: file name, with slashes, to text; a folder ends in a slash.
type tree map[string]string

func (t tree) write(tb testing.TB, dir string) {
	tb.Helper()
	for name, text := range t {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if strings.HasSuffix(name, "/") {
			must(tb, os.MkdirAll(path, 0o777))
			continue
		}
		must(tb, os.MkdirAll(filepath.Dir(path), 0o777))
		must(tb, os.WriteFile(path, []byte(text), 0o666))
	}
}

func readTree(tb testing.TB, dir string) tree {
	tb.Helper()
	out := tree{}
	must(tb, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		name = filepath.ToSlash(name)
		if d.IsDir() {
			out[name+"/"] = ""
			return nil
		}
		text, err := os.ReadFile(path)
		out[name] = string(text)
		return err
	}))
	return out
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func generated(text string) string { return gen.Header + "\n" + text }

func output(dir string, t tree, former ...string) Want {
	out := Want{Dirs: []string{filepath.Join(dir, "ts")}}
	for _, name := range slices.Sorted(maps.Keys(t)) {
		out.Files = append(out.Files, gen.File{Path: filepath.Join(dir, filepath.FromSlash(name)), Content: []byte(t[name])})
	}
	for _, name := range former {
		out.Former = append(out.Former, filepath.Join(dir, filepath.FromSlash(name)))
	}
	return out
}

// situation is an output of which every kind of change is due.
func situation(tb testing.TB) (dir string, before, after tree, out Want) {
	dir = tb.TempDir()
	before = tree{
		"app/":                   "",
		"app/app.go":             "package app\n",
		"app/events_gen.go":      generated("old"),
		"gone/":                  "",
		"gone/events_gen.go":     generated("orphan by the lock"),
		"ts/":                    "",
		"ts/eventgen.lock.json":  "{}",
		"ts/events.gen.ts":       generated("old"),
		"ts/catalog.gen.ts":      generated("same"),
		"ts/react.gen.ts":        generated("orphan by its header"),
		"ts/mine.ts":             "export {}\n",
		"ts/client/":             "",
		"ts/client/index.ts":     generated("same"),
		"ts/client/old/":         "",
		"ts/client/old/index.ts": generated("orphan"),
	}
	before.write(tb, dir)
	wanted := tree{
		"app/events_gen.go":       generated("new"),
		"ts/eventgen.lock.json":   "{ }",
		"ts/events.gen.ts":        generated("new"),
		"ts/catalog.gen.ts":       generated("same"),
		"ts/client/index.ts":      generated("same"),
		"ts/client/core/frame.ts": generated("new"),
	}
	after = maps.Clone(before)
	for _, name := range []string{"gone/events_gen.go", "ts/react.gen.ts", "ts/client/old/", "ts/client/old/index.ts"} {
		delete(after, name)
	}
	maps.Copy(after, wanted)
	after["ts/client/core/"] = ""
	return dir, before, after, output(dir, wanted, "gone/events_gen.go", "ts/was-removed-by-hand.ts", "app/app.go")
}

func TestPlan(t *testing.T) {
	dir, before, after, out := situation(t)
	untouched := filepath.Join(dir, "ts", "catalog.gen.ts")
	info, err := os.Stat(untouched)
	must(t, err)

	p, err := NewPlan(out)
	must(t, err)
	var got []string
	for _, c := range p.Changes {
		name, _ := filepath.Rel(dir, c.Path)
		got = append(got, string(c.Kind)+" "+filepath.ToSlash(name))
	}
	want := []string{
		"update app/events_gen.go",
		"remove gone/events_gen.go",
		"create ts/client/core/frame.ts",
		"remove ts/client/old/index.ts",
		"update ts/eventgen.lock.json",
		"update ts/events.gen.ts",
		"remove ts/react.gen.ts",
	}
	if !slices.Equal(got, want) {
		t.Errorf("changes:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if now := readTree(t, dir); !reflect.DeepEqual(now, before) {
		t.Errorf("planning changed the disk: %v", now)
	}

	must(t, p.Apply(t.Context()))
	if now := readTree(t, dir); !reflect.DeepEqual(now, after) {
		t.Errorf("got  %v\nwant %v", now, after)
	}
	if now, err := os.Stat(untouched); err != nil || !now.ModTime().Equal(info.ModTime()) {
		t.Errorf("an equal file was touched: %v", err)
	}

	p, err = NewPlan(out)
	if err != nil || len(p.Changes) != 0 {
		t.Errorf("a second run would change %v, %v", p.Changes, err)
	}
}

// faultyDisk fails at its n-th operation; from then on only what undoes works.
type faultyDisk struct {
	osDisk
	left   int
	failed string
}

func (d *faultyDisk) try(operation, path string) error {
	if d.failed != "" {
		return nil
	}
	if d.left--; d.left < 0 {
		d.failed = operation
		return &fs.PathError{Op: operation, Path: path, Err: syscall.ENOSPC}
	}
	return nil
}

func (d *faultyDisk) Mkdir(path string) error {
	return cmpErr(d.try("mkdir", path), func() error { return d.osDisk.Mkdir(path) })
}

func (d *faultyDisk) Rename(from, to string) error {
	return cmpErr(d.try("rename", to), func() error { return d.osDisk.Rename(from, to) })
}

func (d *faultyDisk) Remove(path string) error {
	return cmpErr(d.try("remove", path), func() error { return d.osDisk.Remove(path) })
}

func (d *faultyDisk) Write(path string, content []byte, mode fs.FileMode, sync bool) error {
	if err := d.try("write", path); err != nil {
		// A full disk takes a part of the file.
		_ = d.osDisk.Write(path, content[:len(content)/2], mode, sync)
		return err
	}
	return d.osDisk.Write(path, content, mode, sync)
}

func cmpErr(err error, do func() error) error {
	if err != nil {
		return err
	}
	return do()
}

func TestApplyAllOrNothing(t *testing.T) {
	seen := map[string]bool{}
	for n := range 100 {
		dir, before, after, out := situation(t)
		p, err := NewPlan(out)
		must(t, err)
		d := &faultyDisk{left: n}
		err = p.apply(t.Context(), d)
		if d.failed == "" {
			must(t, err)
			for _, operation := range []string{"mkdir", "write", "rename", "remove"} {
				if !seen[operation] {
					t.Errorf("no %s has failed", operation)
				}
			}
			return
		}
		seen[d.failed] = true
		now := readTree(t, dir)
		switch {
		case err != nil && !reflect.DeepEqual(now, before):
			t.Errorf("operation %d (%s) failed and left %v", n, d.failed, now)
		case err == nil && !reflect.DeepEqual(withoutTemporary(now), after):
			// An empty folder that cannot be removed is no failure.
			t.Errorf("operation %d (%s) failed, no error, and %v", n, d.failed, now)
		}
		var e *Error
		if err != nil && (!errors.As(err, &e) || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(e.Hint, "free some space")) {
			t.Errorf("operation %d: unhelpful error %#v", n, err)
		}
	}
	t.Error("no run has succeeded")
}

func withoutTemporary(t tree) tree {
	maps.DeleteFunc(t, func(name, _ string) bool {
		return strings.Contains(name, temporary) || name == "ts/client/old/"
	})
	return t
}

func TestApplyCancelled(t *testing.T) {
	dir, before, _, out := situation(t)
	p, err := NewPlan(out)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	d := &cancellingDisk{left: 3, cancel: cancel}
	if err := p.apply(ctx, d); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if now := readTree(t, dir); !reflect.DeepEqual(now, before) {
		t.Errorf("an interrupted run left %v", now)
	}
}

type cancellingDisk struct {
	osDisk
	left   int
	cancel func()
}

func (d *cancellingDisk) Write(path string, content []byte, mode fs.FileMode, sync bool) error {
	if d.left--; d.left == 0 {
		d.cancel()
	}
	return d.osDisk.Write(path, content, mode, sync)
}

func TestApplySweeps(t *testing.T) {
	dir, _, after, out := situation(t)
	// A run that was killed leaves temporary files; a folder of that name is not ours.
	tree{"ts/" + temporary + "dead": "x", "app/" + temporary + "dead": "x"}.write(t, dir)
	p, err := NewPlan(out)
	must(t, err)
	must(t, p.Apply(t.Context()))
	if now := readTree(t, dir); !reflect.DeepEqual(now, after) {
		t.Errorf("got  %v\nwant %v", now, after)
	}
}

// A directory that is missing may be made, unless something else stands above it.
func TestPlanChecksWhatIsAboveADirectory(t *testing.T) {
	for name, test := range map[string]struct {
		before tree
		want   string
	}{
		"nothing":              {tree{"a/": ""}, ""},
		"a file two levels up": {tree{"a/ts": "x"}, "a/ts is a file, but the TypeScript output goes into a directory"},
	} {
		dir := t.TempDir()
		test.before.write(t, dir)
		_, err := NewPlan(Want{Dirs: []string{filepath.Join(dir, "a", "ts", "web", "events")}})
		got := ""
		if err != nil {
			got = strings.ReplaceAll(filepath.ToSlash(err.Error()), filepath.ToSlash(dir)+"/", "")
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestPlanRefuses(t *testing.T) {
	for _, test := range []struct {
		name   string
		before tree
		out    tree
		want   string
	}{
		{
			"foreign file",
			tree{"ts/events.gen.ts": "export const mine = 1;\n"},
			tree{"ts/events.gen.ts": generated("")},
			"ts/events.gen.ts is not a generated file: its first line is not the one that eventgen writes",
		},
		{
			"foreign Go file",
			tree{"app/events_gen.go": "package app\n", "ts/": ""},
			tree{"app/events_gen.go": generated("")},
			"app/events_gen.go is not a generated file: its first line is not the one that eventgen writes",
		},
		{
			"directory in a file's place",
			tree{"ts/events.gen.ts/": ""},
			tree{"ts/events.gen.ts": generated("")},
			"ts/events.gen.ts is a directory, but a generated file goes there",
		},
		{
			"file in the output's place",
			tree{"ts": "x"},
			tree{"ts/events.gen.ts": generated("")},
			"ts is a file, but the TypeScript output goes into a directory",
		},
		{
			"file above the output's place",
			tree{"ts": "x"},
			tree{"ts/web/events/events.gen.ts": generated("")},
			"ts is a file, but the TypeScript output goes into a directory",
		},
		{
			"all of them at once",
			tree{"ts/a.gen.ts": "x", "ts/b.gen.ts/": "x"},
			tree{"ts/a.gen.ts": generated(""), "ts/b.gen.ts": generated("")},
			"ts/a.gen.ts is not a generated file: its first line is not the one that eventgen writes\nts/b.gen.ts is a directory, but a generated file goes there",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			test.before.write(t, dir)
			before := readTree(t, dir)
			_, err := NewPlan(output(dir, test.out))
			if err == nil {
				t.Fatal("no error")
			}
			if got := strings.ReplaceAll(filepath.ToSlash(err.Error()), filepath.ToSlash(dir)+"/", ""); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if now := readTree(t, dir); !reflect.DeepEqual(now, before) {
				t.Errorf("changed to %v", now)
			}
		})
	}
}

func TestPlanMissingParents(t *testing.T) {
	dir := t.TempDir()
	want := tree{"web/": "", "web/src/": "", "web/src/ts/": "", "web/src/ts/events.gen.ts": generated("")}
	out := output(dir, tree{"web/src/ts/events.gen.ts": generated("")})
	out.Dirs = []string{filepath.Join(dir, "web", "src", "ts")}
	p, err := NewPlan(out)
	must(t, err)
	if now := readTree(t, dir); len(now) > 0 {
		t.Errorf("planning created %v", now)
	}
	must(t, p.Apply(t.Context()))
	if now := readTree(t, dir); !reflect.DeepEqual(now, want) {
		t.Errorf("got %v, want %v", now, want)
	}
}

func TestPlanSymlink(t *testing.T) {
	dir := t.TempDir()
	tree{"real/events.gen.ts": generated("old"), "ts/": ""}.write(t, dir)
	link := filepath.Join(dir, "ts", "events.gen.ts")
	must(t, os.Symlink(filepath.Join("..", "real", "events.gen.ts"), link))
	p, err := NewPlan(output(dir, tree{"ts/events.gen.ts": generated("new")}))
	must(t, err)
	must(t, p.Apply(t.Context()))
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v", err)
	}
	if got := readTree(t, dir)["real/events.gen.ts"]; got != generated("new") {
		t.Errorf("the file behind it is %q", got)
	}

	must(t, os.Remove(filepath.Join(dir, "real", "events.gen.ts")))
	if _, err := NewPlan(output(dir, tree{"ts/events.gen.ts": generated("new")})); err == nil || !strings.Contains(err.Error(), "symbolic link") {
		t.Errorf("a dangling link: %v", err)
	}
}

func TestPlanLineEnds(t *testing.T) {
	dir := t.TempDir()
	tree{"ts/events.gen.ts": strings.ReplaceAll(generated("a\nb\n"), "\n", "\r\n")}.write(t, dir)
	p, err := NewPlan(output(dir, tree{"ts/events.gen.ts": generated("a\nb\n")}))
	if err != nil || len(p.Changes) > 0 {
		t.Errorf("line ends of a checkout count as a change: %v, %v", p.Changes, err)
	}
}

func TestApplyKeepsMode(t *testing.T) {
	dir := t.TempDir()
	tree{"ts/events.gen.ts": generated("old")}.write(t, dir)
	path := filepath.Join(dir, "ts", "events.gen.ts")
	must(t, os.Chmod(path, 0o640))
	p, err := NewPlan(output(dir, tree{"ts/events.gen.ts": generated("new")}))
	must(t, err)
	must(t, p.Apply(t.Context()))
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestDiff(t *testing.T) {
	for _, test := range []struct {
		change Change
		want   string
	}{
		{Change{Kind: Update, Old: []byte("a\nb\n"), New: []byte("a\nc\n")}, "--- a/x.ts\n+++ b/x.ts\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"},
		{Change{Kind: Create, New: []byte("a\n")}, "--- /dev/null\n+++ b/x.ts\n@@ -0,0 +1 @@\n+a\n"},
		{Change{Kind: Remove, Old: []byte("a\n")}, "--- a/x.ts\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"},
	} {
		if got := test.change.Diff("x.ts"); got != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.change.Kind, got, test.want)
		}
	}
}

func TestExclude(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dirs := []string{t.TempDir(), t.TempDir()}
	const runs, rounds = 4, 20
	var inside atomic.Int32
	done := make(chan error, runs)
	for i := range runs {
		go func() {
			for range rounds {
				// Each names the two in another order.
				release, err := Exclude(t.Context(), []string{dirs[i%2], dirs[1-i%2]}, nil)
				if err != nil {
					done <- err
					return
				}
				if inside.Add(1) != 1 {
					done <- errors.New("two runs at once")
					return
				}
				inside.Add(-1)
				release()
			}
			done <- nil
		}()
	}
	for range runs {
		must(t, <-done)
	}
}

func TestExcludeWaits(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := t.TempDir()
	release, err := Exclude(t.Context(), []string{dir}, nil)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	told := ""
	_, err = Exclude(ctx, []string{dir}, func(dir string) { told = dir; cancel() })
	if !errors.Is(err, context.Canceled) || told != dir {
		t.Errorf("error %v, waiting for %q", err, told)
	}
	release()
	release, err = Exclude(t.Context(), []string{dir}, func(string) { t.Error("waits for itself") })
	must(t, err)
	release()
}

// Lock files lie in the user's cache, or where there is none in the folder for temporary files.
func TestExcludePlaces(t *testing.T) {
	cache, temp, dir := t.TempDir(), t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	locks := func(below string) int {
		files, err := filepath.Glob(filepath.Join(below, "*.lock"))
		must(t, err)
		return len(files)
	}
	fallback := filepath.Join(temp, "eventgen-locks-"+strconv.Itoa(os.Getuid()))
	for _, want := range []struct {
		cache       string
		inCache, in int
	}{
		{cache, 1, 0},
		{filepath.Join(cache, "eventgen", "locks", exclusionName(dir)), 1, 1}, // a file: nothing can be below it
	} {
		t.Setenv("XDG_CACHE_HOME", want.cache)
		release, err := Exclude(t.Context(), []string{dir}, nil)
		must(t, err)
		release()
		if inCache, in := locks(filepath.Join(cache, "eventgen", "locks")), locks(fallback); inCache != want.inCache || in != want.in {
			t.Errorf("with the cache %s there are %d lock files in the cache and %d elsewhere", want.cache, inCache, in)
		}
	}
}

// Two names of one directory have one lock.
func TestExclusionNames(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(dir, link))
	if exclusionName(link) != exclusionName(dir) || exclusionName(filepath.Dir(link)) == exclusionName(dir) {
		t.Error("a directory and a link to it have two locks, or two directories have one")
	}
}

func ExampleError() {
	err := &Error{Path: "/app/web/events", Message: "is a file, but the TypeScript output goes into a directory"}
	fmt.Println(err)
	// Output: /app/web/events is a file, but the TypeScript output goes into a directory
}
