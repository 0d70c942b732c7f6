package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// past is the source of a commit in a temporary directory.
type past struct {
	repo *gitRepository
	tree string
}

// sourceAt loads the model from the source of a commit: the same packages, under the settings of
// that commit. Packages, or a whole module, that did not exist then have no events.
func (a *app) sourceAt(ctx context.Context, repo *gitRepository, commit string, r *request) (*ir.Model, error) {
	scratch, err := os.MkdirTemp("", "eventgen-against-*")
	if err != nil {
		return nil, environment(err, "")
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	p := &past{repo: repo, tree: filepath.Join(resolved(scratch), "tree")}
	if err := os.Mkdir(p.tree, 0o700); err != nil {
		return nil, environment(err, "")
	}
	if err := repo.checkout(ctx, commit, p.tree, scratch); err != nil {
		return nil, environment(err, "")
	}
	j, err := p.job(a, r)
	if err != nil || len(j.patterns) == 0 {
		return &ir.Model{}, err
	}
	if err := p.anchor(j.dir, a.env); err != nil {
		return nil, environment(err, "")
	}
	then := *a
	then.dir, then.env = j.dir, p.environment(a.env)
	model, list, err := then.parse(ctx, j, j.patterns)
	if err != nil {
		var ended *exit
		if errors.As(err, &ended) && ctx.Err() == nil {
			ended.err = errors.New(strings.ReplaceAll(ended.err.Error(), p.tree, repo.top))
		}
		return nil, err
	}
	var said []string
	for _, d := range list {
		if d.Severity == diag.Error {
			said = append(said, fmt.Sprintf("%s:%d: %s", diag.Shorten(d.Pos.File, p.tree), d.Pos.Line, d.Message))
		}
	}
	if len(said) > 0 {
		return nil, environment(errors.New(firstProblem(said)), "")
	}
	return model, nil
}

// then returns the directory that was where dir is now, and whether it existed.
func (p *past) then(dir string) (string, bool) {
	rel, inside := p.repo.path(dir)
	if !inside {
		return dir, false
	}
	path := filepath.Join(p.tree, filepath.FromSlash(rel))
	info, err := os.Stat(path)
	return path, err == nil && info.IsDir()
}

// job is the request's job in the past. It has no patterns if there was nothing to load.
func (p *past) job(a *app, r *request) (*job, error) {
	dir, existed := p.then(a.dir)
	if !existed {
		return &job{}, nil
	}
	settings := config.Default()
	file, err := p.configFile(a, dir, r.flags.config)
	if err != nil {
		return nil, environment(err, "")
	}
	if file != "" {
		read, list, err := config.Load(file)
		if err != nil {
			return nil, environment(err, "")
		}
		if list.HasErrors() {
			d := list.Sorted()[0]
			return nil, environment(fmt.Errorf("%s:%d: %s", diag.Shorten(d.Pos.File, p.tree), d.Pos.Line, d.Message), "")
		}
		settings = read
	}
	if err := r.flags.applyRead(r.cmd, settings); err != nil {
		return nil, err
	}
	j := &job{Config: settings, dir: dir, patterns: r.args}
	switch {
	case len(r.args) > 0:
	case len(settings.Patterns()) > 0:
		j.dir, j.patterns = settings.Dir(), settings.Patterns()
	default:
		j.patterns = []string{"."}
	}
	j.patterns = p.existing(j.dir, j.patterns)
	return j, nil
}

// configFile is the file with the settings of the past; empty for none.
func (p *past) configFile(a *app, dir, flag string) (string, error) {
	switch flag {
	case "none":
		return "", nil
	case "":
		return config.Find(dir)
	}
	if !filepath.IsAbs(flag) {
		flag = filepath.Join(a.dir, flag)
	}
	if rel, inside := p.repo.path(flag); inside {
		file := filepath.Join(p.tree, filepath.FromSlash(rel))
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return "", nil
		}
		return file, nil
	}
	return flag, nil
}

