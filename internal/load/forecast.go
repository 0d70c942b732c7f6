package load

import (
	"context"
	"go/ast"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A forecast guesses, while go list is still looking for the packages, which packages of other
// modules the annotated declarations will need, so that their export data is at hand when it is
// asked for. What it misses is asked for later; what it finds in vain costs nothing but time.
// The files that it parses are parsed for good.
type forecast struct {
	sources  *sources
	module   string // path of the module around Options.Dir
	root     string // its directory
	outlines map[string]*outline
	roots    func(*token.FileSet, *ast.File) []string
}

// forecastExports returns export data that the run will probably need.
func forecastExports(ctx context.Context, opts *Options, s *sources) []*exported {
	f := &forecast{sources: s, roots: opts.Roots, outlines: map[string]*outline{}}
	if !f.findModule(opts.Dir) {
		return nil
	}
	paths := f.needed(f.packages(opts))
	if ctx.Err() != nil {
		return nil
	}
	found, err := listExports(ctx, opts, paths)
	if err != nil {
		return nil // the same will come up where it matters
	}
	return found
}

// findModule looks for go.mod in dir and above.
func (f *forecast) findModule(dir string) bool {
	for {
		if src, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil {
			f.root, f.module = dir, modulePath(string(src))
			return f.module != ""
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return false
		}
		dir = parent
	}
}

func modulePath(gomod string) string {
	for line := range strings.Lines(gomod) {
		line, _, _ = strings.Cut(line, "//")
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "module "); ok {
			return strings.Trim(strings.TrimSpace(path), "\"`")
		}
	}
	return ""
}

// packages returns the import paths of the annotated packages that local patterns name.
func (f *forecast) packages(opts *Options) []string {
	var dirs []string
	for _, pattern := range opts.Patterns {
		local := pattern == "." || pattern == ".." || strings.HasPrefix(pattern, "./") || strings.HasPrefix(pattern, "../")
		if !local && !filepath.IsAbs(pattern) {
			continue
		}
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(opts.Dir, pattern)
		}
		if dir, ok := strings.CutSuffix(filepath.ToSlash(pattern), "/..."); ok {
			dirs = append(dirs, f.tree(filepath.FromSlash(dir))...)
		} else {
			dirs = append(dirs, pattern)
		}
	}
	slices.Sort(dirs)
	dirs = slices.Compact(dirs)
	files := make([][]string, len(dirs))
	for i, dir := range dirs {
		files[i] = goFiles(dir)
	}
	var paths []string
	for i, found := range anyHints(files) {
		if path, ok := f.importPath(dirs[i]); ok && found {
			paths = append(paths, path)
		}
	}
	return paths
}

// tree returns the directories below root that the pattern root/... matches.
func (f *forecast) tree(root string) []string {
	var dirs []string
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		name := d.Name()
		if path != root {
			if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "vendor" || name == "node_modules" {
				return filepath.SkipDir
			}
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
				return filepath.SkipDir
			}
		}
		dirs = append(dirs, path)
		return nil
	})
	return dirs
}

// goFiles returns the absolute names of a directory's Go files, tests excepted.
func goFiles(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		name := e.Name()
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "_") && !e.IsDir() {
			names = append(names, filepath.Join(dir, name))
		}
	}
	return names
}

func (f *forecast) importPath(dir string) (string, bool) {
	rel, err := filepath.Rel(f.root, dir)
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	if rel == "." {
		return f.module, true
	}
	return f.module + "/" + filepath.ToSlash(rel), true
}

// outline returns the outline of a package of the module, or nil.
func (f *forecast) outline(path string) *outline {
	if o, ok := f.outlines[path]; ok {
		return o
	}
	rel, ok := strings.CutPrefix(path, f.module)
	if !ok || rel != "" && rel[0] != '/' {
		return nil
	}
	var o *outline
	if files, err := f.sources.load(goFiles(filepath.Join(f.root, filepath.FromSlash(rel)))); err == nil && len(files) > 0 {
		o = newOutline(path, files)
	}
	f.outlines[path] = o
	return o
}

// needed returns what the annotated declarations of the packages need of other modules.
func (f *forecast) needed(packages []string) []string {
	external := map[string]bool{}
	n := &needs{
		outline: func(_ *outline, path string) *outline { return f.outline(path) },
		name: func(_ *outline, path string) string {
			if o := f.outline(path); o != nil {
				return o.name
			}
			return ""
		},
		external: func(_ *outline, path string) {
			if path != "unsafe" && path != "C" && !strings.HasPrefix(path+"/", f.module+"/") {
				external[path] = true
			}
		},
	}
	for _, path := range packages {
		o := f.outline(path)
		if o == nil {
			continue
		}
		for _, file := range o.files {
			for _, name := range f.roots(f.sources.fset, file.Syntax) {
				n.need(o, name)
			}
		}
	}
	n.run()
	return slices.Sorted(maps.Keys(external))
}
