// Package directive reads the //eventgen: comments of Go source: it splits them into arguments
// with positions, knows every verb and option, and decodes their values.
//
// It knows nothing about declarations: whether a directive stands in the right place is the
// business of package parse.
package directive

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/rules"
)

// Directive is one comment, split into arguments but not yet decoded.
type Directive struct {
	Verb *Verb
	Pos  diag.Pos // of the verb
	Args []Arg    // of a verb without text
	Text Text     // of a verb with text
}

// Arg is one argument: a word, or key=value.
type Arg struct {
	Key      string   // empty for a word
	Value    string   // the word, or what is behind the equals sign, unquoted
	Pos      diag.Pos // of the whole argument
	KeyPos   diag.Pos
	ValuePos diag.Pos
	Quoted   bool // the value is written in quotes
}

// Text is the free text of a directive, and the word before it for a verb that has one.
type Text struct {
	Word    string
	WordPos diag.Pos
	Text    string
	TextPos diag.Pos
}

// Parse reads a comment that begins with [rules.Prefix] at pos. The directive is nil if its verb is
// not known; arguments that cannot be read are reported and left out.
func Parse(comment string, pos diag.Pos) (*Directive, diag.List) {
	s := scanner{text: strings.TrimRight(comment, " \t\r"), at: pos, offset: len(rules.Prefix)}
	start := s.offset
	for s.offset < len(s.text) && !isSpace(s.text[s.offset]) {
		s.offset++
	}
	word, wordPos := s.text[start:s.offset], s.pos(start, s.offset)
	verb := LookupVerb(word)
	if verb == nil {
		s.list.Add(unknownVerb(word, wordPos, s.text[s.offset:]))
		return nil, s.list
	}
	d := &Directive{Verb: verb, Pos: wordPos}
	if verb.Text {
		d.Text = s.readText(verb)
	} else {
		d.Args = s.readArgs(verb)
	}
	return d, s.list
}

func unknownVerb(word string, pos diag.Pos, rest string) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Error, Code: diag.UnknownVerb, Pos: pos}
	if word == "" {
		d.Message = "the directive has no verb"
		d.Hint = "the verbs are " + strings.Join(VerbNames(), ", ")
		if next, _, _ := strings.Cut(strings.TrimSpace(rest), " "); LookupVerb(next) != nil {
			d.Hint = fmt.Sprintf("no space after the colon: %s%s", rules.Prefix, next)
		}
		return d
	}
	d.Message = fmt.Sprintf("unknown verb %s", strconv.Quote(word))
	d.Hint = "the verbs are " + strings.Join(VerbNames(), ", ")
	if near := diag.Nearest(word, VerbNames()); near != "" {
		d.Hint = fmt.Sprintf("did you mean %s%s?", rules.Prefix, near)
	}
	return d
}

// scanner reads the arguments of one comment. Offsets are bytes into it.
type scanner struct {
	text   string
	at     diag.Pos // of offset 0
	offset int
	list   diag.List
}

func (s *scanner) pos(from, to int) diag.Pos {
	p := s.at
	p.Column += from
	p.EndColumn = s.at.Column + to
	return p
}

func (s *scanner) errorf(code diag.Code, from, to int, hint, format string, args ...any) {
	s.list.Add(diag.Diagnostic{
		Severity: diag.Error, Code: code, Pos: s.pos(from, to), Message: fmt.Sprintf(format, args...), Hint: hint,
	})
}

