// Package randomtypes looks for payload types that the generator gets wrong. It makes modules of
// random Go types, runs the generator over them, compiles the output, and asks four judges:
//
//   - the generated encoder writes the bytes of a reference, which is held to encoding/json;
//   - the generated decoder reads what encoding/json reads;
//   - the Go and the TypeScript decoder agree on documents that are nearly right;
//   - the TypeScript compiler takes the output, and the documents as values of its types.
//
// What it finds is made smaller until it fits the corpus. The command beside it runs for as long
// as one likes.
package randomtypes

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/eventgen/eventgen/internal/ir"
)

// A Search looks for failing cases.
type Search struct {
	Root string    // of the repository
	Log  io.Writer // where progress and findings go
	// Groups of Cases each are checked together, each group with settings of its own.
	Groups, Cases int
	// Quick leaves failing cases as large as they are.
	Quick bool
	// Keep leaves the folders of batches with findings.
	Keep bool
}

// settings returns random ones; those of the first group are the defaults.
func settings(r *rand.Rand, group int) ir.Settings {
	if group == 0 {
		return ir.DefaultSettings()
	}
	return ir.Settings{
		Nil:           []ir.NilMode{ir.NilNull, ir.NilEmpty}[r.IntN(2)],
		Int64:         []ir.Int64Mode{ir.Int64Number, ir.Int64String, ir.Int64BigInt}[r.IntN(3)],
		Time:          []ir.TimeMode{ir.TimeString, ir.TimeDate}[r.IntN(2)],
		Bytes:         []ir.BytesMode{ir.BytesBase64, ir.BytesArray}[r.IntN(2)],
		RefuseUnknown: r.IntN(2) == 0,
	}
}

// Batch checks the cases of one seed, reduces those that fail, and reports how many that are.
func (s *Search) Batch(ctx context.Context, seed uint64) (failed int, err error) {
	r := rand.New(rand.NewPCG(seed, 3))
	groups := make([]Group, s.Groups)
	for i := range groups {
		groups[i].Settings = settings(r, i)
		for range s.Cases {
			groups[i].Cases = append(groups[i].Cases, Random(r.Uint64()))
		}
	}
	findings, err := s.check(ctx, seed, groups)
	if err != nil {
		return 0, err
	}
	told := map[string]bool{}
	for _, f := range findings {
		if f.Case < 0 {
			fmt.Fprintf(s.Log, "seed %d, group %d, %s: %s\n", seed, f.Group, f.Kind, f.Text)
			failed++
			continue
		}
		key := fmt.Sprint(f.Group, " ", f.Case)
		if told[key] {
			continue
		}
		told[key] = true
		failed++
		settings := groups[f.Group].Settings
		small, found := groups[f.Group].Cases[f.Case], f
		if !s.Quick {
			small, found = s.reduce(ctx, seed, settings, small, f)
		}
		fmt.Fprintf(s.Log, "\nseed %d, %s: %s\nwith %+v\n%s\n", seed, found.Kind, found.Text, settings, small.Source("p", "e"))
	}
	return failed, nil
}

func (s *Search) check(ctx context.Context, seed uint64, groups []Group) ([]Finding, error) {
	dir, err := os.MkdirTemp("", "randomtypes")
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, err
	}
	findings, err := Check(ctx, s.Root, dir, seed, groups)
	if s.Keep && (err != nil || len(findings) > 0) {
		fmt.Fprintln(s.Log, "kept:", dir)
		return findings, err
	}
	_ = os.RemoveAll(dir)
	return findings, err
}

// Bounds of reducing: candidates that are tried together, and rounds.
const (
	maxCandidates = 40
	maxRounds     = 12
)

// reduce returns the smallest case found that has a finding of the same kind.
func (s *Search) reduce(ctx context.Context, seed uint64, settings ir.Settings, c *Case, f Finding) (*Case, Finding) {
	quiet := *s
	quiet.Log, quiet.Keep = io.Discard, false
	for range maxRounds {
		candidates := c.reductions()
		smaller := candidates[:0]
		for _, one := range candidates {
			if one.size() < c.size() {
				smaller = append(smaller, one)
			}
		}
		if len(smaller) > maxCandidates {
			rand.New(rand.NewPCG(seed, 4)).Shuffle(len(smaller), func(i, j int) { smaller[i], smaller[j] = smaller[j], smaller[i] })
			smaller = smaller[:maxCandidates]
		}
		if len(smaller) == 0 {
			break
		}
		groups := make([]Group, len(smaller))
		for i, one := range smaller { // one output each: they must not disturb each other
			groups[i] = Group{Settings: settings, Cases: []*Case{one}}
		}
		findings, err := quiet.check(ctx, seed, groups)
		if err != nil {
			break
		}
		best := -1
		for i, found := range findings {
			if found.Kind == f.Kind && found.Case >= 0 && (best < 0 || smaller[found.Group].size() < smaller[findings[best].Group].size()) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		c, f = smaller[findings[best].Group], findings[best]
	}
	return c, f
}

// Root returns the folder of the repository, from the working directory within it.
func Root() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/eventgen/eventgen").Output()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
