package directive

import (
	"fmt"
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/diag"
)

// parsed prints a directive's arguments with their columns, and what is wrong with it.
func parsed(text string) string {
	d, list := Parse(text, diag.Pos{File: "a.go", Line: 1, Column: 1})
	var b strings.Builder
	if d != nil {
		for _, a := range d.Args {
			if a.Key != "" {
				fmt.Fprintf(&b, "%d:%s=", a.KeyPos.Column, a.Key)
			}
			fmt.Fprintf(&b, "%d:%q ", a.ValuePos.Column, a.Value)
		}
	}
	for _, d := range list {
		fmt.Fprintf(&b, "[%d-%d %s %s]", d.Pos.Column, d.Pos.EndColumn, d.Code, d.Message)
	}
	return strings.TrimSpace(b.String())
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"//eventgen:event":                          "",
		"//eventgen:event a":                        `18:"a"`,
		"//eventgen:event a throttle=1s":            `18:"a" 20:throttle=29:"1s"`,
		"//eventgen:event\ta \t sticky\t":           `18:"a" 22:"sticky"`,
		`//eventgen:event deprecated="a \"b\" c" x`: `18:deprecated=29:"a \"b\" c" 41:"x"`,
		"//eventgen:event =1s":                      "[18-21 bad-argument an option's name is missing before =]",
		"//eventgen:event a =1s sticky":             `24:"sticky" [18-23 bad-argument spaces around the equals sign]`,
		"//eventgen:event a sticky \"x\" =1s":       `18:"a" 20:"sticky" 27:"x" [31-34 bad-argument an option's name is missing before =]`,
		"//eventgen:event throttle = 1s sticky":     `32:"sticky" [18-31 bad-argument spaces around the equals sign]`,
		"//eventgen:event throttle =1s sticky":      `31:"sticky" [18-30 bad-argument spaces around the equals sign]`,
		"//eventgen:event throttle= 1s sticky":      `31:"sticky" [18-30 bad-argument spaces around the equals sign]`,
	} {
		if got := parsed(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestMisspelt(t *testing.T) {
	for comment, want := range map[string]string{
		"// eventgen:event a":           "//eventgen:event a",
		"//  eventgen:event a":          "//eventgen:event a",
		"//eventgen event a":            "//eventgen:event a",
		"//eventgen-event a":            "//eventgen:event a",
		"//eventgen/event a":            "//eventgen:event a",
		"//eventgen.event a":            "//eventgen:event a",
		"//Eventgen:Event a":            "//eventgen:event a",
		"//eventgne:event a\r":          "//eventgen:event a",
		"//evetgn:event a":              "//eventgen:event a", // the shortest that counts as the tool's name
		"//eventgenz:event a":           "//eventgen:event a",
		"//EVENTGENZ:event a":           "//eventgen:event a",
		"//aeventgen:event a":           "//eventgen:event a",
		"//AEVENTGEN:event a":           "//eventgen:event a",
		"//eventgen[event a":            "",
		"//eventgen{event a":            "",
		"//eventgen`event a":            "",
		"//eventgen@event a":            "",
		"//evgen:event a":               "", // another tool
		"//event:event a":               "",
		"//eventbus:event a":            "",
		"// eventgen:evnt a":            "//eventgen:event a",
		"//eventgen:nothing a":          "",
		"//eventgen":                    "",
		"//eventgen:":                   "",
		"/*eventgen:event a*/":          "//eventgen:event a",
		"/* eventgen:event a\n more */": "//eventgen:event a",
		"//@eventgen:event a":           "//eventgen:event a",
		"// eventgen event a":           "", // a sentence
		"//eventgen evnt a":             "",
		"//eventgne event a":            "",
		"//eventgen_event a":            "",
		"//eventgen:event a":            "", // it is one
		"//nolint:event":                "",
		"//":                            "",
	} {
		if got := Misspelt(comment); got != want {
			t.Errorf("%q is meant as %q, want %q", comment, got, want)
		}
	}
}