func (s *scanner) skipSpace() {
	for s.offset < len(s.text) && isSpace(s.text[s.offset]) {
		s.offset++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// readText reads a verb's free text. Text that is one string in double quotes stands for its
// content; back quotes are TypeScript's, for a template type.
func (s *scanner) readText(verb *Verb) Text {
	var t Text
	s.skipSpace()
	if verb.TextWord != "" {
		start := s.offset
		for s.offset < len(s.text) && !isSpace(s.text[s.offset]) {
			s.offset++
		}
		t.Word, t.WordPos = s.text[start:s.offset], s.pos(start, s.offset)
		s.skipSpace()
	}
	t.Text, t.TextPos = s.text[s.offset:], s.pos(s.offset, len(s.text))
	if quoted, err := strconv.QuotedPrefix(t.Text); err == nil && quoted == t.Text && t.Text[0] == '"' {
		t.Text, _ = strconv.Unquote(quoted)
	}
	s.offset = len(s.text)
	switch {
	case verb.TextWord != "" && t.Word == "":
		s.errorf(diag.MissingArgument, s.offset, s.offset, "such as "+verb.Example, "//eventgen:%s needs a %s", verb.Name, verb.TextWord)
	case t.Text == "":
		s.errorf(diag.MissingArgument, s.offset, s.offset, "such as "+verb.Example, "//eventgen:%s needs %s", verb.Name, verb.TextIs)
	}
	return t
}

func (s *scanner) readArgs(verb *Verb) []Arg {
	var args []Arg
	for {
		s.skipSpace()
		if s.offset == len(s.text) {
			return args
		}
		start := s.offset
		arg, ok := s.readArg()
		if s.spacedOut(verb, start, arg, ok) {
			continue
		}
		if ok {
			args = append(args, arg)
		}
	}
}

// spacedOut reports an option with spaces around its equals sign, which reads as two or three
// arguments, as the one thing that it was meant to be.
func (s *scanner) spacedOut(verb *Verb, start int, arg Arg, ok bool) bool {
	key, end := arg.Key, s.offset
	s.skipSpace()
	next := s.text[s.offset:]
	switch {
	case !ok || arg.Quoted:
		s.offset = end
		return false
	case key == "" && strings.HasPrefix(next, "="): // key =value, key = value
		key = arg.Value
		s.offset++
		s.skipSpace()
	case key != "" && arg.Value == "" && next != "" && verb.Option(firstWord(next)) == nil: // key= value
	default:
		s.offset = end
		return false
	}
	value, from := "value", s.offset
	s.skipWord()
	if from < s.offset {
		value = s.text[from:s.offset]
	}
	s.errorf(diag.BadArgument, start, s.offset, fmt.Sprintf("write %s=%s", key, value), "spaces around the equals sign")
	return true
}

// firstWord returns the option's name that an argument begins with.
func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	word, _, _ = strings.Cut(word, "=")
	return word
}

// readArg reads the argument at the offset; its text is not empty.
func (s *scanner) readArg() (Arg, bool) {
	start := s.offset
	if s.text[start] == '=' {
		s.skipWord()
		s.errorf(diag.BadArgument, start, s.offset, "no spaces around the equals sign: key=value", "an option's name is missing before =")
		return Arg{}, false
	}
	if !isQuote(s.text[start]) {
		for s.offset < len(s.text) && !isSpace(s.text[s.offset]) && s.text[s.offset] != '=' && !isQuote(s.text[s.offset]) {
			s.offset++
		}
	}
	var arg Arg
	from := start
	if s.offset < len(s.text) && s.text[s.offset] == '=' {
		arg.Key, arg.KeyPos = s.text[start:s.offset], s.pos(start, s.offset)
		s.offset++
		from = s.offset
	} else {
		s.offset = start
	}
	value, quoted, ok := s.readValue()
	arg.Value, arg.Quoted = value, quoted
	arg.ValuePos, arg.Pos = s.pos(from, s.offset), s.pos(start, s.offset)
	if from == s.offset { // key= and nothing
		arg.ValuePos = arg.Pos
	}
	return arg, ok
}

// readValue reads a word or a quoted string.
func (s *scanner) readValue() (value string, quoted, ok bool) {
	start := s.offset
	if start < len(s.text) && isQuote(s.text[start]) {
		q, err := strconv.QuotedPrefix(s.text[start:])
		if err != nil {
			s.quoteError(start)
			return "", true, false
		}
		s.offset += len(q)
		if s.offset < len(s.text) && !isSpace(s.text[s.offset]) {
			after := s.offset
			s.skipWord()
			s.errorf(diag.BadArgument, after, s.offset, "separate arguments by spaces", "%s follows a closing quote", strconv.Quote(s.text[after:s.offset]))
			return "", true, false
		}
		value, err = strconv.Unquote(q)
		return value, true, err == nil
	}
	s.skipWord()
	value = s.text[start:s.offset]
	if i := strings.IndexAny(value, "\"`"); i >= 0 {
		// A quote inside a word: everything to its end may be meant as one value.
		s.errorf(diag.BadArgument, start+i, s.offset, `quote the whole value: key="a b"`, "a quote in the middle of a word")
		return "", false, false
	}
	if !utf8.ValidString(value) {
		s.errorf(diag.BadArgument, start, s.offset, "", "the argument is not valid UTF-8")
		return "", false, false
	}
	return value, false, true
}

// quoteError reports the quoted string at start, which cannot be read, and skips the rest.
func (s *scanner) quoteError(start int) {
	quote := s.text[start]
	end := -1
	for i := start + 1; i < len(s.text); i++ {
		if s.text[i] == '\\' && quote == '"' {
			i++
		} else if s.text[i] == quote {
			end = i + 1
			break
		}
	}
	if end < 0 {
		s.offset = len(s.text)
		s.errorf(diag.BadArgument, start, s.offset, fmt.Sprintf("add a closing %c", quote), "the quoted value is not closed")
		return
	}
	s.offset = end
	s.skipWord()
	s.errorf(diag.BadArgument, start, end, `escapes are those of Go strings: \" \\ \t \u00e4`, "the quoted value has an escape that is not known")
}

func (s *scanner) skipWord() {
	for s.offset < len(s.text) && !isSpace(s.text[s.offset]) {
		s.offset++
	}
}

func isQuote(c byte) bool { return c == '"' || c == '`' }
