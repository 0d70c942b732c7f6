package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/config"
)

// checkHere refuses to look for events in a directory that has no Go files, as the root of a
// module often has none, and says what to write instead.
func (a *app) checkHere(settings *config.Config) error {
	if files, err := filepath.Glob(filepath.Join(a.dir, "*.go")); err != nil || len(files) > 0 {
		return nil
	}
	message, file, write := "there are no Go files here", settings.Path, "eventgen.yaml"
	if file != "" {
		write = a.rel(file)
		message += ", and " + write + " names no packages"
	}
	found := packagesBelow(a.dir)
	if len(found) == 0 {
		return usage("put //eventgen:event above a type in a package, or start with \"eventgen init\"", "%s", message)
	}
	if file != "" {
		found = relativeTo(filepath.Dir(file), a.dir, found)
	}
	return usage(fmt.Sprintf("write \"packages: [%s]\" into %s, or name the packages", strings.Join(found, ", "), write), "%s", message)
}

// packagesBelow returns the directories below dir with Go files that hold an event directive, as
// the go command names them.
func packagesBelow(dir string) []string {
	var found []string
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fs.SkipDir
		case d.IsDir():
			if path != dir && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") ||
				slices.Contains([]string{"testdata", "vendor", "node_modules"}, d.Name())) {
				return fs.SkipDir
			}
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			src, err := os.ReadFile(path)
			if err != nil || !bytes.Contains(src, []byte("\n//eventgen:event")) {
				return nil
			}
			if rel, err := filepath.Rel(dir, filepath.Dir(path)); err == nil {
				found = append(found, "./"+filepath.ToSlash(rel))
			}
		}
		return nil
	})
	return slices.Compact(slices.Sorted(slices.Values(found)))
}

// relativeTo rewrites patterns that start at dir to patterns that start at base.
func relativeTo(base, dir string, patterns []string) []string {
	out := make([]string, len(patterns))
	for i, pattern := range patterns {
		out[i] = pattern
		if rel, err := filepath.Rel(base, filepath.Join(dir, pattern)); err == nil {
			out[i] = "./" + filepath.ToSlash(rel)
		}
	}
	return out
}
