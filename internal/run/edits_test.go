package run

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/output"
)

// TestEdits makes random edits to a module and its output, and holds that a run which may rely on
// records of earlier ones leaves the very files that one without them does.
func TestEdits(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command many times")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	e := &edited{t: t, dir: t.TempDir(), random: rand.New(rand.NewPCG(1, 2)), packages: map[string][]string{}}
	writeModule(t, e.dir)
	e.addPackage()
	e.addPackage()
	e.setting()
	edits := []func() string{
		e.addEvent, e.addEvent, e.removeEvent, e.addField, e.addPackage, e.removePackage, e.setting,
		e.damage, e.delete, func() string { return "nothing" },
	}
	var history []string
	for range 24 {
		history = append(history, edits[e.random.IntN(len(edits))]())
		e.save()
		j := &Job{Place: testPlace(e.dir), Config: e.config(), From: e.dir, Patterns: []string{"./..."}}
		if result, err := Generate(t.Context(), j, GenerateOptions{Cached: true}); err != nil || len(result.Files) == 0 {
			t.Fatalf("%v, %v after %s", result, err, strings.Join(history, ", "))
		}
		result, err := Check(t.Context(), j, false)
		if err != nil || len(result.Files) == 0 {
			t.Fatal(err, result)
		}
		for _, c := range result.Changes {
			t.Errorf("after %s: %s %s", strings.Join(history, ", "), c.Kind, c.Path)
		}
		if t.Failed() {
			return
		}
	}
}

// edited is a module under edit.
type edited struct {
	t        *testing.T
	dir      string
	random   *rand.Rand
	packages map[string][]string // the declarations of each
	names    int
	nulls    string // the setting nil
}

func (e *edited) config() *config.Config {
	c, list, err := config.Load(filepath.Join(e.dir, config.FileName))
	if err != nil || len(list) > 0 {
		e.t.Fatal(err, list)
	}
	return c
}

func (e *edited) name() string {
	e.names++
	return fmt.Sprint("X", e.names)
}

// pick returns one of the packages.
func (e *edited) pick() string {
	names := make([]string, 0, len(e.packages))
	for name := range e.packages {
		names = append(names, name)
	}
	slices.Sort(names)
	return names[e.random.IntN(len(names))]
}

func (e *edited) addPackage() string {
	name := strings.ToLower(e.name())
	e.packages[name] = []string{e.event()}
	return "package " + name
}

func (e *edited) event() string {
	name := e.name()
	from := []string{"", " from=client", " sticky"}[e.random.IntN(3)]
	return fmt.Sprintf("//eventgen:event app:%s%s\ntype %s struct {\n\tList []string\n}\n", strings.ToLower(name), from, name)
}

func (e *edited) addEvent() string {
	in := e.pick()
	e.packages[in] = append(e.packages[in], e.event())
	return "an event in " + in
}

func (e *edited) removeEvent() string {
	in := e.pick()
	if len(e.packages[in]) < 2 {
		return e.addEvent()
	}
	e.packages[in] = e.packages[in][1:]
	return "an event less in " + in
}

func (e *edited) addField() string {
	in := e.pick()
	last := len(e.packages[in]) - 1
	e.packages[in][last] = strings.TrimSuffix(e.packages[in][last], "}\n") + "\t" + e.name() + " map[string]int\n}\n"
	return "a field in " + in
}

func (e *edited) removePackage() string {
	if len(e.packages) < 2 {
		return e.addPackage()
	}
	name := e.pick()
	delete(e.packages, name)
	if err := os.Remove(filepath.Join(e.dir, name, "types.go")); err != nil {
		e.t.Fatal(err)
	}
	return "without package " + name
}

func (e *edited) setting() string {
	e.nulls = []string{"null", "empty"}[e.random.IntN(2)]
	return "nil: " + e.nulls
}

// output returns a generated file.
func (e *edited) output() string {
	files := []string{filepath.Join(e.dir, "ts", "events.gen.ts"), filepath.Join(e.dir, "ts", "catalog.gen.ts"), filepath.Join(e.dir, "ts", output.LockName)}
	for name := range e.packages {
		files = append(files, filepath.Join(e.dir, name, gen.GoFileName))
	}
	slices.Sort(files)
	return files[e.random.IntN(len(files))]
}

// damage edits a generated file by hand.
func (e *edited) damage() string {
	path := e.output()
	if filepath.Base(path) == output.LockName {
		return "nothing"
	}
	if old, err := os.ReadFile(path); err == nil {
		if err := os.WriteFile(path, append(old, "// by hand\n"...), 0o666); err != nil {
			e.t.Fatal(err)
		}
	}
	return "damage to " + path
}

func (e *edited) delete() string {
	path := e.output()
	_ = os.Remove(path) // or it never was there
	return "no " + path
}

// save writes the sources.
func (e *edited) save() {
	files := map[string]string{config.FileName: "packages: [./...]\nts: ts\nruntime: package\nnil: " + e.nulls + "\n"}
	for name, declarations := range e.packages {
		files[name+"/types.go"] = "package " + name + "\n\n" + strings.Join(declarations, "\n")
	}
	for name, text := range files {
		path := filepath.Join(e.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			e.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			e.t.Fatal(err)
		}
	}
}
