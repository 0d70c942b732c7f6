package load

import (
	"bytes"

	"github.com/eventgen/eventgen/internal/rules"
)

// blankBodies overwrites the bodies of src's function declarations with spaces, in place:
// parsing and checking them would take most of a run, and what is wrong inside them is nobody's
// business here. Offsets and lines stay as they are. Directives in bodies stay too, so that
// they can be reported. A body that is not closed is left alone for the parser to report.
func blankBodies(src []byte) {
	s := bodyScanner{src: src}
	for tok := s.next(); tok != 0; {
		if tok == tokFunc && s.statement && s.depth == 0 {
			tok = s.blankDecl()
		} else {
			tok = s.next()
		}
	}
}

// Token classes, as far as finding bodies needs them: punctuation is its own byte.
const (
	tokWord    = 'a' // identifier, keyword, literal: ends a statement before a newline
	tokFunc    = 'f' // the keyword func
	tokLiteral = 's' // the keywords struct and interface: the next brace is a type's
	tokOpen    = 'k' // another keyword that does not end a statement
)

// bodyScanner reads tokens of Go source, just well enough to match braces.
type bodyScanner struct {
	src   []byte
	pos   int  // of the next byte
	start int  // of the last token
	prev  byte // class of the last token
	depth int  // of (, [ and {
	// statement: the last token is the first of its statement.
	statement bool
	newline   bool // a newline precedes the next token
	// directives are the comments of this tool seen so far.
	directives []span
}

type span struct{ from, to int }

// blankDecl is called after the func of a declaration, and returns the token after that.
func (s *bodyScanner) blankDecl() (after byte) {
	depth, before := s.depth, byte(tokFunc)
	for {
		tok := s.next()
		switch {
		case tok == 0, s.statement && s.depth <= depth:
			return tok // no body
		case tok == '{' && s.depth == depth+1 && before != tokLiteral:
			open := s.pos
			s.directives = s.directives[:0]
			for s.depth > depth {
				if s.next() == 0 {
					return 0
				}
			}
			s.blank(open, s.pos-1)
			return s.next()
		}
		before = tok
	}
}

// next reads a token and returns its class, 0 at the end.
func (s *bodyScanner) next() byte {
	tok := s.token()
	if tok == 0 {
		return 0
	}
	ends := s.prev == 0 || s.prev == ';' ||
		s.newline && (s.prev == tokWord || s.prev == ')' || s.prev == ']' || s.prev == '}')
	s.statement, s.newline = ends && tok != ';', false
	switch tok {
	case '(', '[', '{':
		s.depth++
	case ')', ']', '}':
		s.depth = max(s.depth-1, 0)
	}
	s.prev = tok
	return tok
}

func (s *bodyScanner) token() byte {
	for s.pos < len(s.src) {
		s.start = s.pos
		c := s.src[s.pos]
		s.pos++
		switch {
		case c == '\n':
			s.newline = true
		case c == ' ', c == '\t', c == '\r':
		case c == '/' && s.at('/'):
			s.skipPast("\n")
			s.newline = true
			if comment := s.src[s.start:s.pos]; bytes.HasPrefix(comment, []byte(rules.Prefix)) {
				s.directives = append(s.directives, span{s.start, s.pos})
			}
		case c == '/' && s.at('*'):
			from := s.pos
			s.pos++
			s.skipPast("*/")
			if bytes.IndexByte(s.src[from:s.pos], '\n') >= 0 {
				s.newline = true
			}
		case c == '"', c == '\'':
			s.skipQuoted(c)
			return tokWord
		case c == '`':
			s.skipPast("`")
			return tokWord
		case isWord(c):
			for s.pos < len(s.src) && isWord(s.src[s.pos]) {
				s.pos++
			}
			return wordClass(s.src[s.start:s.pos])
		default:
			return c
		}
	}
	return 0
}

func (s *bodyScanner) at(c byte) bool { return s.pos < len(s.src) && s.src[s.pos] == c }

// skipPast moves behind the next occurrence of end, or to the end of the source.
func (s *bodyScanner) skipPast(end string) {
	if i := bytes.Index(s.src[s.pos:], []byte(end)); i >= 0 {
		s.pos += i + len(end)
	} else {
		s.pos = len(s.src)
	}
}

// skipQuoted moves behind the closing quote, which has to be on the same line.
func (s *bodyScanner) skipQuoted(quote byte) {
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; c {
		case '\n':
			return
		case '\\':
			s.pos++
		case quote:
			s.pos++
			return
		}
		s.pos++
	}
	s.pos = min(s.pos, len(s.src))
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c >= 0x80
}

func wordClass(word []byte) byte {
	switch string(word) {
	case "func":
		return tokFunc
	case "struct", "interface":
		return tokLiteral
	case "var", "const", "type", "import", "map", "chan", "package", "go", "defer", "if", "for",
		"switch", "select", "case", "default", "else", "range", "goto":
		return tokOpen
	}
	return tokWord
}

// blank overwrites src[from:to], newlines and directives excepted.
func (s *bodyScanner) blank(from, to int) {
	for i := from; i < to; i++ {
		if len(s.directives) > 0 && i == s.directives[0].from {
			i = s.directives[0].to - 1
			s.directives = s.directives[1:]
			continue
		}
		if s.src[i] != '\n' {
			s.src[i] = ' '
		}
	}
}