// existing returns the patterns without the directories that did not exist. Absolute ones lead
// into the past.
func (p *past) existing(dir string, patterns []string) []string {
	var out []string
	for _, pattern := range patterns {
		base, wild := strings.CutSuffix(pattern, "...")
		if filepath.IsAbs(base) {
			then, existed := p.then(filepath.Clean(base))
			if !existed {
				continue
			}
			if pattern = then; wild {
				pattern += "/..."
			}
		} else if base == "." || base == ".." || strings.HasPrefix(base, "./") || strings.HasPrefix(base, "../") {
			if info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(base))); err != nil || !info.IsDir() {
				continue
			}
		}
		out = append(out, pattern)
	}
	return out
}

// environment is env for commands in the past: a workspace of the repository is that of then.
func (p *past) environment(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(variable string) bool {
		file, found := strings.CutPrefix(variable, "GOWORK=")
		if !found || !filepath.IsAbs(file) {
			return false
		}
		_, inside := p.repo.path(file)
		return inside
	})
}

// anchor lets paths in go.mod and go.work that lead out of the repository start where they do
// now: what they lead to is not part of the commit. A vendor directory holds it already, and has
// to agree with the files as they are.
func (p *past) anchor(dir string, env []string) error {
	for at := moduleRoot(dir); ; at = filepath.Dir(at) {
		for _, name := range []string{"go.mod", "go.work"} {
			if vendored(at, env) {
				continue
			}
			if err := p.anchorFile(at, name); err != nil {
				return err
			}
		}
		if at == p.tree || len(at) <= len(p.tree) {
			return nil
		}
	}
}

func vendored(dir string, env []string) bool {
	_, err := os.Stat(filepath.Join(dir, "vendor", "modules.txt"))
	return err == nil && !slices.ContainsFunc(env, func(variable string) bool {
		return strings.HasPrefix(variable, "GOFLAGS=") && strings.Contains(variable, "-mod=mod")
	})
}

func (p *past) anchorFile(dir, name string) error {
	file := filepath.Join(dir, name)
	src, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	anchor := p.anchorWork
	if name == "go.mod" {
		anchor = p.anchorMod
	}
	text, err := anchor(dir, file, src)
	if text == nil || err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

// anchorMod and anchorWork return nothing for a file that does not parse: the go command says what is wrong.
func (p *past) anchorMod(dir, file string, src []byte) ([]byte, error) {
	mod, err := modfile.Parse(file, src, nil)
	if err != nil {
		return nil, nil
	}
	err = p.anchorReplaces(dir, mod.Replace, mod.AddReplace)
	mod.Cleanup()
	return modfile.Format(mod.Syntax), err
}

func (p *past) anchorWork(dir, file string, src []byte) ([]byte, error) {
	work, err := modfile.ParseWork(file, src, nil)
	if err != nil {
		return nil, nil
	}
	err = p.anchorReplaces(dir, work.Replace, work.AddReplace)
	for _, use := range work.Use {
		if now, moves := p.outside(dir, use.Path); moves {
			use.Syntax.Token[len(use.Syntax.Token)-1] = modfile.AutoQuote(now)
		}
	}
	work.Cleanup()
	return modfile.Format(work.Syntax), err
}

func (p *past) anchorReplaces(dir string, replaces []*modfile.Replace, set func(old, version, now, nowVersion string) error) error {
	for _, r := range replaces {
		if now, moves := p.outside(dir, r.New.Path); moves && r.New.Version == "" {
			if err := set(r.Old.Path, r.Old.Version, now, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// outside returns where a relative path in a file of dir leads to now, and whether that is
// outside the repository.
func (p *past) outside(dir, path string) (string, bool) {
	if filepath.IsAbs(path) {
		return "", false
	}
	rel, err := filepath.Rel(p.tree, filepath.Join(dir, filepath.FromSlash(path)))
	if err != nil || filepath.IsLocal(rel) {
		return "", false
	}
	return filepath.Join(p.repo.top, rel), true
}
