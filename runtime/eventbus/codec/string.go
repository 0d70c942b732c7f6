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

// AppendText appends s, which is text, as a JSON string.
func AppendText(dst, s []byte) []byte {
	return AppendString(dst, unsafe.String(unsafe.SliceData(s), len(s)))
}

// AppendString appends s as a JSON string.
func AppendString(dst []byte, s string) []byte {
	n := len(dst)
	if cap(dst)-n < len(s)+2 {
		dst = slices.Grow(dst, len(s)+2)
	}
	out := dst[n : n+len(s)+2]
	out[0] = '"'
	if len(s) < 8 {
		i := 1
		for _, c := range unsafe.Slice(unsafe.StringData(s), len(s)) {
			if !plain[c] {
				return appendEscaped(dst[:n+1], s, i-1)
			}
			out[i] = c
			i++
		}
		out[len(out)-1] = '"'
		return dst[:n+len(out)]
	}
	// Copy eight bytes at once, the last of them perhaps twice, and look at them on the way.
	in := unsafe.Slice(unsafe.StringData(s), len(s))
	x := binary.LittleEndian.Uint64(in[len(in)-8:])
	m := special(x)
	binary.LittleEndian.PutUint64(out[len(in)-7:len(in)+1], x)
	to := out[1:]
	for len(in) > 8 {
		x := binary.LittleEndian.Uint64(in)
		m |= special(x)
		binary.LittleEndian.PutUint64(to, x)
		in, to = in[8:], to[8:]
	}
	if m != 0 {
		return appendEscaped(dst[:n+1], s, 0)
	}
	out[len(out)-1] = '"'
	return dst[:n+len(out)]
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

// special returns a word of which a high bit is set if x may have a byte that is not plain: these,
// and '^', '|' and '~', which cost a test less for all the others.
func special(x uint64) uint64 {
	// No test borrows from the next byte, because the high bit is set before subtracting. With the
	// bits cleared in which they differ, '"' is '&', and '<', '>' and the backslash are one.
	low := (x | highs) - 0x20*ones
	quote := ((x&^(4*ones) ^ '"'*ones) | highs) - ones
	others := ((x&^(0x62*ones) ^ 0x1C*ones) | highs) - ones
	return (^(low & quote & others) | x) & highs
}

// lowest returns the index of the first byte that is marked in m.
func lowest(m uint64) int { return bits.TrailingZeros64(m) / 8 }

// appendEscaped appends the text of s, of which the first i bytes are plain, and a quote.
func appendEscaped(dst []byte, s string, i int) []byte {
	start := 0
	for i < len(s) {
		c := s[i]
		switch {
		case plain[c]:
			i++
			continue
		case c < utf8.RuneSelf:
			dst = append(dst, s[start:i]...)
			dst = appendEscape(dst, c)
			i++
			start = i
			continue
		case c-0xC2 < 0xE0-0xC2 && i+1 < len(s) && s[i+1]&0xC0 == 0x80: // a character of two bytes
			i += 2
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
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
	dst = append(dst, s[start:]...)
	return append(dst, '"')
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
