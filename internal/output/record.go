package output

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen"
)

// Record is what a run left on the disk that had nothing to complain about. If a later run would
// read the same, and all of this is as it was, there is nothing to do.
type Record struct {
	// Files are the files of the output and the hashes of their contents.
	Files map[string]string `json:"files"`
	// Kept are the directories of packages that the output took from its lock.
	Kept []string `json:"kept,omitempty"`
	// Strays are generated files in the places of the run that were none of its business.
	Strays []string `json:"strays,omitempty"`
	// Warnings are to be shown again.
	Warnings diag.List `json:"warnings,omitempty"`
}

// Places are where a run may leave generated files, absolute.
type Places struct {
	Dirs     []string // of TypeScript
	Packages []string // directories of Go packages
}

// NewRecord returns the record of a run whose plan is carried out. kept are the directories of the
// packages that it took from the lock.
func NewRecord(at Places, p *Plan, kept []string, warnings diag.List) *Record {
	r := &Record{Files: p.sums, Kept: kept, Warnings: warnings}
	r.Strays = r.strays(at)
	return r
}

func sum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// strays returns the generated files in these places that do not belong to r.
func (r *Record) strays(at Places) []string {
	var out []string
	for _, dir := range at.Packages {
		for _, name := range gen.GoFileNames {
			if path := filepath.Join(dir, name); r.Files[path] == "" && IsGenerated(path) {
				out = append(out, path)
			}
		}
	}
	for _, dir := range at.Dirs {
		for _, path := range Generated(dir) {
			if r.Files[path] == "" {
				out = append(out, path)
			}
		}
	}
	slices.Sort(out)
	return out
}

// holds reports whether the disk is as the run left it.
func (r *Record) holds(at Places) bool {
	for path, want := range r.Files {
		content, err := os.ReadFile(path)
		if err != nil || sum(content) != want {
			return false
		}
	}
	return slices.Equal(r.strays(at), r.Strays) && !slices.ContainsFunc(r.Kept, IsGone)
}

// Records keeps the records of runs in a directory of its own, each under a word for all that the
// run has read.
type Records struct{ dir string }

// OpenRecords returns those in the user's cache. Without a place for it nothing is ever found.
func OpenRecords() Records {
	dir, err := os.UserCacheDir()
	if err != nil {
		return Records{}
	}
	return Records{dir: filepath.Join(dir, "eventgen", "runs")}
}

// Lookup returns the record of an earlier run that read the same, if a run now would neither write
// nor report anything else.
func (c Records) Lookup(read string, at Places) (*Record, bool) {
	if c.dir == "" {
		return nil, false
	}
	text, err := os.ReadFile(c.file(read))
	if err != nil {
		return nil, false
	}
	r := new(Record)
	if err := json.Unmarshal(text, r); err != nil || !r.holds(at) {
		return nil, false
	}
	return r, true
}

// Store keeps the record of a run.
func (c Records) Store(read string, r *Record) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode the record of the run: %w", err)
	}
	return c.keep(read, text)
}

// Listing returns what [Records.KeepListing] was given under this word; nil if there is nothing.
func (c Records) Listing(word string) []byte {
	if c.dir == "" {
		return nil
	}
	text, err := os.ReadFile(c.file(listings + word))
	if err != nil {
		return nil
	}
	return text
}

// KeepListing keeps what the go command has said of the packages of a run.
func (c Records) KeepListing(word string, text []byte) error { return c.keep(listings+word, text) }

// listings begins the names of listings.
const listings = "list-"

func (c Records) keep(word string, text []byte) error {
	if c.dir == "" {
		return nil
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	c.trim()
	return Replace(c.file(word), text)
}

func (c Records) file(word string) string { return filepath.Join(c.dir, word+".json") }

// maxRecords bounds the directory; when it is reached, the older half goes.
const maxRecords = 512

func (c Records) trim() {
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
