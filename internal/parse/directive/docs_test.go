package directive

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/rules"
)

var code = regexp.MustCompile("`([^`]+)`")

// TestDocs: docs/directives.md describes the verbs and options that there are, with their values
// and defaults in the order of the table, and its examples are correct.
func TestDocs(t *testing.T) {
	content, err := os.ReadFile("../../../docs/directives.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	_, rest, _ := strings.Cut(text, "\n## ")
	var verbs []string
	for section := range strings.SplitSeq(rest, "\n## ") {
		name, body, _ := strings.Cut(section, "\n")
		verbs = append(verbs, name)
		verb := LookupVerb(name)
		if verb == nil {
			t.Errorf("the section %s is about no verb", name)
			continue
		}
		if !strings.Contains(text[:len(text)-len(rest)], "| [`"+name+"`](#"+name+") |") {
			t.Errorf("the table of verbs lacks %s", name)
		}
		documentedOptions(t, verb, body)
	}
	if !slices.Equal(verbs, VerbNames()) {
		t.Errorf("the sections are %v, the verbs %v", verbs, VerbNames())
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, rules.Prefix) {
			continue
		}
		d, list := Parse(line, diag.Pos{File: "directives.md", Line: 1, Column: 1})
		if d != nil && !d.Verb.Text {
			values, more := Decode(d)
			list.Append(more)
			if d.Verb.Name == "event" {
				list.Append(Check(values))
			}
		}
		for _, found := range list {
			t.Errorf("%s: %s", line, found.Message)
		}
	}
}

// documentedOptions checks the rows of a section that begin with an option.
func documentedOptions(t *testing.T, verb *Verb, body string) {
	t.Helper()
	var options []string
	for row := range strings.Lines(body) {
		cells := strings.Split(strings.ReplaceAll(row, `\|`, "¦"), "|")
		if len(cells) < 4 {
			continue
		}
		for _, match := range code.FindAllStringSubmatch(cells[1], -1) {
			options = append(options, match[1])
			option := verb.Option(match[1])
			if option == nil || verb.Name != "event" || option.Kind != rules.Word {
				continue
			}
			var words []string
			for _, word := range code.FindAllStringSubmatch(cells[2], -1) {
				words = append(words, word[1])
			}
			if !slices.Equal(words, option.Words) {
				t.Errorf("%s %s is documented with the values %v, has %v", verb.Name, option.Name, words, option.Words)
			}
		}
	}
	if !slices.Equal(options, verb.OptionNames()) {
		t.Errorf("%s is documented with the options %v, has %v", verb.Name, options, verb.OptionNames())
	}
}
