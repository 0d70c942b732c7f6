package config

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Takes reports whether the package with this import path, in the absolute directory dir, belongs
// to the output. base is where the output's patterns start.
func (o *Output) Takes(base, dir, path string) bool {
	return len(o.Packages) == 0 || slices.ContainsFunc(o.Packages, func(pattern string) bool {
		local := pattern == "." || pattern == ".." || strings.HasPrefix(pattern, "./") || strings.HasPrefix(pattern, "../")
		switch {
		case local:
			return matches(filepath.ToSlash(filepath.Join(base, filepath.FromSlash(pattern))), filepath.ToSlash(dir))
		case filepath.IsAbs(filepath.FromSlash(pattern)):
			return matches(filepath.ToSlash(filepath.Clean(filepath.FromSlash(pattern))), filepath.ToSlash(dir))
		}
		return matches(pattern, path)
	})
}

// matches is the go command's rule: "..." stands for any text, and "/..." at the end for nothing too.
func matches(pattern, name string) bool {
	text, tail := strings.CutSuffix(pattern, "/...")
	text = strings.ReplaceAll(regexp.QuoteMeta(text), `\.\.\.`, ".*")
	if tail {
		text += "(/.*)?"
	}
	found, err := regexp.MatchString("^"+text+"$", name)
	return err == nil && found
}
