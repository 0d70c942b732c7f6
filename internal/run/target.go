package run

import (
	"cmp"
	"slices"
	"sync"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/diag"
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

	scripts  []string // the files of TypeScript that it renders to
	problems diag.List
	next     *output.Lock // what its lock will be
	err      error        // of that
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
	defer func() { t.text = output.LockText{} }() // it is large
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

// renderScripts renders the TypeScript of the output.
func (t *target) renderScripts(contracts ir.Contracts, planner *output.Planner) {
	files, problems := typescript.Generate(t.model, contracts, typescript.Options{
		Dir: t.TS, Hooks: t.Hooks, Decoders: t.Decoders,
		ImportExtension: t.ImportExtension, Runtime: t.Runtime, Transports: t.Transports,
	})
	for _, f := range files {
		t.scripts = append(t.scripts, f.Path)
	}
	t.problems = problems
	planner.Add(files...)
}

// encodeLock begins the lock of the output.
func (t *target) encodeLock() {
	if t.next, t.err = output.NewLock(t.TS, t.model); t.err == nil {
		t.err = t.next.Encode()
	}
}

// finishLock ends it, when the TypeScript is known.
func (t *target) finishLock(planner *output.Planner) error {
	if t.err != nil {
		return t.err
	}
	if err := t.next.Own(t.TS, t.scripts); err != nil {
		return err
	}
	file, err := t.next.File(t.TS)
	if err != nil {
		return err
	}
	planner.Add(file)
	return nil
}
