package load

import (
	"context"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"sync"
)

// Program holds the packages of a run. What the annotated declarations need of the targets and
// of their module is checked from source: that is quick without function bodies, and compiling
// what has just been edited is not. Packages of other modules come from export data, or from
// source as well if they do not compile.
type Program struct {
	Fset *token.FileSet
	// Targets are the packages that the patterns name, after everything that they import.
	Targets []*Target
	// Checked are the packages that were checked from source, by path.
	Checked map[string]*Checked

	opts    *Options
	sources *sources
	listed  []*listed // dependencies first
	byPath  map[string]*listed
	exports map[string]*exported
	// forced are packages of other modules to be read from source, because their export data
	// is missing or does not have all that is asked of them.
	forced map[string]bool

	outlines map[string]*outline

	mu    sync.Mutex
	types map[string]*types.Package // read and checked so far, and those under way
}

func newProgram(opts *Options, s *sources, list []*listed) *Program {
	p := &Program{
		Fset: s.fset, opts: opts, sources: s, listed: list,
		byPath:  make(map[string]*listed, len(list)),
		exports: map[string]*exported{}, forced: map[string]bool{},
	}
	for _, l := range list {
		p.byPath[l.ImportPath] = l
	}
	return p
}

// Tags are the build tags that the packages were loaded with, beside those of GOFLAGS.
func (p *Program) Tags() []string { return p.opts.Tags }

// fromSource reports whether a package is read from source.
func (p *Program) fromSource(l *listed) bool {
	if len(l.GoFiles)+len(l.CgoFiles) == 0 {
		return false
	}
	return !l.DepOnly || p.local(l) || p.forced[l.ImportPath]
}

// Local reports whether the package with this path belongs to the module at work, or to one of
// the workspace.
func (p *Program) Local(path string) bool {
	l := p.byPath[path]
	return l != nil && p.local(l)
}

func (p *Program) local(l *listed) bool {
	return !l.Standard && (l.Module == nil || l.Module.Main)
}

// resolve returns the package that an import path means in a package, or nil.
func (p *Program) resolve(from *outline, path string) *listed {
	if l := p.byPath[from.path]; l != nil {
		if mapped, ok := l.ImportMap[path]; ok {
			path = mapped
		}
	}
	return p.byPath[path]
}

// outline returns the outline of a package that is read from source, or nil.
func (p *Program) outline(path string) (*outline, error) {
	if o := p.outlines[path]; o != nil {
		return o, nil
	}
	l := p.byPath[path]
	if l == nil || !p.fromSource(l) {
		return nil, nil
	}
	files, err := p.sources.load(l.files())
	if err != nil {
		return nil, err
	}
	o := newOutline(path, files)
	p.outlines[path] = o
	return o, nil
}

// load marks what the roots need, finds the export data for it, and checks it. The roots are
// names of declarations by package path.
func (p *Program) load(ctx context.Context, roots map[string][]string) error {
	for {
		external, err := p.follow(roots)
		if err != nil {
			return err
		}
		missing := slices.DeleteFunc(slices.Clone(external), func(path string) bool { return p.exports[path] != nil })
		found, err := listExports(ctx, p.opts, missing)
		if err != nil {
			return err
		}
		for _, e := range found {
			p.exports[e.ImportPath] = e
		}
		again := false
		for _, path := range external {
			if e := p.exports[path]; (e == nil || e.Export == "") && !p.forced[path] {
				p.forced[path] = true
				again = again || p.fromSource(p.byPath[path])
			}
		}
		if !again {
			return p.check(ctx)
		}
	}
}

// follow marks what the roots need, and returns the packages that export data is needed of.
func (p *Program) follow(roots map[string][]string) (external []string, err error) {
	p.outlines = map[string]*outline{}
	seen := map[string]bool{}
	n := &needs{}
	n.outline = func(from *outline, path string) *outline {
		l := p.resolve(from, path)
		if l == nil {
			return nil
		}
		o, outlineErr := p.outline(l.ImportPath)
		if outlineErr != nil {
			err = outlineErr
		}
		return o
	}
	n.name = func(from *outline, path string) string {
		l := p.resolve(from, path)
		if l == nil {
			return ""
		}
		if o := p.outlines[l.ImportPath]; o != nil && o.name != "" {
			return o.name // the go command may have taken it from a stale generated file
		}
		return l.Name
	}
	n.external = func(from *outline, path string) {
		if l := p.resolve(from, path); l != nil && l.ImportPath != "unsafe" && !seen[l.ImportPath] {
			seen[l.ImportPath] = true
			external = append(external, l.ImportPath)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(roots)) {
		o, err := p.outline(path)
		if err != nil {
			return nil, err
		}
		for _, name := range roots[path] {
			n.need(o, name)
		}
	}
	n.run()
	slices.Sort(external)
	return external, err
}
