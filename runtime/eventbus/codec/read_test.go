package codec_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/codec"
)

// listed returns the problems that a decoder has found.
func listed(err error) codec.Errors {
	var list codec.Errors
	if one := (*codec.Error)(nil); !errors.As(err, &list) && errors.As(err, &one) {
		list = codec.Errors{one}
	}
	return list
}

// problems are what is wrong, one a line; "" if all is well.
func problems(err error) string {
	var lines []string
	for _, e := range listed(err) {
		lines = append(lines, e.Error())
	}
	if err != nil && len(lines) == 0 {
		return "no problem of a payload: " + err.Error()
	}
	return strings.Join(lines, "\n")
}

// A reading is what a method of the decoder makes of a value.
type reading struct {
	src  string
	want any    // nil if there is a problem
	err  string // the problem, without its path
}

func checkReadings(t *testing.T, read func(d *codec.Decoder) any, list []reading) {
	t.Helper()
	for _, c := range list {
		d := codec.NewDecoder([]byte(c.src))
		got := read(d)
		if problem := problems(d.End()); problem != c.err || problem == "" && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s is read as %#v, %q, want %#v, %q", c.src, got, problem, c.want, c.err)
		}
		// Between others, the decoder stands behind the value afterwards, and the problem has its place.
		d = codec.NewDecoder([]byte(" [ 1 ,\t" + c.src + " , 7 ] "))
		var around []int64
		d.Array()
		for n := 0; d.Element(); n++ {
			if n == 1 {
				got = read(d)
			} else {
				around = append(around, d.Int(8))
			}
		}
		problem := problems(d.End())
		if want := prefixed("/1: ", c.err); problem != want || want == "" && !reflect.DeepEqual(got, c.want) {
			t.Errorf("in an array %s is read as %#v, %q, want %#v, %q", c.src, got, problem, c.want, want)
		}
		if fmt.Sprint(around) != "[1 7]" {
			t.Errorf("beside %s the others are read as %v", c.src, around)
		}
	}
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func TestReadBooleans(t *testing.T) {
	checkReadings(t, func(d *codec.Decoder) any { return d.Bool() }, []reading{
		{"true", true, ""}, {"false", false, ""},
		{"null", nil, "expected a boolean, found null"},
		{"0", nil, "expected a boolean, found 0"},
		{`"true"`, nil, "expected a boolean, found a string"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return d.QuotedBool() }, []reading{
		{`"true"`, true, ""}, {`"false"`, false, ""},
		{`"True"`, nil, `expected a string that holds true or false, found "True"`},
		{`true`, nil, "expected a string, found a boolean"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return d.Null() || d.Bool() }, []reading{
		{"null", true, ""}, {"false", false, ""},
	})
}

func TestReadIntegers(t *testing.T) {
	const of8 = "an integer from -128 to 127"
	bare := []reading{
		{"0", int64(0), ""}, {"-0", int64(0), ""}, {"127", int64(127), ""}, {"-128", int64(-128), ""},
		{"128", nil, "expected " + of8 + ", found 128"},
		{"-129", nil, "expected " + of8 + ", found -129"},
		{"1.0", nil, "expected " + of8 + ", found 1.0"},
		{"1e1", nil, "expected " + of8 + ", found 1e1"},
		{"1E1", nil, "expected " + of8 + ", found 1E1"},
		{"99999999999999999999999", nil, "expected " + of8 + ", found 99999999999999999999999"},
		{`"1"`, nil, "expected " + of8 + ", found a string"},
		{"null", nil, "expected " + of8 + ", found null"},
		{"{}", nil, "expected " + of8 + ", found an object"},
		{"[[1],2]", nil, "expected " + of8 + ", found an array"},
		{"true", nil, "expected " + of8 + ", found a boolean"},
	}
	checkReadings(t, func(d *codec.Decoder) any { return d.Int(8) }, bare)
	checkReadings(t, func(d *codec.Decoder) any { return d.Int(64) }, []reading{
		{"9223372036854775807", int64(math.MaxInt64), ""}, {"-9223372036854775808", int64(math.MinInt64), ""},
		{"9223372036854775808", nil, "expected an integer from -9223372036854775808 to 9223372036854775807, found 9223372036854775808"},
		{"-9223372036854775809", nil, "expected an integer from -9223372036854775808 to 9223372036854775807, found -9223372036854775809"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return d.QuotedInt(8) }, []reading{
		{`"127"`, int64(127), ""}, {`"-128"`, int64(-128), ""}, {`"\u0030"`, int64(0), ""},
		{`"128"`, nil, "expected a string that holds " + of8 + `, found "128"`},
		{`"-129"`, nil, "expected a string that holds " + of8 + `, found "-129"`},
		{`""`, nil, "expected a string that holds " + of8 + `, found ""`},
		{`"-"`, nil, "expected a string that holds " + of8 + `, found "-"`},
		{`"1:"`, nil, "expected a string that holds " + of8 + `, found "1:"`},
		{`"1/"`, nil, "expected a string that holds " + of8 + `, found "1/"`},
		{`"1 "`, nil, "expected a string that holds " + of8 + `, found "1 "`},
		{`"01"`, nil, "expected a string that holds " + of8 + `, found "01"`},
		{`1`, nil, "expected a string, found 1"},
	})
}

func TestReadUnsignedIntegers(t *testing.T) {
	const of8, of64 = "an integer from 0 to 255", "an integer from 0 to 18446744073709551615"
	checkReadings(t, func(d *codec.Decoder) any { return d.Uint(8) }, []reading{
		{"0", uint64(0), ""}, {"255", uint64(255), ""},
		{"256", nil, "expected " + of8 + ", found 256"},
		{"-1", nil, "expected " + of8 + ", found -1"},
		{"1.5", nil, "expected " + of8 + ", found 1.5"},
		{"1e1", nil, "expected " + of8 + ", found 1e1"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return d.Uint(64) }, []reading{
		{"9999999999999999999", uint64(9999999999999999999), ""},
		{"10000000000000000000", uint64(1e19), ""},
		{"18446744073709551609", uint64(18446744073709551609), ""},
		{"18446744073709551615", uint64(math.MaxUint64), ""},
		{"18446744073709551616", nil, "expected " + of64 + ", found 18446744073709551616"},
		{"18446744073709551620", nil, "expected " + of64 + ", found 18446744073709551620"},
		{"100000000000000000000", nil, "expected " + of64 + ", found 100000000000000000000"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return d.QuotedUint(64) }, []reading{
		{`"18446744073709551615"`, uint64(math.MaxUint64), ""},
		{`"18446744073709551616"`, nil, "expected a string that holds " + of64 + `, found "18446744073709551616"`},
		{`"-1"`, nil, "expected a string that holds " + of64 + `, found "-1"`},
		{`"1x"`, nil, "expected a string that holds " + of64 + `, found "1x"`},
		{`null`, nil, "expected a string, found null"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return d.QuotedUint(8) }, []reading{
		{`"255"`, uint64(255), ""}, {`"256"`, nil, "expected a string that holds " + of8 + `, found "256"`},
	})
}

func TestReadFloats(t *testing.T) {
	checkReadings(t, func(d *codec.Decoder) any { return d.Float64() }, []reading{
		{"0", 0.0, ""}, {"-0", math.Copysign(0, -1), ""}, {"1.5", 1.5, ""}, {"-12.25", -12.25, ""}, {"0.1", 0.1, ""},
		{"1e2", 100.0, ""}, {"1E+2", 100.0, ""}, {"1.5e-3", 0.0015, ""}, {"10", 10.0, ""},
		{"9007199254740993", 9007199254740992.0, ""}, {"9007199254740991", 9007199254740991.0, ""},
		{"1234567890123456789", 1234567890123456789.0, ""}, {"12345678901234567890", 12345678901234567890.0, ""},
		{"0.30000000000000004", 0.30000000000000004, ""}, {"0.0000000000000000001", 1e-19, ""}, {"5e-324", 5e-324, ""},
		{"1e400", nil, "expected a number, found 1e400"},
		{`"1"`, nil, "expected a number, found a string"},
		{"null", nil, "expected a number, found null"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return d.Float32() }, []reading{
		{"0.1", float32(0.1), ""}, {"16777217", float32(16777216), ""}, {"-1.5e3", float32(-1500), ""},
		{"1e39", nil, "expected a number of single precision, found 1e39"},
		{"true", nil, "expected a number of single precision, found a boolean"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return d.QuotedFloat64() }, []reading{
		{`"1.5"`, 1.5, ""}, {`"1e2"`, 100.0, ""},
		{`"1.5 "`, nil, `expected a string that holds a number, found "1.5 "`},
		{`"1."`, nil, `expected a string that holds a number, found "1."`},
		{`"NaN"`, nil, `expected a string that holds a number, found "NaN"`},
	})
	checkReadings(t, func(d *codec.Decoder) any { return d.QuotedFloat32() }, []reading{
		{`"1.5"`, float32(1.5), ""},
		{`"1e39"`, nil, `expected a string that holds a number of single precision, found "1e39"`},
		{`"1.5x"`, nil, `expected a string that holds a number of single precision, found "1.5x"`},
	})
}

func TestReadNumbers(t *testing.T) {
	checkReadings(t, func(d *codec.Decoder) any { return d.Number() }, []reading{
		{"12345678901234567890.50e+1", json.Number("12345678901234567890.50e+1"), ""}, {"-0", json.Number("-0"), ""},
		{`"1"`, nil, "expected a number, found a string"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return d.QuotedNumber() }, []reading{
		{`"1e400"`, json.Number("1e400"), ""},
		{`"1 "`, nil, `expected a string that holds a number, found "1 "`},
		{`""`, nil, `expected a string that holds a number, found ""`},
	})
}

// A broken number is no JSON, wherever it ends.
func TestBrokenNumbers(t *testing.T) {
	for _, src := range []string{"1:", "1/", "1.5:", "1e5:", "-", "01", "-01", "00", "1.", "1.e1", "1e", "1e+", "1E-", ".5", "+1", "0x1", "1.5.5", "--1", "-a", "1e1.5"} {
		for name, read := range map[string]func(d *codec.Decoder){
			"Int":     func(d *codec.Decoder) { d.Int(64) },
			"Uint":    func(d *codec.Decoder) { d.Uint(64) },
			"Float64": func(d *codec.Decoder) { d.Float64() },
			"Float32": func(d *codec.Decoder) { d.Float32() },
			"Number":  func(d *codec.Decoder) { d.Number() },
			"Any":     func(d *codec.Decoder) { d.Any() },
			"Raw":     func(d *codec.Decoder) { d.Raw() },
		} {
			for _, text := range []string{src, "[" + src + "]", `{"a":` + src + "}"} {
				d := codec.NewDecoder([]byte(text))
				switch text[0] {
				case '[':
					for d.Array(); d.Element(); {
						read(d)
					}
				case '{':
					for d.Object(); d.Field(); {
						read(d)
					}
				default:
					read(d)
				}
				if d.End() == nil {
					t.Errorf("%s reads %s", name, text)
				}
			}
		}
	}
}

func TestReadTimesAndBytes(t *testing.T) {
	checkReadings(t, func(d *codec.Decoder) any { return d.Time() }, []reading{
		{`"2026-01-02T03:04:05.5Z"`, time.Date(2026, 1, 2, 3, 4, 5, 5e8, time.UTC), ""},
		{`"2026-01-02"`, nil, `expected a time in RFC 3339, found "2026-01-02"`},
		{`null`, nil, "expected a time in RFC 3339, found null"},
	})
	checkReadings(t, func(d *codec.Decoder) any {
		var v stamp
		d.UnmarshalTime(&v)
		return v.String()
	}, []reading{
		{`"2026-01-02T03:04:05Z"`, "2026-01-02 03:04:05 +0000 UTC", ""},
		{`null`, nil, "expected a time in RFC 3339, found null"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return d.Bytes() }, []reading{
		{`""`, []byte{}, ""}, {`"AAE="`, []byte{0, 1}, ""}, {`"+/+/"`, []byte{0xfb, 0xff, 0xbf}, ""},
		{`"AAE"`, nil, `expected base64, found "AAE"`},
		{`"AA\nE="`, nil, `expected base64, found "AA\nE="`},
		{`"AA\rE="`, nil, `expected base64, found "AA\rE="`},
		{`"AAF="`, nil, `expected base64, found "AAF="`},
		{`5`, nil, "expected a string, found 5"},
	})
	type octet uint8
	checkReadings(t, func(d *codec.Decoder) any {
		var s []octet
		codec.ReadBytes(d, &s)
		return s
	}, []reading{{`"AAE="`, []octet{0, 1}, ""}})
}

type stamp struct{ time.Time }

func TestReadMembers(t *testing.T) {
	colours := []string{"red", "green"}
	checkReadings(t, func(d *codec.Decoder) any { return d.OneOf(colours) }, []reading{
		{`"green"`, "green", ""}, {`"\u0072ed"`, "red", ""},
		{`"blue"`, nil, `expected one of "red", "green", found "blue"`},
		{`1`, nil, "expected a string, found 1"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return codec.Member(d, d.Offset(), d.Int(8), []int64{1, -2}) }, []reading{
		{"-2", int64(-2), ""}, {"3", nil, "expected one of 1, -2, found 3"},
		{`"x"`, nil, "expected an integer from -128 to 127, found a string"}, {"[0]", nil, "expected an integer from -128 to 127, found an array"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return codec.Member(d, d.Offset(), d.QuotedString(), colours) }, []reading{
		{`"\"red\""`, "red", ""},
		{`"\"blue\""`, nil, `expected one of "red", "green", found "blue"`},
		{`"red"`, nil, `expected a string that holds a JSON string, found "red"`},
		{`["red"]`, nil, "expected a string, found an array"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return codec.Member(d, d.Offset(), d.Uint(8), []uint64{4}) }, []reading{
		{"4", uint64(4), ""}, {"3", nil, "expected 4, found 3"},
	})
	many := []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	checkReadings(t, func(d *codec.Decoder) any { return codec.Member(d, d.Offset(), d.Int(8), many) }, []reading{
		{"0", nil, "expected one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, found 0"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return codec.Member(d, d.Offset(), d.Int(8), append(many, 13)) }, []reading{
		{"0", nil, "expected one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, …, found 0"},
	})
}

func TestMessagesAreShort(t *testing.T) {
	long := strings.Repeat("7", 65)
	checkReadings(t, func(d *codec.Decoder) any { return d.Int(8) }, []reading{
		{long[1:], nil, "expected an integer from -128 to 127, found " + long[1:]},
		{long, nil, "expected an integer from -128 to 127, found " + long[1:] + "…"},
	})
	checkReadings(t, func(d *codec.Decoder) any { return d.OneOf([]string{"a"}) }, []reading{
		{`"` + long[1:] + `"`, nil, `expected "a", found "` + long[1:] + `"`},
		{`"` + long + `"`, nil, `expected "a", found "` + long[1:] + `"…`},
	})
}

// upper reads text into capitals, refuses "no", and panics at "panic".
type upper string

func (u *upper) UnmarshalText(text []byte) error {
	switch string(text) {
	case "no":
		return errors.New("it says no")
	case "panic":
		panic("it panics")
	}
	*u = upper(strings.ToUpper(string(text)))
	return nil
}

// parsed is upper by UnmarshalJSON: of the text as it stands.
type parsed string

func (p *parsed) UnmarshalJSON(text []byte) error { return (*upper)(p).UnmarshalText(text) }

func TestReadByMethods(t *testing.T) {
	checkReadings(t, func(d *codec.Decoder) any {
		var v upper
		d.UnmarshalText(&v)
		return v
	}, []reading{
		{`"\u0061b"`, upper("AB"), ""}, {`"no"`, nil, "it says no"}, {`"panic"`, nil, "panic: it panics"},
		{`1`, nil, "expected a string, found 1"},
	})
	checkReadings(t, func(d *codec.Decoder) any {
		var v parsed
		d.Unmarshal(&v)
		return v
	}, []reading{
		{`{"a":[1, 2]}`, parsed(`{"A":[1, 2]}`), ""}, {`null`, parsed("NULL"), ""},
	})
	checkReadings(t, func(d *codec.Decoder) any {
		var v struct{ A []int }
		d.JSON(&v)
		return v.A
	}, []reading{
		{`{"a":[1,2]}`, []int{1, 2}, ""},
		{`{"a":"x"}`, nil, "json: cannot unmarshal string into Go struct field .A of type []int"},
	})
	checkReadings(t, func(d *codec.Decoder) any {
		var v any
		d.JSON(&v)
		return v
	}, []reading{{`{"a":[1]}`, map[string]any{"a": []any{1.0}}, ""}})
	checkReadings(t, func(d *codec.Decoder) any {
		var v int
		d.QuotedJSON(&v)
		return v
	}, []reading{{`"12"`, 12, ""}, {`"x"`, nil, "invalid character 'x' looking for beginning of value"}, {`12`, nil, "expected a string, found 12"}})
	checkReadings(t, func(d *codec.Decoder) any { return d.Raw() }, []reading{
		{`{"a": [1, "é"]}`, json.RawMessage(`{"a": [1, "é"]}`), ""},
	})
}

func TestRawIsACopy(t *testing.T) {
	src := []byte("[1]")
	d := codec.NewDecoder(src)
	raw := d.Raw()
	src[1] = '2'
	if string(raw) != "[1]" {
		t.Errorf("the payload's memory is lent: %s", raw)
	}
}

type selfish struct{ err error }

func (s selfish) Validate() error {
	if s.err == nil {
		panic("no error")
	}
	return s.err
}

type content struct{}

func (content) Validate() error { return nil }

func TestValidate(t *testing.T) {
	own := &codec.Error{Path: "/a", Expected: "more"}
	for want, v := range map[string]codec.Validator{
		"/a: expected more": selfish{own}, "/a: expected more; /a: expected more": selfish{codec.Errors{own, own}},
		"mine": selfish{errors.New("mine")}, "panic: no error": selfish{},
	} {
		err := codec.Validate(v)
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if one := (*codec.Error)(nil); !errors.As(err, &one) {
			t.Errorf("%v has no place", err)
		}
	}
	if err := codec.Validate(content{}); err != nil {
		t.Error(err)
	}
}
