package load

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// local is a module whose source can change: a main module, or one that a replacement puts into
// a directory. All others lie in the module cache, where go.sum fixes their content.
type local struct {
	path, dir string
	ignore    []string // the ignore lines of its go.mod
}

// modules adds the module files, and finds the local modules.
func (s *scan) modules() {
	root := above(s.query.Dir, "go.mod")
	work := lookup(s.query.Env, "GOWORK")
	if work == "" {
		if dir := above(s.query.Dir, "go.work"); dir != "" {
			work = filepath.Join(dir, "go.work")
		}
	}
	// A go.mod that appears closer by would take over. So would a go.work, which above finds.
	for dir := s.query.Dir; !s.hasModFile(dir) && dir != filepath.Dir(dir); {
		dir = filepath.Dir(dir)
	}
	if root == "" && work == "" {
		s.doubt("no go.mod")
		return
	}
	var mains []string
	if work != "" && work != "off" {
		mains = s.workspace(work)
	} else {
		mains = []string{root}
	}
	for _, dir := range mains {
		s.module(dir, "", true)
	}
}

// ModuleRoot is the directory of the module around dir, or dir if there is none.
func ModuleRoot(dir string) string { return defaults(above(dir, "go.mod"), dir) }

// above returns the nearest directory, dir itself or above it, that holds a file of this name.
func above(dir, name string) string {
	for {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// workspace adds a go.work and returns the directories of its modules.
func (s *scan) workspace(path string) []string {
	content := s.file(path)
	s.file(path + ".sum")
	dir := filepath.Dir(path)
	s.vendored(dir)
	work, err := modfile.ParseWork(path, content, nil)
	if err != nil {
		s.doubt("%v", err)
		return nil
	}
	var mains []string
	for _, use := range work.Use {
		mains = append(mains, absolute(dir, use.Path))
	}
	s.replacements(dir, work.Replace)
	return mains
}

// module adds the module in dir. path is what others import it as, "" for its own path.
func (s *scan) module(dir, path string, main bool) {
	name := filepath.Join(dir, "go.mod")
	if slices.ContainsFunc(s.locals, func(l local) bool { return l.dir == dir && (path == "" || l.path == path) }) {
		return
	}
	content := s.file(name)
	mod, err := modfile.ParseLax(name, content, nil)
	if err != nil || mod.Module == nil {
		s.doubt("%s is broken", name)
		return
	}
	l := local{path: defaults(path, mod.Module.Mod.Path), dir: dir}
	if !main {
		s.locals = append(s.locals, l)
		return
	}
	// ParseLax skips what holds for main modules alone.
	mod, err = modfile.Parse(name, content, nil)
	if err != nil {
		s.doubt("%v", err)
		return
	}
	for _, ignore := range mod.Ignore {
		l.ignore = append(l.ignore, ignore.Path)
	}
	s.locals = append(s.locals, l)
	s.file(filepath.Join(dir, "go.sum"))
	s.vendored(dir)
	s.replacements(dir, mod.Replace)
}

func (s *scan) vendored(dir string) { s.file(filepath.Join(dir, "vendor", "modules.txt")) }

func (s *scan) replacements(dir string, list []*modfile.Replace) {
	for _, r := range list {
		if r.New.Version == "" {
			s.module(absolute(dir, r.New.Path), r.Old.Path, false)
		}
	}
}

func absolute(dir, path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// importDirs returns the directories among the local modules where a package of this path may
// lie: one for each module that could provide it, whether it is there or not.
func (s *scan) importDirs(path string) []string {
	var dirs []string
	for _, l := range s.locals {
		if rest, ok := strings.CutPrefix(path, l.path); ok && (rest == "" || rest[0] == '/') {
			dirs = append(dirs, filepath.Join(l.dir, filepath.FromSlash(rest)))
		}
		vendored := filepath.Join(l.dir, "vendor", filepath.FromSlash(path))
		if _, err := os.Stat(vendored); err == nil {
			dirs = append(dirs, vendored)
		}
	}
	return dirs
}
