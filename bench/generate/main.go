// Command generate measures a whole run of the generator on synthetic modules, beside the floors
// of any such tool and beside other generators of TypeScript.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/eventgen/eventgen/bench/internal/measure"
)

// The cases, as the table names them.
const (
	goList       = "`go list -json`"
	fromSource   = "packages.Load, dependencies from source"
	fromExport   = "packages.Load, dependencies from export data"
	ownCheck     = "`go list -export -deps`, own check"
	tygo         = "tygo 0.2.20 (checks no types)"
	typescriptRe = "typescriptify 0.2.0, `go run` of an unchanged program"
	typescriptEd = "typescriptify 0.2.0, after an edit"
	guts         = "guts 1.5.0"
	ours         = "eventgen, no record of an earlier run"
	oursEdited   = "eventgen, after an edit"
	oursFresh    = "eventgen, nothing changed"
)

var names = []string{goList, fromSource, fromExport, ownCheck, tygo, typescriptRe, typescriptEd, guts, ours, oursEdited, oursFresh}

func main() { measure.Main("generate", run) }

func run(c *measure.Config) (*measure.Report, error) {
	sizes := []size{{1, 10, false}, {10, 50, false}, {50, 100, false}, {10, 50, true}}
	if c.Quick {
		sizes = []size{{1, 10, false}}
	}
	dir, err := os.MkdirTemp("", "eventgen-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	tools, err := build(dir)
	if err != nil {
		return nil, err
	}
	var cases []measure.Case
	for i, s := range sizes {
		if !c.Runs(s.String()) {
			continue
		}
		w := &workspace{size: s, dir: filepath.Join(dir, fmt.Sprint("m", i)), tools: tools}
		if err := w.prepare(); err != nil {
			return nil, fmt.Errorf("%s: %w", s, err)
		}
		cases = append(cases, w.cases()...)
	}
	for _, k := range cases { // fills the build cache and the page cache
		c.Progress("warm up: %s", k.Name)
		if _, err := k.Run(); err != nil {
			return nil, fmt.Errorf("%s: %w", k.Name, err)
		}
	}
	results, err := measure.Interleave(c, cases)
	if err != nil {
		return nil, err
	}
	return report(results, sizes), nil
}

func report(results measure.Results, sizes []size) *measure.Report {
	head := []string{""}
	for _, s := range sizes {
		head = append(head, s.String())
	}
	seconds, memory := measure.NewTable(head...), measure.NewTable(head...)
	for _, name := range names {
		s, m := []any{name}, []any{name}
		for _, size := range sizes {
			s = append(s, results.Get(caseName(size, name), "s"))
			m = append(m, results.Get(caseName(size, name), "MB"))
		}
		seconds.Row(s...)
		memory.Row(m...)
	}
	goals := measure.NewTable(append(append([]string{"goal"}, head[1:]...), "at most")...)
	goal := func(name, figure, a, b, most string) {
		row := []any{name}
		for _, size := range sizes {
			row = append(row, measure.Ratio(results.Get(caseName(size, a), figure), results.Get(caseName(size, b), figure)))
		}
		goals.Row(append(row, most)...)
	}
	goal("a run / the load with export data", "s", ours, fromExport, "2x at 10x50, 3x at 50x100")
	goal("after an edit / a run", "s", oursEdited, ours, "0.5x at 10x50")
	goal("nothing changed / the load with export data", "s", oursFresh, fromExport, "0.5x")
	goal("memory of a run / of the load with export data", "MB", ours, fromExport, "2x")

	r := &measure.Report{}
	r.Text("Seconds of wall time on synthetic modules (packages x structs; every tenth struct is an event whose payload reaches the other nine). Build cache and page cache are warm.")
	r.Table(seconds)
	r.Text("Peak resident memory in MB of the process itself; the go commands it starts are not counted, they are the same for all.")
	r.Table(memory)
	r.Text("guts was left out where a run takes minutes. tygo translates syntax and never checks a type; typescriptify reflects, in a program that its user writes, so after an edit it compiles and links.")
	r.Table(goals)
	return r
}

func caseName(s size, name string) string { return s.String() + ", " + name }

// tools are the programs that are measured.
type tools struct{ eventgen, load, guts, tygo string }

func build(dir string) (*tools, error) {
	t := &tools{}
	for _, p := range []struct {
		bin   *string
		pkg   string
		inDir string
	}{
		{&t.eventgen, "./cmd/eventgen", ".."},
		{&t.load, "./generate/load", "."},
		{&t.guts, "./generate/guts", "."},
		{&t.tygo, "github.com/gzuidhof/tygo", "."},
	} {
		*p.bin = filepath.Join(dir, filepath.Base(p.pkg))
		cmd := exec.Command("go", "build", "-o", *p.bin, p.pkg)
		cmd.Dir = p.inDir
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build %s: %w\n%s", p.pkg, err, out)
		}
	}
	return t, nil
}

// sums returns the lines of this module's go.sum that another module needs too.
func sums() (string, error) {
	all, err := os.ReadFile("go.sum")
	if err != nil {
		return "", fmt.Errorf("run this in the bench directory (go run -C bench ./generate): %w", err)
	}
	var b strings.Builder
	for line := range strings.Lines(string(all)) {
		if strings.Contains(line, "tkrajina/") {
			b.WriteString(line)
		}
	}
	return b.String(), nil
}
