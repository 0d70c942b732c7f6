package run

import (
	"context"
	"errors"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/output"
	"github.com/eventgen/eventgen/internal/scaffold"
)

// Started is what [Init] or [InitApp] come to. Paths are absolute.
type Started struct {
	Created []string // what was written to start from
	Kept    []string // what was there already
	// Generated is the first run. Its diagnostics may be about settings that were there before.
	Generated *Result
}

// InitOptions say which package to write.
type InitOptions struct {
	Dir string // of the package; relative to the working directory or absolute
	TS  string // of the TypeScript output; empty: ts in Dir
}

// Init writes a first package of events and eventgen.yaml, adds the tool to go.mod, and generates.
// It changes no file that is there, but go.mod and go.sum.
func Init(ctx context.Context, at Place, opts InitOptions) (*Started, error) {
	s, err := planFirst(at, opts)
	if err != nil {
		return nil, err
	}
	settle, err := at.require(ctx, s.root, s.module)
	if err != nil {
		return nil, err
	}
	if err := writeNew(s.files); err != nil {
		return nil, err
	}
	if err := settle(); err != nil {
		return nil, err
	}
	settings, list, err := config.Load(filepath.Join(s.root, config.FileName))
	if err != nil {
		return nil, err
	}
	return at.started(ctx, s.files, settings, list, s.root)
}

// started generates under new settings.
func (p Place) started(ctx context.Context, files []newFile, settings *config.Config, list diag.List, from string) (*Started, error) {
	s := &Started{Generated: &Result{Diagnostics: list}}
	for _, f := range files {
		s.Created = append(s.Created, f.path)
	}
	if list.HasErrors() {
		return s, nil
	}
	var err error
	s.Generated, err = Generate(ctx, &Job{Place: p, Config: settings, From: from, Patterns: settings.Patterns()}, GenerateOptions{})
	return s, err
}

// first is a first package that is to be written.
type first struct {
	root    string // of the module
	module  *modfile.File
	dir, ts string // absolute
	files   []newFile
}

// newFile is a file that is to be written; path is absolute.
type newFile struct {
	path    string
	content []byte
}

func writeNew(files []newFile) error {
	for _, f := range files {
		if err := output.WriteNew(f.path, f.content); err != nil {
			return err
		}
	}
	return nil
}

// planFirst finds out what Init has to do, and refuses what would hurt.
func planFirst(at Place, opts InitOptions) (*first, error) {
	s := &first{root: load.ModuleRoot(at.Here), dir: absolute(at.Here, opts.Dir)}
	var err error
	if s.module, err = readModule(s.root); errors.Is(err, fs.ErrNotExist) {
		return nil, fail(NoModule, "there is no go.mod here or above")
	} else if err != nil {
		return nil, err
	}
	if s.ts = filepath.Join(s.dir, "ts"); opts.TS != "" {
		s.ts = absolute(at.Here, opts.TS)
	}
	if rel, err := filepath.Rel(s.root, s.dir); err != nil || rel == "." || !filepath.IsLocal(rel) {
		return nil, fail(NotBelow, "%s is not a directory below %s", opts.Dir, at.rel(s.root))
	}
	if err := s.fill(); err != nil {
		return nil, err
	}
	for _, f := range s.files {
		if _, err := os.Lstat(f.path); err == nil {
			return nil, fail(Exists, "%s exists already", at.rel(f.path))
		}
	}
	return s, nil
}

func readModule(root string) (*modfile.File, error) {
	name := filepath.Join(root, "go.mod")
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return modfile.Parse(name, text, nil)
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// fill fills in what is to be written.
func (s *first) fill() error {
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
		s.files = append(s.files, newFile{filepath.Join(s.dir, f.Path), f.Content})
	}
	s.files = append(s.files, newFile{filepath.Join(s.root, config.FileName), settings})
	return err
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
