// Command eventbus measures the bus in one process beside the cheapest thing that could do the
// same work, and beside other event buses for Go.
package main

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/eventgen/eventgen/bench/internal/measure"
)

// reading is the payload: 40 bytes.
type reading struct {
	ID             string
	Current, Total uint64
	Speed          float64
}

const (
	ours  = "eventgen"
	limit = "limit"
)

func main() { measure.Main("eventbus", run) }

// span is how long one measurement lasts at least.
func span(c *measure.Config) time.Duration {
	if c.Quick {
		return 2 * time.Millisecond
	}
	return 150 * time.Millisecond
}

func run(c *measure.Config) (*measure.Report, error) {
	r := &measure.Report{}
	for _, part := range []struct {
		name string
		run  func(*measure.Config, *measure.Report) error
	}{
		{"sync", runSync}, {"async", runAsync}, {"churn", runChurn}, {"coalesce", runCoalesce}, {"scale", runScale}, {"observe", runObserved},
	} {
		if c.Runs(part.name) {
			if err := part.run(c, r); err != nil {
				return nil, fmt.Errorf("%s: %w", part.name, err)
			}
		}
	}
	r.Text("Left out because the module proxy does not serve them: webmafia/ebus, olebedev/emitter.")
	return r, nil
}

func runSync(c *measure.Config, r *measure.Report) error {
	counts := []int{1, 10, 100}
	var cases []measure.Case
	for _, n := range counts {
		for _, s := range syncBuses {
			cases = append(cases, measure.Case{Name: fmt.Sprint(s.name, n), Run: func() (measure.Figures, error) {
				var calls int
				emit, end, err := s.open(n, &calls)
				if err != nil {
					return nil, err
				}
				defer end()
				emit(1)
				if calls != n {
					return nil, fmt.Errorf("%d of %d listeners were called", calls, n)
				}
				return measure.Loop(span(c), emit), nil
			}})
		}
	}
	results, err := measure.Interleave(c, cases)
	if err != nil {
		return err
	}
	t := measure.NewTable("", "1 listener", "10", "100", "allocations at 100", "x limit at 100")
	for _, s := range syncBuses {
		row := []any{s.name}
		for _, n := range counts {
			row = append(row, results.Get(fmt.Sprint(s.name, n), "ns"))
		}
		name := s.name + "100"
		t.Row(append(row, math.Round(results.Get(name, "allocs")), measure.Ratio(results.Get(name, "ns"), results.Get(limit+"100", "ns")))...)
	}
	r.Text("**Synchronous listeners**, one goroutine, 40-byte payload: ns for each emit. The limit is a loop over a copy-on-write list of functions. Ours has a context, panic isolation, once, and unlisten in constant time. Goal: 1.3 times the limit at 100 listeners, 20 ns at 1, no allocation.")
	r.Table(t)
	return nil
}

func runAsync(c *measure.Config, r *measure.Report) error {
	const listeners = 100
	var cases []measure.Case
	for _, a := range asyncBuses {
		cases = append(cases, measure.Case{Name: a.name, Run: func() (measure.Figures, error) {
			g := newGoal(listeners)
			emit, end, err := a.open(g)
			if err != nil {
				return nil, err
			}
			defer end()
			return measure.Loop(span(c), func(n int) {
				g.expect(n)
				emit(n)
				g.wait()
			}), nil
		}})
	}
	results, err := measure.Interleave(c, cases)
	if err != nil {
		return err
	}
	t := measure.NewTable("", "ns", "allocations", "x eventgen")
	for _, a := range asyncBuses {
		t.Row(a.name, results.Get(a.name, "ns"), math.Round(results.Get(a.name, "allocs")), measure.Ratio(results.Get(a.name, "ns"), results.Get(ours, "ns")))
	}
	r.Text("**Asynchronous listeners**, 100 of them, each with a queue of its own: ns for each event, until every listener has had it. Goal: 20 times faster than a channel for each listener.")
	r.Table(t)
	return nil
}

