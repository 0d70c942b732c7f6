// Command fanout measures how events reach many windows: it starts one server for each way of
// doing it (package server), reads as many connections as asked, and prints what that cost the
// server.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/eventgen/eventgen/bench/internal/measure"
)

// way is one server, and what opens a connection to it.
type way struct {
	name, server string
	open         opening
	library      bool // a WebSocket library, which goals compare with
}

var (
	only    = flag.String("servers", "", "measure these servers alone, named as in package server: tcp,eventgen")
	counts  = flag.String("connections", "", "measure with these numbers of connections: 100,1000")
	profile = flag.String("serverprofile", "", "write a CPU profile of the server process that is measured last to the file")
)

func main() { measure.Main("fanout", run) }

func run(c *measure.Config) (*measure.Report, error) {
	dir, err := os.MkdirTemp("", "eventgen-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	b := &bench{Config: c, server: filepath.Join(dir, "server")}
	if err := b.choose(); err != nil {
		return nil, err
	}
	if err := buildServer(b.server); err != nil {
		return nil, err
	}
	r := &measure.Report{}
	for _, part := range []struct {
		name string
		run  func(*measure.Report) error
	}{
		{"throughput", b.throughput}, {"latency", b.latency}, {"idle", b.idle}, {"stalled", b.stalled},
	} {
		if c.Runs(part.name) {
			if err := part.run(r); err != nil {
				return nil, fmt.Errorf("%s: %w", part.name, err)
			}
		}
	}
	return r, nil
}

// bench runs the parts.
type bench struct {
	*measure.Config
	server  string
	ways    []way
	numbers []int // of connections; nil for those of the part
}

// choose reads the flags that leave something out.
func (b *bench) choose() error {
	if b.Write && *only+*counts != "" {
		return errors.New("-write publishes whole sections: leave -servers and -connections out")
	}
	b.ways = ways
	if *only != "" {
		names := strings.Split(*only, ",")
		b.ways = slices.DeleteFunc(slices.Clone(ways), func(w way) bool { return !slices.Contains(names, w.server) })
	}
	if *counts == "" {
		return nil
	}
	for text := range strings.SplitSeq(*counts, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return fmt.Errorf("-connections: %q is no number of connections", text)
		}
		b.numbers = append(b.numbers, n)
	}
	return nil
}

func (b *bench) sizes(usual ...int) []int {
	switch {
	case b.numbers != nil:
		return b.numbers
	case b.Quick:
		return []int{10}
	}
	return usual
}

func (b *bench) table(cases []measure.Case, heads []string, row func(measure.Results, way) []any) (*measure.Table, measure.Results, error) {
	results, err := measure.Interleave(b.Config, cases)
	if err != nil {
		return nil, nil, err
	}
	t := measure.NewTable(append([]string{""}, heads...)...)
	for _, w := range b.ways {
		t.Row(append([]any{w.name}, row(results, w)...)...)
	}
	return t, results, nil
}

// factors adds a table of figures, each with its name, of the best of some ways as multiples of eventgen's.
func (b *bench) factors(r *measure.Report, results measure.Results, sizes []int, best string, among func(way) bool, figures ...[2]string) {
	if len(b.ways) != len(ways) {
		return
	}
	heads := []string{best + " / eventgen"}
	for _, n := range sizes {
		heads = append(heads, fmt.Sprintf("%d connections", n))
	}
	t := measure.NewTable(heads...)
	for _, f := range figures {
		figure, row := f[0], []any{f[1]}
		for _, n := range sizes {
			var names []string
			for _, w := range ways {
				if among(w) {
					names = append(names, caseName(w, n))
				}
			}
			row = append(row, measure.Ratio(results.Best(figure, names...), results.Get(caseName(ways[1], n), figure)))
		}
		t.Row(row...)
	}
	r.Table(t)
}

// each makes a case for every way and number of connections.
func (b *bench) each(sizes []int, run func(*readers) (measure.Figures, error)) []measure.Case {
	var cases []measure.Case
	for _, n := range sizes {
		for _, w := range b.ways {
			cases = append(cases, measure.Case{Name: caseName(w, n), Run: func() (measure.Figures, error) {
				r, err := b.connect(w, n)
				if err != nil {
					return nil, err
				}
				defer r.close()
				return run(r)
			}})
		}
	}
	return cases
}

func caseName(w way, n int) string { return fmt.Sprintf("%s, %d", w.name, n) }

func (b *bench) throughput(r *measure.Report) error {
	deliveries := 2_000_000
	if b.Quick {
		deliveries = 20_000
	}
	cases := b.each(b.sizes(10, 100, 1000), func(r *readers) (measure.Figures, error) {
		count := deliveries / len(r.conns)
		before, err := r.server.stat("stat")
		if err != nil {
			return nil, err
		}
		start := time.Now()
		if err := r.send(count, 0); err != nil {
			return nil, err
		}
		took := time.Since(start)
		after, err := r.server.stat("stat")
		if err != nil {
			return nil, err
		}
		all := float64(count * len(r.conns))
		return measure.Figures{"cpu": (after.CPU - before.CPU).Seconds() / all * 1e6, "rate": all / took.Seconds() / 1e6, "wall": took.Seconds() / all * 1e6}, nil
	})
	var heads []string
	for _, n := range b.sizes(10, 100, 1000) {
		heads = append(heads, fmt.Sprintf("CPU s, %d connections", n), "millions/s")
	}
	t, results, err := b.table(cases, heads, func(results measure.Results, w way) (row []any) {
		for _, n := range b.sizes(10, 100, 1000) {
			row = append(row, results.Get(caseName(w, n), "cpu"), results.Get(caseName(w, n), "rate"))
		}
		return row
	})
	if err != nil {
		return err
	}
	r.Text("**Throughput**, messages of 120 bytes to every connection: processor seconds of the server process for a million deliveries, and millions of deliveries a second. At most 512 messages are under way to the slowest reader. The readers are a process of their own that counts marks in the stream, so that reading costs the same whatever the framing.")
	r.Table(t)
	b.factors(r, results, b.sizes(10, 100, 1000), "the best WebSocket library", func(w way) bool { return w.library },
		[2]string{"cpu", "processor time of the server"}, [2]string{"wall", "time of a delivery"})
	return nil
}

