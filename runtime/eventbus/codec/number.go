package codec

import (
	"encoding/json"
	"math"
	"math/bits"
	"slices"
	"strconv"
)

// smalls holds the two digits of 00 to 99.
const smalls = "00010203040506070809" +
	"10111213141516171819" +
	"20212223242526272829" +
	"30313233343536373839" +
	"40414243444546474849" +
	"50515253545556575859" +
	"60616263646566676869" +
	"70717273747576777879" +
	"80818283848586878889" +
	"90919293949596979899"

// IntSize is the width of int, uint and uintptr, in bits.
const IntSize = strconv.IntSize

// maxInt64Digits is the longest integer: the sign and 19 digits, or 20 digits.
const maxInt64Digits = 20

var powersOfTen = [...]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// digits returns the number of decimal digits of u.
func digits(u uint64) int {
	// log10(2) is just over 1233/4096.
	n := (bits.Len64(u|1) * 1233) >> 12
	if u >= powersOfTen[n] {
		n++
	}
	return max(n, 1)
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
	if v < 10 {
		return append(dst, byte('0'+v))
	}
	n := digits(v)
	dst = slices.Grow(dst, maxInt64Digits)
	end := len(dst) + n
	dst = dst[:end]
	putDigits(dst[end-n:], v)
	return dst
}

// putDigits fills b with the last len(b) digits of v.
func putDigits(b []byte, v uint64) {
	for len(b) > 8 {
		q := v / 1e8
		put8(b[len(b)-8:], uint32(v-q*1e8))
		b, v = b[:len(b)-8], q
	}
	u := uint32(v)
	for len(b) >= 2 {
		q := u / 100
		r := (u - q*100) * 2
		b[len(b)-1], b[len(b)-2] = smalls[r+1], smalls[r]
		b, u = b[:len(b)-2], q
	}
	if len(b) == 1 {
		b[0] = byte('0' + u%10)
	}
}

// put8 writes the eight digits of v.
func put8(b []byte, v uint32) {
	_ = b[7]
	hi, lo := v/1e4, v%1e4
	p0, p1, p2, p3 := hi/100*2, hi%100*2, lo/100*2, lo%100*2
	b[0], b[1] = smalls[p0], smalls[p0+1]
	b[2], b[3] = smalls[p1], smalls[p1+1]
	b[4], b[5] = smalls[p2], smalls[p2+1]
	b[6], b[7] = smalls[p3], smalls[p3+1]
}

// AppendFloat64 appends v in the form of ECMAScript, as encoding/json does: plain from 1e-6 to
// 1e21, with an exponent elsewhere, and as many digits as it takes to read v back. NaN and the
// infinities are an *Error.
func AppendFloat64(dst []byte, v float64) ([]byte, error) {
	abs := math.Abs(v)
	if abs < 1e9 { // NaN is not
		// A decimal of at most 15 digits is the only one of its length that reads as its float64.
		// So is the one found here, if dividing it, which rounds once, gives v back.
		m := uint64(abs*1e6 + 0.5)
		if float64(m)/1e6 == abs {
			if math.Signbit(v) {
				dst = append(dst, '-')
			}
			return appendMillionths(dst, m), nil
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
		m := uint64(abs*1e3 + 0.5)
		if float32(float64(m)/1e3) == float32(abs) {
			if math.Signbit(float64(v)) {
				dst = append(dst, '-')
			}
			return appendMillionths(dst, m*1e3), nil
		}
	}
	return appendFloat(dst, float64(v), abs, 32)
}

// appendMillionths appends m/1e6 without trailing zeros.
func appendMillionths(dst []byte, m uint64) []byte {
	whole, part := m/1e6, uint32(m%1e6)
	dst = AppendUint(dst, whole)
	if part == 0 {
		return dst
	}
	a, b, c := part/1e4*2, part/100%100*2, part%100*2
	dst = append(dst, '.', smalls[a], smalls[a+1], smalls[b], smalls[b+1], smalls[c], smalls[c+1])
	n := len(dst)
	for dst[n-1] == '0' {
		n--
	}
	return dst[:n]
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
