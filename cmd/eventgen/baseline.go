package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"github.com/eventgen/eventgen/internal/output"
	"github.com/eventgen/eventgen/internal/vcs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/ir"
)

// origin says what a model to compare with was read from.
type origin string

// The origins.
const (
	fromLock   origin = "lock"   // an eventgen.lock.json
	fromModel  origin = "model"  // what export ir wrote
	fromSource origin = "source" // the Go source of a commit
)

// baseline is what the events are compared with.
type baseline struct {
	Name   string `json:"name"`             // as it was called
	Commit string `json:"commit,omitempty"` // full hash, if Name is not a file
	Read   origin `json:"read"`
	File   string `json:"file,omitempty"` // the lock files in the commit
	Note   string `json:"note,omitempty"` // why the source of the commit was read

	model *ir.Model
}

// String says in a summary what was read.
func (b *baseline) String() string {
	switch {
	case b.Commit == "":
		return b.Name
	case b.Read == fromLock:
		return fmt.Sprintf("%s, read from %s at %.8s", b.Name, b.File, b.Commit)
	}
	return fmt.Sprintf("%s, read from the source at %.8s: %s", b.Name, b.Commit, b.Note)
}

// request is how breaking was called, the job that it comes to here, and what that loads.
type request struct {
	cmd    *cobra.Command
	flags  *outputFlags
	args   []string
	job    *job
	loaded *ir.Model
}

// baseline reads the model that --against names.
func (a *app) baseline(ctx context.Context, name string, r *request) (*baseline, error) {
	file := name
	if !filepath.IsAbs(file) {
		file = filepath.Join(a.dir, name)
	}
	info, statErr := os.Stat(file)
	if statErr == nil && info.Mode().IsRegular() {
		src, err := os.ReadFile(file)
		if err != nil {
			return nil, environment(err, "")
		}
		return readBaseline(name, src)
	}
	repo, err := a.openRepository(ctx)
	if err != nil {
		return nil, err
	}
	commit, err := a.commit(ctx, repo, name)
	if err != nil {
		var unknown *exit
		if _, missing := os.Stat(filepath.Join(file, output.LockName)); errors.As(err, &unknown) && missing == nil {
			unknown.hint = "did you mean " + path.Join(filepath.ToSlash(name), output.LockName) + "?"
		}
		return nil, err
	}
	b := &baseline{Name: name, Commit: commit}
	if b.Note = a.locksAt(ctx, repo, b, r); b.model != nil {
		return b, nil
	}
	b.Read = fromSource
	if b.model, err = a.sourceAt(ctx, repo, commit, r); err != nil {
		var ended *exit
		if errors.As(err, &ended) && ctx.Err() == nil {
			ended.err = fmt.Errorf("%s at %.8s cannot be read from its source (%s): %w", name, commit, b.Note, ended.err)
			ended.hint = "compare with a commit that has " + output.LockName + ", or with a file that \"eventgen export ir -o FILE\" wrote there"
		}
		return nil, err
	}
	return b, nil
}

// locksAt reads the locks of the job's outputs as they were in b's commit into b's model. Every lock has to be there,
// and every package of the run has to be in one. It returns what it read, or why it set no model.
func (a *app) locksAt(ctx context.Context, repo *vcs.Repository, b *baseline, r *request) string {
	if len(r.job.Outputs) == 0 {
		return "without an output there is no lock file"
	}
	var files []string
	all := &ir.Model{}
	for i, o := range r.job.Outputs {
		model, file, note := a.lockAt(ctx, repo, b.Commit, filepath.Join(o.TS, output.LockName))
		if note != "" {
			return note
		}
		if i > 0 && model.Settings != all.Settings {
			return "its lock files have different settings"
		}
		all.Settings = model.Settings
		files = append(files, file)
		for _, p := range model.Packages {
			if !slices.ContainsFunc(all.Packages, func(q *ir.Package) bool { return q.Path == p.Path }) {
				all.Packages = append(all.Packages, p)
			}
		}
	}
	for _, p := range r.loaded.Packages {
		if !slices.ContainsFunc(r.job.Outputs, func(o config.Output) bool { return o.Takes(r.job.Dir(), p.Dir, p.Path) }) {
			return "no output has " + p.Path
		}
	}
	b.model, b.Read, b.File = all, fromLock, strings.Join(files, ", ")
	return ""
}

// lockAt reads one lock file as it was in a commit. It returns its path in the repository, or why
// there is no model.
func (a *app) lockAt(ctx context.Context, repo *vcs.Repository, commit, file string) (model *ir.Model, inside, note string) {
	inside, ok := repo.Path(file)
	if !ok {
		return nil, "", a.rel(file) + " is outside the repository"
	}
	src, err := repo.Read(ctx, commit, inside)
	if err != nil {
		return nil, "", "it has no " + inside
	}
	lock, err := output.ParseLock(src)
	if err == nil {
		err = complete(src)
	}
	if err != nil {
		return nil, "", fmt.Sprintf("its %s cannot be read (%v)", inside, err)
	}
	return lock.Model(), inside, ""
}

// readBaseline reads a lock file or a model.
func readBaseline(name string, src []byte) (*baseline, error) {
	const hint = "name an " + output.LockName + ", or a file that \"eventgen export ir -o FILE\" wrote"
	fail := func(format string, args ...any) (*baseline, error) {
		return nil, &exit{status: statusEnvironment, err: fmt.Errorf(format, args...), hint: hint}
	}
	var probe struct {
		Eventgen *int              `json:"eventgen"`
		Settings *ir.Settings      `json:"settings"`
		Packages []json.RawMessage `json:"packages"`
	}
	if err := json.Unmarshal(src, &probe); err != nil {
		return fail("%s is neither a lock file nor a model: %w", name, err)
	}
	if probe.Settings == nil {
		return fail("%s is neither a lock file nor a model: it has no settings", name)
	}
	if err := complete(src); err != nil {
		return fail("%s is damaged: %w", name, err)
	}
	if probe.Eventgen != nil {
		lock, err := output.ParseLock(src)
		if err != nil {
			return fail("%s is no lock file that this eventgen can read: %w", name, err)
		}
		return &baseline{Name: name, Read: fromLock, model: lock.Model()}, nil
	}
	model := &ir.Model{}
	decoder := json.NewDecoder(bytes.NewReader(src))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(model); err != nil {
		return fail("%s is no model that this eventgen can read: %w", name, err)
	}
	return &baseline{Name: name, Read: fromModel, model: model}, nil
}

// complete reports a list in a JSON document that has a hole. Lists of the model never do, and
// whoever reads it need not ask.
func complete(src []byte) error {
	var document any
	if err := json.Unmarshal(src, &document); err != nil {
		return err
	}
	var hole func(v any) bool
	hole = func(v any) bool {
		switch v := v.(type) {
		case []any:
			return slices.Contains(v, nil) || slices.ContainsFunc(v, hole)
		case map[string]any:
			for _, value := range v {
				if hole(value) {
					return true
				}
			}
		}
		return false
	}
	if hole(document) {
		return errors.New("a list in it has null for an element")
	}
	return nil
}

// firstProblem is the first of a list of problems, and how many more there are.
func firstProblem(list []string) string {
	if more := len(list) - 1; more > 0 {
		return fmt.Sprintf("%s, and %s", list[0], count(more, "more problem"))
	}
	return strings.Join(list, "")
}
