package fresh

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"github.com/eventgen/eventgen/internal/output"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen"
)

// Record is what a run left behind that had nothing to complain about.
type Record struct {
	// Files are the files of the output and the hashes of their contents.
	Files map[string]string `json:"files"`
	// Kept are the directories of packages that the output took from its lock.
	Kept []string `json:"kept,omitempty"`
	// Strays are generated files in the packages of the run that were none of its business.
	Strays []string `json:"strays,omitempty"`
	// Warnings are to be shown again.
	Warnings diag.List `json:"warnings,omitempty"`
}

// NewRecord returns the record of a run with this snapshot, whose output now is on the disk. kept
// are the directories of the packages that it took from the lock.
func (s *Snapshot) NewRecord(files []gen.File, kept []string, warnings diag.List) *Record {
	r := &Record{Files: make(map[string]string, len(files)), Kept: kept, Warnings: warnings}
	for _, f := range files {
		r.Files[f.Path] = hex.EncodeToString([]byte(hash(f.Content)))
	}
	r.Strays = s.strays(r)
	return r
}

// strays returns the generated files where the snapshot has targets, or in the outputs, that
// do not belong to r.
func (s *Snapshot) strays(r *Record) []string {
	var out []string
	for _, path := range s.outputs {
		if r.Files[path] == "" && output.IsGenerated(path) {
			out = append(out, path)
		}
	}
	for _, dir := range s.query.Outputs {
		for _, path := range output.Generated(dir) {
			if r.Files[path] == "" {
				out = append(out, path)
			}
		}
	}
	slices.Sort(out)
	return out
}

// holds reports whether the disk is as the run left it.
func (r *Record) holds(s *Snapshot) bool {
	for path, want := range r.Files {
		content, err := os.ReadFile(path)
		if err != nil || hex.EncodeToString([]byte(hash(content))) != want {
			return false
		}
	}
	return slices.Equal(s.strays(r), r.Strays) && !slices.ContainsFunc(r.Kept, output.IsGone)
}

// Cache keeps records in a directory of its own.
type Cache struct{ dir string }

// OpenCache returns the user's cache. Without a place for it nothing is ever found in it.
func OpenCache() Cache {
	dir, err := os.UserCacheDir()
	if err != nil {
		return Cache{}
	}
	return Cache{dir: filepath.Join(dir, "eventgen", "runs")}
}

// Lookup returns the record of an earlier run with this snapshot, if a run now would neither
// write nor report anything else.
func (c Cache) Lookup(s *Snapshot) (*Record, bool) {
	if c.dir == "" || s.Doubt != "" {
		return nil, false
	}
	text, err := os.ReadFile(c.file(s))
	if err != nil {
		return nil, false
	}
	r := new(Record)
	if err := json.Unmarshal(text, r); err != nil || !r.holds(s) {
		return nil, false
	}
	return r, true
}

// Store keeps the record of a run. s was taken before the run; nothing is kept unless everything
// still is as s found it.
func (c Cache) Store(s *Snapshot, r *Record) error {
	if c.dir == "" || !Take(s.query).Undisturbed(s) {
		return nil
	}
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode the record of the run: %w", err)
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	c.trim()
	return output.Replace(c.file(s), text)
}

func (c Cache) file(s *Snapshot) string { return filepath.Join(c.dir, s.Sum+".json") }

// maxRecords bounds the cache; when it is reached, the older half goes.
const maxRecords = 512

func (c Cache) trim() {
	entries, err := os.ReadDir(c.dir)
	if err != nil || len(entries) < maxRecords {
		return
	}
	times := make(map[string]time.Time, len(entries))
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil {
			times[entry.Name()] = info.ModTime()
		}
	}
	names := slices.SortedFunc(maps.Keys(times), func(a, b string) int { return times[a].Compare(times[b]) })
	for _, name := range names[:len(names)/2] {
		_ = os.Remove(filepath.Join(c.dir, name))
	}
}
