package directive

import (
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/rules"
	"github.com/eventgen/eventgen/runtime/eventbus"
	"github.com/eventgen/eventgen/runtime/eventbus/eventdef"
)

// TestTheBusTakesWhatIsGenerated holds, for every combination of options, that a directive is refused exactly if
// the bus refuses the definition that it stands for.
func TestTheBusTakesWhatIsGenerated(t *testing.T) {
	other := eventbus.Define(eventdef.Definition[payload]{Name: "other", Throttle: time.Second})
	combinations, taken := 0, 0
	for text := range product(
		[]string{"", "from=client", "from=both"}, []string{"", "to=window", "to=group"}, []string{"", "relay"},
		[]string{"", "throttle=1s"}, []string{"", "debounce=1s"}, []string{"", "key=ID", "keys=9", "key=ID keys=9"},
		[]string{"", "batch=2", "wait=1s", "batch=2 wait=1s"}, []string{"", "flushes=other"},
		[]string{"", "sticky"}, []string{"", "replay=3"}, []string{"", "slow=latest", "slow=drop"},
		[]string{"", "max=1KiB version=2 was=before deprecated=old"},
	) {
		d, list := Parse(rules.Prefix+"event e"+text, diag.Pos{File: "a.go", Line: 1, Column: 1})
		values, more := Decode(d)
		list.Append(more)
		if list.Append(Check(values)); len(list) > 0 && !list.HasErrors() {
			t.Errorf("%s: %v", text, list)
		}
		_, err := eventbus.New(eventbus.WithCatalog(eventbus.NewCatalog(eventbus.Define(definition(values)), other)))
		combinations++
		if err == nil {
			taken++
		}
		if values.Has("keys") && !values.Has("key") || values.Has("keys") && values.From() == ir.FromClient {
			// Written by hand it bounds targets; a directive says that it bounds the values of key=.
			if !list.HasErrors() {
				t.Errorf("%s: generated", text)
			}
			continue
		}
		if list.HasErrors() != (err != nil) {
			t.Errorf("%s: generation says %v, the bus %v", text, list, err)
		}
	}
	if taken < combinations/100 || taken == combinations {
		t.Errorf("the bus took %d of %d combinations", taken, combinations)
	}
}

type payload struct{ ID string }

// definition is what generated code states for the options.
func definition(v Values) eventdef.Definition[payload] {
	d := eventdef.Definition[payload]{
		Name:     v["name"].Text,
		From:     map[string]eventdef.Direction{"client": eventdef.FromClient, "both": eventdef.FromBoth}[v["from"].Text],
		To:       map[string]eventdef.Audience{"window": eventdef.ToWindow, "group": eventdef.ToGroup}[v["to"].Text],
		Slow:     map[string]eventdef.SlowPolicy{"latest": eventdef.SlowLatest, "drop": eventdef.SlowDrop}[v["slow"].Text],
		Relay:    v.Has("relay"),
		Throttle: v["throttle"].Duration, Debounce: v["debounce"].Duration,
		Keys: int(v["keys"].Number), Batch: int(v["batch"].Number), Wait: v["wait"].Duration,
		Sticky: v.Has("sticky"), Replay: int(v["replay"].Number), Max: int(v["max"].Number),
		Version: int(v["version"].Number), Was: v["was"].Text, Deprecated: v["deprecated"].Text,
	}
	if v.Has("key") {
		d.Key = func(p *payload) eventbus.Key { return eventdef.StringKey(p.ID) }
	}
	for _, name := range v["flushes"].Names {
		d.Flushes = append(d.Flushes, name.Name)
	}
	return d
}

// product returns every way to take one word of each list, each with a space before it.
func product(lists ...[]string) iter.Seq[string] {
	return func(yield func(string) bool) {
		total := 1
		for _, list := range lists {
			total *= len(list)
		}
		for n := range total {
			var text strings.Builder
			for _, list := range lists {
				if word := list[n%len(list)]; word != "" {
					fmt.Fprint(&text, " ", word)
				}
				n /= len(list)
			}
			if !yield(text.String()) {
				return
			}
		}
	}
}
