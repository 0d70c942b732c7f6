package codec

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/bits"
	"slices"
	"sync"
	"unicode/utf8"
	"unsafe"
)

const hex = "0123456789abcdef"

// AppendString appends s as a JSON string.
func AppendString(dst []byte, s string) []byte {
	dst = slices.Grow(dst, len(s)+2)
	dst = append(dst, '"')
	b := unsafe.Slice(unsafe.StringData(s), len(s))
	if i := plainPrefix(b); i < len(b) {
		return append(appendEscaped(dst, b, i), '"')
	}
	dst = append(dst, s...)
	return append(dst, '"')
}

// AppendText appends s, which is text, as a JSON string.
func AppendText(dst, s []byte) []byte {
	dst = slices.Grow(dst, len(s)+2)
	dst = append(dst, '"')
	if i := plainPrefix(s); i < len(s) {
		return append(appendEscaped(dst, s, i), '"')
	}
	dst = append(dst, s...)
	return append(dst, '"')
}

// AppendQuotedString appends s as encoding/json writes a string field with the option ",string":
// the JSON string of a JSON string.
func AppendQuotedString(dst []byte, s string) []byte {
	n := len(dst)
	return Requote(AppendString(dst, s), n)
}

// Requote turns the JSON string at dst[n:] into the JSON string that has it as its text.
func Requote(dst []byte, n int) []byte {
	more := 2 + bytes.Count(dst[n:], []byte{'"'}) + bytes.Count(dst[n:], []byte{'\\'})
	from := len(dst) - 1
	dst = slices.Grow(dst, more)[:len(dst)+more]
	to := len(dst) - 1
	dst[to] = '"'
	for to--; from >= n; from-- { // it has been escaped once: only quotes and backslashes are left
		dst[to] = dst[from]
		to--
		if c := dst[from]; c == '"' || c == '\\' {
			dst[to] = '\\'
			to--
		}
	}
	dst[to] = '"'
	return dst
}

// Constants of the scan over eight bytes at once: x in each byte.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plain marks the bytes that a JSON string holds as they are, whatever stands around them.
var plain = func() (t [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&'
	}
	return t
}()

// special returns a word whose high bits mark the bytes of x that are not plain.
func special(x uint64) uint64 {
	// No test borrows from the next byte, because the high bit is set before subtracting.
	// '<' and '>' differ in bit 1 alone, '"' and '&' in bit 2.
	low := (x | highs) - 0x20*ones
	angle := ((x&^(2*ones) ^ '<'*ones) | highs) - ones
	quote := ((x&^(4*ones) ^ '"'*ones) | highs) - ones
	slash := ((x ^ '\\'*ones) | highs) - ones
	return (^(low & angle & quote & slash) | x) & highs
}

// lowest returns the index of the first byte that is marked in m.
func lowest(m uint64) int { return bits.TrailingZeros64(m) / 8 }

// plainPrefix returns the index of the first byte of s that is not plain; len(s) if there is none.
func plainPrefix(s []byte) int {
	i := 0
	for ; len(s)-i >= 8; i += 8 {
		if m := special(binary.LittleEndian.Uint64(s[i:])); m != 0 {
			return i + lowest(m)
		}
	}
	switch {
	case i == len(s):
		return i
	case len(s) >= 8: // the last eight bytes, some of them again
		if m := special(binary.LittleEndian.Uint64(s[len(s)-8:])); m != 0 {
			return len(s) - 8 + lowest(m)
		}
		return len(s)
	}
	for i < len(s) && plain[s[i]] {
		i++
	}
	return i
}

// appendEscaped appends the text of s, of which the first i bytes are plain.
func appendEscaped(dst, s []byte, i int) []byte {
	start := 0
	for i < len(s) {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			dst = append(dst, s[start:i]...)
			dst = appendEscape(dst, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(dst, s[start:i]...)
			dst = append(dst, replacement()...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			dst = append(dst, s[start:i]...)
			dst = append(dst, '\\', 'u', '2', '0', '2', hex[r&0xF])
			start = i + size
		}
		i += size
	}
	return append(dst, s[start:]...)
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xF])
}

// replacement returns what stands for a byte that is no UTF-8: an escape, or under
// GOEXPERIMENT=jsonv2 the character itself. The build's own encoding/json says which.
var replacement = sync.OnceValue(func() string {
	out, err := json.Marshal("\xff")
	if err != nil || len(out) < 3 {
		return `\ufffd`
	}
	return string(out[1 : len(out)-1])
})
