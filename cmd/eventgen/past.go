package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/vcs"
)

// past is a request at the source of a commit.
type past struct{ *vcs.Tree }

// sourceAt loads the model from the source of a commit: the same packages, under the settings of
// that commit. Packages, or a whole module, that did not exist then have no events.
func (a *app) sourceAt(ctx context.Context, repo *vcs.Repository, commit string, r *request) (*ir.Model, error) {
	tree, err := repo.Tree(ctx, commit)
	if err != nil {
		return nil, environment(err, "")
	}
	defer tree.Remove()
	p := &past{tree}
	j, err := p.job(a, r)
	if err != nil || len(j.patterns) == 0 {
		return &ir.Model{}, err
	}
	if err := p.Anchor(moduleRoot(j.dir), a.env); err != nil {
		return nil, environment(err, "")
	}
	then := *a
	then.dir, then.env = j.dir, p.Environment(a.env)
	model, list, err := then.parse(ctx, j, j.patterns)
	if err != nil {
		var ended *exit
		if errors.As(err, &ended) && ctx.Err() == nil {
			ended.err = errors.New(strings.ReplaceAll(ended.err.Error(), p.Dir(), repo.Top))
		}
		return nil, err
	}
	var said []string
	for _, d := range list {
		if d.Severity == diag.Error {
			said = append(said, fmt.Sprintf("%s:%d: %s", diag.Shorten(d.Pos.File, p.Dir()), d.Pos.Line, d.Message))
		}
	}
	if len(said) > 0 {
		return nil, environment(errors.New(firstProblem(said)), "")
	}
	return model, nil
}

// job is the request's job in the past. It has no patterns if there was nothing to load.
func (p *past) job(a *app, r *request) (*job, error) {
	dir, existed := p.Then(a.dir)
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
			return nil, environment(fmt.Errorf("%s:%d: %s", diag.Shorten(d.Pos.File, p.Dir()), d.Pos.Line, d.Message), "")
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
	j.patterns = p.Existing(j.dir, j.patterns)
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
	if rel, inside := p.Path(flag); inside {
		file := filepath.Join(p.Dir(), filepath.FromSlash(rel))
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return "", nil
		}
		return file, nil
	}
	return flag, nil
}