func runChurn(c *measure.Config, r *measure.Report) error {
	listeners := 100_000
	if c.Quick {
		listeners = 1000
	}
	var cases []measure.Case
	for _, k := range churnBuses {
		churn := k.open(listeners) // once for all rounds: it takes long
		cases = append(cases, measure.Case{Name: k.name, Run: func() (measure.Figures, error) {
			return measure.Loop(span(c), churn), nil
		}})
	}
	results, err := measure.Interleave(c, cases)
	if err != nil {
		return err
	}
	t := measure.NewTable("", "ns", "x mutex and map")
	for _, k := range churnBuses {
		t.Row(k.name, results.Get(k.name, "ns"), measure.Ratio(results.Get(k.name, "ns"), results.Get(mapChurn, "ns")))
	}
	r.Text("**Unlisten and listen again** among %d listeners, in random order: ns for both. Goal: twice a mutex and a map.", listeners)
	r.Table(t)
	return nil
}

func runCoalesce(c *measure.Config, r *measure.Report) error {
	var cases []measure.Case
	for _, k := range coalescers {
		cases = append(cases, measure.Case{Name: k.name, Run: func() (measure.Figures, error) {
			emit, end, err := k.open()
			if err != nil {
				return nil, err
			}
			defer end()
			return measure.Loop(span(c), emit), nil
		}})
	}
	results, err := measure.Interleave(c, cases)
	if err != nil {
		return err
	}
	t := measure.NewTable("", "ns", "allocations", "goal, ns")
	for _, k := range coalescers {
		t.Row(k.name, results.Get(k.name, "ns"), math.Round(results.Get(k.name, "allocs")), k.goal)
	}
	r.Text("**Throttle and batch**: ns for each emit, one listener. A throttled emit is one that is suppressed; its value is kept for the trailing edge.")
	r.Table(t)
	return nil
}

func runObserved(c *measure.Config, r *measure.Report) error {
	var cases []measure.Case
	name := func(what string, watched bool) string { return fmt.Sprint(what, " observed: ", watched) }
	for _, o := range observed {
		for _, watched := range []bool{false, true} {
			cases = append(cases, measure.Case{Name: name(o.name, watched), Run: func() (measure.Figures, error) {
				emit, end, err := openObserved(o.definition, watched)
				if err != nil {
					return nil, err
				}
				defer end()
				return measure.Loop(span(c), emit), nil
			}})
		}
	}
	results, err := measure.Interleave(c, cases)
	if err != nil {
		return err
	}
	t := measure.NewTable("", "ns without", "ns with", "more, ns", "allocations with")
	for _, o := range observed {
		without, with := results.Get(name(o.name, false), "ns"), results.Get(name(o.name, true), "ns")
		t.Row(o.name, without, with, with-without, math.Round(results.Get(name(o.name, true), "allocs")))
	}
	r.Text("**An observer**, one listener: ns for each emit, without and with an observer (metrics). Every emit is counted, and one in 64 deliveries has its listeners timed. Goal: 5 ns more.")
	r.Table(t)
	return nil
}

func runScale(c *measure.Config, r *measure.Report) error {
	results, err := measure.Interleave(c, scaleCases(c))
	if err != nil {
		return err
	}
	t := measure.NewTable("", "ns an emit", "ns a call of a listener")
	for _, s := range scales(c) {
		t.Row(s.String(), results.Get(s.String(), "ns"), results.Get(s.String(), "ns")/float64(s.listeners))
	}
	r.Text("**Scaling** of ours. Several cores emit at once; ns are wall time divided by all emits, so that half the time on two cores is what could be had.")
	r.Table(t)
	return nil
}

// shuffled returns 0 to n-1 in an order that is the same in each run.
func shuffled(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = int(uint32(i) * 2654435761 >> 3)
	}
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	slices.SortFunc(index, func(a, b int) int { return order[a] - order[b] })
	return index
}
