package vcs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// Tree is the source of a commit in a temporary directory.
type Tree struct {
	repo    *Repository
	scratch string
	dir     string
}

// Tree writes the source of a commit. The caller removes it.
func (r *Repository) Tree(ctx context.Context, commit string) (*Tree, error) {
	scratch, err := os.MkdirTemp("", "eventgen-against-*")
	if err != nil {
		return nil, err
	}
	t := &Tree{repo: r, scratch: scratch, dir: filepath.Join(Resolve(scratch), "tree")}
	if err = os.Mkdir(t.dir, 0o700); err == nil {
		err = r.checkout(ctx, commit, t.dir, scratch)
	}
	if err != nil {
		t.Remove()
		return nil, err
	}
	return t, nil
}

// Remove removes the tree.
func (t *Tree) Remove() { _ = os.RemoveAll(t.scratch) }

// Dir is where the tree lies.
func (t *Tree) Dir() string { return t.dir }

// Path returns the path of a file of today in the repository, with slashes, and whether it is inside.
func (t *Tree) Path(file string) (string, bool) { return t.repo.Path(file) }

// Top is the top of the work tree that it is an older state of.
func (t *Tree) Top() string { return t.repo.Top }

// Then returns the directory that was where dir is now, and whether it existed.
func (t *Tree) Then(dir string) (string, bool) {
	rel, inside := t.repo.Path(dir)
	if !inside {
		return dir, false
	}
	path := filepath.Join(t.dir, filepath.FromSlash(rel))
	info, err := os.Stat(path)
	return path, err == nil && info.IsDir()
}

// Existing returns the patterns without the directories that did not exist. Absolute ones lead
// into the past.
func (t *Tree) Existing(dir string, patterns []string) []string {
	var out []string
	for _, pattern := range patterns {
		base, wild := strings.CutSuffix(pattern, "...")
		if filepath.IsAbs(base) {
			then, existed := t.Then(filepath.Clean(base))
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

// Environment is env for commands in the past: a workspace of the repository is that of then.
func (t *Tree) Environment(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(variable string) bool {
		file, found := strings.CutPrefix(variable, "GOWORK=")
		if !found || !filepath.IsAbs(file) {
			return false
		}
		_, inside := t.repo.Path(file)
		return inside
	})
}

// Anchor lets paths in go.mod and go.work that lead out of the repository start where they do
// now: what they lead to is not part of the commit. root is a module in the tree; the files above
// it count too. A vendor directory holds all of it already, and has to agree with the files as
// they are.
func (t *Tree) Anchor(root string, env []string) error {
	for at := root; ; at = filepath.Dir(at) {
		for _, name := range []string{"go.mod", "go.work"} {
			if vendored(at, env) {
				continue
			}
			if err := t.anchorFile(at, name); err != nil {
				return err
			}
		}
		if at == t.dir || len(at) <= len(t.dir) {
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

func (t *Tree) anchorFile(dir, name string) error {
	file := filepath.Join(dir, name)
	src, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	anchor := t.anchorWork
	if name == "go.mod" {
		anchor = t.anchorMod
	}
	text, err := anchor(dir, file, src)
	if text == nil || err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

// anchorMod and anchorWork return nothing for a file that does not parse: the go command says what is wrong.
func (t *Tree) anchorMod(dir, file string, src []byte) ([]byte, error) {
	mod, err := modfile.Parse(file, src, nil)
	if err != nil {
		return nil, nil
	}
	err = t.anchorReplaces(dir, mod.Replace, mod.AddReplace)
	mod.Cleanup()
	return modfile.Format(mod.Syntax), err
}

func (t *Tree) anchorWork(dir, file string, src []byte) ([]byte, error) {
	work, err := modfile.ParseWork(file, src, nil)
	if err != nil {
		return nil, nil
	}
	err = t.anchorReplaces(dir, work.Replace, work.AddReplace)
	for _, use := range work.Use {
		if now, moves := t.outside(dir, use.Path); moves {
			use.Syntax.Token[len(use.Syntax.Token)-1] = modfile.AutoQuote(now)
		}
	}
	work.Cleanup()
	return modfile.Format(work.Syntax), err
}

func (t *Tree) anchorReplaces(dir string, replaces []*modfile.Replace, set func(old, version, now, nowVersion string) error) error {
	for _, r := range replaces {
		if now, moves := t.outside(dir, r.New.Path); moves && r.New.Version == "" {
			if err := set(r.Old.Path, r.Old.Version, now, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// outside returns where a relative path in a file of dir leads to now, and whether that is
// outside the repository.
func (t *Tree) outside(dir, path string) (string, bool) {
	if filepath.IsAbs(path) {
		return "", false
	}
	rel, err := filepath.Rel(t.dir, filepath.Join(dir, filepath.FromSlash(path)))
	if err != nil || filepath.IsLocal(rel) {
		return "", false
	}
	return filepath.Join(t.repo.Top, rel), true
}
