package codec_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/eventgen/eventgen/runtime/eventbus/codec"
)

// document returns random JSON, with white space at random and a mistake now and then.
func document(r *rand.Rand, depth int) string {
	space := func() string { return []string{"", "", "", " ", "\n\t", "\r "}[r.IntN(6)] }
	var b strings.Builder
	switch k := r.IntN(10); {
	case k < 2 && depth > 0:
		b.WriteString("{" + space())
		for i := range r.IntN(4) {
			if i > 0 {
				b.WriteString("," + space())
			}
			b.WriteString([]string{`"a"`, `"b<"`, `"\u0063"`, `"日"`, `"a\n"`}[r.IntN(5)] + space() + ":" + space() + document(r, depth-1) + space())
		}
		b.WriteString("}")
	case k < 4 && depth > 0:
		b.WriteString("[" + space())
		for i := range r.IntN(4) {
			if i > 0 {
				b.WriteString("," + space())
			}
			b.WriteString(document(r, depth-1) + space())
		}
		b.WriteString("]")
	default:
		b.WriteString([]string{
			"null", "true", "false", "0", "-1.5e3", "12", `""`, `"a b"`, `"<&>"`, "\"\u2028\u2029\u202a\"", `"\\\"\u00e9"`, `"日é"`,
		}[r.IntN(12)])
	}
	s := b.String()
	if r.IntN(40) == 0 { // the mistake
		i := r.IntN(len(s))
		switch r.IntN(3) {
		case 0:
			s = s[:i] + s[i+1:]
		case 1:
			s = s[:i] + string(`{}[]:,"0e.x`[r.IntN(11)]) + s[i:]
		default:
			s = s[:i]
		}
	}
	return s
}

// unique reports whether no object of src, which is JSON, has a property twice.
func unique(src string) bool {
	d := json.NewDecoder(strings.NewReader(src))
	type frame struct {
		names map[string]bool // nil in an array
		value bool            // is next
	}
	var stack []frame
	for {
		token, err := d.Token()
		if err != nil {
			return true
		}
		var top *frame
		if len(stack) > 0 {
			top = &stack[len(stack)-1]
		}
		if token == json.Delim('}') || token == json.Delim(']') {
			stack = stack[:len(stack)-1]
			continue
		}
		if top != nil && top.names != nil {
			if !top.value {
				name := token.(string)
				if top.names[name] {
					return false
				}
				top.names[name], top.value = true, true
				continue
			}
			top.value = false
		}
		switch token {
		case json.Delim('{'):
			stack = append(stack, frame{names: map[string]bool{}})
		case json.Delim('['):
			stack = append(stack, frame{})
		}
	}
}

// Any value is read as encoding/json reads it, except that a property may come only once; what is no
// JSON is refused; and what is kept as it is written, is.
func TestReadAnything(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	read, refused, twice := 0, 0, 0
	for range 30_000 {
		src := document(r, 4)
		var want any
		invalid := json.Unmarshal([]byte(src), &want)
		d := codec.NewDecoder([]byte(src))
		got := d.Any()
		err := d.End()
		switch {
		case invalid != nil || !utf8.ValidString(src):
			if refused++; err == nil {
				t.Fatalf("%s is read as %#v", src, got)
			}
		case !unique(src):
			if twice++; err == nil || !strings.Contains(err.Error(), "expected each property once") {
				t.Fatalf("%s: %v", src, err)
			}
		default:
			if read++; err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%s is read as %#v, %v, want %#v", src, got, err, want)
			}
		}
		d = codec.NewDecoder([]byte(src))
		raw := d.Raw()
		if err := d.End(); (err == nil) != (invalid == nil && utf8.ValidString(src)) || err == nil && string(raw) != strings.Trim(src, " \t\r\n") {
			t.Fatalf("%s is kept as %s, %v", src, raw, err)
		}
		appended, err := codec.AppendRaw([]byte("x"), []byte(src))
		var compact bytes.Buffer
		if invalid == nil {
			text, err := json.Marshal(json.RawMessage(src))
			if err != nil {
				t.Fatal(err)
			}
			compact.Write(text)
		}
		if (err == nil) != (invalid == nil) || err == nil && string(appended) != "x"+compact.String() {
			t.Fatalf("%s is written as %s, %v, want %s", src, appended, err, compact.String())
		}
	}
	if read < 10_000 || refused < 1000 || twice < 100 {
		t.Errorf("%d read, %d refused, %d with a property twice", read, refused, twice)
	}
}

