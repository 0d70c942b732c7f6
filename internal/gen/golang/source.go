package golang

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// source is Go text in the making. It indents as gofmt does; what stands on a line is to be
// written as gofmt would write it.
type source struct {
	text  []byte
	depth int
	tabs  string // at least as many as the depth
}

// line writes one line, made of parts.
func (s *source) line(parts ...string) {
	for s.depth > len(s.tabs) {
		s.tabs += "\t\t\t\t\t\t\t\t"
	}
	s.text = append(s.text, s.tabs[:s.depth]...)
	for _, part := range parts {
		s.text = append(s.text, part...)
	}
	s.text = append(s.text, '\n')
}

// indented writes the lines of body one step further in.
func (s *source) indented(body func()) {
	s.depth++
	body()
	s.depth--
}

// block writes a statement or declaration whose body is in braces.
func (s *source) block(head string, body func()) {
	s.line(head, " {")
	s.indented(body)
	s.line("}")
}

// either writes an if statement with both branches.
func (s *source) either(cond string, then, otherwise func()) {
	s.line("if ", cond, " {")
	s.indented(then)
	s.line("} else {")
	s.indented(otherwise)
	s.line("}")
}

// clause writes a case of a switch.
func (s *source) clause(head string, body func()) {
	s.line(head, ":")
	s.indented(body)
}

// insert puts lines in at an earlier place.
func (s *source) insert(at int, lines ...string) {
	late := source{depth: s.depth}
	for _, l := range lines {
		late.line(l)
	}
	s.text = slices.Insert(s.text, at, late.text...)
}

// literal returns what was written as an expression: a function without a name.
func (s *source) literal() string { return string(bytes.TrimSpace(s.text)) }

// call is a call of a function or method.
func call(fn string, args ...string) string { return fn + "(" + strings.Join(args, ", ") + ")" }

// text returns s as a Go string literal, raw if that reads better.
func text(s string) string {
	if strings.ContainsAny(s, `"\`) && strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

func not(cond string) string { return "!" + cond }

// both joins the conditions that there are.
func both(conds ...string) string {
	conds = slices.DeleteFunc(conds, func(c string) bool { return c == "" })
	if len(conds) > 1 {
		for i, c := range conds {
			if strings.Contains(c, " || ") {
				conds[i] = "(" + c + ")"
			}
		}
	}
	return strings.Join(conds, " && ")
}
