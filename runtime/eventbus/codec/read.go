package codec

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"
)

// Bool reads true or false.
func (d *Decoder) Bool() bool {
	switch d.peek() {
	case 't':
		return d.literal("true")
	case 'f':
		d.literal("false")
		return false
	}
	d.wrong("a boolean")
	return false
}

// String reads a string.
func (d *Decoder) String() string {
	if d.peek() != '"' {
		d.wrong("a string")
		return ""
	}
	end := skipText(d.src, d.pos+1)
	if end < len(d.src) && d.src[end] == '"' {
		s := string(d.src[d.pos+1 : end])
		d.pos = end + 1
		return s
	}
	text, ok := d.text()
	if !ok {
		return ""
	}
	return string(text)
}

// Text reads a string; the result is valid until the next call.
func (d *Decoder) Text() ([]byte, bool) {
	if d.peek() != '"' {
		d.wrong("a string")
		return nil, false
	}
	return d.text()
}

// OneOf reads a string that must be one of members, and returns that member.
func (d *Decoder) OneOf(members []string) string {
	at := d.Offset()
	text, ok := d.Text()
	if !ok {
		return ""
	}
	for _, m := range members {
		if m == string(text) {
			return m
		}
	}
	d.notMember(at, members, text)
	return ""
}

func (d *Decoder) notMember(at int, members []string, text []byte) {
	d.Refuse(at, list(members), quote(string(text)))
}

// list names the members of a closed set for a message.
func list[T string | int64 | uint64](members []T) string {
	const most = 12
	var b strings.Builder
	for i, m := range members {
		if i == most {
			b.WriteString(", …")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(show(m))
	}
	if len(members) == 1 {
		return b.String()
	}
	return "one of " + b.String()
}

// Int reads an integer of this many bits, without fraction and exponent.
func (d *Decoder) Int(bits int) int64 {
	c := d.peek()
	start, i := d.pos, d.pos
	if c == '-' {
		i++
	}
	v, end, ok := parseUint(d.src, i)
	if !ok || numeric(d.src, end) {
		d.wrongInt(intRange(bits))
		return 0
	}
	d.pos = end
	n := int64(v)
	if c == '-' {
		n = -n
		ok = v <= 1<<(bits-1)
	} else {
		ok = v < 1<<(bits-1)
	}
	if !ok {
		d.pos = start
		d.wrongInt(intRange(bits))
		return 0
	}
	return n
}

// Uint reads an integer of this many bits, without sign, fraction and exponent.
func (d *Decoder) Uint(bits int) uint64 {
	d.peek()
	v, end, ok := parseUint(d.src, d.pos)
	if !ok || numeric(d.src, end) || bits < 64 && v >= 1<<bits {
		d.wrongInt(uintRange(bits))
		return 0
	}
	d.pos = end
	return v
}

func (d *Decoder) wrongInt(expected string) { d.wrong(expected) }

// numeric reports whether the byte at i goes on with a number.
func numeric(s []byte, i int) bool {
	return i < len(s) && (s[i]-'0' <= 9 || s[i] == '.' || s[i] == 'e' || s[i] == 'E')
}

// parseUint reads the digits at i; false if there are none, if the first is a needless zero, or
// if they do not fit.
func parseUint[T ~string | ~[]byte](s T, i int) (v uint64, end int, ok bool) {
	start := i
	for i < len(s) && s[i]-'0' <= 9 {
		c := uint64(s[i] - '0')
		if i-start >= 19 && (i-start > 19 || v > math.MaxUint64/10 || v == math.MaxUint64/10 && c > math.MaxUint64%10) {
			return 0, i, false
		}
		v = v*10 + c
		i++
	}
	return v, i, i > start && (s[start] != '0' || i == start+1)
}

func intRange(bits int) string {
	return "an integer from " + strconv.FormatInt(-1<<(bits-1), 10) + " to " + strconv.FormatInt(1<<(bits-1)-1, 10)
}

func uintRange(bits int) string {
	return "an integer from 0 to " + strconv.FormatUint(math.MaxUint64>>(64-bits), 10)
}

// Float64 reads a number.
func (d *Decoder) Float64() float64 {
	d.peek()
	v, end, ok := parseFloat(d.src, d.pos, 64)
	if !ok {
		d.wrong("a number")
		return 0
	}
	d.pos = end
	return v
}

// Float32 reads a number that is rounded to a float32.
func (d *Decoder) Float32() float32 {
	d.peek()
	v, end, ok := parseFloat(d.src, d.pos, 32)
	if !ok {
		d.wrong("a number of single precision")
		return 0
	}
	d.pos = end
	return float32(v)
}

// float64Powers are the powers of ten that a float64 holds exactly.
var float64Powers = [...]float64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
	1e20, 1e21, 1e22,
}

