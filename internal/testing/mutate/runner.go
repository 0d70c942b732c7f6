package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// A suite is packages whose tests run in one go command.
type suite struct {
	dir      string // of their module, relative to the folder of the run
	packages []string
}

func (s suite) String() string { return s.dir + " " + strings.Join(s.packages, " ") }

// A runner tries mutations.
type runner struct {
	program *program
	options *options
	log     io.Writer                // says what goes on
	took    map[string]time.Duration // what each suite took without a mutation
}

type outcome string

const (
	lived    outcome = "lived"
	killed   outcome = "killed"
	timedOut outcome = "timed out"
)

type result struct {
	mutation *mutation
	outcome  outcome
	by       string // the test that failed first, or what else the go command said
	err      error  // the mutation could not be tried
}

func (r result) String() string {
	outcome := string(r.outcome)
	if r.by != "" {
		outcome += " by " + r.by
	}
	return outcome + "  " + r.mutation.String() + "\n"
}

// suites are the tests that a mutation has to pass, in their order.
func (r *runner) suites(pkg *goPackage) []suite {
	out := []suite{{dir: ".", packages: []string{pkg.ImportPath}}}
	if users := r.program.users[pkg.ImportPath]; r.options.dependents && len(users) > 0 {
		out = append(out, suite{dir: ".", packages: users})
	}
	return append(out, r.options.tests...)
}

// baseline fails unless the tests pass without any mutation, and takes their time.
func (r *runner) baseline(ctx context.Context, chosen []*mutation) error {
	r.took = map[string]time.Duration{}
	for _, m := range chosen {
		for _, s := range r.suites(m.pkg) {
			if _, done := r.took[s.String()]; done {
				continue
			}
			fmt.Fprintf(r.log, "without a mutation: go test %s\n", s)
			start := time.Now()
			if by, failed, err := r.test(ctx, s, ""); err != nil {
				return err
			} else if failed {
				return fmt.Errorf("the tests fail without a mutation: %s in go test %s", by, s)
			}
			r.took[s.String()] = time.Since(start)
		}
	}
	return nil
}

// limit is how long the tests of a mutation may take.
func (r *runner) limit(m *mutation) time.Duration {
	if r.options.limit > 0 {
		return r.options.limit
	}
	limit := 30 * time.Second
	for _, s := range r.suites(m.pkg) {
		limit += 10 * r.took[s.String()]
	}
	return limit
}

// results tries the mutations and yields what came of them, in their order.
func (r *runner) results(ctx context.Context, chosen []*mutation) func(yield func(result) bool) {
	return func(yield func(result) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		slots := make(chan struct{}, r.options.jobs)
		waiting := make(chan chan result, len(chosen))
		go func() {
			defer close(waiting)
			for _, m := range chosen {
				slots <- struct{}{}
				done := make(chan result, 1)
				waiting <- done
				go func() {
					done <- r.try(ctx, m)
					<-slots
				}()
			}
		}()
		for done := range waiting {
			if res := <-done; ctx.Err() != nil || !yield(res) {
				cancel()
			}
		}
	}
}

// try runs the tests of one mutation until one fails.
func (r *runner) try(ctx context.Context, m *mutation) result {
	res := result{mutation: m, outcome: lived}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		res.err = err
		return res
	}
	defer os.RemoveAll(dir)
	overlay, err := writeOverlay(dir, m)
	if err != nil {
		res.err = err
		return res
	}
	limited, cancel := context.WithTimeout(ctx, r.limit(m))
	defer cancel()
	for _, s := range r.suites(m.pkg) {
		by, failed, err := r.test(limited, s, overlay)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			res.outcome = timedOut
			return res
		case err != nil:
			res.err = err
			return res
		case failed:
			res.outcome, res.by = killed, by
			return res
		}
	}
	return res
}

// writeOverlay writes the mutated file below dir, and the file for -overlay that names it.
func writeOverlay(dir string, m *mutation) (path string, err error) {
	mutated := filepath.Join(dir, filepath.Base(m.file.path))
	path = filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]map[string]string{"Replace": {m.file.path: mutated}})
	if err != nil {
		return "", err
	}
	return path, errors.Join(os.WriteFile(mutated, m.apply(), 0o600), os.WriteFile(path, text, 0o600))
}

// test runs a suite and returns the test that failed first. The error is that it could not be
// run, or the context's.
func (r *runner) test(ctx context.Context, s suite, overlay string) (by string, failed bool, err error) {
	// Not from the cache: what a test runs may read the overlay, which its cached result does not know.
	args := []string{"test", "-vet=off", "-failfast", "-timeout=0", "-count=1"}
	if r.options.run != "" {
		args = append(args, "-run="+r.options.run)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, s.packages...)...)
	cmd.Dir = filepath.Join(r.program.dir, filepath.FromSlash(s.dir))
	cmd.Env = os.Environ()
	if overlay != "" {
		cmd.Env = append(cmd.Env, "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" '-overlay="+overlay+"'"))
	}
	inGroup(cmd)
	cmd.WaitDelay = 10 * time.Second
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err = cmd.Run()
	if ctx.Err() != nil {
		return "", false, ctx.Err()
	}
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		return "", false, err
	}
	return firstFailure(output.String()), err != nil, nil
}

var (
	failedTest    = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)
	panickedTest  = regexp.MustCompile(`\.(Test\w+|Fuzz\w+|Example\w*)[.(]`)
	failedPackage = regexp.MustCompile(`(?m)^FAIL\t(\S+)(?: (\[.*\]))?`)
)

// firstFailure names the test in the output of go test that failed first; the package if it
// failed as a whole.
func firstFailure(output string) string {
	if m := failedTest.FindStringSubmatch(output); m != nil {
		return m[1]
	}
	if strings.Contains(output, "\npanic: ") || strings.HasPrefix(output, "panic: ") || strings.Contains(output, "fatal error: ") {
		if m := panickedTest.FindStringSubmatch(output); m != nil {
			return "a panic in " + m[1]
		}
	}
	if m := failedPackage.FindStringSubmatch(output); m != nil {
		return strings.TrimSpace(m[1] + " " + m[2])
	}
	return "the go command: " + strings.TrimSpace(output)
}
