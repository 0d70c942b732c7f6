package main

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

	"github.com/eventgen/eventgen/internal/diag"
)

// gitRepository is the git repository around the working directory. It is only read: no command
// here touches its work tree, its index or its refs.
type gitRepository struct {
	a   *app
	top string // of the work tree, without symbolic links
}

func (a *app) openRepository(ctx context.Context) (*gitRepository, error) {
	repo := &gitRepository{a: a, top: a.dir}
	out, err := repo.git(ctx, nil, "rev-parse", "--show-toplevel")
	if err != nil {
		const hint = "run this in a clone, or compare with a file: an eventgen.lock.json, or what \"eventgen export ir -o FILE\" wrote"
		switch {
		case errors.Is(err, exec.ErrNotFound):
			return nil, usage(hint, "--against names no file, and there is no git command to look for a commit")
		case strings.Contains(err.Error(), "not a git repository"):
			return nil, usage(hint, "--against names no file, and %s is in no git repository", a.dir)
		}
		return nil, environment(err, "")
	}
	repo.top = resolved(filepath.FromSlash(strings.TrimSpace(string(out))))
	return repo, nil
}

// git runs a git command at the top of the work tree. The error has what git said.
func (r *gitRepository) git(ctx context.Context, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = r.top
	cmd.Env = append(append(slices.Clone(r.a.env), "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0"), env...)
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

// commit returns the full hash of the commit that name stands for.
func (r *gitRepository) commit(ctx context.Context, name string) (string, error) {
	if !strings.HasPrefix(name, "-") {
		out, err := r.git(ctx, nil, "rev-parse", "--verify", "--quiet", name+"^{commit}")
		if err == nil {
			return strings.TrimSpace(string(out)), nil
		}
		if ctx.Err() != nil {
			return "", environment(ctx.Err(), "")
		}
	}
	return "", usage(r.meant(ctx, name), "%q is neither a file nor a commit, branch or tag of %s", name, r.top)
}

// meant is a hint about a name that stands for no commit.
func (r *gitRepository) meant(ctx context.Context, name string) string {
	out, _ := r.git(ctx, nil, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
	refs := strings.Fields(string(out))
	if i := slices.IndexFunc(refs, func(ref string) bool { return strings.HasSuffix(ref, "/"+name) }); i >= 0 {
		return fmt.Sprintf("did you mean %q?", refs[i])
	}
	if shallow, _ := r.git(ctx, nil, "rev-parse", "--is-shallow-repository"); strings.TrimSpace(string(shallow)) == "true" {
		return fmt.Sprintf("this clone is shallow: fetch what is missing with \"git fetch --depth=1 origin %s\", and compare with FETCH_HEAD", name)
	}
	if near := diag.Nearest(name, refs); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "\"git log --all --oneline\" and \"git tag\" show what there is"
}

// path returns the path of a file in the repository, with slashes, and whether it is inside.
func (r *gitRepository) path(file string) (string, bool) {
	rel, err := filepath.Rel(r.top, resolved(file))
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// read returns a file of a commit.
func (r *gitRepository) read(ctx context.Context, commit, file string) ([]byte, error) {
	return r.git(ctx, nil, "cat-file", "blob", commit+":"+file)
}

// checkout writes all files of a commit below dir, which exists, and nothing anywhere else: the
// index is one of its own, in scratch.
func (r *gitRepository) checkout(ctx context.Context, commit, dir, scratch string) error {
	index := []string{"GIT_INDEX_FILE=" + filepath.Join(scratch, "index")}
	if _, err := r.git(ctx, index, "read-tree", commit); err != nil {
		return err
	}
	_, err := r.git(ctx, index, "checkout-index", "--all", "--quiet", "--prefix="+filepath.ToSlash(dir)+"/")
	return err
}

// resolved returns path without symbolic links, as far as it exists.
func resolved(path string) string {
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
