package scaffold

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
	"testing"
)

// TestPinned: each template pins its packages and has a lock file for exactly those.
func TestPinned(t *testing.T) {
	type manifest struct {
		Name            string            `json:"name"`
		Scripts         map[string]string `json:"scripts"`
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	for _, name := range Templates {
		files, err := App{Template: name, Name: "x", Path: "example.com/x"}.Files()
		if err != nil {
			t.Fatal(err)
		}
		read := func(file string, v any) {
			i := slices.IndexFunc(files, func(f File) bool { return f.Path == "web/"+file })
			if i < 0 {
				t.Fatalf("%s has no %s", name, file)
			}
			if err := json.Unmarshal(files[i].Content, v); err != nil {
				t.Fatalf("%s of %s: %v", file, name, err)
			}
		}
		var wanted manifest
		read("package.json", &wanted)
		var lock struct {
			Packages map[string]manifest `json:"packages"`
		}
		read("package-lock.json", &lock)
		locked := lock.Packages[""]
		for _, set := range []struct{ wanted, locked map[string]string }{
			{wanted.Dependencies, locked.Dependencies}, {wanted.DevDependencies, locked.DevDependencies},
		} {
			if len(set.wanted) != len(set.locked) {
				t.Errorf("%s: package.json has %d packages of a kind, the lock %d", name, len(set.wanted), len(set.locked))
			}
			for dep, version := range set.wanted {
				if set.locked[dep] != version {
					t.Errorf("%s: %s is %s in package.json and %q in the lock", name, dep, version, set.locked[dep])
				}
				if strings.ContainsAny(version, "^~*<> ") {
					t.Errorf("%s: %s is not pinned: %s", name, dep, version)
				}
			}
		}
		if !strings.Contains(wanted.Scripts["dev:server"], "@v") {
			t.Errorf("%s: air is not pinned: %s", name, wanted.Scripts["dev:server"])
		}
	}
}

// TestSame: the templates differ in their framework, and in nothing else.
func TestSame(t *testing.T) {
	var first []string
	for _, name := range Templates {
		files, err := App{Template: name, Name: "x", Path: "example.com/x"}.Files()
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, f := range files {
			if !strings.HasPrefix(f.Path, "web/src/") {
				paths = append(paths, f.Path)
			}
			if path.Ext(f.Path) == ".tmpl" || strings.Contains(string(f.Content), "<no value>") {
				t.Errorf("%s: %s is not rendered", name, f.Path)
			}
		}
		slices.Sort(paths)
		if first == nil {
			first = paths
		} else if !slices.Equal(first, paths) {
			t.Errorf("%s has the files\n%v\nwant\n%v", name, paths, first)
		}
	}
}
