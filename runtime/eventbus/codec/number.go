package codec

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"math/bits"
	"slices"
	"strconv"
)

// IntSize is the width of int, uint and uintptr, in bits.
const IntSize = strconv.IntSize

// maxInt64Digits is the longest integer: the sign and 19 digits, or 20 digits.
const maxInt64Digits = 20

// maxWords is the room that three words of eight digits take, of which the first may be cut short.
const maxWords = 24

// zeros is "00000000" as a word whose lowest byte comes first.
const zeros = 0x3030303030303030

// eight returns the digits of v, which is below 1e8, as the bytes of a word: 0 to 9 each, the
// first digit in the lowest byte. It divides all parts of the word at once: by 1e4, by 100 and by 10.
func eight(v uint64) uint64 {
	q := v * 3518437209 >> 45 // v/1e4
	x := q | (v-q*1e4)<<32
	h := x * 10486 >> 20 & 0x7F_0000007F // x/100 in each half
	y := h | (x-h*100)<<16
	t := y * 103 >> 10 & 0xF000F000F000F // y/10 in each quarter
	return t | (y-t*10)<<8
}

// AppendBool appends true or false.
func AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, "true"...)
	}
	return append(dst, "false"...)
}

// AppendInt appends v in decimal.
func AppendInt(dst []byte, v int64) []byte {
	u := uint64(v)
	if v < 0 {
		dst = append(dst, '-')
		u = -u
	}
	return AppendUint(dst, u)
}

// AppendUint appends v in decimal.
func AppendUint(dst []byte, v uint64) []byte {
	n := len(dst)
	if cap(dst)-n < maxWords {
		dst = slices.Grow(dst, maxWords)
	}
	k := digits(v)
	if v < 1e8 {
		binary.LittleEndian.PutUint64(dst[n:n+8], (eight(v)|zeros)>>(64-8*k))
	} else {
		putUint((*[maxWords]byte)(dst[n:n+maxWords]), v, k)
	}
	return dst[:n+k]
}

// putUint writes v, which has k digits, more than eight, and whatever behind them.
func putUint(b *[maxWords]byte, v uint64, k int) {
	q := v / 1e8
	last := eight(v-q*1e8) | zeros
	k -= 8
	if q < 1e8 {
		binary.LittleEndian.PutUint64(b[:], (eight(q)|zeros)>>(64-8*k))
	} else {
		r := q / 1e8
		binary.LittleEndian.PutUint64(b[:], (eight(r)|zeros)>>(128-8*k))
		binary.LittleEndian.PutUint64(b[k-8:], eight(q-r*1e8)|zeros)
	}
	binary.LittleEndian.PutUint64(b[k:], last)
}

var powersOfTen = [...]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// digits returns the number of decimal digits of v. It does not wait for the digits themselves,
// so that what comes behind them can be written meanwhile.
func digits(v uint64) int {
	v |= 1                          // zero has one digit, and no power of ten is odd
	n := bits.Len64(v) * 1233 >> 12 // log10(2) is just over 1233/4096
	if v >= powersOfTen[n] {
		n++
	}
	return n
}

// AppendFloat64 appends v in the form of ECMAScript, as encoding/json does: plain from 1e-6 to
// 1e21, with an exponent elsewhere, and as many digits as it takes to read v back. NaN and the
// infinities are an *Error.
func AppendFloat64(dst []byte, v float64) ([]byte, error) {
	abs := math.Abs(v)
	if abs < 1e9 { // NaN is not
		// A decimal of at most 15 digits is the only one of its length that reads as its float64.
		// So is the one found here, if dividing it, which rounds once, gives v back.
		m := int64(abs*1e6 + 0.5) // to a signed integer is one instruction
		if float64(m)/1e6 == abs {
			return appendMillionths(dst, uint64(m), math.Signbit(v)), nil
		}
	}
	return appendFloat(dst, v, abs, 64)
}

// AppendFloat32 is AppendFloat64 for the fewest digits that read back as a float32.
func AppendFloat32(dst []byte, v float32) ([]byte, error) {
	abs := math.Abs(float64(v))
	if abs < 1e3 {
		// Six digits are what a float32 always keeps apart. Rounding to float64 first does no
		// harm: three decimals are never that close to the middle between two float32 values.
		m := int64(abs*1e3 + 0.5)
		if float32(float64(m)/1e3) == float32(abs) {
			return appendMillionths(dst, uint64(m)*1e3, math.Signbit(float64(v))), nil
		}
	}
	return appendFloat(dst, float64(v), abs, 32)
}

// appendMillionths appends m/1e6, which is below 1e9, without trailing zeros.
func appendMillionths(dst []byte, m uint64, negative bool) []byte {
	n := len(dst)
	if cap(dst)-n < 2*maxWords {
		dst = slices.Grow(dst, 2*maxWords)
	}
	if negative {
		dst = append(dst, '-')
		n++
	}
	whole := m / 1e6
	k := digits(whole)
	if whole < 1e8 {
		binary.LittleEndian.PutUint64(dst[n:n+8], (eight(whole)|zeros)>>(64-8*k))
	} else {
		putUint((*[maxWords]byte)(dst[n:n+maxWords]), whole, k)
	}
	n += k
	part := m - whole*1e6
	if part == 0 {
		return dst[:n]
	}
	b := (*[9]byte)(dst[n : n+9])
	b[0] = '.'
	w := eight(part * 100)
	binary.LittleEndian.PutUint64(b[1:], w|zeros)
	switch { // a guess at the length is not waited for
	case w>>8 == 0:
		return dst[:n+2]
	case w>>16 == 0:
		return dst[:n+3]
	}
	return dst[:n+9-bits.LeadingZeros64(w)/8]
}

func appendFloat(dst []byte, v, abs float64, size int) ([]byte, error) {
	if !(abs <= math.MaxFloat64) {
		return dst, &Error{Expected: "a finite number", Found: strconv.FormatFloat(v, 'g', -1, size)}
	}
	exponent := abs < 1e-6 || abs >= 1e21
	if size == 32 {
		exponent = float32(abs) < 1e-6 || float32(abs) >= 1e21
	}
	if abs == 0 || !exponent {
		return strconv.AppendFloat(dst, v, 'f', -1, size), nil
	}
	dst = strconv.AppendFloat(dst, v, 'e', -1, size)
	if n := len(dst); dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' { // e-09 is e-9
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst, nil
}

// AppendNumber appends the literal v; the empty one is 0. Text that is no JSON number is an *Error.
func AppendNumber(dst []byte, v json.Number) ([]byte, error) {
	if v == "" {
		return append(dst, '0'), nil
	}
	if n := scanNumber(v, 0); n != len(v) {
		return dst, &Error{Expected: "a JSON number", Found: quote(string(v))}
	}
	return append(dst, v...), nil
}

// scanNumber returns the index behind the JSON number that starts at i; -1 if none does.
func scanNumber[T ~string | ~[]byte](s T, i int) int {
	if i < len(s) && s[i] == '-' {
		i++
	}
	switch {
	case i == len(s):
		return -1
	case s[i] == '0':
		i++
	case '1' <= s[i] && s[i] <= '9':
		i = scanDigits(s, i)
	default:
		return -1
	}
	if i < len(s) && s[i] == '.' {
		n := scanDigits(s, i+1)
		if n == i+1 {
			return -1
		}
		i = n
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		n := scanDigits(s, i)
		if n == i {
			return -1
		}
		i = n
	}
	return i
}

func scanDigits[T ~string | ~[]byte](s T, i int) int {
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}
