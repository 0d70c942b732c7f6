package run

import (
	"cmp"
	"slices"
	"sync"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/internal/gen/typescript"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/output"
)

// target is one output of TypeScript in a run.
type target struct {
	config.Output
	base  string // where the output's patterns start
	lock  *output.Lock
	model *ir.Model // what it is rendered from: packages of the run, and of the lock

	text    output.LockText
	textErr error

	files    []gen.File // what it renders to, its lock included
	problems diag.List
	err      error
}

// open reads the locks of the job's outputs while something else goes on; the result waits for it.
func (j *Job) open() func() []*target {
	targets := make([]*target, len(j.Outputs))
	var reading sync.WaitGroup
	for i, o := range j.Outputs {
		t := &target{Output: o, base: j.Dir()}
		targets[i] = t
		reading.Go(func() { t.text, t.textErr = output.OpenLock(t.TS) })
	}
	return func() []*target {
		reading.Wait()
		return targets
	}
}

// read completes the target's lock. A package that the run has loaded need not be read.
func (t *target) read(loaded *ir.Model) error {
	if t.textErr != nil {
		return t.textErr
	}
	var err error
	t.lock, err = t.text.Lock(func(dir string) bool { return slices.Contains(loaded.Covered, dir) })
	return err
}

// own is the part of the loaded model that belongs to the output.
func (t *target) own(loaded *ir.Model) *ir.Model {
	m := *loaded
	m.Packages = slices.DeleteFunc(slices.Clone(loaded.Packages), func(p *ir.Package) bool {
		return !t.Takes(t.base, p.Dir, p.Path)
	})
	return &m
}

func (t *target) kept(loaded *ir.Model) []*ir.Package { return t.lock.Kept(t.own(loaded)) }

// join gives each target its model, and returns the model of all: what was loaded, and what the
// locks keep.
func join(targets []*target, loaded *ir.Model) (*ir.Model, diag.List) {
	all := &ir.Model{Settings: loaded.Settings, Covered: loaded.Covered, Packages: slices.Clone(loaded.Packages)}
	var list diag.List
	for _, t := range targets {
		model, duplicates := t.lock.Join(t.own(loaded))
		list.Append(duplicates)
		t.model = model
		for i, p := range model.Packages {
			same := func(q *ir.Package) bool { return q.Path == p.Path }
			if at := slices.IndexFunc(all.Packages, same); at >= 0 {
				model.Packages[i] = all.Packages[at] // what two outputs keep is one package
			} else {
				all.Packages = append(all.Packages, p)
			}
		}
	}
	slices.SortFunc(all.Packages, func(a, b *ir.Package) int { return cmp.Compare(a.Path, b.Path) })
	return all, list
}

// render renders the TypeScript of the output, and its lock.
func (t *target) render(contracts ir.Contracts) {
	t.files, t.problems = typescript.Generate(t.model, contracts, typescript.Options{
		Dir: t.TS, Hooks: t.Hooks, Decoders: t.Decoders,
		ImportExtension: t.ImportExtension, Runtime: t.Runtime, Transports: t.Transports,
	})
	lock, err := output.NewLock(t.TS, t.model, t.files)
	if err != nil {
		t.err = err
		return
	}
	file, err := lock.File(t.TS)
	t.files, t.err = append(t.files, file), err
}
