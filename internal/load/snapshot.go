package load

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Query is what a run is asked to do.
type Query struct {
	Dir      string   // where patterns start, absolute
	Patterns []string // as for the go command
	Env      []string // of the go command
	Options  string   // all else that decides about the output, as text
	Files    []string // more files that are read, absolute; they may be missing
}

// Snapshot is the state of everything that a run reads, and that its output is a function of: the
// source files of the targets and of all local packages they import, go.mod and its kin, the
// environment of the go command, its version, the settings, the build of this tool. To take one is
// much less work than to load. Contents count, not times, and where something cannot be known
// (cgo, an overlay, a go command that is a script) the snapshot says so and is never to be
// trusted. It is immutable.
type Snapshot struct {
	// Sum is equal for two snapshots only if the same run would do the same after both.
	Sum string
	// Listing is equal for two snapshots only if the go command would say the same of packages: which
	// there are, their files and their imports. Declarations may differ.
	Listing string
	// Doubt tells why the two cannot be relied on; empty if they can.
	Doubt string
	// Dirs are the directories that were read, absolute and sorted.
	Dirs []string

	// Targets are the directories that the patterns may mean, absolute and sorted.
	Targets []string

	touched string // as Sum, with times and file identities
}

// Undisturbed reports whether nothing was written between the two snapshots that a run in
// between could have read: not even something that was taken back.
func (s *Snapshot) Undisturbed(before *Snapshot) bool {
	return s.Sum == before.Sum && s.touched == before.touched && s.Doubt == "" && before.Doubt == ""
}

// Take reads what the query depends on. What cannot be read leads to doubt, not to an error: the
// run itself will tell.
func Take(q Query) *Snapshot {
	s := &scan{query: q, seen: map[string]bool{}, imported: map[string]bool{}, modFiles: map[string]bool{}, targets: map[string]bool{}, watch: map[string]bool{}}
	s.tool()
	s.toolchain()
	s.modules()
	s.patterns()
	s.follow()
	for _, path := range q.Files {
		s.file(path)
	}
	return s.snapshot()
}

// scan collects the parts of one snapshot.
type scan struct {
	query   Query
	doubts  []string
	entries []entry
	targets map[string]bool
	watch   map[string]bool // directories read
	seen    map[string]bool // package directories in the queue or done
	queue   []string
	locals  []local
	// imported are the import paths that have been resolved.
	imported map[string]bool
	// modFiles tells of the directories that were asked about whether they hold a go.mod.
	modFiles map[string]bool
}

// entry is one thing that was read.
type entry struct {
	name    string // a path, or a word for what is no file
	content string // hash, or text; empty if it matters to the listing alone
	listing string // the part that matters to the listing, as content is
	touched string // times and identity of a file
}

func (s *scan) doubt(format string, args ...any) {
	s.doubts = append(s.doubts, fmt.Sprintf(format, args...))
}

func (s *scan) text(name, content string) {
	s.entries = append(s.entries, entry{name: name, content: content, listing: content})
}

// file adds the content of a file that may be missing, and returns it.
func (s *scan) file(path string) []byte {
	s.watch[filepath.Dir(path)] = true
	e, content := readEntry(path)
	s.entries = append(s.entries, e)
	return content
}

// readEntry reads a file. One that cannot be read is an entry of its own, whatever the reason. Of a
// generated file the first line counts.
func readEntry(path string) (entry, []byte) {
	content, err := readSource(path)
	if err != nil {
		return entry{name: path, content: "absent", listing: "absent"}, nil
	}
	sum := hash(content)
	return entry{name: path, content: sum, listing: sum, touched: identity(path)}, content
}

func identity(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return "absent"
	}
	return fmt.Sprint(info.ModTime().UnixNano(), " ", changeTime(info))
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return string(sum[:])
}

func (s *scan) snapshot() *Snapshot {
	slices.SortFunc(s.entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	sum, listing, touched := sha256.New(), sha256.New(), sha256.New()
	for _, text := range []string{"eventgen snapshot 1", s.query.Dir, s.query.Options, strings.Join(s.query.Patterns, "\x00")} {
		field(sum, text)
		field(listing, text)
	}
	for _, e := range s.entries {
		field(listing, e.name)
		field(listing, e.listing)
		if e.content == "" {
			continue
		}
		field(sum, e.name)
		field(sum, e.content)
		field(touched, e.name)
		field(touched, e.touched)
	}
	return &Snapshot{
		Sum:     hex.EncodeToString(sum.Sum(nil)),
		Listing: hex.EncodeToString(listing.Sum(nil)),
		Doubt:   strings.Join(s.doubts, "; "),
		Dirs:    slices.Sorted(maps.Keys(s.watch)),
		Targets: slices.Sorted(maps.Keys(s.targets)),
		touched: hex.EncodeToString(touched.Sum(nil)),
	}
}

// field writes a text and its length, so that no two lists of texts are written alike.
func field(w io.Writer, text string) { fmt.Fprintf(w, "%d:%s", len(text), text) }
