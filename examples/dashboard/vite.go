package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// buildPage builds the page in dir with npm, installing what it needs from its lock file, and
// returns what is to be served.
func buildPage(ctx context.Context, dir string, out io.Writer) (fs.FS, error) {
	if _, err := exec.LookPath("npm"); err != nil {
		return nil, fmt.Errorf("building the page needs Node.js with npm: %w", err)
	}
	steps := [][]string{{"run", "--silent", "build"}}
	if stale(filepath.Join(dir, "node_modules", ".package-lock.json"), filepath.Join(dir, "package-lock.json")) {
		steps = append([][]string{{"ci", "--silent", "--no-audit", "--no-fund"}}, steps...)
	}
	for _, args := range steps {
		fmt.Fprintf(out, "npm %s\n", args[0])
		command := exec.CommandContext(ctx, "npm", args...)
		command.Dir, command.Stdout, command.Stderr = dir, io.Discard, os.Stderr
		if err := command.Run(); err != nil {
			return nil, fmt.Errorf("npm %s in %s: %w", args[0], dir, err)
		}
	}
	return os.DirFS(filepath.Join(dir, "dist")), nil
}

// stale reports whether made is missing or older than source.
func stale(made, source string) bool {
	m, err := os.Stat(made)
	if err != nil {
		return true
	}
	s, err := os.Stat(source)
	return err == nil && s.ModTime().After(m.ModTime())
}
