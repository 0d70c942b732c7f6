package fresh

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen"
)

// ran sets up a project after a run, and the cache that holds its record.
func ran(t *testing.T) (root string, q Query, c Cache) {
	t.Helper()
	root, q = setUp(t)
	writeFile(t, root, "app/kept/kept.go", "//eventgen:event\n")
	c = Cache{dir: filepath.Join(root, "cache")}
	s := Take(q)
	r := s.NewRecord([]gen.File{
		{Path: filepath.Join(root, "app", "a", gen.GoFileName), Content: []byte(gen.Header + "\n")},
		{Path: filepath.Join(root, "app", "ts", "events.gen.ts"), Content: []byte(gen.Header + "\n")},
	}, []string{filepath.Join(root, "app", "kept")}, diag.List{{Message: "beware"}})
	if err := c.Store(s, r); err != nil {
		t.Fatal(err)
	}
	return root, q, c
}

func TestLookup(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T, root string)
		found  bool
	}{
		{"nothing", func(*testing.T, string) {}, true},
		{"source", func(t *testing.T, root string) { writeFile(t, root, "app/a/a.go", "package a\n") }, false},
		{"output edited", func(t *testing.T, root string) {
			writeFile(t, root, "app/ts/events.gen.ts", gen.Header+"\n// edited\n")
		}, false},
		{"output removed", func(t *testing.T, root string) { remove(t, root, "app/a/"+gen.GoFileName) }, false},
		{"orphan in TypeScript", func(t *testing.T, root string) { writeFile(t, root, "app/ts/react.gen.ts", gen.Header+"\n") }, false},
		{"another's file in TypeScript", func(t *testing.T, root string) { writeFile(t, root, "app/ts/mine.ts", "export {}\n") }, true},
		{"package in the lock gone", func(t *testing.T, root string) { remove(t, root, "app/kept/kept.go") }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			root, q, c := ran(t)
			test.change(t, root)
			r, found := c.Lookup(Take(q))
			if found != test.found {
				t.Errorf("found: %v, want %v", found, test.found)
			}
			if found && !reflect.DeepEqual(r.Warnings, diag.List{{Message: "beware"}}) {
				t.Errorf("warnings %v", r.Warnings)
			}
		})
	}
}

func TestLookupStrays(t *testing.T) {
	root, q, c := ran(t)
	q.Patterns = []string{"./..."}
	// A generated file in a package that the run did not load is none of its business...
	writeFile(t, root, "app/other/"+gen.GoFileName, gen.Header+"\n")
	s := Take(q)
	r := s.NewRecord(nil, nil, nil)
	if err := c.Store(s, r); err != nil {
		t.Fatal(err)
	}
	if _, found := c.Lookup(Take(q)); !found {
		t.Error("not found")
	}
	// ...but one that appears is news.
	writeFile(t, root, "app/b/"+gen.GoFileName, gen.Header+"\n")
	if _, found := c.Lookup(Take(q)); found {
		t.Error("found in spite of an orphan")
	}
}

func TestStoreDisturbed(t *testing.T) {
	root, q := setUp(t)
	c := Cache{dir: filepath.Join(root, "cache")}
	s := Take(q)
	writeFile(t, root, "app/a/a.go", "package a // while the run was loading\n")
	if err := c.Store(s, s.NewRecord(nil, nil, nil)); err != nil {
		t.Fatal(err)
	}
	writeFile(t, root, "app/a/a.go", project["app/a/a.go"])
	if _, found := c.Lookup(Take(q)); found {
		t.Error("a run that was disturbed is trusted")
	}
}

func TestCacheBroken(t *testing.T) {
	_, q, c := ran(t)
	s := Take(q)
	if err := os.WriteFile(c.file(s), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, found := c.Lookup(s); found {
		t.Error("a broken record is found")
	}
	if _, found := (Cache{}).Lookup(s); found {
		t.Error("found in no cache")
	}
	if err := (Cache{}).Store(s, &Record{}); err != nil {
		t.Error(err)
	}
}

func TestCacheTrim(t *testing.T) {
	root, q := setUp(t)
	c := Cache{dir: filepath.Join(root, "cache")}
	for i := range maxRecords {
		writeFile(t, root, "cache/"+string(rune('a'+i%26))+string(rune('a'+i/26))+".json", "{}")
	}
	s := Take(q)
	if err := c.Store(s, s.NewRecord(nil, nil, nil)); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil || len(entries) > maxRecords/2+1 {
		t.Errorf("%d records are left, %v", len(entries), err)
	}
	if _, found := c.Lookup(Take(q)); !found {
		t.Error("the new record is not found")
	}
}

func remove(t *testing.T, root, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(root, filepath.FromSlash(name))); err != nil {
		t.Fatal(err)
	}
}
