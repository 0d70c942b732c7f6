package codec_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/eventgen/eventgen/runtime/eventbus/codec"
)

var errRefused = errors.New("it says no")

func TestAppendTimes(t *testing.T) {
	for _, v := range []time.Time{
		{}, time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.FixedZone("", 3600)),
	} {
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := codec.AppendTime([]byte("x"), v); err != nil || string(got) != "x"+string(want) {
			t.Errorf("%v is written as %s, %v", v, got, err)
		}
	}
	got, err := codec.AppendTime([]byte("x"), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))
	if one := (*codec.Error)(nil); !errors.As(err, &one) || string(got) != "x" {
		t.Errorf("the year 10000 is written as %s, %v", got, err)
	}
}

func TestAppendBytes(t *testing.T) {
	type octets []uint8
	for _, v := range []octets{{}, {0}, {0, 1}, {0xfb, 0xff, 0xbf}, octets(strings.Repeat("long ", 100))} {
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if got := codec.AppendBytes([]byte("x"), v); string(got) != "x"+string(want) {
			t.Errorf("%v is written as %s", v, got)
		}
	}
	if got := codec.AppendBytes(nil, octets(nil)); string(got) != `""` {
		t.Errorf("nil is written as %s", got)
	}
}

func TestAppendByMethods(t *testing.T) {
	check := func(name string, got []byte, err error, want, problem string) {
		t.Helper()
		if one := (*codec.Error)(nil); err != nil && !errors.As(err, &one) || problems(err) != problem || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s, %s", name, got, err, want, problem)
		}
	}
	got, err := codec.AppendMarshaler([]byte("x"), json.RawMessage(`[ "<" ]`))
	check("a marshaler", got, err, `x["\u003c"]`, "")
	got, err = codec.AppendMarshaler([]byte("x"), refusing{})
	check("one that refuses", got, err, "x", "it says no")
	got, err = codec.AppendTextMarshaler([]byte("x"), named{"a\"<"})
	check("a marshaler of text", got, err, `x"named a\"\u003c"`, "")
	got, err = codec.AppendTextMarshaler([]byte("x"), refusing{})
	check("one that refuses", got, err, "x", "it says no")
	got, err = codec.AppendJSON([]byte("x"), []string{"<"})
	check("by encoding/json", got, err, `x["\u003c"]`, "")
	got, err = codec.AppendJSON([]byte("x"), make(chan int))
	check("what it refuses", got, err, "x", "json: unsupported type: chan int")
	for text, want := range map[string]string{"": "0", "-1.50e+3": "-1.50e+3", "0": "0", "-0": "-0"} {
		got, err = codec.AppendNumber([]byte("x"), json.Number(text))
		check("a number", got, err, "x"+want, "")
	}
	for _, text := range []string{"1.", "-", "01", "1e", " 1", "1 ", "a", ".5"} {
		got, err = codec.AppendNumber([]byte("x"), json.Number(text))
		check("no number", got, err, "x", `expected a JSON number, found "`+text+`"`)
	}
	if got := string(codec.AppendBool(codec.AppendBool(nil, true), false)); got != "truefalse" {
		t.Errorf("got %s", got)
	}
}

// named is text by its method alone.
type named struct{ name string }

func (n named) MarshalText() ([]byte, error) {
	if n.name == "no" {
		return nil, errRefused
	}
	return []byte("named " + n.name), nil
}

// never is zero by its method alone.
type never struct{ n int }

func (n never) IsZero() bool { return n.n == 7 }

type always struct{}

func (*always) IsZero() bool { return true }

func TestZero(t *testing.T) {
	for name, c := range map[string]struct{ got, want bool }{
		"0":                      {codec.IsZero(new(int)), true},
		"1":                      {codec.IsZero(ptr(1)), false},
		"an array":               {codec.IsZero(&[2]string{}), true},
		"another":                {codec.IsZero(&[2]string{"", "a"}), false},
		"nil":                    {codec.IsZeroValue(new([]int)), true},
		"an empty list":          {codec.IsZeroValue(&[]int{}), false},
		"no interface":           {codec.IsZeroer(nil), true},
		"a value":                {codec.IsZeroer(never{}), false},
		"one that says so":       {codec.IsZeroer(never{7}), true},
		"a nil pointer":          {codec.IsZeroer((*never)(nil)), true},
		"a pointer":              {codec.IsZeroer(&never{}), false},
		"a pointer to such":      {codec.IsZeroer(&never{7}), true},
		"a nil pointer's method": {codec.IsZeroer((*always)(nil)), true},
		"a nil map":              {codec.IsZeroer(zeroMap(nil)), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v", name, c.got)
		}
	}
}

