package directive

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/rules"
)

var update = flag.Bool("update", false, "write what is read into testdata/readings.txt")

const (
	readingsFile = "testdata/readings.txt"
	// within separates an event's directive from that of the defaults of its package. Their field Odd is no key.
	within = " within "
)

// TestReadings holds what each directive in testdata/readings.txt means and what is wrong with it,
// which stands below it. -update writes that.
func TestReadings(t *testing.T) {
	text, err := os.ReadFile(readingsFile)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	read := 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, rules.Prefix) {
			read++
			got.WriteString(line + "\n" + reading(line))
		}
	}
	if read < 100 {
		t.Fatalf("%s holds %d directives", readingsFile, read)
	}
	if got.String() == string(text) {
		return
	}
	if *update {
		if err := os.WriteFile(readingsFile, []byte(got.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := strings.Split(string(text), "\n")
	for i, line := range strings.Split(got.String(), "\n") {
		if i >= len(want) || want[i] != line {
			t.Fatalf("%s:%d: got\n%s\nrun go test ./internal/parse/directive -update and read what it writes", readingsFile, i+1, line)
		}
	}
}

// reading is what is read of a directive, a line for each value and each problem.
func reading(text string) string {
	var b strings.Builder
	own, defaults, merges := strings.Cut(text, within)
	d, values, list := decoded(own)
	if d != nil && d.Verb.Text {
		fmt.Fprintf(&b, "\tword %q at %d, text %q at %d\n", d.Text.Word, d.Text.WordPos.Column, d.Text.Text, d.Text.TextPos.Column)
	}
	if merges {
		_, inherited, more := decoded(defaults)
		list.Append(more)
		list.Append(CheckDefaults(inherited))
		list.Append(CheckOff(values, inherited))
		values = Merge(values, inherited, func(field string) bool { return field != "Odd" })
	}
	if d != nil && d.Verb.Name == "event" {
		list.Append(Check(values))
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		v := values[name]
		fmt.Fprintf(&b, "\t%s at %d-%d: text %q, duration %v, number %d", name, v.Arg.Pos.Column, v.Arg.Pos.EndColumn, v.Text, v.Duration, v.Number)
		for _, n := range v.Names {
			fmt.Fprintf(&b, ", name %q at %d-%d", n.Name, n.Pos.Column, n.Pos.EndColumn)
		}
		for _, flag := range []struct {
			set  bool
			name string
		}{{v.Off, "off"}, {v.Broken, "broken"}, {v.Inherited, "inherited"}} {
			if flag.set {
				b.WriteString(", " + flag.name)
			}
		}
		b.WriteString("\n")
	}
	for _, p := range list {
		fmt.Fprintf(&b, "\t%s at %d-%d: %s [%s]", p.Severity, p.Pos.Column, p.Pos.EndColumn, p.Message, p.Code)
		if p.Hint != "" {
			b.WriteString(" hint: " + p.Hint)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func decoded(text string) (*Directive, Values, diag.List) {
	d, list := Parse(text, diag.Pos{File: "a.go", Line: 1, Column: 1})
	if d == nil || d.Verb.Text {
		return d, nil, list
	}
	values, more := Decode(d)
	list.Append(more)
	return d, values, list
}
