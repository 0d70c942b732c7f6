package typescript

import (
	"bytes"
	"slices"
	"strings"
	"text/template"
	"unicode/utf8"

	"github.com/eventgen/eventgen/internal/gen"
	"github.com/eventgen/eventgen/templates"
)

// header begins every file. ESLint reports a comment that disables nothing; the rule of the third
// line has something to disable in every file.
const header = gen.Header + `
/* eslint-disable */
/* eslint no-restricted-syntax: [1, "Program > *"] -- so that the line above is never unused */`

// layouts are the parsed templates. Their helpers only place text: what they get is escaped.
var layouts = template.Must(template.New("").Option("missingkey=error").Funcs(template.FuncMap{
	"header":    func() string { return header },
	"comment":   docComment,
	"string":    stringLiteral,
	"list":      list,
	"head":      signature.head,
	"continued": continued,
	"union":     unionLines,
	"indent":    indent,
}).ParseFS(templates.TypeScript, "ts/*.tmpl"))

// render lays out a view. A failure is a bug in a template, which the tests of every template
// would show.
func render(module string, view any) []byte {
	var b bytes.Buffer
	if err := layouts.ExecuteTemplate(&b, module+".ts.tmpl", view); err != nil {
		panic("typescript: " + err.Error())
	}
	return b.Bytes()
}

// list joins words between brackets, on one line if that fits behind before columns.
func list(before int, open string, words []string, closing string) string {
	pad := ""
	if open == "{" {
		pad = " "
	}
	one := open + pad + strings.Join(words, ", ") + pad + closing
	if before+utf8.RuneCountInString(one) <= lineWidth && !strings.Contains(one, "\n") {
		return one
	}
	last := ",\n"
	if open == "<" {
		last = "\n" // type arguments take no comma behind the last
	}
	return open + "\n  " + strings.Join(words, ",\n  ") + last + closing
}

// head is a function's signature from its name on.
func (s signature) head() string {
	const around = len("export function ") + len(" {")
	one := s.Name + list(around+utf8.RuneCountInString(s.Name)+len(": ")+utf8.RuneCountInString(s.Result), "(", s.Params, ")")
	return one + ": " + s.Result
}

// continued puts value behind head: on the same line, or on the next one if that is too long.
func continued(head, value string) string {
	if utf8.RuneCountInString(head)+1+utf8.RuneCountInString(value)+1 <= lineWidth {
		return head + " " + value
	}
	return head + "\n  " + value
}

// unionLines are the members of a union behind "export type X =": on one line if none of them
// is documented and they fit.
func unionLines(head string, members []memberView) string {
	plain := !slices.ContainsFunc(members, func(m memberView) bool { return len(m.Doc) > 0 })
	types := make([]string, len(members))
	for i, m := range members {
		types[i] = m.Type
	}
	one := strings.Join(types, " | ")
	if len(members) == 1 {
		one = strings.TrimSuffix(strings.TrimPrefix(one, "("), ")")
	}
	if plain && utf8.RuneCountInString(head)+len(" ;")+utf8.RuneCountInString(one) <= lineWidth && !strings.Contains(one, "\n") {
		return head + " " + one + ";"
	}
	var b strings.Builder
	b.WriteString(head)
	for i, m := range members {
		if doc := docComment(m.Doc, "  "); doc != "" {
			b.WriteString("\n" + doc)
		}
		b.WriteString("\n  | " + indent(m.Type))
		if i == len(members)-1 {
			b.WriteString(";")
		}
	}
	return b.String()
}

func sortFiles(files []gen.File) {
	slices.SortFunc(files, func(a, b gen.File) int { return strings.Compare(a.Path, b.Path) })
}
