package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/output"
	"github.com/eventgen/eventgen/internal/vcs"
)

// Origin says what a model to compare with was read from.
type Origin string

// The origins.
const (
	FromLock   Origin = "lock"   // an eventgen.lock.json
	FromModel  Origin = "model"  // what export ir wrote
	FromSource Origin = "source" // the Go source of a commit
)

// Baseline is what the events are compared with.
type Baseline struct {
	Name   string `json:"name"`             // as it was called
	Commit string `json:"commit,omitempty"` // full hash, if Name is not a file
	Read   Origin `json:"read"`
	File   string `json:"file,omitempty"` // the lock files in the commit
	Note   string `json:"note,omitempty"` // why the source of the commit was read

	model *ir.Model
}

// String says in a summary what was read.
func (b *Baseline) String() string {
	switch {
	case b.Commit == "":
		return b.Name
	case b.Read == FromLock:
		return fmt.Sprintf("%s, read from %s at %.8s", b.Name, b.File, b.Commit)
	}
	return fmt.Sprintf("%s, read from the source at %.8s: %s", b.Name, b.Commit, b.Note)
}

// baseline reads the model that opts.Against names.
func (c *comparison) baseline(ctx context.Context) (*Baseline, error) {
	name := c.opts.Against
	file := absolute(c.job.Here, name)
	info, err := os.Stat(file)
	if err == nil && info.Mode().IsRegular() {
		src, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		return readBaseline(name, src)
	}
	repo, err := openRepository(ctx, c.job.Place)
	if err != nil {
		return nil, err
	}
	commit, err := commitOf(ctx, repo, name)
	if err != nil {
		if unknown, ok := errors.AsType[*Error](err); ok {
			if _, err := os.Stat(filepath.Join(file, output.LockName)); err == nil {
				unknown.Reason, unknown.Meant = NoLockFile, path.Join(filepath.ToSlash(name), output.LockName)
			}
		}
		return nil, err
	}
	b := &Baseline{Name: name, Commit: commit}
	if b.Note = c.locksAt(ctx, repo, b); b.model != nil {
		return b, nil
	}
	b.Read = FromSource
	if b.model, err = c.sourceAt(ctx, repo, commit); err != nil && ctx.Err() == nil {
		return nil, fail(BadPast, "%s at %.8s cannot be read from its source (%s): %w", name, commit, b.Note, err)
	}
	return b, err
}

// locksAt reads the locks of the job's outputs as they were in b's commit into b's model. Every lock has to be there,
// and every package of the run has to be in one. It returns what it read, or why it set no model.
func (c *comparison) locksAt(ctx context.Context, repo *vcs.Repository, b *Baseline) string {
	if len(c.job.Outputs) == 0 {
		return "without an output there is no lock file"
	}
	var files []string
	all := &ir.Model{}
	for i, o := range c.job.Outputs {
		model, file, note := c.lockAt(ctx, repo, b.Commit, filepath.Join(o.TS, output.LockName))
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
	for _, p := range c.loaded.Packages {
		if !slices.ContainsFunc(c.job.Outputs, func(o config.Output) bool { return o.Takes(c.job.Dir(), p.Dir, p.Path) }) {
			return "no output has " + p.Path
		}
	}
	b.model, b.Read, b.File = all, FromLock, strings.Join(files, ", ")
	return ""
}

// lockAt reads one lock file as it was in a commit. It returns its path in the repository, or why
// there is no model.
func (c *comparison) lockAt(ctx context.Context, repo *vcs.Repository, commit, file string) (model *ir.Model, inside, note string) {
	inside, ok := repo.Path(file)
	if !ok {
		return nil, "", c.job.rel(file) + " is outside the repository"
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
func readBaseline(name string, src []byte) (*Baseline, error) {
	bad := func(format string, args ...any) (*Baseline, error) { return nil, fail(BadBaseline, format, args...) }
	var probe struct {
		Eventgen *int              `json:"eventgen"`
		Settings *ir.Settings      `json:"settings"`
		Packages []json.RawMessage `json:"packages"`
	}
	if err := json.Unmarshal(src, &probe); err != nil {
		return bad("%s is neither a lock file nor a model: %w", name, err)
	}
	if probe.Settings == nil {
		return bad("%s is neither a lock file nor a model: it has no settings", name)
	}
	if err := complete(src); err != nil {
		return bad("%s is damaged: %w", name, err)
	}
	if probe.Eventgen != nil {
		lock, err := output.ParseLock(src)
		if err != nil {
			return bad("%s is no lock file that this eventgen can read: %w", name, err)
		}
		return &Baseline{Name: name, Read: FromLock, model: lock.Model()}, nil
	}
	model := &ir.Model{}
	decoder := json.NewDecoder(bytes.NewReader(src))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(model); err != nil {
		return bad("%s is no model that this eventgen can read: %w", name, err)
	}
	return &Baseline{Name: name, Read: FromModel, model: model}, nil
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
