package directive

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/ir"
	"github.com/eventgen/eventgen/internal/rules"
)

// TestEverythingIsSaid: each fact of the table has words for people.
func TestEverythingIsSaid(t *testing.T) {
	for _, c := range rules.Conflicts {
		if why[spell(c.A)+" "+spell(c.B)] == "" {
			t.Errorf("nothing says why %s excludes %s", spell(c.A), spell(c.B))
		}
	}
	for _, n := range rules.Needs {
		if lacks[n.Option] == "" {
			t.Errorf("nothing says what %s needs", n.Option)
		}
	}
	if len(why) != len(rules.Conflicts) || len(lacks) != len(rules.Needs) {
		t.Error("there are words for what is no fact")
	}
	for _, v := range Verbs {
		if v.Example == "" || v.Text && v.TextIs == "" {
			t.Errorf("%s has no example, or its text no name", v.Name)
		}
		for _, o := range v.Options {
			if shown := o.Kind != rules.Flag && o.Kind != rules.Word; shown == (o.Example == "") {
				t.Errorf("%s %s has the example %q", v.Name, o.Name, o.Example)
			}
		}
	}
}

// TestWords: the model has the values that the table has, the default first.
func TestWords(t *testing.T) {
	for name, want := range map[string][]string{
		"event from": {string(ir.FromServer), string(ir.FromClient), string(ir.FromBoth)},
		"event to":   {string(ir.ToAny), string(ir.ToWindow), string(ir.ToGroup)},
		"event slow": {string(ir.SlowResume), string(ir.SlowLatest), string(ir.SlowDrop)},
		"enum mode":  {string(ir.EnumClosed), string(ir.EnumOpen), string(ir.EnumFlags)},
	} {
		verb, option, _ := strings.Cut(name, " ")
		if got := LookupVerb(verb).Option(option).Words; !slices.Equal(got, want) {
			t.Errorf("%s has %v, the model %v", name, got, want)
		}
	}
}

// TestDocumentedFacts: docs/directives.md has the pairs that exclude each other, what needs what,
// what windows' events take, the defaults and the form of names.
func TestDocumentedFacts(t *testing.T) {
	content, err := os.ReadFile("../../../docs/directives.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	_, together, _ := strings.Cut(text, "What goes together:")
	together, _, _ = strings.Cut(together, "\n## ")
	lines := map[string][]string{} // the codes of a line, by its first
	var exclude []string
	for line := range strings.SplitSeq(together, "\n- ") {
		var codes []string
		for _, m := range code.FindAllStringSubmatch(line, -1) {
			codes = append(codes, m[1])
		}
		switch {
		case strings.Contains(line, "exclude"):
			exclude = codes
		case len(codes) > 0:
			lines[codes[0]] = codes
		}
	}
	for _, c := range rules.Conflicts {
		if !slices.Contains(exclude, spell(c.A)) || !slices.Contains(exclude, spell(c.B)) {
			t.Errorf("%s and %s are not among what excludes each other: %v", spell(c.A), spell(c.B), exclude)
		}
	}
	var needs []string
	for _, n := range rules.Needs {
		needs = append(needs, n.Option)
		for _, term := range n.OneOf {
			needs = append(needs, spell(term))
		}
	}
	if !slices.Equal(lines["wait"], needs) {
		t.Errorf("%v need each other in the table, %v in the docs", needs, lines["wait"])
	}
	var client []string
	for _, o := range rules.Event {
		if o.Client && o.Name != "from" {
			client = append(client, o.Name)
		}
	}
	if got := lines["from=client"]; len(got) == 0 || !slices.Equal(got[1:], client) {
		t.Errorf("windows' events take %v, documented are %v", client, got)
	}
	for option, want := range map[string]string{
		"keys": strconv.Itoa(rules.DefaultKeys), "wait": strconv.FormatInt(rules.DefaultWait.Milliseconds(), 10) + "ms",
		"from": "`server`", "to": "`any`", "slow": "`resume`",
	} {
		if got := cell(text, option, 3); got != want {
			t.Errorf("the default of %s is documented as %s, is %s", option, got, want)
		}
	}
	if got := cell(text, "name", 2); got != "`"+rules.NamePattern+"`" {
		t.Errorf("names are documented as %s", got)
	}
}

// cell is a cell of the row of an option of events.
func cell(text, option string, column int) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "| `"+option+"` |") {
			return strings.TrimSpace(strings.Split(line, "|")[column])
		}
	}
	return ""
}
