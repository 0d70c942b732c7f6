package measure

import (
	"fmt"
	"math"
	"runtime"
	"slices"
)

// A Case is one thing to measure. It returns its figures by name.
type Case struct {
	Name string
	Run  func() (Figures, error)
}

// Figures are readings by name.
type Figures map[string]float64

// Results hold the medians over rounds, by case and figure.
type Results map[string]Figures

// Get returns the median of one figure, NaN if the case did not give it.
func (r Results) Get(name, figure string) float64 {
	if f, ok := r[name][figure]; ok {
		return f
	}
	return math.NaN()
}

// Best returns the smallest of one figure among the cases named.
func (r Results) Best(figure string, names ...string) float64 {
	best := math.NaN()
	for _, name := range names {
		if f := r.Get(name, figure); !(f >= best) && !math.IsNaN(f) {
			best = f
		}
	}
	return best
}

// Interleave runs every case once a round, in an order that turns from round to round, so that
// what disturbs the machine for a while disturbs all of them. It returns medians.
func Interleave(c *Config, cases []Case) (Results, error) {
	all := map[string]map[string][]float64{}
	for round := range c.Rounds {
		for i := range cases {
			k := cases[(i+round)%len(cases)]
			c.Progress("round %d/%d: %s", round+1, c.Rounds, k.Name)
			runtime.GC()
			figures, err := k.Run()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k.Name, err)
			}
			if all[k.Name] == nil {
				all[k.Name] = map[string][]float64{}
			}
			for name, f := range figures {
				all[k.Name][name] = append(all[k.Name][name], f)
			}
		}
	}
	results := Results{}
	for name, figures := range all {
		results[name] = Figures{}
		for figure, values := range figures {
			results[name][figure] = Quantile(values, 0.5)
		}
	}
	return results, nil
}

// Quantile returns the q-quantile of the values, 0 <= q <= 1, interpolated. It sorts them.
func Quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	at := q * float64(len(values)-1)
	i := int(at)
	if i+1 == len(values) {
		return values[i]
	}
	return values[i] + (at-float64(i))*(values[i+1]-values[i])
}
