// Package vcs reads older revisions of a git repository: single files, and whole trees in a
// temporary directory. No command here touches the work tree, the index or the refs.
package vcs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Errors of [Open].
var (
	ErrNoGit        = errors.New("there is no git command")
	ErrNoRepository = errors.New("not a git repository")
)

// Repository is the git repository around a directory.
type Repository struct {
	Top string // of the work tree, without symbolic links
	env []string
}

// Open finds the repository around dir. env is the environment of git commands.
func Open(ctx context.Context, dir string, env []string) (*Repository, error) {
	repo := &Repository{Top: dir, env: env}
	out, err := repo.git(ctx, nil, "rev-parse", "--show-toplevel")
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, ErrNoGit
	case err != nil && strings.Contains(err.Error(), "not a git repository"):
		return nil, ErrNoRepository
	case err != nil:
		return nil, err
	}
	repo.Top = Resolve(filepath.FromSlash(strings.TrimSpace(string(out))))
	return repo, nil
}

// git runs a git command at the top of the work tree. The error has what git said.
func (r *Repository) git(ctx context.Context, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = r.Top
	cmd.Env = append(append(slices.Clone(r.env), "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0"), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	switch {
	case err == nil:
		return stdout.Bytes(), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	if said := strings.TrimSpace(stderr.String()); said != "" {
		return nil, fmt.Errorf("git %s: %s", args[0], said)
	}
	return nil, fmt.Errorf("git %s: %w", args[0], err)
}

// UnknownCommit is the error of a name that stands for no commit.
type UnknownCommit struct {
	Name    string
	Refs    []string // the branches and tags that there are
	Shallow bool     // the clone lacks older commits
}

// Error says that there is no such commit.
func (e *UnknownCommit) Error() string { return fmt.Sprintf("there is no commit %q", e.Name) }

// Commit returns the full hash of the commit that name stands for, or an [*UnknownCommit].
func (r *Repository) Commit(ctx context.Context, name string) (string, error) {
	if !strings.HasPrefix(name, "-") {
		out, err := r.git(ctx, nil, "rev-parse", "--verify", "--quiet", name+"^{commit}")
		if err == nil {
			return strings.TrimSpace(string(out)), nil
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
	}
	refs, _ := r.git(ctx, nil, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
	shallow, _ := r.git(ctx, nil, "rev-parse", "--is-shallow-repository")
	return "", &UnknownCommit{Name: name, Refs: strings.Fields(string(refs)), Shallow: strings.TrimSpace(string(shallow)) == "true"}
}

// Path returns the path of a file in the repository, with slashes, and whether it is inside.
func (r *Repository) Path(file string) (string, bool) {
	rel, err := filepath.Rel(r.Top, Resolve(file))
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// Read returns a file of a commit.
func (r *Repository) Read(ctx context.Context, commit, file string) ([]byte, error) {
	return r.git(ctx, nil, "cat-file", "blob", commit+":"+file)
}

// checkout writes all files of a commit below dir, which exists, and nothing anywhere else: the
// index is one of its own, in scratch.
func (r *Repository) checkout(ctx context.Context, commit, dir, scratch string) error {
	index := []string{"GIT_INDEX_FILE=" + filepath.Join(scratch, "index")}
	if _, err := r.git(ctx, index, "read-tree", commit); err != nil {
		return err
	}
	_, err := r.git(ctx, index, "checkout-index", "--all", "--quiet", "--prefix="+filepath.ToSlash(dir)+"/")
	return err
}

// Resolve returns path without symbolic links, as far as it exists.
func Resolve(path string) string {
	rest := ""
	for at := path; ; at = filepath.Dir(at) {
		if target, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(target, rest)
		} else if !errors.Is(err, os.ErrNotExist) || at == filepath.Dir(at) {
			return path
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}
