package main

import (
	"context"
	"errors"
	"fmt"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/modfile"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/scaffold"
)

func newInit(a *app) *cobra.Command {
	var ts string
	var o appOptions
	cmd := &cobra.Command{
		Use:   "init [directory]",
		Short: "Start with a small application, or with a first package of events",
		Long: `init --template writes a whole small application into the directory (default: here): a
Go server, a package of events, eventgen.yaml, a page built with Vite, and a test on each
side. The directory may be empty, or belong to a module: then init adds what is missing.

init without --template writes a package with two events and an example into the directory
(default: events), and eventgen.yaml beside go.mod.

Both add eventgen to go.mod as a tool, and generate. They change no file that is there, but
go.mod and go.sum.`,
		Example: `  eventgen init --template react hello
  eventgen init
  eventgen init internal/events --ts web/src/events`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("run \"eventgen init --help\"", "init takes one directory")
			}
			return nil
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&o.template, "template", "", "write an application with this `framework`: "+strings.Join(scaffold.Templates, ", "))
	cmd.Flags().StringVar(&o.module, "module", "", "`path` of the module, where there is none yet (default: example.com/ and the directory's name)")
	cmd.Flags().StringVar(&ts, "ts", "", "without --template: `directory` of the TypeScript output (default: ts in the package's directory)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if o.template != "" {
			if ts != "" {
				return usage("leave --ts out; eventgen.yaml of the application says where it is", "--ts is not for --template")
			}
			if o.dir = "."; len(args) == 1 {
				o.dir = args[0]
			}
			return a.initApp(cmd.Context(), o)
		}
		dir := "events"
		if len(args) == 1 {
			dir = args[0]
		}
		s, err := a.plan(dir, ts)
		if err != nil {
			return err
		}
		return s.run(cmd.Context())
	}
	return cmd
}

// starter is a first package that is to be written.
type starter struct {
	*app
	root    string // of the module
	module  *modfile.File
	dir, ts string // absolute
	files   []starterFile
}

// starterFile is a file that is to be written; path is absolute.
type starterFile struct {
	path    string
	content []byte
}

// plan finds out what init has to do, and refuses what would hurt.
func (a *app) plan(dir, ts string) (*starter, error) {
	s := &starter{app: a, root: moduleRoot(a.dir), dir: absolute(a.dir, dir)}
	text, err := os.ReadFile(filepath.Join(s.root, "go.mod"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage("run \"go mod init example.com/app\" first", "there is no go.mod here or above")
	} else if err != nil {
		return nil, environment(err, "")
	}
	if s.module, err = modfile.Parse(filepath.Join(s.root, "go.mod"), text, nil); err != nil {
		return nil, environment(err, "")
	}
	if s.ts = filepath.Join(s.dir, "ts"); ts != "" {
		s.ts = absolute(a.dir, ts)
	}
	if rel, err := filepath.Rel(s.root, s.dir); err != nil || rel == "." || !filepath.IsLocal(rel) {
		return nil, usage("name a new directory, such as internal/events", "%s is not a directory below %s", dir, a.rel(s.root))
	}
	if err := s.render(); err != nil {
		return nil, environment(err, "")
	}
	for _, f := range s.files {
		if _, err := os.Lstat(f.path); err == nil {
			return nil, usage("remove it or name another directory; for events in a package of your own, put //eventgen:event above a type", "%s exists already", a.rel(f.path))
		}
	}
	return s, nil
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

func (s *starter) run(ctx context.Context) error {
	settle, err := s.require(ctx, s.root, s.module)
	if err != nil {
		return err
	}
	for _, f := range s.files {
		if err := f.writeNew(); err != nil {
			return environment(err, "")
		}
	}
	if err := os.MkdirAll(filepath.Dir(s.ts), 0o777); err != nil {
		return environment(err, "")
	}
	if err := settle(); err != nil {
		return err
	}
	settings, err := s.settings(filepath.Join(s.root, config.FileName))
	if err != nil {
		return err
	}
	out, err := s.generate(ctx, &job{Config: settings, dir: s.root, patterns: settings.Patterns()}, false)
	if err != nil {
		return err
	}
	r := out.report()
	for _, f := range slices.Backward(s.files) {
		r.Files = slices.Insert(r.Files, 0, file{Path: s.rel(f.path), State: stateCreated, absolute: f.path})
	}
	r.summary += fmt.Sprintf(`

Try it:  go test %[1]s
Then change %[2]s and run "go generate %[1]s", or leave "go tool eventgen watch" running.`, s.local(s.dir), s.rel(s.files[0].path))
	return s.report(r)
}

// local names a directory below the working directory as the go command wants it.
func (s *starter) local(dir string) string {
	if rel, err := filepath.Rel(s.app.dir, dir); err == nil && filepath.IsLocal(rel) {
		return "./" + filepath.ToSlash(rel)
	}
	return s.rel(dir)
}

// render fills in what is to be written.
func (s *starter) render() error {
	rel, err := filepath.Rel(s.root, s.dir)
	if err != nil {
		return err
	}
	ts, err := filepath.Rel(s.root, s.ts)
	if err != nil {
		return err
	}
	rel, ts = filepath.ToSlash(rel), filepath.ToSlash(ts)
	files, settings, err := scaffold.First{
		Package: packageName(s.dir), Path: path.Join(s.module.Module.Mod.Path, rel), Pattern: "./" + rel, TS: ts,
	}.Files()
	for _, f := range files {
		s.files = append(s.files, starterFile{filepath.Join(s.dir, f.Path), f.Content})
	}
	s.files = append(s.files, starterFile{filepath.Join(s.root, config.FileName), settings})
	return err
}

// writeNew writes a file that must not be there.
func (f starterFile) writeNew() error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o777); err != nil {
		return err
	}
	out, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = out.Write(f.content)
	return errors.Join(err, out.Close())
}

// packageName is the name for the package in dir.
func packageName(dir string) string {
	name := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(filepath.Base(dir)))
	if !token.IsIdentifier(name) || name == "main" {
		return "events"
	}
	return name
}
