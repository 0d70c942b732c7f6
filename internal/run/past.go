package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/load"
	"github.com/eventgen/eventgen/internal/vcs"
)

// past is a request at the source of a commit.
type past struct{ *vcs.Tree }

// sourceAt reads the model from the source of a commit: the same packages, under the settings of
// that commit. Packages, or a whole module, that did not exist then have no events.
func (c *comparison) sourceAt(ctx context.Context, repo *vcs.Repository, commit string) (*ir.Model, error) {
	tree, err := repo.Tree(ctx, commit)
	if err != nil {
		return nil, err
	}
	defer tree.Remove()
	p := &past{tree}
	j, err := p.job(c.job.Place, c.opts)
	if err != nil || len(j.Patterns) == 0 {
		return &ir.Model{}, err
	}
	if err := p.Anchor(load.ModuleRoot(j.From), c.job.Env); err != nil {
		return nil, err
	}
	j.Place = Place{Here: j.From, Env: p.Environment(c.job.Env)}
	model, list, err := j.load(ctx, j.Patterns)
	if err != nil {
		return nil, errors.New(strings.ReplaceAll(err.Error(), p.Dir(), repo.Top))
	}
	return model, p.firstError(list)
}

// firstError is the first error of a list, and how many more there are.
func (p *past) firstError(list diag.List) error {
	list = slices.DeleteFunc(slices.Clone(list), func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
	if len(list) == 0 {
		return nil
	}
	d := list[0]
	first := fmt.Sprintf("%s:%d: %s", diag.Shorten(d.Pos.File, p.Dir()), d.Pos.Line, d.Message)
	switch more := len(list) - 1; more {
	case 0:
		return errors.New(first)
	case 1:
		return errors.New(first + ", and 1 more problem")
	default:
		return fmt.Errorf("%s, and %d more problems", first, more)
	}
}

// job is the comparison's job in the past. It has no patterns if there was nothing to load.
func (p *past) job(now Place, opts BreakingOptions) (*Job, error) {
	dir, existed := p.Then(now.Here)
	if !existed {
		return &Job{}, nil
	}
	settings := config.Default()
	file, err := p.configFile(now, dir, opts.Config)
	if err != nil {
		return nil, err
	}
	if file != "" {
		read, list, err := config.Load(file)
		if err != nil {
			return nil, err
		}
		if list.HasErrors() {
			return nil, p.firstError(list.Sorted()[:1])
		}
		settings = read
	}
	if err := opts.Override(settings); err != nil {
		return nil, err
	}
	j := &Job{Config: settings, From: dir, Patterns: opts.Patterns}
	switch {
	case len(j.Patterns) > 0:
	case len(settings.Patterns()) > 0:
		j.From, j.Patterns = settings.Dir(), settings.Patterns()
	default:
		j.Patterns = []string{"."}
	}
	j.Patterns = p.Existing(j.From, j.Patterns)
	return j, nil
}

// configFile is the file with the settings of the past; empty for none.
func (p *past) configFile(now Place, dir, flag string) (string, error) {
	switch flag {
	case "none":
		return "", nil
	case "":
		return config.Find(dir)
	}
	flag = absolute(now.Here, flag)
	if rel, inside := p.Path(flag); inside {
		file := filepath.Join(p.Dir(), filepath.FromSlash(rel))
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return "", nil
		}
		return file, nil
	}
	return flag, nil
}