// zeroMap is never zero: a nil map that has a method is asked.
type zeroMap map[string]int

func (m zeroMap) IsZero() bool { return m != nil }

func ptr[T any](v T) *T { return &v }

// What omitempty leaves out is what encoding/json leaves out.
func TestEmpty(t *testing.T) {
	checkEmpty(t, 0, 1)
	checkEmpty(t, "", "a")
	checkEmpty(t, false, true)
	checkEmpty(t, 0.0, 0.5)
	checkEmpty(t, uint8(0), 1)
	checkEmpty(t, nil, []int{}, []int{1})
	checkEmpty(t, nil, map[string]int{}, map[string]int{"a": 1})
	checkEmpty(t, nil, new(int))
	checkEmpty(t, [0]int{})
	checkEmpty(t, [1]int{})
	checkEmpty(t, struct{}{})
	checkEmpty[any](t, nil, 0, "")
}

func checkEmpty[T any](t *testing.T, values ...T) {
	t.Helper()
	for _, v := range values {
		out, err := json.Marshal(struct {
			V T `json:",omitempty"`
		}{v})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := codec.IsEmpty(&v), string(out) == "{}"; got != want {
			t.Errorf("%#v is empty: %v, want %v", v, got, want)
		}
	}
}

// Keys of maps come in the order of their text, as encoding/json has them.
func TestKeysAreSorted(t *testing.T) {
	for range 3 { // lists are used again
		ints := map[int16]bool{0: true, -1: true, -10: true, 9: true, 10: true, 100: true, -32768: true, 32767: true}
		var out []byte
		keys := codec.SortInts(ints)
		for i := range keys.List {
			k := &keys.List[i]
			if !ints[int16(k.Int())] {
				t.Errorf("%d is no key", k.Int())
			}
			out = append(append(codec.AppendIntKey(out, k), ':'), "true,"...)
		}
		keys.Free()
		checkKeys(t, out, ints)

		uints := map[uint64]bool{0: true, 9: true, 10: true, 18446744073709551615: true, 2: true}
		out = nil
		keys = codec.SortUints(uints)
		for i := range keys.List {
			k := &keys.List[i]
			if !uints[k.Uint()] {
				t.Errorf("%d is no key", k.Uint())
			}
			out = append(append(codec.AppendIntKey(out, k), ':'), "true,"...)
		}
		keys.Free()
		checkKeys(t, out, uints)

		strings := map[string]bool{"": true, "b": true, "a": true, "ab": true, "é": true, "\xff": true}
		out = nil
		names := codec.SortStrings(strings)
		for _, k := range names.List {
			out = append(append(codec.AppendString(out, k), ':'), "true,"...)
		}
		names.Free()
		checkKeys(t, out, strings)
	}
	texts := map[named]bool{{"b"}: true, {"a"}: true, {""}: true}
	keys, err := codec.SortTexts(texts)
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, k := range keys {
		if k.Text != "named "+k.Key.name {
			t.Errorf("%s belongs to %s", k.Text, k.Key.name)
		}
		out = append(append(codec.AppendString(out, k.Text), ':'), "true,"...)
	}
	checkKeys(t, out, texts)
	texts[named{"no"}] = true
	if _, err := codec.SortTexts(texts); problems(err) != "it says no" {
		t.Errorf("got %v", err)
	}
}

func TestPointerKeysAreSorted(t *testing.T) {
	keys, err := codec.SortPointerTexts(map[*named]int{{"b"}: 1, nil: 2, {"a"}: 3})
	if err != nil || len(keys) != 3 || keys[0].Text != "" || keys[0].Key != nil || keys[1].Text != "named a" || keys[2].Key.name != "b" {
		t.Errorf("got %v, %v", keys, err)
	}
	if _, err := codec.SortPointerTexts(map[*named]int{{"no"}: 1}); problems(err) != "it says no" {
		t.Errorf("got %v", err)
	}
}

// checkKeys compares the properties, each with a comma behind it, with what encoding/json writes of m.
func checkKeys(t *testing.T, got []byte, m any) {
	t.Helper()
	want, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if g := "{" + strings.TrimSuffix(string(got), ",") + "}"; g != string(want) {
		t.Errorf("got %s, want %s", g, want)
	}
}