func TestAppendAny(t *testing.T) {
	for _, v := range []any{
		nil, true, false, "a<b", 1.5, 1e21, 7, int64(-8), uint64(math.MaxUint64), json.Number("1.50"), json.Number(""),
		json.RawMessage(`{"a": "<"}`), json.RawMessage(nil), []any{}, []any(nil), []any{1, "a", nil, []any{true}},
		map[string]any{}, map[string]any(nil), map[string]any{"b": 1, "a<": map[string]any{"c": []any{}}, "": 2},
		struct{ A []int }{[]int{1}}, int8(3),
	} {
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := codec.AppendAny([]byte("x"), v)
		if err != nil || string(got) != "x"+string(want) {
			t.Errorf("%#v is written as %s, %v, want %s", v, got, err, want)
		}
	}
	for want, v := range map[string]any{
		"/a~1b/1: expected a finite number, found NaN":                                 map[string]any{"a/b": []any{0, math.NaN()}},
		`/0: expected a JSON number, found "1."`:                                       []any{json.Number("1.")},
		"/0: expected a value, found the end":                                          []any{json.RawMessage("")},
		"/a: json: unsupported type: chan int":                                         map[string]any{"a": make(chan int)},
		"expected a finite number, found +Inf":                                         math.Inf(1),
		`expected the end, found "1"`:                                                  json.RawMessage("0 1"),
		"/0: expected the end of a string, found the end":                              []any{json.RawMessage(`"`)},
		"/0/0: expected a finite number, found -Inf":                                   []any{[]any{math.Inf(-1)}},
		"/0: json: error calling MarshalJSON for type codec_test.refusing: it says no": []any{refusing{}},
	} {
		if _, err := codec.AppendAny(nil, v); err == nil || err.Error() != want {
			t.Errorf("%#v: got %v, want %s", v, err, want)
		}
	}
}

// A value may be as deep as encoding/json reads, and no deeper: a cycle has no end.
func TestAppendAnyDepth(t *testing.T) {
	list := func(v any) any { return []any{v} }
	object := func(v any) any { return map[string]any{"": v} }
	for name, wrap := range map[string]func(v any) any{"lists": list, "objects": object, "both": func(v any) any { return list(object(v)) }} {
		deepest := any(1)
		levels := 1
		if name == "both" {
			levels = 2
		}
		for n := 0; n < codec.MaxEncodeDepth; n += levels {
			deepest = wrap(deepest)
		}
		if _, err := codec.AppendAny(nil, deepest); err != nil {
			t.Errorf("%s at the bound: %.100s", name, err)
		}
		if _, err := codec.AppendAny(nil, list(deepest)); err == nil || !strings.Contains(err.Error(), "expected at most 10000 levels") {
			t.Errorf("%s beyond it: %.100v", name, err)
		}
	}
	cyclicList := []any{nil}
	cyclicList[0] = cyclicList
	cyclicObject := map[string]any{}
	cyclicObject["a"] = cyclicObject
	for _, v := range []any{cyclicList, cyclicObject} {
		if _, err := codec.AppendAny(nil, v); err == nil || !strings.HasSuffix(err.Error(), "expected at most 10000 levels, found a deeper value or a cycle") {
			t.Errorf("a cycle: %.100v", err)
		}
	}
}

func TestAppendRawDepth(t *testing.T) {
	deepest := strings.Repeat("[", codec.MaxEncodeDepth) + strings.Repeat("]", codec.MaxEncodeDepth)
	if out, err := codec.AppendRawMessage(nil, json.RawMessage(deepest)); err != nil || string(out) != deepest {
		t.Errorf("at the bound: %v", err)
	}
	if _, err := codec.AppendRawMessage(nil, json.RawMessage("["+deepest+"]")); err == nil || !strings.Contains(err.Error(), "at most 10000 levels") {
		t.Errorf("beyond it: %v", err)
	}
}

type refusing struct{}

func (refusing) MarshalJSON() ([]byte, error) { return nil, errRefused }
func (refusing) MarshalText() ([]byte, error) { return nil, errRefused }
