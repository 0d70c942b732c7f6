package main

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module writes a module with these files, and a go.mod, below a new folder that becomes the working directory.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "go.mod", "module example.test/m\n\ngo 1.26\n")
	for name, text := range files {
		write(t, dir, name, text)
	}
	t.Chdir(dir)
	return dir
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// mutate runs the command and returns its status and what it printed.
func mutate(t *testing.T, args ...string) (status int, output string, err error) {
	t.Helper()
	var out, log strings.Builder
	status, err = run(t.Context(), args, &out, &log)
	if t.Failed() || err != nil {
		t.Log(log.String())
	}
	return status, out.String(), err
}

// mutations lists all mutations of a package that is this file, each as the line that it makes.
func mutations(t *testing.T, file string) []string {
	t.Helper()
	module(t, map[string]string{"m.go": file})
	p, err := load(t.Context(), ".", []string{"."})
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := choose(p, 1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(chosen, func(a, b *mutation) int {
		return cmp.Or(a.start-b.start, a.end-b.end, cmp.Compare(a.text, b.text))
	})
	var lines []string
	for _, m := range chosen {
		_, after, _ := strings.Cut(m.String(), "\n+")
		lines = append(lines, strings.TrimSpace(strings.ReplaceAll(after, "\n+", "\n")))
	}
	return lines
}
