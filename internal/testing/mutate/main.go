package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status, err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "mutate:", err)
	}
	os.Exit(status)
}

// Exit statuses.
const (
	allDied   = 0
	someLived = 1
	broken    = 2
)

type options struct {
	n          int
	seed       uint64
	jobs       int
	limit      time.Duration
	tests      []suite
	run        string
	dependents bool
	list       bool
	patterns   []string
}

func parseOptions(args []string, stderr io.Writer) (*options, error) {
	o := &options{}
	flags := flag.NewFlagSet("mutate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: mutate [flags] packages")
		flags.PrintDefaults()
	}
	flags.IntVar(&o.n, "n", 20, "how many mutations to try")
	flags.Uint64Var(&o.seed, "seed", 1, "which mutations: the same seed picks the same ones of the same code")
	flags.IntVar(&o.jobs, "jobs", 1, "how many mutations to try at a time")
	flags.DurationVar(&o.limit, "limit", 0, "how long the tests of one mutation may take, with their build (default 30s and ten times what they take without)")
	flags.StringVar(&o.run, "run", "", "run the tests alone whose names match this `regexp`, as go test does: a quick look")
	flags.BoolVar(&o.dependents, "dependents", false, "after a package's own tests, run those of the packages that import it")
	flags.BoolVar(&o.list, "list", false, "print the mutations and try none")
	flags.Func("tests", "`packages` whose tests run after a package's own; DIR:PACKAGES runs them in the module in DIR (may be repeated)", func(s string) error {
		o.tests = append(o.tests, parseSuite(s))
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	o.patterns = flags.Args()
	if len(o.patterns) == 0 {
		return nil, errors.New("name the packages to mutate, such as ./runtime/... or ./internal/diag")
	}
	if o.n < 1 || o.jobs < 1 || o.limit < 0 {
		return nil, errors.New("-n and -jobs must be positive, and -limit not negative")
	}
	return o, nil
}

// parseSuite reads "[DIR:]PACKAGES".
func parseSuite(s string) suite {
	dir, packages, ok := strings.Cut(s, ":")
	if !ok {
		dir, packages = ".", s
	}
	return suite{dir: dir, packages: strings.Fields(packages)}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (status int, err error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return broken, err
	}
	p, err := load(ctx, ".", o.patterns)
	if err != nil {
		return broken, err
	}
	chosen, err := choose(p, o.n, o.seed)
	if err != nil {
		return broken, err
	}
	if o.list {
		for _, m := range chosen {
			fmt.Fprint(stdout, m)
		}
		return allDied, nil
	}
	r := &runner{program: p, options: o, log: stderr}
	if err := r.baseline(ctx, chosen); err != nil {
		return broken, err
	}
	count, tried := map[outcome]int{}, 0
	for result := range r.results(ctx, chosen) {
		if result.err != nil {
			err = result.err
			break
		}
		tried++
		count[result.outcome]++
		fmt.Fprint(stdout, result)
	}
	fmt.Fprintf(stdout, "%d mutations, seed %d: %d killed, %d timed out, %d lived\n",
		tried, o.seed, count[killed], count[timedOut], count[lived])
	switch err = cmp.Or(ctx.Err(), err); {
	case err != nil:
		return broken, err
	case count[lived] > 0:
		return someLived, nil
	}
	return allDied, nil
}
