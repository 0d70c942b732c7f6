package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	gofmt "go/format"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/spf13/cobra"
	"golang.org/x/mod/modfile"

	"github.com/eventgen/eventgen/internal/config"
)

//go:embed scaffold
var scaffold embed.FS

var scaffolds = template.Must(template.ParseFS(scaffold, "scaffold/*.tmpl"))

func newInit(a *app) *cobra.Command {
	var ts string
	cmd := &cobra.Command{
		Use:   "init [directory]",
		Short: "Start with a first package of events",
		Long: `init writes a package with two events and an example into the directory (default:
events), and eventgen.yaml beside go.mod; adds eventgen to go.mod as a tool; and generates.
It changes no file that is there, but go.mod and go.sum.`,
		Example: `  eventgen init
  eventgen init internal/events --ts web/src/events`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("run \"eventgen init --help\"", "init takes one directory")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&ts, "ts", "", "directory of the TypeScript output (default: ts in the package's directory)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
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

type starterFile struct {
	path, template string
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
	s.files = []starterFile{
		{filepath.Join(s.dir, "events.go"), "events.go.tmpl"},
		{filepath.Join(s.dir, "example_test.go"), "example_test.go.tmpl"},
		{filepath.Join(s.root, config.FileName), "eventgen.yaml.tmpl"},
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
	if err := s.require(ctx); err != nil {
		return err
	}
	for _, f := range s.files {
		if err := s.write(f); err != nil {
			return environment(err, "")
		}
	}
	if err := os.MkdirAll(filepath.Dir(s.ts), 0o777); err != nil {
		return environment(err, "")
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

// require adds this program to go.mod as a tool, and with it the runtime.
func (s *starter) require(ctx context.Context) error {
	const tool = modulePath + "/cmd/eventgen"
	has := slices.ContainsFunc(s.module.Tool, func(t *modfile.Tool) bool { return t.Path == tool })
	if has || s.module.Module.Mod.Path == modulePath {
		return nil
	}
	query := tool
	replaced := slices.ContainsFunc(s.module.Replace, func(r *modfile.Replace) bool { return r.Old.Path == modulePath })
	if v := version(); !replaced && !strings.Contains(v, "(devel)") && !strings.Contains(v, "+dirty") {
		query += "@" + v
	}
	cmd := exec.CommandContext(ctx, "go", "get", "-tool", query)
	cmd.Dir, cmd.Env = s.root, s.env
	if text, err := cmd.CombinedOutput(); err != nil {
		return environment(
			fmt.Errorf("go get -tool %s: %s", query, strings.TrimSpace(string(bytes.TrimPrefix(text, []byte("go: "))))),
			"nothing was written; make that command work, then run eventgen init again")
	}
	return nil
}

func (s *starter) write(f starterFile) error {
	rel, err := filepath.Rel(s.root, s.dir)
	if err != nil {
		return err
	}
	ts, err := filepath.Rel(s.root, s.ts)
	if err != nil {
		return err
	}
	rel, ts = filepath.ToSlash(rel), filepath.ToSlash(ts)
	var text bytes.Buffer
	err = scaffolds.ExecuteTemplate(&text, f.template, map[string]string{
		"Package": packageName(s.dir),
		"Path":    path.Join(s.module.Module.Mod.Path, rel),
		"Pattern": "./" + rel,
		"TS":      ts,
	})
	if err != nil {
		return err
	}
	source := text.Bytes()
	if strings.HasSuffix(f.path, ".go") {
		if source, err = gofmt.Source(source); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o777); err != nil {
		return err
	}
	out, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = out.Write(source)
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
