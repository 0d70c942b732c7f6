// Package measure holds what the benchmark commands share: flags, interleaved rounds, medians,
// Markdown tables, the readings of a process, and the README's sections.
package measure

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
)

// minRounds is the least number of rounds whose medians may be published.
const minRounds = 6

// Config is what every benchmark command takes.
type Config struct {
	// Rounds is how often everything is measured. Figures are medians over rounds.
	Rounds int
	// Quick asks for one short round on small inputs, to see that everything runs.
	Quick bool
	// Write replaces the command's section of README.md.
	Write bool
	// Only, if not empty, names the one part to run.
	Only string

	profile string
}

// Main parses the flags and runs one benchmark command; section is its section of README.md. It
// does not return.
func Main(section string, run func(*Config) (*Report, error)) {
	c := &Config{}
	flag.IntVar(&c.Rounds, "rounds", 7, "how often everything is measured; figures are medians")
	flag.BoolVar(&c.Quick, "quick", false, "one short round on small inputs, to see that everything runs")
	flag.BoolVar(&c.Write, "write", false, "replace this section of README.md instead of printing it")
	flag.StringVar(&c.Only, "only", "", "run the part of this name alone")
	flag.StringVar(&c.profile, "cpuprofile", "", "write a CPU profile of this process to the file")
	flag.Parse()
	if err := c.main(section, run); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func (c *Config) main(section string, run func(*Config) (*Report, error)) error {
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	if c.Quick {
		c.Rounds = 1
	}
	switch {
	case c.Rounds < 1:
		return errors.New("-rounds must be at least 1")
	case c.Write && c.Rounds < minRounds:
		return fmt.Errorf("-write publishes medians of at least %d rounds", minRounds)
	case c.Write && c.Only != "":
		return errors.New("-write publishes whole sections: leave -only out")
	}
	if c.profile != "" {
		f, err := os.Create(c.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	report, err := run(c)
	if err != nil {
		return err
	}
	how := fmt.Sprintf("medians of %d interleaved rounds", c.Rounds)
	if c.Quick {
		how = "one trial round, not for comparison"
	}
	return report.Publish(section, how, c.Write)
}

// Runs reports whether the part of this name is to be run.
func (c *Config) Runs(part string) bool { return c.Only == "" || c.Only == part }

// Progress tells on standard error what is being measured.
func (c *Config) Progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}
