package output

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen"
)

// recorded is a tree after a run, and the records that hold it under the word "read".
func recorded(t *testing.T) (root string, at Places, c Records) {
	t.Helper()
	root = t.TempDir()
	at = Places{Dirs: []string{filepath.Join(root, "ts")}, Packages: []string{filepath.Join(root, "a"), filepath.Join(root, "other")}}
	put(t, root, "kept/kept.go", "//eventgen:event\n")
	put(t, root, "a/"+gen.GoFileName, gen.Header+"\n")
	put(t, root, "ts/events.gen.ts", gen.Header+"\n")
	// A generated file in a package that the run did not load is none of its business.
	put(t, root, "other/"+gen.GoFileName, gen.Header+"\n")
	c = Records{dir: filepath.Join(root, "records")}
	p, err := NewPlan(Want{Files: []gen.File{
		{Path: filepath.Join(root, "a", gen.GoFileName), Content: []byte(gen.Header + "\n")},
		{Path: filepath.Join(root, "ts", "events.gen.ts"), Content: []byte(gen.Header + "\n")},
	}})
	if err != nil || len(p.Changes) > 0 {
		t.Fatal(p, err)
	}
	r := NewRecord(at, p, []string{filepath.Join(root, "kept")}, diag.List{{Message: "beware"}})
	if err := c.Store("read", r); err != nil {
		t.Fatal(err)
	}
	return root, at, c
}

func put(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, root, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(root, filepath.FromSlash(name))); err != nil {
		t.Fatal(err)
	}
}

func TestLookup(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T, root string)
		found  bool
	}{
		{"nothing", func(*testing.T, string) {}, true},
		{"output edited", func(t *testing.T, root string) { put(t, root, "ts/events.gen.ts", gen.Header+"\n// edited\n") }, false},
		{"output removed", func(t *testing.T, root string) { remove(t, root, "a/"+gen.GoFileName) }, false},
		{"orphan in TypeScript", func(t *testing.T, root string) { put(t, root, "ts/react.gen.ts", gen.Header+"\n") }, false},
		{"another's file in TypeScript", func(t *testing.T, root string) { put(t, root, "ts/mine.ts", "export {}\n") }, true},
		{"orphan in a package", func(t *testing.T, root string) { put(t, root, "a/"+gen.GoCodecFileName, gen.Header+"\n") }, false},
		{"another's file in a package", func(t *testing.T, root string) { put(t, root, "a/"+gen.GoCodecFileName, "package a\n") }, true},
		{"a stray gone", func(t *testing.T, root string) { remove(t, root, "other/"+gen.GoFileName) }, false},
		{"package in the lock gone", func(t *testing.T, root string) { remove(t, root, "kept/kept.go") }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			root, at, c := recorded(t)
			test.change(t, root)
			r, found := c.Lookup("read", at)
			if found != test.found {
				t.Errorf("found: %v, want %v", found, test.found)
			}
			if found && !reflect.DeepEqual(r.Warnings, diag.List{{Message: "beware"}}) {
				t.Errorf("warnings %v", r.Warnings)
			}
			if _, found := c.Lookup("something else", at); found {
				t.Error("found for a run that reads something else")
			}
		})
	}
}

func TestRecordsBroken(t *testing.T) {
	_, at, c := recorded(t)
	if err := os.WriteFile(c.file("read"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, found := c.Lookup("read", at); found {
		t.Error("a broken record is found")
	}
	if err := (Records{}).Store("read", &Record{}); err != nil {
		t.Error(err)
	}
	if _, found := (Records{}).Lookup("read", Places{}); found {
		t.Error("found without a place for records")
	}
}

func TestRecordsTrim(t *testing.T) {
	root, at, c := recorded(t)
	for i := range maxRecords - 1 {
		put(t, root, fmt.Sprintf("records/%d.json", i), "{}")
	}
	if err := c.Store("new", NewRecord(at, &Plan{}, nil, nil)); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil || len(entries) > maxRecords/2+1 {
		t.Errorf("%d records are left, %v", len(entries), err)
	}
	if _, found := c.Lookup("new", at); !found {
		t.Error("the new record is not found")
	}
}