func (b *bench) latency(r *measure.Report) error {
	rate := func(connections int) int {
		if connections < 1000 {
			return 1000
		}
		return 100
	}
	length := 2 * time.Second
	if b.Quick {
		length = 200 * time.Millisecond
	}
	cases := b.each(b.sizes(10, 100, 1000), func(r *readers) (measure.Figures, error) {
		perSecond := rate(len(r.conns))
		r.time(true)
		if err := r.send(int(length.Seconds()*float64(perSecond)), perSecond); err != nil {
			return nil, err
		}
		return r.latencies(), nil
	})
	var heads []string
	for _, n := range b.sizes(10, 100, 1000) {
		heads = append(heads, fmt.Sprintf("p50, %d connections, %d/s", n, rate(n)), "p99")
	}
	t, results, err := b.table(cases, heads, func(results measure.Results, w way) (row []any) {
		for _, n := range b.sizes(10, 100, 1000) {
			row = append(row, results.Get(caseName(w, n), "p50"), results.Get(caseName(w, n), "p99"))
		}
		return row
	})
	if err != nil {
		return err
	}
	r.Text("**Latency** at a fixed rate, microseconds from the emit to the reader's process.")
	r.Table(t)
	b.factors(r, results, b.sizes(10, 100, 1000), "the gobwas hub", func(w way) bool { return w.server == "gobwas" },
		[2]string{"p50", "p50"}, [2]string{"p99", "p99"})
	return nil
}

func (b *bench) idle(r *measure.Report) error {
	sizes := b.sizes(10, 100, 1000, 10_000)
	var cases []measure.Case
	for _, n := range sizes {
		for _, w := range b.ways {
			cases = append(cases, measure.Case{Name: caseName(w, n), Run: func() (measure.Figures, error) { return b.idleCost(w, n) }})
		}
	}
	var heads []string
	for _, n := range sizes {
		heads = append(heads, fmt.Sprintf("KB, %d connections", n), "goroutines")
	}
	t, _, err := b.table(cases, heads, func(results measure.Results, w way) (row []any) {
		for _, n := range sizes {
			row = append(row, results.Get(caseName(w, n), "KB"), results.Get(caseName(w, n), "goroutines"))
		}
		return row
	})
	if err != nil {
		return err
	}
	r.Text("**Idle connections**: resident memory of the server for each, after one message and a garbage collection, and goroutines for each. With few connections the memory is mostly the server's own.")
	r.Table(t)
	return nil
}

func (b *bench) idleCost(w way, n int) (measure.Figures, error) {
	s, err := startServer(b.server, w.server, *profile)
	if err != nil {
		return nil, err
	}
	defer s.close()
	before, err := s.stat("collect")
	if err != nil {
		return nil, err
	}
	r, err := s.connect(w, n)
	if err != nil {
		return nil, err
	}
	defer r.close()
	after, err := s.stat("collect")
	if err != nil {
		return nil, err
	}
	return measure.Figures{
		"KB":         float64(after.RSS-before.RSS) / 1e3 / float64(n),
		"goroutines": float64(after.Goroutines-before.Goroutines) / float64(n),
	}, nil
}

func (b *bench) stalled(r *measure.Report) error {
	count := 100_000
	if b.Quick {
		count = 2000
	}
	const healthy = 10
	var cases []measure.Case
	for _, w := range b.ways {
		cases = append(cases, measure.Case{Name: caseName(w, healthy), Run: func() (measure.Figures, error) {
			r, err := b.connect(w, healthy)
			if err != nil {
				return nil, err
			}
			defer r.close()
			if err := r.addStalled(w); err != nil {
				return nil, err
			}
			before, err := r.server.stat("collect")
			if err != nil {
				return nil, err
			}
			lost := r.sendAndLose(count)
			after, err := r.server.stat("collect")
			if err != nil {
				return nil, err
			}
			return measure.Figures{"lost": lost * 100, "MB": float64(after.RSS-before.RSS) / 1e6}, nil
		}})
	}
	t, _, err := b.table(cases, []string{"% lost by healthy ones", "MB more"}, func(results measure.Results, w way) []any {
		return []any{results.Get(caseName(w, healthy), "lost"), results.Get(caseName(w, healthy), "MB")}
	})
	if err != nil {
		return err
	}
	r.Text("**One window that reads nothing** among ten healthy ones, %d messages: what the healthy ones did not get, because it was dropped or was held up for two seconds and more, and how the server's memory grew.", count)
	r.Table(t)
	return nil
}
