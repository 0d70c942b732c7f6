package eventbustest_test

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/eventbustest"
)

// sent returns what arrives of the numbers below n.
func sent(seed uint64, f eventbustest.Faults, n int) []int {
	var mu sync.Mutex
	var got []int
	l := eventbustest.NewLink(seed, f, func(m int) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, m)
	})
	for m := range n {
		l.Send(m)
	}
	if f.Delay > 0 {
		time.Sleep(f.Delay)
		synctest.Wait()
	}
	mu.Lock()
	defer mu.Unlock()
	return slices.Clone(got)
}

func TestLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			faults  eventbustest.Faults
			ordered bool
			some    func(n int) bool
		}{
			"none":      {eventbustest.Faults{}, true, func(n int) bool { return n == 1000 }},
			"drop":      {eventbustest.Faults{Drop: .3}, true, func(n int) bool { return 600 < n && n < 800 }},
			"duplicate": {eventbustest.Faults{Duplicate: .3}, true, func(n int) bool { return 1200 < n && n < 1400 }},
			"reorder":   {eventbustest.Faults{Reorder: .3}, false, func(n int) bool { return n > 990 }},
			"delay":     {eventbustest.Faults{Delay: time.Second}, false, func(n int) bool { return n == 1000 }},
			"cut":       {eventbustest.Faults{CutAt: 501}, true, func(n int) bool { return n == 500 }},
		} {
			got := sent(7, c.faults, 1000)
			if !c.some(len(got)) || slices.IsSorted(got) != c.ordered {
				t.Errorf("%s: %d messages, sorted: %v", name, len(got), slices.IsSorted(got))
			}
			if again := sent(7, c.faults, 1000); name != "delay" && !slices.Equal(got, again) {
				t.Errorf("%s: the same seed gives other faults", name)
			}
			if other := sent(8, c.faults, 1000); (name == "drop" || name == "reorder") && slices.Equal(got, other) {
				t.Errorf("%s: another seed gives the same faults", name)
			}
		}
	})
}

func TestLinkIsMended(t *testing.T) {
	var got []int
	l := eventbustest.NewLink(1, eventbustest.Faults{CutAt: 2}, func(m int) { got = append(got, m) })
	results := []bool{l.Send(1), l.Send(2)}
	l.Cut(false)
	results = append(results, l.Send(3))
	if !slices.Equal(results, []bool{true, false, true}) || !slices.Equal(got, []int{1, 3}) {
		t.Errorf("sent %v, got %v", results, got)
	}
}