// parseFloat reads the JSON number at i; false if none is there or if it is out of range.
func parseFloat[T ~string | ~[]byte](s T, i, bits int) (v float64, end int, ok bool) {
	start := i
	neg := i < len(s) && s[i] == '-'
	if neg {
		i++
	}
	// Digits, a point, digits: exact, if both the digits and the power of ten are exact in a float64.
	first := i
	var mantissa uint64
	for i < len(s) && s[i]-'0' <= 9 {
		mantissa = mantissa*10 + uint64(s[i]-'0')
		i++
	}
	whole, fraction := i-first, 0
	if whole == 0 || whole > 1 && s[first] == '0' {
		return 0, start, false
	}
	if i < len(s) && s[i] == '.' {
		i++
		point := i
		for i < len(s) && s[i]-'0' <= 9 {
			mantissa = mantissa*10 + uint64(s[i]-'0')
			i++
		}
		if fraction = i - point; fraction == 0 {
			return 0, start, false
		}
	}
	if bits == 64 && whole+fraction <= 19 && mantissa < 1<<53 && (i == len(s) || s[i]|0x20 != 'e') {
		v = float64(mantissa) / float64Powers[fraction]
		if neg {
			v = -v
		}
		return v, i, true
	}
	if end = scanNumber(s, start); end < 0 {
		return 0, start, false
	}
	v, err := strconv.ParseFloat(view(s[start:end]), bits)
	return v, end, err == nil
}

// view returns s as a string that shares its memory.
func view[T ~string | ~[]byte](s T) string {
	b := []byte(nil)
	switch s := any(s).(type) {
	case string:
		return s
	case []byte:
		b = s
	}
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// Number reads a number and keeps its text.
func (d *Decoder) Number() json.Number {
	d.peek()
	end := scanNumber(d.src, d.pos)
	if end < 0 {
		d.wrong("a number")
		return ""
	}
	v := json.Number(d.src[d.pos:end])
	d.pos = end
	return v
}

const rfc3339 = "a time in RFC 3339"

// Time reads a string in RFC 3339.
func (d *Decoder) Time() time.Time {
	var t time.Time
	if d.peek() != '"' {
		d.wrong(rfc3339)
		return t
	}
	at := d.pos
	if !d.str() {
		return t
	}
	if err := t.UnmarshalJSON(d.src[at:d.pos]); err != nil || !isTime(d.src[at:d.pos]) {
		d.problem(problem{at: at, expected: rfc3339, found: shorten(string(d.src[at:d.pos]))})
		return time.Time{}
	}
	return t
}

// isTime reports whether a JSON string may be a time in RFC 3339. Package time, which looks at the
// rest, also takes hours of one digit, a comma before the fraction, and offsets of a day and more,
// none of which JavaScript reads.
func isTime(text []byte) bool {
	const seconds, offset = len(`"2006-01-02T15:04:05`), len(`+07:00"`)
	if len(text) < seconds+len(`Z"`) || text[seconds-len(":04:05")] != ':' || text[seconds] == ',' {
		return false
	}
	if zone := text[len(text)-offset:]; zone[offset-2] != 'Z' {
		return string(zone[1:3]) < "24" && string(zone[4:6]) < "60"
	}
	return true
}

// Bytes reads a string in padded standard base64.
func (d *Decoder) Bytes() []byte {
	at := d.Offset()
	text, ok := d.Text()
	if !ok {
		return nil
	}
	out := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Strict().Decode(out, text)
	// The decoder of the standard library skips line breaks.
	if err != nil || slices.Contains(text, '\n') || slices.Contains(text, '\r') {
		d.Refuse(at, "base64", quote(string(text)))
		return nil
	}
	return out[:n]
}
