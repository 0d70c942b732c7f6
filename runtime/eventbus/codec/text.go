package codec

import (
	"unicode/utf16"
	"unicode/utf8"
)

// text reads the string that is next and returns its contents, which are valid until the next
// call. It returns false when the string is broken, or holds what is no Unicode text; that is
// recorded then.
func (d *Decoder) text() ([]byte, bool) {
	start := d.pos
	d.pos++
	i := skipText(d.src, d.pos)
	for i < len(d.src) && d.src[i] >= utf8.RuneSelf {
		i = skipText(d.src, i+1)
	}
	if i < len(d.src) && d.src[i] == '"' {
		text := d.src[start+1 : i]
		d.pos = i + 1
		return text, utf8.Valid(text) || d.notText(start, "other bytes")
	}
	return d.unescape(start)
}

// unescape is text for a string that has escapes, or no end.
func (d *Decoder) unescape(start int) ([]byte, bool) {
	out, paired := d.scratch[:0], true
	for {
		i := skipText(d.src, d.pos)
		out = append(out, d.src[d.pos:i]...)
		d.pos = i
		if i == len(d.src) {
			return nil, d.fail("the end of a string")
		}
		switch c := d.src[i]; {
		case c == '"':
			d.pos++
			d.scratch = out
			if !paired {
				return out, d.notText(start, "an unpaired surrogate")
			}
			return out, utf8.Valid(out) || d.notText(start, "other bytes")
		case c >= utf8.RuneSelf:
			out = append(out, c)
			d.pos++
		case c != '\\':
			return nil, d.fail("an escaped control character")
		default:
			if !d.escape() {
				return nil, false
			}
			out = d.appendUnescaped(out, d.src[i+1:], &paired)
		}
	}
}

// unescaped holds the character for the letter of each short escape.
var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// appendUnescaped appends what the valid escape stands for whose backslash precedes rest. It
// reads the second half of a surrogate pair, and clears paired if there is none.
func (d *Decoder) appendUnescaped(out, rest []byte, paired *bool) []byte {
	if rest[0] != 'u' {
		return append(out, unescaped[rest[0]])
	}
	r := hex4(rest[1:])
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(out, r)
	}
	if len(rest) >= 7 && rest[5] == '\\' && rest[6] == 'u' {
		if both := utf16.DecodeRune(r, hex4(rest[7:])); both != utf8.RuneError {
			d.pos += 6
			return utf8.AppendRune(out, both)
		}
	}
	*paired = false
	return utf8.AppendRune(out, utf8.RuneError)
}

func (d *Decoder) notText(at int, found string) bool {
	d.problem(problem{at: at, expected: "Unicode text", found: found})
	return false
}
