package run

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
func openRepository(ctx context.Context, at Place) (*vcs.Repository, error) {
	repo, err := vcs.Open(ctx, at.Here, at.Env)
	switch {
	case errors.Is(err, vcs.ErrNoGit):
		return nil, fail(NoGit, "--against names no file, and there is no git command to look for a commit")
	case errors.Is(err, vcs.ErrNoRepository):
		return nil, fail(NoRepository, "--against names no file, and %s is in no git repository", at.Here)
	}
	return repo, err
}

// commitOf returns the full hash of the commit that name stands for.
func commitOf(ctx context.Context, repo *vcs.Repository, name string) (string, error) {
	commit, err := repo.Commit(ctx, name)
	if unknown, ok := errors.AsType[*vcs.UnknownCommit](err); ok {
		e := &Error{Reason: UnknownCommit, Err: fmt.Errorf("%q is neither a file nor a commit, branch or tag of %s", name, repo.Top)}
		if e.Meant = meant(unknown); e.Meant == "" && unknown.Shallow {
			e.Reason, e.Meant = ShallowClone, name
		}
		return "", e
	}
	return commit, err
}

// meant is the branch or tag that a name which stands for no commit was probably meant for. In a
// clone that lacks commits only another remote's branch is.
func meant(e *vcs.UnknownCommit) string {
	if i := slices.IndexFunc(e.Refs, func(ref string) bool { return strings.HasSuffix(ref, "/"+e.Name) }); i >= 0 {
		return e.Refs[i]
	}
	if e.Shallow {
		return ""
	}
	return diag.Nearest(e.Name, e.Refs)
}
