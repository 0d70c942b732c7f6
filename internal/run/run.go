// Package run holds the use cases of the tool as functions that return values: generate, check,
// watch, list, breaking, export, init. They print nothing and end no process; what to say to
// people, and with which status to exit, belongs to the caller.
package run

import (
	"encoding/json"

	"github.com/eventgen/eventgen/internal/config"
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/load"
)

// Place is where a use case runs.
type Place struct {
	Here string   // the working directory, absolute: errors name files from here
	Env  []string // of the go command and of git
}

// rel names a file as people call it from the working directory, with slashes.
func (p Place) rel(path string) string { return diag.Shorten(path, p.Here) }

// Job is what a use case works on: settings, and the packages.
type Job struct {
	Place
	*config.Config
	From      string              // where patterns start, absolute
	Patterns  []string            // of the go command
	TypesHere map[string]diag.Pos // the entries of Types that a payload has to have; without a place, those of flags

	listing listing
}

// outputDirs are the directories of the job's outputs.
func (j *Job) outputDirs() []string {
	dirs := make([]string, len(j.Outputs))
	for i, o := range j.Outputs {
		dirs[i] = o.TS
	}
	return dirs
}

// query is what the job depends on.
func (j *Job) query() load.Query {
	options, err := json.Marshal([]any{j.Config, j.TypesHere})
	if err != nil {
		panic(err) // plain data
	}
	return load.Query{Dir: j.From, Patterns: j.Patterns, Env: j.Env, Options: string(options)}
}
