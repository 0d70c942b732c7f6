package run

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
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/output"
	"github.com/eventgen/eventgen/internal/scaffold"
)

// Templates are the kinds of application that [InitApp] writes.
var Templates = scaffold.Templates

// AppOptions say which application to write.
type AppOptions struct {
	Template string // one of Templates
	Dir      string // relative to the working directory or absolute
	Module   string // path of the module, where there is none yet; empty: after the directory's name
}

// StartedApp is what [InitApp] comes to.
type StartedApp struct {
	Started
	Dir  string // absolute
	Page string // the file that shows the events, absolute
	// Lacks: the eventgen.yaml that was kept has no such entry of outputs; empty if it is ours.
	Lacks string
	// OwnPackages: package.json was kept beside new files, which need packages of npm.
	OwnPackages bool
}

// InitApp writes an application, or what is missing of it, and generates. It changes no file that
// is there, but go.mod and go.sum.
func InitApp(ctx context.Context, at Place, opts AppOptions) (*StartedApp, error) {
	if _, err := config.Words("template", []string{opts.Template}, scaffold.Templates); err != nil {
		return nil, fail(UnknownWord, "--template: %w", err)
	}
	n := &application{Place: at, dir: absolute(at.Here, opts.Dir), spec: scaffold.App{Template: opts.Template}}
	n.spec.Name = filepath.Base(n.dir)
	if err := n.refuse(); err != nil {
		return nil, err
	}
	if err := output.MakeDir(n.dir); err != nil {
		return nil, err
	}
	if err := n.enterModule(ctx, opts.Module); err != nil {
		return nil, err
	}
	if err := n.look(); err != nil {
		return nil, err
	}
	settle, err := at.require(ctx, n.root, n.module, transportPath)
	if err != nil {
		return nil, err
	}
	if err := writeNew(n.missing); err != nil {
		return nil, err
	}
	if err := settle(); err != nil {
		return nil, err
	}
	return n.generateFirst(ctx)
}

// application is one that is to be written.
type application struct {
	Place
	dir     string // absolute
	root    string // of its module
	made    bool   // the module is new
	module  *modfile.File
	spec    scaffold.App
	missing []newFile
	kept    []string // files that are there already, relative to dir
}

// refuse ends the run where a package of the application would join one that is not its own.
func (n *application) refuse() error {
	for _, folder := range []struct{ name, own string }{{"jobs", "jobs.go"}, {"server", "main.go"}} {
		files, err := filepath.Glob(filepath.Join(n.dir, folder.name, "*.go"))
		if err != nil || len(files) == 0 || slices.Contains(files, filepath.Join(n.dir, folder.name, folder.own)) {
			continue
		}
		return &Error{Reason: OtherPackage, Meant: n.spec.Template, Err: fmt.Errorf("%s holds another package", n.rel(filepath.Join(n.dir, folder.name)))}
	}
	return nil
}

// enterModule finds the module of the application, and makes one if it finds none.
func (n *application) enterModule(ctx context.Context, name string) (err error) {
	n.root = load.ModuleRoot(n.dir)
	n.module, err = readModule(n.root)
	if errors.Is(err, fs.ErrNotExist) {
		if name == "" {
			name = "example.com/" + strings.ToLower(n.spec.Name)
		}
		if module.CheckPath(name) != nil {
			return fail(BadModulePath, "%q is no path for a module", name)
		}
		n.made, n.root = true, n.dir
		if err := n.goCommand(ctx, n.dir, "mod", "init", name); err != nil {
			return err
		}
		n.module, err = readModule(n.root)
	}
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(n.root, n.dir)
	if err != nil {
		return err
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
			n.missing = append(n.missing, newFile{name, f.Content})
		case err != nil:
			return err
		default:
			n.kept = append(n.kept, f.Path)
		}
	}
	return nil
}

// generateFirst generates under the settings of the application.
func (n *application) generateFirst(ctx context.Context) (*StartedApp, error) {
	files, err := n.spec.Files()
	if err != nil {
		return nil, err
	}
	own := files[slices.IndexFunc(files, func(f scaffold.File) bool { return f.Path == config.FileName })].Content
	settings, list := config.Parse(filepath.Join(n.dir, config.FileName), own)
	started, err := n.started(ctx, n.missing, settings, list, n.dir)
	if err != nil {
		return nil, err
	}
	app := &StartedApp{Started: *started, Dir: n.dir, Page: filepath.Join(n.dir, "web", "src", n.spec.Page()), Lacks: n.lacks(own)}
	if n.made {
		app.Created = slices.Insert(app.Created, 0, filepath.Join(n.root, "go.mod"))
	}
	for _, name := range n.kept {
		app.Kept = append(app.Kept, filepath.Join(n.dir, name))
	}
	app.OwnPackages = slices.Contains(n.kept, "web/package.json") && len(n.missing) > 0
	return app, nil
}

// lacks is what an eventgen.yaml that was there has to get among its outputs, where own is that of
// the application.
func (n *application) lacks(own []byte) string {
	there, err := os.ReadFile(filepath.Join(n.dir, config.FileName))
	if err != nil || string(there) == string(own) || !slices.Contains(n.kept, config.FileName) {
		return ""
	}
	if hooks := n.spec.Hooks(); hooks != "" {
		return "ts: web/src/events, hooks: [" + hooks + "], transports: [ws, sse, memory]"
	}
	return "ts: web/src/events, transports: [ws, sse, memory]"
}
