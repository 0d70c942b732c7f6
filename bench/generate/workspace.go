package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/eventgen/eventgen/bench/internal/measure"
)

// workspace holds one synthetic module three times: as the other tools get it, with a program
// for typescriptify, and with generated code in it.
type workspace struct {
	size  size
	dir   string
	tools *tools
	edits int
}

func (w *workspace) plain() string     { return filepath.Join(w.dir, "plain") }
func (w *workspace) reflected() string { return filepath.Join(w.dir, "reflected") }
func (w *workspace) generated() string { return filepath.Join(w.dir, "generated") }

func (w *workspace) prepare() error {
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	sums, err := sums()
	if err != nil {
		return err
	}
	const goMod = "module " + modulePath + "\n\ngo 1.26.0\n"
	if err := w.size.write(w.plain(), goMod); err != nil {
		return err
	}
	if err := writeFiles(w.plain(), map[string]string{"tygo.yaml": w.size.tygoConfig()}); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(w.plain(), "out"), 0o755); err != nil {
		return err
	}

	if err := w.size.write(w.reflected(), goMod+"\nrequire github.com/tkrajina/typescriptify-golang-structs v0.2.0\n\nrequire github.com/tkrajina/go-reflector v0.5.5 // indirect\n"); err != nil {
		return err
	}
	if err := writeFiles(w.reflected(), map[string]string{"convert/main.go": w.size.reflector(), "go.sum": sums}); err != nil {
		return err
	}

	if err := w.size.write(w.generated(), goMod+"\nrequire github.com/eventgen/eventgen v0.0.0\n\nreplace github.com/eventgen/eventgen => "+root+"\n"); err != nil {
		return err
	}
	return writeFiles(w.generated(), map[string]string{"eventgen.yaml": "packages: [./...]\nts: ts\nint64: number\n"})
}

func (w *workspace) cases() []measure.Case {
	loads := func(way string) func() (measure.Figures, error) {
		return func() (measure.Figures, error) { return w.run(w.plain(), w.tools.load, way) }
	}
	cases := []measure.Case{
		{Name: goList, Run: func() (measure.Figures, error) { return w.run(w.plain(), "go", "list", "-json", "./...") }},
		{Name: fromSource, Run: loads("source")},
		{Name: fromExport, Run: loads("export")},
		{Name: ownCheck, Run: loads("own")},
		{Name: tygo, Run: func() (measure.Figures, error) { return w.run(w.plain(), w.tools.tygo, "generate") }},
		{Name: typescriptRe, Run: func() (measure.Figures, error) { return w.run(w.reflected(), "go", "run", "./convert") }},
		{Name: typescriptEd, Run: func() (measure.Figures, error) {
			if err := w.edit(w.reflected()); err != nil {
				return nil, err
			}
			return w.run(w.reflected(), "go", "run", "./convert")
		}},
		{Name: ours, Run: func() (measure.Figures, error) { return w.run(w.generated(), w.tools.eventgen, "--no-cache", "-q") }},
		{Name: oursEdited, Run: func() (measure.Figures, error) {
			if err := w.edit(w.generated()); err != nil {
				return nil, err
			}
			return w.run(w.generated(), w.tools.eventgen, "-q")
		}},
		{Name: oursFresh, Run: func() (measure.Figures, error) { return w.run(w.generated(), w.tools.eventgen, "-q") }},
	}
	if w.size.packages*w.size.structs <= 500 && !w.size.heavy {
		cases = append(cases, measure.Case{Name: guts, Run: func() (measure.Figures, error) {
			args := make([]string, w.size.packages)
			for p := range args {
				args[p] = fmt.Sprintf("%s/p%d", modulePath, p)
			}
			return w.run(w.plain(), w.tools.guts, args...)
		}})
	}
	for i := range cases {
		cases[i].Name = caseName(w.size, cases[i].Name)
	}
	return cases
}

func (w *workspace) run(dir, bin string, args ...string) (measure.Figures, error) {
	cmd := exec.Command(bin, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PWD="+dir, "GOFLAGS=-mod=mod", "GOWORK=off")
	return measure.Child(cmd)
}

// edit changes a type of the first package, as its author would.
func (w *workspace) edit(dir string) error {
	w.edits++
	return writeFiles(dir, map[string]string{"p0/edited.go": fmt.Sprintf(
		"package p0\n\n// Edited changes.\n//\n//eventgen:event p0:edited\ntype Edited struct {\n\tField%d string `json:\"field_%d\"`\n}\n", w.edits, w.edits)})
}
