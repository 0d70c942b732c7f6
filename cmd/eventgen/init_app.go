package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/scaffold"
)

// appOptions are what "init --template" is told.
type appOptions struct {
	template, module, dir string
}

// application is one that is to be written.
type application struct {
	*app
	dir     string // absolute
	root    string // of its module
	made    bool   // the module is new
	module  *modfile.File
	spec    scaffold.App
	missing []starterFile
	kept    []string // files that are there already, relative to dir
}

// initApp writes an application, or what is missing of it.
func (a *app) initApp(ctx context.Context, o appOptions) error {
	if _, err := config.Words("template", []string{o.template}, scaffold.Templates); err != nil {
		return usage("", "--template: %w", err)
	}
	n := &application{app: a, dir: absolute(a.dir, o.dir), spec: scaffold.App{Template: o.template}}
	n.spec.Name = filepath.Base(n.dir)
	if err := n.refuse(); err != nil {
		return err
	}
	if err := os.MkdirAll(n.dir, 0o777); err != nil {
		return environment(err, "")
	}
	if err := n.enterModule(ctx, o.module); err != nil {
		return err
	}
	if err := n.look(); err != nil {
		return environment(err, "")
	}
	settle, err := n.require(ctx, n.root, n.module, transportPath)
	if err != nil {
		return err
	}
	for _, f := range n.missing {
		if err := f.writeNew(); err != nil {
			return environment(err, "")
		}
	}
	if err := settle(); err != nil {
		return err
	}
	return n.generateFirst(ctx)
}

// refuse ends the run where a package of the application would join one that is not its own.
func (n *application) refuse() error {
	for _, folder := range []struct{ name, own string }{{"jobs", "jobs.go"}, {"server", "main.go"}} {
		files, err := filepath.Glob(filepath.Join(n.dir, folder.name, "*.go"))
		if err != nil || len(files) == 0 || slices.Contains(files, filepath.Join(n.dir, folder.name, folder.own)) {
			continue
		}
		return usage("name a new directory: eventgen init --template "+n.spec.Template+" app",
			"%s holds another package", n.rel(filepath.Join(n.dir, folder.name)))
	}
	return nil
}

// enterModule finds the module of the application, and makes one if it finds none.
func (n *application) enterModule(ctx context.Context, name string) error {
	n.root = moduleRoot(n.dir)
	text, err := os.ReadFile(filepath.Join(n.root, "go.mod"))
	if errors.Is(err, fs.ErrNotExist) {
		if name == "" {
			name = "example.com/" + strings.ToLower(n.spec.Name)
		}
		if module.CheckPath(name) != nil {
			return usage("write --module example.com/app", "%q is no path for a module", name)
		}
		n.made = true
		if err := n.goCommand(ctx, n.dir, "mod", "init", name); err != nil {
			return err
		}
		n.root = n.dir
		text, err = os.ReadFile(filepath.Join(n.root, "go.mod"))
	}
	if err != nil {
		return environment(err, "")
	}
	if n.module, err = modfile.Parse(filepath.Join(n.root, "go.mod"), text, nil); err != nil {
		return environment(err, "")
	}
	rel, err := filepath.Rel(n.root, n.dir)
	if err != nil {
		return environment(err, "")
	}
	n.spec.Path = path.Join(n.module.Module.Mod.Path, filepath.ToSlash(rel))
	// Packages of npm may hold Go files.
	return n.goCommand(ctx, n.root, "mod", "edit", "-ignore=./"+path.Join(filepath.ToSlash(rel), "web/node_modules"))
}

// look finds out which files are missing.
func (n *application) look() error {
	files, err := n.spec.Files()
	if err != nil {
		return err
	}
	for _, f := range files {
		name := filepath.Join(n.dir, filepath.FromSlash(f.Path))
		_, err := os.Lstat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			n.missing = append(n.missing, starterFile{name, f.Content})
		case err != nil:
			return err
		default:
			n.kept = append(n.kept, f.Path)
		}
	}
	return nil
}

// generateFirst generates under the settings of the application, and says what was done.
func (n *application) generateFirst(ctx context.Context) error {
	settings, note, err := n.ownSettings()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(n.dir, "web", "src"), 0o777); err != nil {
		return environment(err, "")
	}
	out, err := n.generate(ctx, &job{Config: settings, dir: n.dir, patterns: settings.Patterns()}, false)
	if err != nil {
		return err
	}
	r := out.report()
	var created []file
	if n.made {
		created = append(created, file{Path: n.rel(filepath.Join(n.root, "go.mod")), State: stateCreated, absolute: filepath.Join(n.root, "go.mod")})
	}
	for _, f := range n.missing {
		created = append(created, file{Path: n.rel(f.path), State: stateCreated, absolute: f.path})
	}
	r.Files = append(created, r.Files...)
	for _, name := range n.kept {
		r.Files = append(r.Files, file{Path: n.rel(filepath.Join(n.dir, name)), State: stateKept, absolute: filepath.Join(n.dir, name)})
	}
	r.summary += note + n.advice()
	return n.report(r)
}

// ownSettings are those of the application's eventgen.yaml. If another one is there, a note says
// what it has to get.
func (n *application) ownSettings() (*config.Config, string, error) {
	files, err := n.spec.Files()
	if err != nil {
		return nil, "", environment(err, "")
	}
	i := slices.IndexFunc(files, func(f scaffold.File) bool { return f.Path == config.FileName })
	name := filepath.Join(n.dir, config.FileName)
	settings, list := config.Parse(name, files[i].Content)
	if list.HasErrors() {
		return nil, "", environment(errors.New(list[0].Message), "")
	}
	if there, err := os.ReadFile(name); err != nil || string(there) == string(files[i].Content) || !slices.Contains(n.kept, config.FileName) {
		return settings, "", nil
	}
	entry := "ts: web/src/events, transports: [ws, sse, memory]"
	if hooks := n.spec.Hooks(); hooks != "" {
		entry = "ts: web/src/events, hooks: [" + hooks + "], transports: [ws, sse, memory]"
	}
	return settings, fmt.Sprintf("\n\n%s was kept. Add \"./jobs\" to its packages, and {packages: [./jobs], %s} to its outputs.", n.rel(name), entry), nil
}

// advice says what to do next, and what was left alone that matters.
func (n *application) advice() string {
	var text strings.Builder
	if slices.Contains(n.kept, "web/package.json") && len(n.missing) > 0 {
		fmt.Fprintf(&text, "\n\n%s was kept: it needs the scripts and packages of a new application; write one elsewhere to compare.", n.rel(filepath.Join(n.dir, "web", "package.json")))
	}
	web := n.rel(filepath.Join(n.dir, "web"))
	fmt.Fprintf(&text, "\n\nRun it:\n\n  cd %s\n  npm install\n  npm run dev\n\n", web)
	fmt.Fprintf(&text, "Then open http://localhost:5173, and change %s and %s while it runs.",
		n.rel(filepath.Join(n.dir, "jobs", "jobs.go")), n.rel(filepath.Join(n.dir, "web", "src", n.spec.Page())))
	return text.String()
}
