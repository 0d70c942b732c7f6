package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/vcs"
)

// openRepository opens the repository around the working directory.
func (a *app) openRepository(ctx context.Context) (*vcs.Repository, error) {
	const hint = "run this in a clone, or compare with a file: an eventgen.lock.json, or what \"eventgen export ir -o FILE\" wrote"
	repo, err := vcs.Open(ctx, a.dir, a.env)
	switch {
	case errors.Is(err, vcs.ErrNoGit):
		return nil, usage(hint, "--against names no file, and there is no git command to look for a commit")
	case errors.Is(err, vcs.ErrNoRepository):
		return nil, usage(hint, "--against names no file, and %s is in no git repository", a.dir)
	case err != nil:
		return nil, environment(err, "")
	}
	return repo, nil
}

// commit returns the full hash of the commit that name stands for.
func (a *app) commit(ctx context.Context, repo *vcs.Repository, name string) (string, error) {
	commit, err := repo.Commit(ctx, name)
	if unknown, ok := errors.AsType[*vcs.UnknownCommit](err); ok {
		return "", usage(meant(unknown), "%q is neither a file nor a commit, branch or tag of %s", name, repo.Top)
	}
	if err != nil {
		return "", environment(err, "")
	}
	return commit, nil
}

// meant is a hint about a name that stands for no commit.
func meant(e *vcs.UnknownCommit) string {
	if i := slices.IndexFunc(e.Refs, func(ref string) bool { return strings.HasSuffix(ref, "/"+e.Name) }); i >= 0 {
		return fmt.Sprintf("did you mean %q?", e.Refs[i])
	}
	if e.Shallow {
		return fmt.Sprintf("this clone is shallow: fetch what is missing with \"git fetch --depth=1 origin %s\", and compare with FETCH_HEAD", e.Name)
	}
	if near := diag.Nearest(e.Name, e.Refs); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "\"git log --all --oneline\" and \"git tag\" show what there is"
}
