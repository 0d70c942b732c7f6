package directive

import (
	"strings"
	"testing"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/rules"
)

// FuzzParse: no comment makes the parser panic, and every position lies within the comment.
func FuzzParse(f *testing.F) {
	for _, v := range Verbs {
		f.Add(v.Example)
	}
	f.Add(`//eventgen:event a:b throttle=100ms key=ID deprecated="it's \"over\"" flushes=a,b,,c max=64KiB`)
	f.Add("//eventgen:event \"unclosed x=\x80 ==")
	f.Fuzz(func(t *testing.T, comment string) {
		if !strings.HasPrefix(comment, rules.Prefix) || strings.ContainsAny(comment, "\r\n") {
			return
		}
		const column = 5
		d, list := Parse(comment, diag.Pos{File: "a.go", Line: 3, Column: column})
		if d != nil && !d.Verb.Text {
			values, more := Decode(d)
			list.Append(more)
			list.Append(Check(values))
			list.Append(CheckDefaults(values))
			Merge(Values{}, values, func(string) bool { return true })
		}
		for _, x := range list {
			if x.Pos.Line != 3 || x.Pos.Column < column || x.Pos.Column > column+len(comment) || x.Pos.EndColumn > column+len(comment)+1 { // a point behind the end is where something is missing
				t.Errorf("%q: %s at %+v", comment, x.Message, x.Pos)
			}
			if x.Message == "" || x.Code == "" {
				t.Errorf("%q: empty diagnostic %+v", comment, x)
			}
		}
	})
}
