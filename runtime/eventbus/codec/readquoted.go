package codec

import (
	"encoding"
	"encoding/json"
	"slices"
	"strconv"
)

// The Quoted methods read a value that travels as JSON inside a string: the option ",string", and
// 64-bit integers under the setting int64.

// quoted reads a string and hands its contents to parse, which reports whether all of it is right.
func (d *Decoder) quoted(expected string, parse func(text []byte) bool) {
	at := d.Offset()
	text, ok := d.Text()
	if ok && !parse(text) {
		d.Refuse(at, "a string that holds "+expected, quote(string(text)))
	}
}

// QuotedBool reads "true" or "false".
func (d *Decoder) QuotedBool() (v bool) {
	d.quoted("true or false", func(text []byte) bool {
		v = string(text) == "true"
		return v || string(text) == "false"
	})
	return v
}

// QuotedInt is Int inside a string.
func (d *Decoder) QuotedInt(bits int) int64 {
	at := d.Offset()
	text, ok := d.Text()
	if !ok {
		return 0
	}
	v, ok := wholeInt(text, bits)
	if !ok {
		d.Refuse(at, "a string that holds "+intRange(bits), quote(string(text)))
	}
	return v
}

// QuotedUint is Uint inside a string.
func (d *Decoder) QuotedUint(bits int) uint64 {
	at := d.Offset()
	text, ok := d.Text()
	if !ok {
		return 0
	}
	v, ok := wholeUint(text, bits)
	if !ok {
		d.Refuse(at, "a string that holds "+uintRange(bits), quote(string(text)))
	}
	return v
}

// wholeInt returns the integer that all of text stands for.
func wholeInt(text []byte, bits int) (int64, bool) {
	neg := len(text) > 0 && text[0] == '-'
	i := 0
	if neg {
		i = 1
	}
	v, end, ok := parseUint(text, i)
	if !ok || end != len(text) {
		return 0, false
	}
	if neg {
		return -int64(v), v <= 1<<(bits-1)
	}
	return int64(v), v < 1<<(bits-1)
}

// wholeUint returns the unsigned integer that all of text stands for.
func wholeUint(text []byte, bits int) (uint64, bool) {
	v, end, ok := parseUint(text, 0)
	return v, ok && end == len(text) && v <= 1<<bits-1
}

// QuotedFloat64 is Float64 inside a string.
func (d *Decoder) QuotedFloat64() (v float64) {
	d.quoted("a number", func(text []byte) (ok bool) {
		var end int
		v, end, ok = parseFloat(text, 0, 64)
		return ok && end == len(text)
	})
	return v
}

// QuotedFloat32 is Float32 inside a string.
func (d *Decoder) QuotedFloat32() (v float32) {
	d.quoted("a number of single precision", func(text []byte) bool {
		f, end, ok := parseFloat(text, 0, 32)
		v = float32(f)
		return ok && end == len(text)
	})
	return v
}

// QuotedNumber is Number inside a string.
func (d *Decoder) QuotedNumber() (v json.Number) {
	d.quoted("a number", func(text []byte) bool {
		v = json.Number(text)
		return scanNumber(text, 0) == len(text)
	})
	return v
}

// QuotedString is String inside a string.
func (d *Decoder) QuotedString() (v string) {
	d.quoted("a JSON string", func(text []byte) bool {
		if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
			return false // spaces around it are none to JSON, but to encoding/json they are here
		}
		inner := NewDecoder(append([]byte(nil), text...))
		v = inner.String()
		return inner.End() == nil
	})
	return v
}

// The Key methods read the name of the current property as the key of a map. If it is none, they
// skip the value with a problem and return false.

func (d *Decoder) badKey(expected string) {
	at, found := d.nameAt, quote(string(d.name))
	if d.skip() {
		d.problem(problem{at: at, expected: expected, found: found})
	}
}

// KeyInt returns the name as an integer of this many bits.
func (d *Decoder) KeyInt(bits int) (int64, bool) {
	v, ok := wholeInt(d.name, bits)
	if !ok {
		d.badKey("as a key " + intRange(bits))
	}
	return v, ok
}

// KeyUint returns the name as an unsigned integer of this many bits.
func (d *Decoder) KeyUint(bits int) (uint64, bool) {
	v, ok := wholeUint(d.name, bits)
	if !ok {
		d.badKey("as a key " + uintRange(bits))
	}
	return v, ok
}

// KeyText hands the name to v.UnmarshalText.
func (d *Decoder) KeyText(v encoding.TextUnmarshaler) bool {
	name := append([]byte(nil), d.name...)
	err := call(func() error { return v.UnmarshalText(name) })
	if err == nil {
		return true
	}
	at := d.nameAt
	if d.skip() {
		d.problem(problem{at: at, err: err})
	}
	return false
}

// KeyPointer hands the name to UnmarshalText of the new value that *v points to. An empty name
// that the method refuses is nil, which encoders write as the empty name.
func KeyPointer[P interface {
	*T
	encoding.TextUnmarshaler
}, T any](d *Decoder, v *P) bool {
	if len(d.name) == 0 && call(func() error { return (*v).UnmarshalText(nil) }) != nil {
		*v = nil
		return true
	}
	return d.KeyText(*v)
}

// KeyOneOf returns the name, which must be one of members.
func (d *Decoder) KeyOneOf(members []string) (string, bool) {
	for _, m := range members {
		if m == string(d.name) {
			return m, true
		}
	}
	d.badKey("as a key " + list(members))
	return "", false
}

// Member reports a problem unless v, which stands at the offset at, is one of members. What could not be read
// has its problem already.
func Member[T string | int64 | uint64](d *Decoder, at int, v T, members []T) T {
	if n := len(d.problems); slices.Contains(members, v) || n > 0 && d.problems[n-1].at == at {
		return v
	}
	d.Refuse(at, list(members), show(v))
	return v
}

// KeyMember reports whether v, the key of the current property, is one of members. If it is not,
// it skips the value with a problem.
func KeyMember[T int64 | uint64](d *Decoder, v T, members []T) bool {
	if slices.Contains(members, v) {
		return true
	}
	d.badKey("as a key " + list(members))
	return false
}

func show[T string | int64 | uint64](v T) string {
	switch v := any(v).(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case string:
		return quote(v)
	}
	return ""
}
