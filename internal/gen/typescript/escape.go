package typescript

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// stringLiteral returns s as a single-quoted TypeScript string literal.
func stringLiteral(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range s {
		switch {
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20 || r >= 0x7f && r < 0xa0 || invisible(r):
			writeUnicodeEscape(&b, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

// invisible reports whether r would be unreadable or dangerous in source text: line separators,
// joiners and the controls that change the direction of text.
func invisible(r rune) bool {
	switch {
	case r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f:
		return true
	}
	return r == 0xfeff || r == 0xfffd
}

func writeUnicodeEscape(b *strings.Builder, r rune) {
	if r > 0xffff {
		hi, lo := utf16.EncodeRune(r)
		fmt.Fprintf(b, `\u%04x\u%04x`, hi, lo)
		return
	}
	fmt.Fprintf(b, `\u%04x`, r)
}

// propertyKey returns s as the key of a property: bare where it is a plain identifier.
func propertyKey(s string) string {
	if isPlainIdent(s) {
		return s
	}
	return stringLiteral(s)
}

// initKey returns s as the key in an object literal that is evaluated, where a bare or quoted
// __proto__ would set the prototype instead of a property.
func initKey(s string) string {
	if s == "__proto__" {
		return "['__proto__']"
	}
	return propertyKey(s)
}

// member returns the access to property s of an expression: ".s" or "['s']".
func member(s string) string {
	if isPlainIdent(s) {
		return "." + s
	}
	return "[" + stringLiteral(s) + "]"
}

// isPlainIdent reports whether s is an identifier of ASCII letters, digits, _ and $. Others are
// legal without quotes too, but tools disagree about which.
func isPlainIdent(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c == '_' || c == '$' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
