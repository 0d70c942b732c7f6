// Command codec measures generated encoders and decoders beside the cheapest thing that could do
// the same work, and beside JSON libraries for Go.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/eventgen/eventgen/bench/internal/measure"
)

const (
	ours     = "eventgen"
	standard = "encoding/json"
	limit    = "memcpy"
	byHand   = "hand-written"
)

func main() { measure.Main("codec", run) }

func run(c *measure.Config) (*measure.Report, error) {
	r := &measure.Report{}
	r.Text("Payloads: (a) the progress of a download, 4 fields; (b) a sensor's reading, 5 fields; (c) 50 of these; (d) the state of a machine, 30 fields in nested structs, lists and a map. %s bytes of JSON.", sizes())
	if c.Runs("encode") {
		if err := runEncode(c, r); err != nil {
			return nil, fmt.Errorf("encode: %w", err)
		}
	}
	if c.Runs("decode") {
		if err := runDecode(c, r); err != nil {
			return nil, fmt.Errorf("decode: %w", err)
		}
	}
	return r, nil
}

// span is how long one measurement lasts at least.
func span(c *measure.Config) time.Duration {
	if c.Quick {
		return 5 * time.Millisecond
	}
	return 100 * time.Millisecond
}

func sizes() string {
	list := make([]string, len(samples))
	for i, s := range samples {
		list[i] = fmt.Sprint(len(s.text))
	}
	return strings.Join(list, ", ")
}

func runEncode(c *measure.Config, r *measure.Report) error {
	var cases []measure.Case
	for _, l := range encoders {
		for i, encode := range l.encode {
			got, err := encode(nil)
			if err != nil {
				return fmt.Errorf("%s (%s): %w", l.name, samples[i].name, err)
			}
			if !same(got, samples[i].text, l.unsorted) {
				return fmt.Errorf("%s (%s) writes\n%s\nand encoding/json\n%s", l.name, samples[i].name, got, samples[i].text)
			}
			buf := make([]byte, 0, 2*len(got))
			cases = append(cases, measure.Case{Name: l.name + samples[i].name, Run: func() (measure.Figures, error) {
				var err error
				f := measure.Loop(span(c), func(n int) {
					for range n {
						var e error
						if buf, e = encode(buf[:0]); e != nil {
							err = e
						}
					}
				})
				return f, err
			}})
		}
	}
	results, err := measure.Interleave(c, cases)
	if err != nil {
		return err
	}
	r.Text("**Encoding**: ns for each payload, and allocations. Everything writes the same bytes, which is checked before anything is measured; only easyjson does not sort the map in (d). ConfigFastest and EncodeInto of sonic do not escape what HTML gives a meaning, as encoding/json and eventgen do; these payloads hold none of it. Those that can append to a buffer get one that is large enough. Goal: 5 times faster than encoding/json, twice as fast as the fastest library, no allocation.")
	var libraries, exact []string
	for _, l := range encoders {
		if l.library {
			libraries = append(libraries, l.name)
		}
		if l.library && !l.lax && !l.unsorted {
			exact = append(exact, l.name)
		}
	}
	table(r, results, names(encoders, func(l encoder) string { return l.name }))
	ratios(r, results, group{"the fastest library", libraries}, group{"the fastest that escapes HTML and sorts maps", exact})
	return nil
}

func runDecode(c *measure.Config, r *measure.Report) error {
	var cases []measure.Case
	for _, l := range decoders {
		for i, decode := range l.decode {
			got, err := decode(samples[i].text)
			if err != nil {
				return fmt.Errorf("%s (%s): %w", l.name, samples[i].name, err)
			}
			if !reflect.DeepEqual(got, samples[i].value) {
				return fmt.Errorf("%s (%s) does not read what was written", l.name, samples[i].name)
			}
			cases = append(cases, measure.Case{Name: l.name + samples[i].name, Run: func() (measure.Figures, error) {
				var err error
				f := measure.Loop(span(c), func(n int) {
					for range n {
						if _, e := decode(samples[i].text); e != nil {
							err = e
						}
					}
				})
				return f, err
			}})
		}
	}
	results, err := measure.Interleave(c, cases)
	if err != nil {
		return err
	}
	r.Text("**Decoding** into a new value, which is checked to be what was encoded. Ours refuses missing, duplicate and wrongly cased properties and text that is not Unicode, which the libraries let pass. Goal: 3 times faster than encoding/json.")
	var libraries []string
	for _, l := range decoders {
		if l.library {
			libraries = append(libraries, l.name)
		}
	}
	table(r, results, names(decoders, func(l decoder) string { return l.name }))
	ratios(r, results, group{"the fastest library", libraries})
	return nil
}

// same reports whether two texts are alike; if the order of properties is of no account, whether
// they have the same length and encode the same value.
func same(a, b []byte, unsorted bool) bool {
	if !unsorted || len(a) != len(b) {
		return string(a) == string(b)
	}
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

func names[T any](list []T, name func(T) string) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = name(x)
	}
	return out
}

// table adds times and allocations, each payload in columns of its own.
func table(r *measure.Report, results measure.Results, rows []string) {
	head := []string{""}
	for _, s := range samples {
		head = append(head, s.name)
	}
	for _, s := range samples {
		head = append(head, "allocations "+s.name)
	}
	t := measure.NewTable(head...)
	for _, row := range rows {
		cells := []any{row}
		for _, s := range samples {
			cells = append(cells, results.Get(row+s.name, "ns"))
		}
		for _, s := range samples {
			cells = append(cells, math.Round(results.Get(row+s.name, "allocs")))
		}
		t.Row(cells...)
	}
	r.Table(t)
}

// group is libraries of which the fastest counts.
type group struct {
	name    string
	members []string
}

// ratios adds how much longer the others take.
func ratios(r *measure.Report, results measure.Results, groups ...group) {
	head := []string{"time of eventgen = 1"}
	for _, s := range samples {
		head = append(head, s.name)
	}
	t := measure.NewTable(head...)
	row := func(name string, ns func(sample string) float64) {
		cells := []any{name}
		for _, s := range samples {
			cells = append(cells, measure.Ratio(ns(s.name), results.Get(ours+s.name, "ns")))
		}
		t.Row(cells...)
	}
	row(standard, func(s string) float64 { return results.Get(standard+s, "ns") })
	for _, g := range groups {
		row(g.name, func(s string) float64 {
			return results.Best("ns", names(g.members, func(l string) string { return l + s })...)
		})
	}
	row(byHand, func(s string) float64 { return results.Get(byHand+s, "ns") })
	r.Table(t)
}

// sample is a payload and its text.
type sample struct {
	name  string
	value any
	text  []byte
}

func newSample(name string, value any) sample {
	text, err := json.Marshal(value)
	if err != nil {
		panic(errors.Join(errors.New("a sample cannot be encoded"), err))
	}
	return sample{name: name, value: value, text: text}
}
