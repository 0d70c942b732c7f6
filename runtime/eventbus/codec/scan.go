package codec

import (
	"encoding/binary"
	"unicode/utf8"
)

// A scanner walks over JSON text and checks its grammar. It stands before a token; the first
// error ends it.
type scanner struct {
	src   []byte
	pos   int
	depth int // containers that are open
	limit int // of depth

	spaced  bool // white space was skipped
	special bool // a string holds a character that HTML-safe JSON escapes, or one that is not ASCII
	invalid int  // 1 + the offset of the first string that is not UTF-8; 0 if there is none

	failed int // 1 + the offset of the error; 0 if there is none
	want   string
}

// What a scanner wanted when it was no token.
const (
	tooDeep = "\x00less depth"
	stopped = "\x00nothing more"
)

// peek skips white space and returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.src) {
		if c := s.src[s.pos]; c > ' ' {
			return c
		}
	}
	return s.peekSpace()
}

func (s *scanner) peekSpace() byte {
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.spaced = true
			s.pos++
		case 0:
			return 1 // no token starts with it, and it is not the end
		default:
			return c
		}
	}
	return 0
}

// fail records that want should stand at the current position, and ends the scan.
func (s *scanner) fail(want string) bool {
	if s.failed == 0 {
		s.failed, s.want = s.pos+1, want
	}
	s.pos = len(s.src)
	return false
}

// found describes what stands at the offset of a syntax error.
func (s *scanner) found(at int) string {
	if at >= len(s.src) {
		return "the end"
	}
	r, size := utf8.DecodeRune(s.src[at:])
	if r == utf8.RuneError && size == 1 {
		return "a byte that is not UTF-8"
	}
	return quote(string(r))
}

// open steps into a container.
func (s *scanner) open() bool {
	if s.depth == s.limit {
		return s.fail(tooDeep)
	}
	s.pos++
	s.depth++
	return true
}

// value skips one value.
func (s *scanner) value() bool {
	switch c := s.peek(); c {
	case '"':
		return s.str()
	case '{':
		return s.object()
	case '[':
		return s.array()
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		if c != '-' && c-'0' > 9 {
			return s.fail("a value")
		}
		return s.number()
	}
}

func (s *scanner) literal(word string) bool {
	if len(s.src)-s.pos < len(word) || string(s.src[s.pos:s.pos+len(word)]) != word {
		return s.fail("a value")
	}
	s.pos += len(word)
	return true
}

func (s *scanner) number() bool {
	end := scanNumber(s.src, s.pos)
	if end < 0 {
		return s.fail("a number")
	}
	s.pos = end
	return true
}

func (s *scanner) object() bool {
	if !s.open() {
		return false
	}
	c := s.peek()
	if c == '}' {
		s.pos++
		s.depth--
		return true
	}
	for {
		if c != '"' {
			return s.fail("a property name")
		}
		if !s.str() {
			return false
		}
		if s.peek() != ':' {
			return s.fail(`":"`)
		}
		s.pos++
		if !s.value() {
			return false
		}
		switch s.peek() {
		case ',':
			s.pos++
			c = s.peek()
		case '}':
			s.pos++
			s.depth--
			return true
		default:
			return s.fail(`"," or "}"`)
		}
	}
}

func (s *scanner) array() bool {
	if !s.open() {
		return false
	}
	if s.peek() == ']' {
		s.pos++
		s.depth--
		return true
	}
	for {
		if !s.value() {
			return false
		}
		switch s.peek() {
		case ',':
			s.pos++
		case ']':
			s.pos++
			s.depth--
			return true
		default:
			return s.fail(`"," or "]"`)
		}
	}
}

// str skips a string, of which the opening quote is next.
func (s *scanner) str() bool {
	start := s.pos
	s.pos++
	ascii := true
	for {
		s.pos = skipText(s.src, s.pos)
		if s.pos == len(s.src) {
			return s.fail("the end of a string")
		}
		switch c := s.src[s.pos]; {
		case c == '"':
			s.pos++
			if !ascii && s.invalid == 0 && !utf8.Valid(s.src[start:s.pos]) {
				s.invalid = start + 1
			}
			return true
		case c == '\\':
			if !s.escape() {
				return false
			}
		case c >= utf8.RuneSelf:
			ascii = false
			s.special = true
			s.pos++
		default:
			return s.fail("an escaped control character")
		}
	}
}

// escape skips a backslash and what belongs to it.
func (s *scanner) escape() bool {
	s.pos++
	if s.pos == len(s.src) {
		return s.fail("an escape")
	}
	switch s.src[s.pos] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.pos++
		return true
	case 'u':
		if hex4(s.src[s.pos+1:]) >= 0 {
			s.pos += 5
			return true
		}
	}
	return s.fail("an escape")
}

// hex4 returns the number that four hexadecimal digits at the start of b stand for; -1 if there
// are not as many.
func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// skipText returns the index of the first byte from i on that is a quote, a backslash, a control
// character or not ASCII; len(s) if there is none.
func skipText(s []byte, i int) int {
	for len(s)-i >= 8 {
		if m := stops(binary.LittleEndian.Uint64(s[i:])); m != 0 {
			return i + lowest(m)
		}
		i += 8
	}
	for i < len(s) && !stop[s[i]] {
		i++
	}
	return i
}

// stop marks the bytes at which skipText stops.
var stop = func() (t [256]bool) {
	for c := range t {
		t[c] = c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf
	}
	return t
}()

// stops is special for reading: '<', '>' and '&' may stand in a string.
func stops(x uint64) uint64 {
	low := (x | highs) - 0x20*ones
	quote := ((x ^ '"'*ones) | highs) - ones
	slash := ((x ^ '\\'*ones) | highs) - ones
	return (^(low & quote & slash) | x) & highs
}
